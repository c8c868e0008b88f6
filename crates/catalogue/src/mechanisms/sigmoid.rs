//! Nengo's sigmoid neuron.

use pontine_core_ir::{Mechanism, registry::MechanismEntry};
use pontine_mechanism::mechanism_file;

use super::{
    curve::{Closed, Curve},
    parameter,
};

inventory::submit! {
    MechanismEntry {
        name: "Sigmoid",
        text: mechanism_file!("sigmoid.mech"),
        reference: "Wilson & Cowan (1972), Excitatory and inhibitory interactions in localized populations of model neurons, doi:10.1016/S0006-3495(72)86068-5",
        maths: Some(&Closed { of: Logistic::of, drawn_state: None }),
        place: module_path!(),
    }
}

/// `rate = 1 / (tau_ref (1 + exp(-J)))`. The intercept is where the curve's middle lies.
struct Logistic {
    tau_ref: f64,
}

impl Logistic {
    fn of(mechanism: &Mechanism, parameters: &[f64]) -> Self {
        Self { tau_ref: parameter(mechanism, parameters, "tau_ref") }
    }
}

impl Curve for Logistic {
    fn rate(&self, current: f64) -> f64 {
        (1.0 / self.tau_ref) / (1.0 + (-current).exp())
    }

    fn gain_bias(&self, max_rate: f64, intercept: f64) -> (f64, f64) {
        let top = -(1.0 / (max_rate * self.tau_ref) - 1.0).ln();
        let gain = top / (1.0 - intercept);
        (gain, top - gain)
    }

    fn max_rate_intercept(&self, gain: f64, bias: f64) -> (f64, f64) {
        let top = gain + bias;
        (1.0 / (self.tau_ref * (1.0 + (-top).exp())), 1.0 - top / gain)
    }

    fn limit(&self) -> f64 {
        1.0 / self.tau_ref
    }
}

#[cfg(test)]
mod tests {
    use super::{
        super::{curve::check_tuning, testing::Cells},
        *,
    };

    #[test]
    fn the_equations_give_the_curve() {
        let mut cells = Cells::new("Sigmoid", 1e-3, &[]);
        for current in [-30.0, 0.0, 1.5, 40.0] {
            cells.step(&[current], &[]);
            let expected = Logistic { tau_ref: 0.0025 }.rate(current);
            assert!((cells.outputs()[0] - expected).abs() < 1e-12 * 400.0, "{current}");
        }
    }

    #[test]
    fn a_neuron_is_tuned_to_its_rate() {
        check_tuning(&Logistic { tau_ref: 0.0025 }, 300.0, 0.3);
    }

    /// Below half the limit the curve would have to fall.
    #[test]
    fn low_rates_need_a_negative_gain() {
        assert!(Logistic { tau_ref: 0.0025 }.gain_bias(100.0, 0.0).0 < 0.0);
    }
}
