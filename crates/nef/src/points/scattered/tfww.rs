//! The transform of Tashiro, Fang, Wang and Wong: squared lengths of pairs of coordinates from some
//! of the numbers, and an angle for each pair from the others.

use std::f64::consts::TAU;

use ndarray::{Array2, ArrayView1, ArrayView2};

/// Rows of the unit cube of d - 1 dimensions to the unit sphere of d dimensions.
pub(super) fn on_the_sphere(cube: ArrayView2<'_, f64>) -> Array2<f64> {
    let d = cube.ncols() + 1;
    let mut points = Array2::zeros((cube.nrows(), d));
    for (mut point, u) in points.rows_mut().into_iter().zip(cube.rows()) {
        let coordinates = if d.is_multiple_of(2) { even(u) } else { odd(u) };
        point.iter_mut().zip(coordinates).for_each(|(x, found)| *x = found);
    }
    points
}

fn even(u: ArrayView1<'_, f64>) -> Vec<f64> {
    let m = u.len().div_ceil(2);
    let squares = squares(m, |j| u[j - 1].powf(1.0 / j as f64));
    squares.iter().zip(u.iter().skip(m - 1)).flat_map(|(s, u)| pair(s.sqrt(), *u)).collect()
}

/// The first three coordinates share a square, of which the first takes a uniform part.
fn odd(u: ArrayView1<'_, f64>) -> Vec<f64> {
    let m = u.len() / 2;
    let squares = squares(m, |j| u[j - 1].powf(2.0 / (2 * j + 1) as f64));
    let (length, height) = (squares[0].sqrt(), u[m - 1]);
    let first = [length * (1.0 - 2.0 * height)];
    let second = pair(2.0 * length * (height * (1.0 - height)).sqrt(), u[m]);
    let others = squares[1..].iter().zip(u.iter().skip(m + 1));
    let others = others.flat_map(|(s, u)| pair(s.sqrt(), *u));
    first.into_iter().chain(second).chain(others).collect()
}

/// Differences of the ascending `g_m = 1`, `g_j = g_(j+1) share(j)`, `g_0 = 0`.
fn squares(m: usize, share: impl Fn(usize) -> f64) -> Vec<f64> {
    let mut g = vec![1.0; m];
    for j in (1..m).rev() {
        g[j - 1] = g[j] * share(j);
    }
    (0..m).map(|j| if j == 0 { g[0] } else { g[j] - g[j - 1] }).collect()
}

fn pair(length: f64, turn: f64) -> [f64; 2] {
    let (sine, cosine) = (TAU * turn).sin_cos();
    [length * cosine, length * sine]
}
