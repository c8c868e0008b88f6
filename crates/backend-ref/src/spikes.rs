//! Spike signals: what was sent in this step, and in as many steps before as delays reach back.
//!
//! Spikes are lists; a step finds its list by its number. Where most cells spike in most steps, and
//! every synapse joins a cell to the one of its own place, they stay columns of counts instead.

use std::ops::Range;

use pontine_core_ir::port::CompileError;
use pontine_mechanism::{Lines, Real};

use crate::{
    arena::Column,
    memory::{bytes, reserve},
    slots::Slots,
    spike_list::SpikeList,
};

/// One spike signal.
#[derive(Debug)]
pub(crate) struct Spikes<F> {
    /// Number of elements.
    pub n: usize,
    /// What a spike of value 1 counts where it is read as dense.
    pub amplitude: F,
    /// Elements that are set in this share.
    pub own: Range<usize>,
    /// Where the own elements are read as dense, if anywhere.
    column: Option<Column>,
    /// How many steps back spikes are kept: the longest delay that there was so far.
    reach: u32,
    /// Steps that are done before their spikes are sent; none if they are not sent at all.
    slice: Option<u32>,
    /// A power of two.
    lists: Vec<SpikeList<F>>,
    /// Counts of the own elements, in place of lists.
    counts: Option<Slots>,
}

impl<F: Real> Spikes<F> {
    /// No spikes yet.
    pub fn new(
        what: &str,
        n: usize,
        amplitude: F,
        own: Range<usize>,
        column: Option<Column>,
        slice: Option<u32>,
    ) -> Result<Self, CompileError> {
        let (lists, counts) = (Vec::new(), None);
        let mut spikes = Self { n, amplitude, own, column, reach: 1, slice, lists, counts };
        spikes.lists = spikes.empty_lists(what)?;
        Ok(spikes)
    }

    /// Keeps spikes for `reach` steps, of which those kept already stay; step `now` is over.
    pub fn reach_back(
        &mut self,
        what: &str,
        reach: u32,
        now: u64,
        dense: &[F],
    ) -> Result<(), CompileError> {
        if reach > self.reach {
            self.list(what, dense, now)?;
            let kept = self.steps_kept(now);
            self.reach = reach;
            let mut lists = self.empty_lists(what)?;
            for step in kept {
                let at = place(step, lists.len());
                lists[at].append(self.at(step).indices(), self.at(step).values());
            }
            self.lists = lists;
        }
        Ok(())
    }

    /// How many steps back spikes are kept.
    pub fn reach(&self) -> u32 {
        self.reach
    }

    /// Lists with room for a spike of each element, so that a step need not allocate.
    fn empty_lists(&self, what: &str) -> Result<Vec<SpikeList<F>>, CompileError> {
        let slice = self.slice.unwrap_or(1);
        let n_steps = (self.reach as usize + slice as usize).next_power_of_two();
        let mut lists = Vec::new();
        reserve(what, &mut lists, n_steps)?;
        for _ in 0..n_steps {
            lists.push(SpikeList::with_room(what, self.n)?);
        }
        Ok(lists)
    }

    /// Keeps columns of counts in place of lists, from step 0 on.
    pub fn count(&mut self, what: &str, dense: &mut Lines<F>) -> Result<(), CompileError> {
        let n_steps = self.lists.len() as u32;
        self.counts = Some(Slots::new(what, dense, self.own.len(), n_steps)?);
        self.lists = Vec::new();
        Ok(())
    }

    /// Goes back to lists, of the steps that are kept up to `now`.
    pub fn list(&mut self, what: &str, dense: &[F], now: u64) -> Result<(), CompileError> {
        if self.counts.is_some() {
            let mut lists = self.empty_lists(what)?;
            for step in self.steps_kept(now) {
                let list = place(step, lists.len());
                self.each(step, dense, |i, count| lists[list].push(i, count));
            }
            (self.lists, self.counts) = (lists, None);
        }
        Ok(())
    }

    /// Whether somebody reads it as dense.
    pub fn is_shown(&self) -> bool {
        self.column.is_some()
    }

    /// Where it is read as dense.
    pub fn shown_at(&self) -> Option<Column> {
        self.column
    }

    /// Whether others than the operators of the step take lists of them.
    pub fn is_sent(&self) -> bool {
        self.slice.is_some() && self.counts.is_none()
    }

    /// Where counts are kept, if in place of lists.
    pub fn counts(&self) -> Option<Slots> {
        self.counts
    }

    /// Begins a step, which has no spikes yet.
    pub fn begin(&mut self, step: u64, dense: &mut [F]) {
        self.hide(step - 1, dense);
        self.at_mut(step).clear();
    }

    /// Shows the spikes of a step no more.
    pub fn hide(&self, step: u64, dense: &mut [F]) {
        self.each_shown(step, |at, _| dense[at] = F::default());
    }

    /// Shows the spikes of a step to those who read them as dense.
    pub fn show(&self, step: u64, dense: &mut [F]) {
        self.each_shown(step, |at, value| dense[at] = self.amplitude * value);
    }

    /// Where the spikes of the own elements are read as dense, if anywhere; lists have those of others
    /// as well when a step is over.
    fn each_shown(&self, step: u64, mut visit: impl FnMut(usize, F)) {
        if let Some(column) = self.column {
            let own = |(i, _): &(u32, F)| self.own.contains(&(*i as usize));
            for (i, value) in self.at(step).iter().filter(own) {
                visit(column.at + i as usize - self.own.start, value);
            }
        }
    }

    /// The spikes of a step, which is among those that are kept.
    #[inline]
    pub fn at(&self, step: u64) -> &SpikeList<F> {
        &self.lists[place(step, self.lists.len())]
    }

    /// The spikes of a step, to be changed.
    #[inline]
    pub fn at_mut(&mut self, step: u64) -> &mut SpikeList<F> {
        let place = place(step, self.lists.len());
        &mut self.lists[place]
    }

    /// The steps that are kept when step `now` is over.
    pub fn steps_kept(&self, now: u64) -> Range<u64> {
        now.saturating_sub(self.reach.into()).max(1)..now + 1
    }

    /// Forgets all spikes.
    pub fn forget(&mut self, dense: &mut [F]) {
        self.lists.iter_mut().for_each(SpikeList::clear);
        let columns = self.counts.map(|counts| counts.all());
        for range in columns.into_iter().chain(self.column.map(Column::range)) {
            dense[range].fill(F::default());
        }
    }

    /// Adds a spike to one of the steps that are kept; indices ascend.
    pub fn put(&mut self, step: u64, index: u32, value: F, dense: &mut [F]) {
        match self.counts {
            None => self.at_mut(step).push(index, value),
            Some(counts) => dense[counts.column(step)][index as usize - self.own.start] = value,
        }
    }

    /// Calls `put` with index and count of each spike of a step.
    pub fn each(&self, step: u64, dense: &[F], mut put: impl FnMut(u32, F)) {
        match self.counts {
            None => self.at(step).iter().for_each(|(i, value)| put(i, value)),
            Some(counts) => {
                let column = self.own.clone().zip(&dense[counts.column(step)]);
                let spikes = column.filter(|(_, count)| **count != F::default());
                spikes.for_each(|(i, &count)| put(i as u32, count));
            }
        }
    }

    /// Bytes held.
    pub fn memory_bytes(&self) -> u64 {
        bytes(&self.lists) + self.lists.iter().map(SpikeList::memory_bytes).sum::<u64>()
    }
}

/// Where a step stands among `n` columns, a power of two. Steps before the first wrap around to
/// places that nothing has been written to.
#[inline]
fn place(step: u64, n: usize) -> usize {
    (step & (n as u64 - 1)) as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    fn step(spikes: &mut Spikes<f64>, dense: &mut [f64], step: u64) {
        spikes.begin(step, dense);
        spikes.at_mut(step).push(step as u32 % 2, step as f64);
        spikes.show(step, dense);
    }

    fn new(own: Range<usize>, column: Option<Column>) -> Spikes<f64> {
        Spikes::new("", 9, 10.0, own, column, Some(1)).unwrap()
    }

    #[test]
    fn reaching_further_back_keeps_what_was_in_reach() {
        let mut spikes = new(0..9, None);
        spikes.reach_back("", 3, 0, &[]).unwrap();
        (1..=6).for_each(|n| step(&mut spikes, &mut [], n));
        spikes.reach_back("", 6, 6, &[]).unwrap();
        spikes.reach_back("", 2, 6, &[]).unwrap();
        let seen: Vec<_> = (0..=5).map(|age| spikes.at(6 - age).values().to_vec()).collect();
        assert_eq!(seen, [vec![6.0], vec![5.0], vec![4.0], vec![3.0], vec![], vec![]]);
        assert_eq!(spikes.steps_kept(6), 1..7);
        step(&mut spikes, &mut [], 7);
        assert_eq!(spikes.at(3).values(), [3.0]);
    }

    #[test]
    fn the_dense_view_shows_this_step_alone() {
        let mut dense = [0.0; 4];
        let mut spikes = new(0..2, Some(Column { at: 2, len: 2 }));
        step(&mut spikes, &mut dense, 1);
        assert_eq!(dense, [0.0, 0.0, 0.0, 10.0]);
        step(&mut spikes, &mut dense, 2);
        assert_eq!(dense, [0.0, 0.0, 20.0, 0.0]);
    }

    #[test]
    fn counts_become_lists_of_the_same_spikes() {
        let mut dense = Lines::new();
        let mut spikes = new(4..6, None);
        spikes.count("", &mut dense).unwrap();
        let slots = spikes.counts().unwrap();
        dense[slots.column(7)].copy_from_slice(&[0.0, 3.0]);
        dense[slots.column(8)].copy_from_slice(&[1.0, 0.0]);
        spikes.list("", &dense, 8).unwrap();
        assert!(spikes.counts().is_none());
        assert_eq!((spikes.at(7).indices(), spikes.at(7).values()), (&[5][..], &[3.0][..]));
        assert_eq!(spikes.at(8).indices(), [4]);
    }
}
