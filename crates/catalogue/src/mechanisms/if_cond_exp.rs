//! PyNN's LIF neuron with exponentially decaying synaptic conductances.

use pontine_core_ir::registry::MechanismEntry;
use pontine_mechanism::mechanism_file;

use super::if_curr_exp::ConstantCurrent;

inventory::submit! {
    MechanismEntry {
        name: "IF_cond_exp",
        text: mechanism_file!("if_cond_exp.mech", rk4, rk45),
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

    /// Voltage 10 ms after one excitatory and one inhibitory event, below threshold.
    fn response(solver: Solver, dt: f64) -> f64 {
        let mut cells = Cells::solved_by("IF_cond_exp", solver, dt, &[("v_thresh", 0.0)]);
        cells.step(&[], &[0.02, 0.01]);
        for _ in 0..(10.0 / dt).round() as u32 {
            cells.step(&[], &[]);
        }
        cells.state("v")
    }

    #[test]
    fn solvers_converge_with_their_order() {
        let exact = response(Solver::Rk4, 0.001);
        assert!(exact > -62.0 && exact < -61.0, "{exact}");
        let error = |solver, dt| (response(solver, dt) - exact).abs();
        assert!(error(Solver::Rk4, 0.1) < 1e-8);
        assert!(error(Solver::ExponentialEuler, 0.1) < 0.1);
        let ratio = error(Solver::ExponentialEuler, 0.2) / error(Solver::ExponentialEuler, 0.1);
        assert!((ratio - 2.0).abs() < 0.1, "{ratio}");
        let ratio = error(Solver::Rk4, 2.0) / error(Solver::Rk4, 1.0);
        assert!((ratio - 16.0).abs() < 4.0, "{ratio}");
    }

    /// While conductances stand still, the voltage follows its closed form however long the step.
    #[test]
    fn constant_conductances_are_solved_exactly() {
        let parameters = [("tau_syn_E", 1e18), ("tau_syn_I", 1e18), ("v_thresh", 0.0)];
        let mut cells = Cells::new("IF_cond_exp", 2.5, &parameters);
        cells.set("excitatory.g", 0.03);
        cells.set("inhibitory.g", 0.05);
        let total = 1.0 / 20.0 + 0.03 + 0.05;
        let settled = (-65.0 / 20.0 - 70.0 * 0.05) / total;
        for n in 1..40 {
            cells.step(&[], &[]);
            let expected = settled + (-65.0 - settled) * (-total * 2.5 * f64::from(n)).exp();
            assert!((cells.state("v") - expected).abs() < 1e-10, "step {n}");
        }
    }
}
