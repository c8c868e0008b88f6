//! `LstsqL1(l1=1e-4, l2=1e-6, max_iter=1000)`: least squares with a penalty that keeps many decoders
//! at 0.

use ndarray::{Array1, Array2, ArrayView1, ArrayView2};
use pontine_core_ir::{Spec, SpecError, inventory};
use pontine_rng::RandomState;

use super::{Activities, Solution, Solver, SolverEntry, SolverError, not_negative};

inventory::submit! {
    SolverEntry { kind: "LstsqL1", make: |spec| Ok(Box::new(LstsqL1::from_spec(spec)?)), place: module_path!() }
}

/// Minimises `|A x - y|² / (2 m) + l1 max|A| |x|₁ + l2 max|A|² |x|² / 2` over m points by descent
/// along one neuron after the other (the "elastic net").
///
/// # References
/// Friedman, Hastie & Tibshirani (2010), *Regularization paths for generalized linear models via
/// coordinate descent*.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LstsqL1 {
    /// Penalty on the size of decoders.
    pub l1: f64,
    /// Penalty on their squares.
    pub l2: f64,
    /// The most rounds through all neurons.
    pub max_iterations: usize,
}

/// The duality gap, as a share of `|y|²`, and the largest change in a round, as a share of the
/// largest decoder, at which descent ends: scikit-learn's.
const TOLERANCE: f64 = 1e-4;

impl LstsqL1 {
    fn from_spec(spec: &Spec) -> Result<Self, SpecError> {
        spec.check_names(&["l1", "l2", "max_iter"])?;
        let max_iterations =
            if spec.params.contains_key("max_iter") { spec.count("max_iter")? } else { 1000 };
        Ok(Self {
            l1: not_negative(spec, "l1", 1e-4)?,
            l2: not_negative(spec, "l2", 1e-6)?,
            max_iterations: max_iterations as usize,
        })
    }

    fn column(&self, a: &Activities<'_>, y: ArrayView1<'_, f64>) -> Array1<f64> {
        let (n_points, scale) = (a.n_points() as f64, a.largest());
        let mut descent = Descent {
            a: a.view(),
            y,
            l1: self.l1 * scale * n_points,
            l2: self.l2 * scale * scale * n_points,
            x: Array1::zeros(a.n_neurons()),
            misses: y.to_owned(),
        };
        for _ in 0..self.max_iterations {
            let (change, size) = descent.round();
            let small = size == 0.0 || change / size < TOLERANCE;
            if small && descent.gap() < TOLERANCE * y.dot(&y) {
                break;
            }
        }
        descent.x
    }
}

impl Solver for LstsqL1 {
    fn solve(
        &self,
        activities: &Activities<'_>,
        targets: ArrayView2<'_, f64>,
        _: &mut RandomState,
    ) -> Result<Solution, SolverError> {
        activities.check()?;
        let mut decoders = Array2::zeros((activities.n_neurons(), targets.ncols()));
        for (mut column, y) in decoders.columns_mut().into_iter().zip(targets.columns()) {
            column.assign(&self.column(activities, y));
        }
        Ok(Solution::new(decoders, activities, targets))
    }

    fn is_compositional(&self) -> bool {
        false
    }
}

struct Descent<'a> {
    a: ArrayView2<'a, f64>,
    y: ArrayView1<'a, f64>,
    l1: f64,
    l2: f64,
    x: Array1<f64>,
    /// `y - A x`.
    misses: Array1<f64>,
}

impl Descent<'_> {
    /// Each decoder once: the largest change, and the largest decoder.
    fn round(&mut self) -> (f64, f64) {
        let (mut change, mut size) = (0.0f64, 0.0f64);
        for (i, neuron) in self.a.columns().into_iter().enumerate() {
            let square = neuron.dot(&neuron);
            if square == 0.0 {
                continue;
            }
            let before = self.x[i];
            let slope = neuron.dot(&self.misses) + before * square;
            let after = slope.signum() * (slope.abs() - self.l1).max(0.0) / (square + self.l2);
            self.misses.scaled_add(before - after, &neuron);
            self.x[i] = after;
            change = change.max((after - before).abs());
            size = size.max(after.abs());
        }
        (change, size)
    }

    /// How far the error may still be above the least one.
    fn gap(&self) -> f64 {
        let slopes = self.a.t().dot(&self.misses) - &self.x * self.l2;
        let steepest = slopes.iter().fold(0.0f64, |s, slope| s.max(slope.abs()));
        let square = self.misses.dot(&self.misses);
        let shrink = if steepest > self.l1 { self.l1 / steepest } else { 1.0 };
        let size: f64 = self.x.iter().map(|x| x.abs()).sum();
        let primal = 0.5 * square * (1.0 + shrink * shrink);
        primal + self.l1 * size - shrink * self.misses.dot(&self.y)
            + 0.5 * self.l2 * (1.0 + shrink * shrink) * self.x.dot(&self.x)
    }
}

#[cfg(test)]
mod tests {
    use ndarray::array;

    use super::*;

    /// One neuron: the decoder is the least squares', less the penalty.
    #[test]
    fn a_penalty_draws_decoders_to_0() {
        let a = array![[1.0], [1.0]].into();
        let x =
            |l1| LstsqL1 { l1, l2: 0.0, max_iterations: 100 }.column(&a, array![1.0, 1.0].view());
        assert!((x(0.25)[0] - 0.75).abs() < 1e-12);
        assert_eq!(x(1.5)[0], 0.0);
    }
}
