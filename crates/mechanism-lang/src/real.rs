//! The arithmetic that every evaluator of the IR shares.

use std::fmt::Debug;
use std::ops::{Add, Div, Mul, Neg, Sub};

use crate::ir::Precision;

/// A floating-point type in which programs are evaluated: `f32` or `f64`.
///
/// Each method defines one primitive of the IR, bit for bit, so that evaluators that use it agree.
/// None of them traps, whatever the operands.
pub trait Real:
    Copy
    + Debug
    + Default
    + PartialEq
    + PartialOrd
    + Send
    + Sync
    + Add<Output = Self>
    + Sub<Output = Self>
    + Mul<Output = Self>
    + Div<Output = Self>
    + Neg<Output = Self>
    + From<u8>
    + 'static
{
    /// Which type this is.
    const PRECISION: Precision;

    /// The nearest value.
    fn from_f64(value: f64) -> Self;

    /// The same value, exactly.
    fn to_f64(self) -> f64;

    /// The nearest value.
    fn from_i32(value: i32) -> Self;

    /// Towards zero, saturating; 0 for NaN.
    fn to_i32(self) -> i32;

    /// `1.5 · 2^fraction`: adding it, and taking it away, rounds numbers up to a third of it.
    const ROUNDS: Self;

    /// The nearest whole number, halves to even, of numbers below 2^22 (f32) or 2^31 (f64) in size;
    /// some integer else. Unlike a conversion it is two operations on any vector.
    fn nearest(self) -> i32;

    /// The correctly rounded square root.
    fn sqrt(self) -> Self;

    /// The greatest whole number that is not greater.
    fn floor(self) -> Self;

    /// The least whole number that is not less.
    fn ceil(self) -> Self;

    /// The nearest whole number, halves to even.
    fn round(self) -> Self;

    /// Without its sign.
    fn abs(self) -> Self;

    /// `self · b + c`, rounded once.
    fn fused(self, b: Self, c: Self) -> Self;

    /// `self · 2^n`, for `n` up to twice the exponents of normal numbers in size; the power is
    /// applied in two halves. Meaningless beyond.
    fn scale(self, n: i32) -> Self;

    /// The exponent `e` of a normal `±m · 2^e` with `1 <= m < 2`.
    fn exponent(self) -> i32;

    /// The mantissa `m` of a normal `±m · 2^e` with `1 <= m < 2`.
    fn mantissa(self) -> Self;

    /// `other` if that is less, else `self`.
    #[inline(always)]
    fn least(self, other: Self) -> Self {
        if other < self { other } else { self }
    }

    /// `other` if that is greater, else `self`.
    #[inline(always)]
    fn greatest(self, other: Self) -> Self {
        if other > self { other } else { self }
    }
}

macro_rules! real {
    ($float:ident, $bits:ident, $precision:expr, $fraction:literal, $bias:literal) => {
        impl Real for $float {
            const PRECISION: Precision = $precision;

            #[inline(always)]
            fn from_f64(value: f64) -> Self {
                value as $float
            }

            #[inline(always)]
            fn to_f64(self) -> f64 {
                self as f64
            }

            #[inline(always)]
            fn from_i32(value: i32) -> Self {
                value as $float
            }

            #[inline(always)]
            fn to_i32(self) -> i32 {
                self as i32
            }

            const ROUNDS: Self = 1.5 * (1u64 << $fraction) as $float;

            #[inline(always)]
            fn nearest(self) -> i32 {
                let sum = (self + Self::ROUNDS).to_bits() as i32;
                sum.wrapping_sub(Self::ROUNDS.to_bits() as i32)
            }

            #[inline(always)]
            fn sqrt(self) -> Self {
                $float::sqrt(self)
            }

            #[inline(always)]
            fn floor(self) -> Self {
                // By what vectorises everywhere.
                let whole = Real::round(self);
                if whole > self { whole - 1.0 } else { whole }
            }

            #[inline(always)]
            fn ceil(self) -> Self {
                let whole = Real::round(self);
                if whole < self { $float::copysign(whole + 1.0, self) } else { whole }
            }

            #[inline(always)]
            fn round(self) -> Self {
                // Beyond 2^fraction every value is whole already.
                const BIG: $float = (1u64 << $fraction) as $float;
                let whole = (self + Self::ROUNDS) - Self::ROUNDS;
                if $float::abs(self) < BIG { $float::copysign(whole, self) } else { self }
            }

            #[inline(always)]
            fn abs(self) -> Self {
                $float::abs(self)
            }

            #[inline(always)]
            fn fused(self, b: Self, c: Self) -> Self {
                self.mul_add(b, c)
            }

            #[inline(always)]
            fn scale(self, n: i32) -> Self {
                let power =
                    |n: i32| $float::from_bits((n.wrapping_add($bias) as $bits) << $fraction);
                let half = n >> 1;
                self * power(half) * power(n.wrapping_sub(half))
            }

            #[inline(always)]
            fn exponent(self) -> i32 {
                ((self.to_bits() >> $fraction) & (2 * $bias + 1)) as i32 - $bias
            }

            #[inline(always)]
            fn mantissa(self) -> Self {
                const FRACTION: $bits = (1 << $fraction) - 1;
                const ONE: $bits = $bias << $fraction;
                $float::from_bits((self.to_bits() & FRACTION) | ONE)
            }
        }
    };
}

real!(f32, u32, Precision::F32, 23, 127);
real!(f64, u64, Precision::F64, 52, 1023);

#[cfg(test)]
mod tests {
    use super::Real;

    #[test]
    fn rounding_is_to_even_everywhere() {
        for x in [-2.5f64, -1.5, -0.5, -0.0, 0.5, 1.5, 2.5, 0.49999999999999994, 1e15 + 0.5, 1e300]
        {
            assert_eq!(Real::round(x).to_bits(), f64::round_ties_even(x).to_bits(), "{x}");
            let x = x as f32;
            assert_eq!(Real::round(x).to_bits(), f32::round_ties_even(x).to_bits(), "{x}");
        }
        assert_eq!(Real::round(f64::INFINITY), f64::INFINITY);
        assert!(Real::round(f64::NAN).is_nan());
    }

    #[test]
    fn floor_and_ceil_are_those_of_the_standard_library() {
        let mut values = vec![0.0, 0.3, 0.5, 0.7, 1.0, 1.5, 2.5, 1e15 + 0.5, 4.5e15, 1e300, 1e-300];
        values.extend([f64::INFINITY, f64::NAN]);
        for x in values.into_iter().flat_map(|x| [x, -x]) {
            let same = |found: f64, expected: f64| {
                let equal = found.to_bits() == expected.to_bits();
                assert!(equal || (found.is_nan() && expected.is_nan()), "{x}: {found} {expected}");
            };
            same(Real::floor(x), f64::floor(x));
            same(Real::ceil(x), f64::ceil(x));
            let x = x as f32;
            same(Real::floor(x).into(), f32::floor(x).into());
            same(Real::ceil(x).into(), f32::ceil(x).into());
        }
    }

    #[test]
    fn nearest_is_to_even() {
        for x in [-2.5, -1.5, -0.5, -0.2, 0.0, 0.5, 1.5, 2.5, 1e6, -123_456.5] {
            assert_eq!(Real::nearest(x), f64::round_ties_even(x) as i32, "{x}");
            assert_eq!(Real::nearest(x as f32), f32::round_ties_even(x as f32) as i32, "{x}");
        }
        assert_eq!(Real::nearest(-2_147_483_648.0), i32::MIN);
    }

    #[test]
    fn scale_undoes_the_split() {
        for x in [1.0, 0.75, 1e-300, 3e300, -5.5] {
            let back = Real::mantissa(x).scale(Real::exponent(x));
            assert_eq!(back, x.abs());
        }
        assert_eq!(Real::scale(1.0f32, -200), 0.0);
        assert_eq!(Real::scale(1.0f64, 2046), f64::INFINITY);
        assert_eq!(Real::scale(3.0f64, -1074), 3.0 * 5e-324);
        assert_eq!(Real::scale(1.0f64, 1023), 2f64.powi(1023));
    }
}
