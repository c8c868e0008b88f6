//! What a pass is written against: named rewrites of networks and of models.
//!
//! A pass sees its input and writes an edit log; it never changes its input. The driver applies the
//! log, ids stay stable, and each object has a fate that tells where it went.

mod analysis;

use std::{
    any::TypeId,
    borrow::Cow,
    collections::{BTreeMap, BTreeSet},
    fmt,
    hash::Hash,
};

use crate::{
    error::Faults,
    id::{OperatorId, RecordId, SignalId},
    model::{Group, Model, Operator, Signal},
    network::{Network, ObjId},
};
pub use analysis::{Analyses, Analysis, Constants, Users, Uses};

/// What a pass promises of the results before and after.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Equality {
    /// Recorded numbers are identical bit for bit.
    BitExact,
    /// Equal in real arithmetic; only sums are reordered.
    Reassociate,
    /// Root-mean-square difference of at most this.
    Tolerance {
        /// The bound.
        rmse: f64,
    },
    /// The same function with other samples or noise.
    Statistical,
    /// Numbers are changed on purpose.
    Redesign,
}

/// What a second application does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Repeat {
    /// Nothing.
    Idempotent,
    /// Nothing to objects that were treated.
    OncePerObject,
    /// The same again.
    Free,
}

/// When a pass belongs into a pipeline.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stage {
    /// Names and seeds.
    Resolve,
    /// Numbers are changed on purpose.
    Redesign,
    /// Objects are joined and removed.
    Structure,
    /// After the build: operators are simplified.
    Simplify,
    /// After the build: operators are joined.
    Merge,
}

/// A pass, described.
#[derive(Clone, Debug, PartialEq)]
pub struct PassMeta {
    /// Its stable name.
    pub name: &'static str,
    /// Raised whenever its result changes.
    pub version: u32,
    /// What it does, in a line.
    pub about: &'static str,
    /// When it runs.
    pub stage: Stage,
    /// What it promises.
    pub equality: Equality,
    /// What a second application does.
    pub repeat: Repeat,
    /// Passes that must have run before it.
    pub requires: &'static [&'static str],
    /// Passes that must not run after it, if they run at all.
    pub after: &'static [&'static str],
    /// Passes that must not run in one pipeline with it.
    pub conflicts: &'static [&'static str],
}

impl PassMeta {
    /// A pass that needs no other, conflicts with none, and promises nothing but to end.
    ///
    /// # Examples
    /// ```
    /// use pontine_core_ir::pass::{Equality, PassMeta, Repeat};
    ///
    /// static META: PassMeta = PassMeta {
    ///     equality: Equality::BitExact,
    ///     repeat: Repeat::Idempotent,
    ///     ..PassMeta::new("mine", "does what I want")
    /// };
    /// assert_eq!((META.name, META.version), ("mine", 1));
    /// ```
    pub const fn new(name: &'static str, about: &'static str) -> Self {
        Self {
            name,
            version: 1,
            about,
            stage: Stage::Redesign,
            equality: Equality::Redesign,
            repeat: Repeat::Free,
            requires: &[],
            after: &[],
            conflicts: &[],
        }
    }
}

/// A rewrite of a network or of a model.
pub trait Pass<Ir: PassIr>: Send + Sync {
    /// Name, version, promises.
    fn meta(&self) -> &PassMeta;

    /// Looks at the input and writes edits.
    ///
    /// # Errors
    /// [`PassError`] if the input is not what the pass needs; nothing is changed then.
    fn run(&self, ir: &Ir, edits: &mut Rewriter<Ir>, cx: &PassCx<'_, Ir>) -> Result<(), PassError>;
}

/// What a pass may know besides its input.
pub struct PassCx<'a, Ir: PassIr> {
    /// The seed that the build will use: of keyed draws, and of a network without one of its own.
    pub seed: u64,
    /// What has been found out of the input before.
    pub analyses: &'a Analyses<Ir>,
    /// What a pass of [`Repeat::OncePerObject`] has treated before; edits of these are not applied.
    pub treated: &'a BTreeSet<Ir::Id>,
}

/// Why a pass gave up.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error("{message}")]
pub struct PassError {
    /// What it did not like, with the objects' labels.
    pub message: String,
}

/// Something that passes rewrite.
pub trait PassIr: Clone {
    /// Names its parts.
    type Id: Copy + Ord + Hash + fmt::Debug;
    /// One change.
    type Edit: Clone + fmt::Debug + fmt::Display;

    /// The parts that are there.
    fn ids(&self) -> Vec<Self::Id>;

    /// How the part is called.
    fn name_of(&self, id: Self::Id) -> String;

    /// How the parts are called; in time that grows with their number.
    fn names_of(&self, ids: &[Self::Id]) -> Vec<String> {
        ids.iter().map(|&id| self.name_of(id)).collect()
    }

    /// The parts that a change is about, of those that are there before it.
    fn parts_of(edit: &Self::Edit) -> Vec<Self::Id>;

    /// Applies one change and says what became of whom.
    fn apply(&mut self, edit: &Self::Edit) -> Vec<(Self::Id, Fate<Self::Id>)>;

    /// Whether it is whole.
    ///
    /// # Errors
    /// What is wrong with it, in words.
    fn check(&self) -> Result<(), String>;
}

/// What became of a part.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fate<I> {
    /// As it was.
    Kept,
    /// Still there, changed.
    Modified,
    /// Still there, happening as one with others.
    Merged {
        /// One of the others.
        with: I,
        /// How many they are together.
        n: usize,
    },
    /// Others do its work.
    Replaced(Vec<I>),
    /// Became one with another.
    Folded {
        /// The other.
        into: I,
    },
    /// Gone.
    Removed {
        /// Why.
        reason: Cow<'static, str>,
    },
}

/// What passes did to all parts. Parts without an entry were kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delta<I: Ord> {
    /// Fates of parts that were there before.
    pub fates: BTreeMap<I, Fate<I>>,
}

impl<I: Ord> Default for Delta<I> {
    fn default() -> Self {
        Self { fates: BTreeMap::new() }
    }
}

impl<I: Copy + Ord> Delta<I> {
    /// The fate of a part.
    pub fn fate(&self, id: I) -> Fate<I> {
        self.fates.get(&id).cloned().unwrap_or(Fate::Kept)
    }

    /// This, and what happened next.
    #[must_use]
    pub fn then(&self, next: &Self) -> Self {
        let mut fates = next.fates.clone();
        for (&id, fate) in &self.fates {
            fates.insert(id, compose(id, fate, next));
        }
        Self { fates }
    }

    /// All of these, one after the other.
    ///
    /// Composed by halves, so that the cost of a long log is not quadratic.
    pub fn of_all(deltas: &[Self]) -> Self {
        match deltas {
            [] => Self::default(),
            [delta] => delta.clone(),
            _ => {
                let (first, last) = deltas.split_at(deltas.len() / 2);
                Self::of_all(first).then(&Self::of_all(last))
            }
        }
    }

    /// The parts that do the work of a part now: itself, others, or none.
    pub fn resolve(&self, id: I) -> Vec<I> {
        match self.fate(id) {
            Fate::Kept | Fate::Modified | Fate::Merged { .. } => vec![id],
            Fate::Replaced(others) => others,
            Fate::Folded { into } => vec![into],
            Fate::Removed { .. } => vec![],
        }
    }
}

fn compose<I: Copy + Ord>(id: I, first: &Fate<I>, next: &Delta<I>) -> Fate<I> {
    match first {
        Fate::Kept => next.fate(id),
        Fate::Modified | Fate::Merged { .. } => match next.fate(id) {
            Fate::Kept => first.clone(),
            fate => fate,
        },
        Fate::Replaced(others) => {
            Fate::Replaced(others.iter().flat_map(|o| next.resolve(*o)).collect())
        }
        Fate::Folded { into } => match next.fate(*into) {
            Fate::Kept | Fate::Modified | Fate::Merged { .. } => Fate::Folded { into: *into },
            Fate::Folded { into } => Fate::Folded { into },
            fate @ (Fate::Replaced(_) | Fate::Removed { .. }) => fate,
        },
        Fate::Removed { reason } => Fate::Removed { reason: reason.clone() },
    }
}

/// The edit log of one application of a pass.
#[derive(Clone, Debug)]
pub struct Rewriter<Ir: PassIr> {
    edits: Vec<Ir::Edit>,
    refusals: Vec<Refusal>,
    preserved: Vec<TypeId>,
}

/// Something that a pass could have changed and did not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// What was left alone.
    pub object: String,
    /// Why.
    pub reason: String,
}

impl<Ir: PassIr> Default for Rewriter<Ir> {
    fn default() -> Self {
        Self { edits: Vec::new(), refusals: Vec::new(), preserved: Vec::new() }
    }
}

impl<Ir: PassIr> Rewriter<Ir> {
    /// Writes one change.
    pub fn edit(&mut self, edit: Ir::Edit) {
        self.edits.push(edit);
    }

    /// Notes what is left alone, and why.
    pub fn refuse(&mut self, object: impl Into<String>, reason: impl Into<String>) {
        self.refusals.push(Refusal { object: object.into(), reason: reason.into() });
    }

    /// Drops the changes that are about any of these parts; those of them that there were changes of.
    pub fn withhold(&mut self, parts: &BTreeSet<Ir::Id>) -> BTreeSet<Ir::Id> {
        let mut spared = BTreeSet::new();
        self.edits.retain(|edit| {
            let touched = Ir::parts_of(edit).into_iter().filter(|part| parts.contains(part));
            let touched: Vec<_> = touched.collect();
            spared.extend(&touched);
            touched.is_empty()
        });
        spared
    }

    /// The changes, in order.
    pub fn edits(&self) -> &[Ir::Edit] {
        &self.edits
    }

    /// What was left alone.
    pub fn refusals(&self) -> &[Refusal] {
        &self.refusals
    }

    /// Notes that an analysis holds after these changes as well; all others are made anew.
    pub fn preserve<A: Analysis<Ir>>(&mut self) {
        self.preserved.push(TypeId::of::<A>());
    }

    /// The analyses that hold afterwards.
    pub fn preserved(&self) -> &[TypeId] {
        &self.preserved
    }

    /// Applies the first `limit` changes.
    pub fn apply(&self, ir: &mut Ir, limit: usize) -> Delta<Ir::Id> {
        let single = |edit| Delta { fates: ir.apply(edit).into_iter().collect() };
        let deltas: Vec<_> = self.edits.iter().take(limit).map(single).collect();
        Delta::of_all(&deltas)
    }
}

/// One change of a network.
#[derive(Clone, Debug, PartialEq)]
pub enum NetworkEdit {
    /// Fixes the seed of an object.
    SetSeed(ObjId, u32),
    /// Takes an object away. Probes and recorders stay: a log that names one is applied without it.
    Remove(ObjId, Cow<'static, str>),
}

impl fmt::Display for NetworkEdit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::SetSeed(id, seed) => write!(f, "{id:?}: seed {seed}"),
            Self::Remove(id, reason) => write!(f, "{id:?}: removed, {reason}"),
        }
    }
}

impl PassIr for Network {
    type Id = ObjId;
    type Edit = NetworkEdit;

    fn ids(&self) -> Vec<ObjId> {
        self.objects().collect()
    }

    fn name_of(&self, id: ObjId) -> String {
        self.names_of(&[id]).swap_remove(0)
    }

    fn names_of(&self, ids: &[ObjId]) -> Vec<String> {
        let paths = self.paths();
        let name = |&id| paths.get(id).map_or_else(|| format!("{id:?}"), ToString::to_string);
        ids.iter().map(name).collect()
    }

    fn parts_of(edit: &NetworkEdit) -> Vec<ObjId> {
        match edit {
            NetworkEdit::SetSeed(id, _) | NetworkEdit::Remove(id, _) => vec![*id],
        }
    }

    fn apply(&mut self, edit: &NetworkEdit) -> Vec<(ObjId, Fate<ObjId>)> {
        match edit {
            NetworkEdit::SetSeed(id, seed) if self.contains(*id) => {
                self.set_seed(*id, *seed);
                vec![(*id, Fate::Modified)]
            }
            NetworkEdit::Remove(ObjId::Probe(_) | ObjId::Recorder(_), _) => vec![],
            NetworkEdit::Remove(id, reason) if self.contains(*id) => {
                self.remove(*id);
                vec![(*id, Fate::Removed { reason: reason.clone() })]
            }
            NetworkEdit::SetSeed(..) | NetworkEdit::Remove(..) => vec![],
        }
    }

    fn check(&self) -> Result<(), String> {
        self.validate().map_err(|faults: Faults<_>| faults.to_string())
    }
}

/// Names one part of a model.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ModelId {
    /// An operator.
    Operator(OperatorId),
    /// A signal.
    Signal(SignalId),
    /// A record.
    Record(RecordId),
}

/// One change of a model.
#[derive(Clone, Debug, PartialEq)]
pub enum ModelEdit {
    /// Adds a signal; it gets the next id.
    AddSignal(Box<Signal>),
    /// Puts another signal in the place of one.
    ReplaceSignal(SignalId, Box<Signal>),
    /// Takes a signal away whose numbers are in another.
    FoldSignal(SignalId, SignalId),
    /// Adds an operator; it gets the next id.
    AddOperator(Box<Operator>),
    /// Takes an operator away.
    RemoveOperator(OperatorId, Cow<'static, str>),
    /// Puts another operator in the place of one.
    ReplaceOperator(OperatorId, Box<Operator>),
    /// Takes a signal away.
    RemoveSignal(SignalId, Cow<'static, str>),
    /// Has operators happen as one, in this order; one alone stands for itself again.
    Merge(Group),
}

impl fmt::Display for ModelEdit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::AddSignal(signal) => write!(f, "added `{}`", signal.path),
            Self::ReplaceSignal(id, signal) => write!(f, "{id:?}: now `{}`", signal.path),
            Self::FoldSignal(id, into) => write!(f, "{id:?}: folded into {into:?}"),
            Self::AddOperator(op) => write!(f, "added {op}"),
            Self::RemoveOperator(id, reason) => write!(f, "{id:?}: removed, {reason}"),
            Self::ReplaceOperator(id, op) => write!(f, "{id:?}: now {op}"),
            Self::RemoveSignal(id, reason) => write!(f, "{id:?}: removed, {reason}"),
            Self::Merge(group) => write!(f, "merged {group:?}"),
        }
    }
}

impl PassIr for Model {
    type Id = ModelId;
    type Edit = ModelEdit;

    fn ids(&self) -> Vec<ModelId> {
        let operators = self.operators.ids().map(ModelId::Operator);
        let signals = self.signals.ids().map(ModelId::Signal);
        operators.chain(signals).chain(self.records.ids().map(ModelId::Record)).collect()
    }

    fn name_of(&self, id: ModelId) -> String {
        let name = match id {
            ModelId::Operator(id) => self.operators.get(id).map(ToString::to_string),
            ModelId::Signal(id) => self.signals.get(id).map(|s| s.path.to_string()),
            ModelId::Record(id) => self.records.get(id).map(|r| r.path.to_string()),
        };
        name.unwrap_or_else(|| format!("{id:?}"))
    }

    fn parts_of(edit: &ModelEdit) -> Vec<ModelId> {
        match edit {
            ModelEdit::AddSignal(_) | ModelEdit::AddOperator(_) => vec![],
            ModelEdit::RemoveOperator(id, _) | ModelEdit::ReplaceOperator(id, _) => {
                vec![ModelId::Operator(*id)]
            }
            ModelEdit::ReplaceSignal(id, _)
            | ModelEdit::FoldSignal(id, _)
            | ModelEdit::RemoveSignal(id, _) => vec![ModelId::Signal(*id)],
            ModelEdit::Merge(group) => group.iter().copied().map(ModelId::Operator).collect(),
        }
    }

    fn apply(&mut self, edit: &ModelEdit) -> Vec<(ModelId, Fate<ModelId>)> {
        match edit {
            ModelEdit::AddSignal(signal) => {
                self.signals.add((**signal).clone());
                vec![]
            }
            ModelEdit::ReplaceSignal(id, signal) => match self.signals.get_mut(*id) {
                None => vec![],
                Some(place) => {
                    *place = (**signal).clone();
                    vec![(ModelId::Signal(*id), Fate::Modified)]
                }
            },
            ModelEdit::FoldSignal(id, into) => {
                let gone = self.signals.remove(*id).is_some();
                let fate = Fate::Folded { into: ModelId::Signal(*into) };
                gone.then_some((ModelId::Signal(*id), fate)).into_iter().collect()
            }
            ModelEdit::AddOperator(op) => {
                self.operators.add((**op).clone());
                vec![]
            }
            ModelEdit::RemoveOperator(id, reason) => {
                let gone = self.operators.remove(*id).is_some();
                self.merged.part(&[*id]);
                let fate = Fate::Removed { reason: reason.clone() };
                gone.then_some((ModelId::Operator(*id), fate)).into_iter().collect()
            }
            ModelEdit::ReplaceOperator(id, op) => match self.operators.get_mut(*id) {
                None => vec![],
                Some(place) => {
                    if !place.kind.is_like(&op.kind) {
                        self.merged.part(&[*id]);
                    }
                    *place = (**op).clone();
                    vec![(ModelId::Operator(*id), Fate::Modified)]
                }
            },
            ModelEdit::RemoveSignal(id, reason) => {
                let gone = self.signals.remove(*id).is_some();
                let fate = Fate::Removed { reason: reason.clone() };
                gone.then_some((ModelId::Signal(*id), fate)).into_iter().collect()
            }
            ModelEdit::Merge(group) => {
                let there = |id: &&OperatorId| self.operators.get(**id).is_some();
                let group: Group = group.iter().filter(there).copied().collect();
                self.merged.join(&group);
                let (first, second) = (group.first(), group.get(1));
                let fate = |id: &OperatorId| match if first == Some(id) { second } else { first } {
                    Some(with) => Fate::Merged { with: ModelId::Operator(*with), n: group.len() },
                    None => Fate::Modified,
                };
                group.iter().map(|id| (ModelId::Operator(*id), fate(id))).collect()
            }
        }
    }

    fn check(&self) -> Result<(), String> {
        self.validate().map_err(|faults: Faults<_>| faults.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::Id;

    fn signal(i: usize) -> ModelId {
        ModelId::Signal(SignalId::from_index(i))
    }

    fn delta(fates: &[(usize, Fate<ModelId>)]) -> Delta<ModelId> {
        Delta { fates: fates.iter().map(|(i, f)| (signal(*i), f.clone())).collect() }
    }

    #[test]
    fn fates_compose_to_the_end() {
        let folded = delta(&[(0, Fate::Folded { into: signal(1) })]);
        let replaced = delta(&[(1, Fate::Replaced(vec![signal(2), signal(3)]))]);
        let removed = delta(&[(2, Fate::Removed { reason: "unused".into() })]);
        let all = folded.then(&replaced).then(&removed);
        assert_eq!(all.resolve(signal(0)), [signal(3)]);
        assert_eq!(all.resolve(signal(1)), [signal(3)]);
        assert_eq!(all.resolve(signal(4)), [signal(4)]);
        let other_way = folded.then(&replaced.then(&removed));
        assert_eq!(all.resolve(signal(1)), other_way.resolve(signal(1)));
    }
}
