//! The beta distribution with whole and half parameters: its function, density and inverse.

/// From here on powers of the argument may be too small for a number, so that logarithms are taken.
const SMALL: f64 = 1e-150;

/// `I_x(dims/2, 1/2)`: the distribution function of the squared sine of an angle.
pub(crate) fn incomplete(dims: usize, x: f64) -> f64 {
    Beta::of_halves(dims as u32, 1).incomplete(x)
}

/// The x at which `I_x(dims/2, 1/2)` is `p`.
pub(crate) fn inverse(dims: usize, p: f64) -> f64 {
    Beta::of_halves(dims as u32, 1).inverse(p)
}

/// The two parameters and the beta function of them.
#[derive(Clone, Copy)]
pub(crate) struct Beta {
    a: f64,
    b: f64,
    beta: f64,
    ln_beta: f64,
}

impl Beta {
    /// `a = m/2` and `b = n/2`, both m and n at least 1.
    ///
    /// `B(a + 1, b) = B(a, b) · a / (a + b)`, likewise in b, from `B(1/2, 1/2) = π`,
    /// `B(1, 1/2) = 2` or `B(1, 1) = 1`.
    pub(crate) fn of_halves(m: u32, n: u32) -> Self {
        let first = |k: u32| if k % 2 == 1 { 0.5 } else { 1.0 };
        let start = match (m % 2, n % 2) {
            (1, 1) => std::f64::consts::PI,
            (0, 0) => 1.0,
            _ => 2.0,
        };
        let steps = |k: u32, other: f64| {
            (0..(k - 1) / 2).map(move |i| {
                let at = first(k) + f64::from(i);
                (at, at + other)
            })
        };
        let (a, b) = (f64::from(m) / 2.0, f64::from(n) / 2.0);
        // In b first: at the smallest a.
        let ratios = || steps(n, first(m)).chain(steps(m, b));
        let beta = ratios().fold(start, |beta, (above, below)| beta * above / below);
        let ln_beta = ratios().fold(start.ln(), |ln, (above, below)| ln + (above / below).ln());
        Self { a, b, beta, ln_beta }
    }

    /// The distribution function at `x`.
    pub(crate) fn incomplete(self, x: f64) -> f64 {
        match x {
            x if x <= 0.0 => 0.0,
            x if x >= 1.0 => 1.0,
            x if x > self.turning_point() => {
                let mirrored = self.mirrored();
                1.0 - mirrored.front(1.0 - x, x) * mirrored.fraction(1.0 - x)
            }
            x => self.front(x, 1.0 - x) * self.fraction(x),
        }
    }

    /// The density at `x²`, times `x`: `x^(2a - 1) (1 - x²)^(b - 1) / B(a, b)` on [0, 1].
    pub(crate) fn density_of_square(self, x: f64) -> f64 {
        // A power of 0 is 1 with the exponent 0, so its logarithm must stay finite.
        let ln = |y: f64| y.max(f64::MIN_POSITIVE).ln();
        let ln_powers = (2.0 * self.a - 1.0) * ln(x) + (self.b - 1.0) * ln(1.0 - x * x);
        (ln_powers - self.ln_beta).exp()
    }

    /// The number below which a share `p` lies.
    pub(crate) fn inverse(self, p: f64) -> f64 {
        match p {
            p if p <= 0.0 => 0.0,
            p if p >= 1.0 => 1.0,
            // From the side where the probability is not a difference from 1.
            p if p > 0.5 => 1.0 - self.mirrored().lower_inverse(1.0 - p),
            p => self.lower_inverse(p),
        }
    }

    /// `I_x(a, b) = 1 - I_(1 - x)(b, a)`.
    fn mirrored(self) -> Self {
        Self { a: self.b, b: self.a, ..self }
    }

    /// `ln I_x(a, b)`, finite where `I_x(a, b)` itself is too small for a number.
    fn ln_at(self, x: f64) -> f64 {
        if x > self.turning_point() {
            return self.incomplete(x).ln();
        }
        let ln_front = self.a * x.ln() + self.b * (-x).ln_1p() - self.a.ln() - self.ln_beta;
        ln_front + self.fraction(x).ln()
    }

    /// Beyond it the fraction converges slowly, and its mirror image fast.
    fn turning_point(self) -> f64 {
        (self.a + 1.0) / (self.a + self.b + 2.0)
    }

    fn front(self, x: f64, rest: f64) -> f64 {
        if self.beta < SMALL {
            return (self.a * x.ln() + self.b * rest.ln() - self.ln_beta).exp() / self.a;
        }
        x.powf(self.a) * rest.powf(self.b) / (self.a * self.beta)
    }

    /// The continued fraction of Abramowitz & Stegun 26.5.8, by Lentz's method.
    fn fraction(self, x: f64) -> f64 {
        let (mut c, mut d) = (1.0, 1.0 / (1.0 + self.term(1, x)));
        let mut value = d;
        for i in 2..10_000 {
            let term = self.term(i, x);
            d = 1.0 / (1.0 + term * d);
            c = 1.0 + term / c;
            value *= c * d;
            if f64::abs(c * d - 1.0) < 1e-16 {
                break;
            }
        }
        value
    }

    fn term(self, i: u32, x: f64) -> f64 {
        let m = f64::from(i / 2);
        let (a, b) = (self.a, self.b);
        if i.is_multiple_of(2) {
            m * (b - m) * x / ((a + 2.0 * m - 1.0) * (a + 2.0 * m))
        } else {
            -(a + m) * (a + b + m) * x / ((a + 2.0 * m) * (a + 2.0 * m + 1.0))
        }
    }

    /// Newton's method on `ln I` over `ln x`, which is concave and increasing: it converges from
    /// any start. `p` is at most about a half.
    fn lower_inverse(self, p: f64) -> f64 {
        let mut x = ((p.ln() + self.a.ln() + self.ln_beta) / self.a).exp().min(0.999_999);
        for _ in 0..100 {
            let ln_value = self.ln_at(x);
            let slope = (x.ln() + self.ln_density(x) - ln_value).exp();
            let step = ((p.ln() - ln_value) / slope).min(-0.5 * x.ln());
            x *= step.exp();
            if step.abs() < 1e-15 || !step.is_finite() {
                break;
            }
        }
        x
    }

    fn ln_density(self, x: f64) -> f64 {
        (self.a - 1.0) * x.ln() + (self.b - 1.0) * (-x).ln_1p() - self.ln_beta
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// I_x(1/2, 1/2) = 2/π asin √x, I_x(1, 1/2) = 1 - √(1 - x), and
    /// I_x(2, 1/2) = 1 - √(1 - x) (1 + x/2).
    #[test]
    fn closed_forms() {
        for x in [1e-3, 0.2, 0.5, 0.7, 0.99, 1.0 - 1e-9] {
            let root = f64::sqrt(1.0 - x);
            let half = 1.0 - std::f64::consts::FRAC_2_PI * root.asin();
            let forms = [(1, half), (2, x / (1.0 + root)), (4, 1.0 - root * (1.0 + x / 2.0))];
            for (dims, expected) in forms {
                let found = incomplete(dims, x);
                assert!((found - expected).abs() < 1e-14, "{dims} {x}: {found} {expected}");
            }
        }
    }

    #[test]
    fn large_shapes_underflow_to_0_and_their_inverse_does_not() {
        assert_eq!(incomplete(1000, 1e-3), 0.0);
        assert!((inverse(1000, 1e-310) - 0.24).abs() < 0.01);
        assert!((inverse(1000, 0.5) - 0.9995).abs() < 1e-4);
    }

    proptest! {
        /// Near 1 the inverse itself is ill-conditioned.
        #[test]
        fn the_inverse_undoes_it(dims in 1usize..1000, p in 1e-6..0.99f64) {
            prop_assert!((incomplete(dims, inverse(dims, p)) - p).abs() < 1e-11);
        }
    }
}
