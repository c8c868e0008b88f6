//! Uniform integers, by masking and rejection.

use super::RandomState;

impl RandomState {
    /// A uniform integer from 0 to `high - 1`; 0 where `high` is 0, which NumPy refuses.
    ///
    /// 32-bit outputs, masked to the bits of `high - 1`, until one does not exceed it; no output where `high ≤ 1`.
    #[inline]
    pub fn randint(&mut self, high: u32) -> u32 {
        self.masked_u32(high.saturating_sub(1))
    }

    /// A uniform integer from `low` to `high - 1`, as `randint(low, high)` with NumPy's default type of 64 bits; `low`
    /// where `low ≥ high`, which NumPy refuses.
    ///
    /// As [`randint`](Self::randint) up to a width of 2^32, and from 64-bit outputs beyond.
    ///
    /// # Examples
    /// ```
    /// use pontine_rng::RandomState;
    ///
    /// assert_eq!(RandomState::new(0).randint_between(-10, 10), 2);
    /// ```
    #[inline]
    pub fn randint_between(&mut self, low: i64, high: i64) -> i64 {
        if low >= high {
            return low;
        }
        let max = high.wrapping_sub(low) as u64 - 1;
        low.wrapping_add(self.interval(max) as i64)
    }

    /// Fills `numbers` as `randint(high, size=len)` would.
    pub fn fill_randint(&mut self, high: u32, numbers: &mut [u32]) {
        numbers.fill_with(|| self.randint(high));
    }

    /// A uniform number from 0 to `max`, by masking as many bits as it takes.
    #[inline]
    pub(super) fn interval(&mut self, max: u64) -> u64 {
        match u32::try_from(max) {
            Ok(max) => self.masked_u32(max).into(),
            Err(_) => self.masked_u64(max),
        }
    }

    #[inline]
    fn masked_u32(&mut self, max: u32) -> u32 {
        if max == 0 {
            return 0;
        }
        let mask = u32::MAX >> max.leading_zeros();
        loop {
            let number = self.next_u32() & mask;
            if number <= max {
                return number;
            }
        }
    }

    fn masked_u64(&mut self, max: u64) -> u64 {
        let mask = u64::MAX >> max.leading_zeros();
        loop {
            let number = self.next_u64() & mask;
            if number <= max {
                return number;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{prop_assert, prop_assert_eq, proptest};

    use super::RandomState;

    #[test]
    fn bounds_without_choice_draw_nothing() {
        let mut rng = RandomState::new(5);
        assert_eq!((rng.randint(0), rng.randint(1)), (0, 0));
        assert_eq!((rng.randint_between(3, 4), rng.randint_between(3, -4)), (3, 3));
        assert_eq!(rng, RandomState::new(5));
    }

    /// Beyond 32 bits, the high half of an output is drawn first.
    #[test]
    fn wide_intervals_take_two_outputs() {
        let (mut rng, mut reference) = (RandomState::new(1), RandomState::new(1));
        let max = (1 << 40) - 1;
        assert_eq!(rng.interval(max), reference.next_u64() & max);
        assert_eq!(rng, reference);
    }

    proptest! {
        #[test]
        fn randint_is_below(seed: u32, high in 1_u32..) {
            prop_assert!(RandomState::new(seed).randint(high) < high);
            let between = RandomState::new(seed).randint_between(0, high.into());
            prop_assert_eq!(between, RandomState::new(seed).randint(high).into());
        }

        #[test]
        fn randint_is_between(seed: u32, low: i64, high: i64) {
            let number = RandomState::new(seed).randint_between(low, high);
            prop_assert!(low <= number && (number < high || low >= high));
        }
    }
}
