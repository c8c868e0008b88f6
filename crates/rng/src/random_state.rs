//! NumPy's legacy `RandomState`, number by number.

use std::convert::Infallible;

use rand_core::TryRng;
use rand_core::utils::fill_bytes_via_next_word;

/// What `numpy.random.RandomState(seed)` is for an integer seed: MT19937 and NumPy's frozen methods on it.
///
/// Each method makes the numbers of NumPy's method of that name, and leaves the same state behind, so calls
/// may be mixed in any order. The normal numbers need a logarithm, for which NumPy asks the platform, and so
/// does this: they are equal bit by bit where the two share a C library (glibc on x86-64, as tested), and
/// within rounding elsewhere.
///
/// # Examples
/// ```
/// use pontine_rng::RandomState;
///
/// let mut rng = RandomState::new(0);
/// assert_eq!(rng.random_sample(), 0.5488135039273248);
/// assert_eq!(RandomState::new(0).standard_normal(), 1.764052345967664);
/// assert_eq!(RandomState::new(0).randint((1 << 31) - 1), 209652396);
/// ```
///
/// # References
/// Matsumoto & Nishimura (1998), *Mersenne Twister: a 623-dimensionally equidistributed uniform pseudorandom number
/// generator*.
#[derive(Clone, Debug, PartialEq)]
pub struct RandomState {
    words: [u32; N_WORDS],
    n_used: usize,
    /// The second of a pair of normal numbers, until it is asked for.
    spare_normal: Option<f64>,
}

impl RandomState {
    /// The generator that `RandomState(seed)` makes.
    #[must_use]
    pub fn new(seed: u32) -> Self {
        let mut words = [seed; N_WORDS];
        for i in 1..N_WORDS {
            let last = words[i - 1];
            words[i] = (last ^ last >> 30).wrapping_mul(1_812_433_253).wrapping_add(i as u32);
        }
        Self { words, n_used: N_WORDS, spare_normal: None }
    }

    /// The next 32 bits of MT19937.
    #[inline]
    pub fn next_u32(&mut self) -> u32 {
        if self.n_used == N_WORDS {
            self.twist();
        }
        let word = self.words[self.n_used];
        self.n_used += 1;
        temper(word)
    }

    /// The next 64 bits, the high half drawn first, as NumPy joins them.
    #[inline]
    pub fn next_u64(&mut self) -> u64 {
        let high = u64::from(self.next_u32());
        high << 32 | u64::from(self.next_u32())
    }

    /// A uniform integer from 0 to `high - 1`; 0 where `high` is 0, which NumPy refuses.
    ///
    /// 32-bit outputs, masked to the bits of `high - 1`, until one does not exceed it; no output where `high ≤ 1`.
    #[inline]
    pub fn randint(&mut self, high: u32) -> u32 {
        self.masked_below_or_at(high.saturating_sub(1))
    }

    /// A uniform number in [0, 1) with 53 bits: `(a · 2^26 + b) / 2^53`, of the upper 27 and 26 bits of two outputs.
    #[inline]
    pub fn random_sample(&mut self) -> f64 {
        let a = f64::from(self.next_u32() >> 5);
        let b = f64::from(self.next_u32() >> 6);
        (a * 67_108_864.0 + b) / 9_007_199_254_740_992.0
    }

    /// `low + (high - low) · random_sample()`.
    #[inline]
    pub fn uniform(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * self.random_sample()
    }

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

    /// Fills `numbers` as `random_sample(len)` would.
    pub fn fill_random_sample(&mut self, numbers: &mut [f64]) {
        numbers.fill_with(|| self.random_sample());
    }

    /// Fills `numbers` as `uniform(low, high, len)` would.
    pub fn fill_uniform(&mut self, low: f64, high: f64, numbers: &mut [f64]) {
        numbers.fill_with(|| self.uniform(low, high));
    }

    /// Fills `numbers` as `standard_normal(len)` would.
    pub fn fill_standard_normal(&mut self, numbers: &mut [f64]) {
        numbers.fill_with(|| self.standard_normal());
    }

    /// Fills `numbers` as `normal(mean, sd, len)` would.
    pub fn fill_normal(&mut self, mean: f64, sd: f64, numbers: &mut [f64]) {
        numbers.fill_with(|| self.normal(mean, sd));
    }

    /// Fills `numbers` as `randint(high, size=len)` would.
    pub fn fill_randint(&mut self, high: u32, numbers: &mut [u32]) {
        numbers.fill_with(|| self.randint(high));
    }

    /// Shuffles `items` in place, as `shuffle` does to a list or the entries of a vector.
    pub fn shuffle<T>(&mut self, items: &mut [T]) {
        self.shuffle_by(items.len(), |i, j| items.swap(i, j));
    }

    /// Shuffles in place the rows of a matrix in row-major order, as `shuffle` does along the first axis.
    ///
    /// `row_len` entries make a row; where they are 0, or leave a rest, there are as many rows as are whole.
    pub fn shuffle_rows<T>(&mut self, entries: &mut [T], row_len: usize) {
        let n_rows = entries.len().checked_div(row_len).unwrap_or(0);
        self.shuffle_by(n_rows, |i, j| swap_rows(entries, row_len, i, j));
    }

    /// The numbers from 0 to `n - 1` in random order.
    #[must_use]
    pub fn permutation(&mut self, n: usize) -> Vec<usize> {
        let mut order: Vec<usize> = (0..n).collect();
        self.shuffle(&mut order);
        order
    }

    /// Fisher and Yates' shuffle from the end: `swap(i, j)` with a uniform `j ≤ i`, where they differ.
    fn shuffle_by(&mut self, n: usize, mut swap: impl FnMut(usize, usize)) {
        for i in (1..n).rev() {
            let j = self.interval(i);
            if i != j {
                swap(i, j);
            }
        }
    }

    /// A uniform number from 0 to `max`, by masking as many bits as it takes.
    fn interval(&mut self, max: usize) -> usize {
        if let Ok(max) = u32::try_from(max) {
            return self.masked_below_or_at(max) as usize;
        }
        let mask = usize::MAX >> max.leading_zeros();
        loop {
            let number = self.next_u64() as usize & mask;
            if number <= max {
                return number;
            }
        }
    }

    #[inline]
    fn masked_below_or_at(&mut self, max: u32) -> u32 {
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

    /// Replaces all words by the next ones.
    fn twist(&mut self) {
        for i in 0..N_WORDS {
            let joined = self.words[i] & 0x8000_0000 | self.words[(i + 1) % N_WORDS] & 0x7FFF_FFFF;
            let odd = if joined & 1 == 1 { 0x9908_B0DF } else { 0 };
            self.words[i] = self.words[(i + LAG) % N_WORDS] ^ joined >> 1 ^ odd;
        }
        self.n_used = 0;
    }
}

/// [`fill_bytes`](rand_core::Rng::fill_bytes) takes whole 32-bit words: the unused bytes of the last one are dropped.
impl TryRng for RandomState {
    type Error = Infallible;

    #[inline]
    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        Ok(self.next_u32())
    }

    #[inline]
    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        Ok(self.next_u64())
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Infallible> {
        fill_bytes_via_next_word(bytes, || self.try_next_u32())
    }
}

const N_WORDS: usize = 624;
const LAG: usize = 397;

#[inline]
const fn temper(word: u32) -> u32 {
    let word = word ^ word >> 11;
    let word = word ^ word << 7 & 0x9D2C_5680;
    let word = word ^ word << 15 & 0xEFC6_0000;
    word ^ word >> 18
}

/// Swaps row `i` with an earlier row `j`.
fn swap_rows<T>(entries: &mut [T], row_len: usize, i: usize, j: usize) {
    let (head, tail) = entries.split_at_mut(i * row_len);
    head[j * row_len..][..row_len].swap_with_slice(&mut tail[..row_len]);
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::{any, prop_assert, prop_assert_eq, proptest};

    use super::RandomState;

    #[test]
    fn bounds_without_choice_draw_nothing() {
        let mut rng = RandomState::new(5);
        assert_eq!((rng.randint(0), rng.randint(1)), (0, 0));
        assert_eq!(rng, RandomState::new(5));
    }

    /// Beyond 32 bits, the high half of an output is drawn first.
    #[test]
    fn wide_intervals_take_two_outputs() {
        let (mut rng, mut reference) = (RandomState::new(1), RandomState::new(1));
        let max = (1_usize << 40) - 1;
        assert_eq!(rng.interval(max), reference.next_u64() as usize & max);
        assert_eq!(rng, reference);
    }

    #[test]
    fn matrices_without_whole_rows_stay() {
        let mut rng = RandomState::new(5);
        let mut entries = [1, 2, 3];
        rng.shuffle_rows(&mut entries, 0);
        rng.shuffle_rows(&mut entries, 2);
        assert_eq!(entries, [1, 2, 3]);
    }

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

        #[test]
        fn randint_is_below(seed: u32, high in 1_u32..) {
            prop_assert!(RandomState::new(seed).randint(high) < high);
        }

        #[test]
        fn shuffling_keeps_the_rows(seed: u32, row_len in 1_usize..5, entries in vec(any::<u8>(), 0..40)) {
            let n_whole = entries.len() / row_len * row_len;
            let mut shuffled = entries.clone();
            RandomState::new(seed).shuffle_rows(&mut shuffled, row_len);
            prop_assert_eq!(&shuffled[n_whole..], &entries[n_whole..]);
            let rows = |entries: &[u8]| {
                let mut rows: Vec<_> = entries.chunks_exact(row_len).map(<[u8]>::to_vec).collect();
                rows.sort();
                rows
            };
            prop_assert_eq!(rows(&shuffled), rows(&entries));
        }
    }
}
