//! The adaptive exponential integrate-and-fire neuron with alpha-shaped conductances.

use pontine_core_ir::registry::MechanismEntry;
use pontine_mechanism::mechanism_file;

inventory::submit! {
    MechanismEntry {
        name: "EIF_cond_alpha_isfa_ista",
        text: mechanism_file!("eif_cond_alpha_isfa_ista.mech", euler),
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

    const NAME: &str = "EIF_cond_alpha_isfa_ista";

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
            ("tau_syn_E", 5.0),
            ("tau_syn_I", 5.0),
        ];
        let mut cells = Cells::solved_by(NAME, Solver::Rk4, 0.1, &own);
        let mut others = Cells::solved_by("IF_cond_alpha", Solver::Rk4, 0.1, &leaky);
        let mut n_spikes = 0.0;
        for n in 0..5_000 {
            let weights =
                [if n % 7 == 0 { 0.002 } else { 0.0 }, if n % 31 == 0 { 0.001 } else { 0.0 }];
            cells.step(&[0.5], &weights);
            others.step(&[0.5], &weights);
            assert_eq!(cells.outputs()[0], others.outputs()[0], "step {n}");
            assert!((cells.state("v") - others.state("v")).abs() < 1e-9, "step {n}");
            n_spikes += cells.outputs()[0];
        }
        assert!(n_spikes > 10.0);
    }

    /// A constant current finds no difference between the two shapes of synapses.
    #[test]
    fn without_synapses_it_is_the_cell_with_exponential_ones() {
        let mut cells = Cells::new(NAME, 0.1, &[]);
        let mut others = Cells::new("EIF_cond_exp_isfa_ista", 0.1, &[]);
        let mut n_spikes = 0.0;
        for n in 0..3_000 {
            cells.step(&[1.0], &[]);
            others.step(&[1.0], &[]);
            assert_eq!(cells.outputs()[0], others.outputs()[0], "step {n}");
            assert!((cells.state("v") - others.state("v")).abs() < 1e-9, "step {n}");
            assert!((cells.state("w") - others.state("w")).abs() < 1e-9, "step {n}");
            n_spikes += cells.outputs()[0];
        }
        assert!(n_spikes > 3.0);
    }
}
