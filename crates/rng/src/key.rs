//! Keys: which stream a draw comes from, by the seed and by what is drawn for.

use crate::philox::philox4x32_10;
use crate::stream::Stream;

/// The 64-bit Philox key of one purpose of one object.
///
/// `raw = mix(mix(seed + G) ^ fnv1a64(path, NUL, purpose))`, where `mix` is the finaliser of splitmix64,
/// a bijection of 64 bits, and `G = 0x9E3779B97F4A7C15`. For a fixed name, different seeds never share a
/// key, and for a fixed seed two names do so only if their FNV hashes collide.
///
/// # Examples
/// ```
/// use pontine_rng::StreamKey;
///
/// let weights = StreamKey::new(1, "Projection:exc-inh", "weight");
/// let delays = StreamKey::new(1, "Projection:exc-inh", "delay");
/// assert_ne!(weights.block(0, 0, 0, 0), delays.block(0, 0, 0, 0));
/// ```
///
/// # References
/// Steele, Lea & Flood (2014), *Fast splittable pseudorandom number generators*.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct StreamKey(u64);

impl StreamKey {
    /// The key of `purpose` (`connect`, `weight`, `init.<state>`, `step.<site>`, ...) of the object at the
    /// stable `path`.
    #[must_use]
    pub fn new(seed: u64, path: &str, purpose: &str) -> Self {
        let name = path.bytes().chain([0]).chain(purpose.bytes());
        Self(mix(mix(seed.wrapping_add(GOLDEN)) ^ fnv1a64(name)))
    }

    /// The key that [`raw`](Self::raw) once returned.
    #[must_use]
    pub const fn from_raw(raw: u64) -> Self {
        Self(raw)
    }

    /// The key as a number, to be stored or handed to a kernel.
    #[must_use]
    pub const fn raw(self) -> u64 {
        self.0
    }

    /// The two words that Philox takes as its key: the low half of [`raw`](Self::raw), then the high one.
    #[inline(always)]
    #[must_use]
    pub const fn words(self) -> [u32; 2] {
        [self.0 as u32, (self.0 >> 32) as u32]
    }

    /// The four random words number `iteration` of the stream at (`index`, `step`, `site`).
    ///
    /// `index` names the neuron, synapse or other element, `step` the time step (0 at build time), `site` the draw
    /// within the step. The counter is `[index low, index high, step, site << 16 | iteration]`.
    #[inline(always)]
    #[must_use]
    pub const fn block(self, index: u64, step: u32, site: u16, iteration: u16) -> [u32; 4] {
        philox4x32_10(counter(index, step, site, iteration), self.words())
    }

    /// The stream at (`index`, `step`, `site`), at its beginning.
    #[inline]
    #[must_use]
    pub const fn stream(self, index: u64, step: u32, site: u16) -> Stream {
        Stream::new(self, counter(index, step, site, 0))
    }

    /// The stream of one element of a pair at (`index`, `step`, `site`), at its beginning.
    ///
    /// Elements `2 j` and `2 j + 1` share a block for their first two words each: these are words 0 and 1,
    /// or 2 and 3, of `block(j, step, site, 0)`. Then they go on with the blocks 1, 2, … of their own index.
    /// Most draws of a step take two words, so that a block serves two neurons.
    ///
    /// # Examples
    /// ```
    /// use pontine_rng::StreamKey;
    ///
    /// let key = StreamKey::from_raw(1);
    /// let mut odd = key.paired_stream(11, 100, 2);
    /// let words = [odd.next_u32(), odd.next_u32(), odd.next_u32()];
    /// let (shared, own) = (key.block(5, 100, 2, 0), key.block(11, 100, 2, 1));
    /// assert_eq!(words, [shared[2], shared[3], own[0]]);
    /// ```
    #[inline]
    #[must_use]
    pub const fn paired_stream(self, index: u64, step: u32, site: u16) -> Stream {
        let [a, b, c, d] = self.block(index >> 1, step, site, 0);
        let first = if index & 1 == 0 { [a, b] } else { [c, d] };
        Stream::after(self, first, counter(index, step, site, 1))
    }

    /// The key under which a stream goes on when it has used up all iterations of this one.
    pub(crate) const fn successor(self) -> Self {
        Self(mix(self.0.wrapping_add(GOLDEN)))
    }
}

/// 2^64 divided by the golden ratio, made odd.
const GOLDEN: u64 = 0x9E37_79B9_7F4A_7C15;

#[inline(always)]
const fn counter(index: u64, step: u32, site: u16, iteration: u16) -> [u32; 4] {
    [index as u32, (index >> 32) as u32, step, (site as u32) << 16 | iteration as u32]
}

/// The finaliser of splitmix64.
const fn mix(word: u64) -> u64 {
    let word = (word ^ word >> 30).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let word = (word ^ word >> 27).wrapping_mul(0x94D0_49BB_1331_11EB);
    word ^ word >> 31
}

fn fnv1a64(bytes: impl Iterator<Item = u8>) -> u64 {
    bytes.fold(0xCBF2_9CE4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01B3)
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{any, prop_assert_eq, proptest};

    use super::{GOLDEN, StreamKey, fnv1a64, mix};
    use crate::philox::philox4x32_10;

    /// From the test suite of FNV, and the first two outputs of splitmix64 seeded with 0.
    #[test]
    fn hash_and_mix_are_the_published_ones() {
        assert_eq!(fnv1a64("foobar".bytes()), 0x8594_4171_f739_67e8);
        assert_eq!(mix(GOLDEN), 0xE220_A839_7B1D_CDAF);
        assert_eq!(mix(GOLDEN.wrapping_mul(2)), 0x6E78_9E6A_A1B9_65F4);
    }

    /// Stored seeds and other implementations rely on this number: it may never change.
    #[test]
    fn key_is_pinned() {
        assert_eq!(StreamKey::new(42, "Population:exc", "init.v").raw(), 0xb92b_1be6_a3fc_28c1);
    }

    #[test]
    fn where_the_path_ends_matters() {
        assert_ne!(StreamKey::new(0, "ab", "c"), StreamKey::new(0, "a", "bc"));
    }

    proptest! {
        #[test]
        fn block_lays_the_counter_out(
            raw: u64, index: u64, step: u32, site: u16, iteration in any::<u16>(),
        ) {
            let last = u32::from(site) * 65536 + u32::from(iteration);
            let counter = [(index % (1 << 32)) as u32, (index >> 32) as u32, step, last];
            let key = [(raw % (1 << 32)) as u32, (raw >> 32) as u32];
            prop_assert_eq!(
                StreamKey::from_raw(raw).block(index, step, site, iteration),
                philox4x32_10(counter, key)
            );
        }
    }
}
