//! The LIF neuron of the first FACETS hardware.

use pontine_core_ir::registry::MechanismEntry;
use pontine_mechanism::mechanism_file;

inventory::submit! {
    MechanismEntry {
        name: "IF_facets_hardware1",
        text: mechanism_file!("if_facets_hardware1.mech", exponential_euler),
        reference: "Schemmel et al. (2007), Modeling synaptic plasticity within networks of highly \
                    accelerated I&F neurons, doi:10.1109/ISCAS.2007.378289",
        maths: None,
        place: module_path!(),
    }
}

#[cfg(test)]
mod tests {
    use pontine_mechanism::Solver;

    use super::super::testing::Cells;

    /// 0.2 nF over 40 nS are 5 ms.
    #[test]
    fn it_is_a_leaky_neuron_with_fixed_parameters() {
        let leaky = [
            ("cm", 0.2),
            ("tau_m", 5.0),
            ("tau_refrac", 1.0),
            ("tau_syn_E", 30.0),
            ("tau_syn_I", 30.0),
            ("e_rev_I", -80.0),
            ("v_thresh", -55.0),
            ("v_reset", -80.0),
        ];
        let mut cells = Cells::new("IF_facets_hardware1", 0.1, &[]);
        let mut others = Cells::solved_by("IF_cond_exp", Solver::Rk4, 0.1, &leaky);
        let mut n_spikes = 0.0;
        for n in 0..5_000 {
            let weights =
                [if n % 70 == 0 { 0.004 } else { 0.0 }, if n % 310 == 0 { 0.002 } else { 0.0 }];
            cells.step(&[0.1], &weights);
            others.step(&[0.1], &weights);
            assert_eq!(cells.outputs()[0], others.outputs()[0], "step {n}");
            assert!((cells.state("v") - others.state("v")).abs() < 1e-9, "step {n}");
            n_spikes += cells.outputs()[0];
        }
        assert!(n_spikes > 5.0, "{n_spikes}");
    }
}
