//! Tuning of neurons one by one, from a response curve in closed form.

use pontine_core_ir::{
    Mechanism,
    port::{GainBias, NeuronMaths, TuningError},
};

/// The response of one neuron with given parameters.
pub(super) trait Curve {
    /// Firing rate (Hz) under a constant current.
    fn rate(&self, current: f64) -> f64;

    /// Gain and bias from the maximum rate (Hz) and the intercept.
    fn gain_bias(&self, max_rate: f64, intercept: f64) -> (f64, f64);

    /// Maximum rate (Hz) and intercept from gain and bias.
    fn max_rate_intercept(&self, gain: f64, bias: f64) -> (f64, f64);

    /// What maximum rates (Hz) have to be below.
    fn limit(&self) -> f64 {
        f64::INFINITY
    }
}

/// The mathematics of neurons that have such a curve.
pub(super) struct Closed<C> {
    /// The curve for values of the mechanism's parameters.
    pub(super) of: fn(&Mechanism, &[f64]) -> C,
    /// The state whose initial values Nengo draws.
    pub(super) drawn_state: Option<&'static str>,
}

impl<C: Curve> NeuronMaths for Closed<C> {
    fn rates(&self, mechanism: &Mechanism, parameters: &[f64], currents: &mut [f64]) {
        let curve = (self.of)(mechanism, parameters);
        currents.iter_mut().for_each(|current| *current = curve.rate(*current));
    }

    fn gain_bias(
        &self,
        mechanism: &Mechanism,
        parameters: &[f64],
        max_rates: &[f64],
        intercepts: &[f64],
    ) -> Result<GainBias, TuningError> {
        let curve = (self.of)(mechanism, parameters);
        let tuned =
            max_rates.iter().zip(intercepts).enumerate().map(|(index, (rate, intercept))| {
                let limit = curve.limit();
                if *rate >= limit {
                    return Err(TuningError::MaxRate { index, max_rate: *rate, limit });
                }
                checked(index, *rate, *intercept, curve.gain_bias(*rate, *intercept))
            });
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
        let curve = (self.of)(mechanism, parameters);
        gain.iter().zip(bias).map(|(gain, bias)| curve.max_rate_intercept(*gain, *bias)).unzip()
    }

    fn drawn_state(&self) -> Option<&'static str> {
        self.drawn_state
    }
}

/// Gain and bias, if the gain is positive and finite.
pub(super) fn checked(
    index: usize,
    max_rate: f64,
    intercept: f64,
    (gain, bias): (f64, f64),
) -> Result<(f64, f64), TuningError> {
    if gain > 0.0 && gain.is_finite() {
        Ok((gain, bias))
    } else {
        Err(TuningError::Gain { index, max_rate, intercept, gain })
    }
}

/// That a neuron begins at its intercept, reaches its rate, and that tuning can be undone.
#[cfg(test)]
#[track_caller]
pub(super) fn check_tuning(curve: &impl Curve, max_rate: f64, intercept: f64) {
    let (gain, bias) = curve.gain_bias(max_rate, intercept);
    assert!((curve.rate(gain + bias) / max_rate - 1.0).abs() < 1e-9);
    let (rate, begin) = curve.max_rate_intercept(gain, bias);
    assert!((rate / max_rate - 1.0).abs() < 1e-9, "{rate} {max_rate}");
    assert!((begin - intercept).abs() < 1e-9, "{begin} {intercept}");
}
