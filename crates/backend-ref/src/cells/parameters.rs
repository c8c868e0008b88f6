//! Parameters of cells, and what is derived from them, as the columns that kernels read.

use std::ops::Range;

use pontine_core_ir::Mechanism;
use pontine_mechanism::{LANES, Lines, Real, derive};

use crate::{
    arena::{Column, padded},
    slots::Slots,
};

/// Where a kernel finds a value: one splatted block for all cells, or a column.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Place {
    at: usize,
    /// 1 if each cell has its own value, else 0.
    stride: usize,
    /// A sum that is cleared when it has been read.
    pub is_sum: bool,
}

impl Place {
    /// One block of [`LANES`] equal values for all cells.
    pub fn same(at: usize) -> Self {
        Self { at, ..Self::default() }
    }

    /// One value for each cell.
    pub fn each(at: usize) -> Self {
        Self { at, stride: 1, ..Self::default() }
    }

    /// A sum for each cell.
    pub fn sum(slots: &Slots) -> Self {
        Self { is_sum: true, ..Self::each(slots.all().start) }
    }

    /// The values of `n` cells, if each has its own.
    pub fn column(self, n: usize) -> Option<Column> {
        (self.stride > 0).then_some(Column { at: self.at, len: n })
    }

    /// Where the block begins whose first cell is `first`.
    #[inline]
    pub fn of_block(self, first: usize) -> usize {
        self.at + self.stride * first
    }
}

/// The parameters of one group of cells.
#[derive(Debug)]
pub(crate) struct Parameters<F> {
    /// Parameters and derived ones, rounded.
    pub constants: Lines<F>,
    /// Where each parameter is.
    pub places: Vec<Place>,
    /// Where each derived parameter is.
    pub derived: Vec<Place>,
    /// No cell differs from another.
    pub homogeneous: bool,
}

impl<F: Real> Parameters<F> {
    /// Derives what follows from parameters, each one number or one for each cell, and lays all out for
    /// some of the cells.
    ///
    /// # Errors
    /// What the mechanism says of the values.
    pub fn new(
        mechanism: &Mechanism,
        dt: f64,
        given: &[Vec<f64>],
        cells: Range<usize>,
    ) -> Result<Self, String> {
        let slices: Vec<&[f64]> = given.iter().map(Vec::as_slice).collect();
        let derived = derive(mechanism, dt, &slices).map_err(|e| e.to_string())?;
        let homogeneous = given.iter().all(|values| values.len() == 1);
        let mut constants = Vec::new();
        let mut all = |columns: &[Vec<f64>]| {
            columns.iter().map(|values| lay_out(values, &cells, &mut constants)).collect()
        };
        let (places, derived) = (all(given), all(&derived));
        let mut lines = Lines::new();
        lines.try_grow(constants.len()).map_err(|e| e.to_string())?;
        lines.copy_from_slice(&constants);
        Ok(Self { constants: lines, places, derived, homogeneous })
    }

    /// Bytes held.
    pub fn memory_bytes(&self) -> u64 {
        self.constants.memory_bytes()
    }
}

/// Lays out the values of some cells. Padding repeats the last value, so that padded lanes compute
/// what is usual.
fn lay_out<F: Real>(values: &[f64], cells: &Range<usize>, constants: &mut Vec<F>) -> Place {
    let at = constants.len();
    let (place, values, n) = match values {
        [_] => (Place::same(at), values, LANES),
        _ => (Place::each(at), &values[cells.clone()], padded(cells.len())),
    };
    constants.extend(values.iter().map(|&value| F::from_f64(value)));
    let last = values.last().map_or(F::default(), |&value| F::from_f64(value));
    constants.resize(at + n, last);
    place
}
