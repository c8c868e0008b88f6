//! Nengo's hyperbolic tangent neuron, whose rate may be negative.

use pontine_core_ir::{Mechanism, registry::MechanismEntry};
use pontine_mechanism::mechanism_file;

use super::{
    curve::{Closed, Curve},
    parameter,
};

inventory::submit! {
    MechanismEntry {
        name: "Tanh",
        text: mechanism_file!("tanh.mech"),
        reference: "LeCun, Bottou, Orr & Müller (1998), Efficient BackProp",
        maths: Some(&Closed { of: Tangent::of, drawn_state: None }),
        place: module_path!(),
    }
}

/// `rate = tanh(J) / tau_ref`. The intercept is where the rate is 0.
struct Tangent {
    tau_ref: f64,
}

impl Tangent {
    fn of(mechanism: &Mechanism, parameters: &[f64]) -> Self {
        Self { tau_ref: parameter(mechanism, parameters, "tau_ref") }
    }
}

impl Curve for Tangent {
    fn rate(&self, current: f64) -> f64 {
        (1.0 / self.tau_ref) * current.tanh()
    }

    fn gain_bias(&self, max_rate: f64, intercept: f64) -> (f64, f64) {
        // The platform's, as NumPy has it.
        let gain = (max_rate * self.tau_ref).atanh() / (1.0 - intercept);
        (gain, -gain * intercept)
    }

    fn max_rate_intercept(&self, gain: f64, bias: f64) -> (f64, f64) {
        (self.rate(gain + bias), -bias / gain)
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
        let mut cells = Cells::new("Tanh", 1e-3, &[("tau_ref", 0.01)]);
        for current in [-30.0, 0.0, 1.5] {
            cells.step(&[current], &[]);
            let expected = Tangent { tau_ref: 0.01 }.rate(current);
            assert!((cells.outputs()[0] - expected).abs() < 1e-12 * 100.0, "{current}");
        }
    }

    #[test]
    fn a_neuron_is_tuned_to_its_rate() {
        check_tuning(&Tangent { tau_ref: 0.0025 }, 300.0, 0.3);
    }
}
