//! Solvers for decoders, by name: a port, its registry, and one file for each kind.

mod activities;
pub mod least_squares;
mod lstsq;
mod lstsq_drop;
mod lstsq_l1;
mod lstsq_l2;
mod lstsq_noise;
mod nnls;
mod no_solver;

use ndarray::{Array1, Array2, ArrayView2, Axis};
use pontine_core_ir::{Spec, SpecError, registry, registry::LookupError};
use pontine_rng::RandomState;

use crate::linear;

pub use activities::Activities;
pub use least_squares::{LeastSquares, Sigma};
pub use lstsq::Lstsq;
pub use lstsq_drop::LstsqDrop;
pub use lstsq_l1::LstsqL1;
pub use lstsq_l2::{LstsqL2, Penalty};
pub use lstsq_noise::LstsqNoise;
pub use nnls::Nnls;
pub use no_solver::NoSolver;

/// Finds decoders: a trait object, so that a linked crate can add one.
pub trait Solver: std::fmt::Debug + Send + Sync {
    /// Decoders X, (n, k), such that `activities · X` comes near to `targets`, for activities
    /// (points, n) and targets (points, k).
    ///
    /// # Errors
    /// [`SolverError`] if there are none.
    fn solve(
        &self,
        activities: &Activities<'_>,
        targets: ArrayView2<'_, f64>,
        rng: &mut RandomState,
    ) -> Result<Solution, SolverError>;

    /// Whether activities are needed; if not, they may have no rows.
    fn needs_activities(&self) -> bool {
        true
    }

    /// Whether decoders of a product are the product of decoders, so that a transform may be
    /// applied afterwards.
    fn is_compositional(&self) -> bool {
        true
    }
}

/// Decoders, and how far they miss.
#[derive(Clone, Debug, PartialEq)]
pub struct Solution {
    /// Decoders: (n, k).
    pub decoders: Array2<f64>,
    /// Root mean square of `targets - activities · decoders`, for each of k outputs; empty if no
    /// activities were looked at.
    pub rmses: Array1<f64>,
}

/// Why there are no decoders.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum SolverError {
    /// The solver is unknown or has wrong parameters.
    #[error(transparent)]
    Lookup(#[from] LookupError),
    /// No neuron fires anywhere.
    #[error("all {n_neurons} neurons are silent at all {n_points} evaluation points")]
    Silent {
        /// Number of neurons.
        n_neurons: usize,
        /// Number of points.
        n_points: usize,
    },
    /// Activities that are not finite.
    #[error("neuron {neuron} has no finite rate at evaluation point {point}")]
    NotFinite {
        /// Which neuron.
        neuron: usize,
        /// Which point.
        point: usize,
    },
    /// Equations without a unique solution.
    #[error("the equations for {n_neurons} decoders are singular; a larger `reg` would help")]
    Singular {
        /// Number of neurons.
        n_neurons: usize,
    },
    /// Given decoders of another shape.
    #[error("given decoders have shape {found:?}, but {expected:?} is needed")]
    Shape {
        /// Their shape.
        found: Vec<usize>,
        /// The shape needed.
        expected: Vec<usize>,
    },
}

/// A solver, by name.
pub struct SolverEntry {
    /// Its kind.
    pub kind: &'static str,
    /// Makes the solver, or says what is wrong with the parameters.
    pub make: fn(&Spec) -> Result<Box<dyn Solver>, SpecError>,
    /// Who offers it.
    pub place: &'static str,
}

registry!(
    /// The solvers of all linked crates.
    kinds: SolverEntry, "solver", kind
);

/// The solver that a specification names; its parameter `weights` is read by [`for_weights`].
///
/// # Errors
/// [`LookupError`] if the kind or a parameter is wrong.
pub fn solver(spec: &Spec) -> Result<Box<dyn Solver>, LookupError> {
    let entry = kinds().get(&spec.kind)?;
    let mut own = spec.clone();
    own.params.remove("weights");
    Ok((entry.make)(&own)?)
}

/// Whether a solver is asked for the weights between single neurons (`weights=true`), and not for
/// decoders.
///
/// # Errors
/// [`SpecError`] if `weights` is not a switch.
pub fn for_weights(spec: &Spec) -> Result<bool, SpecError> {
    spec.bool_or("weights", false)
}

impl Solution {
    /// Decoders with the error that they make.
    pub fn new(
        decoders: Array2<f64>,
        activities: &Activities<'_>,
        targets: ArrayView2<'_, f64>,
    ) -> Self {
        let misses = &targets - &linear::product(activities.view(), decoders.view());
        let n_points = misses.nrows() as f64;
        let rmses = (misses.mapv(|x| x * x).sum_axis(Axis(0)) / n_points).mapv(f64::sqrt);
        Self { decoders, rmses }
    }
}

/// A finite number, not negative.
fn not_negative(spec: &Spec, name: &'static str, default: f64) -> Result<f64, SpecError> {
    let value = spec.number_or(name, default)?;
    if value >= 0.0 && value.is_finite() {
        return Ok(value);
    }
    Err(spec.wrong(name, &value.into(), "finite and not negative"))
}
