//! Numbers for neurons and points: drawn from a distribution, or given.

use ndarray::{Array1, Array2, ArrayView2};
use pontine_core_ir::{Samples, Tensor, registry::LookupError};
use pontine_rng::RandomState;

use crate::points::sampler;

/// Why numbers cannot be drawn, or do not fit.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum SampleError {
    /// The distribution is unknown or has wrong parameters.
    #[error("{what}: {source}")]
    Lookup {
        /// What the numbers are for.
        what: &'static str,
        /// The cause.
        source: LookupError,
    },
    /// Numbers of another shape.
    #[error("{what} have shape {found:?}, but {expected:?} is needed")]
    Shape {
        /// What the numbers are for.
        what: &'static str,
        /// Their shape.
        found: Vec<usize>,
        /// The shape needed.
        expected: Vec<usize>,
    },
    /// The distribution draws vectors, not single numbers.
    #[error("`{kind}` draws vectors of at least one dimension, not single numbers")]
    NeedsDimensions {
        /// The distribution.
        kind: &'static str,
    },
    /// A distribution of given numbers that do not make up points.
    #[error("`{kind}` holds {n_numbers} numbers, which are no points of {dimensions} dimensions")]
    Rows {
        /// The distribution.
        kind: &'static str,
        /// How many numbers it holds.
        n_numbers: usize,
        /// Dimensions of the points asked for.
        dimensions: usize,
    },
    /// Numbers of which one is not finite.
    #[error("{what}: row {index} holds a number that is not finite")]
    NotFinite {
        /// What the numbers are for.
        what: &'static str,
        /// Which row.
        index: usize,
    },
    /// An encoder that cannot be scaled to length 1.
    #[error("encoder {index} has length {length}, so it cannot be scaled to length 1")]
    Encoder {
        /// Which neuron.
        index: usize,
        /// Its length.
        length: f64,
    },
}

/// Rows for `what`: `n` points of `d` dimensions drawn, or the array given, whose number of rows
/// is free where `n_given` is `None`. A vector is one column.
///
/// # Errors
/// [`SampleError`] if the distribution is unknown, or the array has another shape or numbers that
/// are not finite.
pub fn resolve(
    samples: &Samples,
    what: &'static str,
    n: usize,
    d: usize,
    n_given: Option<usize>,
    rng: &mut RandomState,
) -> Result<Array2<f64>, SampleError> {
    let rows = match samples {
        Samples::Distribution(spec) => {
            let sampler = sampler(spec).map_err(|source| SampleError::Lookup { what, source })?;
            sampler.sample(n, Some(d), rng)?
        }
        Samples::Array(tensor) => given(tensor, what, n_given, d)?,
    };
    finite(rows, what)
}

/// One number for each of `n` neurons.
///
/// # Errors
/// As [`resolve`].
pub fn resolve_vector(
    samples: &Samples,
    what: &'static str,
    n: usize,
    rng: &mut RandomState,
) -> Result<Array1<f64>, SampleError> {
    let rows = match samples {
        Samples::Distribution(spec) => {
            let sampler = sampler(spec).map_err(|source| SampleError::Lookup { what, source })?;
            sampler.sample(n, None, rng)?
        }
        Samples::Array(tensor) if tensor.shape() == [n] => given(tensor, what, Some(n), 1)?,
        Samples::Array(tensor) => return Err(shape(tensor, what, vec![n])),
    };
    Ok(finite(rows, what)?.column(0).to_owned())
}

fn given(
    tensor: &Tensor,
    what: &'static str,
    n: Option<usize>,
    d: usize,
) -> Result<Array2<f64>, SampleError> {
    let rows = tensor.shape().first().copied().unwrap_or(1);
    let wrong = || shape(tensor, what, vec![n.unwrap_or(rows), d]);
    let (rows, columns) = tensor.as_matrix().ok_or_else(wrong)?;
    if columns != d || n.is_some_and(|n| n != rows) {
        return Err(wrong());
    }
    let view = ArrayView2::from_shape((rows, columns), tensor.data()).map_err(|_| wrong())?;
    Ok(view.to_owned())
}

fn shape(tensor: &Tensor, what: &'static str, expected: Vec<usize>) -> SampleError {
    SampleError::Shape { what, found: tensor.shape().to_vec(), expected }
}

fn finite(rows: Array2<f64>, what: &'static str) -> Result<Array2<f64>, SampleError> {
    let bad = rows.rows().into_iter().position(|row| row.iter().any(|x| !x.is_finite()));
    bad.map_or(Ok(rows), |index| Err(SampleError::NotFinite { what, index }))
}

#[cfg(test)]
mod tests {
    use pontine_core_ir::Spec;

    use super::*;

    fn array(shape: &[usize]) -> Samples {
        Samples::Array(Tensor::filled(shape, 1.0))
    }

    #[test]
    fn arrays_must_have_their_shape() {
        let rng = &mut RandomState::new(0);
        assert_eq!(resolve(&array(&[3, 2]), "encoders", 3, 2, Some(3), rng).unwrap().dim(), (3, 2));
        assert_eq!(resolve(&array(&[9, 2]), "points", 3, 2, None, rng).unwrap().dim(), (9, 2));
        assert_eq!(resolve(&array(&[3]), "encoders", 3, 1, Some(3), rng).unwrap().dim(), (3, 1));
        let error = resolve(&array(&[2, 3]), "encoders", 3, 2, Some(3), rng).unwrap_err();
        assert_eq!(error.to_string(), "encoders have shape [2, 3], but [3, 2] is needed");
        let error = resolve_vector(&array(&[2]), "gains", 3, rng).unwrap_err();
        assert_eq!(error.to_string(), "gains have shape [2], but [3] is needed");
    }

    #[test]
    fn what_is_not_finite_is_refused_with_its_row() {
        let given = Samples::Array(Tensor::vector(vec![0.0, f64::NAN]));
        let error = resolve_vector(&given, "biases", 2, &mut RandomState::new(0)).unwrap_err();
        assert_eq!(error.to_string(), "biases: row 1 holds a number that is not finite");
    }

    #[test]
    fn an_unknown_distribution_says_what_it_was_for() {
        let samples = Samples::Distribution(Spec::new("Cauchy"));
        let error = resolve_vector(&samples, "max rates", 2, &mut RandomState::new(0)).unwrap_err();
        assert!(error.to_string().starts_with("max rates: no distribution of points is called"));
    }
}
