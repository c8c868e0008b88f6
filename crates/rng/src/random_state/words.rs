//! The state as words, to be kept and put back.

use super::{N_WORDS, RandomState};

/// Words of a state: those of the generator, how many are used, whether a normal number is spare, and it.
const LENGTH: usize = N_WORDS + 3;

impl RandomState {
    /// The whole state.
    pub fn to_words(&self) -> Vec<u64> {
        let mut words: Vec<u64> = self.words.iter().map(|&word| u64::from(word)).collect();
        let spare = self.spare_normal;
        words.extend([
            self.n_used as u64,
            u64::from(spare.is_some()),
            spare.unwrap_or_default().to_bits(),
        ]);
        words
    }

    /// The generator of this state; `None` if the words are no state.
    ///
    /// # Examples
    /// ```
    /// use pontine_rng::RandomState;
    /// let mut rng = RandomState::new(3);
    /// rng.standard_normal();
    /// assert_eq!(RandomState::from_words(&rng.to_words()), Some(rng));
    /// assert_eq!(RandomState::from_words(&[1, 2]), None);
    /// ```
    pub fn from_words(words: &[u64]) -> Option<Self> {
        let (numbers, &[n_used, has_spare, spare]) =
            words.split_first_chunk::<N_WORDS>().and_then(|(numbers, rest)| {
                Some((numbers, <&[u64; LENGTH - N_WORDS]>::try_from(rest).ok()?))
            })?;
        let n_used = usize::try_from(n_used).ok().filter(|&n| n <= N_WORDS)?;
        let mut state = [0; N_WORDS];
        for (own, &word) in state.iter_mut().zip(numbers) {
            *own = u32::try_from(word).ok()?;
        }
        let spare_normal = (has_spare != 0).then(|| f64::from_bits(spare));
        Some(Self { words: state, n_used, spare_normal })
    }
}
