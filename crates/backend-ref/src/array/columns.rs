//! Products of many small matrices with the spikes of cells that are stepped as one.

use std::collections::BTreeMap;

use pontine_core_ir::port::CompileError;
use pontine_mechanism::{Lines, Real};

use crate::{
    arena::Column,
    memory::{bytes, reserve, zeros},
    spike_list::SpikeList,
};

/// The product of one matrix and the spikes of one group of cells.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Product {
    /// Where the matrix stands, row by row.
    pub source: Column,
    /// The first cell among all that are stepped as one.
    pub first: usize,
    /// Number of cells.
    pub n: usize,
    /// What the product is added to.
    pub y: Column,
}

/// Products that are done at once: those of the same cells have their rows one below the other.
#[derive(Debug, Default)]
pub(crate) struct Round {
    /// Rows of a column, of which the last may be zero.
    width: usize,
    /// How many groups of cells.
    n_groups: usize,
    /// Each product, its group of cells, and its first row.
    products: Vec<(Product, usize, usize)>,
}

/// Matrices that do not change: a spike adds the column of its cell, whose numbers stand side by side.
#[derive(Debug)]
pub(crate) struct Columns<F> {
    round: Round,
    /// Where each cell is summed.
    sums_at: Vec<u32>,
    numbers: Lines<F>,
    /// Sums; zero between steps.
    sums: Vec<F>,
    /// Targets, and where their sums stand.
    targets: Vec<(Column, usize)>,
}

/// How many rows columns have: the least of these that suffices.
const WIDTHS: [usize; 5] = [1, 2, 4, 8, 16];

/// The most rows of a matrix that is small.
pub(crate) const WIDEST: usize = WIDTHS[WIDTHS.len() - 1];

impl<F: Real> Columns<F> {
    /// Lays out the matrices of a round, without their numbers; there are `n_cells`.
    pub fn new(what: &str, round: Round, n_cells: usize) -> Result<Self, CompileError> {
        let width = round.width;
        // What is not of any of them is summed behind all others.
        let nowhere = round.n_groups * width;
        let (mut sums_at, mut sums) = (Vec::new(), Vec::new());
        reserve(what, &mut sums_at, n_cells)?;
        sums_at.resize(n_cells, nowhere as u32);
        reserve(what, &mut sums, nowhere + width)?;
        sums.resize(nowhere + width, F::default());
        let mut targets = Vec::<(Column, usize)>::with_capacity(round.products.len());
        for &(product, group, row) in &round.products {
            let at = group * width;
            sums_at[product.first..][..product.n].fill(at as u32);
            let joined = targets.last().and_then(|(last, from)| {
                let follows = from + last.len == at + row;
                last.join(product.y).filter(|_| follows).map(|joined| (joined, *from))
            });
            match (joined, targets.last_mut()) {
                (Some(joined), Some(last)) => *last = joined,
                _ => targets.push((product.y, at + row)),
            }
        }
        let numbers = zeros(what, n_cells.saturating_mul(width))?;
        Ok(Self { round, sums_at, numbers, sums, targets })
    }

    /// Takes over the numbers.
    pub fn renew(&mut self, dense: &[F]) {
        let width = self.round.width;
        for (product, _, first) in &self.round.products {
            let rows = dense[product.source.range()].chunks(product.n.max(1));
            for (r, row) in rows.enumerate() {
                let places = self.numbers[product.first * width + first + r..].iter_mut();
                places.step_by(width).zip(row).for_each(|(place, number)| *place = *number);
            }
        }
    }

    /// `y += A x` for each of them: the sum of a row runs from zero in ascending index of the cells.
    #[inline(always)]
    pub fn times(&mut self, spikes: &SpikeList<F>, amplitude: F, dense: &mut [F]) {
        match self.round.width {
            1 => self.add::<1>(spikes, amplitude),
            2 => self.add::<2>(spikes, amplitude),
            4 => self.add::<4>(spikes, amplitude),
            8 => self.add::<8>(spikes, amplitude),
            _ => self.add::<16>(spikes, amplitude),
        }
        for &(y, at) in &self.targets {
            let sums = &mut self.sums[at..][..y.len];
            for (y, sum) in dense[y.range()].iter_mut().zip(sums) {
                *y = *y + std::mem::take(sum);
            }
        }
    }

    #[inline(always)]
    fn add<const W: usize>(&mut self, spikes: &SpikeList<F>, amplitude: F) {
        let columns = self.numbers.as_chunks::<W>().0;
        for (cell, value) in spikes.iter() {
            let x = amplitude * value;
            let at = self.sums_at[cell as usize] as usize;
            let sums = &mut self.sums[at..][..W];
            for (sum, &a) in sums.iter_mut().zip(&columns[cell as usize]) {
                *sum = *sum + a * x;
            }
        }
    }

    /// What is added to.
    pub fn targets(&self) -> impl Iterator<Item = Column> + '_ {
        self.targets.iter().map(|(target, _)| *target)
    }

    /// Bytes held.
    pub fn memory_bytes(&self) -> u64 {
        bytes(&self.round.products)
            + bytes(&self.sums_at)
            + bytes(&self.sums)
            + self.numbers.memory_bytes()
    }
}

/// Sorts what can be done at once: products in their order, of no more than [`WIDEST`] rows each.
/// Nothing if one has the target of another.
pub(crate) fn rounds(products: &[Product]) -> Option<Vec<Round>> {
    let mut targets: Vec<Column> = products.iter().map(|product| product.y).collect();
    targets.sort_by_key(|y| y.at);
    if targets.windows(2).any(|pair| !pair[0].is_apart_from(pair[1])) {
        return None;
    }
    let mut rounds = Vec::<Round>::new();
    // For each group of cells, by its first: the round, its place in it, and its rows so far.
    let mut open = BTreeMap::<usize, (usize, usize, usize)>::new();
    for product in products {
        let place = open.get(&product.first).copied();
        let (which, group, row) = match place {
            Some((which, group, row)) if row + product.y.len <= WIDEST => (which, group, row),
            place => {
                let which = place.map_or(0, |(which, ..)| which + 1);
                if which == rounds.len() {
                    rounds.push(Round::default());
                }
                rounds[which].n_groups += 1;
                (which, rounds[which].n_groups - 1, 0)
            }
        };
        let rows = row + product.y.len;
        let round = &mut rounds[which];
        round.products.push((*product, group, row));
        round.width = WIDTHS.into_iter().find(|w| *w >= rows).unwrap_or(WIDEST).max(round.width);
        open.insert(product.first, (which, group, rows));
    }
    Some(rounds)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn product(source: usize, first: usize, n: usize, y: Column) -> Product {
        Product { source: Column { at: source, len: n * y.len }, first, n, y }
    }

    #[test]
    fn each_spike_adds_the_column_of_its_cell() {
        // Two matrices of three cells each, of two rows and of one; four cells in between have none.
        let mut dense: Vec<f64> = (0..9).map(f64::from).collect();
        dense.extend([0.5; 4]);
        let (a, b) = (Column { at: 9, len: 2 }, Column { at: 12, len: 1 });
        let products = vec![product(0, 0, 3, a), product(6, 7, 3, b)];
        let round = rounds(&products).unwrap().remove(0);
        assert_eq!((round.width, round.n_groups), (2, 2));
        let mut columns = Columns::new("", round, 10).unwrap();
        columns.renew(&dense);
        let mut spikes = SpikeList::default();
        for (cell, value) in [(1, 1.0), (2, 2.0), (4, 1.0), (9, 1.0)] {
            spikes.push(cell, value);
        }
        for round in 1..=2 {
            columns.times(&spikes, 10.0, &mut dense);
            let sums = [10.0 + 40.0, 40.0 + 100.0, 0.0, 80.0].map(|s| 0.5 + s * f64::from(round));
            assert_eq!(dense[9..], sums);
        }
    }

    #[test]
    fn products_of_the_same_cells_are_one_column() {
        let product = |first, at, len| product(0, first, 3, Column { at, len });
        let products = [product(0, 0, 9), product(0, 20, 7), product(3, 9, 2), product(0, 30, 1)];
        let rounds = rounds(&products).unwrap();
        let found = |i: usize| {
            let round: &Round = &rounds[i];
            let places = round.products.iter().map(|(_, group, row)| (*group, *row));
            (round.width, round.n_groups, places.collect::<Vec<_>>())
        };
        assert_eq!(found(0), (16, 2, vec![(0, 0), (0, 9), (1, 0)]));
        assert_eq!(found(1), (1, 1, vec![(0, 0)]));
        assert!(super::rounds(&[product(0, 0, 2), product(3, 1, 2)]).is_none());
    }
}
