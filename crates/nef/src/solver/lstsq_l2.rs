//! `LstsqL2(reg=0.1, solver=Cholesky)`, Nengo's default, and `LstsqL2nz(reg=0.1, solver=Cholesky)`:
//! least squares with a penalty on large decoders.

use ndarray::{Array1, ArrayView2};
use pontine_core_ir::{Spec, SpecError, inventory};
use pontine_rng::RandomState;

use super::{
    Activities, LeastSquares, Sigma, Solution, Solver, SolverEntry, SolverError,
    least_squares::{Cholesky, method_of},
    not_negative,
};

inventory::submit! {
    SolverEntry { kind: "LstsqL2", make: |spec| Ok(Box::new(LstsqL2::from_spec(spec, Penalty::Same)?)), place: module_path!() }
}
inventory::submit! {
    SolverEntry { kind: "LstsqL2nz", make: |spec| Ok(Box::new(LstsqL2::from_spec(spec, Penalty::WhereActive)?)), place: module_path!() }
}

/// Minimises `|A X - Y|² + m |diag(σ) X|²` over m points.
///
/// # References
/// Eliasmith & Anderson (2003), *Neural engineering*, appendix A.
#[derive(Debug)]
pub struct LstsqL2 {
    /// Noise that decoders are to withstand, as a share of the largest activity; not negative.
    pub reg: f64,
    /// How σ follows from it.
    pub penalty: Penalty,
    /// How equations are solved.
    pub method: Box<dyn LeastSquares>,
}

/// The penalty σ of each neuron.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Penalty {
    /// `reg · max(A)`.
    Same,
    /// `reg · max(A)` times the root of the share of points at which the neuron is above 0: noise exists
    /// only there. The largest stands for neurons that are nowhere active.
    WherePositive,
    /// `reg · max|A|` times the root of the share of points at which the neuron is not 0.
    WhereActive,
}

impl LstsqL2 {
    /// With a penalty that all neurons share, by Cholesky's decomposition.
    pub fn new(reg: f64) -> Self {
        Self { reg, penalty: Penalty::Same, method: Box::new(Cholesky { transpose: None }) }
    }

    fn from_spec(spec: &Spec, penalty: Penalty) -> Result<Self, SpecError> {
        spec.check_names(&["reg", "solver"])?;
        Ok(Self { reg: not_negative(spec, "reg", 0.1)?, penalty, method: method_of(spec)? })
    }
}

impl Penalty {
    /// σ for these activities.
    pub(super) fn sigma(self, reg: f64, activities: &Activities<'_>) -> Sigma {
        match self {
            Self::Same => Sigma::Same(reg * activities.greatest()),
            Self::WherePositive => {
                let shares = activities.positive_shares();
                Sigma::Each(by_shares(shares, reg * activities.greatest()))
            }
            Self::WhereActive => {
                Sigma::Each(by_shares(activities.active_shares(), reg * activities.largest()))
            }
        }
    }
}

fn by_shares(shares: &Array1<f64>, sigma: f64) -> Array1<f64> {
    let sigma = shares.mapv(f64::sqrt) * sigma;
    let most = sigma.iter().copied().fold(0.0, f64::max);
    sigma.mapv(|sigma| if sigma == 0.0 { most } else { sigma })
}

impl Solver for LstsqL2 {
    fn solve(
        &self,
        activities: &Activities<'_>,
        targets: ArrayView2<'_, f64>,
        rng: &mut RandomState,
    ) -> Result<Solution, SolverError> {
        activities.check()?;
        let sigma = self.penalty.sigma(self.reg, activities);
        let decoders = self.method.solve(activities, targets, &sigma, rng)?;
        Ok(Solution::new(decoders, activities, targets))
    }
}

#[cfg(test)]
mod tests {
    use ndarray::{Array2, array};
    use proptest::prelude::*;

    use super::*;

    fn solve(reg: f64, a: &Array2<f64>, y: &Array2<f64>) -> Result<Solution, SolverError> {
        LstsqL2::new(reg).solve(&a.view().into(), y.view(), &mut RandomState::new(0))
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
