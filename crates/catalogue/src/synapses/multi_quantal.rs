//! Short-term plasticity of several sites.

use pontine_core_ir::registry::SynapseEntry;
use pontine_mechanism::mechanism_file;

inventory::submit! {
    SynapseEntry {
        name: "MultiQuantal",
        text: mechanism_file!("multi_quantal.mech"),
        reference: "Loebel et al. (2009), Multiquantal release underlies the distribution of \
                    synaptic efficacies in the neocortex, doi:10.3389/neuro.10.027.2009",
        place: module_path!(),
    }
}
