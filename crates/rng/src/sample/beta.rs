//! Beta numbers.

use libm::exp;
use rand_core::Rng;

use super::clamp_to;
use super::error::{Parameter, SampleError};
use super::gamma::Shape;

/// Beta numbers of two given shapes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Beta {
    a: Shape,
    b: Shape,
}

impl Beta {
    /// Beta numbers of shapes `a` and `b`.
    ///
    /// # Errors
    /// If `a` or `b` is not a finite number above 0.
    pub fn new(a: f64, b: f64) -> Result<Self, SampleError> {
        A.check(a, a > 0.0 && a.is_finite())?;
        B.check(b, b > 0.0 && b.is_finite())?;
        Ok(Self::of(a, b))
    }

    /// Draws as [`beta`] does.
    #[inline]
    pub fn draw<R: Rng + ?Sized>(&self, rng: &mut R) -> f64 {
        let share = self.a.draw_logarithm(rng);
        let rest = self.b.draw_logarithm(rng);
        1.0 / (1.0 + exp(rest - share))
    }

    fn of(a: f64, b: f64) -> Self {
        let [a, b] = [a, b].map(|shape| Shape::new(clamp_to(f64::MAX, shape).max(LEAST_SHAPE)));
        Self { a, b }
    }
}

/// A beta number: density `x^(a - 1) (1 - x)^(b - 1) / B(a, b)`, from 0 to 1, which may be met by rounding.
///
/// The share of a gamma number of shape `a` in its sum with one of shape `b`, drawn in this order as
/// [`gamma`](super::gamma) does, but from logarithms, so that small shapes do not underflow. A shape below 1e-300 or
/// NaN counts as 1e-300, and an infinite one as `f64::MAX`. Where the parameters stay, [`Beta`] saves their preparation.
#[inline]
pub fn beta<R: Rng + ?Sized>(rng: &mut R, a: f64, b: f64) -> f64 {
    Beta::of(a, b).draw(rng)
}

/// The logarithms of its gamma numbers are finite.
const LEAST_SHAPE: f64 = 1e-300;

const A: Parameter =
    Parameter { distribution: "beta distribution", name: "a", requirement: "finite and above 0" };
const B: Parameter = Parameter { name: "b", ..A };

#[cfg(test)]
mod tests {
    use proptest::prelude::{prop_assert, prop_assert_eq, proptest};

    use super::{Beta, beta};
    use crate::sample::check::{check_cells, check_moments, stream};

    #[test]
    fn moments() {
        for (a, b) in [(0.1, 0.2), (2.0, 3.5), (0.5, 24.5), (200.0, 3.5), (1e9, 2e9)] {
            let (numbers, mean) = (Beta::new(a, b).unwrap(), a / (a + b));
            let variance = mean * (1.0 - mean) / (a + b + 1.0);
            check_moments(|rng| numbers.draw(rng) - mean, 0.0, variance);
        }
    }

    #[test]
    fn distributions_of_known_integrals() {
        check_cells(|rng| beta(rng, 1.0, 1.0), 0.0, 1.0, |x| x);
        check_cells(|rng| beta(rng, 2.0, 1.0), 0.0, 1.0, |x| x * x);
        check_cells(|rng| beta(rng, 0.25, 1.0), 0.0, 1.0, |x| x.powf(0.25));
        check_cells(|rng| beta(rng, 1.0, 0.1), 0.0, 0.99, |x| 1.0 - (1.0 - x).powf(0.1));
        check_cells(
            |rng| beta(rng, 0.5, 0.5),
            0.0,
            1.0,
            |x| x.sqrt().asin() / std::f64::consts::FRAC_PI_2,
        );
    }

    #[test]
    fn extremes() {
        for shape in [f64::NAN, -1.0, 0.0, 1e-300, f64::INFINITY] {
            assert!((0.0..=1.0).contains(&beta(&mut stream(1), shape, shape)));
        }
        check_moments(|rng| beta(rng, 0.0, 0.0), 0.5, 0.25);
    }

    #[test]
    fn bad_parameters_are_named() {
        for bad in [0.0, -1.0, f64::NAN, f64::INFINITY] {
            assert!(Beta::new(bad, 1.0).unwrap_err().to_string().contains("`a`"));
            assert!(Beta::new(1.0, bad).unwrap_err().to_string().contains("`b`"));
        }
    }

    proptest! {
        #[test]
        fn type_and_function_agree(raw: u64, a in 0.01_f64..5.0, b in 0.01_f64..5.0) {
            let drawn = Beta::new(a, b).unwrap().draw(&mut stream(raw));
            prop_assert!((0.0..=1.0).contains(&drawn));
            prop_assert_eq!(drawn, beta(&mut stream(raw), a, b));
        }
    }
}
