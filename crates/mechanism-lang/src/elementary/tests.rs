//! Errors against the platform's functions, which are correct to about half a unit in the last
//! place in f64; f32 results are held against those of f64.

use super::host::Host;
use super::{cos, exp, expm1, exprel, log, log1p, pow, sin, tanh};
use crate::real::Real;

/// Greatest relative error of `f` against `reference` over `points`.
fn worst<F: Real>(
    points: impl Iterator<Item = f64>,
    f: impl Fn(&mut Host<F>, F) -> F,
    reference: impl Fn(f64) -> f64,
) -> f64 {
    let error = |x: f64| {
        let x = F::from_f64(x);
        let (found, exact) = (f(&mut Host::new(), x).to_f64(), reference(x.to_f64()));
        if found == exact { 0.0 } else { ((found - exact) / exact).abs() }
    };
    points.map(error).fold(0.0, f64::max)
}

/// Evenly spaced points.
fn even(low: f64, high: f64) -> impl Iterator<Item = f64> {
    (0..=200_000).map(move |k| low + (high - low) * f64::from(k) / 200_000.0)
}

/// Points of either sign that are evenly spaced in their logarithm.
fn powers(low: i32, high: i32) -> impl Iterator<Item = f64> {
    even(f64::from(low), f64::from(high)).flat_map(|e| [e.exp2(), -e.exp2()])
}

#[track_caller]
fn check(error: f64, bound: f64) {
    assert!(error < bound, "{error:e} is not below {bound:e}");
}

#[test]
fn exponentials_in_f64() {
    check(worst::<f64>(even(-708.0, 709.7), exp, f64::exp), 2.3e-16);
    check(worst::<f64>(powers(-60, 9), exp, f64::exp), 2.3e-16);
    check(worst::<f64>(even(-3.0, 3.0), expm1, f64::exp_m1), 2.8e-16);
    check(worst::<f64>(powers(-1000, 9), expm1, f64::exp_m1), 2.8e-16);
    let relative = |x: f64| x.exp_m1() / x;
    check(worst::<f64>(powers(-1000, 9), exprel, relative), 4e-16);
    check(worst::<f64>(even(-20.0, 20.0), tanh, f64::tanh), 4.5e-16);
    check(worst::<f64>(powers(-1000, 5), tanh, f64::tanh), 4.5e-16);
}

#[test]
fn exponentials_in_f32() {
    check(worst::<f32>(even(-87.0, 88.7), exp, f64::exp), 1e-7);
    check(worst::<f32>(powers(-30, 6), exp, f64::exp), 1e-7);
    check(worst::<f32>(even(-3.0, 3.0), expm1, f64::exp_m1), 1.1e-7);
    check(worst::<f32>(powers(-120, 6), expm1, f64::exp_m1), 1.1e-7);
    check(worst::<f32>(powers(-120, 6), exprel, |x| x.exp_m1() / x), 1.4e-7);
    check(worst::<f32>(powers(-120, 4), tanh, f64::tanh), 1.6e-7);
}

#[test]
fn logarithms_in_f64() {
    let positive = |low, high| powers(low, high).filter(|x| *x > 0.0);
    check(worst::<f64>(positive(-1074, 1023), log, f64::ln), 2.3e-16);
    check(worst::<f64>(even(0.5, 2.0), log, f64::ln), 2.3e-16);
    check(worst::<f64>(positive(-1000, 1023), log1p, f64::ln_1p), 2.3e-16);
    check(worst::<f64>(even(-0.9999, 3.0), log1p, f64::ln_1p), 2.3e-16);
}

#[test]
fn logarithms_in_f32() {
    let positive = |low, high| powers(low, high).filter(|x| *x > 0.0);
    check(worst::<f32>(positive(-149, 127), log, f64::ln), 1e-7);
    check(worst::<f32>(even(0.5, 2.0), log, f64::ln), 1e-7);
    check(worst::<f32>(positive(-120, 127), log1p, f64::ln_1p), 1e-7);
    check(worst::<f32>(even(-0.999, 3.0), log1p, f64::ln_1p), 1e-7);
}

#[test]
fn circular_functions() {
    for (low, high) in [(-4.0, 4.0), (-1e6, 1e6)] {
        check(worst::<f64>(even(low, high), sin, f64::sin), 2.3e-16);
        check(worst::<f64>(even(low, high), cos, f64::cos), 2.3e-16);
    }
    for (low, high) in [(-4.0, 4.0), (-1e3, 1e3)] {
        check(worst::<f32>(even(low, high), sin, f64::sin), 1e-7);
        check(worst::<f32>(even(low, high), cos, f64::cos), 1e-7);
    }
    let limit = 2f64.powi(20);
    check(worst::<f64>(even(-limit, limit), sin, f64::sin), 2.3e-16);
    check(worst::<f64>(even(-limit, limit), cos, f64::cos), 2.3e-16);
    check(worst::<f32>(even(-limit, limit), sin, f64::sin), 1e-7);
    check(worst::<f32>(even(-limit, limit), cos, f64::cos), 1e-7);
    // Where the reduced angle is as small as it can be.
    let quarters = || (1..667_000).map(|k| f64::from(k) * std::f64::consts::FRAC_PI_2);
    check(worst::<f64>(quarters(), sin, f64::sin), 2.3e-16);
    check(worst::<f32>(quarters(), sin, f64::sin), 1e-7);
    check(worst::<f32>(quarters(), cos, f64::cos), 1e-7);
    let multiples = (1..100_000).map(|k| f64::from(k) * std::f64::consts::PI);
    check(worst::<f64>(multiples, sin, f64::sin), 2.3e-16);
}

#[test]
fn powers_of_numbers() {
    for y in [-3.0, -0.5, 0.1, 0.3333, 2.0, 3.5, 17.0] {
        let base = || even(0.05, 50.0);
        check(worst::<f64>(base(), |a, x| pow(a, x, y), |x| x.powf(y)), 2.3e-16);
        let y = y as f32;
        check(worst::<f32>(base(), |a, x| pow(a, x, y), |x| x.powf(f64::from(y))), 1.1e-7);
    }
    let large = |x: f64| x.powf(300.3);
    check(worst::<f64>(even(0.1, 10.0), |a, x| pow(a, x, 300.3), large), 1e-15);
}

/// Up to where `y ln x` over- or underflows.
#[test]
fn powers_of_any_size() {
    let mut worst_of = [0.0f64; 2];
    let mut state = 1u64;
    let mut random = || {
        state =
            state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 11) as f64 / (1u64 << 53) as f64
    };
    for _ in 0..400_000 {
        let x = ((random() - 0.5) * 20.0).exp2() * (1.0 + random());
        let bound = 700.0 / x.ln().abs().max(1e-3);
        let y = (2.0 * random() - 1.0) * bound;
        let (found, exact) = (pow(&mut Host::<f64>::new(), x, y), x.powf(y));
        worst_of[0] = worst_of[0].max(((found - exact) / exact).abs());
        let (x, y) = (x as f32, (y / 8.2) as f32);
        let exact = f64::from(x).powf(f64::from(y));
        let found = f64::from(pow(&mut Host::<f32>::new(), x, y));
        worst_of[1] = worst_of[1].max(((found - exact) / exact).abs());
    }
    check(worst_of[0], 3e-16);
    check(worst_of[1], 1.2e-7);
}

#[test]
fn edges_are_those_of_the_standard() {
    let values = [
        0.0,
        1.0,
        -1.0,
        0.5,
        -0.5,
        2.0,
        3.0,
        -2.0,
        -3.0,
        1e300,
        -1e300,
        1e-300,
        800.0,
        -800.0,
        5e-324,
        f64::INFINITY,
        f64::NEG_INFINITY,
        f64::NAN,
        f64::MAX,
        f64::MIN_POSITIVE,
    ];
    let same = |found: f64, exact: f64, what: &str, x: f64| {
        let near = (found - exact).abs() <= 1e-15 * exact.abs();
        assert!(
            near || found == exact || (found.is_nan() && exact.is_nan()),
            "{what}({x}) = {found}, not {exact}"
        );
    };
    let host = &mut Host::<f64>::new();
    for x in values {
        same(exp(host, x), x.exp(), "exp", x);
        same(expm1(host, x), x.exp_m1(), "expm1", x);
        same(log(host, x), x.ln(), "log", x);
        same(log1p(host, x), x.ln_1p(), "log1p", x);
        same(tanh(host, x), x.tanh(), "tanh", x);
        for y in values {
            same(pow(host, x, y).abs(), x.powf(y).abs(), &format!("pow({y}) "), x);
        }
    }
    assert_eq!(exprel(host, 0.0), 1.0);
    assert_eq!(exprel(host, f64::INFINITY), f64::INFINITY);
    assert_eq!(exprel(host, f64::NEG_INFINITY), 0.0);
    assert_eq!(pow(host, -2.0, 3.0), -8.0);
    assert_eq!(pow(host, 3.0, 2.0), 9.0);
}
