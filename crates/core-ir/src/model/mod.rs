//! What was built: signals and one list of operators, one dt, one seed.
//!
//! The order of a step follows from what operators declare to set, increment, read, update, and
//! read of the past; not from ids and not from the order in which operators were added.

mod merged;
mod operator;
mod order;
mod signal;
mod synapse;
mod text;
mod validate;
mod waits;

use std::collections::BTreeMap;
use std::sync::Arc;

pub use merged::{Group, Merged};
pub use operator::{
    Access, Deliver, Entries, Filter, Lag, Neurons, Operator, OperatorKind, SpikeList,
};
pub use order::{OrderError, Schedule};
pub use signal::{Role, Signal, SignalKind};
pub use synapse::SynapseModel;
pub use text::ModelTextError;
pub use validate::ModelFault;
pub use waits::Progress;

use crate::{
    connectivity::Connectivity,
    id::{Arena, OperatorId, RecordId, SignalId},
    path::Path,
    port::{Address, Capability, CompileOptions, Precision},
    tensor::Tensor,
};

/// A model, ready for any backend.
#[derive(Clone, Debug, PartialEq)]
pub struct Model {
    /// What the network was called.
    pub label: String,
    /// The time step, s.
    pub dt: f64,
    /// The seed of all keyed draws.
    pub seed: u64,
    /// Signals.
    pub signals: Arena<SignalId, Signal>,
    /// Operators.
    pub operators: Arena<OperatorId, Operator>,
    /// Which operators happen as one.
    pub merged: Merged,
    /// What is recorded.
    pub records: Arena<RecordId, Record>,
    /// Numbers that were drawn or solved for while building, by `<path>.<name>`: `seed`, `gain`,
    /// `bias`, `encoders`, `decoders`, …
    pub built: BTreeMap<String, Tensor>,
}

/// One thing to record.
#[derive(Clone, Debug, PartialEq)]
pub struct Record {
    /// Its name in the recording.
    pub path: Path,
    /// What is recorded.
    pub target: RecordTarget,
    /// Which elements; all if absent.
    pub subset: Option<Arc<[u32]>>,
    /// Steps between samples, at least 1 and possibly broken: step n is recorded if
    /// `n mod every < 1`.
    pub every: f64,
    /// Where samples begin.
    pub first: First,
    /// Unit of the samples, for the reader.
    pub unit: String,
}

/// What a record takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RecordTarget {
    /// The spikes of an events signal.
    Events(SignalId),
    /// The numbers of a signal.
    Signal(SignalId),
    /// A state of the cells of a neuron operator, by its index in the mechanism.
    State(OperatorId, usize),
}

/// Where samples begin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum First {
    /// With the initial value, at time 0 (as in PyNN).
    Zero,
    /// After the first step, at time dt (as in Nengo).
    FirstStep,
}

impl Record {
    /// Whether step `n` is recorded; step 0 is the initial state.
    pub fn takes(&self, n: u64) -> bool {
        match n {
            0 => self.first == First::Zero,
            n => n as f64 % self.every < 1.0,
        }
    }
}

impl Model {
    /// A model without operators.
    pub fn new(label: &str, dt: f64, seed: u64) -> Self {
        Self {
            label: label.to_owned(),
            dt,
            seed,
            signals: Arena::default(),
            operators: Arena::default(),
            merged: Merged::default(),
            records: Arena::default(),
            built: BTreeMap::new(),
        }
    }

    /// The operator at a path and part.
    pub fn operator(&self, path: &str, part: u16) -> Option<OperatorId> {
        let found = |op: &Operator| op.path.as_str() == path && op.part == part;
        self.operators.iter().find(|(_, op)| found(op)).map(|(id, _)| id)
    }

    /// The signal of this name.
    pub fn signal(&self, name: &str) -> Option<SignalId> {
        self.signals.iter().find(|(_, s)| s.path.as_str() == name).map(|(id, _)| id)
    }

    /// Cells at a path: their operator.
    pub fn neurons(&self, path: &str) -> Option<(OperatorId, &Neurons)> {
        self.operators.iter().find_map(|(id, op)| match &op.kind {
            OperatorKind::Neurons(neurons) if op.path.as_str() == path => Some((id, neurons)),
            _ => None,
        })
    }

    /// The address of a state of the cells at a path.
    pub fn state_address(&self, path: &str, state: &str) -> Option<Address> {
        let (id, neurons) = self.neurons(path)?;
        Some(Address::State(id, neurons.mechanism.state_index(state)?))
    }

    /// The address of a parameter of the cells at a path.
    pub fn parameter_address(&self, path: &str, parameter: &str) -> Option<Address> {
        let (id, neurons) = self.neurons(path)?;
        Some(Address::Parameter(id, neurons.mechanism.parameter_index(parameter)?))
    }

    /// What the model and the options ask of a backend, each with the first object that needs it.
    pub fn needs(&self, options: &CompileOptions) -> Vec<(Capability, Path)> {
        let mut needs = BTreeMap::new();
        let mut need = |capability, path: &Path| {
            needs.entry(capability).or_insert_with(|| path.clone());
        };
        let run = Path::root();
        need(
            if options.precision == Precision::F32 { Capability::F32 } else { Capability::F64 },
            &run,
        );
        if options.threads > 1 {
            need(Capability::Threads, &run);
        }
        if options.batch > 1 {
            need(Capability::Batch, &run);
        }
        let mut operators: Vec<_> = self.operators.iter().map(|(_, op)| op).collect();
        operators.sort_by(|a, b| a.key().cmp(&b.key()));
        for op in operators {
            match &op.kind {
                OperatorKind::Neurons(neurons) => {
                    need(Capability::Mechanisms, &op.path);
                    if neurons.mechanism.n_step_sites > 0 {
                        need(Capability::RandomMechanisms, &op.path);
                    }
                }
                OperatorKind::SpikeList(_) => need(Capability::SpikeLists, &op.path),
                OperatorKind::Deliver(deliver) => {
                    need(
                        match deliver.connectivity {
                            Connectivity::Rule(_) => Capability::RuleConnectivity,
                            Connectivity::List(_) => Capability::ListConnectivity,
                            Connectivity::Factored(_) | Connectivity::Blocks(_) => {
                                Capability::FactoredConnectivity
                            }
                        },
                        &op.path,
                    );
                    if !deliver.has_one_delay() {
                        need(Capability::HeterogeneousDelays, &op.path);
                    }
                    if let Some(synapse) = deliver.synapse.as_deref().map(|model| &model.synapse) {
                        need(Capability::SynapseMechanisms, &op.path);
                        if synapse.on_post.is_some() {
                            need(Capability::PostsynapticSpikes, &op.path);
                        }
                        if synapse.is_random() {
                            need(Capability::RandomMechanisms, &op.path);
                        }
                    }
                }
                OperatorKind::Function { .. } => need(Capability::Functions, &op.path),
                OperatorKind::Host { .. } => need(Capability::Hosts, &op.path),
                OperatorKind::Time { .. }
                | OperatorKind::Reset { .. }
                | OperatorKind::Copy { .. }
                | OperatorKind::ElementwiseInc { .. }
                | OperatorKind::DotInc { .. }
                | OperatorKind::SparseInc { .. }
                | OperatorKind::OuterInc { .. }
                | OperatorKind::Filter(_) => need(Capability::Arrays, &op.path),
            }
        }
        needs.into_iter().collect()
    }
}
