//! From rates and intercepts to gains and biases, and from points to activities.

use ndarray::{Array1, Array2, ArrayView2, Axis};
use pontine_core_ir::{
    Mechanism, Samples,
    network::EnsembleParams,
    port::{NeuronMaths, TuningError},
};
use pontine_rng::RandomState;

use crate::{
    linear,
    samples::{SampleError, resolve, resolve_vector},
};

/// A neuron type with its parameters, as far as the mathematics needs it.
#[derive(Clone, Copy)]
pub struct NeuronModel<'a> {
    /// Its closed forms.
    pub maths: &'a dyn NeuronMaths,
    /// Its equations.
    pub mechanism: &'a Mechanism,
    /// Values of its parameters, in the mechanism's order and units.
    pub parameters: &'a [f64],
}

/// What is drawn for an ensemble of n neurons and d dimensions, in Nengo's order.
#[derive(Clone, Debug, PartialEq)]
pub struct Drawn {
    /// Points at which decoders are solved, radius included: (points, d).
    pub eval_points: Array2<f64>,
    /// Preferred directions: (n, d), of length 1 unless the ensemble keeps theirs.
    pub encoders: Array2<f64>,
    /// What the neurons are tuned by.
    pub tuned_by: TunedBy,
}

/// Maximum rates and intercepts, or gains and biases; each (n,).
#[derive(Clone, Debug, PartialEq)]
pub enum TunedBy {
    /// Rates at the radius (Hz), and where firing begins (-1 … 1).
    Rates {
        /// Rates at the radius, Hz.
        max_rates: Array1<f64>,
        /// Where firing begins.
        intercepts: Array1<f64>,
    },
    /// Gains and biases, given outright.
    Gains {
        /// Gains.
        gain: Array1<f64>,
        /// Biases.
        bias: Array1<f64>,
    },
}

/// An ensemble, tuned: the current of neuron i is `gain_i (e_i · x / radius) + bias_i`.
#[derive(Clone, Debug, PartialEq)]
pub struct Tuning {
    /// Size of the represented ball.
    pub radius: f64,
    /// Points at which decoders are solved: (points, d).
    pub eval_points: Array2<f64>,
    /// Preferred directions: (n, d).
    pub encoders: Array2<f64>,
    /// `encoders · gain / radius`: (n, d).
    pub scaled_encoders: Array2<f64>,
    /// Rates at the radius, Hz: (n,).
    pub max_rates: Array1<f64>,
    /// Where firing begins: (n,).
    pub intercepts: Array1<f64>,
    /// Gains: (n,).
    pub gain: Array1<f64>,
    /// Biases: (n,).
    pub bias: Array1<f64>,
}

impl Drawn {
    /// Draws with `RandomState(seed)`: evaluation points, encoders, then maximum rates and
    /// intercepts, or gains and biases.
    ///
    /// # Errors
    /// [`SampleError`] if a distribution is unknown, an array has another shape, or an encoder
    /// cannot be scaled to length 1.
    pub fn new(
        params: &EnsembleParams,
        n: usize,
        d: usize,
        seed: u32,
    ) -> Result<Self, SampleError> {
        let rng = &mut RandomState::new(seed);
        let eval_points =
            eval_points(&params.eval_points, params.n_eval_points, d, Some(params.radius), rng)?;
        let mut encoders = resolve(&params.encoders, "encoders", n, d, Some(n), rng)?;
        if params.normalize_encoders {
            normalize(&mut encoders)?;
        }
        let tuned_by = match &params.gain_bias {
            Some((gain, bias)) => TunedBy::Gains {
                gain: resolve_vector(gain, "gains", n, rng)?,
                bias: resolve_vector(bias, "biases", n, rng)?,
            },
            None => TunedBy::Rates {
                max_rates: resolve_vector(&params.max_rates, "max rates", n, rng)?,
                intercepts: resolve_vector(&params.intercepts, "intercepts", n, rng)?,
            },
        };
        Ok(Self { eval_points, encoders, tuned_by })
    }

    /// Finds gains and biases for the rates, or the other way round.
    ///
    /// # Errors
    /// [`TuningError`] if a neuron cannot reach its rate, or its gain is not positive and finite.
    pub fn tune(self, radius: f64, neurons: &NeuronModel<'_>) -> Result<Tuning, TuningError> {
        let tuned = tuned(self.tuned_by, neurons)?;
        let per_radius = (&tuned.gain / radius).insert_axis(Axis(1));
        Ok(Tuning {
            radius,
            eval_points: self.eval_points,
            scaled_encoders: &self.encoders * &per_radius,
            encoders: self.encoders,
            max_rates: tuned.max_rates,
            intercepts: tuned.intercepts,
            gain: tuned.gain,
            bias: tuned.bias,
        })
    }
}

/// Evaluation points: `n` drawn, or as many as are given; multiplied by the radius, if there is
/// one.
///
/// # Errors
/// [`SampleError`] if the distribution is unknown or the points have other dimensions.
pub fn eval_points(
    samples: &Samples,
    n: usize,
    d: usize,
    radius: Option<f64>,
    rng: &mut RandomState,
) -> Result<Array2<f64>, SampleError> {
    let points = resolve(samples, "evaluation points", n, d, None, rng)?;
    Ok(match radius {
        Some(radius) => points * radius,
        None => points,
    })
}

impl Tuning {
    /// Firing rates (Hz) of all neurons at each point: (points, n).
    pub fn activities(
        &self,
        points: ArrayView2<'_, f64>,
        neurons: &NeuronModel<'_>,
    ) -> Array2<f64> {
        let directions = self.encoders.t().mapv(|e| e / self.radius);
        let mut rates = linear::product(points, directions.view());
        let (gain, bias) = (self.gain.to_vec(), self.bias.to_vec());
        let n_block = gain.len().max(1) * BLOCK.div_ceil(gain.len().max(1));
        let numbers = rates.as_slice_mut().unwrap_or_default();
        for currents in numbers.chunks_mut(n_block) {
            for row in currents.chunks_mut(gain.len().max(1)) {
                let gain_bias = gain.iter().zip(&bias);
                row.iter_mut().zip(gain_bias).for_each(|(x, (gain, bias))| *x = gain * *x + bias);
            }
            neurons.maths.rates(neurons.mechanism, neurons.parameters, currents);
        }
        rates
    }
}

/// About how many rates are computed at a time: so few that they stay near, and so many that beginning
/// costs nothing.
const BLOCK: usize = 4096;

struct Tuned {
    max_rates: Array1<f64>,
    intercepts: Array1<f64>,
    gain: Array1<f64>,
    bias: Array1<f64>,
}

fn tuned(by: TunedBy, neurons: &NeuronModel<'_>) -> Result<Tuned, TuningError> {
    let NeuronModel { maths, mechanism, parameters } = *neurons;
    match by {
        TunedBy::Rates { max_rates, intercepts } => {
            let (rates, thresholds) = (max_rates.to_vec(), intercepts.to_vec());
            let found = maths.gain_bias(mechanism, parameters, &rates, &thresholds)?;
            let (gain, bias) = (found.gain.into(), found.bias.into());
            Ok(Tuned { max_rates, intercepts, gain, bias })
        }
        TunedBy::Gains { gain, bias } => {
            let (max_rates, intercepts) =
                maths.max_rates_intercepts(mechanism, parameters, &gain.to_vec(), &bias.to_vec());
            Ok(Tuned { max_rates: max_rates.into(), intercepts: intercepts.into(), gain, bias })
        }
    }
}

fn normalize(encoders: &mut Array2<f64>) -> Result<(), SampleError> {
    for (index, mut encoder) in encoders.rows_mut().into_iter().enumerate() {
        let length = encoder.dot(&encoder).sqrt();
        if !(length > 0.0 && length.is_finite()) {
            return Err(SampleError::Encoder { index, length });
        }
        encoder /= length;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use ndarray::array;
    use pontine_core_ir::{Ensemble, Network, Spec, Tensor, port::GainBias};

    use super::*;

    /// `rate = max(0, current)`.
    #[derive(Debug)]
    struct Rectified;

    impl NeuronMaths for Rectified {
        fn rates(&self, _: &Mechanism, _: &[f64], currents: &mut [f64]) {
            currents.iter_mut().for_each(|j| *j = j.max(0.0));
        }

        fn gain_bias(
            &self,
            _: &Mechanism,
            _: &[f64],
            max_rates: &[f64],
            intercepts: &[f64],
        ) -> Result<GainBias, TuningError> {
            let gain: Vec<f64> =
                max_rates.iter().zip(intercepts).map(|(m, i)| m / (1.0 - i)).collect();
            let bias = gain.iter().zip(intercepts).map(|(g, i)| -g * i).collect();
            Ok(GainBias { gain, bias })
        }

        fn max_rates_intercepts(
            &self,
            _: &Mechanism,
            _: &[f64],
            gain: &[f64],
            bias: &[f64],
        ) -> (Vec<f64>, Vec<f64>) {
            let intercepts: Vec<f64> = bias.iter().zip(gain).map(|(b, g)| -b / g).collect();
            (gain.iter().zip(&intercepts).map(|(g, i)| g * (1.0 - i)).collect(), intercepts)
        }
    }

    fn check_tuning(set: impl FnOnce(&mut Ensemble), check: impl FnOnce(Tuning, &NeuronModel<'_>)) {
        let mut network = Network::new("");
        let mut ensemble = Ensemble::new(20, 2);
        set(&mut ensemble);
        let id = network.add(ensemble);
        let params = network.ensemble_params(id);
        let mechanism = Mechanism::parse("mechanism Rectified { units nef }").unwrap();
        let neurons = NeuronModel { maths: &Rectified, mechanism: &mechanism, parameters: &[] };
        let drawn = Drawn::new(&params, 20, 2, 3).unwrap();
        check(drawn.tune(params.radius, &neurons).unwrap(), &neurons);
    }

    #[test]
    fn neurons_reach_their_rate_in_their_direction_at_the_radius() {
        check_tuning(
            |ensemble| ensemble.options.radius = Some(2.0),
            |tuning, neurons| {
                let at_radius = &tuning.encoders * 2.0;
                let rates = tuning.activities(at_radius.view(), neurons);
                for (rate, expected) in rates.diag().iter().zip(&tuning.max_rates) {
                    assert!((rate - expected).abs() < 1e-9 * expected);
                }
            },
        );
    }

    #[test]
    fn scaled_encoders_give_the_current_outright() {
        check_tuning(
            |ensemble| ensemble.options.radius = Some(0.5),
            |tuning, neurons| {
                let points = array![[0.1, -0.3], [0.4, 0.2]];
                let rates = tuning.activities(points.view(), neurons);
                let currents = points.dot(&tuning.scaled_encoders.t()) + &tuning.bias;
                let off = rates - currents.mapv(|j| j.max(0.0));
                assert!(off.iter().all(|x| x.abs() < 1e-9));
            },
        );
    }

    #[test]
    fn given_gains_decide_rates_and_intercepts() {
        let ones = || Samples::Array(Tensor::filled(&[20], 1.0));
        check_tuning(
            |ensemble| {
                ensemble.options.gain = Some(ones());
                ensemble.options.bias = Some(ones());
            },
            |tuning, _| {
                assert_eq!(tuning.intercepts, Array1::from_elem(20, -1.0));
                assert_eq!(tuning.max_rates, Array1::from_elem(20, 2.0));
            },
        );
    }

    #[test]
    fn an_encoder_of_length_0_is_named() {
        let mut network = Network::new("");
        let mut ensemble = Ensemble::new(2, 1);
        ensemble.options.encoders = Some(Samples::Array(Tensor::vector(vec![1.0, 0.0])));
        let id = network.add(ensemble);
        let error = Drawn::new(&network.ensemble_params(id), 2, 1, 0).unwrap_err();
        assert_eq!(error, SampleError::Encoder { index: 1, length: 0.0 });
    }

    #[test]
    fn encoders_may_keep_their_length() {
        let mut network = Network::new("");
        let mut ensemble = Ensemble::new(3, 1);
        ensemble.options.normalize_encoders = Some(false);
        ensemble.options.encoders =
            Some(Spec::new("Uniform").with("low", 0.1).with("high", 0.2).into());
        let id = network.add(ensemble);
        let drawn = Drawn::new(&network.ensemble_params(id), 3, 1, 0).unwrap();
        assert!(drawn.encoders.iter().all(|e| (0.1..0.2).contains(e)));
    }
}
