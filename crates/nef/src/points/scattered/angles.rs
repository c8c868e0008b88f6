//! The "spherical coordinate transform": each coordinate of the cube becomes an angle.

use ndarray::{Array2, ArrayView2};

use crate::beta;

/// Rows of the unit cube of d - 1 dimensions to the unit sphere of d dimensions.
///
/// `angle(dims)` maps a share to an angle, in units of π, whose sine has the power `dims - 1` in
/// the surface element.
pub(super) fn on_the_sphere<A: Fn(f64) -> f64>(
    mut cube: Array2<f64>,
    angle: impl Fn(usize) -> A,
) -> Array2<f64> {
    let n_angles = cube.ncols();
    for (j, mut column) in cube.columns_mut().into_iter().enumerate() {
        column.mapv_inplace(angle(n_angles - j));
    }
    // The last angle goes all the way round.
    cube.column_mut(n_angles - 1).mapv_inplace(|angle| 2.0 * angle);
    cartesian(cube.view())
}

/// The angle below which a share `y` of the points lies.
pub(super) fn exact(dims: usize) -> impl Fn(f64) -> f64 {
    move |y| mirrored(y, |y| beta::inverse(dims, 2.0 * y))
}

/// An angle in units of π, from its squared sine below a half; symmetric around it.
pub(super) fn mirrored(y: f64, squared_sine: impl Fn(f64) -> f64) -> f64 {
    let below = |y: f64| squared_sine(y).sqrt().asin() / std::f64::consts::PI;
    if y < 0.5 { below(y) } else { 1.0 - below(1.0 - y) }
}

/// Coordinates of points of length 1 from angles in units of π.
fn cartesian(angles: ArrayView2<'_, f64>) -> Array2<f64> {
    let (n, n_angles) = angles.dim();
    let mut points = Array2::ones((n, n_angles + 1));
    for (mut point, angles) in points.rows_mut().into_iter().zip(angles.rows()) {
        let mut sines = 1.0;
        for (coordinate, angle) in point.iter_mut().zip(angles) {
            let (sine, cosine) = (std::f64::consts::PI * angle).sin_cos();
            *coordinate = sines * cosine;
            sines *= sine;
        }
        point[n_angles] = sines;
    }
    points
}
