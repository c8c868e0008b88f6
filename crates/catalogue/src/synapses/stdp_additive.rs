//! Spike timing, additive.

use pontine_core_ir::registry::SynapseEntry;
use pontine_mechanism::mechanism_file;

inventory::submit! {
    SynapseEntry {
        name: "StdpAdditive",
        text: mechanism_file!("stdp_additive.mech"),
        reference: "Song, Miller & Abbott (2000), Competitive Hebbian learning through \
                    spike-timing-dependent synaptic plasticity, doi:10.1038/78829",
        place: module_path!(),
    }
}
