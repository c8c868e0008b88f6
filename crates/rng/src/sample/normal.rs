//! Normal numbers, by inversion.

use libm::{log, sqrt};
use rand_core::Rng;

use super::error::{Parameter, SampleError};
use super::uniform::unit_open;

/// Normal numbers of a given mean and standard deviation.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Normal {
    mean: f64,
    sd: f64,
}

impl Normal {
    /// Normal numbers; always `mean` where `sd` is 0.
    ///
    /// # Errors
    /// If `mean` is not finite, or `sd` not a finite number from 0 on.
    pub fn new(mean: f64, sd: f64) -> Result<Self, SampleError> {
        MEAN.check(mean, mean.is_finite())?;
        SD.check(sd, sd >= 0.0 && sd.is_finite())?;
        Ok(Self { mean, sd })
    }

    /// Draws as [`normal`] does.
    #[inline]
    pub fn draw<R: Rng + ?Sized>(&self, rng: &mut R) -> f64 {
        normal(rng, self.mean, self.sd)
    }
}

/// A normal number: `mean + sd · z`, with `z` of [`standard_normal`]. The formula holds for any `mean` and `sd`.
#[inline]
pub fn normal<R: Rng + ?Sized>(rng: &mut R, mean: f64, sd: f64) -> f64 {
    mean + sd * standard_normal(rng)
}

/// A normal number of mean 0 and variance 1: [`normal_from_uniform`] of one `u64` through [`unit_open`].
#[inline]
pub fn standard_normal<R: Rng + ?Sized>(rng: &mut R) -> f64 {
    normal_from_uniform(unit_open(rng.next_u64()))
}

/// The quantile `u` of the standard normal distribution, for `0 < u < 1`; relative error about 1e-16.
///
/// Wichura's algorithm AS 241 (PPND16): with `q = u - 1/2`, a rational function of `0.180625 - q²` times `q` where
/// `|q| ≤ 0.425`; beyond, one of two rational functions of `r = sqrt(-ln min(u, 1 - u))`, around `r = 1.6` to `r = 5`
/// and around `r = 5` from there on, with the sign of `q`. From [`unit_open`] it reaches from -8.3 to 8.2.
///
/// # Examples
/// ```
/// use pontine_rng::sample::normal_from_uniform;
///
/// assert_eq!(normal_from_uniform(0.5), 0.0);
/// assert!((normal_from_uniform(0.975) - 1.959963984540054).abs() < 1e-15);
/// ```
///
/// # References
/// Wichura (1988), *Algorithm AS 241: the percentage points of the normal distribution*.
#[must_use]
pub fn normal_from_uniform(u: f64) -> f64 {
    let q = u - 0.5;
    if q.abs() <= 0.425 {
        return q * CENTRE.at(0.180625 - q * q);
    }
    let r = sqrt(-log(if q < 0.0 { u } else { 1.0 - u }));
    let magnitude = if r <= 5.0 { SHOULDER.at(r - 1.6) } else { TAIL.at(r - 5.0) };
    magnitude.copysign(q)
}

/// [`normal`] of each of at most [`N_AT_ONCE`] `u64`s, taken through [`unit_open`].
///
/// What lies beyond the centre, one in seven, is gathered, so that both parts are loops that vectorise in their caller.
#[inline(always)]
pub(crate) fn normals_from_bits(bits: &[u64], mean: f64, sd: f64, out: &mut [f64]) {
    let mut uniform = [0.0; N_AT_ONCE];
    for ((number, uniform), &bits) in out.iter_mut().zip(&mut uniform).zip(bits) {
        *uniform = unit_open(bits);
        let q = *uniform - 0.5;
        *number = mean + sd * (q * CENTRE.at(0.180625 - q * q));
    }
    let (mut places, mut outer, mut n) = ([0_u16; N_AT_ONCE], [0.0; N_AT_ONCE], 0);
    for (i, &u) in uniform.iter().enumerate().take(bits.len()) {
        (places[n], outer[n]) = (i as u16, u);
        n += usize::from((u - 0.5).abs() > 0.425);
    }
    beyond_centre(&mut outer[..n]);
    for (&place, z) in places.iter().zip(&outer[..n]) {
        out[usize::from(place)] = mean + sd * z;
    }
}

/// The most that are drawn at once.
pub(crate) const N_AT_ONCE: usize = 256;

/// [`normal_from_uniform`] of numbers beyond the centre, in place.
#[inline(always)]
fn beyond_centre(outer: &mut [f64]) {
    let mut is_far = false;
    for u in &mut *outer {
        let q = *u - 0.5;
        let r = (-ln_small(if q < 0.0 { *u } else { 1.0 - *u })).sqrt();
        let z = SHOULDER.at(r - 1.6).copysign(q);
        is_far |= r > 5.0;
        // What lies far out stays as it is.
        *u = if r <= 5.0 { z } else { *u };
    }
    // Hardly ever: less than once in 10^10. All numbers beyond the centre are above 1 in size.
    if is_far {
        let far = outer.iter_mut().filter(|u| **u > 0.0 && **u < 1.0);
        far.for_each(|u| *u = normal_from_uniform(*u));
    }
}

/// What `libm` gives as the logarithm of a normal number from 2^-1000 to 1/2, without branches.
///
/// `x = 2^k (1 + f)` with `1 + f` from sqrt(1/2) to sqrt(2), and `ln(1 + f) = f - f²/2 + s (f²/2 + R)`, where
/// `s = f / (2 + f)` and R is a polynomial in s².
///
/// # References
/// The method and the coefficients are those of `e_log.c` in FreeBSD's msun (Sun Microsystems, 1993).
#[expect(clippy::excessive_precision, reason = "the numbers as published")]
#[inline(always)]
fn ln_small(x: f64) -> f64 {
    const EVEN: [f64; 3] =
        [3.999999999940941908e-1, 2.222219843214978396e-1, 1.531383769920937332e-1];
    const ODD: [f64; 4] = [
        6.666666666666735130e-1,
        2.857142874366239149e-1,
        1.818357216161805012e-1,
        1.479819860511658591e-1,
    ];
    // The high word of sqrt(1/2) and that of 1: the exponent of what lies above the one counts as that above the other.
    const SHIFT: u64 = (0x3ff0_0000 - 0x3fe6_a09e) << 32;
    let bits = x.to_bits() + SHIFT;
    let k = exponent(bits >> 52);
    let f = f64::from_bits((bits & 0x000f_ffff_ffff_ffff) + (0x3fe6_a09e << 32)) - 1.0;
    let half_square = 0.5 * f * f;
    let s = f / (2.0 + f);
    let z = s * s;
    let w = z * z;
    let even = w * (EVEN[0] + w * (EVEN[1] + w * EVEN[2]));
    let odd = z * (ODD[0] + w * (ODD[1] + w * (ODD[2] + w * ODD[3])));
    let (high, low) = (6.93147180369123816490e-1, 1.90821492927058770002e-10);
    s * (half_square + (odd + even)) + k * low - half_square + f + k * high
}

/// A biased exponent as a number, by placing it in the last digits of 2^52: this vectorises everywhere.
#[inline(always)]
fn exponent(biased: u64) -> f64 {
    const TWO_52: f64 = 4_503_599_627_370_496.0;
    f64::from_bits(TWO_52.to_bits() | biased) - (TWO_52 + 1023.0)
}

const MEAN: Parameter =
    Parameter { distribution: "normal distribution", name: "mean", requirement: "finite" };
const SD: Parameter = Parameter {
    distribution: "normal distribution",
    name: "sd",
    requirement: "finite and not negative",
};

/// A quotient of two polynomials, constant terms first.
struct Rational {
    numerator: [f64; 8],
    denominator: [f64; 8],
}

impl Rational {
    #[inline(always)]
    fn at(&self, x: f64) -> f64 {
        horner(&self.numerator, x) / horner(&self.denominator, x)
    }
}

#[inline(always)]
fn horner(coefficients: &[f64; 8], x: f64) -> f64 {
    coefficients.iter().rev().fold(0.0, |sum, coefficient| sum * x + coefficient)
}

#[expect(clippy::excessive_precision, reason = "the numbers as published")]
const CENTRE: Rational = Rational {
    numerator: [
        3.387_132_872_796_366_608_0e0,
        1.331_416_678_917_843_774_5e2,
        1.971_590_950_306_551_442_7e3,
        1.373_169_376_550_946_112_5e4,
        4.592_195_393_154_987_145_7e4,
        6.726_577_092_700_870_085_3e4,
        3.343_057_558_358_812_810_5e4,
        2.509_080_928_730_122_672_7e3,
    ],
    denominator: [
        1.0,
        4.231_333_070_160_091_125_2e1,
        6.871_870_074_920_579_083_0e2,
        5.394_196_021_424_751_107_7e3,
        2.121_379_430_158_659_586_7e4,
        3.930_789_580_009_271_061_0e4,
        2.872_908_573_572_194_267_4e4,
        5.226_495_278_852_854_561_0e3,
    ],
};

#[expect(clippy::excessive_precision, reason = "the numbers as published")]
const SHOULDER: Rational = Rational {
    numerator: [
        1.423_437_110_749_683_577_34e0,
        4.630_337_846_156_545_295_90e0,
        5.769_497_221_460_691_405_50e0,
        3.647_848_324_763_204_605_04e0,
        1.270_458_252_452_368_382_58e0,
        2.417_807_251_774_506_117_70e-1,
        2.272_384_498_926_918_458_33e-2,
        7.745_450_142_783_414_076_40e-4,
    ],
    denominator: [
        1.0,
        2.053_191_626_637_758_821_87e0,
        1.676_384_830_183_803_849_40e0,
        6.897_673_349_851_000_045_50e-1,
        1.481_039_764_274_800_745_90e-1,
        1.519_866_656_361_645_719_66e-2,
        5.475_938_084_995_344_946_00e-4,
        1.050_750_071_644_416_843_24e-9,
    ],
};

#[expect(clippy::excessive_precision, reason = "the numbers as published")]
const TAIL: Rational = Rational {
    numerator: [
        6.657_904_643_501_103_777_20e0,
        5.463_784_911_164_114_369_90e0,
        1.784_826_539_917_291_335_80e0,
        2.965_605_718_285_048_912_30e-1,
        2.653_218_952_657_612_309_30e-2,
        1.242_660_947_388_078_438_60e-3,
        2.711_555_568_743_487_578_15e-5,
        2.010_334_399_292_288_132_65e-7,
    ],
    denominator: [
        1.0,
        5.998_322_065_558_879_376_90e-1,
        1.369_298_809_227_358_053_10e-1,
        1.487_536_129_085_061_485_25e-2,
        7.868_691_311_456_132_591_00e-4,
        1.846_318_317_510_054_681_80e-5,
        1.421_511_758_316_445_888_70e-7,
        2.044_263_103_389_939_785_64e-15,
    ],
};

#[cfg(test)]
mod tests {
    use proptest::prelude::{prop_assert, prop_assert_eq, proptest};

    use super::{Normal, normal_from_uniform, standard_normal};
    use crate::sample::check::{check_chi_square, check_moments, stream};

    /// Against the complementary error function: the relative error of a quantile z is about that of its
    /// probability divided by z².
    #[track_caller]
    fn check_quantile(u: f64) {
        let z = normal_from_uniform(u);
        let probability = libm::erfc(-z / std::f64::consts::SQRT_2) / 2.0;
        let tolerance = 1e-15 * (2.0 + z * z);
        assert!((probability / u - 1.0).abs() < tolerance, "{u}: {z} has {probability}");
    }

    #[test]
    fn quantiles_on_all_three_branches() {
        for exponent in 1..=54 {
            check_quantile(0.5_f64.powi(exponent));
        }
        for percent in 1..100 {
            check_quantile(f64::from(percent) / 100.0);
        }
    }

    #[test]
    fn moments_and_skewness() {
        let numbers = Normal::new(-65.0, 5.0).unwrap();
        check_moments(|rng| numbers.draw(rng), -65.0, 25.0);
        check_moments(|rng| standard_normal(rng).powi(3), 0.0, 15.0);
    }

    #[test]
    fn octiles_are_equally_likely() {
        let edges: Vec<f64> = (1..8).map(|i| normal_from_uniform(f64::from(i) / 8.0)).collect();
        let octile = |z: f64| edges.iter().filter(|&&edge| edge < z).count() as u64;
        check_chi_square(|rng| octile(standard_normal(rng)), &[0.125; 8]);
    }

    /// Also what hardly ever comes: both ends, and the far tails.
    #[test]
    fn many_at_once_are_those_one_by_one() {
        let ends = (0..60).flat_map(|i| [1_u64 << i, u64::MAX - (1 << i)]);
        let bits: Vec<u64> = ends.chain((0..130).map(|i| i << 57)).chain([0, u64::MAX]).collect();
        let mut numbers = vec![0.0; bits.len()];
        super::normals_from_bits(&bits, 1.5, 0.75, &mut numbers);
        for (number, &bits) in numbers.iter().zip(&bits) {
            let expected = 1.5 + 0.75 * normal_from_uniform(super::unit_open(bits));
            assert_eq!(number.to_bits(), expected.to_bits(), "{bits:#x}");
        }
    }

    #[test]
    fn bad_parameters_are_named() {
        let error = Normal::new(0.0, -1.0).unwrap_err();
        assert_eq!(
            error.to_string(),
            "normal distribution: `sd` = -1, but it must be finite and not negative"
        );
        assert!(Normal::new(f64::NAN, 1.0).is_err());
        assert!(Normal::new(0.0, f64::INFINITY).is_err());
    }

    proptest! {
        #[test]
        fn quantiles_grow_and_are_odd(a in 1e-12_f64..0.999, step in 1e-6_f64..1e-3) {
            prop_assert!(normal_from_uniform(a) < normal_from_uniform(a + step));
            let (half, exact) = (f64::from(a as f32) / 2.0, 1.0 - f64::from(a as f32) / 2.0);
            if 1.0 - exact == half {
                prop_assert_eq!(normal_from_uniform(half), -normal_from_uniform(exact));
            }
        }

        #[test]
        fn logarithms_of_small_numbers_are_those_of_libm(mantissa in 0.5_f64..1.0, exponent in -990_i32..0) {
            let x = mantissa * 2.0_f64.powi(exponent);
            prop_assert_eq!(super::ln_small(x).to_bits(), libm::log(x).to_bits());
        }

        #[test]
        fn a_draw_is_a_function_of_the_first_block(raw: u64, index: u64, step: u32, site: u16) {
            let key = crate::StreamKey::from_raw(raw);
            let [low, high, ..] = key.block(index, step, site, 0);
            let u = super::unit_open(u64::from(low) | u64::from(high) << 32);
            prop_assert_eq!(
                standard_normal(&mut key.stream(index, step, site)),
                normal_from_uniform(u)
            );
            prop_assert_eq!(
                Normal::new(1.0, 2.0).unwrap().draw(&mut stream(raw)),
                super::normal(&mut stream(raw), 1.0, 2.0)
            );
        }
    }
}
