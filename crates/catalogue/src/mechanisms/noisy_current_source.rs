//! A current of noise.

use pontine_core_ir::registry::MechanismEntry;
use pontine_mechanism::mechanism_file;

inventory::submit! {
    MechanismEntry {
        name: "NoisyCurrentSource",
        text: mechanism_file!("noisy_current_source.mech"),
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
    fn values_hold_for_their_time_and_have_their_moments() {
        let parameters =
            [("mean", 0.5), ("stdev", 0.2), ("interval", 0.4), ("start", 0.6), ("stop", 1e12)];
        let mut cells = Cells::new("NoisyCurrentSource", 0.1, &parameters);
        let (injected, recorded) = currents(&mut cells);
        assert_eq!(injected, recorded[..39]);
        assert!(recorded[..6].iter().all(|i| *i == 0.0));
        for values in recorded[6..].chunks(4) {
            assert!(values.iter().all(|i| i == &values[0] && *i != 0.0), "{recorded:?}");
        }
        let mut values = Vec::new();
        for n in 0..40_000 {
            cells.step(&[], &[]);
            if n % 4 == 0 {
                values.push(cells.outputs()[0]);
            }
        }
        let n = values.len() as f64;
        let mean = values.iter().sum::<f64>() / n;
        let deviation = (values.iter().map(|i| (i - mean).powi(2)).sum::<f64>() / n).sqrt();
        assert!((mean - 0.5).abs() < 4.0 * 0.2 / n.sqrt(), "{mean}");
        assert!((deviation - 0.2).abs() < 4.0 * 0.2 / (2.0 * n).sqrt(), "{deviation}");
        let lag: f64 = values.windows(2).map(|w| (w[0] - 0.5) * (w[1] - 0.5)).sum();
        assert!((lag / n / 0.04).abs() < 4.0 / n.sqrt(), "{lag}");
    }
}
