//! Choices among items, evenly or with given probabilities.

use super::RandomState;
use crate::sample::SampleError;

impl RandomState {
    /// The positions of `size` items chosen among `n`, as `choice(n, size, replace, p)`.
    ///
    /// Evenly if `p` is `None`, else item `i` with probability `p[i]`. If `replace`, each item may be chosen many times,
    /// else once.
    ///
    /// NumPy's choice of a single item, without a size, is the only one of `size` 1.
    ///
    /// # Errors
    /// If there are fewer items than are to be chosen, counting only those of positive probability, or if `p` has another
    /// length than `n`, or its entries are no probabilities or do not add up to 1 within 1.5e-8.
    ///
    /// # Examples
    /// ```
    /// use pontine_rng::RandomState;
    ///
    /// let mut rng = RandomState::new(0);
    /// assert_eq!(rng.choice(10, 3, true, None)?, [5, 0, 3]);
    /// assert_eq!(rng.choice(3, 2, false, Some(&[0.5, 0.0, 0.5]))?.len(), 2);
    /// assert!(rng.choice(3, 4, false, None).is_err());
    /// # Ok::<(), pontine_rng::SampleError>(())
    /// ```
    pub fn choice(
        &mut self,
        n: usize,
        size: usize,
        replace: bool,
        p: Option<&[f64]>,
    ) -> Result<Vec<usize>, SampleError> {
        let n_eligible = match p {
            Some(p) => check_probabilities(n, p)?,
            None => n,
        };
        if n_eligible < if replace { size.min(1) } else { size } {
            return Err(SampleError::TooFewItems { n_eligible, size });
        }
        Ok(match (p, replace) {
            (None, true) => (0..size).map(|_| self.interval(n as u64 - 1) as usize).collect(),
            (None, false) => self.permutation(n).into_iter().take(size).collect(),
            (Some(p), true) => self.weighted(p, size),
            (Some(p), false) => self.weighted_without_replacement(p, size),
        })
    }

    fn weighted(&mut self, p: &[f64], size: usize) -> Vec<usize> {
        if size == 0 {
            return Vec::new();
        }
        let cumulated = cumulated(p);
        (0..size).map(|_| quantile(&cumulated, self.random_sample())).collect()
    }

    /// Draws as many as are missing, keeps the first of each item, and again among the others.
    fn weighted_without_replacement(&mut self, p: &[f64], size: usize) -> Vec<usize> {
        let mut left = p.to_vec();
        let mut chosen = Vec::with_capacity(size);
        while chosen.len() < size {
            for item in self.weighted(&left, size - chosen.len()) {
                if left[item] > 0.0 {
                    left[item] = 0.0;
                    chosen.push(item);
                }
            }
        }
        chosen
    }
}

/// NumPy's tolerance for the sum: the square root of the precision.
const SUM_TOLERANCE: f64 = 1.490_116_119_384_765_6e-8;

/// The number of items of positive probability.
fn check_probabilities(n: usize, p: &[f64]) -> Result<usize, SampleError> {
    if p.len() != n {
        return Err(SampleError::ProbabilitiesLength { n, found: p.len() });
    }
    if let Some((item, &value)) = p.iter().enumerate().find(|(_, p)| p.is_nan() || **p < 0.0) {
        return Err(SampleError::Probability { item, value });
    }
    let sum: f64 = p.iter().sum();
    if (sum - 1.0).abs() > SUM_TOLERANCE {
        return Err(SampleError::ProbabilitiesSum { sum });
    }
    Ok(p.iter().filter(|p| **p > 0.0).count())
}

/// The sums of the entries up to each, over the whole sum.
fn cumulated(p: &[f64]) -> Vec<f64> {
    let mut sum = 0.0;
    let sums = p.iter().map(|p| {
        sum += p;
        sum
    });
    let mut cumulated: Vec<f64> = sums.collect();
    cumulated.iter_mut().for_each(|part| *part /= sum);
    cumulated
}

/// The first item whose cumulated probability exceeds `u`.
fn quantile(cumulated: &[f64], u: f64) -> usize {
    cumulated.partition_point(|&part| part <= u)
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::{prop_assert, prop_assert_eq, proptest};

    use super::RandomState;
    use crate::sample::SampleError;

    #[track_caller]
    fn check_refused(
        n: usize,
        size: usize,
        replace: bool,
        p: Option<&[f64]>,
        expected: SampleError,
    ) {
        let mut rng = RandomState::new(5);
        assert_eq!(rng.choice(n, size, replace, p), Err(expected));
        assert_eq!(rng, RandomState::new(5));
    }

    #[test]
    fn too_few_items_are_refused() {
        check_refused(0, 1, true, None, SampleError::TooFewItems { n_eligible: 0, size: 1 });
        check_refused(3, 4, false, None, SampleError::TooFewItems { n_eligible: 3, size: 4 });
        let p = [0.5, 0.5, 0.0];
        check_refused(3, 3, false, Some(&p), SampleError::TooFewItems { n_eligible: 2, size: 3 });
    }

    #[test]
    fn bad_probabilities_are_refused() {
        let length = SampleError::ProbabilitiesLength { n: 3, found: 1 };
        check_refused(3, 1, true, Some(&[1.0]), length);
        let negative = SampleError::Probability { item: 1, value: -0.5 };
        check_refused(2, 1, true, Some(&[1.5, -0.5]), negative);
        check_refused(2, 1, true, Some(&[0.5, 0.4]), SampleError::ProbabilitiesSum { sum: 0.9 });
        assert!(RandomState::new(0).choice(2, 1, true, Some(&[0.5, f64::NAN])).is_err());
        assert!(RandomState::new(0).choice(2, 1, true, Some(&[0.5, f64::INFINITY])).is_err());
    }

    #[test]
    fn nothing_may_be_chosen_among_nothing() {
        assert_eq!(RandomState::new(0).choice(0, 0, true, None), Ok(vec![]));
        assert_eq!(RandomState::new(0).choice(0, 0, false, None), Ok(vec![]));
    }

    proptest! {
        #[test]
        fn chosen_items_are_eligible(seed: u32, weights in vec(0_u8..4, 1..20), size in 0_usize..20) {
            let sum: f64 = weights.iter().copied().map(f64::from).sum();
            let p: Vec<f64> = weights.iter().map(|&weight| f64::from(weight) / sum).collect();
            if let Ok(chosen) = RandomState::new(seed).choice(p.len(), size, true, Some(&p)) {
                prop_assert_eq!(chosen.len(), size);
                prop_assert!(chosen.iter().all(|&item| p[item] > 0.0));
            }
            if let Ok(mut chosen) = RandomState::new(seed).choice(p.len(), size, false, Some(&p)) {
                prop_assert!(chosen.iter().all(|&item| p[item] > 0.0));
                chosen.sort();
                chosen.dedup();
                prop_assert_eq!(chosen.len(), size);
            }
        }
    }
}
