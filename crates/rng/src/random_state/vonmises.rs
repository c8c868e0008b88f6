//! Angles of the von Mises distribution.

use std::f64::consts::{PI, TAU};

use super::RandomState;

impl RandomState {
    /// An angle of density proportional to `e^(kappa cos(x - mu))`, in radians from -π to π.
    ///
    /// Best and Fisher's rejection from a wrapped Cauchy distribution; a uniform angle where `kappa < 1e-8`. NaN, without
    /// a draw, where `kappa` is NaN or negative, which NumPy refuses. Where `kappa` is so large, from about 4e15 on, that
    /// NumPy's loop would not end, `mu` without a draw.
    ///
    /// # References
    /// Best & Fisher (1979), *Efficient simulation of the von Mises distribution*.
    pub fn vonmises(&mut self, mu: f64, kappa: f64) -> f64 {
        if kappa.is_nan() || kappa < 0.0 {
            return f64::NAN;
        }
        if kappa < 1e-8 {
            return PI * (2.0 * self.random_sample() - 1.0);
        }
        let spread = spread(kappa);
        if spread > 1.0 && spread.is_finite() {
            wrapped(self.angle(kappa, spread) + mu)
        } else {
            wrapped(mu)
        }
    }

    /// An angle of mean 0.
    fn angle(&mut self, kappa: f64, spread: f64) -> f64 {
        let cosine = self.cosine(kappa, spread);
        let is_negative = self.random_sample() < 0.5;
        if is_negative { -cosine.acos() } else { cosine.acos() }
    }

    fn cosine(&mut self, kappa: f64, spread: f64) -> f64 {
        loop {
            let z = (PI * self.random_sample()).cos();
            let cosine = (1.0 + spread * z) / (spread + z);
            let y = kappa * (spread - cosine);
            let v = self.random_sample();
            if y * (2.0 - y) - v >= 0.0 || (y / v).ln() + 1.0 - y >= 0.0 {
                return cosine;
            }
        }
    }
}

/// `(1 + ρ²) / 2ρ`, where `ρ` is the parameter of the best wrapped Cauchy distribution; its expansion where `ρ` would
/// be rounded to 0.
fn spread(kappa: f64) -> f64 {
    if kappa < 1e-5 {
        return 1.0 / kappa + kappa;
    }
    let r = 1.0 + (1.0 + 4.0 * kappa * kappa).sqrt();
    let rho = (r - (2.0 * r).sqrt()) / (2.0 * kappa);
    (1.0 + rho * rho) / (2.0 * rho)
}

/// The angle between -π and π, of the same sign.
fn wrapped(angle: f64) -> f64 {
    let magnitude = (angle.abs() + PI) % TAU - PI;
    if angle < 0.0 { -magnitude } else { magnitude }
}

#[cfg(test)]
mod tests {
    use super::RandomState;

    #[test]
    fn bad_concentrations_end_without_a_draw() {
        let mut rng = RandomState::new(5);
        assert!(rng.vonmises(0.0, f64::NAN).is_nan());
        assert!(rng.vonmises(0.0, -1.0).is_nan());
        for kappa in [1e17, 1e300, f64::INFINITY] {
            assert_eq!(rng.vonmises(0.25, kappa), 0.25);
        }
        assert_eq!(rng, RandomState::new(5));
    }

    #[test]
    fn every_concentration_ends() {
        let mut rng = RandomState::new(5);
        for exponent in -20..40 {
            for _ in 0..10 {
                let angle = rng.vonmises(-20.0, 10_f64.powi(exponent));
                assert!(angle.is_nan() || angle.abs() <= std::f64::consts::PI);
            }
        }
    }
}
