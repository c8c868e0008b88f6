//! Distributions of points, by name: a port, its registry, and one file for each kind.

mod choice;
mod exponential;
mod gaussian;
mod given;
mod hypersphere;
mod lengths;
mod pdf;
mod quasirandom;
mod scattered;
mod uniform;

use ndarray::Array2;
use pontine_core_ir::{Param, Spec, SpecError, registry, registry::LookupError};
use pontine_rng::RandomState;

use crate::samples::SampleError;

pub use choice::Choice;
pub use exponential::Exponential;
pub use gaussian::Gaussian;
pub use given::Given;
pub use hypersphere::UniformHypersphere;
pub use lengths::{CosineSimilarity, SqrtBeta};
pub use pdf::Pdf;
pub use quasirandom::QuasirandomSequence;
pub use scattered::{Mapping, ScatteredHypersphere};
pub use uniform::Uniform;

/// Draws points, or single numbers, as Nengo's distribution of that name does.
///
/// A distribution is a trait object and not a closed enum, so that a linked crate can add one; one
/// virtual call draws all points of an object.
pub trait PointSampler: std::fmt::Debug + Send + Sync {
    /// `n` rows: points of `d` dimensions, or single numbers (one column) where `d` is `None`.
    ///
    /// What is taken from `rng`, and in which order, is part of the contract.
    ///
    /// # Errors
    /// [`SampleError`] if the distribution cannot draw that.
    fn sample(
        &self,
        n: usize,
        d: Option<usize>,
        rng: &mut RandomState,
    ) -> Result<Array2<f64>, SampleError>;
}

/// A distribution of points.
pub struct PointsEntry {
    /// Its kind.
    pub kind: &'static str,
    /// Makes the sampler, or says what is wrong with the parameters.
    pub make: fn(&Spec) -> Result<Box<dyn PointSampler>, SpecError>,
    /// Who offers it.
    pub place: &'static str,
}

registry!(
    /// The distributions of points of all linked crates.
    kinds: PointsEntry, "distribution of points", kind
);

/// The distribution that a specification names.
///
/// # Errors
/// [`LookupError`] if the kind or a parameter is wrong.
///
/// # Examples
/// ```
/// use pontine_core_ir::Spec;
/// use pontine_rng::RandomState;
/// let uniform = pontine_nef::points::sampler(&Spec::new("Uniform").with("low", -1.0).with("high", 1.0))?;
/// let points = uniform.sample(3, Some(2), &mut RandomState::new(0)).unwrap();
/// assert_eq!(points.dim(), (3, 2));
/// assert_eq!(points[[0, 0]], 2.0 * 0.5488135039273248 - 1.0);
/// # Ok::<(), pontine_core_ir::registry::LookupError>(())
/// ```
pub fn sampler(spec: &Spec) -> Result<Box<dyn PointSampler>, LookupError> {
    Ok((kinds().get(&spec.kind)?.make)(spec)?)
}

/// Row by row, as NumPy fills arrays.
fn filled(n: usize, columns: usize, mut draw: impl FnMut() -> f64) -> Array2<f64> {
    Array2::from_shape_simple_fn((n, columns), &mut draw)
}

/// The dimensions, for distributions that have no single numbers.
fn dimensions(kind: &'static str, d: Option<usize>) -> Result<usize, SampleError> {
    d.filter(|&d| d > 0).ok_or(SampleError::NeedsDimensions { kind })
}

/// A finite parameter.
fn finite(spec: &Spec, name: &'static str, default: Option<f64>) -> Result<f64, SpecError> {
    let value = match default {
        Some(default) => spec.number_or(name, default)?,
        None => spec.number(name)?,
    };
    if value.is_finite() { Ok(value) } else { Err(spec.wrong(name, &value.into(), "finite")) }
}

/// Finite numbers.
fn numbers(spec: &Spec, name: &'static str) -> Result<Vec<f64>, SpecError> {
    match spec.params.get(name) {
        Some(Param::Array(numbers)) if numbers.iter().all(|x| x.is_finite()) => {
            Ok(numbers.to_vec())
        }
        Some(Param::Number(number)) if number.is_finite() => Ok(vec![*number]),
        Some(other) => Err(spec.wrong(name, other, "finite numbers")),
        None => Err(SpecError::Missing { kind: spec.kind.clone(), name }),
    }
}

/// Points of `d` dimensions out of numbers that stand one after the other.
fn rows(kind: &'static str, numbers: &[f64], d: Option<usize>) -> Result<Array2<f64>, SampleError> {
    let d = d.unwrap_or(1).max(1);
    let wrong = SampleError::Rows { kind, n_numbers: numbers.len(), dimensions: d };
    Array2::from_shape_vec((numbers.len() / d, d), numbers.to_vec()).map_err(|_| wrong)
}

/// A share of the radius, at least 0 and less than 1.
fn min_magnitude(spec: &Spec) -> Result<f64, SpecError> {
    let value = spec.number_or("min_magnitude", 0.0)?;
    if (0.0..1.0).contains(&value) {
        return Ok(value);
    }
    Err(spec.wrong("min_magnitude", &value.into(), "at least 0 and less than 1"))
}

#[cfg(test)]
pub(crate) mod check {
    use super::*;

    /// Points of a specification that must work.
    #[track_caller]
    pub(crate) fn points(spec: Spec, n: usize, d: Option<usize>, seed: u32) -> Array2<f64> {
        sampler(&spec).unwrap().sample(n, d, &mut RandomState::new(seed)).unwrap()
    }

    /// Lengths of rows.
    pub(crate) fn lengths(points: &Array2<f64>) -> Vec<f64> {
        points.rows().into_iter().map(|row| row.dot(&row).sqrt()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_misspelt_distribution_is_answered_with_the_nearest() {
        let error = sampler(&Spec::new("Unifrom")).unwrap_err();
        assert_eq!(
            error.to_string(),
            "no distribution of points is called `Unifrom`; did you mean `Uniform`?"
        );
    }
}
