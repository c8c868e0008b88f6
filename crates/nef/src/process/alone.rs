//! A process by itself, without a network.

use ndarray::Array2;
use pontine_core_ir::{Spec, registry::LookupError};
use pontine_rng::RandomState;

use super::{ProcessError, process, seed};

/// Steps of a process by itself; the defaults are those of Nengo's processes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Steps {
    /// The time step, s (default 0.001).
    pub dt: f64,
    /// Elements of the signal (default: as many as the process has by itself).
    pub size: Option<usize>,
    /// What its draws come from, unless it has a seed of its own (default 0).
    pub seed: u32,
}

impl Default for Steps {
    fn default() -> Self {
        Self { dt: 0.001, size: None, seed: 0 }
    }
}

/// Why a process gives no samples.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AloneError {
    /// There is no such process.
    #[error(transparent)]
    Lookup(#[from] LookupError),
    /// It has no such signal.
    #[error(transparent)]
    Process(#[from] ProcessError),
    /// No time that has steps.
    #[error("{time_s} s has no whole number of steps of {dt} s below 2^32")]
    Time {
        /// How long it should run, s.
        time_s: f64,
        /// The time step, s.
        dt: f64,
    },
}

/// What a process puts out in so many steps, at the times dt, 2 dt, …
///
/// What synapses make of a signal is told by [`Discrete::filt`](crate::synapse::Discrete::filt).
///
/// # Shapes
/// (steps, elements).
///
/// # Errors
/// [`AloneError`] if there is no such process, or no such signal of it.
///
/// # Examples
/// ```
/// use pontine_core_ir::Spec;
/// use pontine_nef::process::{Steps, run_steps};
/// let noise = Spec::new("WhiteNoise").with("seed", 3.0);
/// let samples = run_steps(&noise, 100, Steps { size: Some(2), ..Steps::default() })?;
/// assert_eq!(samples.shape(), [100, 2]);
/// # Ok::<(), pontine_nef::process::AloneError>(())
/// ```
pub fn run_steps(spec: &Spec, n_steps: usize, steps: Steps) -> Result<Array2<f64>, AloneError> {
    let Steps { dt, size, seed: drawn_by } = steps;
    if !(dt > 0.0 && dt.is_finite()) {
        return Err(AloneError::Time { time_s: n_steps as f64 * dt, dt });
    }
    let process = process(spec)?;
    let size = size.unwrap_or_else(|| process.default_size());
    let own = seed(spec).map_err(LookupError::from)?;
    let rng = RandomState::new(own.unwrap_or(drawn_by));
    let mut signal = process.start(dt, size, rng)?;
    let mut samples = Array2::zeros((n_steps, size));
    for (i, mut row) in samples.rows_mut().into_iter().enumerate() {
        let mut output = vec![0.0; size];
        signal.step((i + 1) as f64 * dt, &mut output)?;
        row.iter_mut().zip(output).for_each(|(sample, y)| *sample = y);
    }
    Ok(samples)
}

/// The same for a time (s), rounded to whole steps.
///
/// # Errors
/// [`AloneError`]; a time must be finite and not negative.
///
/// # Examples
/// ```
/// use pontine_core_ir::Spec;
/// use pontine_nef::process::{Steps, run};
/// let spec = Spec::new("Piecewise").with("times", vec![0.0, 0.2]).with("values", vec![1.0, 5.0]);
/// let samples = run(&spec, 0.3, Steps { dt: 0.1, ..Steps::default() })?;
/// assert_eq!(samples.into_raw_vec_and_offset().0, [1.0, 5.0, 5.0]);
/// # Ok::<(), pontine_nef::process::AloneError>(())
/// ```
pub fn run(spec: &Spec, time_s: f64, steps: Steps) -> Result<Array2<f64>, AloneError> {
    let n_steps = (time_s / steps.dt).round_ties_even();
    if (0.0..f64::from(u32::MAX)).contains(&n_steps) {
        return run_steps(spec, n_steps as usize, steps);
    }
    Err(AloneError::Time { time_s, dt: steps.dt })
}

#[cfg(test)]
mod tests {
    use super::{super::check, *};

    #[test]
    fn the_seed_is_its_own_or_that_of_the_steps() {
        let noise = Spec::new("WhiteNoise");
        let from = |spec: &Spec, seed| {
            let samples = run_steps(spec, 4, Steps { seed, ..Steps::default() }).unwrap();
            samples.into_raw_vec_and_offset().0
        };
        assert_eq!(from(&noise, 5), check::steps(&noise, 4, 1, 5));
        assert_ne!(from(&noise, 5), from(&noise, 6));
        let own = noise.with("seed", 7.0);
        assert_eq!(from(&own, 5), from(&own, 6));
    }

    #[test]
    fn white_noise_is_that_of_nengo() {
        // nengo.processes.WhiteNoise(seed=3).run_steps(2, d=2, dt=0.001)
        let spec = Spec::new("WhiteNoise").with("seed", 3.0);
        let samples = run_steps(&spec, 2, Steps { size: Some(2), ..Steps::default() }).unwrap();
        let expected =
            [56.56139863869769, 13.803653487175032, 3.0515178754692434, -58.928813457363105];
        for (found, expected) in samples.iter().zip(expected) {
            assert!((found - expected).abs() < 1e-12, "{found} {expected}");
        }
    }

    #[test]
    fn times_and_kinds_that_there_are_not_are_refused() {
        let noise = Spec::new("WhiteNoise");
        for (time_s, dt) in [(-1.0, 1e-3), (f64::NAN, 1e-3), (1.0, 0.0), (1.0, -1.0), (1e9, 1e-3)] {
            let found = run(&noise, time_s, Steps { dt, ..Steps::default() });
            assert!(matches!(found, Err(AloneError::Time { .. })), "{time_s} {dt}");
        }
        let found = run(&Spec::new("Noise"), 1.0, Steps::default());
        assert!(matches!(found, Err(AloneError::Lookup(_))));
    }
}
