//! Tuning of neurons whose response has no closed form, from samples of it.

use pontine_core_ir::{
    Mechanism,
    port::{GainBias, NeuronMaths, TuningError},
};

use super::curve::checked;

/// How many samples are taken.
const N_SAMPLES: usize = 101;

/// The currents first looked at reach so far from 0.
const FIRST_RANGE: f64 = 10.0;

/// How often that is doubled.
const N_DOUBLINGS: u32 = 10;

/// What counts as no rate, Hz.
const SILENT: f64 = 1e-16;

/// The response of one neuron with given parameters.
pub(super) trait Response {
    /// Firing rate (Hz) under a constant current.
    fn rate(&self, current: f64) -> f64;
}

/// The mathematics of neurons that have such a response.
///
/// The threshold is the largest sampled current without spikes, and the largest maximum rate is
/// looked for among the samples; between the two the rate is interpolated.
pub(super) struct Sampled<R> {
    /// The response for values of the mechanism's parameters.
    pub(super) of: fn(&Mechanism, &[f64]) -> R,
    /// The state whose initial values Nengo draws.
    pub(super) drawn_state: Option<&'static str>,
}

impl<R: Response> NeuronMaths for Sampled<R> {
    fn rates(&self, mechanism: &Mechanism, parameters: &[f64], currents: &mut [f64]) {
        let response = (self.of)(mechanism, parameters);
        currents.iter_mut().for_each(|current| *current = response.rate(*current));
    }

    fn gain_bias(
        &self,
        mechanism: &Mechanism,
        parameters: &[f64],
        max_rates: &[f64],
        intercepts: &[f64],
    ) -> Result<GainBias, TuningError> {
        let response = (self.of)(mechanism, parameters);
        let (threshold, top) = range(&response, max_rates)?;
        let currents = linspace(threshold, top);
        let rates = currents.map(|current| response.rate(current));
        let tuned =
            max_rates.iter().zip(intercepts).enumerate().map(|(index, (rate, intercept))| {
                let reached = interpolated(*rate, &rates, &currents);
                let gain = (threshold - reached) / (intercept - 1.0);
                checked(index, *rate, *intercept, (gain, reached - gain))
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
        let response = (self.of)(mechanism, parameters);
        let neurons = gain.iter().zip(bias);
        neurons
            .map(|(gain, bias)| (response.rate(gain + bias), intercept(&response, *gain, *bias)))
            .unzip()
    }

    fn drawn_state(&self) -> Option<&'static str> {
        self.drawn_state
    }
}

/// The threshold, and a current at which the largest rate is reached.
fn range(response: &impl Response, max_rates: &[f64]) -> Result<(f64, f64), TuningError> {
    let max_rate = max_rates.iter().copied().fold(0.0, f64::max);
    let (mut threshold, mut top) = (None, None);
    for doubling in 0..=N_DOUBLINGS {
        let reach = FIRST_RANGE * f64::from(1u32 << doubling);
        let samples = linspace(-reach, reach).map(|current| (current, response.rate(current)));
        let silent = samples.iter().rev().find(|(_, rate)| *rate <= SILENT);
        threshold = threshold.or(silent.map(|(current, _)| *current));
        let reached = samples.iter().find(|(_, rate)| *rate >= max_rate);
        top = top.or(reached.map(|(current, _)| *current));
        if let (Some(threshold), Some(top)) = (threshold, top) {
            return Ok((threshold, top));
        }
    }
    let index = max_rates.iter().position(|rate| *rate == max_rate).unwrap_or_default();
    Err(TuningError::Unreached { index, max_rate })
}

/// The last of the samples of [-1, 1] at which the neuron is still silent; -1 if it is so nowhere, or
/// everywhere.
fn intercept(response: &impl Response, gain: f64, bias: f64) -> f64 {
    let samples = linspace(-1.0, 1.0);
    let silent = |x: &&f64| response.rate(gain * **x + bias) <= SILENT;
    let last = samples.iter().rev().find(silent).copied();
    last.filter(|x| *x < 1.0).unwrap_or(-1.0)
}

fn linspace(start: f64, stop: f64) -> [f64; N_SAMPLES] {
    let step = (stop - start) / (N_SAMPLES - 1) as f64;
    std::array::from_fn(|i| if i + 1 == N_SAMPLES { stop } else { i as f64 * step + start })
}

/// `to` at the place of `x` among the ascending `from`.
fn interpolated(x: f64, from: &[f64], to: &[f64]) -> f64 {
    let right = from.partition_point(|f| *f <= x);
    match right {
        0 => to[0],
        right if right == from.len() => to[right - 1],
        right => {
            let slope = (to[right] - to[right - 1]) / (from[right] - from[right - 1]);
            slope * (x - from[right - 1]) + to[right - 1]
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `rate = max(0, J - 2)`, at most 50.
    struct Clipped;

    impl Response for Clipped {
        fn rate(&self, current: f64) -> f64 {
            (current - 2.0).clamp(0.0, 50.0)
        }
    }

    fn clipped() -> (Sampled<Clipped>, Mechanism) {
        let maths = Sampled { of: |_, _| Clipped, drawn_state: None };
        (maths, Mechanism::parse("mechanism Clipped { units nef }").unwrap())
    }

    #[test]
    fn a_line_is_found_again() {
        let (maths, mechanism) = clipped();
        let tuned = maths.gain_bias(&mechanism, &[], &[20.0, 40.0], &[0.0, 0.5]).unwrap();
        for (i, (rate, intercept)) in [(20.0, 0.0), (40.0, 0.5)].into_iter().enumerate() {
            let (gain, bias) = (tuned.gain[i], tuned.bias[i]);
            assert!((gain + bias - 2.0 - rate).abs() < 1e-9, "{gain} {bias}");
            assert!((gain * intercept + bias - 2.0).abs() < 1e-9, "{gain} {bias}");
        }
        let (rates, intercepts) =
            maths.max_rates_intercepts(&mechanism, &[], &tuned.gain, &tuned.bias);
        assert!((rates[1] - 40.0).abs() < 1e-9);
        assert!((intercepts[1] - 0.5).abs() < 0.02 + 1e-9);
    }

    #[test]
    fn a_rate_beyond_reach_is_refused() {
        let (maths, mechanism) = clipped();
        let error = maths.gain_bias(&mechanism, &[], &[20.0, 60.0], &[0.0, 0.0]).unwrap_err();
        assert_eq!(error, TuningError::Unreached { index: 1, max_rate: 60.0 });
    }
}
