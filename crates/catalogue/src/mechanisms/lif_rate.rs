//! Nengo's LIF neuron as a rate, and the response curve of both LIF types.

use pontine_core_ir::{
    Mechanism,
    port::{GainBias, NeuronMaths, TuningError},
    registry::MechanismEntry,
};
use pontine_mechanism::mechanism_file;

use super::parameter;

inventory::submit! {
    MechanismEntry {
        name: "LIFRate",
        text: mechanism_file!("lif_rate.mech"),
        reference: "Eliasmith & Anderson (2003), Neural Engineering, MIT Press, chapter 4",
        maths: Some(&LifCurve { drawn_state: None }),
        place: module_path!(),
    }
}

/// The response curve `rate = amplitude / (tau_ref + tau_rc ln(1 + 1/(J - 1)))` for J > 1, else 0.
///
/// Operations stand in the order in which Nengo does them, on the platform's `exp` and `log1p`, so
/// that gains and biases are Nengo's to the last bit.
pub(super) struct LifCurve {
    /// The state whose initial values Nengo draws.
    pub(super) drawn_state: Option<&'static str>,
}

/// The parameters of the curve, s and Hz.
struct Times {
    tau_rc: f64,
    tau_ref: f64,
    amplitude: f64,
}

impl Times {
    fn of(mechanism: &Mechanism, parameters: &[f64]) -> Self {
        let value = |name| parameter(mechanism, parameters, name);
        Self { tau_rc: value("tau_rc"), tau_ref: value("tau_ref"), amplitude: value("amplitude") }
    }

    fn rate(&self, current: f64) -> f64 {
        let excess = current - 1.0;
        if excess > 0.0 {
            self.amplitude / (self.tau_ref + self.tau_rc * (1.0 / excess).ln_1p())
        } else {
            0.0
        }
    }

    fn gain_bias(
        &self,
        index: usize,
        max_rate: f64,
        intercept: f64,
    ) -> Result<(f64, f64), TuningError> {
        let limit = 1.0 / self.tau_ref;
        if max_rate >= limit {
            return Err(TuningError::MaxRate { index, max_rate, limit });
        }
        let x = 1.0 / (1.0 - ((self.tau_ref - 1.0 / max_rate) / self.tau_rc).exp());
        let gain = (1.0 - x) / (intercept - 1.0);
        if gain > 0.0 && gain.is_finite() {
            Ok((gain, 1.0 - gain * intercept))
        } else {
            Err(TuningError::Gain { index, max_rate, intercept, gain })
        }
    }

    fn max_rate_intercept(&self, gain: f64, bias: f64) -> (f64, f64) {
        let intercept = (1.0 - bias) / gain;
        let excess = gain * (intercept - 1.0) - 1.0;
        (1.0 / (self.tau_ref - self.tau_rc * (1.0 / excess).ln_1p()), intercept)
    }
}

impl NeuronMaths for LifCurve {
    fn rates(&self, mechanism: &Mechanism, parameters: &[f64], currents: &mut [f64]) {
        let times = Times::of(mechanism, parameters);
        currents.iter_mut().for_each(|current| *current = times.rate(*current));
    }

    fn gain_bias(
        &self,
        mechanism: &Mechanism,
        parameters: &[f64],
        max_rates: &[f64],
        intercepts: &[f64],
    ) -> Result<GainBias, TuningError> {
        let times = Times::of(mechanism, parameters);
        let pairs = max_rates.iter().zip(intercepts).enumerate();
        let tuned =
            pairs.map(|(index, (rate, intercept))| times.gain_bias(index, *rate, *intercept));
        let (gain, bias) = tuned.collect::<Result<_, _>>()?;
        Ok(GainBias { gain, bias })
    }

    fn max_rates_intercepts(
        &self,
        mechanism: &Mechanism,
        parameters: &[f64],
        gain: &[f64],
        bias: &[f64],
    ) -> (Vec<f64>, Vec<f64>) {
        let times = Times::of(mechanism, parameters);
        gain.iter().zip(bias).map(|(gain, bias)| times.max_rate_intercept(*gain, *bias)).unzip()
    }

    fn drawn_state(&self) -> Option<&'static str> {
        self.drawn_state
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{prop_assert, proptest};

    use super::{super::testing::Cells, Times};

    const DEFAULT: Times = Times { tau_rc: 0.02, tau_ref: 0.002, amplitude: 1.0 };

    #[test]
    fn rates_follow_the_curve() {
        assert_eq!([0.0, 1.0].map(|current| DEFAULT.rate(current)), [0.0, 0.0]);
        let expected = 1.0 / (0.002 + 0.02 * 2.0_f64.ln());
        assert!((DEFAULT.rate(2.0) / expected - 1.0).abs() < 1e-15);
        assert_eq!(Times { amplitude: 0.5, ..DEFAULT }.rate(2.0), 0.5 * DEFAULT.rate(2.0));
    }

    #[test]
    fn the_equations_give_the_curve() {
        let mut cells = Cells::new("LIFRate", 1e-3, &[("amplitude", 0.5)]);
        for current in [-3.0, 1.0, 1.0 + 1e-9, 1.5, 40.0] {
            cells.step(&[current], &[]);
            let expected = Times { amplitude: 0.5, ..DEFAULT }.rate(current);
            assert!((cells.outputs()[0] - expected).abs() <= 1e-12 * expected, "{current}");
        }
    }

    #[test]
    fn what_no_neuron_can_do_is_refused_with_its_index() {
        assert_eq!(
            DEFAULT.gain_bias(3, 500.0, 0.0).unwrap_err().to_string(),
            "max rate 500 Hz of neuron 3 is not below the limit of 500 Hz"
        );
        assert_eq!(
            DEFAULT.gain_bias(1, 200.0, 1.0).unwrap_err().to_string(),
            "neuron 1 (max rate 200 Hz, intercept 1) would have the gain -inf"
        );
    }

    proptest! {
        #[test]
        fn a_neuron_begins_at_its_intercept_and_reaches_its_rate(
            // Below some 2 Hz the gain of these neurons is lost in rounding, and refused.
            max_rate in 5.0..490.0, intercept in -0.99..0.95,
        ) {
            let (gain, bias) = DEFAULT.gain_bias(0, max_rate, intercept).unwrap();
            prop_assert!((gain * intercept + bias - 1.0).abs() < 1e-12 * gain.max(1.0));
            prop_assert!((DEFAULT.rate(gain + bias) / max_rate - 1.0).abs() < 1e-9);
            let (rate, begin) = DEFAULT.max_rate_intercept(gain, bias);
            prop_assert!((rate / max_rate - 1.0).abs() < 1e-9);
            prop_assert!((begin - intercept).abs() < 1e-9);
        }
    }
}
