//! Angles of the von Mises distribution.

use std::f64::consts::{PI, TAU};

use libm::{acos, cos, log, remainder, sqrt};
use rand_core::Rng;

use super::clamp_to;
use super::error::{Parameter, SampleError};
use super::normal::standard_normal;
use super::uniform::unit_open;

/// Angles around a given one, of given concentration.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct VonMises {
    mu: f64,
    method: Method,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Method {
    Uniform,
    Rejection { kappa: f64, spread: f64 },
    Normal { sd: f64 },
}

impl VonMises {
    /// Angles around `mu`, in radians; uniform where `kappa` is 0.
    ///
    /// # Errors
    /// If `mu` is not finite, or `kappa` not a finite number from 0 on.
    pub fn new(mu: f64, kappa: f64) -> Result<Self, SampleError> {
        MU.check(mu, mu.is_finite())?;
        KAPPA.check(kappa, kappa >= 0.0 && kappa.is_finite())?;
        Ok(Self { mu, method: Method::new(kappa) })
    }

    /// Draws as [`vonmises`] does.
    #[inline]
    pub fn draw<R: Rng + ?Sized>(&self, rng: &mut R) -> f64 {
        remainder(self.mu + self.method.draw(rng), TAU)
    }
}

/// An angle of density `e^(kappa cos(x - mu)) / (2π I0(kappa))`, in radians from -π to π.
///
/// Best and Fisher's rejection from a wrapped Cauchy distribution, two `u64` per attempt, at most 1.52 attempts on
/// average, and then one `u64` for the sign. From one `u64`, a uniform angle where `kappa < 1e-8`, and a normal one of
/// variance `1 / kappa` where `kappa > 1e6`. A `kappa` that is negative or NaN counts as 0. Where the parameters stay,
/// [`VonMises`] saves their preparation.
///
/// # References
/// Best & Fisher (1979), *Efficient simulation of the von Mises distribution*.
#[inline]
pub fn vonmises<R: Rng + ?Sized>(rng: &mut R, mu: f64, kappa: f64) -> f64 {
    VonMises { mu, method: Method::new(clamp_to(f64::MAX, kappa)) }.draw(rng)
}

const MU: Parameter =
    Parameter { distribution: "von Mises distribution", name: "mu", requirement: "finite" };
const KAPPA: Parameter = Parameter { name: "kappa", requirement: "finite and not negative", ..MU };

impl Method {
    /// For a finite `kappa ≥ 0`.
    fn new(kappa: f64) -> Self {
        if kappa < 1e-8 {
            Self::Uniform
        } else if kappa > 1e6 {
            Self::Normal { sd: 1.0 / sqrt(kappa) }
        } else {
            Self::Rejection { kappa, spread: spread(kappa) }
        }
    }

    /// An angle around 0.
    #[inline]
    fn draw<R: Rng + ?Sized>(&self, rng: &mut R) -> f64 {
        match *self {
            Self::Uniform => PI * (2.0 * unit_open(rng.next_u64()) - 1.0),
            Self::Normal { sd } => sd * standard_normal(rng),
            Self::Rejection { kappa, spread } => {
                let angle = acos(cosine(rng, kappa, spread));
                if unit_open(rng.next_u64()) < 0.5 { -angle } else { angle }
            }
        }
    }
}

/// `(1 + ρ²) / 2ρ`, where `ρ` is the parameter of the wrapped Cauchy distribution that is accepted most often; any `ρ`
/// gives the same distribution. Where `ρ` would cancel, its expansion.
fn spread(kappa: f64) -> f64 {
    if kappa < 1e-5 {
        return 1.0 / kappa;
    }
    let r = 1.0 + sqrt(1.0 + 4.0 * kappa * kappa);
    let rho = (r - sqrt(2.0 * r)) / (2.0 * kappa);
    (1.0 + rho * rho) / (2.0 * rho)
}

#[inline]
fn cosine<R: Rng + ?Sized>(rng: &mut R, kappa: f64, spread: f64) -> f64 {
    loop {
        let z = cos(PI * unit_open(rng.next_u64()));
        let v = unit_open(rng.next_u64());
        let cosine = (1.0 + spread * z) / (spread + z);
        let y = kappa * (spread - cosine);
        if y * (2.0 - y) >= v || log(y / v) + 1.0 >= y {
            return cosine.clamp(-1.0, 1.0);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::f64::consts::PI;

    use proptest::prelude::{prop_assert, prop_assert_eq, proptest};

    use super::{VonMises, vonmises};
    use crate::sample::check::{check_cells, check_moments, stream};

    /// The integral of the density from -π to `x`, by the midpoint rule.
    fn integral(kappa: f64, x: f64) -> f64 {
        let sum_to = |end: f64| {
            let step = (end + PI) / 2000.0;
            let middles = (0..2000).map(|i| (f64::from(i) + 0.5) * step - PI);
            middles.map(|x| (kappa * (x.cos() - 1.0)).exp()).sum::<f64>() * step
        };
        sum_to(x) / sum_to(PI)
    }

    #[test]
    fn distributions() {
        for kappa in [0.0, 1e-6, 0.3, 1.0, 4.0, 30.0] {
            check_cells(|rng| vonmises(rng, 0.0, kappa), -PI, PI, |x| integral(kappa, x));
        }
    }

    #[test]
    fn concentrated_angles_are_normal() {
        for kappa in [9e5, 1.1e6] {
            let angles = VonMises::new(0.0, kappa).unwrap();
            check_moments(|rng| angles.draw(rng) * kappa.sqrt(), 0.0, 1.0);
        }
    }

    #[test]
    fn extremes() {
        for kappa in [-1.0, f64::NAN] {
            assert_eq!(vonmises(&mut stream(1), 0.0, kappa), vonmises(&mut stream(1), 0.0, 0.0));
        }
        assert!(vonmises(&mut stream(1), 0.25, f64::INFINITY) == 0.25);
        assert!(vonmises(&mut stream(1), f64::NAN, 1.0).is_nan());
    }

    #[test]
    fn bad_parameters_are_named() {
        for bad in [f64::NAN, f64::INFINITY] {
            assert!(VonMises::new(bad, 1.0).unwrap_err().to_string().contains("`mu`"));
            assert!(VonMises::new(1.0, bad).unwrap_err().to_string().contains("`kappa`"));
        }
        assert!(VonMises::new(0.0, -1.0).is_err());
    }

    proptest! {
        #[test]
        fn type_and_function_agree(raw: u64, mu in -50.0_f64..50.0, exponent in -10.0_f64..8.0) {
            let kappa = 10_f64.powf(exponent);
            let drawn = VonMises::new(mu, kappa).unwrap().draw(&mut stream(raw));
            prop_assert!(drawn.abs() <= PI);
            prop_assert_eq!(drawn, vonmises(&mut stream(raw), mu, kappa));
        }
    }
}
