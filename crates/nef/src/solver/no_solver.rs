//! `NoSolver(values)`: decoders that are given, or zero.

use ndarray::{Array1, Array2, ArrayView2};
use pontine_core_ir::{Param, Spec, SpecError, inventory};
use pontine_rng::RandomState;

use super::{Activities, Solution, Solver, SolverEntry, SolverError};

inventory::submit! {
    SolverEntry { kind: "NoSolver", make: |spec| Ok(Box::new(NoSolver::from_spec(spec)?)), place: module_path!() }
}

/// Decoders (n, k) given row by row, or zeros; activities are not looked at.
#[derive(Clone, Debug, PartialEq)]
pub struct NoSolver {
    /// The decoders, row by row.
    pub values: Option<Vec<f64>>,
}

impl NoSolver {
    fn from_spec(spec: &Spec) -> Result<Self, SpecError> {
        spec.check_names(&["values"])?;
        let values = match spec.params.get("values") {
            None => None,
            Some(Param::Array(values)) if values.iter().all(|x| x.is_finite()) => {
                Some(values.to_vec())
            }
            Some(other) => {
                return Err(spec.wrong("values", other, "an array of finite numbers"));
            }
        };
        Ok(Self { values })
    }
}

impl Solver for NoSolver {
    fn solve(
        &self,
        activities: &Activities<'_>,
        targets: ArrayView2<'_, f64>,
        _: &mut RandomState,
    ) -> Result<Solution, SolverError> {
        let shape = (activities.n_neurons(), targets.ncols());
        let decoders = match &self.values {
            None => Array2::zeros(shape),
            Some(values) => Array2::from_shape_vec(shape, values.clone()).map_err(|_| {
                SolverError::Shape { found: vec![values.len()], expected: vec![shape.0, shape.1] }
            })?,
        };
        Ok(Solution { decoders, rmses: Array1::zeros(0) })
    }

    fn needs_activities(&self) -> bool {
        false
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn solve(values: Option<Vec<f64>>) -> Result<Solution, SolverError> {
        let (activities, targets) =
            (Activities::from(Array2::zeros((0, 2))), Array2::zeros((5, 1)));
        NoSolver { values }.solve(&activities, targets.view(), &mut RandomState::new(0))
    }

    #[test]
    fn values_are_the_decoders() {
        let solution = solve(Some(vec![1.0, 2.0])).unwrap();
        assert_eq!(solution.decoders.into_raw_vec_and_offset().0, [1.0, 2.0]);
        assert_eq!(solve(None).unwrap().decoders, Array2::<f64>::zeros((2, 1)));
    }

    #[test]
    fn a_wrong_number_of_values_is_refused() {
        let error = solve(Some(vec![1.0])).unwrap_err();
        assert_eq!(error, SolverError::Shape { found: vec![1], expected: vec![2, 1] });
    }
}
