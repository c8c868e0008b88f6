//! Who writes a signal in a step, and in which order.

use pontine_core_ir::{
    Id, Model, OperatorId, SignalId, Tensor,
    model::{First, Role, Signal},
    pass::{Analyses, Analysis, ModelEdit, Rewriter, Users, Uses},
};

/// Where each operator stands in a step.
#[derive(Debug)]
pub(super) struct Positions {
    of: Vec<usize>,
}

impl Positions {
    /// The place of an operator in a step; last if there is no order.
    pub fn of(&self, operator: OperatorId) -> usize {
        self.of[operator.index()]
    }

    /// The first of some operators.
    pub fn first(&self, operators: &[OperatorId]) -> Option<OperatorId> {
        operators.iter().copied().min_by_key(|&id| self.of(id))
    }

    /// Operators in the order of a step.
    pub fn in_order(&self, operators: impl Iterator<Item = OperatorId>) -> Vec<OperatorId> {
        let mut operators: Vec<_> = operators.collect();
        operators.sort_by_key(|&id| self.of(id));
        operators
    }
}

impl Analysis<Model> for Positions {
    fn of(model: &Model, _: &Analyses<Model>) -> Self {
        let mut of = vec![usize::MAX; model.operators.capacity()];
        if let Ok(schedule) = model.schedule() {
            schedule.operators().enumerate().for_each(|(place, id)| of[id.index()] = place);
        }
        Self { of }
    }
}

/// Signals that are set in every step and not updated, with who sets and who adds to them, in the order
/// of a step; what is written first may be what others read.
pub(super) fn written(
    model: &Model,
    users: &Users,
    positions: &Positions,
) -> Vec<(SignalId, Vec<OperatorId>)> {
    let writers = |uses: &Uses| match (&uses.sets[..], uses.updates.is_empty()) {
        ([set], true) => {
            let incs = positions.in_order(uses.incs.iter().copied());
            Some([&[*set][..], &incs].concat())
        }
        _ => None,
    };
    let dense = model.signals.iter().filter(|(_, signal)| !signal.is_events());
    let mut written: Vec<(SignalId, Vec<OperatorId>)> =
        dense.filter_map(|(id, _)| Some((id, writers(users.of(id))?))).collect();
    written.sort_by_key(|(_, writers)| writers.last().map(|&last| positions.of(last)));
    written
}

/// Whether a record takes the value that a signal has before the first step.
fn is_seen_at_zero(model: &Model, uses: &Uses) -> bool {
    uses.records.iter().any(|&record| model.records[record].first == First::Zero)
}

/// Has a signal hold what these operators alone write to it in every step, and takes them away; not where
/// a record sees it before the first step. Whether it did.
pub(super) fn hold(
    model: &Model,
    users: &Users,
    (signal, writers): (SignalId, &[OperatorId]),
    values: Tensor,
    edits: &mut Rewriter<Model>,
) -> bool {
    let before = &model.signals[signal];
    if before.initial != values && is_seen_at_zero(model, users.of(signal)) {
        let reason = "a record takes its value before the first step";
        edits.refuse(before.path.to_string(), reason);
        return false;
    }
    let held = Signal { role: Role::Constant, initial: values, ..before.clone() };
    edits.edit(ModelEdit::ReplaceSignal(signal, Box::new(held)));
    for &writer in writers {
        edits.edit(ModelEdit::RemoveOperator(writer, "its target holds what it wrote".into()));
    }
    true
}
