//! A current in steps.

use pontine_core_ir::registry::MechanismEntry;
use pontine_mechanism::mechanism_file;

inventory::submit! {
    MechanismEntry {
        name: "StepCurrentSource",
        text: mechanism_file!("step_current_source.mech"),
        reference: "PyNN's current source of this name: Davison et al. (2009), PyNN: a common \
                    interface for neuronal network simulators, doi:10.3389/neuro.11.011.2008",
        maths: None,
        place: module_path!(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Cells, currents};

    /// Times of the nearest step; of two in one step the later.
    #[test]
    fn the_last_that_has_come_holds() {
        let (injected, recorded) = currents(&mut Cells::new(
            "StepCurrentSource(4)",
            0.1,
            &[
                ("times_1", 0.32),
                ("amplitudes_1", 1.0),
                ("times_2", 0.98),
                ("amplitudes_2", 2.0),
                ("times_3", 1.01),
                ("amplitudes_3", 3.0),
                ("times_4", 2.0),
                ("amplitudes_4", -1.0),
            ],
        ));
        for (n, found) in recorded.iter().enumerate() {
            let expected = match n {
                0..3 => 0.0,
                3..10 => 1.0,
                10..20 => 3.0,
                _ => -1.0,
            };
            assert_eq!(*found, expected, "sample {n}");
        }
        assert_eq!(injected, recorded[..39]);
    }
}
