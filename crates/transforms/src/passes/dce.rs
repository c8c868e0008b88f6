//! `dce`: what reaches nothing goes.

use std::{collections::BTreeSet, sync::Arc};

use pontine_core_ir::{
    Model, OperatorId, SignalId,
    model::{Access, OperatorKind, RecordTarget},
    pass::{Equality, ModelEdit, Pass, PassCx, PassError, PassMeta, Repeat, Rewriter, Stage},
};

use crate::registry::PassEntry;

static META: PassMeta = PassMeta {
    name: "dce",
    version: 1,
    about: "removes operators and signals that reach no record, cell or host",
    stage: Stage::Simplify,
    equality: Equality::BitExact,
    repeat: Repeat::Idempotent,
    requires: &[],
    after: &[],
    conflicts: &[],
};

inventory::submit! {
    PassEntry::<Model> {
        meta: &META,
        make: |spec| {
            spec.check_names(&["cells"])?;
            Ok(Arc::new(DeadCode { cells: spec.bool_or("cells", false)? }))
        },
        place: module_path!(),
    }
}

/// Removes operators whose results nobody can see, then signals that nobody touches.
///
/// Live are records and what they take, hosts (their effects are not ours to know), and cells and
/// sources of spikes: their states are read and written by address. An operator is live if it
/// writes a signal that a live one reads, now or of the past. Everything else goes.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct DeadCode {
    /// Whether cells and sources of spikes go too where they reach neither record nor host.
    pub cells: bool,
}

impl Pass<Model> for DeadCode {
    fn meta(&self) -> &PassMeta {
        &META
    }

    fn run(
        &self,
        model: &Model,
        edits: &mut Rewriter<Model>,
        _: &PassCx<'_, Model>,
    ) -> Result<(), PassError> {
        let live = Live::of(model, self.cells);
        for (id, _) in model.operators.iter().filter(|(id, _)| !live.operators.contains(id)) {
            let reason = "nothing reads what it writes".into();
            edits.edit(ModelEdit::RemoveOperator(id, reason));
        }
        for (id, _) in model.signals.iter().filter(|(id, _)| !live.touched.contains(id)) {
            edits.edit(ModelEdit::RemoveSignal(
                id,
                "no operator or record is left to touch it".into(),
            ));
        }
        Ok(())
    }
}

/// What must stay.
struct Live<'a> {
    writers: Vec<(SignalId, OperatorId)>,
    model: &'a Model,
    operators: BTreeSet<OperatorId>,
    /// Signals that live operators or records name.
    touched: BTreeSet<SignalId>,
    /// Operators found live whose reads have not been followed yet.
    waiting: Vec<OperatorId>,
}

impl<'a> Live<'a> {
    fn of(model: &'a Model, cells_may_go: bool) -> Self {
        let mut live = Self {
            writers: writers(model),
            model,
            operators: BTreeSet::new(),
            touched: BTreeSet::new(),
            waiting: Vec::new(),
        };
        for (id, op) in model.operators.iter() {
            if is_root(&op.kind, cells_may_go) {
                live.operator(id);
            }
        }
        for (_, record) in model.records.iter() {
            match record.target {
                RecordTarget::Events(signal) | RecordTarget::Signal(signal) => live.read(signal),
                RecordTarget::State(operator, _) => live.operator(operator),
            }
        }
        live.follow();
        live
    }

    fn operator(&mut self, id: OperatorId) {
        if self.model.operators.get(id).is_some() && self.operators.insert(id) {
            self.waiting.push(id);
        }
    }

    /// All who write a signal that is read are live.
    fn read(&mut self, signal: SignalId) {
        self.touched.insert(signal);
        let begin = self.writers.partition_point(|(written, _)| *written < signal);
        let end = self.writers.partition_point(|(written, _)| *written <= signal);
        for place in begin..end {
            self.operator(self.writers[place].1);
        }
    }

    fn follow(&mut self) {
        while let Some(id) = self.waiting.pop() {
            let Access { sets, incs, reads, updates, reads_past } =
                self.model.operators[id].access(self.model.dt);
            self.touched.extend(sets.iter().chain(&incs).chain(&updates));
            reads
                .into_iter()
                .chain(reads_past.into_iter().map(|(s, _)| s))
                .for_each(|s| self.read(s));
        }
    }
}

/// Who writes what, by signal.
fn writers(model: &Model) -> Vec<(SignalId, OperatorId)> {
    let mut writers = Vec::new();
    for (id, op) in model.operators.iter() {
        let Access { sets, incs, updates, .. } = op.access(model.dt);
        writers.extend(sets.into_iter().chain(incs).chain(updates).map(|signal| (signal, id)));
    }
    writers.sort_unstable();
    writers
}

fn is_root(kind: &OperatorKind, cells_may_go: bool) -> bool {
    match kind {
        OperatorKind::Host { .. } => true,
        OperatorKind::Neurons(_) | OperatorKind::SpikeList(_) => !cells_may_go,
        OperatorKind::Time { .. }
        | OperatorKind::Reset { .. }
        | OperatorKind::Copy { .. }
        | OperatorKind::ElementwiseInc { .. }
        | OperatorKind::DotInc { .. }
        | OperatorKind::SparseInc { .. }
        | OperatorKind::OuterInc { .. }
        | OperatorKind::Filter(_)
        | OperatorKind::Function { .. }
        | OperatorKind::Deliver(_) => false,
    }
}

#[cfg(test)]
mod tests;
