//! What is legal and yet hardly meant.

use pontine_core_ir::{Path, error::number};

/// A doubt about one object or a run; what was asked for is done nevertheless.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Warning {
    /// Two ways to tune neurons.
    #[error("`{path}`: gain and bias are given, so {what} are not looked at")]
    Overruled {
        /// The ensemble.
        path: Path,
        /// What is not looked at.
        what: &'static str,
    },
    /// A rule that is likely to overshoot.
    #[error(
        "`{path}`: a learning rate of {} is so large that weights are likely to overshoot; it is usually below {below}", number(*.rate)
    )]
    LearningRate {
        /// The rule.
        path: Path,
        /// Its learning rate.
        rate: f64,
        /// What it usually is below.
        below: f64,
    },
    /// A rule that learns from an error, and is told none.
    #[error("`{path}`: nothing tells it an error, so nothing is learned")]
    Untold {
        /// The rule.
        path: Path,
    },
    /// A delay that is shorter than what every synapse takes.
    #[error("`{path}`: a delay of {delay_s} s is shorter than a step, but takes one")]
    ShortDelay {
        /// The object behind which it stands.
        path: Path,
        /// The delay, s.
        delay_s: f64,
    },
    /// A run that does nothing.
    #[error("a run of {time_s} s has no steps of {dt_s} s")]
    NoSteps {
        /// Time to run, s.
        time_s: f64,
        /// Time step, s.
        dt_s: f64,
    },
    /// A doubt of a linked crate's.
    #[error("`{path}`: {message}")]
    Other {
        /// The object.
        path: Path,
        /// What, and what would do instead.
        message: String,
    },
}
