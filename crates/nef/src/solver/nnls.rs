//! `Nnls()`, `NnlsL2(reg=0.1)` and `NnlsL2nz(reg=0.1)`: least squares with decoders that are not
//! negative.

mod pivots;

use ndarray::{Array1, Array2, ArrayView1, ArrayView2, Axis};
use pontine_core_ir::{Spec, SpecError, inventory};
use pontine_rng::RandomState;

use super::{Activities, Penalty, Sigma, Solution, Solver, SolverEntry, SolverError, not_negative};
use crate::linear::{self, Factor};
use pivots::Pivots;

inventory::submit! {
    SolverEntry {
        kind: "Nnls",
        make: |spec| {
            spec.check_names(&[])?;
            Ok(Box::new(Nnls { penalty: None }))
        },
        place: module_path!(),
    }
}
inventory::submit! {
    SolverEntry { kind: "NnlsL2", make: |spec| Ok(Box::new(Nnls::from_spec(spec, Penalty::Same)?)), place: module_path!() }
}
inventory::submit! {
    SolverEntry { kind: "NnlsL2nz", make: |spec| Ok(Box::new(Nnls::from_spec(spec, Penalty::WherePositive)?)), place: module_path!() }
}

/// Minimises `|A X - Y|` over X >= 0; with a penalty, `|(AᵀA + m σ²) X - Aᵀ max(Y, 0)|`, as Nengo
/// does.
///
/// # References
/// Lawson & Hanson (1974), *Solving least squares problems*, chapter 23. Where a penalty keeps the
/// equations far from singular their one solution is found by pivots:
/// Kim & Park (2011), *Fast nonnegative matrix factorization*.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Nnls {
    /// The penalty and its share of the largest activity.
    pub penalty: Option<(Penalty, f64)>,
}

impl Nnls {
    fn from_spec(spec: &Spec, penalty: Penalty) -> Result<Self, SpecError> {
        spec.check_names(&["reg"])?;
        Ok(Self { penalty: Some((penalty, not_negative(spec, "reg", 0.1)?)) })
    }
}

impl Solver for Nnls {
    fn solve(
        &self,
        activities: &Activities<'_>,
        targets: ArrayView2<'_, f64>,
        _: &mut RandomState,
    ) -> Result<Solution, SolverError> {
        activities.check()?;
        let decoders = match self.penalty {
            None => by_active_sets(activities.view(), targets),
            Some((penalty, reg)) => {
                let sigma = penalty.sigma(reg, activities);
                let (a, y) = normal(activities.view(), targets, &sigma);
                by_pivots(a.view(), y.view()).or_else(|| by_active_sets(a.view(), y.view()))
            }
        };
        let decoders =
            decoders.ok_or(SolverError::Singular { n_neurons: activities.n_neurons() })?;
        Ok(Solution::new(decoders, activities, targets))
    }

    fn is_compositional(&self) -> bool {
        false
    }
}

fn normal(
    activities: ArrayView2<'_, f64>,
    targets: ArrayView2<'_, f64>,
    sigma: &Sigma,
) -> (Array2<f64>, Array2<f64>) {
    let mut g = linear::symmetric(linear::gram(activities));
    let diagonal = &g.diag() + &sigma.penalties(activities.nrows(), activities.ncols());
    g.diag_mut().assign(&diagonal);
    let positive = targets.mapv(|y| y.max(0.0));
    (g, linear::product(activities.t(), positive.view()))
}

/// Output by output; `None` if the equations are singular.
fn by_active_sets(a: ArrayView2<'_, f64>, y: ArrayView2<'_, f64>) -> Option<Array2<f64>> {
    let gram = linear::symmetric(linear::gram(a));
    columns(y, a.ncols(), |y| ActiveSet::new(a, gram.view(), y).solved())
}

/// Output by output, for equations far from singular; `None` if pivots go round in circles.
fn by_pivots(a: ArrayView2<'_, f64>, y: ArrayView2<'_, f64>) -> Option<Array2<f64>> {
    let gram = linear::symmetric(linear::gram(a));
    columns(y, a.ncols(), |y| Pivots::new(a, gram.view(), y).solved())
}

fn columns(
    y: ArrayView2<'_, f64>,
    n: usize,
    solved: impl Fn(ArrayView1<'_, f64>) -> Option<Array1<f64>>,
) -> Option<Array2<f64>> {
    let mut x = Array2::zeros((n, y.ncols()));
    for (mut column, y) in x.columns_mut().into_iter().zip(y.columns()) {
        column.assign(&solved(y)?);
    }
    Some(x)
}

/// Lawson and Hanson's method: neurons enter one by one while that lowers the error, and leave when
/// their decoder would be negative.
struct ActiveSet<'a> {
    a: ArrayView2<'a, f64>,
    gram: ArrayView2<'a, f64>,
    y: ArrayView1<'a, f64>,
    x: Array1<f64>,
    /// Neurons that may be above 0, ascending.
    free: Vec<usize>,
}

impl<'a> ActiveSet<'a> {
    fn new(a: ArrayView2<'a, f64>, gram: ArrayView2<'a, f64>, y: ArrayView1<'a, f64>) -> Self {
        Self { a, gram, y, x: Array1::zeros(a.ncols()), free: Vec::new() }
    }

    fn solved(mut self) -> Option<Array1<f64>> {
        let tolerance = self.tolerance();
        for _ in 0..3 * self.a.ncols() + 1 {
            let Some(entering) = self.entering(tolerance) else { break };
            let place = self.free.partition_point(|i| *i < entering);
            self.free.insert(place, entering);
            self.descend()?;
        }
        Some(self.x)
    }

    fn tolerance(&self) -> f64 {
        let slope = self.a.t().dot(&self.y);
        1e-13 * slope.iter().fold(0.0f64, |largest, s| largest.max(s.abs()))
    }

    /// The neuron along which the error falls most steeply.
    fn entering(&self, tolerance: f64) -> Option<usize> {
        let slope = self.a.t().dot(&(&self.y - &self.a.dot(&self.x)));
        let candidates = (0..slope.len()).filter(|i| !self.free.contains(i));
        let steepest = candidates.max_by(|i, j| slope[*i].total_cmp(&slope[*j]))?;
        (slope[steepest] > tolerance).then_some(steepest)
    }

    /// Goes towards the least squares of the free neurons until none of them is negative.
    fn descend(&mut self) -> Option<()> {
        while !self.free.is_empty() {
            let goal = self.goal()?;
            let now = self.x.select(Axis(0), &self.free);
            if goal.iter().all(|x| *x > 0.0) {
                self.set(&goal);
                break;
            }
            let share = |(now, goal): (&f64, &f64)| now / (now - goal);
            let falling = now.iter().zip(&goal).filter(|(_, goal)| **goal <= 0.0);
            let step = falling.map(share).fold(1.0, f64::min);
            self.set(&(&now + &((&goal - &now) * step)));
            self.leave(&goal);
        }
        Some(())
    }

    fn set(&mut self, values: &Array1<f64>) {
        self.x.fill(0.0);
        self.free.iter().zip(values).for_each(|(&i, value)| self.x[i] = *value);
    }

    /// Takes out what reached 0: at least one neuron whose goal is not above 0.
    fn leave(&mut self, goal: &Array1<f64>) {
        let lowest = |i: &usize| self.x[self.free[*i]];
        let falling = (0..goal.len()).filter(|i| goal[*i] <= 0.0);
        let first = falling.min_by(|i, j| lowest(i).total_cmp(&lowest(j)));
        if let Some(first) = first {
            self.x[self.free[first]] = 0.0;
        }
        let x = &mut self.x;
        self.free.retain(|&i| x[i] > 0.0);
        (0..x.len()).filter(|i| !self.free.contains(i)).for_each(|i| x[i] = 0.0);
    }

    fn goal(&self) -> Option<Array1<f64>> {
        least_squares(self.a, self.gram, self.y, &self.free)
    }
}

/// Least squares of some neurons: by the normal equations, corrected once by what they miss.
pub(super) fn least_squares(
    a: ArrayView2<'_, f64>,
    gram: ArrayView2<'_, f64>,
    y: ArrayView1<'_, f64>,
    free: &[usize],
) -> Option<Array1<f64>> {
    let factor = Factor::of(gram.select(Axis(0), free).select(Axis(1), free))?;
    let a = a.select(Axis(1), free);
    let towards = |misses: ArrayView1<'_, f64>| {
        let right = a.t().dot(&misses).insert_axis(Axis(1));
        factor.solve(right.view()).column(0).to_owned()
    };
    let first = towards(y);
    let correction = towards((&y - &a.dot(&first)).view());
    Some(first + correction)
}

#[cfg(test)]
mod tests {
    use ndarray::array;
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_would_be_negative_is_0() {
        let a = array![[1.0, 0.0], [0.0, 1.0]];
        let x = by_active_sets(a.view(), array![[2.0], [-1.0]].view()).unwrap();
        assert_eq!(x, array![[2.0], [0.0]]);
    }

    proptest! {
        /// The conditions of Karush, Kuhn and Tucker: no error falls along any neuron, and none
        /// changes along those that are not 0.
        #[test]
        fn nothing_better_is_near(seed: u32, m in 3usize..20, n in 1usize..12) {
            let rng = &mut RandomState::new(seed);
            let a = Array2::from_shape_simple_fn((m + n, n), || rng.uniform(0.0, 2.0));
            let y = Array2::from_shape_simple_fn((m + n, 1), || rng.uniform(-1.0, 1.0));
            let sets = by_active_sets(a.view(), y.view()).unwrap();
            let pivots = by_pivots(a.view(), y.view()).unwrap();
            prop_assert!(sets.iter().zip(&pivots).all(|(x, y)| (x - y).abs() < 1e-9));
            for x in [sets, pivots] {
                let slope = a.t().dot(&(&y - &a.dot(&x)));
                for (x, slope) in x.iter().zip(&slope) {
                    prop_assert!(*x >= 0.0);
                    prop_assert!(*slope < 1e-9, "{slope}");
                    prop_assert!(*x == 0.0 || slope.abs() < 1e-9, "{slope}");
                }
            }
        }
    }
}
