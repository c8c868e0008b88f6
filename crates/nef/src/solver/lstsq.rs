//! `Lstsq(rcond=0.01)`: plain least squares, small singular values left out.

use ndarray::{Array2, ArrayView2, Axis};
use pontine_core_ir::{Spec, SpecError, inventory};
use pontine_rng::RandomState;

use super::{Activities, Solution, Solver, SolverEntry, SolverError, not_negative};
use crate::linear;

inventory::submit! {
    SolverEntry { kind: "Lstsq", make: |spec| Ok(Box::new(Lstsq::from_spec(spec)?)), place: module_path!() }
}

/// Minimises `|A X - Y|²` among the directions whose singular value is more than a share of the
/// largest.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Lstsq {
    /// The share.
    pub rcond: f64,
}

impl Lstsq {
    fn from_spec(spec: &Spec) -> Result<Self, SpecError> {
        spec.check_names(&["rcond"])?;
        Ok(Self { rcond: not_negative(spec, "rcond", 0.01)? })
    }

    fn decoders(&self, a: ArrayView2<'_, f64>, y: ArrayView2<'_, f64>) -> Option<Array2<f64>> {
        let (u, s, v) = linear::thin_svd(a)?;
        let least = self.rcond * s.iter().copied().fold(0.0, f64::max);
        let inverse = s.mapv(|s| if s > least { 1.0 / s } else { 0.0 });
        let along = linear::product(u.t(), y) * &inverse.insert_axis(Axis(1));
        Some(linear::product(v.view(), along.view()))
    }
}

impl Solver for Lstsq {
    fn solve(
        &self,
        activities: &Activities<'_>,
        targets: ArrayView2<'_, f64>,
        _: &mut RandomState,
    ) -> Result<Solution, SolverError> {
        activities.check()?;
        let decoders = self
            .decoders(activities.view(), targets)
            .ok_or(SolverError::Singular { n_neurons: activities.n_neurons() })?;
        Ok(Solution::new(decoders, activities, targets))
    }
}
