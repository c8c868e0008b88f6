//! Streams whose words are made many blocks at a time.

use std::convert::Infallible;

use rand_core::TryRng;
use rand_core::utils::fill_bytes_via_next_word;

use crate::key::StreamKey;

/// The words of a [`Stream`](crate::Stream), made in batches of blocks: for who draws many.
///
/// Always inlined, so that making a batch vectorises in the caller, also under `#[target_feature]`.
///
/// # Examples
/// ```
/// use pontine_rng::{Batches, StreamKey};
/// use pontine_rng::sample::below;
///
/// let key = StreamKey::new(1, "Projection:p", "connect");
/// let (mut batches, mut stream) = (Batches::new(key, 5, 0, 0), key.stream(5, 0, 0));
/// assert!((0..1000).all(|_| below(&mut batches, 77) == below(&mut stream, 77)));
/// ```
#[derive(Clone, Debug)]
pub struct Batches {
    key: StreamKey,
    index: u64,
    step: u32,
    site: u16,
    /// Of the next batch.
    iteration: u16,
    words: [[u32; 4]; N_BLOCKS],
    n_used: usize,
}

/// Blocks of a batch; their number divides that of the iterations of a key.
const N_BLOCKS: usize = 32;

impl Batches {
    /// The stream at (`index`, `step`, `site`), at its beginning.
    #[inline(always)]
    #[must_use]
    pub fn new(key: StreamKey, index: u64, step: u32, site: u16) -> Self {
        let words = [[0; 4]; N_BLOCKS];
        Self { key, index, step, site, iteration: 0, words, n_used: 4 * N_BLOCKS }
    }

    #[inline(always)]
    fn refill(&mut self) {
        for (i, block) in self.words.iter_mut().enumerate() {
            *block = self.key.block(self.index, self.step, self.site, self.iteration + i as u16);
        }
        self.n_used = 0;
        self.iteration = self.iteration.wrapping_add(N_BLOCKS as u16);
        if self.iteration == 0 {
            self.key = self.key.successor();
        }
    }
}

impl TryRng for Batches {
    type Error = Infallible;

    #[inline(always)]
    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        if self.n_used >= 4 * N_BLOCKS {
            self.refill();
        }
        let word = self.words.as_flattened()[self.n_used];
        self.n_used += 1;
        Ok(word)
    }

    #[inline(always)]
    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        let low = u64::from(self.try_next_u32()?);
        Ok(low | u64::from(self.try_next_u32()?) << 32)
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Infallible> {
        fill_bytes_via_next_word(bytes, || self.try_next_u32())
    }
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::{any, prop_assert_eq, proptest};
    use rand_core::Rng;

    use super::Batches;
    use crate::key::StreamKey;

    proptest! {
        #[test]
        fn batches_are_the_words_of_the_stream(
            raw: u64, index: u64, step: u32, site: u16, wide in vec(any::<bool>(), 0..400),
        ) {
            let key = StreamKey::from_raw(raw);
            let (mut batches, mut stream) =
                (Batches::new(key, index, step, site), key.stream(index, step, site));
            for wide in wide {
                if wide {
                    prop_assert_eq!(batches.next_u64(), stream.next_u64());
                } else {
                    prop_assert_eq!(batches.next_u32(), stream.next_u32());
                }
            }
        }
    }

    #[test]
    fn the_last_iteration_is_followed_by_the_next_key() {
        let key = StreamKey::from_raw(9);
        let (mut batches, mut stream) = (Batches::new(key, 1, 2, 3), key.stream(1, 2, 3));
        let differ = (0..(1 << 18) + 300).find(|_| batches.next_u32() != stream.next_u32());
        assert_eq!(differ, None);
    }
}
