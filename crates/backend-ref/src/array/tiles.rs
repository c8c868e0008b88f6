//! Matrices that do not change, laid out so that rows are summed side by side.

use pontine_core_ir::port::CompileError;
use pontine_mechanism::{Lines, Real};

use crate::{arena::Column, memory::zeros, spike_list::SpikeList};

/// A matrix in tiles of [`Tiles::width`] rows: within a tile column by column, rows beyond the last are
/// zero.
#[derive(Debug)]
pub(crate) struct Tiles<F> {
    /// Where the matrix itself stands, row by row.
    pub source: Column,
    n_columns: usize,
    width: usize,
    numbers: Lines<F>,
}

/// Rows of a tile for matrices of so many rows or fewer; the last is for all larger ones.
const WIDTHS: [usize; 5] = [1, 2, 4, 8, 32];

/// Calls a function with the width of tiles as a constant.
macro_rules! with_width {
    ($width:expr, $W:ident => $call:expr) => {
        match $width {
            1 => with_width!(@ $W, 1, $call),
            2 => with_width!(@ $W, 2, $call),
            4 => with_width!(@ $W, 4, $call),
            8 => with_width!(@ $W, 8, $call),
            _ => with_width!(@ $W, 32, $call),
        }
    };
    (@ $W:ident, $n:literal, $call:expr) => {{
        const $W: usize = $n;
        $call
    }};
}

impl<F: Real> Tiles<F> {
    /// The matrix that stands in `source`, of so many columns.
    pub fn new(what: &str, source: Column, n_columns: usize) -> Result<Self, CompileError> {
        let n_rows = source.len / n_columns.max(1);
        let widest = WIDTHS[WIDTHS.len() - 1];
        let width = WIDTHS.into_iter().find(|w| n_rows <= *w).unwrap_or(widest);
        let numbers = zeros(what, n_rows.next_multiple_of(width) * n_columns)?;
        Ok(Self { source, n_columns, width, numbers })
    }

    /// Takes over the numbers of the matrix.
    pub fn renew(&mut self, dense: &[F]) {
        let (n, width) = (self.n_columns, self.width);
        for (i, row) in dense[self.source.range()].chunks(n.max(1)).enumerate() {
            let first = i / width * width * n + i % width;
            let places = self.numbers[first..].iter_mut().step_by(width);
            places.zip(row).for_each(|(place, number)| *place = *number);
        }
    }

    /// `y += A x`: the sum of a row runs from zero in ascending index.
    #[inline(always)]
    pub fn times(&self, x: &[F], y: &mut [F]) {
        with_width!(self.width, W => self.times_dense::<W>(x, y));
    }

    /// The same with spikes: `x` is zero but where one was sent.
    #[inline(always)]
    pub fn times_spikes(&self, spikes: &SpikeList<F>, amplitude: F, y: &mut [F]) {
        if !spikes.is_empty() {
            with_width!(self.width, W => self.times_list::<W>(spikes, amplitude, y));
        }
    }

    #[inline(always)]
    fn times_dense<const W: usize>(&self, x: &[F], y: &mut [F]) {
        let tiles = self.numbers.chunks_exact(W * self.n_columns.max(1));
        for (tile, y) in tiles.zip(y.chunks_mut(W)) {
            let mut sums = [F::default(); W];
            for (column, &x) in tile.as_chunks::<W>().0.iter().zip(x) {
                sums.iter_mut().zip(column).for_each(|(sum, &a)| *sum = *sum + a * x);
            }
            y.iter_mut().zip(sums).for_each(|(y, sum)| *y = *y + sum);
        }
    }

    #[inline(always)]
    fn times_list<const W: usize>(&self, spikes: &SpikeList<F>, amplitude: F, y: &mut [F]) {
        let tiles = self.numbers.chunks_exact(W * self.n_columns.max(1));
        for (tile, y) in tiles.zip(y.chunks_mut(W)) {
            let (columns, mut sums) = (tile.as_chunks::<W>().0, [F::default(); W]);
            for (j, value) in spikes.iter() {
                let x = amplitude * value;
                let column = &columns[j as usize];
                sums.iter_mut().zip(column).for_each(|(sum, &a)| *sum = *sum + a * x);
            }
            y.iter_mut().zip(sums).for_each(|(y, sum)| *y = *y + sum);
        }
    }

    /// Bytes held.
    pub fn memory_bytes(&self) -> u64 {
        self.numbers.memory_bytes()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::array::row_sums;

    fn numbers(n: usize) -> Vec<f64> {
        (0..n).map(|i| (i * 37 % 101) as f64 / 7.0 - 5.0).collect()
    }

    #[test]
    fn products_are_those_of_rows_for_any_shape() {
        for (n_rows, n_columns) in [(1, 9), (2, 1), (3, 5), (7, 8), (32, 3), (33, 4), (100, 7)] {
            let dense = numbers(n_rows * n_columns);
            let source = Column { at: 0, len: dense.len() };
            let mut tiles = Tiles::new("", source, n_columns).unwrap();
            tiles.renew(&dense);
            let x = numbers(n_columns);
            let (mut y, mut expected) = (vec![0.5; n_rows], vec![0.5; n_rows]);
            tiles.times(&x, &mut y);
            row_sums(&dense, &x, |i, sum| expected[i] += sum);
            assert_eq!(y, expected, "{n_rows} by {n_columns}");
        }
    }

    #[test]
    fn spikes_are_columns() {
        let dense = numbers(12);
        let mut tiles = Tiles::new("", Column { at: 0, len: 12 }, 4).unwrap();
        tiles.renew(&dense);
        let mut spikes = SpikeList::default();
        spikes.push(1, 1.0);
        spikes.push(3, 2.0);
        let mut y = [1.0; 3];
        tiles.times_spikes(&spikes, 10.0, &mut y);
        let expected = |i: usize| 1.0 + (dense[4 * i + 1] * 10.0 + dense[4 * i + 3] * 20.0);
        assert_eq!(y, [expected(0), expected(1), expected(2)]);
    }
}
