//! Sparse matrices: by rows where all of the vector counts, by columns where it is spikes.
//!
//! In each row products are summed from zero in the order of the entries, whatever the layout.

use pontine_core_ir::{model::Entries, port::CompileError};
use pontine_mechanism::{Lines, Real};

use crate::{
    arena::Column,
    memory::{bytes, reserve, zeros},
    spikes::SpikeList,
};

/// A sparse matrix as it was declared.
#[derive(Clone, Copy)]
pub(crate) struct Sparse<'a> {
    /// Where the numbers stand.
    pub numbers: Column,
    /// Their places.
    pub entries: &'a Entries,
    /// Number of rows.
    pub n_rows: usize,
    /// Number of columns.
    pub n_columns: usize,
}

/// Whether the columns of each row ascend, so that going by columns keeps the order of its sum.
pub(crate) fn columns_ascend(entries: &Entries) -> bool {
    let n_rows = entries.rows.iter().map(|row| *row as usize + 1).max().unwrap_or(0);
    let mut last = vec![0; n_rows];
    entries.iter().all(|(row, column)| {
        let last = std::mem::replace(&mut last[row as usize], column);
        last <= column
    })
}

/// Numbers of entries in the order of `keys`, which are below `n`; entries of one key keep their order.
/// Those of a key begin at its start.
fn sorted(what: &str, keys: &[u32], n: usize) -> Result<(Vec<u32>, Vec<u32>), CompileError> {
    let (mut starts, mut order) = (Vec::new(), Vec::new());
    reserve(what, &mut starts, n + 1)?;
    reserve(what, &mut order, keys.len())?;
    starts.resize(n + 1, 0);
    order.resize(keys.len(), 0);
    keys.iter().for_each(|key| starts[*key as usize + 1] += 1);
    (0..n).for_each(|i| starts[i + 1] += starts[i]);
    let mut places = starts.clone();
    for (entry, key) in keys.iter().enumerate() {
        let place = &mut places[*key as usize];
        order[*place as usize] = entry as u32;
        *place += 1;
    }
    Ok((starts, order))
}

/// Rows of a tile.
const WIDTH: usize = 8;

/// A matrix that does not change, in tiles of [`WIDTH`] rows: the n-th entries of all rows side by side,
/// zeros where a row has no more.
#[derive(Debug)]
pub(crate) struct SparseRows<F> {
    source: Column,
    /// Where each tile begins, in steps of [`WIDTH`].
    starts: Vec<u32>,
    columns: Vec<u32>,
    numbers: Lines<F>,
    /// Entry and place of each number.
    places: Vec<(u32, u32)>,
}

impl<F: Real> SparseRows<F> {
    /// Lays a matrix out, without its numbers.
    pub fn new(what: &str, sparse: Sparse<'_>) -> Result<Self, CompileError> {
        let (row_starts, order) = sorted(what, &sparse.entries.rows, sparse.n_rows)?;
        let row = |row: usize| match row < sparse.n_rows {
            true => &order[row_starts[row] as usize..row_starts[row + 1] as usize],
            false => &[],
        };
        let mut starts = vec![0];
        for tile in (0..sparse.n_rows).step_by(WIDTH) {
            let longest = (tile..tile + WIDTH).map(|r| row(r).len()).max().unwrap_or(0);
            starts.push(starts[starts.len() - 1] + longest as u32);
        }
        let n = starts[starts.len() - 1] as usize * WIDTH;
        let (mut columns, mut places) = (Vec::new(), Vec::new());
        reserve(what, &mut columns, n)?;
        reserve(what, &mut places, order.len())?;
        columns.resize(n, 0);
        for r in 0..sparse.n_rows {
            for (i, entry) in row(r).iter().enumerate() {
                let place = (starts[r / WIDTH] as usize + i) * WIDTH + r % WIDTH;
                columns[place] = sparse.entries.columns[*entry as usize];
                places.push((*entry, place as u32));
            }
        }
        Ok(Self { source: sparse.numbers, starts, columns, numbers: zeros(what, n)?, places })
    }

    /// Takes over the numbers.
    pub fn renew(&mut self, dense: &[F]) {
        let numbers = &dense[self.source.range()];
        for (entry, place) in &self.places {
            self.numbers[*place as usize] = numbers[*entry as usize];
        }
    }

    /// `y += A x`.
    #[inline(always)]
    pub fn times(&self, x: &[F], y: &mut [F]) {
        let columns = self.columns.as_chunks::<WIDTH>().0;
        let numbers = self.numbers.as_chunks::<WIDTH>().0;
        for (tile, y) in self.starts.windows(2).zip(y.chunks_mut(WIDTH)) {
            let own = tile[0] as usize..tile[1] as usize;
            let mut sums = [F::default(); WIDTH];
            for (columns, numbers) in columns[own.clone()].iter().zip(&numbers[own]) {
                let x: [F; WIDTH] = std::array::from_fn(|r| x[columns[r] as usize]);
                for (r, sum) in sums.iter_mut().enumerate() {
                    *sum = *sum + numbers[r] * x[r];
                }
            }
            y.iter_mut().zip(sums).for_each(|(y, sum)| *y = *y + sum);
        }
    }

    /// Bytes held.
    pub fn memory_bytes(&self) -> u64 {
        bytes(&self.columns) + bytes(&self.places) + self.numbers.memory_bytes()
    }
}

/// Entries in the order of their rows, whose numbers may change.
#[derive(Debug)]
pub(crate) struct ByRow<F> {
    /// Where the numbers stand.
    pub numbers: Column,
    starts: Vec<u32>,
    /// Entry and column.
    entries: Vec<(u32, u32)>,
    float: std::marker::PhantomData<F>,
}

impl<F: Real> ByRow<F> {
    /// Lays the entries out.
    pub fn new(what: &str, sparse: Sparse<'_>) -> Result<Self, CompileError> {
        let (starts, order) = sorted(what, &sparse.entries.rows, sparse.n_rows)?;
        let column = |entry: u32| (entry, sparse.entries.columns[entry as usize]);
        let entries = order.into_iter().map(column).collect();
        Ok(Self { numbers: sparse.numbers, starts, entries, float: std::marker::PhantomData })
    }

    /// `y += A x` with these numbers.
    #[inline(always)]
    pub fn times(&self, numbers: &[F], x: &[F], y: &mut [F]) {
        for (row, y) in self.starts.windows(2).zip(y) {
            let entries = &self.entries[row[0] as usize..row[1] as usize];
            let product =
                |&(entry, column): &(u32, u32)| numbers[entry as usize] * x[column as usize];
            *y = *y + entries.iter().map(product).fold(F::default(), |sum, product| sum + product);
        }
    }

    /// Bytes held.
    pub fn memory_bytes(&self) -> u64 {
        bytes(&self.starts) + bytes(&self.entries)
    }
}

/// A matrix that does not change, by columns: a spike adds its column.
#[derive(Debug)]
pub(crate) struct BySpikes<F> {
    source: Column,
    starts: Vec<u32>,
    rows: Vec<u32>,
    numbers: Lines<F>,
    /// The entry of each number.
    order: Vec<u32>,
    /// Where rows are summed; zero between steps.
    sums: Vec<F>,
}

impl<F: Real> BySpikes<F> {
    /// Lays a matrix out, without its numbers.
    pub fn new(what: &str, sparse: Sparse<'_>) -> Result<Self, CompileError> {
        let (starts, order) = sorted(what, &sparse.entries.columns, sparse.n_columns)?;
        let rows = order.iter().map(|entry| sparse.entries.rows[*entry as usize]).collect();
        let numbers = zeros(what, order.len())?;
        let mut sums = Vec::new();
        reserve(what, &mut sums, sparse.n_rows)?;
        sums.resize(sparse.n_rows, F::default());
        Ok(Self { source: sparse.numbers, starts, rows, numbers, order, sums })
    }

    /// Takes over the numbers.
    pub fn renew(&mut self, dense: &[F]) {
        let numbers = &dense[self.source.range()];
        for (place, entry) in self.numbers.iter_mut().zip(&self.order) {
            *place = numbers[*entry as usize];
        }
    }

    /// `y += A x`, where x is zero but where a spike was sent.
    #[inline(always)]
    pub fn times(&mut self, spikes: &SpikeList<F>, amplitude: F, y: &mut [F]) {
        if spikes.is_empty() {
            return;
        }
        for (j, value) in spikes.iter() {
            let x = amplitude * value;
            let own = self.starts[j as usize] as usize..self.starts[j as usize + 1] as usize;
            for (row, a) in self.rows[own.clone()].iter().zip(&self.numbers[own]) {
                let sum = &mut self.sums[*row as usize];
                *sum = *sum + *a * x;
            }
        }
        for (y, sum) in y.iter_mut().zip(&mut self.sums) {
            *y = *y + std::mem::take(sum);
        }
    }

    /// Bytes held.
    pub fn memory_bytes(&self) -> u64 {
        bytes(&self.rows) + bytes(&self.order) + self.numbers.memory_bytes()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Some entries of a matrix of 11 rows and 7 columns, columns ascending in each row.
    fn entries() -> Entries {
        let places = (0..77).filter(|i| i * 5 % 7 < 3 && i / 7 != 4);
        let (rows, columns): (Vec<u32>, Vec<u32>) = places.map(|i| (i / 7, i % 7)).unzip();
        Entries { rows: rows.into(), columns: columns.into() }
    }

    fn numbers(n: usize) -> Vec<f64> {
        (0..n).map(|i| (i * 37 % 101) as f64 / 7.0 - 5.0).collect()
    }

    fn expected(entries: &Entries, a: &[f64], x: &[f64]) -> Vec<f64> {
        let mut sums = [0.0; 11];
        for ((row, column), a) in entries.iter().zip(a) {
            sums[row as usize] += a * x[column as usize];
        }
        sums.map(|sum| 0.5 + sum).to_vec()
    }

    fn sparse(entries: &Entries) -> Sparse<'_> {
        let numbers = Column { at: 0, len: entries.rows.len() };
        Sparse { numbers, entries, n_rows: 11, n_columns: 7 }
    }

    #[test]
    fn every_layout_has_the_sums_of_the_declaration() {
        let entries = entries();
        let (a, x) = (numbers(entries.rows.len()), numbers(7));
        let expected = expected(&entries, &a, &x);
        let mut rows = SparseRows::new("", sparse(&entries)).unwrap();
        rows.renew(&a);
        let mut y = [0.5; 11];
        rows.times(&x, &mut y);
        assert_eq!(y, *expected);
        let mut y = [0.5; 11];
        ByRow::new("", sparse(&entries)).unwrap().times(&a, &x, &mut y);
        assert_eq!(y, *expected);
    }

    #[test]
    fn spikes_add_their_columns() {
        let entries = entries();
        assert!(columns_ascend(&entries));
        let a = numbers(entries.rows.len());
        let mut by_spikes = BySpikes::new("", sparse(&entries)).unwrap();
        by_spikes.renew(&a);
        let mut spikes = SpikeList::default();
        spikes.push(2, 1.0);
        spikes.push(5, 3.0);
        let expected = expected(&entries, &a, &[0.0, 0.0, 10.0, 0.0, 0.0, 30.0, 0.0]);
        for _ in 0..2 {
            let mut y = [0.5; 11];
            by_spikes.times(&spikes, 10.0, &mut y);
            assert_eq!(y, *expected);
        }
    }

    #[test]
    fn columns_that_go_back_are_noticed() {
        let entries = Entries { rows: [0, 1, 0].into(), columns: [2, 0, 1].into() };
        assert!(!columns_ascend(&entries));
    }
}
