//! Beta numbers.

use super::RandomState;

impl RandomState {
    /// A beta number: density proportional to `x^(a - 1) (1 - x)^(b - 1)`, from 0 to 1.
    ///
    /// Jöhnk's rejection where neither `a` nor `b` exceeds 1, else a share of two gamma numbers. NaN, without a draw,
    /// where one is not positive, which NumPy refuses.
    ///
    /// # References
    /// Jöhnk (1964), *Erzeugung von betaverteilten und gammaverteilten Zufallszahlen*.
    pub fn beta(&mut self, a: f64, b: f64) -> f64 {
        if a <= 0.0 || b <= 0.0 {
            return f64::NAN;
        }
        if a <= 1.0 && b <= 1.0 {
            return self.beta_by_powers(a, b);
        }
        let share = self.standard_gamma(a);
        let rest = self.standard_gamma(b);
        share / (share + rest)
    }

    fn beta_by_powers(&mut self, a: f64, b: f64) -> f64 {
        loop {
            let (u, v) = (self.random_sample(), self.random_sample());
            let (x, y) = (u.powf(1.0 / a), v.powf(1.0 / b));
            let sum = x + y;
            if sum <= 1.0 {
                return if sum > 0.0 { x / sum } else { share_of_logs(u.ln() / a, v.ln() / b) };
            }
        }
    }
}

/// `e^x / (e^x + e^y)`, where both powers are too small for a number.
fn share_of_logs(x: f64, y: f64) -> f64 {
    let larger = if x > y { x } else { y };
    let (x, y) = (x - larger, y - larger);
    (x - (x.exp() + y.exp()).ln()).exp()
}

#[cfg(test)]
mod tests {
    use super::RandomState;

    #[test]
    fn bounds_end_without_a_draw() {
        let mut rng = RandomState::new(5);
        assert!(rng.beta(0.0, 1.0).is_nan());
        assert!(rng.beta(1.0, -1.0).is_nan());
        assert_eq!(rng, RandomState::new(5));
    }

    #[test]
    fn extremes_end() {
        let mut rng = RandomState::new(5);
        assert!(rng.beta(f64::NAN, 1.0).is_nan());
        assert!(rng.beta(f64::INFINITY, 1.0).is_nan());
        assert!((0.0..=1.0).contains(&rng.beta(1e-300, 1e-300)));
    }
}
