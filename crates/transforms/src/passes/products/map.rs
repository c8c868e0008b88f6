//! Operators that multiply by constants, as matrices.

use std::collections::BTreeMap;

use ndarray::{Array2, ArrayView2, aview2};
use pontine_core_ir::{Model, SignalId, Tensor, model::OperatorKind, pass::Constants};
use pontine_nef::linear::product;

/// What an operator adds to `y`, or sets it to: a constant matrix times `x`.
pub(super) struct Linear {
    pub x: SignalId,
    pub y: SignalId,
    /// The signal that holds the constants, if there is one.
    pub constants: Option<SignalId>,
    pub map: Map,
}

/// A constant matrix.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Map {
    Dense(Dense),
    Sparse(Sparse),
}

/// A full matrix, where it lies.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Dense {
    shape: (usize, usize),
    numbers: Tensor,
}

/// A matrix by its entries: row, column, number; those of one place are added.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Sparse {
    shape: (usize, usize),
    entries: Vec<(u32, u32, f64)>,
}

impl Linear {
    /// What an operator does, if that is to multiply by constants.
    pub fn of(model: &Model, constants: &Constants, kind: &OperatorKind) -> Option<Self> {
        let len = |signal: SignalId| model.signals[signal].len();
        match kind {
            OperatorKind::DotInc { a, x, y } => {
                let map = Map::Dense(Dense::of(constants.of(*a)?)?);
                Some(Self { x: *x, y: *y, constants: Some(*a), map })
            }
            OperatorKind::ElementwiseInc { a, x, y } => {
                // One number for each row of `y` is laid over its elements.
                let by_a =
                    |a, x| Some(Self::elementwise(constants.of(a)?, a, (x, len(x)), (*y, len(*y))));
                let whole = len(*a) == len(*y);
                by_a(*a, *x).or_else(|| whole.then(|| by_a(*x, *a)).flatten())
            }
            OperatorKind::Copy { source, source_index, target, target_index, inc } => {
                if target_index.is_some() && !inc {
                    return None; // Other elements stay as they were.
                }
                let shape = (len(*target), len(*source));
                let n =
                    source_index.as_ref().or(target_index.as_ref()).map_or(shape.0, |i| i.len());
                let at = |index: &Option<std::sync::Arc<[u32]>>, i: usize| {
                    index.as_ref().map_or(i as u32, |index| index[i])
                };
                let entries = (0..n).map(|i| (at(target_index, i), at(source_index, i), 1.0));
                let map = Map::Sparse(Sparse { shape, entries: entries.collect() });
                Some(Self { x: *source, y: *target, constants: None, map })
            }
            // Its few numbers would become many.
            OperatorKind::SparseInc { .. }
            | OperatorKind::Time { .. }
            | OperatorKind::Reset { .. }
            | OperatorKind::OuterInc { .. }
            | OperatorKind::Filter(_)
            | OperatorKind::Function { .. }
            | OperatorKind::Host { .. }
            | OperatorKind::Neurons(_)
            | OperatorKind::SpikeList(_)
            | OperatorKind::Deliver(_) => None,
        }
    }

    fn elementwise(
        values: &Tensor,
        constants: SignalId,
        (x, n_x): (SignalId, usize),
        (y, n): (SignalId, usize),
    ) -> Self {
        let number = |i: usize| values.data()[i * values.len() / n];
        let column = |i: usize| if n_x == n { i as u32 } else { 0 };
        let entries = (0..n).map(|i| (i as u32, column(i), number(i))).collect();
        let map = Map::Sparse(Sparse { shape: (n, n_x), entries });
        Self { x, y, constants: Some(constants), map }
    }
}

impl Dense {
    /// A tensor of two dimensions.
    pub fn of(numbers: &Tensor) -> Option<Self> {
        let &[rows, columns] = numbers.shape() else { return None };
        Some(Self { shape: (rows, columns), numbers: numbers.clone() })
    }

    /// The numbers, not copied.
    pub fn view(&self) -> ArrayView2<'_, f64> {
        let view = ArrayView2::from_shape(self.shape, self.numbers.data());
        // A tensor has as many numbers as its shape says.
        view.unwrap_or_else(|_| aview2::<f64, 0>(&[]))
    }
}

impl From<Array2<f64>> for Dense {
    fn from(matrix: Array2<f64>) -> Self {
        Self { shape: matrix.dim(), numbers: matrix.into() }
    }
}

impl Map {
    /// Rows and columns.
    pub fn shape(&self) -> (usize, usize) {
        match self {
            Self::Dense(matrix) => matrix.shape,
            Self::Sparse(sparse) => sparse.shape,
        }
    }

    /// Products of numbers in a step.
    pub fn cost(&self) -> usize {
        match self {
            Self::Dense(matrix) => matrix.numbers.len(),
            Self::Sparse(sparse) => sparse.entries.len(),
        }
    }

    /// Whether it is held as a full matrix.
    pub fn is_dense(&self) -> bool {
        matches!(self, Self::Dense(_))
    }

    /// Whether element `i` goes to element `i` alone.
    pub fn is_diagonal(&self) -> bool {
        match self {
            Self::Dense(_) => false,
            Self::Sparse(Sparse { shape: (rows, columns), entries }) => {
                let alike = |(i, (row, column, _)): (usize, &(u32, u32, f64))| {
                    (i, i) == (*row as usize, *column as usize)
                };
                rows == columns && entries.len() == *rows && entries.iter().enumerate().all(alike)
            }
        }
    }

    /// Whether it leaves everything as it is.
    pub fn is_identity(&self) -> bool {
        let is_one = |sparse: &Sparse| sparse.entries.iter().all(|(.., number)| *number == 1.0);
        matches!(self, Self::Sparse(sparse) if self.is_diagonal() && is_one(sparse))
    }

    /// This behind another: `self · first`.
    pub fn behind(&self, first: &Self) -> Self {
        match (self, first) {
            (Self::Dense(a), Self::Dense(b)) => Self::Dense(product(a.view(), b.view()).into()),
            (Self::Sparse(a), Self::Dense(b)) => Self::Dense(a.times(b.view()).into()),
            (Self::Dense(a), Self::Sparse(b)) => {
                Self::Dense(b.turned().times(a.view().reversed_axes()).reversed_axes().into())
            }
            (Self::Sparse(a), Self::Sparse(b)) => Self::Sparse(a.behind(b)),
        }
    }

    /// The constants as a signal holds them: a matrix, or the numbers of a diagonal.
    pub fn tensor(self) -> Option<Tensor> {
        let is_diagonal = self.is_diagonal();
        match self {
            Self::Dense(matrix) => Some(matrix.numbers),
            Self::Sparse(sparse) if is_diagonal => {
                let numbers: Vec<f64> = sparse.entries.iter().map(|(.., number)| *number).collect();
                Some(Tensor::vector(numbers))
            }
            Self::Sparse(_) => None,
        }
    }
}

impl Sparse {
    fn turned(&self) -> Self {
        let turn = |(row, column, number): &(u32, u32, f64)| (*column, *row, *number);
        let (rows, columns) = self.shape;
        Self { shape: (columns, rows), entries: self.entries.iter().map(turn).collect() }
    }

    fn times(&self, b: ArrayView2<'_, f64>) -> Array2<f64> {
        let mut rows = Array2::zeros((self.shape.0, b.ncols()));
        for &(row, column, number) in &self.entries {
            rows.row_mut(row as usize).scaled_add(number, &b.row(column as usize));
        }
        rows
    }

    fn behind(&self, first: &Self) -> Self {
        let mut by_row: BTreeMap<u32, Vec<(u32, f64)>> = BTreeMap::new();
        for &(row, column, number) in &first.entries {
            by_row.entry(row).or_default().push((column, number));
        }
        let along = |&(row, middle, a): &(u32, u32, f64)| {
            let ends = by_row.get(&middle).map_or(&[][..], Vec::as_slice).iter();
            ends.map(move |&(column, b)| (row, column, a * b)).collect::<Vec<_>>()
        };
        let entries = self.entries.iter().flat_map(along).collect();
        Self { shape: (self.shape.0, first.shape.1), entries }
    }
}

#[cfg(test)]
mod tests {
    use ndarray::array;
    use proptest::{collection::vec, prelude::*};

    use super::*;

    fn dense(map: &Map) -> Array2<f64> {
        match map {
            Map::Dense(matrix) => matrix.view().to_owned(),
            Map::Sparse(sparse) => sparse.times(Array2::eye(sparse.shape.1).view()),
        }
    }

    fn maps(rows: usize, columns: usize) -> impl Strategy<Value = Map> {
        let whole = vec(-3..4_i32, rows * columns).prop_map(move |numbers| {
            let numbers = numbers.into_iter().map(f64::from).collect();
            Map::Dense(Array2::from_shape_vec((rows, columns), numbers).unwrap().into())
        });
        let entries = vec((0..rows as u32, 0..columns as u32, -3..4_i32), 0..5);
        let sparse = entries.prop_map(move |entries| {
            let entries = entries.into_iter().map(|(r, c, v)| (r, c, f64::from(v))).collect();
            Map::Sparse(Sparse { shape: (rows, columns), entries })
        });
        prop_oneof![whole, sparse]
    }

    proptest! {
        #[test]
        fn products_are_those_of_full_matrices(a in maps(3, 4), b in maps(4, 2)) {
            let found = a.behind(&b);
            prop_assert_eq!(found.shape(), (3, 2));
            prop_assert_eq!(dense(&found), dense(&a).dot(&dense(&b)));
        }
    }

    #[test]
    fn a_diagonal_is_a_vector() {
        let diagonal = Sparse { shape: (2, 2), entries: vec![(0, 0, 2.0), (1, 1, 3.0)] };
        let map = Map::Sparse(diagonal.clone());
        assert_eq!(map.clone().behind(&map).tensor(), Some(Tensor::vector(vec![4.0, 9.0])));
        let behind = map.behind(&Map::Dense(array![[1.0, 1.0], [1.0, 0.0]].into()));
        assert_eq!(behind.tensor(), Some(Tensor::from([[2.0, 2.0], [3.0, 0.0]])));
    }
}
