//! Short-term plasticity of one site.

use pontine_core_ir::registry::SynapseEntry;
use pontine_mechanism::mechanism_file;

inventory::submit! {
    SynapseEntry {
        name: "StochasticTsodyksMarkram",
        text: mechanism_file!("stochastic_tsodyks_markram.mech"),
        reference: "Fuhrmann, Segev, Markram & Tsodyks (2002), Coding of temporal information by \
                    activity-dependent synapses, doi:10.1152/jn.00258.2001",
        place: module_path!(),
    }
}
