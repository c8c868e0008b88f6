//! The regularised incomplete beta function `I_x(a, 1/2)` for whole and half a, and its inverse.

/// `I_x(dims/2, 1/2)`: the distribution function of the squared sine of an angle.
pub(super) fn incomplete(dims: usize, x: f64) -> f64 {
    Shape::of(dims).at(x)
}

/// The x at which `I_x(dims/2, 1/2)` is `p`.
pub(super) fn inverse(dims: usize, p: f64) -> f64 {
    match p {
        p if p <= 0.0 => 0.0,
        p if p >= 1.0 => 1.0,
        // From the side where the probability is not a difference from 1.
        p if p > 0.5 => 1.0 - Shape::of(dims).mirrored().inverse(1.0 - p),
        p => Shape::of(dims).inverse(p),
    }
}

/// The two parameters and the beta function of them.
#[derive(Clone, Copy)]
struct Shape {
    a: f64,
    b: f64,
    beta: f64,
}

impl Shape {
    /// `B(a + 1, b) = B(a, b) · a / (a + b)`, from `B(1/2, 1/2) = π` or `B(1, 1/2) = 2`.
    fn of(dims: usize) -> Self {
        let odd = dims % 2 == 1;
        let (first, start) = if odd { (0.5, std::f64::consts::PI) } else { (1.0, 2.0) };
        let n_steps = (dims - 1) / 2;
        let step = |beta: f64, i: usize| beta * (first + i as f64) / (first + i as f64 + 0.5);
        Self { a: dims as f64 / 2.0, b: 0.5, beta: (0..n_steps).fold(start, step) }
    }

    /// `I_x(a, b) = 1 - I_(1 - x)(b, a)`.
    fn mirrored(self) -> Self {
        Self { a: self.b, b: self.a, beta: self.beta }
    }

    fn at(self, x: f64) -> f64 {
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

    /// `ln I_x(a, b)`, finite where `I_x(a, b)` itself is too small for a number.
    fn ln_at(self, x: f64) -> f64 {
        if x > self.turning_point() {
            return self.at(x).ln();
        }
        let ln_front = self.a * x.ln() + self.b * (-x).ln_1p() - (self.a * self.beta).ln();
        ln_front + self.fraction(x).ln()
    }

    /// Beyond it the fraction converges slowly, and its mirror image fast.
    fn turning_point(self) -> f64 {
        (self.a + 1.0) / (self.a + self.b + 2.0)
    }

    fn front(self, x: f64, rest: f64) -> f64 {
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
    fn inverse(self, p: f64) -> f64 {
        let mut x = (p * self.a * self.beta).powf(1.0 / self.a).min(0.999_999);
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
        (self.a - 1.0) * x.ln() + (self.b - 1.0) * (-x).ln_1p() - self.beta.ln()
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
