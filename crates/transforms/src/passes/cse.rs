//! `cse`: what is computed twice is computed once.

use std::collections::{BTreeMap, HashMap};

use pontine_core_ir::{
    Id, Model, OperatorId, SignalId,
    model::{OperatorKind, Role},
    pass::{
        Constants, Equality, ModelEdit, Pass, PassCx, PassError, PassMeta, Repeat, Rewriter, Stage,
        Users,
    },
};

use super::writers::{Positions, written};
use crate::registry::{PassEntry, plain};

static META: PassMeta = PassMeta {
    stage: Stage::Simplify,
    equality: Equality::Reassociate,
    repeat: Repeat::Idempotent,
    ..PassMeta::new("cse", "computes once what is computed twice from the same numbers")
};

inventory::submit! {
    PassEntry::<Model> { meta: &META, make: plain::<_, SameComputations>, place: module_path!() }
}

/// Signals that the same operators write, in the same order and from the same numbers, become one; so do
/// outputs of equal filters with one input. Constants of equal numbers count as the same, but stay:
/// they are known by their paths. What a record takes stays as well, and so does all that hosts, cells
/// and spikes write.
///
/// # Examples
/// ```
/// use pontine_core_ir::Model;
/// use pontine_transforms::Pipeline;
///
/// let model = Model::parse(
///     "model dt=0.001 seed=0 \"\"
///      signal %0 \"t\" dense [] temporary = [0.0]
///      signal %1 \"a\" dense [1] temporary = [0.0]
///      signal %2 \"b\" dense [1] temporary = [0.0]
///      signal %3 \"out\" dense [1] state = [0.0]
///      operator \"\" 0 time -> %0
///      operator \"a\" 0 function \"sin(t)\" t=%0 -> %1
///      operator \"b\" 0 function \"sin(t)\" t=%0 -> %2
///      operator \"out\" 0 filter %2 -> %3 decay=0.5 gain=0.5",
/// )
/// .unwrap();
/// let (model, provenance) = Pipeline::parse("cse")?.apply_model(model, &mut ())?;
/// assert_eq!(model.operators.len(), 3);
/// assert_eq!(provenance.explain("b")[1], "cse: folded into a");
/// # Ok::<(), pontine_transforms::PipelineError>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SameComputations;

impl Pass<Model> for SameComputations {
    fn meta(&self) -> &PassMeta {
        &META
    }

    fn run(
        &self,
        model: &Model,
        edits: &mut Rewriter<Model>,
        cx: &PassCx<'_, Model>,
    ) -> Result<(), PassError> {
        let users = cx.analyses.get::<Users>(model);
        let constants = cx.analyses.get::<Constants>(model);
        let mut computed = written(model, &users, &cx.analyses.get::<Positions>(model));
        computed.retain(|(id, _)| model.signals[*id].role == Role::Temporary);
        // A filter's output is known by its input, which may follow from the output of another.
        computed.extend(model.operators.iter().filter_map(|(id, op)| match &op.kind {
            OperatorKind::Filter(filter) if users.of(filter.output).only_writer() == Some(id) => {
                Some((filter.output, vec![id]))
            }
            _ => None,
        }));
        let mut numbers = Numbers::new(model, &constants);
        while numbers.are_refined(&computed) {}
        let folds = folds(&computed, &numbers, &users);
        for (id, op) in model.operators.iter() {
            let mut kind = op.kind.clone();
            let mut changed = false;
            for read in kind.reads_mut() {
                if let Some((into, _)) = folds.get(read) {
                    (*read, changed) = (*into, true);
                }
            }
            if changed {
                let op = pontine_core_ir::model::Operator { kind, ..op.clone() };
                edits.edit(ModelEdit::ReplaceOperator(id, Box::new(op)));
            }
        }
        for (signal, (into, writers)) in folds {
            for writer in writers {
                let reason = "another operator computes the same".into();
                edits.edit(ModelEdit::RemoveOperator(writer, reason));
            }
            edits.edit(ModelEdit::FoldSignal(signal, into));
        }
        Ok(())
    }
}

/// Signals that go, the ones that they are folded into, and who wrote them.
fn folds(
    computed: &[(SignalId, Vec<OperatorId>)],
    numbers: &Numbers<'_>,
    users: &Users,
) -> BTreeMap<SignalId, (SignalId, Vec<OperatorId>)> {
    let mut first = HashMap::new();
    let mut folds = BTreeMap::new();
    let is_seen = |id: &SignalId| !users.of(*id).records.is_empty();
    // Those that records take are kept, and others folded into them.
    let (seen, unseen): (Vec<_>, Vec<_>) = computed.iter().partition(|(id, _)| is_seen(id));
    for (id, _) in &seen {
        first.entry(numbers.of(*id)).or_insert(*id);
    }
    for (id, writers) in unseen {
        let into = *first.entry(numbers.of(*id)).or_insert(*id);
        if into != *id {
            folds.insert(*id, (into, writers.clone()));
        }
    }
    folds
}

/// Signals of one number hold the same in every step.
struct Numbers<'a> {
    model: &'a Model,
    of: Vec<u64>,
}

/// What a signal follows from.
#[derive(PartialEq, Eq, Hash)]
struct Key {
    shape: Vec<usize>,
    writes: Vec<Write>,
}

/// What one operator writes to a signal.
#[derive(PartialEq, Eq, Hash)]
struct Write {
    kind: &'static str,
    /// Signals that it reads, by their numbers.
    reads: Vec<u64>,
    /// Bits of its constants.
    bits: Vec<u64>,
    /// Expressions and indices.
    text: String,
}

impl<'a> Numbers<'a> {
    /// Constants of equal numbers are equal; all others are different.
    fn new(model: &'a Model, constants: &Constants) -> Self {
        let mut known = HashMap::new();
        let mut of = vec![0; model.signals.capacity()];
        for (id, signal) in model.signals.iter() {
            let own = id.index() as u64;
            of[id.index()] = match constants.of(id) {
                Some(values) if signal.role == Role::Constant => {
                    let bits: Vec<u64> = values.data().iter().map(|v| v.to_bits()).collect();
                    *known.entry((values.shape().to_vec(), bits)).or_insert(own)
                }
                _ => own,
            };
        }
        Self { model, of }
    }

    fn of(&self, signal: SignalId) -> u64 {
        self.of[signal.index()]
    }

    /// Finds more that are equal; whether there were any.
    fn are_refined(&mut self, computed: &[(SignalId, Vec<OperatorId>)]) -> bool {
        let mut known = HashMap::new();
        let mut changed = false;
        for (id, writers) in computed {
            let Some(key) = self.key(*id, writers) else { continue };
            let number = *known.entry(key).or_insert(self.of(*id));
            changed |= std::mem::replace(&mut self.of[id.index()], number) != number;
        }
        changed
    }

    fn key(&self, signal: SignalId, writers: &[OperatorId]) -> Option<Key> {
        let shape = self.model.signals[signal].initial.shape().to_vec();
        let writes: Option<_> = writers.iter().map(|&writer| self.write(writer, signal)).collect();
        Some(Key { shape, writes: writes? })
    }

    fn write(&self, writer: OperatorId, signal: SignalId) -> Option<Write> {
        let kind = &self.model.operators[writer].kind;
        let mut write = Write {
            kind: kind.name(),
            reads: kind.clone().reads_mut().into_iter().map(|read| self.of(*read)).collect(),
            bits: Vec::new(),
            text: String::new(),
        };
        match kind {
            OperatorKind::Time { .. }
            | OperatorKind::ElementwiseInc { .. }
            | OperatorKind::DotInc { .. }
            | OperatorKind::OuterInc { .. } => {}
            OperatorKind::SparseInc { entries, .. } => write.text = format!("{entries:?}"),
            OperatorKind::Reset { value, .. } => write.bits.push(value.to_bits()),
            OperatorKind::Copy { source_index, target_index, inc, .. } => {
                if target_index.is_some() && !inc {
                    return None; // Other elements stay as they were.
                }
                write.bits.push(u64::from(*inc));
                write.text = format!("{source_index:?} {target_index:?}");
            }
            OperatorKind::Filter(filter) => {
                let initial = self.model.signals[signal].initial.data();
                write.bits.extend([filter.decay.to_bits(), filter.gain.to_bits()]);
                write.bits.extend(initial.iter().map(|v| v.to_bits()));
            }
            OperatorKind::Function { function, time, .. } => {
                write.bits.push(u64::from(time.is_some()));
                write.text = function.to_string();
            }
            OperatorKind::Host { .. }
            | OperatorKind::Neurons(_)
            | OperatorKind::SpikeList(_)
            | OperatorKind::Deliver(_) => return None,
        }
        Some(write)
    }
}
