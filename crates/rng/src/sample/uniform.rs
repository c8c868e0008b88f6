//! Uniform numbers and integers, and single trials.

use rand_core::Rng;

use super::error::SampleError;

/// The number in the open interval (0, 1) that the upper 53 of 64 random bits stand for.
///
/// `max(bits >> 11, 1/2) · 2^-53`: the multiples of 2^-53, but 2^-54 instead of 0. So the smallest is 2^-54,
/// the largest 1 - 2^-53, and `u < p` has probability `p` to within 2^-53.
///
/// # Examples
/// ```
/// use pontine_rng::sample::unit_open;
///
/// assert_eq!(unit_open(1 << 63), 0.5);
/// assert_eq!(unit_open(0), f64::EPSILON / 4.0);
/// assert_eq!(unit_open(u64::MAX), 1.0 - f64::EPSILON / 2.0);
/// ```
#[inline(always)]
#[must_use]
pub const fn unit_open(bits: u64) -> f64 {
    let multiple = (bits >> 11) as f64;
    let positive = if multiple > 0.5 { multiple } else { 0.5 };
    positive * (f64::EPSILON / 2.0)
}

/// Uniform numbers between two others.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Uniform {
    low: f64,
    high: f64,
}

impl Uniform {
    /// Numbers from `low` to `high`; always `low` where the two are equal.
    ///
    /// # Errors
    /// If `low > high`, or if the ends or their distance are not finite.
    pub fn new(low: f64, high: f64) -> Result<Self, SampleError> {
        let is_interval = low <= high && (high - low).is_finite();
        is_interval.then_some(Self { low, high }).ok_or(SampleError::Interval { low, high })
    }

    /// Draws as [`uniform`] does.
    #[inline]
    pub fn draw<R: Rng + ?Sized>(&self, rng: &mut R) -> f64 {
        uniform(rng, self.low, self.high)
    }
}

/// A uniform number between `low` and `high`: `low + (high - low) · u`, with `u` from one `u64` through [`unit_open`].
///
/// The ends themselves occur only where the sum is rounded to them. The formula holds for any `low` and `high`.
#[inline]
pub fn uniform<R: Rng + ?Sized>(rng: &mut R, low: f64, high: f64) -> f64 {
    low + (high - low) * unit_open(rng.next_u64())
}

/// True with probability `p`: `u < p`, with `u` from one `u64` through [`unit_open`].
///
/// Never true for NaN.
#[inline]
pub fn bernoulli<R: Rng + ?Sized>(rng: &mut R, p: f64) -> bool {
    unit_open(rng.next_u64()) < p
}

/// Uniform integers below a bound.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Below {
    bound: u64,
}

impl Below {
    /// The integers from 0 to `bound - 1`.
    ///
    /// # Errors
    /// If `bound` is 0.
    pub fn new(bound: u64) -> Result<Self, SampleError> {
        (bound > 0).then_some(Self { bound }).ok_or(SampleError::EmptyRange)
    }

    /// Draws as [`below`] does.
    #[inline]
    pub fn draw<R: Rng + ?Sized>(&self, rng: &mut R) -> u64 {
        below(rng, self.bound)
    }
}

/// A uniform integer from 0 to `bound - 1`, without bias; 0 if `bound` is 0.
///
/// The upper half of the 128-bit product of `bound` and one `u64`, which is redrawn while the lower half is below
/// `2^64 mod bound`: more than one is needed with probability below `bound / 2^64`.
///
/// # References
/// Lemire (2019), *Fast random integer generation in an interval*.
#[inline]
pub fn below<R: Rng + ?Sized>(rng: &mut R, bound: u64) -> u64 {
    let (mut high, mut low) = wide_product(rng.next_u64(), bound);
    // The remainder below is under `bound`, so that most draws need no division.
    if low < bound {
        let n_surplus = bound.wrapping_neg() % bound;
        while low < n_surplus {
            (high, low) = wide_product(rng.next_u64(), bound);
        }
    }
    high
}

/// Uniform integers between two bounds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UniformInt {
    low: i64,
    high: i64,
}

impl UniformInt {
    /// The integers from `low` to `high - 1`.
    ///
    /// # Errors
    /// If `low ≥ high`.
    pub fn new(low: i64, high: i64) -> Result<Self, SampleError> {
        (low < high).then_some(Self { low, high }).ok_or(SampleError::EmptyIntegers { low, high })
    }

    /// Draws as [`uniform_int`] does.
    #[inline]
    pub fn draw<R: Rng + ?Sized>(&self, rng: &mut R) -> i64 {
        uniform_int(rng, self.low, self.high)
    }
}

/// A uniform integer from `low` to `high - 1`: `low` plus an integer [`below`] `high - low`; `low` if `low ≥ high`.
#[inline]
pub fn uniform_int<R: Rng + ?Sized>(rng: &mut R, low: i64, high: i64) -> i64 {
    low.wrapping_add(below(rng, high.max(low).wrapping_sub(low) as u64) as i64)
}

/// The high and the low half of `a · b`.
#[inline]
fn wide_product(a: u64, b: u64) -> (u64, u64) {
    let product = u128::from(a) * u128::from(b);
    ((product >> 64) as u64, product as u64)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{any, prop_assert, prop_assert_eq, proptest};

    use super::{Below, Uniform, UniformInt, below, bernoulli, uniform, uniform_int, unit_open};
    use crate::sample::SampleError;
    use crate::sample::check::{Words, check_chi_square, check_moments, stream};

    #[test]
    fn moments() {
        let numbers = Uniform::new(-1.0, 3.0).unwrap();
        check_moments(|rng| numbers.draw(rng), 1.0, 16.0 / 12.0);
        check_moments(|rng| f64::from(u8::from(bernoulli(rng, 0.2))), 0.2, 0.16);
    }

    #[test]
    fn integers_and_cells_are_equally_likely() {
        let dice = Below::new(6).unwrap();
        check_chi_square(|rng| dice.draw(rng), &[1.0 / 6.0; 6]);
        check_chi_square(|rng| (uniform(rng, 0.0, 1.0) * 64.0) as u64, &[1.0 / 64.0; 64]);
    }

    /// A bound of 3/4 · 2^64, where one word in four must be rejected for the thirds to be equal.
    #[test]
    fn large_bounds_have_no_bias() {
        let bound = 3 << 62;
        check_chi_square(|rng| below(rng, bound) >> 62, &[1.0 / 3.0; 3]);
    }

    #[test]
    fn integers_between_bounds() {
        let dice = UniformInt::new(-3, 3).unwrap();
        check_chi_square(|rng| (dice.draw(rng) + 3) as u64, &[1.0 / 6.0; 6]);
        assert_eq!(uniform_int(&mut stream(0), 5, 5), 5);
        assert_eq!(uniform_int(&mut stream(0), 5, -5), 5);
        let error = SampleError::EmptyIntegers { low: 5, high: 5 };
        assert_eq!(UniformInt::new(5, 5), Err(error));
    }

    #[test]
    fn surplus_words_are_redrawn() {
        // 2^64 mod 3 = 1: the only surplus word is 0.
        assert_eq!(below(&mut Words::of_u64(&[0, 5 << 60]), 3), 0);
        assert_eq!(below(&mut Words::of_u64(&[0, u64::MAX]), 3), 2);
    }

    #[test]
    fn extremes() {
        assert!(!bernoulli(&mut Words::of_u64(&[0]), 0.0));
        assert!(bernoulli(&mut Words::of_u64(&[u64::MAX]), 1.0));
        assert!(!bernoulli(&mut Words::of_u64(&[0]), f64::NAN));
        assert_eq!(below(&mut stream(0), 0), 0);
    }

    #[test]
    fn bad_parameters_are_named() {
        assert_eq!(Below::new(0), Err(SampleError::EmptyRange));
        assert_eq!(Uniform::new(2.0, 1.0), Err(SampleError::Interval { low: 2.0, high: 1.0 }));
        for (low, high) in
            [(f64::NAN, 0.0), (0.0, f64::NAN), (0.0, f64::INFINITY), (f64::MIN, f64::MAX)]
        {
            assert!(Uniform::new(low, high).is_err());
        }
    }

    proptest! {
        #[test]
        fn unit_open_is_open_and_monotonic(a: u64, b: u64) {
            prop_assert!(0.0 < unit_open(a) && unit_open(a) < 1.0);
            prop_assert!(unit_open(a.min(b)) <= unit_open(a.max(b)));
        }

        #[test]
        fn below_stays_below(raw: u64, bound in 1..=u64::MAX) {
            prop_assert!(below(&mut stream(raw), bound) < bound);
        }

        #[test]
        fn integers_stay_between_bounds(raw: u64, low: i64, high: i64) {
            let number = uniform_int(&mut stream(raw), low, high);
            prop_assert!(low <= number && (number < high || low >= high));
        }

        #[test]
        fn uniform_is_its_formula(raw: u64, low in any::<f32>(), width in 0.0_f32..1e6) {
            let (low, high) = (f64::from(low), f64::from(low) + f64::from(width));
            let u = stream(raw).uniform();
            prop_assert_eq!(uniform(&mut stream(raw), low, high), low + (high - low) * u);
        }
    }
}
