//! Release by chance alone.

use pontine_core_ir::registry::SynapseEntry;
use pontine_mechanism::mechanism_file;

inventory::submit! {
    SynapseEntry {
        name: "SimpleStochastic",
        text: mechanism_file!("simple_stochastic.mech"),
        reference: "PyNN's synapse type SimpleStochasticSynapse: Davison et al. (2009), PyNN: a \
                    common interface for neuronal network simulators, \
                    doi:10.3389/neuro.11.011.2008",
        place: module_path!(),
    }
}
