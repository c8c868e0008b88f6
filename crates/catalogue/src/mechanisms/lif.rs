//! Nengo's spiking LIF neuron.

use pontine_core_ir::registry::MechanismEntry;

use super::lif_rate::LifCurve;

inventory::submit! {
    MechanismEntry {
        name: "LIF",
        text: include_str!("lif.mech"),
        reference: "Eliasmith & Anderson (2003), Neural Engineering, MIT Press, chapter 4",
        maths: Some(&LifCurve { drawn_state: Some("voltage") }),
        place: module_path!(),
    }
}
