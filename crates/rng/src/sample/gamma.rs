//! Gamma numbers.

use libm::{log, pow, sqrt};
use rand_core::Rng;

use super::clamp_to;
use super::error::{Parameter, SampleError};
use super::normal::standard_normal;
use super::uniform::unit_open;

/// Gamma numbers of a given shape and scale.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Gamma {
    shape: Shape,
    scale: f64,
}

impl Gamma {
    /// Gamma numbers; always 0 where `shape` or `scale` is 0.
    ///
    /// # Errors
    /// If `shape` or `scale` is not a finite number from 0 on.
    pub fn new(shape: f64, scale: f64) -> Result<Self, SampleError> {
        SHAPE.check(shape, shape >= 0.0 && shape.is_finite())?;
        SCALE.check(scale, scale >= 0.0 && scale.is_finite())?;
        Ok(Self { shape: Shape::new(shape), scale })
    }

    /// Draws as [`gamma`] does.
    #[inline]
    pub fn draw<R: Rng + ?Sized>(&self, rng: &mut R) -> f64 {
        self.scale * self.shape.draw(rng)
    }
}

/// A gamma number: density `x^(shape - 1) e^(-x / scale) / (scale^shape Γ(shape))`, mean `shape · scale`.
///
/// Marsaglia and Tsang's rejection, two `u64` per attempt and at most 1.05 attempts on average; where `shape < 1`, that
/// of `shape + 1`, times `u^(1 / shape)` with `u` from one more `u64` through [`unit_open`]. A `shape` that is negative
/// or NaN counts as 0, which draws nothing, and an infinite one as `f64::MAX`; the formula holds for any `scale`. Where
/// the parameters stay, [`Gamma`] saves their preparation.
///
/// # References
/// Marsaglia & Tsang (2000), *A simple method for generating gamma variables*.
#[inline]
pub fn gamma<R: Rng + ?Sized>(rng: &mut R, shape: f64, scale: f64) -> f64 {
    scale * Shape::new(clamp_to(f64::MAX, shape)).draw(rng)
}

const SHAPE: Parameter = Parameter {
    distribution: "gamma distribution",
    name: "shape",
    requirement: "finite and not negative",
};
const SCALE: Parameter = Parameter { name: "scale", ..SHAPE };

/// Gamma numbers of scale 1.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Shape {
    /// Of the numbers that are drawn: 1 or more.
    lifted: f64,
    /// `1 / shape` where it was lifted.
    exponent: Option<f64>,
    is_zero: bool,
}

impl Shape {
    /// For a finite `shape ≥ 0`.
    pub(super) fn new(shape: f64) -> Self {
        let is_low = shape < 1.0;
        let lifted = if is_low { shape + 1.0 } else { shape };
        Self { lifted, exponent: is_low.then(|| 1.0 / shape), is_zero: shape == 0.0 }
    }

    #[inline]
    fn draw<R: Rng + ?Sized>(&self, rng: &mut R) -> f64 {
        if self.is_zero {
            return 0.0;
        }
        let number = lifted(rng, self.lifted);
        self.exponent.map_or(number, |exponent| number * pow(unit_open(rng.next_u64()), exponent))
    }

    /// The logarithm of a draw, also where that is too small for a number.
    #[inline]
    pub(super) fn draw_logarithm<R: Rng + ?Sized>(&self, rng: &mut R) -> f64 {
        let number = log(lifted(rng, self.lifted));
        self.exponent.map_or(number, |exponent| number + log(unit_open(rng.next_u64())) * exponent)
    }
}

/// A gamma number of `shape ≥ 1`: the cube of a normal number around 1, accepted by its density.
#[inline]
fn lifted<R: Rng + ?Sized>(rng: &mut R, shape: f64) -> f64 {
    let centre = shape - 1.0 / 3.0;
    let width = 1.0 / (3.0 * sqrt(centre));
    loop {
        let x = standard_normal(rng);
        let u = unit_open(rng.next_u64());
        let root = 1.0 + width * x;
        let cube = root * root * root;
        if root > 0.0 && is_accepted(u, x * x, cube, centre) {
            return centre * cube;
        }
    }
}

/// By the squeeze first, which spares most logarithms.
#[inline]
fn is_accepted(u: f64, x2: f64, cube: f64, centre: f64) -> bool {
    u < 1.0 - 0.0331 * x2 * x2 || log(u) < 0.5 * x2 + centre * (1.0 - cube + log(cube))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{prop_assert, prop_assert_eq, proptest};

    use super::{Gamma, gamma};
    use crate::sample::check::{check_cells, check_moments, stream};

    #[test]
    fn moments() {
        for shape in [0.01, 0.5, 1.0, 1.5, 30.0, 1e6, 1e14] {
            let numbers = Gamma::new(shape, 2.0).unwrap();
            check_moments(|rng| numbers.draw(rng) - 2.0 * shape, 0.0, 4.0 * shape);
        }
    }

    #[test]
    fn distributions_of_known_integrals() {
        check_cells(|rng| gamma(rng, 0.5, 1.0), 0.0, 4.0, |x| libm::erf(x.sqrt()));
        check_cells(|rng| gamma(rng, 1.0, 1.0), 0.0, 6.0, |x| 1.0 - (-x).exp());
        check_cells(
            |rng| gamma(rng, 3.0, 1.0),
            0.0,
            9.0,
            |x| 1.0 - (-x).exp() * (1.0 + x + x * x / 2.0),
        );
    }

    #[test]
    fn extremes() {
        for shape in [0.0, -1.0, f64::NAN] {
            assert_eq!(gamma(&mut stream(1), shape, 3.0), 0.0);
        }
        assert!(gamma(&mut stream(1), f64::INFINITY, 1.0) > 1e307);
        assert!((0.0..1.0).contains(&gamma(&mut stream(1), f64::from_bits(1), 1.0)));
        assert_eq!(gamma(&mut stream(1), 2.0, 0.0), 0.0);
    }

    #[test]
    fn bad_parameters_are_named() {
        for bad in [-1.0, f64::NAN, f64::INFINITY] {
            assert!(Gamma::new(bad, 1.0).unwrap_err().to_string().contains("`shape`"));
            assert!(Gamma::new(1.0, bad).unwrap_err().to_string().contains("`scale`"));
        }
    }

    proptest! {
        #[test]
        fn type_and_function_agree(raw: u64, shape in 0.0_f64..5.0, scale in 0.0_f64..1e9) {
            let drawn = Gamma::new(shape, scale).unwrap().draw(&mut stream(raw));
            prop_assert!(drawn >= 0.0);
            prop_assert_eq!(drawn, gamma(&mut stream(raw), shape, scale));
        }
    }
}
