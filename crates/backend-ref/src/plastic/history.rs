//! What the targets of synapses have sent, until every synapse has taken it in.

use std::ops::Range;

use pontine_mechanism::Real;

use crate::spike_list::SpikeList;

/// Spikes of the targets of one share, of one signal.
///
/// The last spikes of each target stand together, as many as a line of the cache holds, where most synapses find all that they
/// look for; all of them stand behind one another elsewhere.
#[derive(Clone, Debug)]
pub(crate) struct History<F> {
    /// Which spike signal.
    pub signal: usize,
    /// For each target the steps of its last spikes, latest first; 0 where there was none.
    recent: Vec<[u32; N_RECENT]>,
    /// For each target: step and value of each spike, in their order.
    spikes: Vec<Vec<(u64, F)>>,
    /// Whether each spike counts once.
    are_single: bool,
    /// The step of the last of all.
    newest: u64,
    n: usize,
    /// The step up to which all has been forgotten.
    forgotten: u64,
}

/// As many as a line holds.
pub(super) const N_RECENT: usize = 16;

/// So many spikes of each target are remembered, in the mean, before all synapses take them in.
const SPIKES_PER_TARGET: usize = 8;
const LEAST_ROOM: usize = 1024;

/// After so many steps all is taken in anyway, so that 32 bits tell steps apart.
const LONGEST: u64 = 1 << 30;

/// Spikes that a synapse has yet to take in.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Due {
    /// So many, of which the last is the one in this place among the recent ones.
    Recent {
        /// How many.
        n: u32,
        /// How many came after the last of them.
        later: u32,
    },
    /// Those in these places among all.
    Old {
        /// The first.
        first: u32,
        /// One more than the last.
        end: u32,
    },
}

impl<F: Real> History<F> {
    /// No spikes yet; nothing is known of those up to step `now`.
    pub fn new(signal: usize, n_targets: usize, now: u64) -> Self {
        let recent = vec![[now as u32; N_RECENT]; n_targets];
        let spikes = vec![Vec::new(); n_targets];
        Self { signal, recent, spikes, are_single: true, newest: 0, n: 0, forgotten: now }
    }

    /// Adds the spikes of a step, later than all before; those of `targets` alone.
    pub fn add(&mut self, step: u64, list: &SpikeList<F>, targets: &Range<usize>) {
        let own = |(i, _): &(u32, F)| targets.contains(&(*i as usize));
        for (i, value) in list.iter().filter(own) {
            let target = i as usize - targets.start;
            self.spikes[target].push((step, value));
            let recent = &mut self.recent[target];
            recent.copy_within(..N_RECENT - 1, 1);
            recent[0] = step as u32;
            self.are_single &= value == F::from_i32(1);
            (self.newest, self.n) = (step, self.n + 1);
        }
    }

    /// Whether it is time, at the end of step `now`, to have all taken in.
    pub fn is_full(&self, now: u64) -> bool {
        self.n > SPIKES_PER_TARGET * self.spikes.len() + LEAST_ROOM
            || now - self.forgotten >= LONGEST
    }

    /// Forgets the spikes up to a step, which all synapses have taken in.
    pub fn forget(&mut self, last: u64) {
        for (spikes, recent) in self.spikes.iter_mut().zip(&mut self.recent) {
            let n = spikes.partition_point(|(step, _)| *step <= last);
            spikes.drain(..n);
            self.n -= n;
            let kept = spikes.len().min(N_RECENT);
            recent[kept..].fill(last as u32);
        }
        self.forgotten = last;
    }

    /// The step of the last spike of all targets, 0 if there was none.
    pub fn newest(&self) -> u64 {
        self.newest
    }

    /// Whether each spike counts once, so that steps tell all.
    pub fn are_single(&self) -> bool {
        self.are_single
    }

    /// The low 32 bits of the steps of the last spikes of all targets, [`N_RECENT`] of each, latest first.
    pub fn recent(&self) -> &[[u32; N_RECENT]] {
        &self.recent
    }

    /// The spikes of a target after step `seen`, up to step `until`; nothing up to `seen` but what has
    /// been forgotten is looked for.
    #[inline]
    pub fn due(&self, target: usize, seen: u64, until: u64) -> Option<Due> {
        let recent = &self.recent[target];
        // Steps since `seen`; negative for those before it.
        let after = |step: u32| step.wrapping_sub(seen as u32) as i32;
        if after(recent[0]) <= 0 {
            return None;
        }
        let span = until.wrapping_sub(seen) as u32 as i32;
        let later = recent.iter().take_while(|step| after(**step) > span).count();
        let n = recent[later..].iter().take_while(|step| after(**step) > 0).count();
        if later + n == N_RECENT || !self.are_single {
            return self.old(target, seen, until);
        }
        (n > 0).then_some(Due::Recent { n: n as u32, later: later as u32 })
    }

    #[cold]
    fn old(&self, target: usize, seen: u64, until: u64) -> Option<Due> {
        let n_until = |last: u64| self.spikes[target].partition_point(|(step, _)| *step <= last);
        let (first, end) = (n_until(seen) as u32, n_until(until) as u32);
        (first < end).then_some(Due::Old { first, end })
    }

    /// The low 32 bits of the step, and the value, of the first of these spikes of a target.
    #[inline]
    pub fn first(&self, target: usize, due: Due) -> (u32, F) {
        match due {
            Due::Recent { n, later } => {
                let recent = &self.recent[target];
                (recent[(later + n - 1) as usize % N_RECENT], F::from_i32(1))
            }
            Due::Old { first, .. } => {
                let (step, value) = self.spikes[target][first as usize];
                (step as u32, value)
            }
        }
    }

    /// How many spikes a target sent in a step that is remembered.
    pub fn at(&self, target: usize, step: u64) -> F {
        let found = self.spikes[target].iter().rev().find(|(sent, _)| *sent == step);
        found.map_or(F::default(), |(_, value)| *value)
    }

    /// Bytes held.
    pub fn memory_bytes(&self) -> u64 {
        let each = (self.n * size_of::<(u64, F)>()) as u64;
        each + (self.recent.len() * (size_of::<[u32; N_RECENT]>() + size_of::<Vec<F>>())) as u64
    }
}

impl Due {
    /// The same without the first, if there are more.
    #[inline]
    pub fn rest(self) -> Option<Self> {
        match self {
            Self::Recent { n, later } => (n > 1).then_some(Self::Recent { n: n - 1, later }),
            Self::Old { first, end } => {
                (first + 1 < end).then_some(Self::Old { first: first + 1, end })
            }
        }
    }
}
