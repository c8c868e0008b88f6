//! Poisson counts.

use super::RandomState;

/// The largest mean that NumPy takes: ten standard deviations below the largest count.
const MAX_MEAN: f64 = 9.223_372_006_484_771e18;

impl RandomState {
    /// A Poisson count of mean `lam`.
    ///
    /// Below a mean of 10 by products of uniform numbers, from there on by Hörmann's transformed rejection PTRS. What
    /// NumPy refuses: 0, without a draw, where `lam` is negative or NaN; beyond about 9.2e18, that mean.
    ///
    /// # References
    /// Hörmann (1993), *The transformed rejection method for generating Poisson random variables*.
    pub fn poisson(&mut self, lam: f64) -> u64 {
        if lam >= 10.0 {
            self.poisson_by_rejection(lam.min(MAX_MEAN))
        } else if lam > 0.0 {
            self.poisson_by_products((-lam).exp())
        } else {
            0
        }
    }

    /// How many uniform numbers it takes for their product not to exceed `e^-lam`, without the last one.
    fn poisson_by_products(&mut self, exp_minus_lam: f64) -> u64 {
        let (mut count, mut product) = (0, self.random_sample());
        while product > exp_minus_lam {
            product *= self.random_sample();
            count += 1;
        }
        count
    }

    fn poisson_by_rejection(&mut self, lam: f64) -> u64 {
        let log_lam = lam.ln();
        let b = 0.931 + 2.53 * lam.sqrt();
        let a = -0.059 + 0.02483 * b;
        let inverse_alpha = 1.1239 + 1.1328 / (b - 3.4);
        let inner_height = 0.9277 - 3.6224 / (b - 2.0);
        loop {
            let u = self.random_sample() - 0.5;
            let v = self.random_sample();
            let margin = 0.5 - u.abs();
            let count = ((2.0 * a / margin + b) * u + lam + 0.43).floor() as i64;
            if margin >= 0.07 && v <= inner_height {
                return count as u64;
            }
            if count < 0 || margin < 0.013 && v > margin {
                continue;
            }
            let log_height = v.ln() + inverse_alpha.ln() - (a / (margin * margin) + b).ln();
            if log_height <= -lam + count as f64 * log_lam - log_gamma(count.saturating_add(1)) {
                return count as u64;
            }
        }
    }
}

/// `ln Γ(x)` for a whole `x ≥ 1`, to NumPy's last bit: Stirling's series from 7 on, and recursion below.
///
/// # References
/// Zhang & Jin (1996), *Computation of special functions*, section 3.1.
fn log_gamma(x: i64) -> f64 {
    if x <= 2 {
        return 0.0;
    }
    let lifted = x.max(7) as f64;
    (x..7).rev().fold(stirling(lifted), |sum, factor| sum - (factor as f64).ln())
}

fn stirling(x: f64) -> f64 {
    let x2 = 1.0 / (x * x);
    let series = STIRLING.iter().rev().fold(0.0, |sum, term| sum * x2 + term);
    series / x + 0.5 * LOG_TAU + (x - 0.5) * x.ln() - x
}

/// `ln 2π`.
const LOG_TAU: f64 = 1.837_877_066_409_345_3;

/// Bernoulli's numbers over `2k (2k - 1)`, as Zhang and Jin print them.
const STIRLING: [f64; 10] = [
    8.333333333333333e-02,
    -2.777777777777778e-03,
    7.936507936507937e-04,
    -5.952380952380952e-04,
    8.417508417508418e-04,
    -1.917526917526918e-03,
    6.41025641025641e-03,
    -2.955065359477124e-02,
    1.796443723688307e-01,
    -1.3924322169059e+00,
];

#[cfg(test)]
mod tests {
    use super::{LOG_TAU, MAX_MEAN, RandomState, log_gamma};

    #[test]
    fn means_out_of_bounds() {
        let mut rng = RandomState::new(5);
        assert_eq!((rng.poisson(-1.0), rng.poisson(f64::NAN), rng.poisson(0.0)), (0, 0, 0));
        assert_eq!(rng, RandomState::new(5));
        assert_eq!(rng.poisson(f64::INFINITY), RandomState::new(5).poisson(MAX_MEAN));
    }

    #[test]
    fn log_gamma_is_that_of_factorials() {
        assert_eq!(LOG_TAU, libm::log(std::f64::consts::TAU));
        let mut log_factorial = 0.0;
        for n in 1..100 {
            assert!((log_gamma(n) - log_factorial).abs() < 1e-13 * (1.0 + log_factorial), "{n}");
            log_factorial += (n as f64).ln();
        }
    }
}
