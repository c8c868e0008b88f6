//! Build functions by the name of what they build.

use pontine_core_ir::{CustomId, ObjId, Path, SignalId, Spec, registry};

use crate::{
    builder::Builder,
    error::BuildError,
    nef::{LearningSite, RuleSite},
    refusal::Refusal,
};

/// Builds objects of one kind of [`ObjId`], such as `Ensemble`.
pub struct ObjectEntry {
    /// The kind, as [`ObjId::kind`] names it.
    pub kind: &'static str,
    /// The build function.
    pub build: fn(&mut Builder<'_>, ObjId) -> Result<(), BuildError>,
    /// Who offers it.
    pub place: &'static str,
}

/// Builds custom objects of one kind: puts operators between the input and the output signal.
pub struct CustomEntry {
    /// The kind, as the object's specification names it.
    pub kind: &'static str,
    /// The build function: object, input, output.
    pub build: fn(&mut Builder<'_>, CustomId, SignalId, SignalId) -> Result<(), BuildError>,
    /// Who offers it.
    pub place: &'static str,
}

/// Builds synapses of one kind: puts operators behind a signal and returns the filtered one.
pub struct SynapseEntry {
    /// The kind, as the synapse's specification names it.
    pub kind: &'static str,
    /// The build function.
    pub build: fn(&mut Builder<'_>, &FilterSite, &Spec) -> Result<SignalId, BuildError>,
    /// Who offers it.
    pub place: &'static str,
}

/// Where a synapse stands.
#[derive(Clone, Debug)]
pub struct FilterSite {
    /// The connection or probe.
    pub path: Path,
    /// What is filtered.
    pub input: SignalId,
    /// How many elements it has.
    pub size: usize,
}

registry!(
    /// Kinds of objects that can be built.
    object_kinds: ObjectEntry, "kind of object", kind
);
registry!(
    /// Kinds of custom objects that can be built.
    custom_kinds: CustomEntry, "custom object", kind
);
/// Builds learning rules of one kind: puts operators that change weights or encoders.
pub struct LearningEntry {
    /// The kind, as the rule's specification names it.
    pub kind: &'static str,
    /// What is wrong with the rule or where it stands, before anything is built.
    pub check: fn(&RuleSite<'_>) -> Result<(), Refusal>,
    /// The build function of a rule with which nothing is wrong.
    pub build: fn(&mut Builder<'_>, &LearningSite) -> Result<(), BuildError>,
    /// Who offers it.
    pub place: &'static str,
}

registry!(
    /// Kinds of learning rules that can be built.
    learning_kinds: LearningEntry, "learning rule", kind
);
registry!(
    /// Kinds of synapses (filters of connections and probes) that can be built.
    synapse_kinds: SynapseEntry, "synapse", kind
);
