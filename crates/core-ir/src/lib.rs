//! What a user wrote, what was built from it, and the ports.
//!
//! ```text
//!  Network ── builder ──> Model ── Backend::compile ──> Simulation ── drain ──> Recording
//!  (objects)              (signals, operators)          (a running model)       (numbers)
//! ```
//! [`Network`] holds NEF objects and populations as their author described them; [`Model`] holds
//! signals and one list of operators; [`port`] says what backends, connectors, hosts and files may
//! ask of one another; [`mod@registry`] finds mechanisms, distributions and connectors by name; passes
//! ([`pass`]) rewrite networks and models by edit logs.
//!
//! Invariants: nothing here runs a model, reads a file, or names a backend. Draws are keyed by
//! stable path and purpose, never by id or order. Everything in a model but the code of a host
//! prints and reads back.

pub mod connectivity;
mod distribution;
pub mod error;
mod function;
mod id;
pub mod model;
pub mod network;
pub mod pass;
mod path;
pub mod port;
pub mod recording;
pub mod registry;
mod spec;
mod tensor;
mod units;
mod value;

pub use connectivity::{
    Block, Connectivity, Factors, RuleConnectivity, SynapseList, SynapseRow, Synapses, Window,
};
pub use error::Faults;
pub use function::{Function, Native, NativeCode};
pub use id::{
    Arena, ConnectionId, CustomId, EnsembleId, Id, NodeId, OperatorId, PopulationId, ProbeId,
    ProjectionId, RecordId, RecorderId, SignalId, SubnetworkId, ViewId,
};
#[doc(hidden)]
pub use inventory;
pub use model::Model;
pub use network::{
    Cells, Config, Connection, ConnectionOptions, Connector, Custom, EndObject, Endpoint, Ensemble,
    EnsembleOptions, Factor, Factored, FactoredBlock, LearningRule, Network, Node, NodeOutput,
    ObjId, Population, PopulationView, Probe, ProbeTarget, Projection, Recorder, RuleInput,
    Samples, SparseMatrix, Subnetwork, Synapse, SynapseType, Transform,
};
pub use path::Path;
pub use pontine_mechanism::{
    Function as ExpressionFunction, Mechanism, Synapse as SynapseMechanism,
};
pub use recording::Recording;
pub use spec::{Param, Spec, SpecError};
pub use tensor::Tensor;
pub use units::{Quantity, QuantityError, Unit, UnitSystem};
pub use value::{Expanded, Value, ValueError};
