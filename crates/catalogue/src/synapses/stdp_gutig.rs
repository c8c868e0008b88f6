//! Spike timing with powers of the weight.

use pontine_core_ir::registry::SynapseEntry;
use pontine_mechanism::mechanism_file;

inventory::submit! {
    SynapseEntry {
        name: "StdpGutig",
        text: mechanism_file!("stdp_gutig.mech"),
        reference: "Guetig, Aharonov, Rotter & Sompolinsky (2003), Learning input correlations \
                    through nonlinear temporally asymmetric Hebbian plasticity, \
                    doi:10.1523/JNEUROSCI.23-09-03697.2003",
        place: module_path!(),
    }
}
