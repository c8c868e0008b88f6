//! Exponential numbers.

use rand_core::Rng;

use super::error::{Parameter, SampleError};
use super::uniform::unit_open;

/// Exponential numbers of a given mean.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Exponential {
    mean: f64,
}

impl Exponential {
    /// Exponential numbers; always 0 where `mean` is 0.
    ///
    /// # Errors
    /// If `mean` is not a finite number from 0 on.
    pub fn new(mean: f64) -> Result<Self, SampleError> {
        MEAN.check(mean, mean >= 0.0 && mean.is_finite()).map(|mean| Self { mean })
    }

    /// Draws as [`exponential`] does.
    #[inline]
    pub fn draw<R: Rng + ?Sized>(&self, rng: &mut R) -> f64 {
        exponential(rng, self.mean)
    }
}

/// An exponential number: `-mean · ln u`, with `u` from one `u64` through [`unit_open`]. The
/// formula holds for any `mean`.
///
/// The waiting time of a Poisson process of rate `1 / mean`.
#[inline]
pub fn exponential<R: Rng + ?Sized>(rng: &mut R, mean: f64) -> f64 {
    -mean * libm::log(unit_open(rng.next_u64()))
}

const MEAN: Parameter = Parameter {
    distribution: "exponential distribution",
    name: "mean",
    requirement: "finite and not negative",
};

#[cfg(test)]
mod tests {
    use proptest::prelude::{prop_assert, prop_assert_eq, proptest};

    use super::{Exponential, exponential};
    use crate::sample::check::{check_chi_square, check_moments, stream};

    #[test]
    fn moments() {
        let waits = Exponential::new(20.0).unwrap();
        check_moments(|rng| waits.draw(rng), 20.0, 400.0);
    }

    /// Whole parts are geometric: `P(k) = e^-k (1 - 1/e)`.
    #[test]
    fn whole_parts_are_geometric() {
        let p = 1.0 - (-1.0_f64).exp();
        let pmf: Vec<f64> = (0..8).map(|k| p * (-f64::from(k)).exp()).collect();
        check_chi_square(|rng| exponential(rng, 1.0) as u64, &pmf);
    }

    #[test]
    fn bad_parameters_are_refused() {
        for mean in [-1.0, f64::NAN, f64::INFINITY] {
            assert!(Exponential::new(mean).is_err());
        }
    }

    proptest! {
        #[test]
        fn type_and_function_agree(raw: u64, mean in 0.0_f64..1e9) {
            let drawn = Exponential::new(mean).unwrap().draw(&mut stream(raw));
            prop_assert!(drawn >= 0.0);
            prop_assert_eq!(drawn, exponential(&mut stream(raw), mean));
        }
    }
}
