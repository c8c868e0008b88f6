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

/// Matrices that do not change, column by column.
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

impl<F: Real> Encoders<F> {
    /// Lays matrices of at most [`SHORT`] columns out, without their numbers.
    pub fn new(what: &str, encodings: Vec<Encoding>) -> Result<Self, CompileError> {
        let numbers = zeros(what, encodings.iter().map(|encoding| encoding.source.len).sum())?;
        Ok(Self { encodings, numbers })
    }

    /// Takes over the numbers.
    pub fn renew(&mut self, dense: &[F]) {
        let mut numbers = &mut self.numbers[..];
        for Encoding { source, x, y, .. } in &self.encodings {
            let (own, rest) = numbers.split_at_mut(source.len);
            numbers = rest;
            for (r, row) in dense[source.range()].chunks(x.len.max(1)).enumerate() {
                let places = own[r..].iter_mut().step_by(y.len.max(1));
                places.zip(row).for_each(|(place, number)| *place = *number);
            }
        }
    }

    /// Does them all: the sum of a row runs from zero in ascending index of x, and is then added.
    #[inline(always)]
    pub fn times(&self, dense: &mut [F]) {
        let mut numbers = &self.numbers[..];
        for encoding in &self.encodings {
            let (own, rest) = numbers.split_at(encoding.source.len);
            numbers = rest;
            let apart = Apart::new(dense, encoding.y);
            let (x, base) = (apart.read(encoding.x), encoding.base.map(|base| apart.read(base)));
            match x.len() {
                1 => encode::<F, 1>(own, x, base, apart.target),
                2 => encode::<F, 2>(own, x, base, apart.target),
                3 => encode::<F, 3>(own, x, base, apart.target),
                4 => encode::<F, 4>(own, x, base, apart.target),
                _ => encode::<F, SHORT>(own, x, base, apart.target),
            }
        }
    }

    /// Bytes held.
    pub fn memory_bytes(&self) -> u64 {
        self.numbers.memory_bytes()
    }
}

/// One of them, of at most `D` columns.
#[inline(always)]
fn encode<F: Real, const D: usize>(numbers: &[F], x: &[F], base: Option<&[F]>, y: &mut [F]) {
    let n = y.len();
    let mut columns = [&numbers[..0]; D];
    for (column, numbers) in columns.iter_mut().zip(numbers.chunks_exact(n.max(1))) {
        *column = numbers;
    }
    let columns = &columns[..D.min(x.len())];
    match base {
        Some(base) if n >= WIDE => {
            for r in (0..n - WIDE + 1).step_by(WIDE) {
                put::<F, WIDE>(columns, x, &base[r..], r, &mut y[r..]);
            }
            // Rows that are set may be set once more.
            let r = n - WIDE;
            put::<F, WIDE>(columns, x, &base[r..], r, &mut y[r..]);
        }
        Some(base) => (0..n).for_each(|r| put::<F, 1>(columns, x, &base[r..], r, &mut y[r..])),
        None => {
            let (wide, rest) = y.as_chunks_mut::<WIDE>();
            let mut r = 0;
            for y in wide {
                let base = *y;
                put::<F, WIDE>(columns, x, &base, r, y);
                r += WIDE;
            }
            for y in rest {
                let base = *y;
                put::<F, 1>(columns, x, &[base], r, std::slice::from_mut(y));
                r += 1;
            }
        }
    }
}

/// Sets the first `W` of `y`, which are rows from `r` on.
#[inline(always)]
fn put<F: Real, const W: usize>(columns: &[&[F]], x: &[F], base: &[F], r: usize, y: &mut [F]) {
    let mut sums = [F::default(); W];
    for (column, &x) in columns.iter().zip(x) {
        let Some(column) = column.get(r..).and_then(|column| column.first_chunk::<W>()) else {
            return;
        };
        sums.iter_mut().zip(column).for_each(|(sum, &a)| *sum = *sum + a * x);
    }
    let (Some(base), Some(y)) = (base.first_chunk::<W>(), y.first_chunk_mut::<W>()) else { return };
    y.iter_mut().zip(base).zip(sums).for_each(|((y, &base), sum)| *y = base + sum);
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
