//! Processes: signals of time, random or given, by name: a port, its registry, and one file for each
//! kind.

mod alone;
mod noise;
mod piecewise;
mod present_input;
mod spline;
mod white_signal;

use pontine_core_ir::{Spec, SpecError, registry, registry::LookupError};
use pontine_rng::RandomState;

use crate::samples::SampleError;

pub use alone::{AloneError, Steps, run, run_steps};
pub use noise::Noise;
pub use piecewise::{Interpolation, Pieces, Piecewise};
pub use present_input::PresentInput;
pub use white_signal::WhiteSignal;

/// A signal of time: a trait object, so that a linked crate can add one.
pub trait Process: std::fmt::Debug + Send + Sync {
    /// How many elements the signal has unless it is told.
    fn default_size(&self) -> usize {
        1
    }

    /// Begins the signal, for steps of `dt` s and `size` elements.
    ///
    /// # Errors
    /// [`ProcessError`] if there is no such signal.
    fn start(
        &self,
        dt: f64,
        size: usize,
        rng: RandomState,
    ) -> Result<Box<dyn ProcessStep>, ProcessError>;
}

/// A signal on its way.
pub trait ProcessStep: Send {
    /// The signal at a time, s: steps are asked for one after the other, the first at dt.
    ///
    /// # Errors
    /// [`ProcessError`] if there is none.
    fn step(&mut self, time_s: f64, output: &mut [f64]) -> Result<(), ProcessError>;

    /// What it carries from step to step, as words; `None` if it keeps that to itself.
    fn save(&self) -> Option<Vec<u64>> {
        None
    }

    /// Goes on from words that [`save`](Self::save) gave; false if they are no state of it.
    fn restore(&mut self, _words: &[u64]) -> bool {
        false
    }
}

/// A signal that is known for all times carries nothing from step to step.
macro_rules! carries_nothing {
    () => {
        fn save(&self) -> Option<Vec<u64>> {
            Some(Vec::new())
        }

        fn restore(&mut self, words: &[u64]) -> bool {
            words.is_empty()
        }
    };
}
use carries_nothing;

/// Why there is no signal.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum ProcessError {
    /// Its numbers cannot be drawn.
    #[error(transparent)]
    Sample(#[from] SampleError),
    /// A filter that does not exist at this time step.
    #[error(transparent)]
    Synapse(#[from] SpecError),
    /// A parameter does not go with the time step.
    #[error("`{kind}`: {name} is {found}, but must be {expected}")]
    Parameter {
        /// The process.
        kind: &'static str,
        /// The parameter.
        name: &'static str,
        /// Its value.
        found: f64,
        /// What it has to be.
        expected: String,
    },
    /// Given numbers that do not make up rows of the signal.
    #[error("`{kind}` holds {n_numbers} numbers, which are no rows of {size} elements")]
    Rows {
        /// The process.
        kind: &'static str,
        /// How many numbers there are.
        n_numbers: usize,
        /// Elements of the signal.
        size: usize,
    },
}

/// A process, by name.
pub struct ProcessEntry {
    /// Its kind.
    pub kind: &'static str,
    /// Makes the process, or says what is wrong with the parameters.
    pub make: fn(&Spec) -> Result<Box<dyn Process>, SpecError>,
    /// Who offers it.
    pub place: &'static str,
}

registry!(
    /// The processes of all linked crates.
    kinds: ProcessEntry, "process", kind
);

/// The process that a specification names; its parameter `seed` is read by [`seed`].
///
/// # Errors
/// [`LookupError`] if the kind or a parameter is wrong.
///
/// # Examples
/// ```
/// use pontine_core_ir::Spec;
/// use pontine_nef::process;
/// use pontine_rng::RandomState;
/// let spec = Spec::new("PresentInput").with("inputs", vec![1.0, 2.0]).with("presentation_time", 0.1);
/// let mut steps = process::process(&spec)?.start(0.05, 1, RandomState::new(0)).unwrap();
/// let mut output = [0.0];
/// let mut at = |time| {
///     steps.step(time, &mut output).unwrap();
///     output[0]
/// };
/// assert_eq!([0.05, 0.1, 0.15].map(|time| at(time)), [1.0, 1.0, 2.0]);
/// # Ok::<(), pontine_core_ir::registry::LookupError>(())
/// ```
pub fn process(spec: &Spec) -> Result<Box<dyn Process>, LookupError> {
    let entry = kinds().get(&spec.kind)?;
    let mut own = spec.clone();
    own.params.remove("seed");
    Ok((entry.make)(&own)?)
}

/// The seed that a process has of its own, if any.
///
/// # Errors
/// [`SpecError`] if it is not a whole number below 2^32.
pub fn seed(spec: &Spec) -> Result<Option<u32>, SpecError> {
    if !spec.params.contains_key("seed") {
        return Ok(None);
    }
    let seed = spec.count("seed")?;
    let narrow = u32::try_from(seed);
    narrow.map(Some).map_err(|_| spec.wrong("seed", &(seed as f64).into(), "below 2^32"))
}

/// A positive, finite number.
fn positive(spec: &Spec, name: &'static str) -> Result<f64, SpecError> {
    let value = spec.number(name)?;
    if value > 0.0 && value.is_finite() {
        return Ok(value);
    }
    Err(spec.wrong(name, &value.into(), "positive and finite"))
}

/// How many rows of `size` elements numbers make up.
fn n_rows(kind: &'static str, numbers: &[f64], size: usize) -> Result<usize, ProcessError> {
    let n_numbers = numbers.len();
    if size > 0 && n_numbers > 0 && n_numbers.is_multiple_of(size) {
        return Ok(n_numbers / size);
    }
    Err(ProcessError::Rows { kind, n_numbers, size })
}

#[cfg(test)]
pub(crate) mod check {
    use super::*;

    /// The first steps of 1 ms of a process that must work, one after the other.
    #[track_caller]
    pub(crate) fn steps(spec: &Spec, n: usize, size: usize, seed: u32) -> Vec<f64> {
        let process = process(spec).unwrap();
        let mut steps = process.start(1e-3, size, RandomState::new(seed)).unwrap();
        let mut signal = vec![0.0; n * size];
        for (i, row) in signal.chunks_mut(size).enumerate() {
            steps.step((i + 1) as f64 * 1e-3, row).unwrap();
        }
        signal
    }
}
