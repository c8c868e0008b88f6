//! PyNN's Hodgkin-Huxley neuron.

use pontine_core_ir::registry::MechanismEntry;
use pontine_mechanism::mechanism_file;

inventory::submit! {
    MechanismEntry {
        name: "HH_cond_exp",
        text: mechanism_file!("hh_cond_exp.mech", exponential_euler),
        reference: "Traub & Miles (1991), Neuronal networks of the hippocampus, Cambridge \
                    University Press; as in Brette et al. (2007), doi:10.1007/s10827-007-0038-6",
        maths: None,
        place: module_path!(),
    }
}

#[cfg(test)]
mod tests {
    use pontine_mechanism::Solver;

    use super::super::testing::Cells;

    const NAME: &str = "HH_cond_exp";

    /// Times of the spikes of 200 ms under a constant current.
    fn spikes(solver: Solver, dt: f64, current: f64) -> Vec<f64> {
        let mut cells = Cells::solved_by(NAME, solver, dt, &[]);
        let mut times = Vec::new();
        for n in 1..=(200.0 / dt).round() as u32 {
            cells.step(&[current], &[]);
            if cells.outputs()[0] > 0.0 {
                times.push(f64::from(n) * dt);
            }
            assert!(
                cells.state("v") > -95.0 && cells.state("v") < 60.0,
                "{solver:?} {dt}: {}",
                cells.state("v")
            );
        }
        times
    }

    #[test]
    fn spike_times_converge() {
        let fine = spikes(Solver::Rk4, 0.005, 0.1);
        assert!(fine.len() >= 4, "{fine:?}");
        for (solver, dt, tolerance) in [
            (Solver::Rk45, 0.01, 0.03),
            (Solver::Rk45, 0.1, 0.25),
            (Solver::Rk4, 0.01, 0.03),
            (Solver::Rk4, 0.05, 0.2),
            (Solver::ExponentialEuler, 0.01, 1.3),
            (Solver::ExponentialEuler, 0.1, 13.0),
        ] {
            let found = spikes(solver, dt, 0.1);
            assert_eq!(found.len(), fine.len(), "{solver:?} {dt}: {found:?} {fine:?}");
            for (a, b) in fine.iter().zip(&found) {
                assert!((a - b).abs() < tolerance, "{solver:?} {dt}: {found:?} {fine:?}");
            }
        }
    }

    #[test]
    fn at_rest_channels_settle_where_their_rates_balance() {
        let mut cells = Cells::new(NAME, 0.05, &[]);
        for _ in 0..20_000 {
            cells.step(&[], &[]);
            assert_eq!(cells.outputs()[0], 0.0);
        }
        let u = cells.state("v") + 63.0;
        let rate = |x: f64, y: f64| x / ((x / y).exp() - 1.0);
        let m = (0.32 * rate(13.0 - u, 4.0), 0.28 * rate(u - 40.0, 5.0));
        let n = (0.032 * rate(15.0 - u, 5.0), 0.5 * ((10.0 - u) / 40.0).exp());
        let h = (0.128 * ((17.0 - u) / 18.0).exp(), 4.0 / (1.0 + ((40.0 - u) / 5.0).exp()));
        for (name, (opening, closing)) in [("m", m), ("n", n), ("h", h)] {
            let settled = opening / (opening + closing);
            assert!((cells.state(name) - settled).abs() < 1e-9, "{name}: {settled}");
        }
        let (m, n, h) = (cells.state("m"), cells.state("n"), cells.state("h"));
        let v = cells.state("v");
        let current =
            20.0 * m.powi(3) * h * (50.0 - v) + 6.0 * n.powi(4) * (-90.0 - v) + 0.01 * (-65.0 - v);
        assert!(current.abs() < 1e-9, "{current} nA at {v} mV");
    }

    /// One spike each, however long the voltage stays above the threshold.
    #[test]
    fn a_spike_is_a_maximum() {
        let mut cells = Cells::new(NAME, 0.01, &[]);
        let (mut before, mut rose, mut n_spikes) = (-65.0, false, 0);
        for n in 0..20_000 {
            cells.step(&[0.2], &[]);
            let v = cells.state("v");
            let crest = rose && v < before && before > -33.0;
            assert_eq!(cells.outputs()[0], f64::from(u8::from(crest)), "step {n}");
            (rose, before) = (v > before, v);
            n_spikes += u32::from(crest);
        }
        assert!((5..40).contains(&n_spikes), "{n_spikes}");
    }
}
