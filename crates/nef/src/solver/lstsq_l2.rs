//! `LstsqL2(reg=0.1)`: least squares with a penalty on large decoders; Nengo's default.

use ndarray::{Array2, ArrayView2};
use pontine_core_ir::{Spec, SpecError, inventory};
use pontine_rng::RandomState;

use super::{Solution, Solver, SolverEntry, SolverError, check_activities};
use crate::linear;

inventory::submit! {
    SolverEntry { kind: "LstsqL2", make: |spec| Ok(Box::new(LstsqL2::from_spec(spec)?)), place: module_path!() }
}

/// Minimises `|A X - Y|² + m σ² |X|²` over m points, with `σ = reg · max(A)`, by Cholesky's
/// decomposition: of `AᵀA + m σ² I`, or of `AAᵀ + m σ² I` where there are fewer points than
/// neurons.
///
/// # References
/// Eliasmith & Anderson (2003), *Neural engineering*, appendix A.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LstsqL2 {
    /// Noise that decoders are to withstand, as a share of the largest activity; not negative.
    pub reg: f64,
}

impl LstsqL2 {
    fn from_spec(spec: &Spec) -> Result<Self, SpecError> {
        spec.check_names(&["reg"])?;
        let reg = spec.number_or("reg", 0.1)?;
        if reg >= 0.0 && reg.is_finite() {
            Ok(Self { reg })
        } else {
            Err(spec.wrong("reg", &reg.into(), "finite and not negative"))
        }
    }
}

impl Solver for LstsqL2 {
    fn solve(
        &self,
        activities: ArrayView2<'_, f64>,
        targets: ArrayView2<'_, f64>,
        _: &mut RandomState,
    ) -> Result<Solution, SolverError> {
        check_activities(activities)?;
        let sigma = self.reg * activities.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let decoders = cholesky(activities, targets, sigma)
            .ok_or(SolverError::Singular { n_neurons: activities.ncols() })?;
        Ok(Solution::new(decoders, activities, targets))
    }
}

fn cholesky(a: ArrayView2<'_, f64>, y: ArrayView2<'_, f64>, sigma: f64) -> Option<Array2<f64>> {
    let (m, n) = a.dim();
    let penalty = m as f64 * sigma * sigma;
    if m < n {
        let g = with_diagonal(linear::product(a, a.t()), penalty);
        let x = linear::solve_positive_definite(g.view(), y)?;
        return Some(linear::product(a.t(), x.view()));
    }
    let g = with_diagonal(linear::product(a.t(), a), penalty);
    linear::solve_positive_definite(g.view(), linear::product(a.t(), y).view())
}

fn with_diagonal(mut g: Array2<f64>, penalty: f64) -> Array2<f64> {
    g.diag_mut().mapv_inplace(|x| x + penalty);
    g
}

#[cfg(test)]
mod tests {
    use ndarray::array;
    use proptest::prelude::*;

    use super::*;

    fn solve(reg: f64, a: &Array2<f64>, y: &Array2<f64>) -> Result<Solution, SolverError> {
        LstsqL2 { reg }.solve(a.view(), y.view(), &mut RandomState::new(0))
    }

    #[test]
    fn silence_cannot_be_decoded() {
        let error = solve(0.1, &Array2::zeros((3, 2)), &array![[1.0], [2.0], [3.0]]).unwrap_err();
        assert_eq!(error, SolverError::Silent { n_neurons: 2, n_points: 3 });
    }

    #[test]
    fn two_equal_neurons_without_penalty_are_singular() {
        let a = array![[1.0, 1.0], [2.0, 2.0]];
        let error = solve(0.0, &a, &array![[1.0], [2.0]]).unwrap_err();
        assert_eq!(error, SolverError::Singular { n_neurons: 2 });
        let shared = solve(0.1, &a, &array![[1.0], [2.0]]).unwrap().decoders;
        assert!((shared[[0, 0]] - shared[[1, 0]]).abs() < 1e-14);
    }

    #[test]
    fn a_neuron_is_its_own_decoder() {
        let a = array![[1.0], [2.0], [4.0]];
        let solution = solve(0.0, &a, &(&a * 0.5)).unwrap();
        assert!((solution.decoders[[0, 0]] - 0.5).abs() < 1e-15);
        assert!(solution.rmses[0] < 1e-15);
    }

    proptest! {
        /// The gradient AᵀAX + m σ² X - AᵀY is 0 in both forms.
        #[test]
        fn the_gradient_vanishes(
            seed: u32, m in 2usize..30, n in 1usize..30, k in 1usize..3, reg in 0.05..0.5f64,
        ) {
            let rng = &mut RandomState::new(seed);
            let a = Array2::from_shape_simple_fn((m, n), || rng.uniform(0.0, 300.0));
            let y = Array2::from_shape_simple_fn((m, k), || rng.uniform(-1.0, 1.0));
            let x = solve(reg, &a, &y).unwrap().decoders;
            let sigma = reg * a.iter().copied().fold(0.0, f64::max);
            let gradient = a.t().dot(&a).dot(&x) + &x * (m as f64 * sigma * sigma) - a.t().dot(&y);
            let scale = a.iter().map(|a| a * a).sum::<f64>() * x.iter().fold(1e-6, |s, x| x.abs().max(s));
            prop_assert!(gradient.iter().all(|g| g.abs() < 1e-11 * scale));
        }
    }
}
