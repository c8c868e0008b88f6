//! `LstsqNoise(noise=0.1, solver=Cholesky)` and `LstsqMultNoise(noise=0.1, solver=Cholesky)`: least
//! squares of noisy activities.

use ndarray::{Array2, ArrayView2};
use pontine_core_ir::{Spec, SpecError, inventory};
use pontine_rng::RandomState;

use super::{
    Activities, LeastSquares, Sigma, Solution, Solver, SolverEntry, SolverError,
    least_squares::method_of, not_negative,
};

inventory::submit! {
    SolverEntry { kind: "LstsqNoise", make: |spec| Ok(Box::new(LstsqNoise::from_spec(spec, false)?)), place: module_path!() }
}
inventory::submit! {
    SolverEntry { kind: "LstsqMultNoise", make: |spec| Ok(Box::new(LstsqNoise::from_spec(spec, true)?)), place: module_path!() }
}

/// Least squares for `A + normal(noise · max|A|)`, or for `A + normal(noise) · A`.
#[derive(Debug)]
pub struct LstsqNoise {
    /// Standard deviation of the noise, as a share of the activity.
    pub noise: f64,
    /// Whether of each activity, and not of the largest.
    pub multiplies: bool,
    /// How equations are solved.
    pub method: Box<dyn LeastSquares>,
}

impl LstsqNoise {
    fn from_spec(spec: &Spec, multiplies: bool) -> Result<Self, SpecError> {
        spec.check_names(&["noise", "solver"])?;
        let noise = not_negative(spec, "noise", 0.1)?;
        Ok(Self { noise, multiplies, method: method_of(spec)? })
    }

    fn noisy(&self, activities: &Activities<'_>, rng: &mut RandomState) -> Array2<f64> {
        let std = if self.multiplies { self.noise } else { self.noise * activities.largest() };
        let multiplies = self.multiplies;
        let noisy = |a: &f64| a + rng.normal(0.0, std) * if multiplies { *a } else { 1.0 };
        // In the order of rows, whatever the layout.
        let numbers: Vec<f64> = activities.view().iter().map(noisy).collect();
        let (m, n) = activities.view().dim();
        Array2::from_shape_fn((m, n), |(i, j)| numbers[i * n + j])
    }
}

impl Solver for LstsqNoise {
    fn solve(
        &self,
        activities: &Activities<'_>,
        targets: ArrayView2<'_, f64>,
        rng: &mut RandomState,
    ) -> Result<Solution, SolverError> {
        activities.check()?;
        let noisy = self.noisy(activities, rng);
        let decoders = self.method.solve(&noisy.into(), targets, &Sigma::Same(0.0), rng)?;
        Ok(Solution::new(decoders, activities, targets))
    }
}
