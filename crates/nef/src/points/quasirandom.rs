//! `QuasirandomSequence()`: points that fill the unit cube more evenly than random ones.

use ndarray::Array2;
use pontine_core_ir::inventory;
use pontine_rng::RandomState;

use super::{PointSampler, PointsEntry};
use crate::samples::SampleError;

inventory::submit! {
    PointsEntry {
        kind: "QuasirandomSequence",
        make: |spec| {
            spec.check_names(&[])?;
            Ok(Box::new(QuasirandomSequence))
        },
        place: module_path!(),
    }
}

/// An additive recurrence with a random start, in random order.
///
/// In one dimension `(s + i/n) mod 1`, i from 0; in d dimensions `(s + i α) mod 1`, i from 1, with
/// `α_j = φ^-j` and φ the root of `x^(d + 1) = x + 1`.
///
/// # References
/// Roberts (2018), *The unreasonable effectiveness of quasirandom sequences*.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct QuasirandomSequence;

impl PointSampler for QuasirandomSequence {
    fn sample(
        &self,
        n: usize,
        d: Option<usize>,
        rng: &mut RandomState,
    ) -> Result<Array2<f64>, SampleError> {
        let d = d.unwrap_or(1);
        let start: Vec<f64> = (0..d).map(|_| rng.uniform(0.0, 1.0)).collect();
        let mut points = if d == 1 { spaced(n, start[0]) } else { recurrence(n, &start) };
        rng.shuffle_rows(&mut points, d);
        Ok(Array2::from_shape_fn((n, d), |(i, j)| points[i * d + j]))
    }
}

fn spaced(n: usize, start: f64) -> Vec<f64> {
    let distance = 1.0 / n as f64;
    (0..n).map(|i| (start + i as f64 * distance) % 1.0).collect()
}

fn recurrence(n: usize, start: &[f64]) -> Vec<f64> {
    let phi = root(start.len());
    let alpha: Vec<f64> = (1..=start.len()).map(|j| (1.0 / phi).powf(j as f64)).collect();
    let point = |i: usize| start.iter().zip(&alpha).map(move |(s, a)| (s + i as f64 * a) % 1.0);
    (1..=n).flat_map(point).collect()
}

/// The root above 1 of `x^(d + 1) = x + 1`, by Newton's method.
fn root(d: usize) -> f64 {
    // The platform's power, as in NumPy: products would be off by a bit.
    let power = d as f64 + 1.0;
    let step = |x: &f64| {
        let f = x.powf(power) - x - 1.0;
        x - f / (power * x.powf(power - 1.0) - 1.0)
    };
    let mut x = 1.0;
    // Convex and increasing there, so that it converges from any start; rounding ends it.
    for _ in 0..1000 {
        let next = step(&x);
        if f64::abs(next - x) < 1e-10 {
            return next;
        }
        x = next;
    }
    x
}

#[cfg(test)]
mod tests {
    use super::{super::check::points, *};
    use pontine_core_ir::Spec;

    #[test]
    fn one_dimension_is_evenly_spaced() {
        let points = points(Spec::new("QuasirandomSequence"), 10, Some(1), 4);
        let mut sorted = points.into_raw_vec_and_offset().0;
        sorted.sort_by(f64::total_cmp);
        assert!(sorted.windows(2).all(|w| (w[1] - w[0] - 0.1).abs() < 1e-12));
    }

    #[test]
    fn the_root_of_two_dimensions_is_the_plastic_number() {
        assert!((root(2) - 1.324717957244746).abs() < 1e-15);
        assert!((root(1) - 1.618033988749895).abs() < 1e-15);
    }
}
