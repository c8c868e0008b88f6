//! Products of tall matrices with short vectors, on top of what is there from the start: currents of
//! cells, `J = bias + encoders · x`.

use pontine_core_ir::port::CompileError;
use pontine_mechanism::{Lines, Real};

use crate::{
    arena::{Apart, Column},
    memory::zeros,
};

/// `y = base + a x`, or `y += a x`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Encoding {
    /// Where the matrix stands, row by row.
    pub source: Column,
    /// Read.
    pub x: Column,
    /// Set, or incremented.
    pub y: Column,
    /// What the product is added to, if not to what stands in y.
    pub base: Option<Column>,
}

/// Matrices that do not change, each in tiles of [`WIDE`] rows: within a tile column by column, rows
/// beyond the last are zero.
#[derive(Debug)]
pub(crate) struct Encoders<F> {
    /// In the order in which they are done.
    pub encodings: Vec<Encoding>,
    numbers: Lines<F>,
}

/// The most elements of a vector that is short.
pub(crate) const SHORT: usize = 16;

/// Rows that are summed side by side.
const WIDE: usize = 8;

impl Encoding {
    /// How many numbers its tiles have.
    fn len(&self) -> usize {
        self.y.len.next_multiple_of(WIDE) * self.x.len
    }
}

impl<F: Real> Encoders<F> {
    /// Lays matrices of at most [`SHORT`] columns out, without their numbers.
    pub fn new(what: &str, encodings: Vec<Encoding>) -> Result<Self, CompileError> {
        let numbers = zeros(what, encodings.iter().map(Encoding::len).sum())?;
        Ok(Self { encodings, numbers })
    }

    /// Takes over the numbers.
    pub fn renew(&mut self, dense: &[F]) {
        let mut numbers = &mut self.numbers[..];
        for encoding in &self.encodings {
            let (own, rest) = numbers.split_at_mut(encoding.len());
            numbers = rest;
            let d = encoding.x.len;
            for (r, row) in dense[encoding.source.range()].chunks(d.max(1)).enumerate() {
                let places = own[r / WIDE * WIDE * d + r % WIDE..].iter_mut().step_by(WIDE);
                places.zip(row).for_each(|(place, number)| *place = *number);
            }
        }
    }

    /// Does them all: the sum of a row runs from zero in ascending index of x, and is then added.
    #[inline(always)]
    pub fn times(&self, dense: &mut [F]) {
        let mut numbers = &self.numbers[..];
        for encoding in &self.encodings {
            let (own, rest) = numbers.split_at(encoding.len());
            numbers = rest;
            let apart = Apart::new(dense, encoding.y);
            let (x, base) = (apart.read(encoding.x), encoding.base.map(|base| apart.read(base)));
            macro_rules! encode {
                ($($d:literal)*) => {
                    match x.len() {
                        $($d => {
                            if let Some(x) = x.first_chunk::<$d>() {
                                let tiles = own.as_chunks::<WIDE>().0.as_chunks::<$d>().0.iter();
                                encode(tiles.map(|tile| &tile[..]), x, base, apart.target);
                            }
                        })*
                        d => {
                            let tiles = own.as_chunks::<WIDE>().0.chunks_exact(d.max(1));
                            encode(tiles, x, base, apart.target);
                        }
                    }
                };
            }
            encode!(1 2 3 4 5 6 7 8);
        }
    }

    /// Bytes held.
    pub fn memory_bytes(&self) -> u64 {
        self.numbers.memory_bytes()
    }
}

/// One of them.
#[inline(always)]
fn encode<'a, F: Real>(
    mut tiles: impl Iterator<Item = &'a [[F; WIDE]]>,
    x: &[F],
    base: Option<&[F]>,
    y: &mut [F],
) {
    let (wide, rest) = y.as_chunks_mut::<WIDE>();
    match base {
        Some(base) => {
            let (base, last) = base.as_chunks::<WIDE>();
            for ((y, base), tile) in wide.iter_mut().zip(base).zip(&mut tiles) {
                let sums = sums(tile, x);
                y.iter_mut().zip(base).zip(sums).for_each(|((y, base), sum)| *y = *base + sum);
            }
            if let Some(tile) = tiles.next() {
                let sums = sums(tile, x);
                rest.iter_mut().zip(last).zip(sums).for_each(|((y, base), sum)| *y = *base + sum);
            }
        }
        None => {
            for (y, tile) in wide.iter_mut().zip(&mut tiles) {
                y.iter_mut().zip(sums(tile, x)).for_each(|(y, sum)| *y = *y + sum);
            }
            if let Some(tile) = tiles.next() {
                rest.iter_mut().zip(sums(tile, x)).for_each(|(y, sum)| *y = *y + sum);
            }
        }
    }
}

#[inline(always)]
fn sums<F: Real>(tile: &[[F; WIDE]], x: &[F]) -> [F; WIDE] {
    let mut sums = [F::default(); WIDE];
    for (column, &x) in tile.iter().zip(x) {
        sums.iter_mut().zip(column).for_each(|(sum, &a)| *sum = *sum + a * x);
    }
    sums
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn products_of_any_shape_are_added_to_their_base() {
        for (n, d) in [(1, 1), (7, 2), (8, 3), (50, 1), (50, 4), (9, 16), (64, 5)] {
            let numbers =
                |n: usize, by: usize| (0..n).map(move |i| (i * by % 101) as f64 / 7.0 - 5.0);
            let mut dense: Vec<f64> = numbers(n * d, 37).chain(numbers(d, 11)).collect();
            let (at, x) = (n * d + d, Column { at: n * d, len: d });
            let (bias, y) = (Column { at, len: n }, Column { at: at + n, len: n });
            dense.extend(numbers(2 * n, 53));
            let source = Column { at: 0, len: n * d };
            for base in [None, Some(bias)] {
                let from = dense[base.unwrap_or(y).range()].to_vec();
                let sum = |r: usize| {
                    let row = dense[r * d..][..d].iter().zip(&dense[x.range()]);
                    row.fold(0.0, |sum, (a, x)| sum + a * x)
                };
                let expected: Vec<f64> = (0..n).map(|r| from[r] + sum(r)).collect();
                let mut encoders =
                    Encoders::new("", vec![Encoding { source, x, y, base }]).unwrap();
                encoders.renew(&dense);
                encoders.times(&mut dense);
                assert_eq!(dense[y.range()], expected, "{n} by {d}");
            }
        }
    }
}
