//! Columns that turn with the steps: one for each of the next steps, or of the last.

use std::ops::Range;

use pontine_core_ir::port::CompileError;

use pontine_mechanism::Lines;

use crate::{arena::padded, memory::grow};

/// A power of two of columns in the array of numbers; that of a step is found by its number.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Slots {
    /// Where the first column begins.
    at: usize,
    /// Elements of each column, without padding.
    len: usize,
    /// One less than the number of columns.
    mask: u64,
}

impl Slots {
    /// Columns of `len` zeros for `n_steps` steps, at the end of the array.
    pub fn new<F: Copy + Default>(
        what: &str,
        dense: &mut Lines<F>,
        len: usize,
        n_steps: u32,
    ) -> Result<Self, CompileError> {
        let n_steps = (n_steps.max(1) as usize).next_power_of_two();
        let at = dense.len();
        grow(what, dense, padded(len).saturating_mul(n_steps))?;
        Ok(Self { at, len, mask: n_steps as u64 - 1 })
    }

    /// Number of steps for which there is a column.
    pub fn n_steps(&self) -> u32 {
        self.mask as u32 + 1
    }

    /// Distance from column to column.
    pub fn width(&self) -> usize {
        padded(self.len)
    }

    /// The column of a step.
    #[inline]
    pub fn column(&self, step: u64) -> Range<usize> {
        let at = self.at + (step & self.mask) as usize * self.width();
        at..at + self.len
    }

    /// All columns.
    pub fn all(&self) -> Range<usize> {
        self.at..self.at + self.width() * self.n_steps() as usize
    }
}
