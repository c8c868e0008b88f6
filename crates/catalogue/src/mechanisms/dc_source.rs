//! A constant current.

use pontine_core_ir::registry::MechanismEntry;
use pontine_mechanism::mechanism_file;

inventory::submit! {
    MechanismEntry {
        name: "DCSource",
        text: mechanism_file!("dc_source.mech"),
        reference: "PyNN's current source of this name: Davison et al. (2009), PyNN: a common \
                    interface for neuronal network simulators, doi:10.3389/neuro.11.011.2008",
        maths: None,
        place: module_path!(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Cells, currents};

    /// On in [0.3, 0.6) ms: recorded from sample 3 to 5, and acting in the steps that begin there.
    #[test]
    fn it_is_on_from_start_until_stop() {
        let (injected, recorded) = currents(&mut Cells::new(
            "DCSource",
            0.1,
            &[("amplitude", 0.5), ("start", 0.3), ("stop", 0.6)],
        ));
        let expected = |first: usize| -> Vec<f64> {
            (0..40).map(|n| if (first..first + 3).contains(&n) { 0.5 } else { 0.0 }).collect()
        };
        assert_eq!(recorded, expected(3));
        // What acts in step n + 1 is recorded at its beginning, in sample n.
        assert_eq!(injected, recorded[..39]);
    }
}
