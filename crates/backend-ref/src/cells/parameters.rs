//! Parameters of cells, and what is derived from them, as the columns that kernels read.

use pontine_core_ir::Mechanism;
use pontine_mechanism::{LANES, Real, derive};

use crate::{arena::padded, memory::bytes};

/// Where a kernel finds a value: one splatted block for all cells, or a column.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Place {
    at: usize,
    /// 1 if each cell has its own value, else 0.
    stride: usize,
}

impl Place {
    /// One block of [`LANES`] equal values for all cells.
    pub fn same(at: usize) -> Self {
        Self { at, stride: 0 }
    }

    /// One value for each cell.
    pub fn each(at: usize) -> Self {
        Self { at, stride: 1 }
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
    /// As they were given: each one number, or one for each cell.
    pub given: Vec<Vec<f64>>,
    /// Parameters and derived ones, rounded.
    pub constants: Vec<F>,
    /// Where each parameter is.
    pub places: Vec<Place>,
    /// Where each derived parameter is.
    pub derived: Vec<Place>,
    /// No cell differs from another.
    pub homogeneous: bool,
}

impl<F: Real> Parameters<F> {
    /// Derives what follows from the parameters, and lays all out.
    ///
    /// # Errors
    /// What the mechanism says of the values.
    pub fn new(mechanism: &Mechanism, dt: f64, given: Vec<Vec<f64>>) -> Result<Self, String> {
        let slices: Vec<&[f64]> = given.iter().map(Vec::as_slice).collect();
        let derived = derive(mechanism, dt, &slices).map_err(|e| e.to_string())?;
        let homogeneous = given.iter().all(|values| values.len() == 1);
        let mut constants = Vec::new();
        let places = given.iter().map(|values| lay_out(values, &mut constants)).collect();
        let derived = derived.iter().map(|values| lay_out(values, &mut constants)).collect();
        Ok(Self { given, constants, places, derived, homogeneous })
    }

    /// Bytes held.
    pub fn memory_bytes(&self) -> u64 {
        self.given.iter().map(bytes).sum::<u64>() + bytes(&self.constants)
    }
}

/// Padding repeats the last value, so that padded lanes compute what is usual.
fn lay_out<F: Real>(values: &[f64], constants: &mut Vec<F>) -> Place {
    let at = constants.len();
    let (place, n) = match values {
        [_] => (Place::same(at), LANES),
        _ => (Place::each(at), padded(values.len())),
    };
    constants.extend(values.iter().map(|&value| F::from_f64(value)));
    let last = values.last().map_or(F::default(), |&value| F::from_f64(value));
    constants.resize(at + n, last);
    place
}
