//! `Cholesky(transpose)`: by Cholesky's decomposition of the normal equations.

use ndarray::{Array2, ArrayView2};
use pontine_core_ir::{Spec, SpecError, inventory};
use pontine_rng::RandomState;

use super::{Activities, LeastSquares, LeastSquaresEntry, Sigma, SolverError};
use crate::linear;

inventory::submit! {
    LeastSquaresEntry { kind: "Cholesky", make: |spec| Ok(Box::new(Cholesky::from_spec(spec)?)), place: module_path!() }
}

/// Of `AᵀA + m σ² I`, or of `AAᵀ + m σ² I` ("transposed").
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cholesky {
    /// Which of them; by default the smaller, as far as neurons share one penalty.
    pub transpose: Option<bool>,
}

impl Cholesky {
    fn from_spec(spec: &Spec) -> Result<Self, SpecError> {
        spec.check_names(&["transpose"])?;
        let given = spec.params.contains_key("transpose");
        let transpose = spec.bool_or("transpose", false)?;
        Ok(Self { transpose: given.then_some(transpose) })
    }
}

impl LeastSquares for Cholesky {
    fn solve(
        &self,
        a: &Activities<'_>,
        y: ArrayView2<'_, f64>,
        sigma: &Sigma,
        _: &mut RandomState,
    ) -> Result<Array2<f64>, SolverError> {
        let shares = matches!(sigma, Sigma::Same(_));
        if shares && self.transpose.unwrap_or(a.n_points() < a.n_neurons()) {
            let x = a.solve_normal(sigma, true, y).ok_or_else(|| a.singular())?;
            return Ok(linear::product(a.view().t(), x.view()));
        }
        let right = linear::product(a.view().t(), y);
        a.solve_normal(sigma, false, right.view()).ok_or_else(|| a.singular())
    }
}
