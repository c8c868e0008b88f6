//! Symmetric spike timing of inhibition.

use pontine_core_ir::registry::SynapseEntry;
use pontine_mechanism::mechanism_file;

inventory::submit! {
    SynapseEntry {
        name: "Vogels2011",
        text: mechanism_file!("vogels2011.mech"),
        reference: "Vogels, Sprekeler, Zenke, Clopath & Gerstner (2011), Inhibitory plasticity \
                    balances excitation and inhibition in sensory pathways and memory networks, \
                    doi:10.1126/science.1211095",
        place: module_path!(),
    }
}
