//! The exponential of a small matrix.

use ndarray::Array2;

use crate::linear;

/// Coefficients of the numerator of the diagonal approximant of order 13, and the largest norm for
/// which it is exact to rounding: Higham (2005), *The scaling and squaring method for the matrix
/// exponential revisited*.
const PADE: [f64; 14] = [
    64764752532480000.0,
    32382376266240000.0,
    7771770303897600.0,
    1187353796428800.0,
    129060195264000.0,
    10559470521600.0,
    670442572800.0,
    33522128640.0,
    1323241920.0,
    40840800.0,
    960960.0,
    16380.0,
    182.0,
    1.0,
];
const LARGEST_NORM: f64 = 5.371920351148152;

/// `exp(a)`, by scaling and squaring; `None` where numbers are not finite.
pub(super) fn expm(a: &Array2<f64>) -> Option<Array2<f64>> {
    let norm = a.columns().into_iter().map(|c| c.iter().map(|x| x.abs()).sum()).fold(0.0, f64::max);
    if !norm.is_finite() {
        return None;
    }
    let halvings = (norm / LARGEST_NORM).log2().ceil().max(0.0) as i32;
    let mut power = approximant(&(a / 2f64.powi(halvings)))?;
    for _ in 0..halvings {
        power = power.dot(&power);
    }
    Some(power)
}

fn approximant(a: &Array2<f64>) -> Option<Array2<f64>> {
    let square = a.dot(a);
    let (mut odd, mut even) = (Array2::zeros(a.dim()), Array2::zeros(a.dim()));
    let mut power = Array2::eye(a.nrows());
    for pair in PADE.chunks(2) {
        even.scaled_add(pair[0], &power);
        odd.scaled_add(pair[1], &power);
        power = power.dot(&square);
    }
    let odd = a.dot(&odd);
    linear::solve((&even - &odd).view(), (&even + &odd).view())
}

#[cfg(test)]
mod tests {
    use ndarray::array;

    use super::*;

    #[test]
    fn a_rotation_and_a_shear() {
        let angle = 20.0f64;
        let rotation = expm(&array![[0.0, -angle], [angle, 0.0]]).unwrap();
        let expected = array![[angle.cos(), -angle.sin()], [angle.sin(), angle.cos()]];
        assert!((rotation - expected).iter().all(|x| x.abs() < 1e-13));
        let shear = expm(&array![[0.0, 3.0], [0.0, 0.0]]).unwrap();
        assert!((shear - array![[1.0, 3.0], [0.0, 1.0]]).iter().all(|x| x.abs() < 1e-15));
    }
}
