//! Binomial counts.

use super::RandomState;

/// So that one more is a number too.
const MAX_TRIALS: i64 = i64::MAX - 1;

impl RandomState {
    /// How many of `n` trials succeed, of probability `p` each.
    ///
    /// The rarer of successes and failures are drawn: by inversion where at most 30 are expected, else by Kachitvichyanukul
    /// and Schmeiser's rejection BTPE. NumPy refuses a `p` that is not from 0 to 1: 0 or `n` here, without a draw, and 0
    /// for NaN; it also refuses `n` of 2^63 and more.
    ///
    /// # References
    /// Kachitvichyanukul & Schmeiser (1988), *Binomial random variate generation*.
    pub fn binomial(&mut self, n: u64, p: f64) -> u64 {
        if p > 1.0 {
            n
        } else if p > 0.5 {
            n - self.rarer_count(n, 1.0 - p)
        } else if p >= 0.0 {
            self.rarer_count(n, p)
        } else {
            0
        }
    }

    fn rarer_count(&mut self, n: u64, p: f64) -> u64 {
        let n = i64::try_from(n).unwrap_or(MAX_TRIALS).min(MAX_TRIALS);
        if p * n as f64 <= 30.0 {
            self.binomial_by_inversion(n, p)
        } else {
            Btpe::new(n, p).draw(self) as u64
        }
    }

    /// Subtracts one probability after the other from a uniform number, which is drawn again if it exceeds those up to
    /// ten standard deviations above the mean.
    fn binomial_by_inversion(&mut self, n: i64, p: f64) -> u64 {
        let (mean, q) = (n as f64 * p, 1.0 - p);
        let p_none = (n as f64 * q.ln()).exp();
        let bound = (mean + 10.0 * (mean * q + 1.0).sqrt()).min(n as f64) as i64;
        loop {
            if let Some(count) = inverted(self.random_sample(), n, p, p_none, bound) {
                return count;
            }
        }
    }
}

/// The count at the quantile `u`, unless it exceeds `bound`.
fn inverted(mut u: f64, n: i64, p: f64, p_none: f64, bound: i64) -> Option<u64> {
    let (mut count, mut term) = (0, p_none);
    while u > term {
        count += 1;
        if count > bound {
            return None;
        }
        u -= term;
        term = ((n - count + 1) as f64 * p * term) / (count as f64 * (1.0 - p));
    }
    Some(count as u64)
}

/// A hat over the probabilities: a triangle around the mode, the rest of a parallelogram around that, and an exponential
/// tail on either side. The names are those of the paper, but `p` for its `r = min(p, q)`.
struct Btpe {
    n: i64,
    p: f64,
    q: f64,
    npq: f64,
    /// The mode.
    m: i64,
    x_m: f64,
    x_left: f64,
    x_right: f64,
    c: f64,
    lambda_left: f64,
    lambda_right: f64,
    /// The areas up to the end of each of the four parts.
    areas: [f64; 4],
}

impl Btpe {
    /// For `0 < p ≤ 1/2` and `n p > 30`.
    fn new(n: i64, p: f64) -> Self {
        let q = 1.0 - p;
        let npq = n as f64 * p * q;
        let f_m = n as f64 * p + p;
        let m = f_m.floor() as i64;
        let half_base = (2.195 * npq.sqrt() - 4.6 * q).floor() + 0.5;
        let x_m = m as f64 + 0.5;
        let (x_left, x_right) = (x_m - half_base, x_m + half_base);
        let c = 0.134 + 20.5 / (15.3 + m as f64);
        let lambda_left = decay((f_m - x_left) / (f_m - x_left * p));
        let lambda_right = decay((x_right - f_m) / (x_right * q));
        let to_parallelogram = half_base * (1.0 + 2.0 * c);
        let to_left = to_parallelogram + c / lambda_left;
        let areas = [half_base, to_parallelogram, to_left, to_left + c / lambda_right];
        Self { n, p, q, npq, m, x_m, x_left, x_right, c, lambda_left, lambda_right, areas }
    }

    fn draw(&self, rng: &mut RandomState) -> i64 {
        loop {
            let u = rng.random_sample() * self.areas[3];
            let v = rng.random_sample();
            if u <= self.areas[0] {
                return (self.x_m - self.areas[0] * v + u).floor() as i64;
            }
            if let Some((y, height)) = self.propose(u, v)
                && self.accepts(y, height)
            {
                return y;
            }
        }
    }

    /// A count outside the triangle, and a height below the hat there.
    fn propose(&self, u: f64, v: f64) -> Option<(i64, f64)> {
        let [to_triangle, to_parallelogram, to_left, _] = self.areas;
        if u <= to_parallelogram {
            let x = self.x_left + (u - to_triangle) / self.c;
            let height = v * self.c + 1.0 - (self.m as f64 - x + 0.5).abs() / to_triangle;
            (height <= 1.0).then_some((x.floor() as i64, height))
        } else if u <= to_left {
            let y = (self.x_left + v.ln() / self.lambda_left).floor() as i64;
            (y >= 0 && v != 0.0).then_some((y, v * (u - to_parallelogram) * self.lambda_left))
        } else {
            let y = (self.x_right - v.ln() / self.lambda_right).floor() as i64;
            (y <= self.n && v != 0.0).then_some((y, v * (u - to_left) * self.lambda_right))
        }
    }

    /// Whether `height` is at most the probability of `y` over that of the mode.
    fn accepts(&self, y: i64, height: f64) -> bool {
        let distance = (y - self.m).abs();
        if distance > 20 && (distance as f64) < self.npq / 2.0 - 1.0 {
            self.accepts_by_logarithms(y, distance as f64, height.ln())
        } else {
            height <= self.ratio(y)
        }
    }

    /// The probability of `y` over that of the mode, by recursion.
    fn ratio(&self, y: i64) -> f64 {
        let odds = self.p / self.q;
        let a = odds * (self.n + 1) as f64;
        let factor = |i: i64| a / i as f64 - odds;
        let up = (self.m + 1..=y).fold(1.0, |ratio, i| ratio * factor(i));
        (y + 1..=self.m).fold(up, |ratio, i| ratio / factor(i))
    }

    fn accepts_by_logarithms(&self, y: i64, distance: f64, log_height: f64) -> bool {
        let (k, npq) = (distance, self.npq);
        let rho = (k / npq) * ((k * (k / 3.0 + 0.625) + 0.16666666666666666) / npq + 0.5);
        let t = -k * k / (2.0 * npq);
        log_height < t - rho || log_height <= t + rho && log_height <= self.log_ratio(y)
    }

    /// The logarithm of [`ratio`](Self::ratio), by Stirling's series.
    fn log_ratio(&self, y: i64) -> f64 {
        let &Self { n, p, q, m, x_m, .. } = self;
        let (x1, f1) = ((y + 1) as f64, (m + 1) as f64);
        let (z, w) = ((n + 1 - m) as f64, (n - y + 1) as f64);
        x_m * (f1 / x1).ln()
            + ((n - m) as f64 + 0.5) * (z / w).ln()
            + (y - m) as f64 * (w * p / (x1 * q)).ln()
            + stirling(f1)
            + stirling(z)
            + stirling(x1)
            + stirling(w)
    }
}

fn decay(a: f64) -> f64 {
    a * (1.0 + a / 2.0)
}

fn stirling(x: f64) -> f64 {
    let x2 = x * x;
    (13680.0 - (462.0 - (132.0 - (99.0 - 140.0 / x2) / x2) / x2) / x2) / x / 166320.0
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{prop_assert, proptest};

    use super::RandomState;

    #[test]
    fn probabilities_out_of_bounds_draw_nothing() {
        let mut rng = RandomState::new(5);
        assert_eq!(
            (rng.binomial(9, -0.1), rng.binomial(9, 1.1), rng.binomial(9, f64::NAN)),
            (0, 9, 0)
        );
        assert_eq!(rng, RandomState::new(5));
    }

    /// Unlike its newer generators, NumPy's legacy one draws also where there is nothing to choose.
    #[test]
    fn certain_counts_draw() {
        let (mut rng, mut reference) = (RandomState::new(5), RandomState::new(5));
        assert_eq!((rng.binomial(0, 0.3), rng.binomial(9, 0.0), rng.binomial(9, 1.0)), (0, 0, 9));
        for _ in 0..3 {
            reference.random_sample();
        }
        assert_eq!(rng, reference);
    }

    proptest! {
        #[test]
        fn counts_are_at_most_the_trials(seed: u32, n: u64, p in 0.0_f64..=1.0) {
            for n in [n, n % 1000] {
                prop_assert!(RandomState::new(seed).binomial(n, p) <= n);
            }
        }
    }
}
