//! Poisson counts.

use libm::{exp, sqrt};
use rand_core::Rng;

use super::error::{Parameter, SampleError};
use super::poisson_table::PoissonTable;
use super::rejection::Rejection;
use super::saddle::log_poisson_pmf;
use super::uniform::unit_open;
use super::{INVERSION_BELOW, LEAST_INVERSION_TERM, clamp_to};

/// The largest mean of [`Poisson`], 2^50: up to it, counts and their neighbours are exact in double precision.
pub const MAX_POISSON_MEAN: f64 = (1_u64 << 50) as f64;

/// Poisson counts of a given mean.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Poisson(Method);

#[derive(Clone, Copy, Debug, PartialEq)]
enum Method {
    Inversion { lambda: f64, exp_minus_lambda: f64 },
    Rejection { lambda: f64, hat: Rejection },
}

impl Poisson {
    /// Counts of mean `lambda`; always 0 where `lambda` is 0.
    ///
    /// # Errors
    /// If `lambda` is not a number from 0 to [`MAX_POISSON_MEAN`].
    pub fn new(lambda: f64) -> Result<Self, SampleError> {
        MEAN.check(lambda, (0.0..=MAX_POISSON_MEAN).contains(&lambda)).map(Self::of_valid)
    }

    /// Draws as [`poisson`] does.
    #[inline]
    pub fn draw<R: Rng + ?Sized>(&self, rng: &mut R) -> u64 {
        match self.0 {
            Method::Inversion { lambda, exp_minus_lambda } => {
                let u = unit_open(rng.next_u64());
                u64::from(poisson_from_uniform(u, lambda, exp_minus_lambda))
            }
            Method::Rejection { lambda, hat } => {
                hat.draw(rng, MAX_COUNT, |count| log_poisson_pmf(count, lambda))
            }
        }
    }

    /// What draws these counts for whole columns of random bits; none from a mean of 10 on, where one `u64` does not
    /// decide a count.
    #[must_use]
    pub fn table(&self) -> Option<PoissonTable> {
        match self.0 {
            Method::Inversion { lambda, exp_minus_lambda } => {
                Some(PoissonTable::new(lambda, exp_minus_lambda))
            }
            Method::Rejection { .. } => None,
        }
    }

    fn of_valid(lambda: f64) -> Self {
        Self(if lambda < INVERSION_BELOW {
            Method::Inversion { lambda, exp_minus_lambda: exp(-lambda) }
        } else {
            Method::Rejection { lambda, hat: ptrs(lambda) }
        })
    }
}

/// A Poisson count: `P(k) = lambda^k e^-lambda / k!`.
///
/// Below a mean of 10, one `u64` through [`unit_open`] and [`poisson_from_uniform`]; from 10 on, Hörmann's
/// transformed rejection PTRS, two `u64` per attempt and about 1.2 attempts. A `lambda` that is negative or
/// NaN counts as 0, one above [`MAX_POISSON_MEAN`] as that. Where `lambda` stays, [`Poisson`] saves its
/// preparation.
///
/// # References
/// Hörmann (1993), *The transformed rejection method for generating Poisson random variables*.
#[inline]
pub fn poisson<R: Rng + ?Sized>(rng: &mut R, lambda: f64) -> u64 {
    Poisson::of_valid(clamp_to(MAX_POISSON_MEAN, lambda)).draw(rng)
}

/// The Poisson count at the quantile `u`: the least `k` with `u < P(0) + ... + P(k)`, but none beyond the
/// least with `P(k) < 2^-54` above the mode.
///
/// For `0 < u < 1`, `0 ≤ lambda < 10` and `exp_minus_lambda` = [`libm::exp`]`(-lambda)`; other arguments give
/// some count. To get equal bits, others must sum in the same way: `term = sum = exp_minus_lambda`; then for
/// `k = 1, 2, ...`, while `u ≥ sum` and `term ≥ 2^-54`: `term = term · (lambda / k)`, `sum = sum + term`.
///
/// # Examples
/// ```
/// use pontine_rng::sample::poisson_from_uniform;
///
/// let (lambda, exp_minus_lambda) = (1.0, 0.36787944117144233);
/// assert_eq!(poisson_from_uniform(0.3, lambda, exp_minus_lambda), 0);
/// assert_eq!(poisson_from_uniform(0.7, lambda, exp_minus_lambda), 1);
/// assert_eq!(poisson_from_uniform(0.9, lambda, exp_minus_lambda), 2);
/// ```
#[inline]
#[must_use]
pub fn poisson_from_uniform(u: f64, lambda: f64, exp_minus_lambda: f64) -> u32 {
    let (mut count, mut term, mut sum) = (0, exp_minus_lambda, exp_minus_lambda);
    while u >= sum && term >= LEAST_INVERSION_TERM {
        count += 1;
        term *= lambda / f64::from(count);
        sum += term;
    }
    count
}

const MEAN: Parameter = Parameter {
    distribution: "Poisson distribution",
    name: "lambda",
    requirement: "from 0 to 2^50",
};

/// Far beyond what occurs with the largest mean.
const MAX_COUNT: f64 = 2.0 * MAX_POISSON_MEAN;

/// The hat of PTRS, with Hörmann's numbers.
fn ptrs(lambda: f64) -> Rejection {
    let b = 0.931 + 2.53 * sqrt(lambda);
    Rejection {
        a: -0.059 + 0.02483 * b,
        b,
        centre: lambda + 0.43,
        inner_height: 0.9277 - 3.6624 / (b - 2.0),
        scale: 1.1239 + 1.1328 / (b - 3.4),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{prop_assert_eq, proptest};

    use super::{MAX_POISSON_MEAN, Poisson, poisson, poisson_from_uniform};
    use crate::sample::check::{check_chi_square, check_moments, stream};

    #[track_caller]
    fn check_probabilities(lambda: f64) {
        let n_bins = (lambda + 10.0 * lambda.sqrt() + 20.0) as u32;
        let log_pmf = |k: f64| k * lambda.ln() - lambda - libm::lgamma(k + 1.0);
        let pmf: Vec<f64> = (0..n_bins).map(|k| log_pmf(f64::from(k)).exp()).collect();
        check_chi_square(|rng| poisson(rng, lambda), &pmf);
    }

    #[test]
    fn probabilities_by_inversion() {
        for lambda in [1e-3, 0.3, 1.0, 4.5, 9.99] {
            check_probabilities(lambda);
        }
    }

    #[test]
    fn probabilities_by_rejection() {
        for lambda in [10.0, 10.5, 37.2, 1000.0] {
            check_probabilities(lambda);
        }
    }

    #[test]
    fn moments() {
        for lambda in [1e-3, 2.0, 9.999, 10.0, 1e3, 1e9, 1e15] {
            let counts = Poisson::new(lambda).unwrap();
            check_moments(|rng| counts.draw(rng) as f64 - lambda, 0.0, lambda);
        }
    }

    #[test]
    fn extremes() {
        let most = 1.0 - f64::EPSILON / 2.0;
        assert_eq!(poisson_from_uniform(most, 0.0, 1.0), 0);
        assert!((42..50).contains(&poisson_from_uniform(most, 9.99, libm::exp(-9.99))));
        assert_eq!(poisson_from_uniform(most, 100.0, libm::exp(-100.0)), 0);
        assert_eq!(poisson(&mut stream(1), -3.0), 0);
        assert_eq!(poisson(&mut stream(1), f64::NAN), 0);
        assert_eq!(
            poisson(&mut stream(1), f64::INFINITY),
            poisson(&mut stream(1), MAX_POISSON_MEAN)
        );
    }

    #[test]
    fn bad_parameters_are_refused() {
        for lambda in [-1e-9, f64::NAN, f64::INFINITY, 2.0 * MAX_POISSON_MEAN] {
            assert!(Poisson::new(lambda).is_err());
        }
    }

    proptest! {
        #[test]
        fn type_and_function_agree(raw: u64, lambda in 0.0_f64..40.0) {
            let drawn = Poisson::new(lambda).unwrap().draw(&mut stream(raw));
            prop_assert_eq!(drawn, poisson(&mut stream(raw), lambda));
        }

        #[test]
        fn small_means_take_the_first_uniform_alone(raw: u64, lambda in 0.0_f64..10.0) {
            let (mut used, mut reference) = (stream(raw), stream(raw));
            let count = poisson_from_uniform(reference.uniform(), lambda, libm::exp(-lambda));
            prop_assert_eq!(poisson(&mut used, lambda), u64::from(count));
            prop_assert_eq!(used, reference);
        }
    }
}
