//! Spikes through rows: the innermost loops.
//!
//! Widths of indices and kinds of weights are told apart once for the spikes of a step, so that the
//! loops over synapses know them.

use std::iter::repeat;

use pontine_mechanism::{Real, native::prefetch};

use super::{
    Delays, Rows, Weights,
    narrow::{Index, of_any_width},
};
use crate::{
    calendar::{Calendar, Pages},
    spike_list::SpikeList,
};

/// How many lines of each column are fetched ahead for a row: those of a usual row. A number that is
/// the same for all rows is foreseen by the CPU where that of each row is not.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Ahead {
    targets: usize,
    delays: usize,
    weights: usize,
}

/// The most lines of a column that are fetched ahead; long rows are foreseen by the hardware.
const MOST_LINES: usize = 16;

/// Bytes of a line.
const LINE: usize = 64;

impl Ahead {
    pub(super) fn of<F>(n_synapses: usize, n_sources: usize, widths: [usize; 2]) -> Self {
        // A row begins in the middle of a line.
        let lines =
            |width: usize| (n_synapses * width / n_sources.max(1) / LINE + 1).min(MOST_LINES);
        let [targets, delays] = widths.map(lines);
        Self { targets, delays, weights: lines(size_of::<F>()) }
    }
}

impl<F: Real> Rows<F> {
    /// Adds weight · value of each synapse of these spikes to its target's sum.
    pub fn add(&self, spikes: &SpikeList<F>, sums: &mut [F]) {
        of_any_width!(&self.targets, targets => match &self.weights {
            Weights::All(weight) => {
                for (i, (source, value)) in spikes.iter().enumerate() {
                    self.fetch_next(targets, spikes, i);
                    add_equal(&targets[self.row(source)], *weight * value, sums);
                }
            }
            Weights::Each(weights) => {
                for (i, (source, value)) in spikes.iter().enumerate() {
                    if let Some(next) = self.fetch_next(targets, spikes, i) {
                        prefetch(weights, next, self.ahead.weights);
                    }
                    let row = self.row(source);
                    add_weighted(&targets[row.clone()], &weights[row], value, sums);
                }
            }
        })
    }

    /// Has the row of the spike behind spike `i` brought into the cache, while that is added; and
    /// the place of the one behind it.
    #[inline(always)]
    fn fetch_next<T: Index>(
        &self,
        targets: &[T],
        spikes: &SpikeList<F>,
        i: usize,
    ) -> Option<usize> {
        if let Some(&later) = spikes.indices().get(i + 2) {
            prefetch(&self.starts, later as usize, 1);
        }
        let next = self.starts[*spikes.indices().get(i + 1)? as usize];
        prefetch(targets, next, self.ahead.targets);
        Some(next)
    }

    /// Has the places of the rows of these spikes brought into the cache.
    pub fn expect(&self, spikes: &SpikeList<F>) {
        for &source in spikes.indices() {
            prefetch(&self.starts, source as usize, 1);
        }
    }

    /// Has the rows of these spikes brought into the cache: their beginnings, if they are long.
    pub fn fetch(&self, spikes: &SpikeList<F>) {
        for &source in spikes.indices() {
            let first = self.starts[source as usize];
            let ahead = self.ahead;
            of_any_width!(&self.targets, targets => prefetch(targets, first, ahead.targets));
            if let Delays::Each(delays) = &self.delays {
                of_any_width!(delays, delays => prefetch(delays, first, ahead.delays));
            }
            if let Weights::Each(weights) = &self.weights {
                prefetch(weights, first, ahead.weights);
            }
        }
    }

    /// Enters the spikes of step `sent`, which is over, into the days on which they are due; those are
    /// all to come. Where a day is full, `spill` makes room.
    ///
    /// Synapses of one delay are for the caller to mark.
    pub fn post(
        &self,
        spikes: &SpikeList<F>,
        sent: u64,
        calendar: &mut Calendar<F>,
        spill: &mut dyn FnMut(&mut Calendar<F>, usize),
    ) {
        let Delays::Each(delays) = &self.delays else { return };
        of_any_width!(&self.targets, targets => of_any_width!(delays, delays => {
            for (source, value) in spikes.iter() {
                let row = self.row(source);
                let synapses = (&targets[row.clone()], &delays[row.clone()]);
                match &self.weights {
                    Weights::All(weight) => {
                        let added = *weight * value;
                        post_row(synapses, |_| repeat(added), sent, calendar, spill);
                    }
                    Weights::Each(weights) => {
                        let weights = &weights[row];
                        let added = |from: usize| weights[from..].iter().map(|&w| w * value);
                        post_row(synapses, added, sent, calendar, spill);
                    }
                }
            }
        }))
    }

    /// As [`Self::post`], where some of the spikes have been due already.
    pub fn post_late(
        &self,
        spikes: &SpikeList<F>,
        sent: u64,
        now: u64,
        calendar: &mut Calendar<F>,
        spill: &mut dyn FnMut(&mut Calendar<F>, usize),
    ) {
        for (source, value) in spikes.iter() {
            for synapse in self.row(source).map(|i| self.synapse(i)) {
                if sent + u64::from(synapse.delay) > now {
                    let synapses = (&[synapse.target][..], &[synapse.delay][..]);
                    let added = synapse.weight * value;
                    post_row(synapses, |_| repeat(added), sent, calendar, spill);
                }
            }
        }
    }

    /// Adds the spikes of one synapse for each target, which has the place of its source: a count for
    /// each source, mostly not zero.
    ///
    /// This is what [`Self::add`] does, bit by bit: a sum that runs from zero is never -0, so that
    /// adding a zero leaves it as it is. Weights must be finite.
    pub fn add_counts(&self, counts: &[F], sums: &mut [F]) {
        match &self.weights {
            Weights::All(weight) => {
                let pairs = sums.iter_mut().zip(counts);
                pairs.for_each(|(sum, &count)| *sum = *sum + *weight * count);
            }
            Weights::Each(weights) => {
                let triples = sums.iter_mut().zip(counts).zip(weights);
                triples.for_each(|((sum, &count), &weight)| *sum = *sum + weight * count);
            }
        }
    }
}

#[inline(always)]
fn add_equal<F: Real>(targets: &[impl Index], added: F, sums: &mut [F]) {
    for target in targets {
        let sum = &mut sums[target.at()];
        *sum = *sum + added;
    }
}

#[inline(always)]
fn add_weighted<F: Real>(targets: &[impl Index], weights: &[F], value: F, sums: &mut [F]) {
    for (target, &weight) in targets.iter().zip(weights) {
        let sum = &mut sums[target.at()];
        *sum = *sum + weight * value;
    }
}

/// `added` gives what synapses add from one of them on.
#[inline(always)]
fn post_row<F: Real, T: Index, D: Index, A: Iterator<Item = F>>(
    (targets, delays): (&[T], &[D]),
    added: impl Fn(usize) -> A,
    sent: u64,
    calendar: &mut Calendar<F>,
    spill: &mut dyn FnMut(&mut Calendar<F>, usize),
) {
    let mut from = 0;
    loop {
        let (targets, delays) = (&targets[from..], &delays[from..]);
        let done = put_row((targets, delays), added(from), sent, calendar.pages());
        from += done;
        match delays.get(done) {
            None => return,
            Some(delay) => spill(calendar, calendar.day(sent + delay.at() as u64)),
        }
    }
}

/// How many events found room, up to the first that did not.
#[inline(always)]
fn put_row<F: Real, T: Index, D: Index>(
    (targets, delays): (&[T], &[D]),
    added: impl Iterator<Item = F>,
    sent: u64,
    mut pages: Pages<'_, F>,
) -> usize {
    for (i, ((target, delay), added)) in targets.iter().zip(delays).zip(added).enumerate() {
        if !pages.put(sent as usize + delay.at(), target.at(), added) {
            return i;
        }
    }
    targets.len()
}
