//! Spike signals: the list of this step, and of as many steps before as delays reach back.

use pontine_core_ir::port::CompileError;
use pontine_mechanism::Real;

use crate::{
    arena::Column,
    memory::{bytes, reserve},
};

/// The spikes of one step, in ascending order of index.
#[derive(Clone, Debug, Default)]
pub(crate) struct SpikeList<F> {
    /// Which elements.
    pub indices: Vec<u32>,
    /// How many spikes each, with their sign.
    pub values: Vec<F>,
}

impl<F: Real> SpikeList<F> {
    /// Index and value of each.
    pub fn iter(&self) -> impl Iterator<Item = (u32, F)> + '_ {
        self.indices.iter().copied().zip(self.values.iter().copied())
    }

    fn clear(&mut self) {
        self.indices.clear();
        self.values.clear();
    }
}

/// One spike signal.
#[derive(Debug)]
pub(crate) struct Spikes<F> {
    /// Number of elements.
    pub n: usize,
    /// What a spike of value 1 counts where it is read as dense.
    pub amplitude: F,
    /// Where it is read as dense, if anywhere.
    column: Option<Column>,
    lists: Vec<SpikeList<F>>,
    now: usize,
}

impl<F: Real> Spikes<F> {
    /// No spikes yet.
    pub fn new(n: usize, amplitude: F, column: Option<Column>) -> Self {
        Self { n, amplitude, column, lists: vec![SpikeList::default()], now: 0 }
    }

    /// Keeps the lists of `steps` steps before this one; those kept already stay.
    pub fn reach_back(&mut self, what: &str, steps: u32) -> Result<(), CompileError> {
        let old = self.lists.len();
        let new = steps as usize + 1;
        if new > old {
            reserve(what, &mut self.lists, new - old)?;
            // From the oldest to that of this step, which becomes the last.
            self.lists.rotate_left((self.now + 1) % old);
            self.lists.resize(new, SpikeList::default());
            self.lists.rotate_right(new - old);
            self.now = new - 1;
        }
        Ok(())
    }

    /// Goes on to the next step, which has no spikes yet.
    pub fn turn(&mut self, dense: &mut [F]) {
        if let Some(column) = self.column {
            for &i in &self.lists[self.now].indices {
                dense[column.at + i as usize] = F::default();
            }
        }
        self.now = (self.now + 1) % self.lists.len();
        self.lists[self.now].clear();
    }

    /// Adds a spike to this step; indices ascend.
    #[inline]
    pub fn push(&mut self, index: u32, value: F) {
        let list = &mut self.lists[self.now];
        list.indices.push(index);
        list.values.push(value);
    }

    /// Shows the spikes of this step to those who read them as dense.
    pub fn show(&self, dense: &mut [F]) {
        if let Some(column) = self.column {
            for (i, value) in self.current().iter() {
                dense[column.at + i as usize] = self.amplitude * value;
            }
        }
    }

    /// The spikes of this step.
    pub fn current(&self) -> &SpikeList<F> {
        &self.lists[self.now]
    }

    /// The spikes of `steps` steps ago, at most as many as it reaches back.
    pub fn ago(&self, steps: u32) -> &SpikeList<F> {
        let n = self.lists.len();
        &self.lists[(self.now + n - steps as usize) % n]
    }

    /// The spikes of this step as numbers.
    pub fn to_dense(&self) -> Vec<f64> {
        let mut dense = vec![0.0; self.n];
        for (i, value) in self.current().iter() {
            dense[i as usize] = (self.amplitude * value).to_f64();
        }
        dense
    }

    /// Bytes held.
    pub fn memory_bytes(&self) -> u64 {
        let of_list = |list: &SpikeList<F>| bytes(&list.indices) + bytes(&list.values);
        bytes(&self.lists) + self.lists.iter().map(of_list).sum::<u64>()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn step(spikes: &mut Spikes<f64>, dense: &mut [f64], index: u32) {
        spikes.turn(dense);
        spikes.push(index, 2.0);
        spikes.show(dense);
    }

    #[test]
    fn reaching_further_back_keeps_what_is_there() {
        let mut spikes = Spikes::new(9, 1.0, None);
        spikes.reach_back("", 2).unwrap();
        (1..=4).for_each(|index| step(&mut spikes, &mut [], index));
        spikes.reach_back("", 5).unwrap();
        spikes.reach_back("", 3).unwrap();
        let seen: Vec<_> = (0..=5).map(|d| spikes.ago(d).indices.clone()).collect();
        assert_eq!(seen, [vec![4], vec![3], vec![2], vec![], vec![], vec![]]);
        step(&mut spikes, &mut [], 5);
        assert_eq!(spikes.ago(3).indices, [2]);
    }

    #[test]
    fn the_dense_view_shows_this_step_alone() {
        let mut dense = [0.0; 4];
        let mut spikes = Spikes::new(2, 10.0, Some(Column { at: 2, len: 2 }));
        step(&mut spikes, &mut dense, 1);
        assert_eq!(dense, [0.0, 0.0, 0.0, 20.0]);
        step(&mut spikes, &mut dense, 0);
        assert_eq!(dense, [0.0, 0.0, 20.0, 0.0]);
        assert_eq!(spikes.to_dense(), [20.0, 0.0]);
    }
}
