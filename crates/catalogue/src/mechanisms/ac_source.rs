//! A sinusoidal current.

use pontine_core_ir::registry::MechanismEntry;
use pontine_mechanism::mechanism_file;

inventory::submit! {
    MechanismEntry {
        name: "ACSource",
        text: mechanism_file!("ac_source.mech"),
        reference: "PyNN's current source of this name: Davison et al. (2009), PyNN: a common \
                    interface for neuronal network simulators, doi:10.3389/neuro.11.011.2008",
        maths: None,
        place: module_path!(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Cells, currents};

    #[test]
    fn the_phase_is_counted_from_start() {
        let (injected, recorded) = currents(&mut Cells::new(
            "ACSource",
            0.1,
            &[
                ("amplitude", 0.5),
                ("start", 0.7),
                ("stop", 3.0),
                ("frequency", 400.0),
                ("offset", 0.1),
                ("phase", 30.0),
            ],
        ));
        for (n, found) in recorded.iter().enumerate() {
            let turns = 0.4 * (n as f64 * 0.1 - 0.7) + 30.0 / 360.0;
            let sine = 0.1 + 0.5 * (std::f64::consts::TAU * turns).sin();
            let expected = if (7..30).contains(&n) { sine } else { 0.0 };
            assert!((found - expected).abs() < 1e-12, "{n}: {found} {expected}");
        }
        for (injected, recorded) in injected.iter().zip(&recorded) {
            assert!((injected - recorded).abs() < 1e-12);
        }
    }

    #[test]
    fn one_that_began_before_is_on_at_the_beginning() {
        let parameters = [("phase", 90.0), ("amplitude", 2.0)];
        let cells = Cells::new("ACSource", 0.1, &parameters);
        assert!((cells.state("i") - 2.0).abs() < 1e-12);
    }
}
