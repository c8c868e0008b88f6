//! Random draws, each a function of key, lane, step and site.

use pontine_mechanism_lang::{Draw, Real};
use pontine_rng::sample::{self, Poisson};
use pontine_rng::{Stream, StreamKey};

/// Where a column of draws stands.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Place {
    pub key: StreamKey,
    /// The index of lane 0.
    pub first: u64,
    pub step: u64,
    pub site: u16,
}

/// Fills a column. Computed in f64 and rounded, so that both precisions draw the same.
pub(crate) fn draw<F: Real>(kind: Draw, place: Place, mean: Option<&[F]>, to: &mut [F]) {
    let mut poisson = None;
    for (lane, value) in to.iter_mut().enumerate() {
        let index = place.first + lane as u64;
        let mut stream = place.key.stream(index, place.step as u32, place.site);
        let drawn = match mean {
            Some(mean) => count(&mut poisson, mean[lane].to_f64(), &mut stream),
            None => one(kind, 1.0, &mut stream),
        };
        *value = F::from_f64(drawn);
    }
}

/// A Poisson count. Its preparation is kept while the mean stays, as it does in homogeneous blocks.
fn count(prepared: &mut Option<(f64, Poisson)>, mean: f64, stream: &mut Stream) -> f64 {
    match prepared {
        Some((known, poisson)) if *known == mean => poisson.draw(stream) as f64,
        _ => {
            *prepared = Poisson::new(mean).ok().map(|poisson| (mean, poisson));
            one(Draw::Poisson, mean, stream)
        }
    }
}

/// One draw from the beginning of its stream.
pub(crate) fn one(kind: Draw, mean: f64, stream: &mut Stream) -> f64 {
    match kind {
        Draw::Uniform => stream.uniform(),
        Draw::Normal => sample::standard_normal(stream),
        Draw::Exponential => sample::exponential(stream, 1.0),
        Draw::Poisson => sample::poisson(stream, mean) as f64,
    }
}
