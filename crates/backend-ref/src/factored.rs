//! Deliveries whose weights are products of signals: the spikes of a step become few numbers, which
//! are multiplied out for the targets of this share. No weight between single cells is ever made.
//!
//! Sums run in the order that the meaning of a delivery gives them, so each share may do the small
//! part of the work for itself.

use std::ops::Range;

use pontine_core_ir::{Block, Window, port::CompileError};
use pontine_mechanism::{Lines, Real};

use crate::{
    arena::{Apart, Column, apart},
    array::row_sums,
    memory::bytes,
    slots::Slots,
    spike_list::SpikeList,
};

/// The products of one delivery, in their order.
#[derive(Debug)]
pub(crate) struct Products(Vec<Product>);

/// A product, its factors where they stand in the array of numbers.
#[derive(Debug)]
struct Product {
    sources: Sources,
    targets: Targets,
    decoders: Column,
    transform: Option<Column>,
    encoders: Option<Column>,
    /// Where D times the spikes is put down.
    decoded: Column,
    /// Where T times that is put down.
    transformed: Column,
}

/// Which column of D belongs to a source.
#[derive(Debug)]
enum Sources {
    /// Those of a range, one after the other.
    Range(Range<u32>),
    /// Source and column, in ascending order.
    Some(Vec<(u32, u32)>),
}

/// Which row of E, or of what stands in its place, is for which target of this share.
#[derive(Debug)]
enum Targets {
    /// Rows from `row` on are for targets from `target` on.
    Range { row: usize, target: usize, len: usize },
    /// Row and target.
    Some(Vec<(u32, u32)>),
}

impl Products {
    /// Blocks for the targets `own` of a share, whose signals stand where `column` says.
    pub fn new<F: Real>(
        what: &str,
        blocks: &[Block],
        own: &Range<usize>,
        column: impl Fn(pontine_core_ir::SignalId) -> Column,
        dense: &mut Lines<F>,
    ) -> Result<Self, CompileError> {
        let mut room = |len: usize| {
            let at = Slots::new(what, dense, len, 1)?.column(0).start;
            Ok::<_, CompileError>(Column { at, len })
        };
        let mut products = Vec::with_capacity(blocks.len());
        for Block { source, target, factors } in blocks {
            let decoders = column(factors.decoders);
            let transform = factors.transform.map(&column);
            let d_in = decoders.len / source.len().max(1);
            products.push(Product {
                sources: Sources::new(source),
                targets: Targets::new(target, own),
                decoders,
                transform,
                encoders: factors.encoders.map(&column),
                decoded: room(d_in)?,
                transformed: room(transform.map_or(0, |t| t.len / d_in.max(1)))?,
            });
        }
        Ok(Self(products))
    }

    /// Adds what these spikes bring to the sums of this share's targets.
    pub fn add<F: Real>(
        &self,
        spikes: &SpikeList<F>,
        scale: F,
        sums: Range<usize>,
        dense: &mut [F],
    ) {
        for product in &self.0 {
            if product.decode(spikes, dense) {
                let y = product.transform(dense);
                product.encode(y, scale, sums.clone(), dense);
            }
        }
    }

    /// Bytes held, those in the array of numbers excepted.
    pub fn memory_bytes(&self) -> u64 {
        let of = |product: &Product| {
            let sources = match &product.sources {
                Sources::Range(_) => 0,
                Sources::Some(columns) => bytes(columns),
            };
            sources + if let Targets::Some(rows) = &product.targets { bytes(rows) } else { 0 }
        };
        bytes(&self.0) + self.0.iter().map(of).sum::<u64>()
    }
}

impl Product {
    /// D times the spikes, whose indices ascend; whether any is from one of the sources.
    fn decode<F: Real>(&self, spikes: &SpikeList<F>, dense: &mut [F]) -> bool {
        let apart = Apart::new(dense, self.decoded);
        let (decoders, sums) = (apart.read(self.decoders), apart.target);
        sums.fill(F::default());
        let n = self.sources.len();
        let mut any = false;
        self.sources.each(spikes, |column, value| {
            any = true;
            for (sum, row) in sums.iter_mut().zip(decoders.chunks_exact(n)) {
                *sum = *sum + row[column] * value;
            }
        });
        any
    }

    /// T times what was decoded; where that stands.
    fn transform<F: Real>(&self, dense: &mut [F]) -> Column {
        let Some(transform) = self.transform else { return self.decoded };
        let apart = Apart::new(dense, self.transformed);
        let (a, x, y) = (apart.read(transform), apart.read(self.decoded), apart.target);
        row_sums(a, x, |i, sum| y[i] = sum);
        self.transformed
    }

    /// Adds scale times E times y to the sums.
    fn encode<F: Real>(&self, y: Column, scale: F, sums: Range<usize>, dense: &mut [F]) {
        match self.encoders {
            Some(encoders) => {
                let apart = Apart::new(dense, Column { at: sums.start, len: sums.len() });
                let (e, y, sums) = (apart.read(encoders), apart.read(y), apart.target);
                self.targets.encode(e, y, |target, sum| {
                    sums[target] = sums[target] + scale * sum;
                });
            }
            None => {
                let [y, sums] = apart(dense, y.range(), sums);
                self.targets.each(|row, target| sums[target] = sums[target] + scale * y[row]);
            }
        }
    }
}

impl Sources {
    fn new(window: &Window) -> Self {
        if let Some(range) = range(window) {
            return Self::Range(range);
        }
        let mut columns: Vec<_> =
            (0..window.len()).map(|column| (window.at(column), column as u32)).collect();
        columns.sort_unstable();
        Self::Some(columns)
    }

    fn len(&self) -> usize {
        match self {
            Self::Range(range) => range.len(),
            Self::Some(columns) => columns.len(),
        }
    }

    /// Calls `visit` with column and value of each spike that is from one of the sources.
    fn each<F: Real>(&self, spikes: &SpikeList<F>, mut visit: impl FnMut(usize, F)) {
        match self {
            Self::Range(range) => {
                let first = spikes.indices().partition_point(|i| *i < range.start);
                let last = spikes.indices().partition_point(|i| *i < range.end);
                let (indices, values) = spikes.part(first..last);
                for (source, value) in indices.iter().zip(values) {
                    visit((source - range.start) as usize, *value);
                }
            }
            Self::Some(columns) => {
                for (source, value) in spikes.iter() {
                    if let Ok(at) = columns.binary_search_by_key(&source, |(source, _)| *source) {
                        visit(columns[at].1 as usize, value);
                    }
                }
            }
        }
    }
}

impl Targets {
    fn new(window: &Window, own: &Range<usize>) -> Self {
        if let Some(range) = range(window) {
            let (start, end) = (range.start as usize, range.end as usize);
            let ours = start.max(own.start)..end.min(own.end);
            let (row, target) = (ours.start - start, ours.start - own.start);
            return Self::Range { row, target, len: ours.len() };
        }
        let rows = (0..window.len()).map(|row| (row as u32, window.at(row) as usize));
        let ours = rows.filter(|(_, target)| own.contains(target));
        Self::Some(ours.map(|(row, target)| (row, (target - own.start) as u32)).collect())
    }

    /// Calls `put` with row and target of each.
    fn each(&self, mut put: impl FnMut(usize, usize)) {
        match self {
            Self::Range { row, target, len } => (0..*len).for_each(|i| put(row + i, target + i)),
            Self::Some(rows) => rows.iter().for_each(|&(row, t)| put(row as usize, t as usize)),
        }
    }

    /// Calls `put` with each target and the product of its row and y.
    fn encode<F: Real>(&self, e: &[F], y: &[F], mut put: impl FnMut(usize, F)) {
        let n = y.len();
        match *self {
            Self::Range { row, target, len } => {
                row_sums(&e[row * n..(row + len) * n], y, |i, sum| put(target + i, sum));
            }
            Self::Some(_) => self.each(|row, target| {
                row_sums(&e[row * n..(row + 1) * n], y, |_, sum| put(target, sum));
            }),
        }
    }
}

/// The indices of a window, if they follow one another.
fn range(window: &Window) -> Option<Range<u32>> {
    match window {
        Window::All(n) => Some(0..*n as u32),
        Window::Some(indices) => {
            let first = *indices.first()?;
            let follow = indices.iter().zip(first..).all(|(i, expected)| *i == expected);
            follow.then(|| first..first + indices.len() as u32)
        }
    }
}
