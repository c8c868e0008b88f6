//! `Network` to `Model`, by a registry of build functions.
//!
//! ```text
//!  objects of the network ── one build function for each kind ──> signals and operators
//! ```
//! Kinds of objects, synapses, learning rules and custom objects are found by name through `inventory`, so a crate
//! that is linked in can add kinds; it emits existing operators. [`build`] is the door.
//!
//! Invariants: the network is not changed; what is built depends on paths, seeds and labels, never
//! on ids; faults of all objects are collected and carry the objects' paths. Nothing here runs a
//! model or names a backend.

mod builder;
mod checks;
pub mod curves;
mod error;
mod nef;
mod population;
mod refusal;
mod registry;
mod warning;

pub use builder::{BuildOptions, Builder, Built};
pub use error::BuildError;
pub use nef::{Encoding, Learner, LearningSite, RuleSite, Weights};
pub use refusal::Refusal;
pub use registry::{
    CustomEntry, FilterSite, LearningEntry, ObjectEntry, SynapseEntry, custom_kinds,
    learning_kinds, object_kinds, synapse_kinds,
};
pub use warning::Warning;

use pontine_catalogue as _;
use pontine_core_ir::{
    ConnectionId, EndObject, EnsembleId, Faults, Model, Network, ObjId, ProbeTarget,
};

/// Builds a network that has been validated.
///
/// # Errors
/// The faults of all objects.
///
/// # Examples
/// ```
/// use pontine_core_ir::{Connector, Network, Population, Projection, Spec, Value};
/// let mut network = Network::new("pair");
/// let a = network.add(Population::new("SpikeSourcePoisson", 10).unwrap().labelled("a"));
/// let b = network.add(Population::new("IF_curr_exp", 10).unwrap().labelled("b"));
/// network.add(Projection {
///     label: None,
///     source: a.into(),
///     target: b.into(),
///     receptor: "excitatory".into(),
///     connector: Connector::Rule(Spec::new("one_to_one")),
///     weight: Value::Const(0.1),
///     delay: Value::Const(1.0),
///     learning: Vec::new(),
///     synapse: None,
/// });
/// let model = pontine_builder::build(&network, &Default::default()).unwrap();
/// assert!(model.validate().is_ok());
/// assert!(model.neurons("Population:b").is_some());
/// ```
pub fn build(network: &Network, options: &BuildOptions) -> Result<Model, Faults<BuildError>> {
    build_noting(network, options).map(|built| built.model)
}

/// The same with what is legal and yet hardly meant.
///
/// # Errors
/// The faults of all objects.
///
/// # Examples
/// ```
/// use pontine_core_ir::{Ensemble, Network};
/// let mut network = Network::new("");
/// let ensemble = Ensemble::new(2, 1).gain(vec![1.0; 2]).bias(vec![2.0; 2]);
/// network.add(ensemble.max_rates(vec![200.0; 2]).labelled("a"));
/// let built = pontine_builder::build_noting(&network, &Default::default()).unwrap();
/// let warning = built.warnings[0].to_string();
/// assert_eq!(warning, "`Ensemble:a`: gain and bias are given, so max rates are not looked at");
/// ```
pub fn build_noting(
    network: &Network,
    options: &BuildOptions,
) -> Result<Built, Faults<BuildError>> {
    let mut builder = Builder::new(network, options);
    for id in in_build_order(network) {
        if let Err(error) = builder.build_object(id) {
            builder.fault(error);
        }
    }
    builder.finish()
}

/// What others refer to comes first; within a kind the order has no meaning.
fn in_build_order(network: &Network) -> Vec<ObjId> {
    let rank = |id: &ObjId| match id {
        ObjId::Subnetwork(_) => 0,
        ObjId::Ensemble(_) | ObjId::Node(_) | ObjId::Custom(_) | ObjId::Population(_) => 1,
        ObjId::View(_) => 2,
        ObjId::Connection(id) if leads_to_a_rule(network, *id) => 4,
        ObjId::Connection(_) | ObjId::Projection(_) => 3,
        ObjId::Probe(_) | ObjId::Recorder(_) => 5,
    };
    let mut ids: Vec<_> = network
        .objects()
        .filter(|id| !matches!(id, ObjId::Subnetwork(_) | ObjId::View(_)))
        .collect();
    // What is decoded from one ensemble is solved for at once, since activities are kept meanwhile.
    ids.sort_by_key(|id| (rank(id), decoded_from(network, *id)));
    ids
}

/// Whether a connection tells a learning rule something, which must be there then.
fn leads_to_a_rule(network: &Network, id: ConnectionId) -> bool {
    let post = &network.connections[id].post.object;
    matches!(post, EndObject::Rule { .. } | EndObject::ProjectionRule { .. })
}

/// The ensemble that a connection or probe decodes.
fn decoded_from(network: &Network, id: ObjId) -> Option<EnsembleId> {
    match id {
        // In order of creation: one may tell the rule of another.
        ObjId::Connection(id) if leads_to_a_rule(network, id) => None,
        ObjId::Connection(id) => match network.connections[id].pre.object {
            EndObject::Ensemble(ensemble) => Some(ensemble),
            _ => None,
        },
        ObjId::Probe(id) => match network.probes[id].target {
            ProbeTarget::Decoded(ensemble) => Some(ensemble),
            _ => None,
        },
        _ => None,
    }
}
