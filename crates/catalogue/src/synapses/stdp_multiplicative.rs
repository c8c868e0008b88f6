//! Spike timing, multiplicative.

use pontine_core_ir::registry::SynapseEntry;
use pontine_mechanism::mechanism_file;

inventory::submit! {
    SynapseEntry {
        name: "StdpMultiplicative",
        text: mechanism_file!("stdp_multiplicative.mech"),
        reference: "Rubin, Lee & Sompolinsky (2001), Equilibrium properties of temporally \
                    asymmetric Hebbian plasticity, doi:10.1103/PhysRevLett.86.364",
        place: module_path!(),
    }
}
