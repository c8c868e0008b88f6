//! Random draws, each a function of key, lane, step and site.

use pontine_mechanism_lang::{Draw, Real};
use pontine_rng::{Stream, sample};

use crate::block::BlockArgs;

/// Fills a column. Computed in f64 and rounded, so that both precisions draw the same.
pub(super) fn draw<F: Real>(
    kind: Draw,
    site: u16,
    mean: Option<&[F]>,
    to: &mut [F],
    args: &BlockArgs<'_, F>,
) {
    for (lane, value) in to.iter_mut().enumerate() {
        let index = args.first + lane as u64;
        let mut stream = args.key.stream(index, args.step as u32, site);
        let mean = mean.map_or(1.0, |mean| mean[lane].to_f64());
        *value = F::from_f64(one(kind, mean, &mut stream));
    }
}

/// One draw from the beginning of its stream.
pub(crate) fn one(kind: Draw, mean: f64, stream: &mut Stream) -> f64 {
    match kind {
        Draw::Uniform => stream.uniform(),
        Draw::Normal => sample::standard_normal(stream),
        Draw::Exponential => sample::exponential(stream, 1.0),
        Draw::Poisson if mean > 0.0 => sample::poisson(stream, mean.min(LARGEST_MEAN)) as f64,
        // Also for NaN, as in lanes behind the last neuron.
        Draw::Poisson => 0.0,
    }
}

/// Counts stay exact in f64.
const LARGEST_MEAN: f64 = 1e15;
