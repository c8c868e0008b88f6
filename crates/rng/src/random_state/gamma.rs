//! Exponential and gamma numbers, and what is made of them.

use super::RandomState;

impl RandomState {
    /// An exponential number of mean 1: `-ln(1 - random_sample())`.
    #[inline]
    pub fn standard_exponential(&mut self) -> f64 {
        -(1.0 - self.random_sample()).ln()
    }

    /// `mean · standard_exponential()`.
    #[inline]
    pub fn exponential(&mut self, mean: f64) -> f64 {
        mean * self.standard_exponential()
    }

    /// A gamma number of scale 1: density `x^(shape - 1) e^-x / Γ(shape)`.
    ///
    /// [`standard_exponential`](Self::standard_exponential) where `shape` is 1; rejection by Ahrens and Dieter below,
    /// and by Marsaglia and Tsang above. 0 where `shape` is 0; NaN, without a draw, where it is negative, which NumPy
    /// refuses.
    ///
    /// # References
    /// Ahrens & Dieter (1974), *Computer methods for sampling from gamma, beta, Poisson and binomial distributions*;
    /// Marsaglia & Tsang (2000), *A simple method for generating gamma variables*.
    pub fn standard_gamma(&mut self, shape: f64) -> f64 {
        if shape < 0.0 {
            f64::NAN
        } else if shape == 0.0 {
            0.0
        } else if shape < 1.0 {
            self.gamma_below_one(shape)
        } else if shape == 1.0 {
            self.standard_exponential()
        } else {
            self.gamma_above_one(shape)
        }
    }

    /// `scale · standard_gamma(shape)`.
    pub fn gamma(&mut self, shape: f64, scale: f64) -> f64 {
        scale * self.standard_gamma(shape)
    }

    /// The sum of `df` squared normal numbers, for any `df`: `2 standard_gamma(df / 2)`.
    pub fn chisquare(&mut self, df: f64) -> f64 {
        2.0 * self.standard_gamma(df / 2.0)
    }

    /// A number of Student's t distribution: `sqrt(df / 2) · standard_normal() / sqrt(standard_gamma(df / 2))`.
    pub fn standard_t(&mut self, df: f64) -> f64 {
        let normal = self.standard_normal();
        (df / 2.0).sqrt() * normal / self.standard_gamma(df / 2.0).sqrt()
    }

    /// Beside a power of a uniform number up to 1, and beside an exponential tail from there on.
    fn gamma_below_one(&mut self, shape: f64) -> f64 {
        loop {
            let u = self.random_sample();
            let height = self.standard_exponential();
            let is_inner = u <= 1.0 - shape;
            let tail = if is_inner { 0.0 } else { -((1.0 - u) / shape).ln() };
            let power = if is_inner { u } else { 1.0 - shape + shape * tail };
            let number = power.powf(1.0 / shape);
            if number <= height + tail {
                return number;
            }
        }
    }

    /// The cube of a normal number around 1, cut where it is not positive.
    fn gamma_above_one(&mut self, shape: f64) -> f64 {
        let centre = shape - 1.0 / 3.0;
        let width = 1.0 / (9.0 * centre).sqrt();
        loop {
            let (x, root) = self.normal_above(width);
            let cube = root * root * root;
            let u = self.random_sample();
            if u < 1.0 - 0.0331 * (x * x) * (x * x)
                || u.ln() < 0.5 * x * x + centre * (1.0 - cube + cube.ln())
            {
                return centre * cube;
            }
        }
    }

    /// A normal number `x` such that `1 + width · x`, the second result, is positive.
    #[inline]
    fn normal_above(&mut self, width: f64) -> (f64, f64) {
        loop {
            let x = self.standard_normal();
            let root = 1.0 + width * x;
            // Not `root > 0`, so that NaN ends the loop.
            if !(root <= 0.0) {
                return (x, root);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::RandomState;

    #[test]
    fn shapes_out_of_bounds_end_without_a_draw() {
        let mut rng = RandomState::new(5);
        assert_eq!(rng.gamma(0.0, 2.0), 0.0);
        assert!(rng.gamma(-1e-300, 2.0).is_nan());
        assert!(rng.chisquare(-1.0).is_nan());
        assert_eq!(rng, RandomState::new(5));
    }

    #[test]
    fn extreme_shapes_end() {
        let mut rng = RandomState::new(5);
        assert!(rng.gamma(f64::NAN, 1.0).is_nan());
        assert_eq!(rng.gamma(f64::INFINITY, 1.0), f64::INFINITY);
        assert!(rng.gamma(f64::MIN_POSITIVE, 1.0) >= 0.0);
        assert!(rng.standard_t(-1.0).is_nan());
    }
}
