//! The distributions of single numbers that every front end knows, on keyed streams.
//!
//! `uniform(low, high)`, `normal(mu, sigma)`, `normal_clipped(mu, sigma, low, high)` (redrawn until
//! inside), `exponential(beta)`.

use pontine_mechanism::native::{Supported, Task, dispatch};
use pontine_rng::{Stream, StreamKey, columns::normal_columns, sample};

use crate::{
    registry::{Sampler, SamplerEntry},
    spec::{Param, Spec, SpecError},
};

macro_rules! offer {
    ($kind:literal, $make:expr) => {
        inventory::submit! { SamplerEntry { kind: $kind, make: $make, place: module_path!() } }
    };
}

offer!("uniform", |spec| {
    spec.check_names(&["low", "high"])?;
    let (low, high) = (finite(spec, "low")?, finite(spec, "high")?);
    if low <= high {
        Ok(Box::new(Uniform { low, high }))
    } else {
        Err(wrong(spec, "high", high, "at least `low`"))
    }
});

#[derive(Debug)]
struct Uniform {
    low: f64,
    high: f64,
}

impl Sampler for Uniform {
    fn draw(&self, stream: &mut Stream) -> f64 {
        sample::uniform(stream, self.low, self.high)
    }

    fn bounds(&self) -> (f64, f64) {
        (self.low, self.high)
    }
}

offer!("normal", |spec| {
    spec.check_names(&["mu", "sigma"])?;
    Ok(Box::new(normal(spec)?))
});

#[derive(Debug)]
struct Normal {
    mu: f64,
    sigma: f64,
}

impl Sampler for Normal {
    fn draw(&self, stream: &mut Stream) -> f64 {
        sample::normal(stream, self.mu, self.sigma)
    }

    fn draw_row(&self, key: StreamKey, first: u64, out: &mut [f64]) {
        dispatch(Supported::best(), Normals { normal: self, key, first, out });
    }

    fn bounds(&self) -> (f64, f64) {
        (f64::NEG_INFINITY, f64::INFINITY)
    }
}

/// The normal numbers of a row, with the best instructions that there are.
struct Normals<'a> {
    normal: &'a Normal,
    key: StreamKey,
    first: u64,
    out: &'a mut [f64],
}

impl Task for Normals<'_> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        let Normal { mu, sigma } = *self.normal;
        normal_columns(mu, sigma, self.key, self.first, 0, 0, self.out);
    }
}

offer!("normal_clipped", |spec| {
    spec.check_names(&["mu", "sigma", "low", "high"])?;
    let low = spec.number_or("low", f64::NEG_INFINITY)?;
    let high = spec.number_or("high", f64::INFINITY)?;
    let clipped = NormalClipped { normal: normal(spec)?, low, high };
    if clipped.ever_inside() {
        Ok(Box::new(clipped))
    } else {
        Err(wrong(
            spec,
            "low",
            low,
            "such that the interval up to `high` holds more than 0.1 % of the draws",
        ))
    }
});

#[derive(Debug)]
struct NormalClipped {
    normal: Normal,
    low: f64,
    high: f64,
}

impl NormalClipped {
    /// Redrawing must come to an end: tried out once, on a fixed stream.
    fn ever_inside(&self) -> bool {
        let key = StreamKey::new(0, "normal_clipped", "trial");
        (0..10_000).any(|i| self.inside(self.normal.draw(&mut key.stream(i, 0, 0))))
    }

    fn inside(&self, value: f64) -> bool {
        self.low <= value && value <= self.high
    }
}

impl Sampler for NormalClipped {
    fn draw(&self, stream: &mut Stream) -> f64 {
        loop {
            let value = self.normal.draw(stream);
            if self.inside(value) {
                return value;
            }
        }
    }

    /// Most draws are inside at once; others begin again.
    fn draw_row(&self, key: StreamKey, first: u64, out: &mut [f64]) {
        self.normal.draw_row(key, first, out);
        for (number, index) in out.iter_mut().zip(first..) {
            if !self.inside(*number) {
                let mut stream = key.paired_stream(index, 0, 0);
                // A normal number takes one `u64`: this one has been seen.
                let _ = stream.next_u64();
                *number = self.draw(&mut stream);
            }
        }
    }

    fn bounds(&self) -> (f64, f64) {
        (self.low, self.high)
    }
}

offer!("exponential", |spec| {
    spec.check_names(&["beta"])?;
    let mean = finite(spec, "beta")?;
    if mean >= 0.0 {
        Ok(Box::new(Exponential { mean }))
    } else {
        Err(wrong(spec, "beta", mean, "not negative"))
    }
});

#[derive(Debug)]
struct Exponential {
    mean: f64,
}

impl Sampler for Exponential {
    fn draw(&self, stream: &mut Stream) -> f64 {
        sample::exponential(stream, self.mean)
    }

    fn bounds(&self) -> (f64, f64) {
        (0.0, f64::INFINITY)
    }
}

fn normal(spec: &Spec) -> Result<Normal, SpecError> {
    let (mu, sigma) = (finite(spec, "mu")?, finite(spec, "sigma")?);
    if sigma >= 0.0 {
        Ok(Normal { mu, sigma })
    } else {
        Err(wrong(spec, "sigma", sigma, "not negative"))
    }
}

fn finite(spec: &Spec, name: &'static str) -> Result<f64, SpecError> {
    let value = spec.number(name)?;
    if value.is_finite() { Ok(value) } else { Err(wrong(spec, name, value, "finite")) }
}

fn wrong(spec: &Spec, name: &str, value: f64, expected: &'static str) -> SpecError {
    spec.wrong(name, &Param::Number(value), expected)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::registry::sampler;

    fn draws(spec: &Spec, n: u64) -> Vec<f64> {
        let sampler = sampler(spec).unwrap();
        let key = StreamKey::new(1, "p", "test");
        (0..n).map(|i| sampler.draw(&mut key.paired_stream(i, 0, 0))).collect()
    }

    #[test]
    fn clipped_draws_stay_inside() {
        let spec = Spec::new("normal_clipped").with("mu", 1.5).with("sigma", 0.75).with("low", 0.1);
        let draws = draws(&spec, 20_000);
        assert!(draws.iter().all(|d| *d >= 0.1));
        let mean = draws.iter().sum::<f64>() / 20_000.0;
        assert!((mean - 1.5557).abs() < 0.02, "{mean}"); // mean of the truncated normal
    }

    #[test]
    fn rows_are_drawn_as_their_streams_are() {
        let parameters = [("mu", 1.5), ("sigma", 0.75), ("low", 0.1), ("beta", 2.0), ("high", 3.0)];
        for (kind, names) in [
            ("uniform", &["low", "high"][..]),
            ("normal", &["mu", "sigma"]),
            ("normal_clipped", &["mu", "sigma", "low"]),
            ("exponential", &["beta"]),
        ] {
            let given = parameters.iter().filter(|(name, _)| names.contains(name));
            let spec = given.fold(Spec::new(kind), |spec, (name, value)| spec.with(name, *value));
            let mut row = [0.0; 700];
            sampler(&spec).unwrap().draw_row(StreamKey::new(1, "p", "test"), 0, &mut row);
            assert_eq!(row.to_vec(), draws(&spec, 700), "{kind}");
        }
    }

    #[test]
    fn an_interval_that_is_never_met_is_refused() {
        let spec = Spec::new("normal_clipped").with("mu", 0.0).with("sigma", 1.0).with("low", 9.0);
        assert!(sampler(&spec).unwrap_err().to_string().contains("`low` is 9.0"));
    }

    #[test]
    fn a_uniform_upside_down_is_refused() {
        let spec = Spec::new("uniform").with("low", 1.0).with("high", 0.0);
        assert_eq!(
            sampler(&spec).unwrap_err().to_string(),
            "`uniform`: `high` is 0.0, but must be at least `low`"
        );
    }
}
