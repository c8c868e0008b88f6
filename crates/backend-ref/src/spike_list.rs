//! The spikes of one step.

use std::ops::Range;

use pontine_core_ir::port::CompileError;
use pontine_mechanism::Real;

use crate::memory::reserve;

/// The spikes of one step, in ascending order of index.
///
/// Where they stand may be longer than the list: what is beyond its end is room for more.
#[derive(Clone, Debug, Default)]
pub(crate) struct SpikeList<F> {
    n: usize,
    indices: Vec<u32>,
    values: Vec<F>,
}

impl<F: Real> SpikeList<F> {
    /// More than a list need have room for, so that spikes can be written by eights.
    pub const SLACK: usize = 8;

    /// A list with room for a spike of each of `n` elements, so that a step need not allocate.
    pub fn with_room(what: &str, n: usize) -> Result<Self, CompileError> {
        let mut list = Self::default();
        reserve(what, &mut list.indices, n + Self::SLACK)?;
        reserve(what, &mut list.values, n + Self::SLACK)?;
        Ok(list)
    }

    /// Which elements.
    #[inline]
    pub fn indices(&self) -> &[u32] {
        &self.indices[..self.n]
    }

    /// How many spikes each, with their sign.
    #[inline]
    pub fn values(&self) -> &[F] {
        &self.values[..self.n]
    }

    /// Index and value of each.
    pub fn iter(&self) -> impl Iterator<Item = (u32, F)> + '_ {
        self.indices().iter().copied().zip(self.values().iter().copied())
    }

    /// Indices and values of some of them.
    pub fn part(&self, which: Range<usize>) -> (&[u32], &[F]) {
        (&self.indices()[which.clone()], &self.values()[which])
    }

    /// Number of elements that have spiked.
    pub fn len(&self) -> usize {
        self.n
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.n == 0
    }

    /// Forgets all.
    pub fn clear(&mut self) {
        self.n = 0;
    }

    /// Adds a spike; indices ascend.
    #[inline]
    pub fn push(&mut self, index: u32, value: F) {
        self.append(&[index], &[value]);
    }

    /// Adds spikes of higher indices.
    #[inline]
    pub fn append(&mut self, indices: &[u32], values: &[F]) {
        let (to_indices, to_values) = self.room(indices.len());
        to_indices[..indices.len()].copy_from_slice(indices);
        to_values[..values.len()].copy_from_slice(values);
        self.add(indices.len());
    }

    /// Where the next spikes go: room for `n` of them at least.
    #[inline]
    pub fn room(&mut self, n: usize) -> (&mut [u32], &mut [F]) {
        let end = self.n + n;
        if self.indices.len() < end {
            self.indices.resize(end, 0);
            self.values.resize(end, F::default());
        }
        (&mut self.indices[self.n..], &mut self.values[self.n..])
    }

    /// Adds the first `n` spikes that stand in its [`room`](Self::room).
    #[inline]
    pub fn add(&mut self, n: usize) {
        self.n += n;
    }

    /// Bytes held.
    pub fn memory_bytes(&self) -> u64 {
        crate::memory::bytes(&self.indices) + crate::memory::bytes(&self.values)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stands_behind_the_end_is_not_in_the_list() {
        let mut list = SpikeList::<f64>::with_room("", 3).unwrap();
        list.append(&[1, 4], &[1.0, 2.0]);
        let (indices, values) = list.room(2);
        indices[..2].copy_from_slice(&[5, 7]);
        values[..2].copy_from_slice(&[3.0, 9.0]);
        list.add(1);
        assert_eq!((list.indices(), list.values()), (&[1, 4, 5][..], &[1.0, 2.0, 3.0][..]));
        list.clear();
        assert!(list.is_empty());
        list.push(2, 1.0);
        assert_eq!(list.iter().collect::<Vec<_>>(), [(2, 1.0)]);
        assert_eq!(list.part(0..1), (&[2][..], &[1.0][..]));
    }
}
