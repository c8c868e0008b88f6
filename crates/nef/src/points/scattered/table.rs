//! Angles by interpolation in tables, as `sct-approx` does: the nodes are Nengo's.
//!
//! Tables exist for 1 to 25 and for 25 larger numbers of dimensions. Each has 200 nodes: 40 even
//! ones on [0, 1] and the images of 160 even values of the ordinate; where some coincide,
//! `RandomState(0)` draws others, one generator for all tables in order. Between two tables
//! abscissae are averaged, and so are the tables' values there; the largest serves for all beyond.

use std::{
    collections::BTreeMap,
    sync::{Arc, LazyLock, Mutex, PoisonError},
};

use pontine_rng::RandomState;

use super::angles::mirrored;
use crate::beta;

const N_NODES: usize = 200;
const N_EVEN: usize = 40;
const LARGE: [usize; 25] = [
    26, 30, 35, 41, 48, 56, 65, 75, 88, 102, 119, 138, 161, 188, 219, 254, 296, 345, 402, 468, 544,
    634, 738, 859, 1000,
];

/// The distribution of one angle of a point on the sphere, in units of π.
#[derive(Clone, Debug)]
pub(super) struct Angles {
    /// Probabilities, ascending.
    x: Arc<[f64]>,
    /// Squared sines.
    y: Arc<[f64]>,
}

impl Angles {
    /// Of an angle whose sine has the power `dims - 1` in the surface element.
    pub(super) fn of(dims: usize) -> Self {
        let (low, high) = neighbours(dims);
        if low == high {
            return known(low);
        }
        let low_share = (high - dims) as f64 / (high - low) as f64;
        let (low, high) = (known(low), known(high));
        let mix = |low: f64, high: f64| low_share * low + (1.0 - low_share) * high;
        let x: Arc<[f64]> = low.x.iter().zip(&*high.x).map(|(a, b)| mix(*a, *b)).collect();
        let y = x.iter().map(|&x| mix(low.interpolated(x), high.interpolated(x))).collect();
        Self { x, y }
    }

    /// The angle below which a share `y` of the points lies.
    pub(super) fn at(&self, y: f64) -> f64 {
        mirrored(y, |y| self.interpolated(2.0 * y))
    }

    fn interpolated(&self, x: f64) -> f64 {
        let right = self.x.partition_point(|node| *node <= x).clamp(1, self.x.len() - 1);
        let (x0, x1) = (self.x[right - 1], self.x[right]);
        let (y0, y1) = (self.y[right - 1], self.y[right]);
        if x <= x0 {
            // The first distances of large tables are too small to divide by.
            return y0;
        }
        (y0 + (y1 - y0) / (x1 - x0) * (x - x0)).clamp(0.0, 1.0)
    }
}

/// The tables around a number of dimensions.
fn neighbours(dims: usize) -> (usize, usize) {
    if dims <= 25 {
        return (dims, dims);
    }
    let right = LARGE.partition_point(|known| *known < dims).min(LARGE.len() - 1);
    let high = LARGE[right];
    if high <= dims { (high, high) } else { (LARGE[right - 1], high) }
}

/// A table, made when first asked for.
fn known(dims: usize) -> Angles {
    static MADE: Mutex<BTreeMap<usize, Angles>> = Mutex::new(BTreeMap::new());
    let mut made = MADE.lock().unwrap_or_else(PoisonError::into_inner);
    made.entry(dims).or_insert_with(|| table(dims)).clone()
}

fn table(dims: usize) -> Angles {
    let x = NODES[&dims].clone();
    let y = x.iter().map(|&x| beta::inverse(dims, x)).collect();
    Angles { x, y }
}

/// Abscissae of all tables: the generator runs through them in order, so they are made together.
static NODES: LazyLock<BTreeMap<usize, Arc<[f64]>>> = LazyLock::new(|| {
    let mut rng = RandomState::new(0);
    (1..=25).chain(LARGE).map(|dims| (dims, nodes(dims, &mut rng))).collect()
});

fn nodes(dims: usize, rng: &mut RandomState) -> Arc<[f64]> {
    let even = linspace(0.0, 1.0, N_EVEN);
    let images = linspace(1e-16, 1.0 - 1e-7, N_NODES - N_EVEN).map(|y| beta::incomplete(dims, y));
    let mut nodes: Vec<f64> = even.chain(images).collect();
    nodes.sort_by(f64::total_cmp);
    nodes.dedup();
    let n_missing = N_NODES - nodes.len();
    nodes.extend((0..n_missing).map(|_| rng.uniform(0.0, 1.0)));
    nodes.sort_by(f64::total_cmp);
    nodes.into()
}

/// Evenly spaced numbers, both ends included.
fn linspace(start: f64, stop: f64, n: usize) -> impl Iterator<Item = f64> {
    let step = (stop - start) / (n - 1) as f64;
    (0..n).map(move |i| if i + 1 == n { stop } else { start + i as f64 * step })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As far as interpolation goes: it is coarse beside the ends and the middle.
    #[test]
    fn a_single_angle_is_uniform() {
        let angles = Angles::of(1);
        for y in [0.0, 0.1, 0.25, 0.4, 0.49, 0.5, 0.75, 0.999] {
            let tolerance = if (0.05..0.45).contains(&y) { 1e-4 } else { 3e-3 };
            assert!((angles.at(y) - y).abs() < tolerance, "{y}: {}", angles.at(y));
        }
    }

    #[test]
    fn angles_are_symmetric_and_ascending() {
        for dims in [2, 10, 27, 500, 2000] {
            let angles = Angles::of(dims);
            let at: Vec<f64> = (0..=100).map(|i| angles.at(f64::from(i) / 100.0)).collect();
            assert!(at.is_sorted(), "{dims}");
            assert!((0..=100).all(|i| (at[i] + at[100 - i] - 1.0).abs() < 1e-9), "{dims}");
        }
    }

    #[test]
    fn numbers_between_tables_have_two_neighbours() {
        assert_eq!(neighbours(25), (25, 25));
        assert_eq!(neighbours(26), (26, 26));
        assert_eq!(neighbours(27), (26, 30));
        assert_eq!(neighbours(1000), (1000, 1000));
        assert_eq!(neighbours(5000), (1000, 1000));
    }
}
