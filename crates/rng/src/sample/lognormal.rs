//! Lognormal numbers.

use libm::exp;
use rand_core::Rng;

use super::error::{Parameter, SampleError};
use super::normal::normal;

/// Numbers whose logarithms have a given mean and standard deviation, and are normal.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LogNormal {
    mu: f64,
    sigma: f64,
}

impl LogNormal {
    /// Lognormal numbers; always `e^mu` where `sigma` is 0.
    ///
    /// # Errors
    /// If `mu` is not finite, or `sigma` not a finite number from 0 on.
    pub fn new(mu: f64, sigma: f64) -> Result<Self, SampleError> {
        MU.check(mu, mu.is_finite())?;
        SIGMA.check(sigma, sigma >= 0.0 && sigma.is_finite())?;
        Ok(Self { mu, sigma })
    }

    /// Draws as [`lognormal`] does.
    #[inline]
    pub fn draw<R: Rng + ?Sized>(&self, rng: &mut R) -> f64 {
        lognormal(rng, self.mu, self.sigma)
    }
}

/// A lognormal number: `exp` of a [`normal`] number, from one `u64`. The formula holds for any `mu` and `sigma`.
///
/// Its median is `e^mu`, its mean `e^(mu + sigma² / 2)`.
#[inline]
pub fn lognormal<R: Rng + ?Sized>(rng: &mut R, mu: f64, sigma: f64) -> f64 {
    exp(normal(rng, mu, sigma))
}

const MU: Parameter =
    Parameter { distribution: "lognormal distribution", name: "mu", requirement: "finite" };
const SIGMA: Parameter = Parameter { name: "sigma", requirement: "finite and not negative", ..MU };

#[cfg(test)]
mod tests {
    use proptest::prelude::{prop_assert_eq, proptest};

    use super::{LogNormal, lognormal};
    use crate::sample::check::{check_cells, check_moments, stream};

    #[test]
    fn moments() {
        let numbers = LogNormal::new(0.5, 0.25).unwrap();
        let mean = (0.5_f64 + 0.03125).exp();
        check_moments(|rng| numbers.draw(rng), mean, mean * mean * (0.0625_f64.exp() - 1.0));
    }

    #[test]
    fn distribution() {
        let integral = |x: f64| libm::erfc(-x.ln() / std::f64::consts::SQRT_2) / 2.0;
        check_cells(|rng| lognormal(rng, 0.0, 1.0), 0.0, 6.0, integral);
    }

    #[test]
    fn bad_parameters_are_named() {
        for bad in [f64::NAN, f64::INFINITY] {
            assert!(LogNormal::new(bad, 1.0).unwrap_err().to_string().contains("`mu`"));
            assert!(LogNormal::new(1.0, bad).unwrap_err().to_string().contains("`sigma`"));
        }
        assert!(LogNormal::new(0.0, -1.0).is_err());
    }

    proptest! {
        #[test]
        fn type_and_function_agree(raw: u64, mu in -5.0_f64..5.0, sigma in 0.0_f64..5.0) {
            let drawn = LogNormal::new(mu, sigma).unwrap().draw(&mut stream(raw));
            prop_assert_eq!(drawn, lognormal(&mut stream(raw), mu, sigma));
        }
    }
}
