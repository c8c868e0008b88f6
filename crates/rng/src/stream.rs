//! Streams: the random words of one (key, index, step, site), in order.

use std::convert::Infallible;

use rand_core::TryRng;
use rand_core::utils::fill_bytes_via_next_word;

use crate::key::StreamKey;
use crate::philox::philox4x32_10;
use crate::sample::unit_open;

/// The words of the blocks 0, 1, 2, ... of one draw site, one after the other.
///
/// Word `i` is `key.block(index, step, site, i / 4)[i % 4]`. A [`u64`](Self::next_u64) is two words, the low one first,
/// and need not begin at an even word. Opening a stream costs nothing: its first block is computed by the first draw.
///
/// Iterations have 16 bits. After the last one, that is after 2^18 words, the stream goes on with iteration 0 under the
/// key `mix(raw + G)` (see [`StreamKey`]), and so forth.
///
/// # Examples
/// ```
/// use pontine_rng::StreamKey;
///
/// let key = StreamKey::from_raw(1);
/// let mut stream = key.stream(5, 100, 2);
/// let words: Vec<u32> = (0..5).map(|_| stream.next_u32()).collect();
/// assert_eq!(words[..4], key.block(5, 100, 2, 0));
/// assert_eq!(words[4], key.block(5, 100, 2, 1)[0]);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stream {
    key: StreamKey,
    /// Of the next block.
    counter: [u32; 4],
    block: [u32; 4],
    n_used: usize,
}

impl Stream {
    /// The stream whose first block is that of `counter`.
    #[inline]
    pub(crate) const fn new(key: StreamKey, counter: [u32; 4]) -> Self {
        Self { key, counter, block: [0; 4], n_used: 4 }
    }

    /// The stream that begins with two words, and goes on with the block of `counter`.
    #[inline]
    pub(crate) const fn after(key: StreamKey, [low, high]: [u32; 2], counter: [u32; 4]) -> Self {
        Self { key, counter, block: [0, 0, low, high], n_used: 2 }
    }

    /// The next word.
    #[inline]
    pub fn next_u32(&mut self) -> u32 {
        if self.n_used == self.block.len() {
            self.refill();
        }
        let word = self.block[self.n_used];
        self.n_used += 1;
        word
    }

    /// The next two words, the low one first.
    #[inline]
    pub fn next_u64(&mut self) -> u64 {
        let low = u64::from(self.next_u32());
        low | u64::from(self.next_u32()) << 32
    }

    /// A uniform number in the open interval (0, 1), from one [`next_u64`](Self::next_u64) through [`unit_open`].
    #[inline]
    pub fn uniform(&mut self) -> f64 {
        unit_open(self.next_u64())
    }

    #[inline]
    fn refill(&mut self) {
        self.block = philox4x32_10(self.counter, self.key.words());
        self.n_used = 0;
        let iteration = (self.counter[3] as u16).wrapping_add(1);
        self.counter[3] = self.counter[3] & 0xFFFF_0000 | u32::from(iteration);
        if iteration == 0 {
            self.key = self.key.successor();
        }
    }
}

/// [`fill_bytes`](rand_core::Rng::fill_bytes) takes whole words: the unused bytes of the last one are dropped.
impl TryRng for Stream {
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

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::{any, prop_assert_eq, proptest};
    use rand_core::Rng;

    use super::Stream;
    use crate::key::StreamKey;

    fn words(stream: &mut Stream, n_words: usize) -> Vec<u32> {
        (0..n_words).map(|_| stream.next_u32()).collect()
    }

    #[test]
    fn the_last_iteration_is_followed_by_the_next_key() {
        let key = StreamKey::new(3, "Node:a", "step.0");
        let mut stream = key.stream(9, 8, 7);
        let last = words(&mut stream, 1 << 18).split_off((1 << 18) - 4);
        assert_eq!(last, key.block(9, 8, 7, u16::MAX));
        assert_eq!(words(&mut stream, 4), key.successor().block(9, 8, 7, 0));
        assert_eq!(words(&mut stream, 4), key.successor().block(9, 8, 7, 1));
    }

    proptest! {
        #[test]
        fn wide_draws_are_two_words_wherever_they_begin(raw: u64, is_wide in vec(any::<bool>(), 1..40)) {
            let mut stream = StreamKey::from_raw(raw).stream(1, 2, 3);
            let mut narrow = stream.clone();
            for wide in is_wide {
                if wide {
                    let pair = u64::from(narrow.next_u32()) | u64::from(narrow.next_u32()) << 32;
                    prop_assert_eq!(stream.next_u64(), pair);
                } else {
                    prop_assert_eq!(stream.next_u32(), narrow.next_u32());
                }
            }
        }

        #[test]
        fn elements_do_not_see_each_other(raw: u64, indices in vec(any::<u64>(), 1..8), step: u32) {
            let key = StreamKey::from_raw(raw);
            let alone = indices.iter().map(|&index| words(&mut key.stream(index, step, 0), 6));
            let alone: Vec<_> = alone.collect();
            let mut streams: Vec<_> = indices.iter().map(|&index| key.stream(index, step, 0)).collect();
            let mut together = vec![Vec::new(); indices.len()];
            for _ in 0..6 {
                for (words, stream) in together.iter_mut().zip(&mut streams).rev() {
                    words.push(stream.next_u32());
                }
            }
            prop_assert_eq!(alone, together);
        }

        #[test]
        fn bytes_are_the_words_in_little_endian(raw: u64, n_bytes in 0_usize..30) {
            let mut stream = StreamKey::from_raw(raw).stream(0, 0, 0);
            let mut expected: Vec<u8> =
                words(&mut stream.clone(), 8).iter().flat_map(|word| word.to_le_bytes()).collect();
            expected.truncate(n_bytes);
            let mut bytes = vec![0; n_bytes];
            stream.fill_bytes(&mut bytes);
            prop_assert_eq!(bytes, expected);
        }
    }
}
