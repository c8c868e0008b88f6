//! `merge-ops`: operators of a kind that do not wait for one another happen as one.

use std::collections::BTreeMap;

use pontine_core_ir::{
    Id, Model, OperatorId,
    model::{Neurons, OperatorKind, Progress},
    pass::{
        Equality, ModelEdit, Pass, PassCx, PassError, PassMeta, Repeat, Rewriter, Stage, Users,
    },
};

use crate::registry::{PassEntry, plain};

static META: PassMeta = PassMeta {
    stage: Stage::Merge,
    equality: Equality::Reassociate,
    repeat: Repeat::Idempotent,
    ..PassMeta::new("merge-ops", "has operators of a kind happen as one")
};

inventory::submit! {
    PassEntry::<Model> { meta: &META, make: plain::<_, MergeOperators>, place: module_path!() }
}

/// Operators of one kind that do not wait for one another are merged: resets to one value, copies,
/// products, filters, and cells of one mechanism. What they compute does not change, but sums may run in
/// another order where several operators add to one signal.
///
/// The step is gone through once. Of the kinds that have operators ready, that one goes next whose
/// operators are all ready; else the one whose operators stand earliest in the mean. So it takes time
/// in proportion to operators and accesses, and a kind goes as seldom as can be foreseen.
///
/// Cells with receptors or whose spikes travel stay alone, and so do resets of their sums: populations
/// go by themselves, so that backends can share them out among threads. So do functions, hosts,
/// deliveries, and cells that draw at random, which is keyed by their path.
///
/// # Examples
/// ```
/// use pontine_core_ir::Model;
/// use pontine_transforms::Pipeline;
///
/// let model = Model::parse(
///     "model dt=0.001 seed=0 \"\"
///      signal %0 \"a\" dense [1] temporary = [0.0]
///      signal %1 \"b\" dense [2] temporary = [0.0, 0.0]
///      signal %2 \"c\" dense [1] state = [0.0]
///      signal %3 \"d\" dense [2] state = [0.0, 0.0]
///      operator \"a\" 0 reset %0 1.0
///      operator \"b\" 0 reset %1 1.0
///      operator \"a\" 1 filter %0 -> %2 decay=0.5 gain=0.5
///      operator \"b\" 1 filter %1 -> %3 decay=0.9 gain=0.1",
/// )
/// .unwrap();
/// let (model, provenance) = Pipeline::parse("merge-ops")?.apply_model(model, &mut ())?;
/// assert_eq!((model.operators.len(), model.n_scheduled()), (4, 2));
/// assert_eq!(provenance.explain("reset of `a`"), ["merge-ops: merged with reset of `b`"]);
/// # Ok::<(), pontine_transforms::PipelineError>(())
/// ```
///
/// # References
/// Neubig, Goldberg & Dyer (2017), On-the-fly operation batching in dynamic computation graphs,
/// *NIPS* 30, for the order by the mean of depths.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct MergeOperators;

impl Pass<Model> for MergeOperators {
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
        let Some(progress) = model.progress() else {
            return Err(PassError { message: "operators wait for one another".into() });
        };
        for mut group in Agenda::new(model, &users, progress) {
            group.sort_by(|a, b| model.operators[*a].key().cmp(&model.operators[*b].key()));
            if !is_group(model, &group) {
                edits.edit(ModelEdit::Merge(group.into()));
            }
        }
        Ok(())
    }
}

/// Whether they happen as one already, or alone.
fn is_group(model: &Model, group: &[OperatorId]) -> bool {
    let of = |id: &OperatorId| Some(&model.merged.groups()[model.merged.group_of(*id)?]);
    match (group, group.first().and_then(of)) {
        ([_], None) => true,
        (_, Some(present)) => **present == *group,
        (_, None) => false,
    }
}

/// What operators have in common that may happen as one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    Alone,
    Reset(u64),
    Copy { inc: bool },
    Elementwise,
    Dot,
    Sparse,
    Outer,
    Filter,
    Neurons(u64),
}

impl Kind {
    fn of(model: &Model, kind: &OperatorKind, users: &Users) -> Self {
        let delivers =
            |id: &OperatorId| matches!(model.operators[*id].kind, OperatorKind::Deliver(_));
        match kind {
            // Cells and their sums are shared out among threads, population by population.
            OperatorKind::Reset { target, .. } if users.of(*target).incs.iter().any(delivers) => {
                Self::Alone
            }
            OperatorKind::Reset { value, .. } => Self::Reset(value.to_bits()),
            OperatorKind::Copy { inc, .. } => Self::Copy { inc: *inc },
            OperatorKind::ElementwiseInc { .. } => Self::Elementwise,
            OperatorKind::DotInc { .. } => Self::Dot,
            OperatorKind::SparseInc { .. } => Self::Sparse,
            OperatorKind::OuterInc { .. } => Self::Outer,
            OperatorKind::Filter(_) => Self::Filter,
            OperatorKind::Neurons(neurons) if is_apart(neurons, users) => {
                Self::Neurons(neurons.mechanism.hash())
            }
            OperatorKind::Time { .. }
            | OperatorKind::Function { .. }
            | OperatorKind::Host { .. }
            | OperatorKind::Neurons(_)
            | OperatorKind::SpikeList(_)
            | OperatorKind::Deliver(_) => Self::Alone,
        }
    }
}

/// Whether no synapse leads to or from these cells, and nothing is drawn for them step by step.
fn is_apart(neurons: &Neurons, users: &Users) -> bool {
    let travels = |signal| !users.of(signal).reads_past.is_empty();
    neurons.receptors.iter().all(Option::is_none)
        && neurons.mechanism.n_step_sites == 0
        && !neurons.outputs.iter().copied().any(travels)
}

/// Operators that are ready, by kind.
struct Agenda {
    progress: Progress,
    /// The kind of each operator, by its index.
    kinds: Vec<Kind>,
    waiting: BTreeMap<Kind, Waiting>,
}

/// Operators of one kind that have not happened yet.
#[derive(Default)]
struct Waiting {
    ready: Vec<OperatorId>,
    n: usize,
    levels: usize,
}

impl Agenda {
    fn new(model: &Model, users: &Users, progress: Progress) -> Self {
        let mut kinds = vec![Kind::Alone; model.operators.capacity()];
        let mut waiting = BTreeMap::<Kind, Waiting>::new();
        for (id, op) in model.operators.iter() {
            let kind = Kind::of(model, &op.kind, users);
            kinds[id.index()] = kind;
            let waiting = waiting.entry(kind).or_default();
            (waiting.n, waiting.levels) = (waiting.n + 1, waiting.levels + progress.level(id));
        }
        let mut agenda = Self { progress, kinds, waiting };
        agenda.note_ready();
        agenda
    }

    fn note_ready(&mut self) {
        for id in self.progress.take_ready() {
            self.waiting.entry(self.kinds[id.index()]).or_default().ready.push(id);
        }
    }

    /// The kind that goes next.
    fn next_kind(&self) -> Option<Kind> {
        let ready = self.waiting.iter().filter(|(_, waiting)| !waiting.ready.is_empty());
        let order = |(_, a): &(&Kind, &Waiting), (_, b): &(&Kind, &Waiting)| {
            let is_split = |w: &Waiting| w.ready.len() < w.n;
            // Means are compared without division.
            let depth = (a.levels * b.n).cmp(&(b.levels * a.n));
            is_split(a).cmp(&is_split(b)).then(depth)
        };
        ready.min_by(order).map(|(kind, _)| *kind)
    }
}

/// Operators that happen as one, in the order of a step; those alone are groups of one.
impl Iterator for Agenda {
    type Item = Vec<OperatorId>;

    fn next(&mut self) -> Option<Vec<OperatorId>> {
        let alone = |w: &Waiting| !w.ready.is_empty();
        let kind = match self.waiting.get(&Kind::Alone).is_some_and(alone) {
            true => Kind::Alone,
            false => self.next_kind()?,
        };
        let waiting = self.waiting.get_mut(&kind)?;
        let group = match kind {
            Kind::Alone => waiting.ready.pop().into_iter().collect(),
            _ => std::mem::take(&mut waiting.ready),
        };
        waiting.n -= group.len();
        for id in &group {
            waiting.levels -= self.progress.level(*id);
            self.progress.done(*id);
        }
        self.note_ready();
        Some(group)
    }
}
