//! Array operators on columns. Sums run in ascending index, for spikes as for numbers.

mod columns;
mod encoders;
mod sparse;
mod tiles;

use std::{ops::Range, sync::Arc};

use pontine_core_ir::{model::Filter, port::CompileError};
use pontine_mechanism::{Real, native::Task};

use crate::{
    arena::{Apart, Column},
    memory::bytes,
    spikes::Spikes,
};
pub(crate) use columns::{Columns, Product, WIDEST, rounds};
pub(crate) use encoders::{Encoders, Encoding, SHORT};
pub(crate) use sparse::{ByRow, BySpikes, Sparse, SparseRows, columns_ascend};
pub(crate) use tiles::Tiles;

/// One array operator.
#[derive(Debug)]
pub(crate) enum Array<F> {
    /// Every element becomes the value.
    Reset { target: Column, value: F },
    /// Elements of one column to elements of another.
    Copy(CopyOp),
    /// Elements anywhere to elements anywhere, from and to where they stand among all numbers.
    Moves { pairs: Vec<(u32, u32)>, inc: bool },
    /// `y += a · x`, element by element, or with one `a` for each row.
    Elementwise { a: Column, x: Column, y: Column },
    /// `y += a x`.
    Dot { a: Column, x: Column, y: Column },
    /// `y += a xᵀ`.
    Outer { a: Column, x: Column, y: Column },
    /// `y += a x`, where x are spikes.
    SpikeDot { a: Column, x: usize, y: Column },
    /// `y += a x`, where a does not change.
    Tiled { a: Tiles<F>, x: Column, y: Column },
    /// `y = base + a x` for tall matrices that do not change.
    Encoders(Encoders<F>),
    /// `y += a x`, where x are spikes and a does not change.
    SpikeTiled { a: Tiles<F>, x: usize, y: Column },
    /// `y += a x` for many small matrices that do not change, where each x is the spikes of some of
    /// the cells that are stepped as one.
    Columns { a: Columns<F>, cells: usize, amplitude: F },
    /// `y += a x`, where a is sparse and does not change.
    SparseRows { a: SparseRows<F>, x: Column, y: Column },
    /// `y += a x`, where a is sparse.
    Entries { a: ByRow<F>, x: Column, y: Column },
    /// `y += a x`, where x are spikes, and a is sparse and does not change.
    SpikeSparse { a: BySpikes<F>, x: usize, y: Column },
    /// `output = decay · output + gain · input`.
    Filter { input: Column, output: Column, decay: F, gain: F },
}

/// `target[target_index] = source[source_index]`, or `+=`.
#[derive(Debug)]
pub(crate) struct CopyOp {
    /// Read.
    pub source: Column,
    /// Which elements; all if absent.
    pub source_index: Option<Arc<[u32]>>,
    /// Written.
    pub target: Column,
    /// Which elements; all if absent.
    pub target_index: Option<Arc<[u32]>>,
    /// Whether to add.
    pub inc: bool,
}

impl<F: Real> Array<F> {
    /// Takes over what does not change from where it stands.
    pub fn renew(&mut self, dense: &[F]) -> Result<(), CompileError> {
        match self {
            Self::Tiled { a, .. } | Self::SpikeTiled { a, .. } => a.renew(dense),
            Self::Encoders(encoders) => encoders.renew(dense),
            Self::Columns { a, .. } => a.renew(dense),
            Self::SparseRows { a, .. } => a.renew(dense)?,
            Self::SpikeSparse { a, .. } => a.renew(dense)?,
            _ => {}
        }
        Ok(())
    }

    /// Does the work of the next operator as well, if both are one sweep over columns that stand side by
    /// side; whether it does.
    pub fn join(&mut self, next: &Self) -> bool {
        let joined = match (&*self, next) {
            (Self::Reset { target, value }, Self::Reset { target: more, value: same })
                if is_same(*value, *same) =>
            {
                target.join(*more).map(|target| Self::Reset { target, value: *value })
            }
            (Self::Copy(copy), Self::Copy(more)) => copy.join(more).map(Self::Copy),
            (
                &Self::Filter { input, output, decay, gain },
                &Self::Filter { input: i, output: o, decay: d, gain: g },
            ) if is_same(decay, d) && is_same(gain, g) => {
                let joined = input.join(i).zip(output.join(o));
                let joined = joined.filter(|(input, output)| input.is_apart_from(*output));
                joined.map(|(input, output)| Self::Filter { input, output, decay, gain })
            }
            (&Self::Elementwise { a, x, y }, &Self::Elementwise { a: b, x: u, y: v })
                if [a.len, x.len] == [y.len; 2] && [b.len, u.len] == [v.len; 2] =>
            {
                let joined = a.join(b).zip(x.join(u)).zip(y.join(v));
                let joined = joined.map(|((a, x), y)| (a, x, y));
                let is_apart = |(a, x, y): &(Column, Column, Column)| {
                    a.is_apart_from(*y) && x.is_apart_from(*y)
                };
                joined.filter(is_apart).map(|(a, x, y)| Self::Elementwise { a, x, y })
            }
            _ => None,
        };
        match joined {
            Some(joined) => {
                *self = joined;
                true
            }
            None => false,
        }
    }

    /// The columns that it reads while a step is done, and those that it writes.
    pub fn columns(&self) -> (Vec<Column>, Vec<Column>) {
        match *self {
            Self::Reset { target, .. } => (Vec::new(), vec![target]),
            Self::Copy(ref copy) => (vec![copy.source], vec![copy.target]),
            Self::Moves { ref pairs, .. } => {
                let one = |at: u32| Column { at: at as usize, len: 1 };
                pairs.iter().map(|(from, to)| (one(*from), one(*to))).unzip()
            }
            Self::Elementwise { a, x, y } | Self::Dot { a, x, y } | Self::Outer { a, x, y } => {
                (vec![a, x], vec![y])
            }
            Self::SpikeDot { a, y, .. } => (vec![a], vec![y]),
            Self::Tiled { x, y, .. } | Self::SparseRows { x, y, .. } => (vec![x], vec![y]),
            Self::SpikeTiled { y, .. } | Self::SpikeSparse { y, .. } => (Vec::new(), vec![y]),
            Self::Encoders(ref encoders) => {
                let of = |get: fn(&Encoding) -> Option<Column>| {
                    encoders.encodings.iter().filter_map(get).collect::<Vec<_>>()
                };
                ([of(|e| Some(e.x)), of(|e| e.base)].concat(), of(|e| Some(e.y)))
            }
            Self::Columns { ref a, .. } => (Vec::new(), a.targets().collect()),
            Self::Entries { ref a, x, y } => (vec![a.numbers, x], vec![y]),
            Self::Filter { input, output, .. } => (vec![input], vec![output]),
        }
    }

    /// The signal whose spikes it takes by themselves.
    pub fn spikes(&self) -> Option<usize> {
        match self {
            Self::SpikeDot { x, .. } | Self::SpikeTiled { x, .. } | Self::SpikeSparse { x, .. } => {
                Some(*x)
            }
            _ => None,
        }
    }

    /// Bytes held beside the columns.
    pub fn memory_bytes(&self) -> u64 {
        match self {
            Self::Tiled { a, .. } | Self::SpikeTiled { a, .. } => a.memory_bytes(),
            Self::Moves { pairs, .. } => bytes(pairs),
            Self::Encoders(encoders) => encoders.memory_bytes(),
            Self::Columns { a, .. } => a.memory_bytes(),
            Self::SparseRows { a, .. } => a.memory_bytes(),
            Self::Entries { a, .. } => a.memory_bytes(),
            Self::SpikeSparse { a, .. } => a.memory_bytes(),
            _ => 0,
        }
    }

    /// Does it once.
    #[inline(always)]
    fn run(&mut self, step: u64, dense: &mut [F], spikes: &[Spikes<F>], together: &[Spikes<F>]) {
        match *self {
            Self::Reset { target, value } => dense[target.range()].fill(value),
            Self::Copy(ref copy) => copy.run(dense),
            Self::Moves { ref pairs, inc } => {
                for &(from, to) in pairs {
                    let (from, to) = (dense[from as usize], &mut dense[to as usize]);
                    *to = if inc { *to + from } else { from };
                }
            }
            Self::Elementwise { a, x, y } => elementwise(dense, a, x, y),
            Self::Dot { a, x, y } => dot(dense, a, x, y),
            Self::Outer { a, x, y } => outer(dense, a, x, y),
            Self::SpikeDot { a, x, y } => spike_dot(dense, a, &spikes[x], step, y),
            Self::Tiled { ref a, x, y } => {
                let apart = Apart::new(dense, y);
                a.times(apart.read(x), apart.target);
            }
            Self::Encoders(ref encoders) => encoders.times(dense),
            Self::SpikeTiled { ref a, x, y } => {
                let (list, amplitude) = (spikes[x].at(step), spikes[x].amplitude);
                a.times_spikes(list, amplitude, &mut dense[y.range()]);
            }
            Self::Columns { ref mut a, cells, amplitude } => {
                a.times(together[cells].at(step), amplitude, dense);
            }
            Self::SparseRows { ref a, x, y } => {
                let apart = Apart::new(dense, y);
                a.times(apart.read(x), apart.target);
            }
            Self::Entries { ref a, x, y } => {
                let apart = Apart::new(dense, y);
                a.times(apart.read(a.numbers), apart.read(x), apart.target);
            }
            Self::SpikeSparse { ref mut a, x, y } => {
                let (list, amplitude) = (spikes[x].at(step), spikes[x].amplitude);
                a.times(list, amplitude, &mut dense[y.range()]);
            }
            Self::Filter { input, output, decay, gain } => {
                filter(dense, input, output, decay, gain);
            }
        }
    }
}

/// Whether both are the same bits.
fn is_same<F: Real>(a: F, b: F) -> bool {
    a.to_f64().to_bits() == b.to_f64().to_bits()
}

/// Array operators one after the other.
pub(crate) struct Arrays<'a, F> {
    /// The operators.
    pub ops: &'a mut [Array<F>],
    /// The step.
    pub step: u64,
    /// All columns.
    pub dense: &'a mut [F],
    /// All spikes.
    pub spikes: &'a [Spikes<F>],
    /// Those of cells that are stepped as one.
    pub together: &'a [Spikes<F>],
}

impl<F: Real> Task for Arrays<'_, F> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        for op in self.ops {
            op.run(self.step, self.dense, self.spikes, self.together);
        }
    }
}

impl CopyOp {
    /// The copy of part of its target, if both are whole columns.
    pub fn part(&self, target: Range<usize>) -> Self {
        let at = self.source.at + (target.start - self.target.at);
        let (source_index, target_index) = (None, None);
        let len = target.len();
        let (source, target) = (Column { at, len }, Column { at: target.start, len });
        Self { source, source_index, target, target_index, inc: self.inc }
    }

    /// Number of elements.
    pub fn len(&self) -> usize {
        let index = self.source_index.as_ref().or(self.target_index.as_ref());
        index.map_or(self.target.len, |index| index.len())
    }

    /// Where each element is read and written, among all numbers.
    pub fn pairs(&self) -> Vec<(u32, u32)> {
        let place = |column: Column, index: &Option<Arc<[u32]>>, i: usize| {
            column.at as u32 + index.as_ref().map_or(i as u32, |index| index[i])
        };
        let pair = |i: usize| {
            let from = place(self.source, &self.source_index, i);
            (from, place(self.target, &self.target_index, i))
        };
        (0..self.len()).map(pair).collect()
    }

    fn join(&self, next: &Self) -> Option<Self> {
        let is_whole = |copy: &Self| copy.source_index.is_none() && copy.target_index.is_none();
        if self.inc != next.inc || !is_whole(self) || !is_whole(next) {
            return None;
        }
        let (source, target) = (self.source.join(next.source)?, self.target.join(next.target)?);
        let joined = Self { source, source_index: None, target, target_index: None, inc: self.inc };
        source.is_apart_from(target).then_some(joined)
    }

    #[inline(always)]
    fn run<F: Real>(&self, dense: &mut [F]) {
        let apart = Apart::new(dense, self.target);
        let (source, target) = (apart.read(self.source), apart.target);
        match (&self.source_index, &self.target_index) {
            (None, None) => self.put(target.iter_mut().zip(source)),
            (Some(from), None) => {
                self.put(target.iter_mut().zip(from.iter().map(|&i| &source[i as usize])));
            }
            (None, Some(to)) => {
                for (&i, value) in to.iter().zip(source) {
                    self.put([(&mut target[i as usize], value)]);
                }
            }
            (Some(from), Some(to)) => {
                for (&i, &j) in to.iter().zip(from.iter()) {
                    self.put([(&mut target[i as usize], &source[j as usize])]);
                }
            }
        }
    }

    #[inline(always)]
    fn put<'a, F: Real>(&self, pairs: impl IntoIterator<Item = (&'a mut F, &'a F)>) {
        for (target, source) in pairs {
            *target = if self.inc { *target + *source } else { *source };
        }
    }
}

#[inline(always)]
fn elementwise<F: Real>(dense: &mut [F], a: Column, x: Column, y: Column) {
    let apart = Apart::new(dense, y);
    let (a, x, y) = (apart.read(a), apart.read(x), apart.target);
    match (a, x) {
        (&[a], &[x]) => y.iter_mut().for_each(|y| *y = *y + a * x),
        (&[a], x) => y.iter_mut().zip(x).for_each(|(y, &x)| *y = *y + a * x),
        (a, &[x]) => y.iter_mut().zip(a).for_each(|(y, &a)| *y = *y + a * x),
        (a, x) if a.len() < y.len() => by_row(a, x, y),
        (a, x) => y.iter_mut().zip(a).zip(x).for_each(|((y, &a), &x)| *y = *y + a * x),
    }
}

#[inline(always)]
fn by_row<F: Real>(a: &[F], x: &[F], y: &mut [F]) {
    let n = y.len() / a.len().max(1);
    for ((y, x), &a) in y.chunks_mut(n.max(1)).zip(x.chunks(n.max(1))).zip(a) {
        y.iter_mut().zip(x).for_each(|(y, &x)| *y = *y + a * x);
    }
}

#[inline(always)]
fn outer<F: Real>(dense: &mut [F], a: Column, x: Column, y: Column) {
    let apart = Apart::new(dense, y);
    let (a, x, y) = (apart.read(a), apart.read(x), apart.target);
    for (y, &a) in y.chunks_mut(x.len().max(1)).zip(a) {
        y.iter_mut().zip(x).for_each(|(y, &x)| *y = *y + a * x);
    }
}

/// Rows that are summed at once, so that additions need not wait for one another.
const ROWS: usize = 8;

#[inline(always)]
fn dot<F: Real>(dense: &mut [F], a: Column, x: Column, y: Column) {
    let apart = Apart::new(dense, y);
    let (a, x, y) = (apart.read(a), apart.read(x), apart.target);
    row_sums(a, x, |i, sum| y[i] = y[i] + sum);
}

/// Calls `put` with each row of a matrix and its product with `x`, which runs from zero.
#[inline(always)]
pub(crate) fn row_sums<F: Real>(a: &[F], x: &[F], mut put: impl FnMut(usize, F)) {
    let n = x.len();
    if n == 0 {
        return;
    }
    for (block, rows) in a.chunks(ROWS * n).enumerate() {
        if rows.len() == ROWS * n {
            let mut sums = [F::default(); ROWS];
            for (j, &x) in x.iter().enumerate() {
                for (r, sum) in sums.iter_mut().enumerate() {
                    *sum = *sum + rows[r * n + j] * x;
                }
            }
            sums.into_iter().enumerate().for_each(|(r, sum)| put(block * ROWS + r, sum));
        } else {
            for (r, row) in rows.chunks(n).enumerate() {
                let sum = row.iter().zip(x).fold(F::default(), |sum, (&a, &x)| sum + a * x);
                put(block * ROWS + r, sum);
            }
        }
    }
}

#[inline(always)]
fn spike_dot<F: Real>(dense: &mut [F], a: Column, x: &Spikes<F>, step: u64, y: Column) {
    let apart = Apart::new(dense, y);
    let (a, y, amplitude) = (apart.read(a), apart.target, x.amplitude);
    if x.n == 0 {
        return;
    }
    for (row, y) in a.chunks(x.n).zip(y) {
        let add = |sum, (j, value): (u32, F)| sum + row[j as usize] * (amplitude * value);
        *y = *y + x.at(step).iter().fold(F::default(), add);
    }
}

#[inline(always)]
fn filter<F: Real>(dense: &mut [F], input: Column, output: Column, decay: F, gain: F) {
    let tiny = F::from_f64(Filter::TINY);
    if input == output {
        for o in &mut dense[output.range()] {
            *o = flushed(decay * *o + gain * *o, tiny);
        }
        return;
    }
    let apart = Apart::new(dense, output);
    let input = apart.read(input);
    for (o, &i) in apart.target.iter_mut().zip(input) {
        *o = flushed(decay * *o + gain * i, tiny);
    }
}

#[inline(always)]
fn flushed<F: Real>(value: F, tiny: F) -> F {
    if value.abs() < tiny { F::default() } else { value }
}
