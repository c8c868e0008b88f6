//! Elementary functions as our own polynomials, so that every evaluator computes the same bits.
//!
//! All coefficients are Taylor's, after a reduction of the argument that keeps it small. Polynomials
//! are evaluated in fused multiply-adds, everywhere: where the hardware lacks them, by software.
//! Greatest relative errors
//! found, over the whole range with normal results:
//!
//! | function | f64 | f32 | where |
//! | --- | --- | --- | --- |
//! | exp, log, log1p | 2.3e-16 | 1e-7 | everywhere |
//! | expm1 | 2.7e-16 | 1.1e-7 | everywhere |
//! | exprel | 4e-16 | 1.4e-7 | everywhere |
//! | tanh | 4.5e-16 | 1.6e-7 | everywhere |
//! | sin, cos | 2.3e-16 | 1e-7 | `abs(x) <= 2^20`; meaningless far beyond |
//! | pow | 3e-16 | 1.2e-7 | everywhere |

use crate::ir::{CompareOp, Precision};
use crate::real::Real;

/// The operations that the functions are written in: the IR's primitives.
///
/// Written once, they are evaluated on the host or emitted as IR.
pub(crate) trait Arith {
    /// A scalar.
    type V: Copy;
    /// An integer.
    type I: Copy;
    /// A condition.
    type B: Copy;

    fn precision(&self) -> Precision;
    fn c(&mut self, value: f64) -> Self::V;
    fn add(&mut self, a: Self::V, b: Self::V) -> Self::V;
    fn sub(&mut self, a: Self::V, b: Self::V) -> Self::V;
    fn mul(&mut self, a: Self::V, b: Self::V) -> Self::V;
    fn div(&mut self, a: Self::V, b: Self::V) -> Self::V;
    /// `a · b + c`, rounded once.
    fn fma(&mut self, a: Self::V, b: Self::V, c: Self::V) -> Self::V;
    fn min(&mut self, a: Self::V, b: Self::V) -> Self::V;
    fn max(&mut self, a: Self::V, b: Self::V) -> Self::V;
    fn neg(&mut self, a: Self::V) -> Self::V;
    fn abs(&mut self, a: Self::V) -> Self::V;
    fn floor(&mut self, a: Self::V) -> Self::V;
    fn mantissa(&mut self, a: Self::V) -> Self::V;
    fn exponent(&mut self, a: Self::V) -> Self::I;
    fn scale(&mut self, a: Self::V, n: Self::I) -> Self::V;
    fn nearest(&mut self, a: Self::V) -> Self::I;
    fn to_scalar(&mut self, n: Self::I) -> Self::V;
    fn int(&mut self, n: i32) -> Self::I;
    fn int_add(&mut self, a: Self::I, b: Self::I) -> Self::I;
    fn int_and(&mut self, a: Self::I, b: Self::I) -> Self::I;
    fn int_eq(&mut self, a: Self::I, b: Self::I) -> Self::B;
    fn compare(&mut self, op: CompareOp, a: Self::V, b: Self::V) -> Self::B;
    fn select(&mut self, cond: Self::B, a: Self::V, b: Self::V) -> Self::V;
    /// What `make` computes where the condition holds, else `b`; `make` is skipped where it can be.
    fn rarely<const N: usize>(
        &mut self,
        cond: Self::B,
        make: impl FnOnce(&mut Self) -> [Self::V; N],
        b: [Self::V; N],
    ) -> [Self::V; N];

    /// The nearest whole number, as a scalar and as an integer; of a number below 2^21 in size.
    fn whole(&mut self, x: Self::V) -> (Self::V, Self::I) {
        let rounds = match self.precision() {
            Precision::F64 => f64::ROUNDS,
            Precision::F32 => f32::ROUNDS.into(),
        };
        let rounds = self.c(rounds);
        let sum = self.add(x, rounds);
        (self.sub(sum, rounds), self.nearest(x))
    }

    /// `const + x·(…)`, by Horner's rule; coefficients from the constant term on.
    fn polynomial(&mut self, x: Self::V, coefficients: &[f64]) -> Self::V {
        let (last, rest) = coefficients.split_last().unwrap_or((&0.0, &[]));
        let mut sum = self.c(*last);
        for coefficient in rest.iter().rev() {
            let coefficient = self.c(*coefficient);
            sum = self.fma(sum, x, coefficient);
        }
        sum
    }
}

/// Constants that depend on the precision.
struct Numbers {
    /// ln 2 in two parts; the first times an exponent is exact.
    ln2: [f64; 2],
    /// π/2 in parts; all but the last, times a whole number of moderate size, are exact.
    half_pi: &'static [f64],
    /// Outside, `exp` is 0 or infinite.
    exp_range: [f64; 2],
    /// How many terms of a series are needed: exp, log, sin and cos, exprel.
    terms: [usize; 4],
    /// The least normal number, and the power of two that makes subnormal ones normal.
    least_normal: f64,
    lift: i32,
    /// 2/3 in two parts.
    two_thirds: [f64; 2],
    /// Splits a number into two halves of its digits.
    splitter: f64,
}

fn numbers(precision: Precision) -> &'static Numbers {
    match precision {
        Precision::F64 => &Numbers {
            ln2: [6.931_471_803_691_238e-1, 1.908_214_929_270_587_7e-10],
            half_pi: &[
                1.570_796_326_734_125_6,
                6.077_100_506_303_966e-11,
                2.022_266_248_795_950_6e-21,
            ],
            exp_range: [-746.0, 710.0],
            terms: [14, 11, 8, 16],
            least_normal: f64::MIN_POSITIVE,
            lift: 54,
            two_thirds: [0.6666666666666666, 3.700743415417188e-17],
            splitter: 134_217_729.0,
        },
        Precision::F32 => &Numbers {
            ln2: [0.693_359_375, -2.121_944_400_546_905_8e-4],
            half_pi: &[HALF_PI[0], HALF_PI[1], HALF_PI[2], 2.896_073_951_399_319_4e-13],
            exp_range: [-104.0, 89.0],
            terms: [8, 6, 5, 9],
            least_normal: f32::MIN_POSITIVE as f64,
            lift: 25,
            two_thirds: [0.6666666865348816, -1.9868214925130207e-08],
            splitter: 4097.0,
        },
    }
}

/// `1/(first)!, 1/(first+1)!, …`
fn inverse_factorials(first: usize, count: usize) -> Vec<f64> {
    let factorial = |n: usize| (1..=n).map(|k| k as f64).product::<f64>();
    (first..first + count).map(|n| 1.0 / factorial(n)).collect()
}

/// Every other inverse factorial with alternating sign: the series of sine and cosine.
fn alternating(first: usize, count: usize) -> Vec<f64> {
    let all = inverse_factorials(first, 2 * count);
    let sign = |k: usize| if k.is_multiple_of(2) { 1.0 } else { -1.0 };
    (0..count).map(|k| sign(k) * all[2 * k]).collect()
}

/// `x = n·ln 2 + r + c` with whole `n`, `abs(r) <= ln(2)/2` and a tiny `c`.
///
/// Gives `n` as an integer, then `n`, `r` and `c`.
fn reduce_exp<A: Arith>(a: &mut A, x: A::V) -> (A::I, [A::V; 3]) {
    let [high, low] = numbers(a.precision()).ln2;
    let inverse = a.c(std::f64::consts::LOG2_E);
    let product = a.mul(x, inverse);
    let (n, power) = a.whole(product);
    let (high, low) = (a.c(high), a.c(low));
    let (n_high, n_low) = (a.mul(n, high), a.mul(n, low));
    let above = a.sub(x, n_high);
    let r = a.sub(above, n_low);
    let lost = a.sub(above, r);
    let c = a.sub(lost, n_low);
    (power, [n, r, c])
}

/// `e^r - 1` of a reduced argument `r + c`.
fn small_expm1<A: Arith>(a: &mut A, r: A::V, c: A::V) -> A::V {
    let count = numbers(a.precision()).terms[0] - 2;
    let series = a.polynomial(r, &inverse_factorials(2, count));
    let square = a.mul(r, r);
    let tail = a.mul(square, series);
    let tail = a.add(tail, c);
    a.add(r, tail)
}

fn clamp<A: Arith>(a: &mut A, x: A::V, [low, high]: [f64; 2]) -> A::V {
    let (low, high) = (a.c(low), a.c(high));
    let x = a.max(x, low);
    a.min(x, high)
}

pub(crate) fn exp<A: Arith>(a: &mut A, x: A::V) -> A::V {
    let x = clamp(a, x, numbers(a.precision()).exp_range);
    let (n, [_, r, _]) = reduce_exp(a, x);
    let count = numbers(a.precision()).terms[0];
    let y = a.polynomial(r, &inverse_factorials(0, count));
    a.scale(y, n)
}

/// `e^(x + tail)` for a tail that is small beside 1.
fn exp_of_sum<A: Arith>(a: &mut A, x: A::V, tail: A::V) -> A::V {
    let x = clamp(a, x, numbers(a.precision()).exp_range);
    let (n, [_, r, c]) = reduce_exp(a, x);
    let p = small_expm1(a, r, c);
    let one = a.c(1.0);
    let y = a.add(one, p);
    let more = a.mul(tail, y);
    let p = a.add(p, more);
    scaled_up(a, p, n)
}

/// `(1 + p) · 2^n`
fn scaled_up<A: Arith>(a: &mut A, p: A::V, n: A::I) -> A::V {
    let one = a.c(1.0);
    let y = a.add(one, p);
    a.scale(y, n)
}

/// Up to here (below ln(2)/2) the series of `exp` needs no reduction of its argument. Cells call
/// `expm1` and `exprel` of a step over a time constant, which is mostly that small.
const SMALL: f64 = 0.34;

pub(crate) fn expm1<A: Arith>(a: &mut A, x: A::V) -> A::V {
    let (size, limit, zero) = (a.abs(x), a.c(SMALL), a.c(0.0));
    let small = small_expm1(a, x, zero);
    let large = a.compare(CompareOp::Gt, size, limit);
    a.rarely(large, |a| [large_expm1(a, x)], [small])[0]
}

fn large_expm1<A: Arith>(a: &mut A, x: A::V) -> A::V {
    let [_, high] = numbers(a.precision()).exp_range;
    // Below -50 the result is -1 in either precision.
    let x = clamp(a, x, [-50.0, high]);
    let (n_int, [n, r, c]) = reduce_exp(a, x);
    let p = small_expm1(a, r, c);
    let one = a.c(1.0);
    let minus_n = a.neg(n);
    let minus_n = a.nearest(minus_n);
    let power = a.scale(one, minus_n);
    let shift = a.sub(one, power);
    let sum = a.add(p, shift);
    a.scale(sum, n_int)
}

/// Up to here the series of `exprel` needs no reduction: a step is rarely longer than that, also
/// where many conductances have opened.
const MODERATE: f64 = 0.7;

pub(crate) fn exprel<A: Arith>(a: &mut A, x: A::V) -> A::V {
    let (size, limit) = (a.abs(x), a.c(MODERATE));
    let count = numbers(a.precision()).terms[3];
    let small = a.polynomial(x, &inverse_factorials(1, count));
    let large = a.compare(CompareOp::Gt, size, limit);
    a.rarely(large, |a| [large_exprel(a, x)], [small])[0]
}

fn large_exprel<A: Arith>(a: &mut A, x: A::V) -> A::V {
    let numerator = large_expm1(a, x);
    let ratio = a.div(numerator, x);
    let infinite = a.c(f64::INFINITY);
    let at_infinity = a.compare(CompareOp::Eq, x, infinite);
    a.select(at_infinity, x, ratio)
}

/// `x = m · 2^e` with `m` in `[√½, √2)`: `e`, `m - 1`, for a positive number.
fn split<A: Arith>(a: &mut A, x: A::V) -> (A::V, A::V) {
    let numbers = numbers(a.precision());
    let (least, zero, one) = (a.c(numbers.least_normal), a.c(0.0), a.c(1.0));
    let subnormal = a.compare(CompareOp::Lt, x, least);
    let lift = a.c(2f64.powi(numbers.lift));
    let lifted = a.mul(x, lift);
    let x = a.select(subnormal, lifted, x);
    let (exponent, m) = (a.exponent(x), a.mantissa(x));
    let exponent = a.to_scalar(exponent);
    let (root, half) = (a.c(std::f64::consts::SQRT_2), a.c(0.5));
    let upper = a.compare(CompareOp::Gt, m, root);
    let halved = a.mul(m, half);
    let m = a.select(upper, halved, m);
    let lifted_by = a.c(f64::from(numbers.lift));
    let (up, down) = (a.select(upper, one, zero), a.select(subnormal, lifted_by, zero));
    let exponent = a.add(exponent, up);
    let exponent = a.sub(exponent, down);
    (exponent, a.sub(m, one))
}

/// `2/3, 2/5, …`: the series of `(log(1+f) - 2s)/s³` in `s²`, where `s = f/(2+f)`.
fn log_series(count: usize) -> Vec<f64> {
    (1..=count).map(|k| 2.0 / (2 * k + 1) as f64).collect()
}

/// `e·ln 2 + ln(1 + f) + c`.
fn log_of_parts<A: Arith>(a: &mut A, e: A::V, f: A::V, c: A::V) -> A::V {
    let numbers = numbers(a.precision());
    let (two, half) = (a.c(2.0), a.c(0.5));
    let below = a.add(two, f);
    let s = a.div(f, below);
    let z = a.mul(s, s);
    let series = a.polynomial(z, &log_series(numbers.terms[1]));
    let r = a.mul(z, series);
    let square = a.mul(f, f);
    let half_square = a.mul(half, square);
    let inner = a.add(half_square, r);
    let inner = a.mul(s, inner);
    let (high, low) = (a.c(numbers.ln2[0]), a.c(numbers.ln2[1]));
    let (high, low) = (a.mul(e, high), a.mul(e, low));
    let low = a.add(low, c);
    let inner = a.add(inner, low);
    let tail = a.sub(half_square, inner);
    let tail = a.sub(tail, f);
    a.sub(high, tail)
}

/// `y`, but NaN, minus infinity or `x` itself where `distance` to the pole says so.
fn log_edges<A: Arith>(a: &mut A, x: A::V, distance: A::V, y: A::V) -> A::V {
    let (zero, infinite) = (a.c(0.0), a.c(f64::INFINITY));
    let negative_infinite = a.c(f64::NEG_INFINITY);
    let finite = a.compare(CompareOp::Lt, x, infinite);
    let y = a.select(finite, y, x);
    // Not a number for finite and infinite negative distances alike.
    let down = a.sub(distance, infinite);
    let nan = a.add(down, infinite);
    let at_pole = a.compare(CompareOp::Eq, distance, zero);
    let outside = a.select(at_pole, negative_infinite, nan);
    let inside = a.compare(CompareOp::Gt, distance, zero);
    a.select(inside, y, outside)
}

pub(crate) fn log<A: Arith>(a: &mut A, x: A::V) -> A::V {
    let (e, f) = split(a, x);
    let zero = a.c(0.0);
    let y = log_of_parts(a, e, f, zero);
    log_edges(a, x, x, y)
}

pub(crate) fn log1p<A: Arith>(a: &mut A, x: A::V) -> A::V {
    let (zero, one) = (a.c(0.0), a.c(1.0));
    let u = a.add(one, x);
    let (e, f) = split(a, u);
    let unscaled = a.compare(CompareOp::Eq, e, zero);
    let f = a.select(unscaled, x, f);
    // What rounding took from `1 + x`.
    let (over, under) = (a.sub(u, x), a.sub(u, one));
    let (above, below) = (a.sub(one, over), a.sub(x, under));
    // Either difference is exact on its side of 1.
    let large = a.compare(CompareOp::Gt, x, one);
    let lost = a.select(large, above, below);
    let c = a.div(lost, u);
    let c = a.select(unscaled, zero, c);
    let y = log_of_parts(a, e, f, c);
    log_edges(a, x, u, y)
}

/// The exact error of a rounded sum.
fn sum_error<A: Arith>(a: &mut A, x: A::V, y: A::V, sum: A::V) -> A::V {
    let y_part = a.sub(sum, x);
    let x_part = a.sub(sum, y_part);
    let (dx, dy) = (a.sub(x, x_part), a.sub(y, y_part));
    a.add(dx, dy)
}

/// The exact error of a rounded product (Dekker's).
fn product_error<A: Arith>(a: &mut A, x: A::V, y: A::V, product: A::V) -> A::V {
    let ((x_high, x_low), (y_high, y_low)) = (halves(a, x), halves(a, y));
    let [hh, hl, lh, ll] = [(x_high, y_high), (x_high, y_low), (x_low, y_high), (x_low, y_low)]
        .map(|(x, y)| a.mul(x, y));
    let error = a.sub(hh, product);
    let error = a.add(error, hl);
    let error = a.add(error, lh);
    a.add(error, ll)
}

fn halves<A: Arith>(a: &mut A, x: A::V) -> (A::V, A::V) {
    let splitter = a.c(numbers(a.precision()).splitter);
    let big = a.mul(splitter, x);
    let over = a.sub(big, x);
    let high = a.sub(big, over);
    (high, a.sub(x, high))
}

/// `x - n·π/2` as a sum of two numbers, and `n`; of numbers up to 2^20 in size.
fn reduce_angle<A: Arith>(a: &mut A, x: A::V) -> (A::V, A::V, A::I) {
    let inverse = a.c(std::f64::consts::FRAC_2_PI);
    let product = a.mul(x, inverse);
    let (n, quarters) = a.whole(product);
    let parts = numbers(a.precision()).half_pi;
    let (last, exact) = parts.split_last().unwrap_or((&0.0, &[]));
    let (mut r, mut lost) = (x, a.c(0.0));
    for part in exact {
        let part = a.c(*part);
        (r, lost) = less(a, (r, lost), n, part);
    }
    let last = a.c(*last);
    let last = a.mul(n, last);
    let rest = a.sub(lost, last);
    let sum = a.add(r, rest);
    let tail = sum_error(a, r, rest, sum);
    let [r, tail] = match a.precision() {
        Precision::F64 => [sum, tail],
        Precision::F32 => {
            let (size, limit) = (a.abs(x), a.c(1_000.0));
            let large = a.compare(CompareOp::Gt, size, limit);
            a.rarely(large, |a| large_angle(a, x, n), [sum, tail])
        }
    };
    (r, tail, quarters)
}

/// A number, with what its roundings have lost, less an exact product.
fn less<A: Arith>(a: &mut A, (r, lost): (A::V, A::V), n: A::V, part: A::V) -> (A::V, A::V) {
    let product = a.mul(n, part);
    let minus = a.neg(product);
    let next = a.add(r, minus);
    let error = sum_error(a, r, minus, next);
    (next, a.add(lost, error))
}

/// π/2 in parts of 14 bits.
const HALF_PI: [f64; 6] = [
    1.570_678_710_937_5,
    1.176_148_653_030_395_5e-4,
    9.918_039_722_833_782e-10,
    2.896_016_759_734_721e-13,
    5.720_860_525_755_544_5e-18,
    3.281_839_080_304_137_3e-22,
];

/// `x - n·π/2` in f32 where products of `n` with longer parts would be rounded: `n` is parted into
/// two halves of 10 bits, so that all products with parts of 14 bits are exact, and so are the first
/// differences.
fn large_angle<A: Arith>(a: &mut A, x: A::V, n: A::V) -> [A::V; 2] {
    let (up, down) = (a.c(1024.0), a.c(1.0 / 1024.0));
    let scaled = a.mul(n, down);
    let (upper, _) = a.whole(scaled);
    let upper = a.mul(upper, up);
    let lower = a.sub(n, upper);
    let (mut r, mut lost) = (x, a.c(0.0));
    for part in HALF_PI {
        let part = a.c(part);
        for half in [upper, lower] {
            (r, lost) = less(a, (r, lost), half, part);
        }
    }
    let sum = a.add(r, lost);
    [sum, sum_error(a, r, lost, sum)]
}

/// Sine of a small angle `r + tail`.
fn small_sin<A: Arith>(a: &mut A, r: A::V, tail: A::V) -> A::V {
    let count = numbers(a.precision()).terms[2];
    let z = a.mul(r, r);
    let series = a.polynomial(z, &alternating(3, count));
    let cube = a.mul(z, r);
    let cubic = a.mul(cube, series);
    let small = a.sub(tail, cubic);
    a.add(r, small)
}

/// Cosine of a small angle `r + tail`.
fn small_cos<A: Arith>(a: &mut A, r: A::V, tail: A::V) -> A::V {
    let count = numbers(a.precision()).terms[2];
    let z = a.mul(r, r);
    let series = a.polynomial(z, &alternating(4, count));
    let fourth = a.mul(z, z);
    let quartic = a.mul(fourth, series);
    let (half, one) = (a.c(0.5), a.c(1.0));
    let half_square = a.mul(half, z);
    let w = a.sub(one, half_square);
    let lost = a.sub(one, w);
    let lost = a.sub(lost, half_square);
    let tilt = a.mul(r, tail);
    let small = a.sub(quartic, tilt);
    let small = a.add(lost, small);
    a.add(w, small)
}

/// Sine of an angle advanced by `quarters` quarter turns.
fn sin_advanced<A: Arith>(a: &mut A, x: A::V, quarters: i32) -> A::V {
    let (r, tail, n) = reduce_angle(a, x);
    let (s, c) = (small_sin(a, r, tail), small_cos(a, r, tail));
    let quarters = a.int(quarters);
    let n = a.int_add(n, quarters);
    let (zero, one, two) = (a.int(0), a.int(1), a.int(2));
    let (odd, turned) = (a.int_and(n, one), a.int_and(n, two));
    let even = a.int_eq(odd, zero);
    let value = a.select(even, s, c);
    let negative = a.neg(value);
    let upright = a.int_eq(turned, zero);
    a.select(upright, value, negative)
}

pub(crate) fn sin<A: Arith>(a: &mut A, x: A::V) -> A::V {
    sin_advanced(a, x, 0)
}

pub(crate) fn cos<A: Arith>(a: &mut A, x: A::V) -> A::V {
    sin_advanced(a, x, 1)
}

pub(crate) fn tanh<A: Arith>(a: &mut A, x: A::V) -> A::V {
    let (two, zero, size) = (a.c(2.0), a.c(0.0), a.abs(x));
    let twice = a.mul(two, size);
    let twice = a.neg(twice);
    let t = expm1(a, twice);
    let below = a.add(t, two);
    let ratio = a.div(t, below);
    let positive = a.neg(ratio);
    let negative = a.compare(CompareOp::Lt, x, zero);
    a.select(negative, ratio, positive)
}

/// Logarithm of a positive number as a sum of two numbers.
fn log_double<A: Arith>(a: &mut A, x: A::V) -> (A::V, A::V) {
    let numbers = numbers(a.precision());
    let (e, f) = split(a, x);
    let two = a.c(2.0);
    let below = a.add(two, f);
    let below_lost = sum_error(a, two, f, below);
    let s = a.div(f, below);
    let product = a.mul(s, below);
    let error = product_error(a, s, below, product);
    let rest = a.sub(f, product);
    let rest = a.sub(rest, error);
    let spill = a.mul(s, below_lost);
    let rest = a.sub(rest, spill);
    let s_low = a.div(rest, below);
    let (cubic, cubic_low, rest) = cubic_term(a, s, s_low);
    let (s_high, s_low) = (a.mul(two, s), a.mul(two, s_low));
    let near = a.add(s_high, cubic);
    let near_lost = sum_error(a, s_high, cubic, near);
    let (ln2_high, ln2_low) = (a.c(numbers.ln2[0]), a.c(numbers.ln2[1]));
    let (e_high, e_low) = (a.mul(e, ln2_high), a.mul(e, ln2_low));
    let high = a.add(e_high, near);
    let lost = sum_error(a, e_high, near, high);
    let low = [near_lost, lost, s_low, cubic_low, e_low]
        .into_iter()
        .fold(rest, |low, part| a.add(low, part));
    let sum = a.add(high, low);
    (sum, sum_error(a, high, low, sum))
}

/// `2/3·s³` as a sum of two numbers, and the rest of the logarithm's series, for `s + s_low`.
///
/// A power multiplies the logarithm's error by up to 710, so that the cubic term has to be as exact
/// as the linear one.
fn cubic_term<A: Arith>(a: &mut A, s: A::V, s_low: A::V) -> (A::V, A::V, A::V) {
    let numbers = numbers(a.precision());
    let [third, third_low] = numbers.two_thirds.map(|part| a.c(part));
    let two = a.c(2.0);
    let z = a.mul(s, s);
    let z_low = product_error(a, s, s, z);
    let twice = a.mul(two, s);
    let mixed = a.mul(twice, s_low);
    let z_low = a.add(z_low, mixed);
    let cube = a.mul(z, s);
    let cube_low = product_error(a, z, s, cube);
    let (left, right) = (a.mul(z, s_low), a.mul(z_low, s));
    let both = a.add(left, right);
    let cube_low = a.add(cube_low, both);
    let cubic = a.mul(cube, third);
    let cubic_low = product_error(a, cube, third, cubic);
    let (left, right) = (a.mul(cube, third_low), a.mul(cube_low, third));
    let both = a.add(left, right);
    let cubic_low = a.add(cubic_low, both);
    let series = a.polynomial(z, &log_series(numbers.terms[1])[1..]);
    let fifth = a.mul(cube, z);
    (cubic, cubic_low, a.mul(fifth, series))
}

/// `x^y` of a positive finite `x`.
fn positive_pow<A: Arith>(a: &mut A, x: A::V, y: A::V) -> A::V {
    // Beyond 2^65 the result is 0, 1 or infinite, and products would overflow.
    let y = clamp(a, y, [-3.7e19, 3.7e19]);
    let (high, low) = log_double(a, x);
    let product = a.mul(y, high);
    let error = product_error(a, y, high, product);
    let rest = a.mul(y, low);
    let rest = a.add(error, rest);
    let (size, limit, zero) = (a.abs(product), a.c(800.0), a.c(0.0));
    let moderate = a.compare(CompareOp::Lt, size, limit);
    let rest = a.select(moderate, rest, zero);
    exp_of_sum(a, product, rest)
}

pub(crate) fn pow<A: Arith>(a: &mut A, x: A::V, y: A::V) -> A::V {
    let size = a.abs(x);
    let (zero, one, two, half) = (a.c(0.0), a.c(1.0), a.c(2.0), a.c(0.5));
    let infinite = a.c(f64::INFINITY);
    let power = positive_pow(a, size, y);
    let rising = a.compare(CompareOp::Gt, y, zero);
    let (of_zero, of_infinite) =
        (a.select(rising, zero, infinite), a.select(rising, infinite, zero));
    let (is_zero, is_infinite) =
        (a.compare(CompareOp::Eq, size, zero), a.compare(CompareOp::Eq, size, infinite));
    let power = a.select(is_zero, of_zero, power);
    let power = a.select(is_infinite, of_infinite, power);
    let below = a.floor(y);
    let whole = a.compare(CompareOp::Eq, below, y);
    let halved = a.mul(y, half);
    let pairs = a.floor(halved);
    let even = a.mul(two, pairs);
    let is_even = a.compare(CompareOp::Eq, even, y);
    let mirrored = a.neg(power);
    let signed = a.select(is_even, power, mirrored);
    let down = a.sub(x, infinite);
    let nan = a.add(down, infinite);
    let of_broken = a.select(is_infinite, power, nan);
    let of_negative = a.select(whole, signed, of_broken);
    let negative = a.compare(CompareOp::Lt, x, zero);
    let power = a.select(negative, of_negative, power);
    let number = a.compare(CompareOp::Eq, x, x);
    let power = a.select(number, power, x);
    let power_is_number = a.compare(CompareOp::Eq, y, y);
    let power = a.select(power_is_number, power, y);
    let (no_factor, unit) = (a.compare(CompareOp::Eq, y, zero), a.compare(CompareOp::Eq, x, one));
    let power = a.select(no_factor, one, power);
    a.select(unit, one, power)
}

pub(crate) mod host;

#[cfg(test)]
mod tests;
