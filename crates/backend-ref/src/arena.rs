//! Where dense signals stand in the one array of numbers.

use std::{collections::BTreeSet, ops::Range};

use pontine_core_ir::{
    Id, Model, SignalId,
    model::{OperatorKind, RecordTarget, Role, Signal},
};
use pontine_mechanism::{CHUNK, LANES};

use crate::{array::columns_ascend, share::Shares};

/// Where one signal stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Column {
    /// Its first element.
    pub at: usize,
    /// Number of elements, without padding.
    pub len: usize,
}

impl Column {
    /// The elements.
    pub fn range(self) -> Range<usize> {
        self.at..self.at + self.len
    }

    /// Both as one, if the other begins where this one ends.
    pub fn join(self, next: Self) -> Option<Self> {
        let is_next = self.at + self.len == next.at;
        is_next.then_some(Self { at: self.at, len: self.len + next.len })
    }

    /// Whether they have no element in common.
    pub fn is_apart_from(self, other: Self) -> bool {
        self.at + self.len <= other.at || other.at + other.len <= self.at
    }
}

/// The smallest multiple of [`CHUNK`] that holds `n`: columns are padded to it, so that a block of
/// cells can be read to its width.
pub(crate) fn padded(n: usize) -> usize {
    n.next_multiple_of(CHUNK)
}

/// The columns of one share of a model. Before the first stand [`LANES`] zeros, which unconnected
/// inputs read; behind the last as many, so that what begins within a column can be read as well.
pub(crate) struct Layout {
    columns: Vec<Option<Column>>,
    /// Length of the whole array.
    pub len: usize,
}

impl Layout {
    /// Gives a column to each dense signal, and to spikes that somebody reads as dense, but not to
    /// those that are only summed where cells read the sums.
    pub fn new(model: &Model, shares: &Shares, share: usize) -> Self {
        let read = read_as_dense(model);
        let mut layout = Self { columns: vec![None; model.signals.capacity()], len: LANES };
        let wanted = |id: SignalId| {
            let wanted = match model.signals[id].is_events() {
                true => read.contains(&id),
                false => shares.fused(id).is_none(),
            };
            wanted && shares.has(id, share)
        };
        let len = |id| shares.elements(model, id, share).len();
        for chain in chains(model) {
            for id in chain.into_iter().filter(|id| wanted(*id)) {
                layout.place(id, len(id));
            }
            layout.len = padded(layout.len);
        }
        for id in model.signals.ids().filter(|id| wanted(*id)) {
            layout.place(id, len(id));
            layout.len = padded(layout.len);
        }
        layout.len += LANES;
        layout
    }

    /// A signal stands where it was first placed.
    fn place(&mut self, id: SignalId, len: usize) {
        let place = &mut self.columns[id.index()];
        if place.is_none() {
            *place = Some(Column { at: self.len, len });
            self.len += len;
        }
    }

    /// The column of a signal, if it has one.
    pub fn get(&self, signal: SignalId) -> Option<Column> {
        self.columns[signal.index()]
    }

    /// The column of a signal that operators read or write as dense; `new` has given it one.
    pub fn of(&self, signal: SignalId) -> Column {
        self.get(signal).unwrap_or_default()
    }
}

/// Signals that merged operators touch in one way, so that they are swept over as one; first what cells
/// read.
fn chains(model: &Model) -> Vec<Vec<SignalId>> {
    let groups = || {
        let groups = model.merged.groups().iter();
        groups.map(|group| group.iter().map(|id| &model.operators[*id].kind).collect::<Vec<_>>())
    };
    let is_cells = |group: &Vec<&OperatorKind>| matches!(group[..], [OperatorKind::Neurons(_), ..]);
    let (cells, others): (Vec<_>, Vec<_>) = groups().partition(is_cells);
    let mut chains = Vec::new();
    for group in cells.into_iter().chain(others) {
        let ends: Vec<Vec<SignalId>> = group.into_iter().map(ends).collect();
        let n = ends.iter().map(Vec::len).min().unwrap_or(0);
        chains.extend((0..n).map(|i| ends.iter().map(|ends| ends[i]).collect()));
    }
    chains
}

/// What an operator writes and reads, the vectors first, those of all operators of a kind in one order.
fn ends(kind: &OperatorKind) -> Vec<SignalId> {
    match kind {
        OperatorKind::Reset { target, .. } => vec![*target],
        OperatorKind::Copy { source, target, .. } => vec![*target, *source],
        OperatorKind::ElementwiseInc { a, x, y } => vec![*y, *x, *a],
        OperatorKind::DotInc { x, y, .. } | OperatorKind::SparseInc { x, y, .. } => vec![*y, *x],
        OperatorKind::Filter(filter) => vec![filter.output, filter.input],
        OperatorKind::Neurons(neurons) => {
            neurons.inputs.iter().flatten().chain(&neurons.outputs).copied().collect()
        }
        _ => vec![],
    }
}

/// Signals that are read as numbers; products take spikes as they are.
fn read_as_dense(model: &Model) -> BTreeSet<SignalId> {
    let mut read = BTreeSet::new();
    for (_, op) in model.operators.iter() {
        match &op.kind {
            OperatorKind::DotInc { a, x, .. } if model.signals[*x].is_events() => {
                read.insert(*a);
            }
            OperatorKind::SparseInc { a, entries, x, .. }
                if model.signals[*x].is_events()
                    && model.signals[*a].role == Role::Constant
                    && columns_ascend(entries) =>
            {
                read.insert(*a);
            }
            _ => read.extend(op.access(model.dt).reads),
        }
    }
    read.extend(model.records.iter().filter_map(|(_, record)| match record.target {
        RecordTarget::Signal(signal) => Some(signal),
        RecordTarget::Events(_) | RecordTarget::State(..) => None,
    }));
    read
}

/// Bytes of all columns, for numbers of `size` bytes.
pub(crate) fn estimate(model: &Model, size: usize) -> f64 {
    let len = |signal: &Signal| padded(signal.len()) as f64;
    model.signals.iter().map(|(_, signal)| len(signal)).sum::<f64>() * size as f64
}

/// Two ranges of the array that do not overlap.
pub(crate) fn apart<F>(dense: &mut [F], a: Range<usize>, b: Range<usize>) -> [&mut [F]; 2] {
    if a.start < b.start {
        let (below, above) = dense.split_at_mut(b.start);
        [&mut below[a], &mut above[..b.end - b.start]]
    } else {
        let (below, above) = dense.split_at_mut(a.start);
        [&mut above[..a.end - a.start], &mut below[b]]
    }
}

/// One column for writing, all others for reading.
pub(crate) struct Apart<'a, F> {
    below: &'a [F],
    /// The column for writing.
    pub target: &'a mut [F],
    above: &'a [F],
    above_at: usize,
}

impl<'a, F> Apart<'a, F> {
    /// Takes the target out of the array.
    pub fn new(dense: &'a mut [F], target: Column) -> Self {
        let (below, rest) = dense.split_at_mut(target.at);
        let (target_values, above) = rest.split_at_mut(target.len);
        Self { below, target: target_values, above, above_at: target.at + target.len }
    }

    /// Another column than the target.
    pub fn read(&self, column: Column) -> &'a [F] {
        if column.at < self.below.len() {
            &self.below[column.range()]
        } else {
            &self.above[column.at - self.above_at..][..column.len]
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_can_be_read_to_the_width_of_a_block() {
        let model = Model::parse(
            "model dt=0.001 seed=0 \"\"\n\
             signal %0 \"a\" dense [3] state = [1.0, 2.0, 3.0]\n\
             signal %1 \"s\" events [2] amplitude=1.0\n\
             signal %2 \"b\" dense [17] temporary = [0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0]\n",
        )
        .unwrap();
        let shares = Shares::new(&model, &model.schedule().unwrap(), 1);
        let layout = Layout::new(&model, &shares, 0);
        let columns: Vec<_> = model.signals.ids().map(|id| layout.get(id)).collect();
        assert_eq!(
            columns,
            [Some(Column { at: LANES, len: 3 }), None, Some(Column { at: LANES + 16, len: 17 })]
        );
        assert_eq!(layout.len, 2 * LANES + 48);
    }

    #[test]
    fn one_column_is_written_while_others_are_read() {
        let mut dense = [1, 2, 3, 4, 5];
        let apart = Apart::new(&mut dense, Column { at: 2, len: 1 });
        assert_eq!(apart.read(Column { at: 0, len: 2 }), [1, 2]);
        assert_eq!(apart.read(Column { at: 3, len: 2 }), [4, 5]);
        assert_eq!(apart.target, [3]);
    }
}
