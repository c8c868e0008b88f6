//! Least squares that are not negative, by exchanging many neurons at once.

use ndarray::{Array1, ArrayView1, ArrayView2};

use super::least_squares;

/// Block principal pivoting: all neurons that are on the wrong side change it together, as long as
/// their number falls now and then; else the last of them alone.
pub(super) struct Pivots<'a> {
    a: ArrayView2<'a, f64>,
    gram: ArrayView2<'a, f64>,
    y: ArrayView1<'a, f64>,
    /// Which neurons may be above 0.
    is_free: Vec<bool>,
}

/// How often all may change sides without their number falling.
const PATIENCE: usize = 3;

impl<'a> Pivots<'a> {
    pub(super) fn new(
        a: ArrayView2<'a, f64>,
        gram: ArrayView2<'a, f64>,
        y: ArrayView1<'a, f64>,
    ) -> Self {
        Self { a, gram, y, is_free: vec![false; a.ncols()] }
    }

    /// `None` if the equations are singular, or the exchange does not end.
    pub(super) fn solved(mut self) -> Option<Array1<f64>> {
        let n = self.is_free.len();
        let mut x = Array1::zeros(n);
        let tolerance = self.tolerance();
        let (mut fewest, mut patience) = (n + 1, PATIENCE);
        for _ in 0..5 * n + 1 {
            let wrong = self.wrong(&x, tolerance);
            let Some(&last) = wrong.last() else { return Some(x) };
            if wrong.len() < fewest {
                (fewest, patience) = (wrong.len(), PATIENCE);
            } else {
                patience = patience.saturating_sub(1);
            }
            let exchanged = if patience > 0 { &wrong[..] } else { &[last] };
            exchanged.iter().for_each(|&i| self.is_free[i] = !self.is_free[i]);
            x = self.least()?;
        }
        None
    }

    fn tolerance(&self) -> f64 {
        let slope = self.a.t().dot(&self.y);
        1e-13 * slope.iter().fold(0.0f64, |largest, s| largest.max(s.abs()))
    }

    /// Neurons below 0, and those at 0 along which the error falls.
    fn wrong(&self, x: &Array1<f64>, tolerance: f64) -> Vec<usize> {
        let slope = self.a.t().dot(&(&self.y - &self.a.dot(x)));
        let is_wrong =
            |i: &usize| if self.is_free[*i] { x[*i] < 0.0 } else { slope[*i] > tolerance };
        (0..x.len()).filter(is_wrong).collect()
    }

    fn least(&self) -> Option<Array1<f64>> {
        let free: Vec<usize> = (0..self.is_free.len()).filter(|i| self.is_free[*i]).collect();
        let mut x = Array1::zeros(self.is_free.len());
        if !free.is_empty() {
            let values = least_squares(self.a, self.gram, self.y, &free)?;
            free.iter().zip(values).for_each(|(&i, value)| x[i] = value);
        }
        Some(x)
    }
}
