//! PyNN's LIF neuron with alpha-shaped synaptic conductances.

use pontine_core_ir::registry::MechanismEntry;
use pontine_mechanism::mechanism_file;

use super::if_curr_exp::ConstantCurrent;

inventory::submit! {
    MechanismEntry {
        name: "IF_cond_alpha",
        text: mechanism_file!("if_cond_alpha.mech"),
        reference: "Brette et al. (2007), Simulation of networks of spiking neurons: a review of \
                    tools and strategies, doi:10.1007/s10827-007-0038-6",
        maths: Some(&ConstantCurrent),
        place: module_path!(),
    }
}

#[cfg(test)]
mod tests {
    use pontine_mechanism::Solver;

    use super::super::testing::Cells;

    /// Voltage and excitatory conductance 4 ms after events at both receptors, below threshold.
    fn response(dt: f64) -> (f64, f64) {
        let parameters = [("v_thresh", 0.0), ("tau_syn_E", 1.0), ("tau_syn_I", 2.0)];
        let mut cells = Cells::new("IF_cond_alpha", dt, &parameters);
        cells.step(&[], &[0.04, 0.02]);
        for _ in 0..(4.0 / dt).round() as u32 {
            cells.step(&[], &[]);
        }
        (cells.state("v"), cells.state("excitatory.g"))
    }

    #[test]
    fn it_converges_with_the_fourth_order() {
        let exact = response(0.001);
        assert!(exact.0 > -61.0 && exact.0 < -60.0, "{exact:?}");
        assert!((exact.1 - 0.04 * 4.0 * (-3.0_f64).exp()).abs() < 1e-12);
        let error = |dt| (response(dt).0 - exact.0).abs();
        assert!(error(0.1) < 1e-6, "{}", error(0.1));
        let ratio = error(0.4) / error(0.2);
        assert!((14.0..26.0).contains(&ratio), "{ratio}");
    }

    #[test]
    fn conductances_go_on_while_the_voltage_is_held() {
        let parameters = [("tau_refrac", 1.0), ("tau_syn_E", 2.0)];
        let mut cells = Cells::solved_by("IF_cond_alpha", Solver::Rk4, 0.1, &parameters);
        cells.set("v", -49.0);
        cells.step(&[], &[0.1]);
        assert_eq!(cells.outputs()[0], 1.0);
        for n in 1..=10 {
            cells.step(&[], &[]);
            assert_eq!(cells.state("v"), -65.0);
            let x = f64::from(n) * 0.05;
            assert!((cells.state("excitatory.g") - 0.1 * x * (1.0 - x).exp()).abs() < 1e-6);
        }
        cells.step(&[], &[]);
        assert!(cells.state("v") > -65.0);
    }
}
