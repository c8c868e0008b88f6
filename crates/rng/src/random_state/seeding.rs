//! How a seed becomes the state of MT19937.

use super::{N_WORDS, RandomState};
use crate::sample::SampleError;

impl RandomState {
    /// The generator that `RandomState(seed)` makes for an integer; NumPy refuses those of more than 32 bits.
    #[must_use]
    pub fn new(seed: u32) -> Self {
        let mut words = [seed; N_WORDS];
        for i in 1..N_WORDS {
            words[i] = scrambled(words[i - 1]).wrapping_mul(1_812_433_253).wrapping_add(i as u32);
        }
        Self { words, n_used: N_WORDS, spare_normal: None }
    }

    /// The generator that `RandomState(seeds)` makes for a sequence of integers.
    ///
    /// One of a single seed differs from [`new`](Self::new) of that seed.
    ///
    /// # Errors
    /// If `seeds` is empty.
    ///
    /// # Examples
    /// ```
    /// use pontine_rng::RandomState;
    ///
    /// let mut rng = RandomState::from_seeds(&[1, 2, 3])?;
    /// assert_eq!(rng.random_sample(), 0.6098612722867289);
    /// # Ok::<(), pontine_rng::SampleError>(())
    /// ```
    pub fn from_seeds(seeds: &[u32]) -> Result<Self, SampleError> {
        if seeds.is_empty() {
            return Err(SampleError::NoSeed);
        }
        let mut rng = Self::new(19_650_218);
        let last = rng.mix_in(seeds);
        rng.mix_again(last);
        rng.words[0] = 0x8000_0000;
        Ok(rng)
    }

    /// Adds the seeds, in turn, to the words from the second on, until all seeds and all words were met.
    /// Returns the last position.
    fn mix_in(&mut self, seeds: &[u32]) -> usize {
        let mut i = 0;
        for j in (0..seeds.len()).cycle().take(seeds.len().max(N_WORDS)) {
            i = self.next_position(i);
            let mixed = self.words[i] ^ scrambled(self.words[i - 1]).wrapping_mul(1_664_525);
            self.words[i] = mixed.wrapping_add(seeds[j]).wrapping_add(j as u32);
        }
        i
    }

    /// Goes through all words but one once more, from after `last` on.
    fn mix_again(&mut self, last: usize) {
        let mut i = last;
        for _ in 1..N_WORDS {
            i = self.next_position(i);
            let mixed = self.words[i] ^ scrambled(self.words[i - 1]).wrapping_mul(1_566_083_941);
            self.words[i] = mixed.wrapping_sub(i as u32);
        }
    }

    /// The position after `i` among the words from the second on; the last word stands in for the first one, where
    /// they are gone through again.
    fn next_position(&mut self, i: usize) -> usize {
        if i + 1 < N_WORDS {
            return i + 1;
        }
        self.words[0] = self.words[N_WORDS - 1];
        1
    }
}

const fn scrambled(word: u32) -> u32 {
    word ^ word >> 30
}

#[cfg(test)]
mod tests {
    use super::RandomState;
    use crate::sample::SampleError;

    #[test]
    fn no_seed_is_refused() {
        assert_eq!(RandomState::from_seeds(&[]), Err(SampleError::NoSeed));
    }

    /// The first numbers of the reference implementation, whose key are these four seeds.
    #[test]
    fn known_answers_of_the_authors() {
        let mut rng = RandomState::from_seeds(&[0x123, 0x234, 0x345, 0x456]).unwrap();
        let words = [1_067_595_299, 955_945_823, 477_289_528, 4_107_218_783, 4_228_976_476];
        assert_eq!(words.map(|_| rng.next_u32()), words);
    }
}
