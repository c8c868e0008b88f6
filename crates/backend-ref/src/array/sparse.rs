//! Sparse matrices: by rows where all of the vector counts, by columns where it is spikes.
//!
//! In each row products are summed from zero in the order of the entries, whatever the layout.

use std::{
    collections::HashMap,
    hash::{DefaultHasher, Hasher},
};

use pontine_core_ir::{model::Entries, port::CompileError};
use pontine_mechanism::{Lines, Real};

use crate::{
    arena::Column,
    memory::{bytes, reserve, zeros},
    spike_list::SpikeList,
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
///
/// Where the rows of every tile have their entries in the same columns, as in a convolution, a column
/// is kept once for all of them; and tiles of the same numbers are kept once.
#[derive(Debug)]
pub(crate) struct SparseRows<F> {
    source: Column,
    /// Where each tile begins, in steps of [`WIDTH`].
    starts: Vec<u32>,
    /// For each step, its columns: [`WIDTH`] of them, or one.
    columns: Vec<u32>,
    is_shared: bool,
    /// Where the numbers of each tile begin, in steps of [`WIDTH`].
    numbers_at: Vec<u32>,
    numbers: Vec<F>,
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
        let is_same = |step: &[u32; WIDTH]| step.iter().all(|column| *column == step[0]);
        let steps = columns.as_chunks::<WIDTH>().0;
        let is_shared = order.len() == n && steps.iter().all(is_same);
        if is_shared {
            columns = steps.iter().map(|step| step[0]).collect();
        }
        let (numbers_at, numbers) = (Vec::new(), Vec::new());
        let source = sparse.numbers;
        Ok(Self { source, starts, columns, is_shared, numbers_at, numbers, places })
    }

    /// Takes over the numbers.
    pub fn renew(&mut self, dense: &[F]) -> Result<(), CompileError> {
        let what = "numbers of a sparse matrix";
        let given = &dense[self.source.range()];
        let steps = self.starts.last().map_or(0, |last| *last as usize);
        let mut all = Vec::new();
        reserve(what, &mut all, steps * WIDTH)?;
        all.resize(steps * WIDTH, F::default());
        for (entry, place) in &self.places {
            all[*place as usize] = given[*entry as usize];
        }
        let mut pool = Pool::default();
        self.numbers_at.clear();
        for tile in self.starts.windows(2) {
            let numbers = &all[tile[0] as usize * WIDTH..tile[1] as usize * WIDTH];
            self.numbers_at.push(pool.place(numbers) / WIDTH as u32);
        }
        self.numbers = pool.numbers;
        Ok(())
    }

    /// `y += A x`.
    #[inline(always)]
    pub fn times(&self, x: &[F], y: &mut [F]) {
        let numbers = self.numbers.as_chunks::<WIDTH>().0;
        let tiles = self.starts.windows(2).zip(&self.numbers_at).zip(y.chunks_mut(WIDTH));
        for ((tile, &at), y) in tiles {
            let own = tile[0] as usize..tile[1] as usize;
            let numbers = &numbers[at as usize..][..own.len()];
            let mut sums = [F::default(); WIDTH];
            if self.is_shared {
                for (&column, numbers) in self.columns[own].iter().zip(numbers) {
                    let x = x[column as usize];
                    sums.iter_mut().zip(numbers).for_each(|(sum, a)| *sum = *sum + *a * x);
                }
            } else {
                let columns = &self.columns.as_chunks::<WIDTH>().0[own];
                for (columns, numbers) in columns.iter().zip(numbers) {
                    let x: [F; WIDTH] = std::array::from_fn(|r| x[columns[r] as usize]);
                    for (r, sum) in sums.iter_mut().enumerate() {
                        *sum = *sum + numbers[r] * x[r];
                    }
                }
            }
            y.iter_mut().zip(sums).for_each(|(y, sum)| *y = *y + sum);
        }
    }

    /// Bytes held.
    pub fn memory_bytes(&self) -> u64 {
        bytes(&self.columns) + bytes(&self.places) + bytes(&self.numbers)
    }
}

/// Stretches of numbers, of which equal ones are kept once.
struct Pool<F> {
    numbers: Vec<F>,
    /// By hash, where stretches of it begin, and their lengths.
    known: HashMap<u64, Vec<(u32, u32)>>,
}

impl<F> Default for Pool<F> {
    fn default() -> Self {
        Self { numbers: Vec::new(), known: HashMap::new() }
    }
}

impl<F: Real> Pool<F> {
    /// Where these numbers stand.
    fn place(&mut self, numbers: &[F]) -> u32 {
        let bits = |x: &F| x.to_f64().to_bits();
        let mut hasher = DefaultHasher::new();
        numbers.iter().for_each(|x| hasher.write_u64(bits(x)));
        let known = self.known.entry(hasher.finish()).or_default();
        let is_same = |&&(at, len): &&(u32, u32)| {
            let stretch = &self.numbers[at as usize..][..len as usize];
            stretch.len() == numbers.len() && stretch.iter().map(bits).eq(numbers.iter().map(bits))
        };
        if let Some((at, _)) = known.iter().find(is_same) {
            return *at;
        }
        let at = self.numbers.len() as u32;
        known.push((at, numbers.len() as u32));
        self.numbers.extend_from_slice(numbers);
        at
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
    /// The entry of each number.
    order: Vec<u32>,
    numbers: Numbers<F>,
    /// Where rows are summed; zero between steps.
    sums: Vec<F>,
}

/// The numbers of columns.
#[derive(Debug)]
enum Numbers<F> {
    /// One for each entry.
    Each(Lines<F>),
    /// Of columns that are made of the same stretches, as those of a convolution.
    Stretches(Stretches<F>),
}

/// Columns made of stretches of neighbouring rows; equal stretches are kept once.
#[derive(Debug, Default)]
struct Stretches<F> {
    /// Where those of each column begin.
    starts: Vec<u32>,
    /// The first row of each, where its numbers begin, and how many there are: a multiple of
    /// [`WIDTH`], the last being zeros.
    all: Vec<(u32, u32, u32)>,
    numbers: Vec<F>,
}

impl<F: Real> BySpikes<F> {
    /// Lays a matrix out, without its numbers.
    pub fn new(what: &str, sparse: Sparse<'_>) -> Result<Self, CompileError> {
        let (starts, order) = sorted(what, &sparse.entries.columns, sparse.n_columns)?;
        let rows = order.iter().map(|entry| sparse.entries.rows[*entry as usize]).collect();
        let numbers = Numbers::Each(Lines::new());
        let mut sums = Vec::new();
        reserve(what, &mut sums, sparse.n_rows + WIDTH)?;
        sums.resize(sparse.n_rows + WIDTH, F::default());
        Ok(Self { source: sparse.numbers, starts, rows, numbers, order, sums })
    }

    /// Takes over the numbers.
    pub fn renew(&mut self, dense: &[F]) -> Result<(), CompileError> {
        let given = &dense[self.source.range()];
        self.numbers = match self.stretches(given) {
            Some(stretches) => Numbers::Stretches(stretches),
            None => {
                let mut each = zeros("numbers of a sparse matrix", self.order.len())?;
                for (place, entry) in each.iter_mut().zip(&self.order) {
                    *place = given[*entry as usize];
                }
                Numbers::Each(each)
            }
        };
        Ok(())
    }

    /// The columns as stretches, if that takes a fraction of the room.
    fn stretches(&self, given: &[F]) -> Option<Stretches<F>> {
        let follows = |pair: &[u32]| pair[1] == pair[0].wrapping_add(1);
        let n_following = self.rows.windows(2).filter(|pair| follows(pair)).count();
        if 4 * n_following < 3 * self.rows.len() {
            return None;
        }
        let (mut pool, mut all, mut starts) = (Pool::default(), Vec::new(), vec![0]);
        let mut stretch = Vec::new();
        for column in self.starts.windows(2) {
            let own = column[0] as usize..column[1] as usize;
            let mut entries = &self.order[own.clone()];
            for rows in self.rows[own].chunk_by(|a, b| *b == a.wrapping_add(1)) {
                let (these, rest) = entries.split_at(rows.len());
                entries = rest;
                stretch.clear();
                stretch.extend(these.iter().map(|entry| given[*entry as usize]));
                stretch.resize(rows.len().next_multiple_of(WIDTH), F::default());
                all.push((rows[0], pool.place(&stretch), stretch.len() as u32));
            }
            starts.push(all.len() as u32);
            if 4 * pool.numbers.len() > self.rows.len() {
                return None;
            }
        }
        Some(Stretches { starts, all, numbers: pool.numbers })
    }

    /// `y += A x`, where x is zero but where a spike was sent.
    #[inline(always)]
    pub fn times(&mut self, spikes: &SpikeList<F>, amplitude: F, y: &mut [F]) {
        if spikes.is_empty() {
            return;
        }
        for (j, value) in spikes.iter() {
            let x = amplitude * value;
            match &self.numbers {
                Numbers::Each(numbers) => {
                    let own =
                        self.starts[j as usize] as usize..self.starts[j as usize + 1] as usize;
                    for (row, a) in self.rows[own.clone()].iter().zip(&numbers[own]) {
                        let sum = &mut self.sums[*row as usize];
                        *sum = *sum + *a * x;
                    }
                }
                Numbers::Stretches(stretches) => stretches.add(j as usize, x, &mut self.sums),
            }
        }
        for (y, sum) in y.iter_mut().zip(&mut self.sums) {
            *y = *y + std::mem::take(sum);
        }
    }

    /// Bytes held.
    pub fn memory_bytes(&self) -> u64 {
        let numbers = match &self.numbers {
            Numbers::Each(numbers) => numbers.memory_bytes(),
            Numbers::Stretches(stretches) => bytes(&stretches.all) + bytes(&stretches.numbers),
        };
        bytes(&self.rows) + bytes(&self.order) + numbers
    }
}

impl<F: Real> Stretches<F> {
    /// Adds a column times `x`. Rows behind a stretch, to which zeros are added, stay as they are.
    #[inline(always)]
    fn add(&self, column: usize, x: F, sums: &mut [F]) {
        for &(row, at, n) in
            &self.all[self.starts[column] as usize..self.starts[column + 1] as usize]
        {
            let numbers = self.numbers[at as usize..][..n as usize].as_chunks::<WIDTH>().0;
            let sums = sums[row as usize..][..n as usize].as_chunks_mut::<WIDTH>().0;
            for (sums, numbers) in sums.iter_mut().zip(numbers) {
                sums.iter_mut().zip(numbers).for_each(|(sum, a)| *sum = *sum + *a * x);
            }
        }
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
        rows.renew(&a).unwrap();
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
        by_spikes.renew(&a).unwrap();
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

    /// Eight filters of three inputs each, over thirty inputs.
    fn convolution() -> (Entries, Vec<f64>) {
        let places = (0..28).flat_map(|i| (0..8).flat_map(move |f| (0..3).map(move |k| (i, f, k))));
        let weight = |(_, f, k): (u32, u32, u32)| f64::from(f * 5 % 7) - f64::from(k) / 3.0;
        let (rows, columns) = places.clone().map(|(i, f, k)| (i * 8 + f, i + k)).unzip();
        let (rows, columns): (Vec<u32>, Vec<u32>) = (rows, columns);
        (Entries { rows: rows.into(), columns: columns.into() }, places.map(weight).collect())
    }

    #[test]
    fn what_repeats_itself_is_kept_once_and_may_change() {
        let (entries, mut a) = convolution();
        let column = Column { at: 0, len: a.len() };
        let sparse = Sparse { numbers: column, entries: &entries, n_rows: 224, n_columns: 30 };
        let mut rows = SparseRows::new("", sparse).unwrap();
        let mut by_spikes = BySpikes::new("", sparse).unwrap();
        let (mut x, mut spikes) = ([0.0; 30], SpikeList::default());
        for (j, count) in [(0, 2.0), (3, 1.0), (4, 1.0), (21, 1.0), (29, 3.0)] {
            x[j as usize] = 10.0 * count;
            spikes.push(j, count);
        }
        for changed in [false, true] {
            if changed {
                a[100] += 0.25;
            }
            rows.renew(&a).unwrap();
            by_spikes.renew(&a).unwrap();
            assert!(rows.is_shared);
            assert_eq!(rows.numbers.len(), if changed { 48 } else { 24 });
            let Numbers::Stretches(stretches) = &by_spikes.numbers else { panic!("no stretches") };
            assert_eq!(stretches.numbers.len(), if changed { 96 } else { 72 });
            let mut expected = vec![0.0; 224];
            for ((row, column), a) in entries.iter().zip(&a) {
                expected[row as usize] += a * x[column as usize];
            }
            let mut y = [0.0; 224];
            rows.times(&x, &mut y);
            assert_eq!(y, *expected);
            let mut y = [0.0; 224];
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
