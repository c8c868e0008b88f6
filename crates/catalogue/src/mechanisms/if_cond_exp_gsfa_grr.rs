//! PyNN's LIF neuron with adaptation and relative refractoriness.

use pontine_core_ir::registry::MechanismEntry;
use pontine_mechanism::mechanism_file;

inventory::submit! {
    MechanismEntry {
        name: "IF_cond_exp_gsfa_grr",
        text: mechanism_file!("if_cond_exp_gsfa_grr.mech", exponential_euler),
        reference: "Muller et al. (2007), Spike-frequency adapting neural ensembles: beyond mean \
                    adaptation and renewal theories, doi:10.1162/neco.2007.19.11.2958",
        maths: None,
        place: module_path!(),
    }
}

#[cfg(test)]
mod tests {
    use pontine_mechanism::Solver;

    use super::super::testing::Cells;

    const NAME: &str = "IF_cond_exp_gsfa_grr";

    #[test]
    fn without_its_own_conductances_it_is_a_leaky_neuron() {
        let own = [("q_sfa", 0.0), ("q_rr", 0.0)];
        for solver in [Solver::Rk4, Solver::ExponentialEuler] {
            let mut cells = Cells::solved_by(NAME, solver, 0.1, &own);
            let mut others = Cells::solved_by("IF_cond_exp", solver, 0.1, &[]);
            let mut n_spikes = 0.0;
            for n in 0..3_000 {
                let weights = [if n % 9 == 0 { 0.01 } else { 0.0 }, 0.0001];
                cells.step(&[0.6], &weights);
                others.step(&[0.6], &weights);
                assert_eq!(cells.outputs()[0], others.outputs()[0], "step {n}");
                assert!((cells.state("v") - others.state("v")).abs() < 1e-9, "step {n}");
                n_spikes += cells.outputs()[0];
            }
            assert!(n_spikes > 10.0);
        }
    }

    #[test]
    fn a_spike_opens_both_conductances_which_decay_in_their_times() {
        let mut cells = Cells::new(NAME, 0.1, &[("tau_refrac", 1.0)]);
        cells.set("v", -40.0);
        cells.step(&[], &[]);
        assert_eq!(cells.outputs()[0], 1.0);
        assert!((cells.state("g_s") - 0.015).abs() < 1e-15);
        assert!((cells.state("g_r") - 3.0).abs() < 1e-12);
        for _ in 0..10 {
            cells.step(&[], &[]);
            assert_eq!(cells.state("v"), -65.0);
        }
        assert!((cells.state("g_s") / (0.015 * (-0.01_f64).exp()) - 1.0).abs() < 1e-6);
        assert!((cells.state("g_r") / (3.0 * (-0.5_f64).exp()) - 1.0).abs() < 1e-6);
    }

    #[test]
    fn intervals_grow_under_constant_current() {
        let mut cells = Cells::new(NAME, 0.1, &[("i_offset", 2.0)]);
        let mut times = Vec::new();
        for n in 0..5_000 {
            cells.step(&[], &[]);
            if cells.outputs()[0] > 0.0 {
                times.push(n);
            }
        }
        let intervals: Vec<_> = times.windows(2).map(|pair| pair[1] - pair[0]).collect();
        assert!(intervals.len() > 8 && intervals[..4].is_sorted(), "{intervals:?}");
        assert!(intervals[intervals.len() - 1] > intervals[0] * 5 / 4, "{intervals:?}");
    }
}
