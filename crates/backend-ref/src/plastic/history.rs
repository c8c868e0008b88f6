//! What the targets of synapses have sent, until every synapse has taken it in.

use std::ops::Range;

use crate::spikes::SpikeList;

/// Spikes of the targets of one share, of one signal.
#[derive(Clone, Debug)]
pub(crate) struct History<F> {
    /// Which spike signal.
    pub signal: usize,
    /// For each target: step and value of each spike, in their order.
    spikes: Vec<Vec<(u64, F)>>,
    /// The step of the last spike of each target, 0 if there was none.
    latest: Vec<u64>,
    /// The step of the last of all.
    newest: u64,
    n: usize,
}

/// So many spikes of each target are remembered, in the mean, before all synapses take them in.
const SPIKES_PER_TARGET: usize = 8;
const LEAST_ROOM: usize = 1024;

impl<F: Copy> History<F> {
    /// No spikes yet.
    pub fn new(signal: usize, n_targets: usize) -> Self {
        let (spikes, latest) = (vec![Vec::new(); n_targets], vec![0; n_targets]);
        Self { signal, spikes, latest, newest: 0, n: 0 }
    }

    /// Adds the spikes of a step, later than all before; those of `targets` alone.
    pub fn add(&mut self, step: u64, list: &SpikeList<F>, targets: &Range<usize>)
    where
        F: pontine_mechanism::Real,
    {
        let own = |(i, _): &(u32, F)| targets.contains(&(*i as usize));
        for (i, value) in list.iter().filter(own) {
            let target = i as usize - targets.start;
            self.spikes[target].push((step, value));
            self.latest[target] = step;
            (self.newest, self.n) = (step, self.n + 1);
        }
    }

    /// Whether it is time to have all taken in.
    pub fn is_full(&self) -> bool {
        self.n > SPIKES_PER_TARGET * self.spikes.len() + LEAST_ROOM
    }

    /// Forgets the spikes up to a step.
    pub fn forget(&mut self, last: u64) {
        for spikes in &mut self.spikes {
            let n = spikes.partition_point(|(step, _)| *step <= last);
            spikes.drain(..n);
            self.n -= n;
        }
    }

    /// The step of the last spike of all targets, 0 if there was none.
    pub fn newest(&self) -> u64 {
        self.newest
    }

    /// For each target, the step of its last spike, 0 if there was none.
    pub fn latest(&self) -> &[u64] {
        &self.latest
    }

    /// Step and value of each spike of a target that is remembered, in their order.
    #[inline]
    pub fn of(&self, target: usize) -> &[(u64, F)] {
        &self.spikes[target]
    }

    /// How many spikes of a target are remembered up to a step.
    #[inline]
    pub fn n_until(&self, target: usize, last: u64) -> usize {
        self.spikes[target].partition_point(|(step, _)| *step <= last)
    }

    /// Bytes held.
    pub fn memory_bytes(&self) -> u64 {
        let each = (self.n * size_of::<(u64, F)>()) as u64;
        each + (self.latest.len() * (8 + size_of::<Vec<F>>())) as u64
    }
}
