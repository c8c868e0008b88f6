//! Spikes at given times.

use pontine_core_ir::registry::MechanismEntry;
use pontine_mechanism::mechanism_file;

inventory::submit! {
    MechanismEntry {
        name: "SpikeSourceArray",
        text: mechanism_file!("spike_source_array.mech"),
        reference: "PyNN's standard cell of this name: Davison et al. (2009), PyNN: a common \
                    interface for neuronal network simulators, doi:10.3389/neuro.11.011.2008",
        maths: None,
        place: module_path!(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::Cells;

    #[test]
    fn the_equations_add_no_spikes() {
        let mut cells = Cells::new("SpikeSourceArray", 0.1, &[]);
        cells.step(&[], &[]);
        assert!(cells.outputs().iter().all(|&count| count == 0.0));
        assert_eq!(cells.mechanism.outputs[0].name, "spikes");
    }
}
