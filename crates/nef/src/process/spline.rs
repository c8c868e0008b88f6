//! Splines through points.

use ndarray::{Array1, Array2, ArrayView2, Axis};

use crate::linear;

/// A spline of degree 2 or 3 through given points.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Spline {
    degree: usize,
    knots: Vec<f64>,
    /// (bases, elements).
    coefficients: Array2<f64>,
}

impl Spline {
    /// Through `values`, (points, elements), at ascending `x`; knots stand at the points, or in the
    /// middle between them for an even degree, but not next to the ends ("not a knot"). `None` if
    /// there are not more points than the degree.
    pub(super) fn new(degree: usize, x: &[f64], values: ArrayView2<'_, f64>) -> Option<Self> {
        if x.len() <= degree {
            return None;
        }
        let knots = knots(degree, x);
        let rows: Vec<Array1<f64>> = x.iter().map(|x| bases(degree, &knots, *x)).collect();
        let matrix = Array2::from_shape_fn((x.len(), x.len()), |(i, j)| rows[i][j]);
        let coefficients = linear::solve(matrix.view(), values)?;
        Some(Self { degree, knots, coefficients })
    }

    /// Its value at `x`.
    pub(super) fn at(&self, x: f64) -> Array1<f64> {
        let weights = bases(self.degree, &self.knots, x).insert_axis(Axis(0));
        weights.dot(&self.coefficients).remove_axis(Axis(0))
    }
}

fn knots(degree: usize, x: &[f64]) -> Vec<f64> {
    let inner: Vec<f64> = if degree.is_multiple_of(2) {
        x.windows(2).map(|pair| (pair[1] + pair[0]) / 2.0).collect()
    } else {
        x.to_vec()
    };
    let skipped = degree.div_ceil(2);
    let ends = |x: f64| std::iter::repeat_n(x, degree + 1);
    let inner = inner[skipped..inner.len() - skipped].iter().copied();
    ends(x[0]).chain(inner).chain(ends(x[x.len() - 1])).collect()
}

/// All B-splines at `x`, by the recursion of Cox and de Boor.
fn bases(degree: usize, knots: &[f64], x: f64) -> Array1<f64> {
    let n = knots.len() - degree - 1;
    let interval = knots[..n + 1].partition_point(|knot| *knot <= x).clamp(degree + 1, n) - 1;
    let mut bases = vec![0.0; knots.len() - 1];
    bases[interval] = 1.0;
    let share = |above: f64, below: f64| if below == 0.0 { 0.0 } else { above / below };
    for d in 1..=degree {
        for i in 0..knots.len() - d - 1 {
            let rising = share(x - knots[i], knots[i + d] - knots[i]) * bases[i];
            let falling = share(knots[i + d + 1] - x, knots[i + d + 1] - knots[i + 1]);
            bases[i] = rising + falling * bases[i + 1];
        }
    }
    bases.truncate(n);
    bases.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_parabola_is_its_own_spline() {
        let x = [0.0, 1.0, 2.5, 3.0, 4.0];
        let values = Array2::from_shape_fn((5, 1), |(i, _)| x[i] * x[i] - x[i]);
        for degree in [2, 3] {
            let spline = Spline::new(degree, &x, values.view()).unwrap();
            for at in [0.0, 0.3, 1.7, 2.9, 4.0] {
                assert!((spline.at(at)[0] - (at * at - at)).abs() < 1e-12, "{degree} {at}");
            }
        }
        assert_eq!(Spline::new(3, &x[..3], values.slice(ndarray::s![..3, ..])), None);
    }
}
