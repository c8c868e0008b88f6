//! PyNN's LIF neuron with alpha-shaped synaptic currents.

use pontine_core_ir::registry::MechanismEntry;
use pontine_mechanism::mechanism_file;

use super::if_curr_exp::ConstantCurrent;

inventory::submit! {
    MechanismEntry {
        name: "IF_curr_alpha",
        text: mechanism_file!("if_curr_alpha.mech"),
        reference: "Rotter & Diesmann (1999), Exact digital simulation of time-invariant linear \
                    systems with applications to neuronal modeling, doi:10.1007/s004220050570",
        maths: Some(&ConstantCurrent),
        place: module_path!(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::Cells;

    /// A current of one event of weight 1 peaks with 1 at tau.
    #[test]
    fn the_weight_is_the_peak_of_the_current() {
        let mut cells = Cells::new("IF_curr_alpha", 0.1, &[("tau_syn_E", 2.0)]);
        cells.step(&[], &[0.3, -0.1]);
        assert_eq!(cells.state("excitatory.i"), 0.0);
        for n in 1..200 {
            cells.step(&[], &[]);
            for (name, w, tau) in [("excitatory.i", 0.3, 2.0), ("inhibitory.i", -0.1, 0.5)] {
                let x = f64::from(n) * 0.1 / tau;
                let expected = w * x * (1.0 - x).exp();
                assert!((cells.state(name) - expected).abs() < 1e-13, "{name} in step {n}");
            }
        }
    }

    /// With the rate difference d = 1/tau - 1/tau_m, v = v_rest + w e / (tau cm) · (e^{-t/tau_m} -
    /// (1 + d t) e^{-t/tau}) / d²; where the two are equal, w e / (tau cm) · t²/2 e^{-t/tau}.
    #[test]
    fn a_potential_follows_its_closed_form() {
        for tau in [0.5, 5.0, 20.0, 20.0 + 1e-8] {
            let mut cells = Cells::new("IF_curr_alpha", 0.1, &[("tau_syn_E", tau), ("cm", 0.5)]);
            cells.step(&[], &[0.05]);
            let d: f64 = 1.0 / tau - 1.0 / 20.0;
            for n in 1..500 {
                cells.step(&[], &[]);
                let t = f64::from(n) * 0.1;
                let shape = match d.abs() < 1e-6 {
                    true => t * t / 2.0 * (-t / tau).exp(),
                    false => ((-t / 20.0).exp() - (1.0 + d * t) * (-t / tau).exp()) / (d * d),
                };
                let expected = 0.05 * 1f64.exp() / (tau * 0.5) * shape;
                assert!((cells.state("v") + 65.0 - expected).abs() < 1e-9, "{tau} at {t}");
            }
        }
    }
}
