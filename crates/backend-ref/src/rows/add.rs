//! Spikes through rows: the innermost loops.
//!
//! Widths of indices and kinds of weights are told apart once for the spikes of a step, so that the
//! loops over synapses know them.

use pontine_mechanism::Real;

use super::{
    Delays, Rows, Weights,
    narrow::{Index, of_any_width},
};
use crate::spikes::SpikeList;

/// Rows of sums, one for each of the next steps; row `step & mask` begins at `(step & mask) · width`.
pub(crate) struct Sums<'a, F> {
    /// All rows.
    pub values: &'a mut [F],
    /// Length of a row.
    pub width: usize,
    /// One less than the number of rows, a power of two.
    pub mask: u64,
}

impl<F: Real> Sums<'_, F> {
    /// The row of a step.
    #[inline]
    pub fn row(&mut self, step: u64) -> &mut [F] {
        &mut self.values[(step & self.mask) as usize * self.width..][..self.width]
    }
}

impl<F: Real> Rows<F> {
    /// Adds weight · value of each synapse of these spikes to its target's sum.
    pub fn add(&self, spikes: &SpikeList<F>, sums: &mut [F]) {
        of_any_width!(&self.targets, targets => match &self.weights {
            Weights::All(weight) => {
                for (source, value) in spikes.iter() {
                    add_equal(&targets[self.row(source)], *weight * value, sums);
                }
            }
            Weights::Each(weights) => {
                for (source, value) in spikes.iter() {
                    let row = self.row(source);
                    add_weighted(&targets[row.clone()], &weights[row], value, sums);
                }
            }
        })
    }

    /// Adds the spikes of step `sent`, which is over, to the sums of the steps in which they are due;
    /// those are all to come.
    pub fn send(&self, spikes: &SpikeList<F>, sent: u64, sums: &mut Sums<'_, F>) {
        let delays = match &self.delays {
            Delays::All(delay) => return self.add(spikes, sums.row(sent + u64::from(*delay))),
            Delays::Each(delays) => delays,
        };
        of_any_width!(&self.targets, targets => of_any_width!(delays, delays => {
            for (source, value) in spikes.iter() {
                let row = self.row(source);
                let (targets, delays) = (&targets[row.clone()], &delays[row.clone()]);
                match &self.weights {
                    Weights::All(weight) => {
                        let added = *weight * value;
                        send_row(targets, delays, std::iter::repeat(added), sent, sums);
                    }
                    Weights::Each(weights) => {
                        let added = weights[row].iter().map(|&weight| weight * value);
                        send_row(targets, delays, added, sent, sums);
                    }
                }
            }
        }))
    }

    /// As [`Self::send`], where some of the spikes have been due already.
    pub fn send_late(&self, spikes: &SpikeList<F>, sent: u64, now: u64, sums: &mut Sums<'_, F>) {
        for (source, value) in spikes.iter() {
            for synapse in self.row(source).map(|i| self.synapse(i)) {
                let due = sent + u64::from(synapse.delay);
                if due > now {
                    let sum = &mut sums.row(due)[synapse.target as usize];
                    *sum = *sum + synapse.weight * value;
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

#[inline(always)]
fn send_row<F: Real>(
    targets: &[impl Index],
    delays: &[impl Index],
    added: impl Iterator<Item = F>,
    sent: u64,
    sums: &mut Sums<'_, F>,
) {
    let (sent, mask, width) = (sent as usize, sums.mask as usize, sums.width);
    for ((target, delay), added) in targets.iter().zip(delays).zip(added) {
        let sum = &mut sums.values[((sent + delay.at()) & mask) * width + target.at()];
        *sum = *sum + added;
    }
}
