//! Spike timing, additive one way and multiplicative the other.

use pontine_core_ir::registry::SynapseEntry;
use pontine_mechanism::mechanism_file;

inventory::submit! {
    SynapseEntry {
        name: "StdpAdditivePotentiationMultiplicativeDepression",
        text: mechanism_file!("stdp_additive_potentiation.mech"),
        reference: "van Rossum, Bi & Turrigiano (2000), Stable Hebbian learning from spike \
                    timing-dependent plasticity, doi:10.1523/JNEUROSCI.20-23-08812.2000",
        place: module_path!(),
    }
}
