//! Binomial counts.

use libm::{exp, floor, log1p, sqrt};
use rand_core::Rng;

use super::error::{Parameter, SampleError};
use super::rejection::Rejection;
use super::saddle::log_binomial_pmf;
use super::uniform::unit_open;
use super::{INVERSION_BELOW, LEAST_INVERSION_TERM, clamp_to};

/// The most trials of [`Binomial`], 2^50: up to it, counts and their neighbours are exact in double precision.
pub const MAX_TRIALS: u64 = 1 << 50;

/// How many of a number of independent trials succeed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Binomial {
    n_trials: u64,
    /// Whether the failures are drawn, being the rarer ones.
    draws_failures: bool,
    method: Method,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Method {
    Inversion { n: f64, odds: f64, p_none: f64 },
    Rejection { n: f64, p: f64, hat: Rejection, log_mode_pmf: f64 },
}

impl Binomial {
    /// `n_trials` trials that succeed with probability `p` each.
    ///
    /// # Errors
    /// If `n_trials` exceeds [`MAX_TRIALS`], or unless `0 ≤ p ≤ 1`.
    pub fn new(n_trials: u64, p: f64) -> Result<Self, SampleError> {
        if n_trials > MAX_TRIALS {
            return Err(SampleError::TooManyTrials { n_trials, max: MAX_TRIALS });
        }
        SUCCESS.check(p, (0.0..=1.0).contains(&p)).map(|p| Self::of_valid(n_trials, p))
    }

    /// Draws as [`binomial`] does.
    #[inline]
    pub fn draw<R: Rng + ?Sized>(&self, rng: &mut R) -> u64 {
        let count = self.method.draw(rng);
        if self.draws_failures { self.n_trials - count } else { count }
    }

    fn of_valid(n_trials: u64, p: f64) -> Self {
        let draws_failures = p > 0.5;
        let rarer = if draws_failures { 1.0 - p } else { p };
        Self { n_trials, draws_failures, method: Method::new(n_trials as f64, rarer) }
    }
}

/// How many of `n_trials` independent trials of probability `p` succeed: `P(k) = C(n, k) p^k (1 - p)^(n - k)`.
///
/// Where `n_trials · min(p, 1 - p) < 10`, inversion of one `u64` through [`unit_open`]; else Hörmann's
/// transformed rejection BTRS, two `u64` per attempt and about 1.2 attempts. A `p` that is negative or NaN
/// counts as 0, one above 1 as 1, and `n_trials` above [`MAX_TRIALS`] as that. Where the parameters stay,
/// [`Binomial`] saves their preparation.
///
/// # References
/// Hörmann (1993), *The generation of binomial random variates*.
#[inline]
pub fn binomial<R: Rng + ?Sized>(rng: &mut R, n_trials: u64, p: f64) -> u64 {
    Binomial::of_valid(n_trials.min(MAX_TRIALS), clamp_to(1.0, p)).draw(rng)
}

const SUCCESS: Parameter =
    Parameter { distribution: "binomial distribution", name: "p", requirement: "from 0 to 1" };

impl Method {
    /// For `p ≤ 1/2`.
    fn new(n: f64, p: f64) -> Self {
        if n * p < INVERSION_BELOW {
            return Self::Inversion { n, odds: p / (1.0 - p), p_none: exp(n * log1p(-p)) };
        }
        let log_mode_pmf = log_binomial_pmf(floor((n + 1.0) * p), n, p);
        Self::Rejection { n, p, hat: btrs(n, p), log_mode_pmf }
    }

    #[inline]
    fn draw<R: Rng + ?Sized>(&self, rng: &mut R) -> u64 {
        match *self {
            Self::Inversion { n, odds, p_none } => {
                from_uniform(unit_open(rng.next_u64()), n, odds, p_none)
            }
            Self::Rejection { n, p, hat, log_mode_pmf } => {
                hat.draw(rng, n, |count| log_binomial_pmf(count, n, p) - log_mode_pmf)
            }
        }
    }
}

/// The least `k` with `u < P(0) + ... + P(k)`, where `P(k) = P(k - 1) (n - k + 1) / k · odds`.
fn from_uniform(u: f64, n: f64, odds: f64, p_none: f64) -> u64 {
    let (mut count, mut term, mut sum) = (0.0, p_none, p_none);
    while u >= sum && term >= LEAST_INVERSION_TERM && count < n {
        term *= (n - count) / (count + 1.0) * odds;
        sum += term;
        count += 1.0;
    }
    count as u64
}

/// The hat of BTRS, with Hörmann's numbers, for probabilities relative to that of the mode.
fn btrs(n: f64, p: f64) -> Rejection {
    let sd = sqrt(n * p * (1.0 - p));
    let b = 1.15 + 2.53 * sd;
    Rejection {
        a: -0.0873 + 0.0248 * b + 0.01 * p,
        b,
        centre: n * p + 0.5,
        inner_height: 0.92 - 4.2 / b,
        scale: (2.83 + 5.1 / b) * sd,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{prop_assert, prop_assert_eq, proptest};

    use super::{Binomial, MAX_TRIALS, binomial};
    use crate::sample::SampleError;
    use crate::sample::check::{check_chi_square, check_moments, stream};

    #[track_caller]
    fn check_probabilities(n_trials: u32, p: f64) {
        let n = f64::from(n_trials);
        let lgamma = |x: f64| libm::lgamma(x + 1.0);
        let log_pmf =
            |k: f64| lgamma(n) - lgamma(k) - lgamma(n - k) + k * p.ln() + (n - k) * (1.0 - p).ln();
        let pmf: Vec<f64> = (0..=n_trials).map(|k| log_pmf(f64::from(k)).exp()).collect();
        check_chi_square(|rng| binomial(rng, n_trials.into(), p), &pmf);
    }

    #[test]
    fn probabilities_by_inversion() {
        check_probabilities(1, 0.3);
        check_probabilities(10, 0.5);
        check_probabilities(19, 0.9);
        check_probabilities(5000, 0.001);
    }

    #[test]
    fn probabilities_by_rejection() {
        check_probabilities(20, 0.5);
        check_probabilities(101, 0.1);
        check_probabilities(200, 0.93);
        check_probabilities(3000, 0.4);
    }

    #[test]
    fn moments() {
        let most = MAX_TRIALS;
        for (n_trials, p) in [(7, 0.2), (30, 0.7), (1 << 40, 1e-12), (1 << 40, 0.3), (most, 0.5)] {
            let (counts, mean) = (Binomial::new(n_trials, p).unwrap(), n_trials as f64 * p);
            check_moments(|rng| counts.draw(rng) as f64 - mean, 0.0, mean * (1.0 - p));
        }
    }

    #[test]
    fn extremes() {
        for n_trials in [0, 1, 50, MAX_TRIALS] {
            assert_eq!(binomial(&mut stream(1), n_trials, 0.0), 0);
            assert_eq!(binomial(&mut stream(1), n_trials, -1.0), 0);
            assert_eq!(binomial(&mut stream(1), n_trials, f64::NAN), 0);
            assert_eq!(binomial(&mut stream(1), n_trials, 1.0), n_trials);
            assert_eq!(binomial(&mut stream(1), n_trials, 7.0), n_trials);
        }
        assert_eq!(binomial(&mut stream(1), u64::MAX, 1.0), MAX_TRIALS);
    }

    #[test]
    fn bad_parameters_are_refused() {
        for p in [-0.1, 1.1, f64::NAN] {
            assert!(Binomial::new(5, p).is_err());
        }
        let (n_trials, max) = (MAX_TRIALS + 1, MAX_TRIALS);
        assert_eq!(Binomial::new(n_trials, 0.5), Err(SampleError::TooManyTrials { n_trials, max }));
    }

    proptest! {
        #[test]
        fn type_and_function_agree(raw: u64, n_trials in 0_u64..200, p in 0.0_f64..=1.0) {
            let drawn = Binomial::new(n_trials, p).unwrap().draw(&mut stream(raw));
            prop_assert!(drawn <= n_trials);
            prop_assert_eq!(drawn, binomial(&mut stream(raw), n_trials, p));
        }
    }
}
