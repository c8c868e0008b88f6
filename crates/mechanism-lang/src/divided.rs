//! Divided differences of the exponential, for exact propagators.

use crate::elementary::{exp, host::Host};

/// The divided difference `exp[z_0, …, z_k]`.
///
/// It is the integral of `e^(Σ t_i z_i)` over the simplex `Σ t_i = 1, t_i >= 0`; so it is finite
/// and smooth where arguments coincide, and symmetric in them. With equal arguments it is
/// `e^z / k!`; of one argument it is `e^z`, of `z` and 0 it is `(e^z - 1) / z`.
///
/// The relative error is about 1e-15 for a few arguments of moderate size, and grows with the size
/// of the largest as that of `e^z` does, by 1e-16 each. Returns 0 for no arguments.
///
/// ```
/// use pontine_mechanism_lang::exp_divided_difference;
///
/// assert_eq!(exp_divided_difference(&[0.0, 0.0, 0.0]), 0.5);
/// let nearly = exp_divided_difference(&[-0.005, -0.005000000000001]);
/// assert!((nearly - (-0.005f64).exp()).abs() < 1e-15);
/// ```
pub fn exp_divided_difference(arguments: &[f64]) -> f64 {
    let mut z = arguments.to_vec();
    z.sort_by(f64::total_cmp);
    let Some(last) = z.len().checked_sub(1) else { return 0.0 };
    let mut table = vec![vec![0.0; z.len()]; z.len()];
    for length in 0..=last {
        for first in 0..=last - length {
            table[first][first + length] = entry(&z, &table, first, first + length);
        }
    }
    table[0][last]
}

/// Arguments further apart than this are joined by the recurrence, whose differences then cancel
/// but little; closer ones are summed as a series.
const CLOSE: f64 = 8.0;

fn entry(z: &[f64], table: &[Vec<f64>], first: usize, last: usize) -> f64 {
    let spread = z[last] - z[first];
    if spread.is_nan() || spread <= CLOSE.max((last - first) as f64) {
        return series(&z[first..=last]);
    }
    (table[first + 1][last] - table[first][last - 1]) / spread
}

/// `e^min · Σ_j h_j(z - min) / (j + k)!`, where `h_j` is the complete homogeneous symmetric
/// polynomial of degree `j`: all terms are positive, so that nothing cancels.
fn series(z: &[f64]) -> f64 {
    if let [only] = z {
        return exp(&mut Host::<f64>::new(), *only);
    }
    let shifted: Vec<f64> = z.iter().map(|value| value - z[0]).collect();
    let mut homogeneous = vec![1.0; z.len()];
    let mut weight = (1..z.len()).fold(1.0, |product, k| product / k as f64);
    let mut sum = weight;
    for degree in 1..MOST_TERMS {
        raise(&mut homogeneous, &shifted);
        weight /= (degree + z.len() - 1) as f64;
        let term = weight * homogeneous[z.len() - 1];
        sum += term;
        if term.is_nan() || term <= 1e-18 * sum {
            break;
        }
    }
    exp(&mut Host::<f64>::new(), z[0]) * sum
}

const MOST_TERMS: usize = 1000;

/// From the polynomials of one degree in the first 1, 2, … variables to those of the next.
fn raise(homogeneous: &mut [f64], z: &[f64]) {
    let mut fewer = 0.0;
    for (value, z) in homogeneous.iter_mut().zip(z) {
        *value = fewer + z * *value;
        fewer = *value;
    }
}

#[cfg(test)]
mod tests {
    use super::exp_divided_difference;

    #[track_caller]
    fn check(z: &[f64], expected: f64) {
        let found = exp_divided_difference(z);
        let error = ((found - expected) / expected).abs();
        assert!(error < 2e-15, "{found:e}, not {expected:e}: {error:e}");
    }

    /// Computed with 60 digits (`mpmath`), as a corner of the exponential of a
    /// bidiagonal matrix.
    #[test]
    fn against_high_precision() {
        check(&[-0.005, -0.02], 0.987_587_059_061_800_7);
        check(&[-0.005, -0.005000000000001], 0.995_012_479_192_681_8);
        check(&[-0.1, -0.10000001, -0.02], 0.464_728_409_073_625_3);
        check(&[-0.1, -3.0, -3.0, -40.0, -0.1000001], 0.001_035_285_330_631_642_4);
        check(&[-0.2, -0.2, -0.2, 0.0], 0.143_560_155_607_766_55);
        check(&[-20.0, -5.0, -1.0, 0.0], 0.005_181_940_860_186_543);
        check(&[-700.0, -0.5, 0.0], 0.001_122_959_412_646_407);
        check(&[-9.0, -1.0, 0.0, -4.0, -0.25, -2.5], 8.656_084_274_916_892e-4);
        check(&[3.0, 5.5, -2.0], 11.447_002_374_456_384);
    }

    #[test]
    fn equal_arguments_give_the_taylor_term() {
        check(&[-0.3; 4], (-0.3f64).exp() / 6.0);
        check(&[0.0; 6], 1.0 / 120.0);
    }

    #[test]
    fn two_arguments_give_a_quotient() {
        for (a, b) in [(-1000.0, 0.0), (-30.0, -1.0), (-9.0, -1.0), (-2.0, -1.0), (0.0, 1e-9)] {
            check(&[a, b], -f64::exp(b) * f64::exp_m1(a - b) / (b - a));
        }
    }

    #[test]
    fn order_does_not_matter() {
        let z = [-0.1, -3.0, -3.0, -40.0, -0.1000001];
        let reversed: Vec<f64> = z.iter().rev().copied().collect();
        assert_eq!(exp_divided_difference(&z), exp_divided_difference(&reversed));
    }

    #[test]
    fn nothing_traps() {
        assert!(exp_divided_difference(&[f64::NAN, 0.0]).is_nan());
        assert_eq!(exp_divided_difference(&[]), 0.0);
        assert!(exp_divided_difference(&[f64::NEG_INFINITY, 0.0]) >= 0.0);
    }
}
