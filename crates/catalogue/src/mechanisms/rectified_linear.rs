//! Nengo's rectified linear neuron as a rate, and the curve of both rectified linear types.

use pontine_core_ir::{Mechanism, registry::MechanismEntry};
use pontine_mechanism::mechanism_file;

use super::{
    curve::{Closed, Curve},
    parameter,
};

inventory::submit! {
    MechanismEntry {
        name: "RectifiedLinear",
        text: mechanism_file!("rectified_linear.mech"),
        reference: "Nair & Hinton (2010), Rectified linear units improve restricted Boltzmann machines",
        maths: Some(&Closed { of: Line::of, drawn_state: None }),
        place: module_path!(),
    }
}

/// `rate = amplitude · max(J, 0)`; tuning leaves the amplitude out, as Nengo's does.
pub(super) struct Line {
    amplitude: f64,
}

impl Line {
    pub(super) fn of(mechanism: &Mechanism, parameters: &[f64]) -> Self {
        Self { amplitude: parameter(mechanism, parameters, "amplitude") }
    }
}

impl Curve for Line {
    fn rate(&self, current: f64) -> f64 {
        self.amplitude * current.max(0.0)
    }

    fn gain_bias(&self, max_rate: f64, intercept: f64) -> (f64, f64) {
        let gain = max_rate / (1.0 - intercept);
        (gain, -intercept * gain)
    }

    fn max_rate_intercept(&self, gain: f64, bias: f64) -> (f64, f64) {
        let intercept = -bias / gain;
        (gain * (1.0 - intercept), intercept)
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
        let mut cells = Cells::new("RectifiedLinear", 1e-3, &[("amplitude", 0.5)]);
        for current in [-3.0, 0.0, 1.5, 400.0] {
            cells.step(&[current], &[]);
            assert_eq!(cells.outputs()[0], Line { amplitude: 0.5 }.rate(current), "{current}");
        }
    }

    #[test]
    fn a_neuron_is_tuned_to_its_rate() {
        check_tuning(&Line { amplitude: 1.0 }, 200.0, -0.3);
    }
}
