//! Logarithms of Poisson and binomial probabilities, without the cancellation of `lgamma` at large counts.
//!
//! Loader's saddle-point expansion: the probability at the mean, by Stirling's series, times the decay away from it.
//!
//! # References
//! Loader (2000), *Fast and accurate computation of binomial probabilities*.

use std::f64::consts::TAU;

use libm::{log, log1p};

/// `ln(lambda^k e^-lambda / k!)`, for a whole `k ≥ 0` and `lambda > 0`.
pub(super) fn log_poisson_pmf(k: f64, lambda: f64) -> f64 {
    if k == 0.0 {
        return -lambda;
    }
    -stirling_error(k) - deviance(k, lambda) - 0.5 * log(TAU * k)
}

/// `ln(C(n, k) p^k (1 - p)^(n - k))`, for whole `0 ≤ k ≤ n` and `0 < p < 1`.
pub(super) fn log_binomial_pmf(k: f64, n: f64, p: f64) -> f64 {
    if k == 0.0 {
        return n * log1p(-p);
    }
    if k == n {
        return n * log(p);
    }
    let rest = n - k;
    let stirling = stirling_error(n) - stirling_error(k) - stirling_error(rest);
    let deviances = deviance(k, n * p) + deviance(rest, n * (1.0 - p));
    stirling - deviances + 0.5 * log(n / (TAU * k * rest))
}

/// `ln n! - ln(sqrt(2 pi n) (n / e)^n)`, for a whole `n ≥ 1`.
fn stirling_error(n: f64) -> f64 {
    if let Some(&error) = STIRLING_ERRORS.get(n as usize) {
        return error;
    }
    let n2 = n * n;
    (1.0 / 12.0
        - (1.0 / 360.0 - (1.0 / 1260.0 - (1.0 / 1680.0 - 1.0 / 1188.0 / n2) / n2) / n2) / n2)
        / n
}

/// Up to 15, where five terms of the series do not suffice. The first entry is never read.
const STIRLING_ERRORS: [f64; 16] = [
    0.0,
    0.08106146679532726,
    0.0413406959554093,
    0.02767792568499834,
    0.020790672103765093,
    0.016644691189821193,
    0.013876128823070748,
    0.01189670994589177,
    0.010411265261972096,
    0.009255462182712733,
    0.00833056343336287,
    0.007573675487951841,
    0.00694284010720953,
    0.006408994188004207,
    0.0059513701127588475,
    0.005554733551962801,
];

/// `x ln(x / mean) + mean - x`, for positive numbers.
///
/// Near the mean by the series `d v + 2 x (v³/3 + v⁵/5 + ...)` with `d = x - mean` and `v = d / (x + mean)`.
fn deviance(x: f64, mean: f64) -> f64 {
    let d = x - mean;
    if d.abs() >= 0.1 * (x + mean) {
        return x * log(x / mean) - d;
    }
    let v = d / (x + mean);
    d * v + 2.0 * x * v * odd_series(v * v)
}

/// `w/3 + w²/5 + w³/7 + ...`, for `0 ≤ w ≤ 0.01`: the eighth term is the last to count.
fn odd_series(w: f64) -> f64 {
    (1..=8).rev().fold(0.0, |sum, i| w * (1.0 / f64::from(2 * i + 1) + sum))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{prop_assert, proptest};

    use super::{deviance, log_binomial_pmf, log_poisson_pmf, stirling_error};

    #[track_caller]
    fn check_close(found: f64, expected: f64, tolerance: f64) {
        assert!((found - expected).abs() <= tolerance, "{found} instead of {expected}");
    }

    #[test]
    fn table_and_series_of_stirling_meet() {
        let mut log_factorial = 0.0;
        for n in (1..60).map(f64::from) {
            log_factorial += libm::log(n);
            let leading = 0.5 * libm::log(super::TAU * n) + n * libm::log(n) - n;
            check_close(stirling_error(n), log_factorial - leading, 2e-13);
        }
    }

    #[test]
    fn deviance_is_continuous_where_the_series_ends() {
        let (inner, outer) = (deviance(11.0, 9.0 + 1e-12), deviance(11.0, 9.0 - 1e-12));
        check_close(inner, outer, 1e-11);
        check_close(deviance(11.0, 9.0 + 1e-12), 11.0 * libm::log(11.0 / 9.0) - 2.0, 1e-11);
    }

    #[test]
    fn probabilities_sum_to_one() {
        let poisson: f64 = (0..200).map(|k| log_poisson_pmf(f64::from(k), 50.0).exp()).sum();
        check_close(poisson, 1.0, 1e-14);
        let binomial: f64 =
            (0..=300).map(|k| log_binomial_pmf(f64::from(k), 300.0, 0.2).exp()).sum();
        check_close(binomial, 1.0, 1e-14);
    }

    proptest! {
        #[test]
        fn agrees_with_lgamma(k in 0_u32..500, extra in 0_u32..500, p in 0.01_f64..0.99, lambda in 0.1_f64..500.0) {
            let (n, k) = (f64::from(k + extra), f64::from(k));
            let lgamma = |x: f64| libm::lgamma(x + 1.0);
            let poisson = k * lambda.ln() - lambda - lgamma(k);
            prop_assert!((log_poisson_pmf(k, lambda) - poisson).abs() < 1e-10);
            let binomial = lgamma(n) - lgamma(k) - lgamma(n - k) + k * p.ln() + (n - k) * (-p).ln_1p();
            prop_assert!((log_binomial_pmf(k, n, p) - binomial).abs() < 1e-10);
        }
    }
}
