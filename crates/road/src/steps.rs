//! How many steps a time takes.

use crate::RoadError;

/// The most steps of one run: beyond it, times of steps are no longer exact.
const MAX_STEPS: f64 = (1_u64 << 53) as f64;

/// Why a time is no number of steps.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum StepsFault {
    /// The time is negative or not finite, or the step is not positive or not finite.
    #[error("is not possible; the time must be finite and not negative, the step more than 0")]
    NoTime,
    /// The time is less than half a step.
    #[error("has no step; the time must be at least half a step")]
    TooFew,
    /// The time takes more steps than can be counted.
    #[error("has more than 2^53 steps")]
    TooMany,
}

/// The steps of a run: time / step, both in s, rounded to a whole number.
///
/// # Errors
/// [`RoadError::Steps`] if the time is negative, too short for one step, or takes more than 2^53
/// steps; no time at all is no step.
///
/// # Examples
/// ```
/// assert_eq!(pontine_road::n_steps(1.0, 1e-4)?, 10_000);
/// assert!(pontine_road::n_steps(1e300, 1e-4).is_err());
/// # Ok::<(), pontine_road::RoadError>(())
/// ```
pub fn n_steps(time_s: f64, dt_s: f64) -> Result<u64, RoadError> {
    let failed = |fault| Err(RoadError::Steps { time_s, dt_s, fault });
    let possible = time_s.is_finite() && time_s >= 0.0 && dt_s.is_finite() && dt_s > 0.0;
    if !possible {
        return failed(StepsFault::NoTime);
    }
    match (time_s / dt_s).round() {
        n if n > MAX_STEPS => failed(StepsFault::TooMany),
        0.0 if time_s > 0.0 => failed(StepsFault::TooFew),
        n => Ok(n as u64),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(time_s: f64, dt_s: f64, expected: StepsFault) {
        match n_steps(time_s, dt_s) {
            Err(RoadError::Steps { fault, .. }) => assert_eq!(fault, expected),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn times_are_rounded_to_steps() {
        assert_eq!(n_steps(0.3, 0.1).unwrap(), 3);
        assert_eq!(n_steps(0.0, 0.1).unwrap(), 0);
        assert_eq!(n_steps(MAX_STEPS, 1.0).unwrap(), 1 << 53);
    }

    #[test]
    fn times_that_no_run_has_are_refused() {
        check(1e300, 1e-4, StepsFault::TooMany);
        check(1.0, 1e-300, StepsFault::TooMany);
        check(1e300, 1e-300, StepsFault::TooMany);
        check(1.0, 1e300, StepsFault::TooFew);
        for time_s in [-1.0, f64::NAN, f64::INFINITY] {
            check(time_s, 1e-3, StepsFault::NoTime);
        }
        check(1.0, 0.0, StepsFault::NoTime);
    }
}
