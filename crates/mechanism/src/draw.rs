//! Random draws, each a function of key, lane, step and site.
//!
//! Whole columns at once: most draws take one number from the beginning of each lane's stream, and
//! these come from a generator that is vectorised and makes two at a time.

use pontine_mechanism_lang::{Draw, Real};
use pontine_rng::columns::{paired_columns, poisson_columns};
use pontine_rng::sample::{self, Poisson, PoissonTable};
use pontine_rng::{Stream, StreamKey};

use crate::block::LANES;
use crate::native::{Supported, Task, dispatch};

/// Where a column of draws stands.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Place {
    pub key: StreamKey,
    /// The index of lane 0.
    pub first: u64,
    pub step: u64,
    pub site: u16,
}

/// Tables of Poisson counts, kept from step to step; and what lanes draw by, if not by their place.
#[derive(Clone, Debug, Default)]
pub(crate) struct Tables {
    known: Vec<(f64, PoissonTable)>,
    /// For each place from 0 on, the index that its draws are keyed by; each its own, if there are none.
    pub lanes: Vec<u64>,
}

/// Populations of one thread rarely have more means than that.
const MOST_TABLES: usize = 64;

impl Tables {
    /// The table for a mean, if it has one.
    fn of(&mut self, mean: f64) -> Option<&PoissonTable> {
        if let Some(known) = self.known.iter().position(|(other, _)| *other == mean) {
            return Some(&self.known[known].1);
        }
        let table = Poisson::new(mean).ok()?.table()?;
        if self.known.len() == MOST_TABLES {
            self.known.clear();
        }
        self.known.push((mean, table));
        self.known.last().map(|(_, table)| table)
    }
}

/// Fills a column of up to [`LANES`]. Computed in f64 and rounded, so that both precisions draw the
/// same.
pub(crate) fn draw<F: Real>(
    tables: &mut Tables,
    kind: Draw,
    place: Place,
    mean: Option<&[F]>,
    to: &mut [F],
) {
    if !tables.lanes.is_empty() {
        let index = |lane: usize| {
            let lane = place.first.wrapping_add(lane as u64) as usize;
            tables.lanes.get(lane).copied().unwrap_or_default()
        };
        let mean = |lane: usize| mean.map_or(F::from_i32(1), |mean| mean[lane]);
        return one_by_one(kind, place, index, mean, to);
    }
    let level = Supported::best();
    let index = |lane: usize| place.first.wrapping_add(lane as u64);
    match (kind, mean.and_then(same)) {
        (Draw::Uniform, _) => from_bits(level, place, to, sample::unit_open),
        (Draw::Normal, _) => {
            from_bits(level, place, to, |bits| sample::normal_from_uniform(sample::unit_open(bits)))
        }
        (Draw::Poisson, Some(mean)) => match tables.of(mean.to_f64()) {
            Some(table) => dispatch(level, Counts { table, place, to }),
            None => one_by_one(kind, place, index, |_| mean, to),
        },
        (Draw::Poisson | Draw::Exponential | Draw::Gamma, _) => {
            let mean = |lane: usize| mean.map_or(F::from_i32(1), |mean| mean[lane]);
            one_by_one(kind, place, index, mean, to);
        }
    }
}

/// The value that all lanes have.
fn same<F: Real>(column: &[F]) -> Option<F> {
    let first = *column.first()?;
    let equal = column.iter().fold(true, |equal, value| equal & (*value == first));
    equal.then_some(first)
}

fn from_bits<F: Real>(level: Supported, place: Place, to: &mut [F], value: impl Fn(u64) -> f64) {
    let mut bits = [0; LANES];
    let bits = &mut bits[..to.len()];
    dispatch(level, Bits { place, to: bits });
    for (to, bits) in to.iter_mut().zip(bits) {
        *to = F::from_f64(value(*bits));
    }
}

fn one_by_one<F: Real>(
    kind: Draw,
    place: Place,
    index: impl Fn(usize) -> u64,
    mean: impl Fn(usize) -> F,
    to: &mut [F],
) {
    let mut prepared = None;
    for (lane, value) in to.iter_mut().enumerate() {
        let mut stream = place.key.paired_stream(index(lane), place.step as u32, place.site);
        let mean = mean(lane).to_f64();
        *value = F::from_f64(match kind {
            Draw::Poisson => count(&mut prepared, mean, &mut stream),
            Draw::Uniform | Draw::Normal | Draw::Exponential | Draw::Gamma => {
                one(kind, mean, &mut stream)
            }
        });
    }
}

/// A Poisson count. Its preparation is kept while the mean stays.
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
        Draw::Gamma => sample::gamma(stream, mean, 1.0),
    }
}

/// The first numbers of streams.
struct Bits<'a> {
    place: Place,
    to: &'a mut [u64],
}

impl Task for Bits<'_> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        let Place { key, first, step, site } = self.place;
        paired_columns(key, first, step as u32, site, self.to);
    }
}

/// Poisson counts of one mean.
struct Counts<'a, F> {
    table: &'a PoissonTable,
    place: Place,
    to: &'a mut [F],
}

impl<F: Real> Task for Counts<'_, F> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        let Place { key, first, step, site } = self.place;
        poisson_columns(self.table, key, first, step as u32, site, self.to);
    }
}

#[cfg(test)]
mod tests {
    use pontine_rng::StreamKey;
    use proptest::prelude::{any, prop_assert_eq, proptest};

    use super::{Place, Tables, draw, one};
    use crate::lang::Draw;

    const KINDS: [Draw; 5] =
        [Draw::Uniform, Draw::Normal, Draw::Exponential, Draw::Poisson, Draw::Gamma];

    proptest! {
        #[test]
        fn a_column_holds_what_each_lane_draws(
            raw: u64,
            first in any::<u64>(),
            step: u64,
            site: u16,
            width in 1..=256_usize,
            mean in -1.0..20.0_f64,
            is_same: bool,
        ) {
            let key = StreamKey::from_raw(raw);
            let means: Vec<f64> =
                (0..width).map(|lane| if is_same { mean } else { mean + lane as f64 }).collect();
            for kind in KINDS {
                let given = matches!(kind, Draw::Poisson | Draw::Gamma).then_some(&means[..]);
                let mut found = vec![f64::NAN; width];
                let place = Place { key, first, step, site };
                draw(&mut Tables::default(), kind, place, given, &mut found);
                let mut keyed = vec![f64::NAN; width];
                let lanes = (0..width as u64).map(|lane| first.wrapping_add(lane)).collect();
                let mut tables = Tables { lanes, ..Tables::default() };
                draw(&mut tables, kind, Place { first: 0, ..place }, given, &mut keyed);
                prop_assert_eq!(&found, &keyed);
                for (lane, found) in found.into_iter().enumerate() {
                    let index = first.wrapping_add(lane as u64);
                    let mut stream = key.paired_stream(index, step as u32, site);
                    prop_assert_eq!(found, one(kind, means[lane], &mut stream));
                }
            }
        }
    }
}
