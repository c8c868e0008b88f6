//! Code of the host that takes part in a step.

use std::fmt;

/// A factory of steps: what a model holds. A reset, and each simulation, makes new steps.
pub trait HostOperator: fmt::Debug + Send + Sync {
    /// What messages call it.
    fn name(&self) -> &str;

    /// Makes the step function of one simulation.
    ///
    /// # Errors
    /// Whatever keeps it from starting; it reaches the user as the source of a `RunError`.
    fn make_step(&self, dt_s: f64, seed: u64) -> Result<Box<dyn HostStep>, HostError>;
}

/// Called once per step.
pub trait HostStep: Send {
    /// From time (s, at the end of this step) and input to output.
    ///
    /// # Errors
    /// Whatever goes wrong; the run ends after the last whole step.
    fn step(&mut self, time_s: f64, input: &[f64], output: &mut [f64]) -> Result<(), HostError>;

    /// What it carries from step to step, as words; `None`, if it keeps that to itself: then a model that
    /// it takes part in cannot be saved.
    fn save(&self) -> Option<Vec<u64>> {
        None
    }

    /// Goes on from words that [`save`](Self::save) gave.
    ///
    /// # Errors
    /// Why these words are no state of it.
    fn restore(&mut self, words: &[u64]) -> Result<(), HostError> {
        Err(format!("{} words are no state of this host", words.len()).into())
    }
}

/// Any error of the host; it travels unchanged.
pub type HostError = Box<dyn std::error::Error + Send + Sync>;
