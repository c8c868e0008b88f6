//! The adaptive exponential integrate-and-fire neuron.

use pontine_core_ir::registry::MechanismEntry;
use pontine_mechanism::mechanism_file;

inventory::submit! {
    MechanismEntry {
        name: "EIF_cond_exp_isfa_ista",
        text: mechanism_file!("eif_cond_exp_isfa_ista.mech", euler),
        reference: "Brette & Gerstner (2005), Adaptive exponential integrate-and-fire model as an \
                    effective description of neuronal activity, doi:10.1152/jn.00686.2005",
        maths: None,
        place: module_path!(),
    }
}

#[cfg(test)]
mod tests {
    use pontine_mechanism::Solver;

    use super::super::testing::Cells;

    const NAME: &str = "EIF_cond_exp_isfa_ista";

    /// Steps with spikes of 200 ms under a constant current.
    fn spikes(solver: Solver, dt: f64, current: f64, parameters: &[(&str, f64)]) -> Vec<f64> {
        let mut cells = Cells::solved_by(NAME, solver, dt, parameters);
        let mut times = Vec::new();
        for n in 1..=(200.0 / dt).round() as u32 {
            cells.step(&[current], &[]);
            if cells.outputs()[0] > 0.0 {
                times.push(f64::from(n) * dt);
            }
        }
        times
    }

    #[test]
    fn spike_times_converge_and_intervals_grow() {
        let fine = spikes(Solver::Rk4, 0.005, 1.0, &[]);
        let coarse = spikes(Solver::Rk4, 0.1, 1.0, &[]);
        assert!(fine.len() >= 4 && coarse.len() == fine.len(), "{fine:?} {coarse:?}");
        for (a, b) in fine.iter().zip(&coarse) {
            // Refractoriness begins on the grid, so that each spike may lose a step.
            assert!((a - b).abs() < 0.1 * fine.len() as f64, "{fine:?} {coarse:?}");
        }
        let intervals: Vec<_> = fine.windows(2).map(|pair| pair[1] - pair[0]).collect();
        assert!(intervals.is_sorted() && intervals[3] > 1.5 * intervals[0], "{intervals:?}");
        let euler = spikes(Solver::Euler, 0.005, 1.0, &[]);
        assert_eq!(euler.len(), fine.len());
    }

    /// Without onset and adaptation it is the leaky neuron, step for step.
    #[test]
    fn without_onset_it_is_a_leaky_neuron() {
        let own = [("delta_T", 0.0), ("a", 0.0), ("b", 0.0)];
        let leaky = [
            ("cm", 0.281),
            ("v_reset", -70.6),
            ("v_rest", -70.6),
            ("tau_m", 9.3667),
            ("v_thresh", -50.4),
            ("e_rev_I", -80.0),
        ];
        let mut cells = Cells::solved_by(NAME, Solver::Rk4, 0.1, &own);
        let mut others = Cells::solved_by("IF_cond_exp", Solver::Rk4, 0.1, &leaky);
        others.set("v", -70.6);
        let mut n_spikes = 0.0;
        for n in 0..5_000 {
            let weights =
                [if n % 7 == 0 { 0.004 } else { 0.0 }, if n % 31 == 0 { 0.002 } else { 0.0 }];
            cells.step(&[0.5], &weights);
            others.step(&[0.5], &weights);
            assert_eq!(cells.outputs()[0], others.outputs()[0], "step {n}");
            assert!((cells.state("v") - others.state("v")).abs() < 1e-9, "step {n}");
            n_spikes += cells.outputs()[0];
        }
        assert!(n_spikes > 10.0);
    }

    #[test]
    fn a_steep_onset_spikes_and_goes_on() {
        for delta_t in [1e-3, 0.05, 2.0] {
            let times = spikes(Solver::Rk4, 0.1, 1.0, &[("delta_T", delta_t)]);
            assert!(times.len() >= 4, "{delta_t}: {times:?}");
        }
        let mut cells = Cells::new(NAME, 0.1, &[]);
        cells.set("v", 1e6);
        cells.step(&[], &[]);
        assert_eq!((cells.outputs()[0], cells.state("v")), (1.0, -70.6));
        // Adaptation has seen v_spike, 30.6 mV above rest.
        let adapted = 0.0805 + 0.004 * 30.6 * 0.1 / 144.0;
        assert!((cells.state("w") - adapted).abs() < 1e-7);
    }
}
