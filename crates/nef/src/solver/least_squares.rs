//! How regularised least squares are solved: a port, its registry, and one file for each method.
//!
//! All minimise `|A X - Y|² + m |diag(σ) X|²` over m points.

mod cholesky;
mod conjgrad;
mod lsmr;
mod svd;

use ndarray::{Array1, Array2, ArrayView1, ArrayView2};
use pontine_core_ir::{Param, Spec, SpecError, registry, registry::LookupError};
use pontine_rng::RandomState;

use super::{Activities, SolverError};

pub use cholesky::Cholesky;
pub use conjgrad::{BlockConjgrad, Conjgrad};
pub use lsmr::Lsmr;
pub use svd::{RandomizedSvd, Svd};

/// A method for regularised least squares; a trait object, so that a linked crate can add one.
pub trait LeastSquares: std::fmt::Debug + Send + Sync {
    /// X, (n, k), for A (points, n) and Y (points, k).
    ///
    /// # Errors
    /// [`SolverError::Singular`], or [`SolverError::Shape`] of numbers that were given.
    fn solve(
        &self,
        a: &Activities<'_>,
        y: ArrayView2<'_, f64>,
        sigma: &Sigma,
        rng: &mut RandomState,
    ) -> Result<Array2<f64>, SolverError>;
}

/// The penalty on large decoders.
#[derive(Clone, Debug, PartialEq)]
pub enum Sigma {
    /// The same for all neurons.
    Same(f64),
    /// One for each neuron.
    Each(Array1<f64>),
}

/// A method, by name.
pub struct LeastSquaresEntry {
    /// Its kind.
    pub kind: &'static str,
    /// Makes the method, or says what is wrong with the parameters.
    pub make: fn(&Spec) -> Result<Box<dyn LeastSquares>, SpecError>,
    /// Who offers it.
    pub place: &'static str,
}

registry!(
    /// The methods of all linked crates.
    kinds: LeastSquaresEntry, "method of least squares", kind
);

/// The method that the parameter `solver` of a solver names; Cholesky's if it is absent.
///
/// # Errors
/// [`SpecError`] if the kind or a parameter is wrong.
pub fn method_of(solver: &Spec) -> Result<Box<dyn LeastSquares>, SpecError> {
    let spec = match solver.params.get("solver") {
        None => return Ok(Box::new(Cholesky { transpose: None })),
        Some(Param::Spec(spec)) => spec,
        Some(other) => return Err(solver.wrong("solver", other, "a method of least squares")),
    };
    match kinds().get(&spec.kind) {
        Ok(entry) => (entry.make)(spec),
        Err(LookupError::Spec(error)) => Err(error),
        Err(_) => Err(solver.wrong("solver", &(**spec).clone().into(), "registered once")),
    }
}

impl Sigma {
    /// `m σ²` for one neuron.
    fn penalty(&self, n_points: usize, neuron: usize) -> f64 {
        let sigma = match self {
            Self::Same(sigma) => *sigma,
            Self::Each(sigmas) => sigmas[neuron],
        };
        n_points as f64 * sigma * sigma
    }

    /// `m σ²` for each of n neurons.
    pub(super) fn penalties(&self, n_points: usize, n: usize) -> Array1<f64> {
        (0..n).map(|neuron| self.penalty(n_points, neuron)).collect()
    }
}

/// The left side of the normal equations, applied: `Aᵀ A x + m σ² x`.
struct Normal<'a> {
    a: ArrayView2<'a, f64>,
    penalties: Array1<f64>,
}

impl<'a> Normal<'a> {
    fn new(a: ArrayView2<'a, f64>, sigma: &Sigma) -> Self {
        Self { a, penalties: sigma.penalties(a.nrows(), a.ncols()) }
    }

    fn of(&self, x: ArrayView1<'_, f64>) -> Array1<f64> {
        self.a.t().dot(&self.a.dot(&x)) + &self.penalties * &x
    }
}

/// X column by column.
fn by_column(
    n: usize,
    y: ArrayView2<'_, f64>,
    mut solve: impl FnMut(ArrayView1<'_, f64>) -> Array1<f64>,
) -> Array2<f64> {
    let mut x = Array2::zeros((n, y.ncols()));
    for (mut column, y) in x.columns_mut().into_iter().zip(y.columns()) {
        column.assign(&solve(y));
    }
    x
}

/// A positive number.
fn positive(spec: &Spec, name: &'static str, default: f64) -> Result<f64, SpecError> {
    let value = spec.number_or(name, default)?;
    if value > 0.0 { Ok(value) } else { Err(spec.wrong(name, &value.into(), "positive")) }
}

/// A whole number, or the default where it was left out.
fn count_or(spec: &Spec, name: &'static str, default: usize) -> Result<usize, SpecError> {
    if !spec.params.contains_key(name) {
        return Ok(default);
    }
    Ok(spec.count(name)? as usize)
}
