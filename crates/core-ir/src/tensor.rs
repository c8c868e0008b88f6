//! Shared arrays of numbers with a shape.

use std::{fmt, sync::Arc};

/// Numbers in row-major order under a shape; clones share the numbers.
#[derive(Clone, PartialEq)]
pub struct Tensor {
    shape: Arc<[usize]>,
    data: Arc<[f64]>,
}

impl Tensor {
    /// Numbers under a shape; `None` if their number is not the shape's product.
    pub fn new(shape: &[usize], data: impl Into<Arc<[f64]>>) -> Option<Self> {
        let data = data.into();
        (shape.iter().product::<usize>() == data.len()).then(|| Self { shape: shape.into(), data })
    }

    /// A vector.
    pub fn vector(data: impl Into<Arc<[f64]>>) -> Self {
        let data = data.into();
        Self { shape: [data.len()].into(), data }
    }

    /// One number, of shape `()`.
    pub fn scalar(value: f64) -> Self {
        Self { shape: [].into(), data: [value].into() }
    }

    /// Equal numbers.
    pub fn filled(shape: &[usize], value: f64) -> Self {
        Self { shape: shape.into(), data: vec![value; shape.iter().product()].into() }
    }

    /// The shape.
    pub fn shape(&self) -> &[usize] {
        &self.shape
    }

    /// The numbers, row by row.
    pub fn data(&self) -> &[f64] {
        &self.data
    }

    /// How many numbers there are.
    pub fn len(&self) -> usize {
        self.data.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.data.is_empty()
    }

    /// Number of rows and columns, reading a vector as one column and a number as 1 × 1.
    pub fn as_matrix(&self) -> Option<(usize, usize)> {
        match *self.shape {
            [] => Some((1, 1)),
            [rows] => Some((rows, 1)),
            [rows, columns] => Some((rows, columns)),
            _ => None,
        }
    }
}

impl fmt::Debug for Tensor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Tensor{:?}{:?}", self.shape, &self.data[..self.data.len().min(8)])
    }
}

impl<const ROWS: usize, const COLUMNS: usize> From<[[f64; COLUMNS]; ROWS]> for Tensor {
    fn from(rows: [[f64; COLUMNS]; ROWS]) -> Self {
        Self { shape: [ROWS, COLUMNS].into(), data: rows.as_flattened().into() }
    }
}

impl From<ndarray::Array2<f64>> for Tensor {
    fn from(array: ndarray::Array2<f64>) -> Self {
        let shape = [array.nrows(), array.ncols()];
        let data: Vec<f64> = array.iter().copied().collect();
        Self { shape: shape.into(), data: data.into() }
    }
}

impl From<ndarray::Array1<f64>> for Tensor {
    fn from(array: ndarray::Array1<f64>) -> Self {
        Self::vector(array.to_vec())
    }
}
