//! `Conjgrad(tol=0.01, maxiters, X0)`, `ConjgradScipy(tol=1e-4, atol=1e-8)` and
//! `BlockConjgrad(tol=0.01, X0)`: by conjugate gradients on the normal equations, from 0 or from given
//! decoders.

use std::sync::Arc;

use ndarray::{Array1, Array2, ArrayView1, ArrayView2};
use pontine_core_ir::{Param, Spec, SpecError, inventory};
use pontine_rng::RandomState;

use super::{
    Activities, LeastSquares, LeastSquaresEntry, Normal, Sigma, SolverError, by_column, count_or,
    positive,
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

/// Conjugate gradients, one output after the other.
///
/// # References
/// Hestenes & Stiefel (1952), *Methods of conjugate gradients for solving linear systems*.
#[derive(Clone, Debug, PartialEq)]
pub struct Conjgrad {
    /// Where they end.
    pub until: Until,
    /// The most iterations; as many as neurons if absent, ten times that for a share.
    pub max_iterations: Option<usize>,
    /// Where they begin, row by row; at 0 if absent.
    pub from: Option<Arc<[f64]>>,
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
        spec.check_names(&["tol", "maxiters", "X0"])?;
        let max_iterations =
            spec.params.contains_key("maxiters").then(|| count_or(spec, "maxiters", 0));
        let until = Until::PerPoint(positive(spec, "tol", 0.01)?);
        Ok(Self { until, max_iterations: max_iterations.transpose()?, from: from(spec)? })
    }

    fn scipys(spec: &Spec) -> Result<Self, SpecError> {
        spec.check_names(&["tol", "atol"])?;
        let until = Until::Share {
            of_right_side: positive(spec, "tol", 1e-4)?,
            at_least: positive(spec, "atol", 1e-8)?,
        };
        Ok(Self { until, max_iterations: None, from: None })
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

    fn column(&self, normal: &Normal<'_>, b: Array1<f64>, from: Array1<f64>) -> Array1<f64> {
        let n = b.len();
        let limit = self.limit(normal.a.nrows(), b.view());
        let mut x = from;
        let mut residual = b;
        if self.from.is_some() {
            residual -= &normal.of(x.view());
        }
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
    ) -> Result<Array2<f64>, SolverError> {
        let a = a.view();
        let normal = Normal::new(a, sigma);
        let mut from = start(&self.from, (a.ncols(), y.ncols()))?.reversed_axes();
        let mut starts = from.rows_mut().into_iter();
        Ok(by_column(a.ncols(), y, |y| {
            let from = starts.next().map_or_else(|| Array1::zeros(a.ncols()), |x| x.to_owned());
            self.column(&normal, a.t().dot(&y), from)
        }))
    }
}

/// Conjugate gradients of all outputs at once.
///
/// # References
/// O'Leary (1980), *The block conjugate gradient algorithm and related methods*.
#[derive(Clone, Debug, PartialEq)]
pub struct BlockConjgrad {
    /// The residual, for each point, at which they end.
    pub tolerance: f64,
    /// Where they begin, row by row; at 0 if absent.
    pub from: Option<Arc<[f64]>>,
}

impl BlockConjgrad {
    fn from_spec(spec: &Spec) -> Result<Self, SpecError> {
        spec.check_names(&["tol", "X0"])?;
        Ok(Self { tolerance: positive(spec, "tol", 0.01)?, from: from(spec)? })
    }
}

impl LeastSquares for BlockConjgrad {
    fn solve(
        &self,
        a: &Activities<'_>,
        y: ArrayView2<'_, f64>,
        sigma: &Sigma,
        _: &mut RandomState,
    ) -> Result<Array2<f64>, SolverError> {
        let singular = || a.singular();
        let a = a.view();
        let normal = Normal::new(a, sigma);
        let n = a.ncols();
        let limit = self.tolerance * (a.nrows() as f64).sqrt();
        let mut x = start(&self.from, (n, y.ncols()))?;
        let mut residual = linear::product(a.t(), y);
        if self.from.is_some() {
            residual -= &by_column(n, x.view(), |x| normal.of(x));
        }
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
            let lengths = linear::solve_positive_definite(curvature, square.view());
            let lengths = lengths.ok_or_else(singular)?;
            x += &directions.dot(&lengths);
            residual -= &along.dot(&lengths);
            let next = residual.t().dot(&residual);
            let turns = linear::solve_positive_definite(square.reversed_axes(), next.view());
            let turns = turns.ok_or_else(singular)?;
            directions = &residual + &directions.dot(&turns);
            square = next;
        }
        Ok(x)
    }
}

/// Decoders to begin with, row by row.
fn from(spec: &Spec) -> Result<Option<Arc<[f64]>>, SpecError> {
    match spec.params.get("X0") {
        None => Ok(None),
        Some(Param::Array(from)) if from.iter().all(|x| x.is_finite()) => Ok(Some(from.clone())),
        Some(other) => Err(spec.wrong("X0", other, "an array of finite numbers")),
    }
}

/// Decoders to begin with.
fn start(from: &Option<Arc<[f64]>>, shape: (usize, usize)) -> Result<Array2<f64>, SolverError> {
    let Some(from) = from else { return Ok(Array2::zeros(shape)) };
    let wrong = || SolverError::Shape { found: vec![from.len()], expected: vec![shape.0, shape.1] };
    Array2::from_shape_vec(shape, from.to_vec()).map_err(|_| wrong())
}

#[cfg(test)]
mod tests {
    use ndarray::array;

    use super::*;
    use crate::solver::least_squares::method_of;

    /// From the solution nothing is to be done; from elsewhere the solution is found.
    #[test]
    fn gradients_begin_where_they_are_told_to() {
        let a = Activities::from(array![[2.0, 0.0], [0.0, 1.0], [1.0, 1.0]]);
        let x = array![[1.0, -1.0], [0.5, 2.0]];
        let y = a.view().dot(&x);
        for kind in ["Conjgrad", "BlockConjgrad"] {
            let solve = |from: Vec<f64>, tol: f64| {
                let method = Spec::new(kind).with("X0", from).with("tol", tol);
                let method = method_of(&Spec::new("LstsqL2").with("solver", method)).unwrap();
                method.solve(&a, y.view(), &Sigma::Same(0.0), &mut RandomState::new(0))
            };
            let near = solve(vec![1.0, -1.0, 0.5, 2.0], 1e-3).unwrap();
            assert_eq!(near, x, "{kind}");
            let found = solve(vec![3.0, 0.0, 0.0, -3.0], 1e-9).unwrap();
            assert!((&found - &x).iter().all(|miss| miss.abs() < 1e-6), "{kind}: {found}");
            let shape = SolverError::Shape { found: vec![1], expected: vec![2, 2] };
            assert_eq!(solve(vec![1.0], 1e-3), Err(shape));
        }
    }
}
