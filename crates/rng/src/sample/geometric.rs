//! Geometric counts: failures before a success.

use libm::{log, log1p};
use rand_core::Rng;

use super::error::{Parameter, SampleError};
use super::uniform::unit_open;

/// How many trials of a given probability fail before the first succeeds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Geometric {
    log_failure: f64,
}

impl Geometric {
    /// Trials that succeed with probability `p`.
    ///
    /// # Errors
    /// Unless `0 < p ≤ 1`.
    pub fn new(p: f64) -> Result<Self, SampleError> {
        SUCCESS.check(p, p > 0.0 && p <= 1.0).map(|p| Self { log_failure: log1p(-p) })
    }

    /// Draws as [`geometric`] does.
    #[inline]
    pub fn draw<R: Rng + ?Sized>(&self, rng: &mut R) -> u64 {
        n_failures(unit_open(rng.next_u64()), self.log_failure)
    }
}

/// How many trials of probability `p` fail before the first succeeds: `P(k) = (1 - p)^k p` for `k = 0, 1, ...`
///
/// `floor(ln u / ln(1 - p))`, with `u` from one `u64` through [`unit_open`]; at most `u64::MAX`. It is also how many
/// elements to skip when each is chosen with probability `p`: 0 if `p ≥ 1`, `u64::MAX` if `p ≤ 0`; 0 if `p` is NaN.
#[inline]
pub fn geometric<R: Rng + ?Sized>(rng: &mut R, p: f64) -> u64 {
    n_failures(unit_open(rng.next_u64()), log1p(-p.clamp(0.0, 1.0)))
}

/// Both logarithms are negative or zero, of either sign where `p` is a zero; a quotient that does not
/// fit saturates, and NaN becomes 0.
#[inline]
fn n_failures(u: f64, log_failure: f64) -> u64 {
    (log(u) / log_failure).abs() as u64
}

const SUCCESS: Parameter = Parameter {
    distribution: "geometric distribution",
    name: "p",
    requirement: "above 0 and at most 1",
};

#[cfg(test)]
mod tests {
    use proptest::prelude::{prop_assert_eq, proptest};

    use super::{Geometric, geometric};
    use crate::sample::check::{check_chi_square, check_moments, stream};

    #[test]
    fn moments() {
        for p in [0.01, 0.3, 0.9] {
            let skips = Geometric::new(p).unwrap();
            check_moments(|rng| skips.draw(rng) as f64, (1.0 - p) / p, (1.0 - p) / (p * p));
        }
    }

    #[test]
    fn probabilities() {
        let pmf: Vec<f64> = (0..12).map(|k| 0.7_f64.powi(k) * 0.3).collect();
        check_chi_square(|rng| geometric(rng, 0.3), &pmf);
    }

    #[test]
    fn extremes() {
        assert_eq!(geometric(&mut stream(1), 1.0), 0);
        assert_eq!(geometric(&mut stream(1), 2.0), 0);
        assert_eq!(geometric(&mut stream(1), 0.0), u64::MAX);
        assert_eq!(geometric(&mut stream(1), -0.0), u64::MAX);
        assert_eq!(geometric(&mut stream(1), -1.0), u64::MAX);
        assert_eq!(geometric(&mut stream(1), f64::NAN), 0);
        assert_eq!(geometric(&mut stream(1), 1e-300), u64::MAX);
    }

    #[test]
    fn bad_parameters_are_refused() {
        for p in [0.0, -0.1, 1.1, f64::NAN] {
            assert!(Geometric::new(p).is_err());
        }
    }

    proptest! {
        #[test]
        fn type_and_function_agree(raw: u64, p in 1e-9_f64..=1.0) {
            let drawn = Geometric::new(p).unwrap().draw(&mut stream(raw));
            prop_assert_eq!(drawn, geometric(&mut stream(raw), p));
        }
    }
}
