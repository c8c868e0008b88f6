//! `Cholesky(transpose)`: by Cholesky's decomposition of the normal equations.

use ndarray::{Array2, ArrayView2};
use pontine_core_ir::{Spec, SpecError, inventory};
use pontine_rng::RandomState;

use super::{LeastSquares, LeastSquaresEntry, Sigma};
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
        a: ArrayView2<'_, f64>,
        y: ArrayView2<'_, f64>,
        sigma: &Sigma,
        _: &mut RandomState,
    ) -> Option<Array2<f64>> {
        let (m, n) = a.dim();
        match sigma {
            Sigma::Same(_) if self.transpose.unwrap_or(m < n) => {
                transposed(a, y, sigma.penalty(m, 0))
            }
            _ => direct(a, y, sigma),
        }
    }
}

fn direct(a: ArrayView2<'_, f64>, y: ArrayView2<'_, f64>, sigma: &Sigma) -> Option<Array2<f64>> {
    let mut g = linear::gram(a);
    let diagonal = &g.diag() + &sigma.penalties(a.nrows(), a.ncols());
    g.diag_mut().assign(&diagonal);
    linear::solve_positive_definite(g, linear::product(a.t(), y).view())
}

fn transposed(a: ArrayView2<'_, f64>, y: ArrayView2<'_, f64>, penalty: f64) -> Option<Array2<f64>> {
    let mut g = linear::gram(a.t());
    g.diag_mut().mapv_inplace(|x| x + penalty);
    let x = linear::solve_positive_definite(g, y)?;
    Some(linear::product(a.t(), x.view()))
}
