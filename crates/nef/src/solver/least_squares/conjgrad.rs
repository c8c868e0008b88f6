//! `Conjgrad(tol=0.01, maxiters)`, `ConjgradScipy(tol=1e-4, atol=1e-8)` and
//! `BlockConjgrad(tol=0.01)`: by conjugate gradients on the normal equations.

use ndarray::{Array1, Array2, ArrayView1, ArrayView2};
use pontine_core_ir::{Spec, SpecError, inventory};
use pontine_rng::RandomState;

use super::{
    Activities, LeastSquares, LeastSquaresEntry, Normal, Sigma, by_column, count_or, positive,
};
use crate::linear;

inventory::submit! {
    LeastSquaresEntry { kind: "Conjgrad", make: |spec| Ok(Box::new(Conjgrad::nengos(spec)?)), place: module_path!() }
}
inventory::submit! {
    LeastSquaresEntry { kind: "ConjgradScipy", make: |spec| Ok(Box::new(Conjgrad::scipys(spec)?)), place: module_path!() }
}
inventory::submit! {
    LeastSquaresEntry { kind: "BlockConjgrad", make: |spec| Ok(Box::new(BlockConjgrad::from_spec(spec)?)), place: module_path!() }
}

/// Conjugate gradients, one output after the other, from 0.
///
/// # References
/// Hestenes & Stiefel (1952), *Methods of conjugate gradients for solving linear systems*.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Conjgrad {
    /// Where they end.
    pub until: Until,
    /// The most iterations; as many as neurons if absent, ten times that for a share.
    pub max_iterations: Option<usize>,
}

/// How small the residual has to be.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Until {
    /// So much for each of m points: times √m.
    PerPoint(f64),
    /// A share of the right side, or an absolute number if that is larger.
    Share {
        /// The share.
        of_right_side: f64,
        /// The absolute number.
        at_least: f64,
    },
}

impl Conjgrad {
    fn nengos(spec: &Spec) -> Result<Self, SpecError> {
        spec.check_names(&["tol", "maxiters"])?;
        let max_iterations =
            spec.params.contains_key("maxiters").then(|| count_or(spec, "maxiters", 0));
        let until = Until::PerPoint(positive(spec, "tol", 0.01)?);
        Ok(Self { until, max_iterations: max_iterations.transpose()? })
    }

    fn scipys(spec: &Spec) -> Result<Self, SpecError> {
        spec.check_names(&["tol", "atol"])?;
        let until = Until::Share {
            of_right_side: positive(spec, "tol", 1e-4)?,
            at_least: positive(spec, "atol", 1e-8)?,
        };
        Ok(Self { until, max_iterations: None })
    }

    fn limit(&self, n_points: usize, b: ArrayView1<'_, f64>) -> f64 {
        match self.until {
            Until::PerPoint(tolerance) => tolerance * (n_points as f64).sqrt(),
            Until::Share { of_right_side, at_least } => {
                at_least.max(of_right_side * b.dot(&b).sqrt())
            }
        }
    }

    fn max_iterations(&self, n: usize) -> usize {
        let default = match self.until {
            Until::PerPoint(_) => n,
            Until::Share { .. } => 10 * n,
        };
        self.max_iterations.unwrap_or(default)
    }

    fn column(&self, normal: &Normal<'_>, b: Array1<f64>) -> Array1<f64> {
        let n = b.len();
        let limit = self.limit(normal.a.nrows(), b.view());
        let mut x = Array1::zeros(n);
        let mut residual = b;
        let mut direction = residual.clone();
        let mut square = residual.dot(&residual);
        for _ in 0..self.max_iterations(n) {
            if square.sqrt() <= limit {
                break;
            }
            let along = normal.of(direction.view());
            let length = square / direction.dot(&along);
            x.scaled_add(length, &direction);
            residual.scaled_add(-length, &along);
            let next = residual.dot(&residual);
            direction = &residual + &(direction * (next / square));
            square = next;
        }
        x
    }
}

impl LeastSquares for Conjgrad {
    fn solve(
        &self,
        a: &Activities<'_>,
        y: ArrayView2<'_, f64>,
        sigma: &Sigma,
        _: &mut RandomState,
    ) -> Option<Array2<f64>> {
        let a = a.view();
        let normal = Normal::new(a, sigma);
        Some(by_column(a.ncols(), y, |y| self.column(&normal, a.t().dot(&y))))
    }
}

/// Conjugate gradients of all outputs at once.
///
/// # References
/// O'Leary (1980), *The block conjugate gradient algorithm and related methods*.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BlockConjgrad {
    /// The residual, for each point, at which they end.
    pub tolerance: f64,
}

impl BlockConjgrad {
    fn from_spec(spec: &Spec) -> Result<Self, SpecError> {
        spec.check_names(&["tol"])?;
        Ok(Self { tolerance: positive(spec, "tol", 0.01)? })
    }
}

impl LeastSquares for BlockConjgrad {
    fn solve(
        &self,
        a: &Activities<'_>,
        y: ArrayView2<'_, f64>,
        sigma: &Sigma,
        _: &mut RandomState,
    ) -> Option<Array2<f64>> {
        let a = a.view();
        let normal = Normal::new(a, sigma);
        let n = a.ncols();
        let limit = self.tolerance * (a.nrows() as f64).sqrt();
        let mut x = Array2::zeros((n, y.ncols()));
        let mut residual = linear::product(a.t(), y);
        let mut directions = residual.clone();
        let mut square = residual.t().dot(&residual);
        for _ in 0..n {
            if square.diag().iter().all(|s| s.sqrt() < limit) {
                break;
            }
            let along = by_column(n, directions.view(), |x| normal.of(x));
            let curvature = directions.t().dot(&along);
            // Symmetric but for rounding: as in Nengo, what is below the diagonal counts.
            let curvature = curvature.reversed_axes();
            let lengths = linear::solve_positive_definite(curvature, square.view())?;
            x += &directions.dot(&lengths);
            residual -= &along.dot(&lengths);
            let next = residual.t().dot(&residual);
            let turns = linear::solve_positive_definite(square.reversed_axes(), next.view())?;
            directions = &residual + &directions.dot(&turns);
            square = next;
        }
        Some(x)
    }
}
