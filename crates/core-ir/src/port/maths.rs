//! Closed forms of a neuron type: what the NEF needs in order to tune and decode.

use pontine_mechanism::Mechanism;

/// Response curve of a neuron type, and gain and bias from it.
///
/// Parameters are the values of the mechanism's parameters, in its order and units.
pub trait NeuronMaths: Sync {
    /// Firing rates (Hz) under constant input currents, in place.
    fn rates(&self, mechanism: &Mechanism, parameters: &[f64], currents: &mut [f64]);

    /// Gain and bias of each neuron from its maximum rate (Hz) and its intercept.
    ///
    /// # Errors
    /// [`TuningError`] if a rate cannot be reached.
    fn gain_bias(
        &self,
        mechanism: &Mechanism,
        parameters: &[f64],
        max_rates: &[f64],
        intercepts: &[f64],
    ) -> Result<GainBias, TuningError>;

    /// Maximum rates (Hz) and intercepts from gains and biases.
    fn max_rates_intercepts(
        &self,
        mechanism: &Mechanism,
        parameters: &[f64],
        gain: &[f64],
        bias: &[f64],
    ) -> (Vec<f64>, Vec<f64>);

    /// The state in which Nengo draws initial values, and how: `voltage`, uniform on [0, 1).
    fn drawn_state(&self) -> Option<&'static str> {
        None
    }
}

/// Gain and bias of each neuron: current = gain · (encoder · x / radius) + bias.
#[derive(Clone, Debug, PartialEq)]
pub struct GainBias {
    /// Gains.
    pub gain: Vec<f64>,
    /// Biases.
    pub bias: Vec<f64>,
}

/// Why neurons cannot be tuned so.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum TuningError {
    /// Refractoriness does not allow this rate.
    #[error("max rate {max_rate} Hz of neuron {index} is not below the limit of {limit} Hz")]
    MaxRate {
        /// Which neuron.
        index: usize,
        /// Its rate.
        max_rate: f64,
        /// The limit: 1/tau_ref.
        limit: f64,
    },
    /// A rate that the neuron does not reach, or that has no threshold below it.
    #[error("neuron {index} reaches its max rate of {max_rate} Hz at no current that was tried")]
    Unreached {
        /// Which neuron.
        index: usize,
        /// Its rate.
        max_rate: f64,
    },
    /// A gain that is not positive and finite.
    #[error(
        "neuron {index} (max rate {max_rate} Hz, intercept {intercept}) would have the gain {gain}"
    )]
    Gain {
        /// Which neuron.
        index: usize,
        /// Its rate.
        max_rate: f64,
        /// Its intercept.
        intercept: f64,
        /// The gain.
        gain: f64,
    },
}
