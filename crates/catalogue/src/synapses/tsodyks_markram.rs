//! Short-term plasticity without chance.

use pontine_core_ir::registry::SynapseEntry;
use pontine_mechanism::mechanism_file;

inventory::submit! {
    SynapseEntry {
        name: "TsodyksMarkram",
        text: mechanism_file!("tsodyks_markram.mech"),
        reference: "Tsodyks, Uziel & Markram (2000), Synchrony generation in recurrent networks \
                    with frequency-dependent synapses, doi:10.1523/JNEUROSCI.20-01-j0003.2000",
        place: module_path!(),
    }
}
