//! NumPy's legacy `RandomState`, number by number.

use std::convert::Infallible;

use rand_core::TryRng;
use rand_core::utils::fill_bytes_via_next_word;

mod beta;
mod binomial;
mod choice;
mod gamma;
mod integers;
mod normal;
mod order;
mod poisson;
mod seeding;
mod vonmises;
mod words;

/// What `numpy.random.RandomState(seed)` is: MT19937 and NumPy's frozen methods on it.
///
/// Each method makes the numbers of NumPy's method of that name, and leaves the same state behind, so calls
/// may be mixed in any order. NumPy's call for an array is as many calls for a single number, in the array's order,
/// also where parameters are arrays; [`choice`](Self::choice) and the orders have a size of their own.
///
/// Most distributions need elementary functions, for which NumPy asks the platform, and so does this: they are equal
/// bit by bit where the two share a C library (glibc on x86-64, as tested), and within rounding elsewhere.
///
/// NumPy refuses parameters out of bounds; here each method says what it makes of them, and front ends refuse them.
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

    /// Fills `numbers` as `random_sample(len)` would.
    pub fn fill_random_sample(&mut self, numbers: &mut [f64]) {
        numbers.fill_with(|| self.random_sample());
    }

    /// Fills `numbers` as `uniform(low, high, len)` would.
    pub fn fill_uniform(&mut self, low: f64, high: f64, numbers: &mut [f64]) {
        numbers.fill_with(|| self.uniform(low, high));
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
