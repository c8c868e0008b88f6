//! `LstsqDrop(drop=0.25, solver1=LstsqL2(reg=0.001), solver2=LstsqL2(reg=0.1))`: decoders of which
//! the smallest are 0.

use ndarray::{Array2, ArrayView2, Axis};
use pontine_core_ir::{Param, Spec, SpecError, inventory, registry::LookupError};
use pontine_rng::RandomState;

use super::{Activities, LstsqL2, Solution, Solver, SolverEntry, SolverError, solver};

inventory::submit! {
    SolverEntry { kind: "LstsqDrop", make: |spec| Ok(Box::new(LstsqDrop::from_spec(spec)?)), place: module_path!() }
}

/// Solves once, drops the smallest decoders, and solves each output again for those left.
#[derive(Debug)]
pub struct LstsqDrop {
    /// The share that is dropped, from 0 to 1.
    pub drop: f64,
    /// Finds the decoders that are compared.
    pub first: Box<dyn Solver>,
    /// Finds those left.
    pub second: Box<dyn Solver>,
}

impl LstsqDrop {
    fn from_spec(spec: &Spec) -> Result<Self, SpecError> {
        spec.check_names(&["drop", "solver1", "solver2"])?;
        let drop = spec.number_or("drop", 0.25)?;
        if !(0.0..=1.0).contains(&drop) {
            return Err(spec.wrong("drop", &drop.into(), "from 0 to 1"));
        }
        let (first, second) = (within(spec, "solver1", 0.001)?, within(spec, "solver2", 0.1)?);
        Ok(Self { drop, first, second })
    }

    /// The size from which on decoders of any output are kept.
    fn threshold(&self, decoders: &Array2<f64>) -> f64 {
        let mut sizes: Vec<f64> = decoders.iter().map(|x| x.abs()).collect();
        sizes.sort_by(f64::total_cmp);
        let n_dropped = (self.drop * sizes.len() as f64).round_ties_even() as usize;
        sizes.get(n_dropped).copied().unwrap_or(f64::INFINITY)
    }
}

fn within(spec: &Spec, name: &str, reg: f64) -> Result<Box<dyn Solver>, SpecError> {
    match spec.params.get(name) {
        None => Ok(Box::new(LstsqL2::new(reg))),
        Some(Param::Spec(within)) => match solver(within) {
            Ok(solver) => Ok(solver),
            Err(LookupError::Spec(error)) => Err(error),
            Err(_) => Err(spec.wrong(name, &(**within).clone().into(), "registered once")),
        },
        Some(other) => Err(spec.wrong(name, other, "a solver")),
    }
}

impl Solver for LstsqDrop {
    fn solve(
        &self,
        activities: &Activities<'_>,
        targets: ArrayView2<'_, f64>,
        rng: &mut RandomState,
    ) -> Result<Solution, SolverError> {
        activities.check()?;
        let all = self.first.solve(activities, targets, rng)?.decoders;
        let mut decoders = Array2::zeros(all.dim());
        let threshold = self.threshold(&all);
        for (k, mut column) in decoders.columns_mut().into_iter().enumerate() {
            let is_kept = |i: &usize| all[[*i, k]].abs() >= threshold;
            let kept: Vec<usize> = (0..all.nrows()).filter(is_kept).collect();
            if kept.is_empty() {
                continue;
            }
            let activities = activities.select(&kept);
            let target = targets.column(k).insert_axis(Axis(1));
            let left = self.second.solve(&activities, target, rng)?.decoders;
            kept.iter().zip(left.column(0)).for_each(|(&i, x)| column[i] = *x);
        }
        Ok(Solution::new(decoders, activities, targets))
    }

    fn is_compositional(&self) -> bool {
        false
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_of_all_decoders_is_0() {
        let rng = &mut RandomState::new(0);
        let a = Array2::from_shape_simple_fn((30, 8), || rng.uniform(0.0, 100.0));
        let y = Array2::from_shape_simple_fn((30, 2), || rng.uniform(-1.0, 1.0));
        let drop = LstsqDrop::from_spec(&Spec::new("LstsqDrop").with("drop", 0.5)).unwrap();
        let decoders = drop.solve(&a.into(), y.view(), rng).unwrap().decoders;
        assert_eq!(decoders.iter().filter(|x| **x == 0.0).count(), 8);
    }
}
