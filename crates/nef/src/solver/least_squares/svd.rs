//! `SVD()` and `RandomizedSVD(n_components=60, n_oversamples=10, n_iter=0)`: by the singular value
//! decomposition of the activities, or by that of their image of few dimensions.

use ndarray::{Array1, Array2, ArrayView2, Axis, s};
use pontine_core_ir::{Spec, SpecError, inventory};
use pontine_rng::RandomState;

use super::{Activities, LeastSquares, LeastSquaresEntry, Sigma, SolverError, count_or};
use crate::linear;

inventory::submit! {
    LeastSquaresEntry {
        kind: "SVD",
        make: |spec| {
            spec.check_names(&[])?;
            Ok(Box::new(Svd))
        },
        place: module_path!(),
    }
}
inventory::submit! {
    LeastSquaresEntry { kind: "RandomizedSVD", make: |spec| Ok(Box::new(RandomizedSvd::from_spec(spec)?)), place: module_path!() }
}

/// `X = V diag(s / (s² + m σ²)) Uᵀ Y`; neurons share one penalty.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Svd;

impl LeastSquares for Svd {
    fn solve(
        &self,
        a: &Activities<'_>,
        y: ArrayView2<'_, f64>,
        sigma: &Sigma,
        _: &mut RandomState,
    ) -> Result<Array2<f64>, SolverError> {
        let solved = |a: ArrayView2<'_, f64>| {
            let (u, s, v) = linear::thin_svd(a)?;
            back(&u, &s, &v, y, shared(sigma, a.nrows())?)
        };
        solved(a.view()).ok_or_else(|| a.singular())
    }
}

/// The same with the largest components only, found in the image of random vectors.
///
/// # References
/// Halko, Martinsson & Tropp (2011), *Finding structure with randomness*.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RandomizedSvd {
    /// How many components.
    pub n_components: usize,
    /// How many vectors more are drawn.
    pub n_oversamples: usize,
    /// How often the image is mapped back and forth.
    pub n_iterations: usize,
}

impl RandomizedSvd {
    fn from_spec(spec: &Spec) -> Result<Self, SpecError> {
        spec.check_names(&["n_components", "n_oversamples", "n_iter"])?;
        Ok(Self {
            n_components: count_or(spec, "n_components", 60)?.max(1),
            n_oversamples: count_or(spec, "n_oversamples", 10)?,
            n_iterations: count_or(spec, "n_iter", 0)?,
        })
    }

    /// An orthonormal base of the image of random vectors under a matrix that is not wide.
    fn base(&self, a: ArrayView2<'_, f64>, rng: &mut RandomState) -> Option<Array2<f64>> {
        let n_vectors = self.n_components.saturating_add(self.n_oversamples);
        let n_vectors = n_vectors.min(a.ncols());
        let vectors =
            Array2::from_shape_simple_fn((a.ncols(), n_vectors), || rng.standard_normal());
        let mut base = orthonormal(linear::product(a, vectors.view()))?;
        for _ in 0..self.n_iterations {
            let behind = orthonormal(linear::product(a.t(), base.view()))?;
            base = orthonormal(linear::product(a, behind.view()))?;
        }
        Some(base)
    }

    fn solved(
        &self,
        a: ArrayView2<'_, f64>,
        y: ArrayView2<'_, f64>,
        sigma: &Sigma,
        rng: &mut RandomState,
    ) -> Option<Array2<f64>> {
        let penalty = shared(sigma, a.nrows())?;
        let wide = a.nrows() < a.ncols();
        let tall = if wide { a.reversed_axes() } else { a };
        let base = self.base(tall, rng)?;
        let (u, s, v) = linear::thin_svd(linear::product(base.t(), tall).view())?;
        let k = self.n_components.min(s.len());
        let left = linear::product(base.view(), u.slice(s![.., ..k]));
        let (s, right) = (s.slice(s![..k]).to_owned(), v.slice(s![.., ..k]).to_owned());
        let (u, v) = if wide { (right, left) } else { (left, right) };
        back(&u, &s, &v, y, penalty)
    }
}

impl LeastSquares for RandomizedSvd {
    fn solve(
        &self,
        a: &Activities<'_>,
        y: ArrayView2<'_, f64>,
        sigma: &Sigma,
        rng: &mut RandomState,
    ) -> Result<Array2<f64>, SolverError> {
        self.solved(a.view(), y, sigma, rng).ok_or_else(|| a.singular())
    }
}

fn orthonormal(a: Array2<f64>) -> Option<Array2<f64>> {
    linear::thin_svd(a.view()).map(|(u, ..)| u)
}

/// `m σ²` where all neurons have the same.
fn shared(sigma: &Sigma, n_points: usize) -> Option<f64> {
    matches!(sigma, Sigma::Same(_)).then(|| sigma.penalty(n_points, 0))
}

fn back(
    u: &Array2<f64>,
    s: &Array1<f64>,
    v: &Array2<f64>,
    y: ArrayView2<'_, f64>,
    penalty: f64,
) -> Option<Array2<f64>> {
    let shrunk = s.mapv(|s| if s > 0.0 { s / (s * s + penalty) } else { 0.0 });
    let along = linear::product(u.t(), y) * &shrunk.insert_axis(Axis(1));
    Some(linear::product(v.view(), along.view()))
}
