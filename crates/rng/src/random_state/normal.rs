//! Normal and lognormal numbers.

use super::RandomState;

impl RandomState {
    /// A normal number of mean 0 and variance 1, by the polar method, whose second number the next call returns.
    #[inline]
    pub fn standard_normal(&mut self) -> f64 {
        match self.spare_normal.take() {
            Some(spare) => spare,
            None => self.draw_normal_pair(),
        }
    }

    /// `mean + sd · standard_normal()`.
    #[inline]
    pub fn normal(&mut self, mean: f64, sd: f64) -> f64 {
        mean + sd * self.standard_normal()
    }

    /// `exp(normal(mu, sigma))`.
    #[inline]
    pub fn lognormal(&mut self, mu: f64, sigma: f64) -> f64 {
        self.normal(mu, sigma).exp()
    }

    /// Fills `numbers` as `standard_normal(len)` would.
    pub fn fill_standard_normal(&mut self, numbers: &mut [f64]) {
        numbers.fill_with(|| self.standard_normal());
    }

    /// Fills `numbers` as `normal(mean, sd, len)` would.
    pub fn fill_normal(&mut self, mean: f64, sd: f64, numbers: &mut [f64]) {
        numbers.fill_with(|| self.normal(mean, sd));
    }

    /// A point in the unit disc makes two normal numbers: returns the second and keeps the first.
    fn draw_normal_pair(&mut self) -> f64 {
        loop {
            let x1 = 2.0 * self.random_sample() - 1.0;
            let x2 = 2.0 * self.random_sample() - 1.0;
            let r2 = x1 * x1 + x2 * x2;
            if r2 < 1.0 && r2 != 0.0 {
                let stretch = (-2.0 * r2.ln() / r2).sqrt();
                self.spare_normal = Some(stretch * x1);
                return stretch * x2;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::{prop_assert_eq, proptest};

    use super::RandomState;

    proptest! {
        #[test]
        fn fills_are_single_draws_however_split(seed: u32, parts in vec(0_usize..9, 1..6)) {
            let (mut split, mut single) = (RandomState::new(seed), RandomState::new(seed));
            for len in parts {
                let mut numbers = vec![0.0; len];
                split.fill_standard_normal(&mut numbers);
                for number in numbers {
                    prop_assert_eq!(number.to_bits(), single.standard_normal().to_bits());
                }
            }
            prop_assert_eq!(split, single);
        }
    }
}
