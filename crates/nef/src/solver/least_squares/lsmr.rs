//! `LSMRScipy(tol=1e-4)`: by bidiagonalisation, output after output.

use ndarray::{Array1, Array2, ArrayView1, ArrayView2};
use pontine_core_ir::{Spec, SpecError, inventory};
use pontine_rng::RandomState;

use super::{Activities, LeastSquares, LeastSquaresEntry, Sigma, SolverError, by_column, positive};

inventory::submit! {
    LeastSquaresEntry { kind: "LSMRScipy", make: |spec| Ok(Box::new(Lsmr::from_spec(spec)?)), place: module_path!() }
}

/// Golub and Kahan's bidiagonalisation, minimising the residual of the normal equations; neurons
/// share one penalty.
///
/// # References
/// Fong & Saunders (2011), *LSMR: an iterative algorithm for sparse least-squares problems*.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Lsmr {
    /// The share of the norms at which it ends.
    pub tolerance: f64,
}

impl Lsmr {
    fn from_spec(spec: &Spec) -> Result<Self, SpecError> {
        spec.check_names(&["tol"])?;
        Ok(Self { tolerance: positive(spec, "tol", 1e-4)? })
    }

    fn column(&self, a: ArrayView2<'_, f64>, b: ArrayView1<'_, f64>, damp: f64) -> Array1<f64> {
        let mut process = Process::new(a, b);
        for _ in 0..a.nrows().min(a.ncols()) {
            if process.gradient() <= self.tolerance * process.gradient_limit(b, damp) {
                break;
            }
            process.advance(damp);
        }
        process.x
    }
}

impl LeastSquares for Lsmr {
    fn solve(
        &self,
        a: &Activities<'_>,
        y: ArrayView2<'_, f64>,
        sigma: &Sigma,
        _: &mut RandomState,
    ) -> Result<Array2<f64>, SolverError> {
        let singular = a.singular();
        let a = a.view();
        let damp = match sigma {
            Sigma::Same(_) => sigma.penalty(a.nrows(), 0).sqrt(),
            Sigma::Each(_) => return Err(singular),
        };
        Ok(by_column(a.ncols(), y, |y| self.column(a, y, damp)))
    }
}

/// The process in the letters of the paper: `A V = U B`, and two rotations that make B triangular.
struct Process<'a> {
    a: ArrayView2<'a, f64>,
    u: Array1<f64>,
    v: Array1<f64>,
    alpha: f64,
    alpha_bar: f64,
    zeta_bar: f64,
    rho: f64,
    rho_bar: f64,
    c_bar: f64,
    s_bar: f64,
    h: Array1<f64>,
    h_bar: Array1<f64>,
    x: Array1<f64>,
    /// Square of the norm of B.
    norm_square: f64,
}

impl<'a> Process<'a> {
    fn new(a: ArrayView2<'a, f64>, b: ArrayView1<'_, f64>) -> Self {
        let n = a.ncols();
        let (u, beta) = unit(b.to_owned());
        let (v, alpha) = unit(a.t().dot(&u));
        Self {
            a,
            u,
            h: v.clone(),
            v,
            alpha,
            alpha_bar: alpha,
            zeta_bar: alpha * beta,
            rho: 1.0,
            rho_bar: 1.0,
            c_bar: 1.0,
            s_bar: 0.0,
            h_bar: Array1::zeros(n),
            x: Array1::zeros(n),
            norm_square: alpha * alpha,
        }
    }

    /// Norm of the residual of the normal equations.
    fn gradient(&self) -> f64 {
        self.zeta_bar.abs()
    }

    /// Norm of the matrix times that of the residual.
    fn gradient_limit(&self, b: ArrayView1<'_, f64>, damp: f64) -> f64 {
        let misses = &b - &self.a.dot(&self.x);
        let square = misses.dot(&misses) + damp * damp * self.x.dot(&self.x);
        ((self.norm_square + damp * damp) * square).sqrt()
    }

    fn advance(&mut self, damp: f64) {
        let (u, beta) = unit(self.a.dot(&self.v) - &self.u * self.alpha);
        let (v, alpha) = unit(self.a.t().dot(&u) - &self.v * beta);
        (self.u, self.v, self.alpha) = (u, v, alpha);
        self.norm_square += beta * beta + alpha * alpha;

        let (rho_before, rho_bar_before) = (self.rho, self.rho_bar);
        let alpha_hat = self.alpha_bar.hypot(damp);
        self.rho = alpha_hat.hypot(beta);
        let theta = beta / self.rho * alpha;
        self.alpha_bar = alpha_hat / self.rho * alpha;

        let (theta_bar, above) = (self.s_bar * self.rho, self.c_bar * self.rho);
        self.rho_bar = above.hypot(theta);
        (self.c_bar, self.s_bar) = (above / self.rho_bar, theta / self.rho_bar);
        let zeta = self.c_bar * self.zeta_bar;
        self.zeta_bar *= -self.s_bar;

        let back = theta_bar * self.rho / (rho_before * rho_bar_before);
        self.h_bar = &self.h - &(&self.h_bar * back);
        self.x.scaled_add(zeta / (self.rho * self.rho_bar), &self.h_bar);
        self.h = &self.v - &(&self.h * (theta / self.rho));
    }
}

/// A vector of length 1, or 0, and how long it was.
fn unit(vector: Array1<f64>) -> (Array1<f64>, f64) {
    let length = vector.dot(&vector).sqrt();
    if length > 0.0 { (vector / length, length) } else { (vector, 0.0) }
}
