//! The objects of the Neural Engineering Framework.

use std::{collections::BTreeMap, sync::Arc};

use super::{Factor, Transform};
use crate::{
    function::Function,
    id::{ConnectionId, CustomId, EnsembleId, NodeId, PopulationId, ProjectionId, SubnetworkId},
    port::HostOperator,
    spec::{Param, Spec},
    tensor::Tensor,
};

/// Numbers for the neurons or points of an ensemble: a distribution to draw from, or the numbers.
#[derive(Clone, Debug, PartialEq)]
pub enum Samples {
    /// Drawn when the network is built.
    Distribution(Spec),
    /// Given: `(n,)` or `(n, dimensions)`.
    Array(Tensor),
}

/// A group of neurons that represents a vector.
#[derive(Clone, Debug, PartialEq)]
pub struct Ensemble {
    /// The name in messages, paths and results.
    pub label: Option<String>,
    /// Fixes everything random about it; drawn by the walk over the network if absent.
    pub seed: Option<u32>,
    /// Number of neurons, at least 1.
    pub n_neurons: usize,
    /// Length of the vector, at least 1.
    pub dimensions: usize,
    /// What has a default.
    pub options: EnsembleOptions,
}

/// Parameters of an ensemble that have defaults; those left out come from the configuration.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct EnsembleOptions {
    /// Size of the represented ball (default 1).
    pub radius: Option<f64>,
    /// Preferred directions, `(n_neurons, dimensions)` (default `ScatteredHypersphere(surface)`).
    pub encoders: Option<Samples>,
    /// Where neurons begin to fire, in -1 … 1 (default uniform on [-1, 0.9]).
    pub intercepts: Option<Samples>,
    /// Firing rates at the radius, Hz (default uniform on [200, 400]).
    pub max_rates: Option<Samples>,
    /// Points at which decoders are solved (default `ScatteredHypersphere`).
    pub eval_points: Option<Samples>,
    /// How many of them (default max(clip(500 d, 750, 2500), 2 n)).
    pub n_eval_points: Option<usize>,
    /// The neuron type (default `LIF`).
    pub neuron_type: Option<Spec>,
    /// Gains, set together with biases and in place of rates and intercepts.
    pub gain: Option<Samples>,
    /// Biases, set together with gains.
    pub bias: Option<Samples>,
    /// Whether encoders are scaled to length 1 (default true).
    pub normalize_encoders: Option<bool>,
    /// A process that is added to the currents of the neurons: `Some(None)` is none (the default).
    pub noise: Option<Option<Spec>>,
}

/// An input, a function, or a point that passes values on.
#[derive(Clone, Debug, PartialEq)]
pub struct Node {
    /// The name in messages, paths and results.
    pub label: Option<String>,
    /// Fixes what a random process draws, unless that has a seed of its own.
    pub seed: Option<u32>,
    /// What it puts out.
    pub output: NodeOutput,
    /// Length of its input.
    pub size_in: usize,
    /// Length of its output.
    pub size_out: usize,
}

/// What a node puts out.
#[derive(Clone, Debug)]
pub enum NodeOutput {
    /// Its input.
    Passthrough,
    /// Always the same vector.
    Constant(Tensor),
    /// A function of time `t` (s) and, if `size_in > 0`, of the input `x`. Native functions get
    /// the slice `[t, x…]`.
    Function(Function),
    /// A process of this kind, such as `WhiteNoise`: a signal of time, random or given; or a synapse,
    /// which filters the input.
    Process(Spec),
    /// A process of the host, with state.
    Host(Arc<dyn HostOperator>),
}

impl PartialEq for NodeOutput {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Passthrough, Self::Passthrough) => true,
            (Self::Constant(a), Self::Constant(b)) => a == b,
            (Self::Function(a), Self::Function(b)) => a == b,
            (Self::Process(a), Self::Process(b)) => a == b,
            (Self::Host(a), Self::Host(b)) => Arc::ptr_eq(a, b),
            _ => false,
        }
    }
}

/// An object of a kind that another crate knows how to build: it has an input and an output, and
/// the function registered for its kind puts existing operators between them.
#[derive(Clone, Debug, PartialEq)]
pub struct Custom {
    /// The name in messages, paths and results.
    pub label: Option<String>,
    /// Fixes everything random about it.
    pub seed: Option<u32>,
    /// Its kind and parameters.
    pub spec: Spec,
    /// Length of its input.
    pub size_in: usize,
    /// Length of its output.
    pub size_out: usize,
}

/// One end of a connection.
#[derive(Clone, Debug, PartialEq)]
pub struct Endpoint {
    /// The object.
    pub object: EndObject,
    /// Which of its dimensions, in order; all if absent.
    pub slice: Option<Arc<[usize]>>,
}

/// What a connection may join.
#[derive(Clone, Debug, PartialEq)]
pub enum EndObject {
    /// The vector that an ensemble represents.
    Ensemble(EnsembleId),
    /// The single neurons of an ensemble: their output as source, their input current as target.
    Neurons(EnsembleId),
    /// A node.
    Node(NodeId),
    /// An object of a kind of somebody else's.
    Custom(CustomId),
    /// What a learning rule is told, such as an error; a target only.
    Rule {
        /// The connection that learns.
        connection: ConnectionId,
        /// Which of its rules.
        rule: usize,
    },
    /// The same of a projection that learns.
    ProjectionRule {
        /// The projection.
        projection: ProjectionId,
        /// Which of its rules.
        rule: usize,
    },
    /// Cells of a population: `spikes` (read as rate: 1/dt Hz per spike) or a state as source, an
    /// input of the mechanism, such as `i_inj`, as target. From the vector of an ensemble whose neurons
    /// spike, a receptor may be the target, too: decoders and transform are then the factors of the
    /// weights of its spikes, and each second brings `transform · x` in the receptor's unit.
    Population {
        /// The population.
        population: PopulationId,
        /// `spikes`, a state, or an input.
        port: String,
    },
}

impl From<EndObject> for Endpoint {
    fn from(object: EndObject) -> Self {
        Self { object, slice: None }
    }
}

impl EnsembleId {
    /// The single neurons of the ensemble, as an end of a connection.
    pub fn neurons(self) -> Endpoint {
        EndObject::Neurons(self).into()
    }

    /// Some of the dimensions that the ensemble represents, as an end of a connection.
    pub fn at(self, dimensions: &[usize]) -> Endpoint {
        Endpoint::sliced(self, dimensions)
    }
}

impl NodeId {
    /// Some of the dimensions of the node, as an end of a connection.
    pub fn at(self, dimensions: &[usize]) -> Endpoint {
        Endpoint::sliced(self, dimensions)
    }
}

impl ConnectionId {
    /// What a learning rule of the connection is told, as a target of another connection.
    pub fn rule(self, rule: usize) -> Endpoint {
        EndObject::Rule { connection: self, rule }.into()
    }
}

impl PopulationId {
    /// A port of the cells, as an end of a connection: `spikes` or a state as source, an input or a
    /// receptor as target.
    pub fn port(self, port: &str) -> Endpoint {
        EndObject::Population { population: self, port: port.to_owned() }.into()
    }
}

impl ProjectionId {
    /// What a learning rule of the projection is told, as a target of a connection.
    pub fn rule(self, rule: usize) -> Endpoint {
        EndObject::ProjectionRule { projection: self, rule }.into()
    }
}

impl From<EnsembleId> for Endpoint {
    fn from(id: EnsembleId) -> Self {
        EndObject::Ensemble(id).into()
    }
}

impl From<NodeId> for Endpoint {
    fn from(id: NodeId) -> Self {
        EndObject::Node(id).into()
    }
}

impl From<CustomId> for Endpoint {
    fn from(id: CustomId) -> Self {
        EndObject::Custom(id).into()
    }
}

impl Endpoint {
    /// Some of the dimensions of an object.
    pub fn sliced(object: impl Into<Self>, indices: &[usize]) -> Self {
        Self { slice: Some(indices.into()), ..object.into() }
    }
}

/// Carries a (decoded, transformed, filtered) vector from one object to another.
#[derive(Clone, Debug, PartialEq)]
pub struct Connection {
    /// The name in messages, paths and results.
    pub label: Option<String>,
    /// Fixes everything random about it.
    pub seed: Option<u32>,
    /// Where it comes from.
    pub pre: Endpoint,
    /// Where it goes.
    pub post: Endpoint,
    /// What is decoded or computed on the way; the identity if absent.
    pub function: Option<Function>,
    /// What the result is multiplied by.
    pub transform: Transform,
    /// What changes its weights, or the encoders of its target, while the network runs; the network's
    /// default if absent, and nothing if there are none.
    pub learning: Option<Vec<LearningRule>>,
    /// What has a default.
    pub options: ConnectionOptions,
}

/// Changes a connection while the network runs.
#[derive(Clone, Debug, PartialEq)]
pub struct LearningRule {
    /// Its kind, such as `PES`, and its parameters.
    pub spec: Spec,
    /// What it is told by connections to it.
    pub input: RuleInput,
}

/// What a learning rule is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RuleInput {
    /// Nothing.
    Nothing,
    /// One number.
    Number,
    /// A vector like what the connection brings to its target; for a target of single neurons, like
    /// what their ensemble represents; for a projection, like what its decoders give.
    State,
}

/// Parameters of a connection that have defaults; those left out come from the configuration.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ConnectionOptions {
    /// The filter: `Some(None)` is no filter and no delay (default `Lowpass(tau=0.005)`).
    pub synapse: Option<Option<Spec>>,
    /// Solves for decoders (default `LstsqL2(reg=0.1)`).
    pub solver: Option<Spec>,
    /// Own evaluation points (default: those of the ensemble).
    pub eval_points: Option<Samples>,
    /// Whether evaluation points are multiplied by the ensemble's radius (default true).
    pub scale_eval_points: Option<bool>,
}

/// What a probe reads.
#[derive(Clone, Debug, PartialEq)]
pub enum ProbeTarget {
    /// The vector decoded from an ensemble.
    Decoded(EnsembleId),
    /// The output of an ensemble's neurons (rates, or spikes as amplitude/dt).
    Neurons(EnsembleId),
    /// A state of an ensemble's neurons, such as `voltage`; `rate_out` is the rate of those that make
    /// spikes out of one.
    NeuronState(EnsembleId, String),
    /// The input currents of an ensemble's neurons.
    NeuronInput(EnsembleId),
    /// The input of an ensemble.
    Input(EnsembleId),
    /// The output of a node.
    Node(NodeId),
    /// The output of an object of somebody else's kind.
    Custom(CustomId),
    /// The output of a connection, before it is added to its target.
    Connection(ConnectionId),
    /// What a connection reads: the whole output of its source, of the neurons where it decodes.
    ConnectionInput(ConnectionId),
    /// The weights of a connection, row by row.
    Weights(ConnectionId),
    /// The encoders of an ensemble times gain / radius, row by row.
    ScaledEncoders(EnsembleId),
    /// A signal of a learning rule, such as `error`.
    Rule {
        /// The connection that learns.
        connection: ConnectionId,
        /// Which of its rules.
        rule: usize,
        /// The name of the signal.
        signal: String,
    },
    /// A factor of the weights of a projection, row by row; of one of its blocks, where it has blocks.
    Factor(ProjectionId, Option<usize>, Factor),
    /// A signal of a learning rule of a projection.
    ProjectionRule {
        /// The projection that learns.
        projection: ProjectionId,
        /// Which of its rules.
        rule: usize,
        /// The name of the signal.
        signal: String,
    },
}

impl From<EnsembleId> for ProbeTarget {
    fn from(id: EnsembleId) -> Self {
        Self::Decoded(id)
    }
}

impl From<NodeId> for ProbeTarget {
    fn from(id: NodeId) -> Self {
        Self::Node(id)
    }
}

impl From<CustomId> for ProbeTarget {
    fn from(id: CustomId) -> Self {
        Self::Custom(id)
    }
}

impl From<ConnectionId> for ProbeTarget {
    fn from(id: ConnectionId) -> Self {
        Self::Connection(id)
    }
}

/// Records a vector over time.
#[derive(Clone, Debug, PartialEq)]
pub struct Probe {
    /// The name in messages, paths and results.
    pub label: Option<String>,
    /// Fixes the decoders of a decoded probe.
    pub seed: Option<u32>,
    /// What is read.
    pub target: ProbeTarget,
    /// Which elements of it, in order; all if absent.
    pub slice: Option<Arc<[usize]>>,
    /// Filter before recording: `Some(None)` is no filter; the network's default if absent.
    pub synapse: Option<Option<Spec>>,
    /// Time between samples, s; the network's default if absent.
    pub sample_every: Option<f64>,
    /// Solver of a decoded probe; the network's default for probes, or for connections, if absent.
    pub solver: Option<Spec>,
}

/// A network within a network.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Subnetwork {
    /// The name in messages and paths.
    pub label: Option<String>,
    /// Fixes the seeds of its objects.
    pub seed: Option<u32>,
    /// Defaults of the objects within it, before those of the networks around it.
    pub config: Config,
    pub(super) parent: Option<SubnetworkId>,
}

/// Defaults for the objects of a network and of the networks within it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Config {
    /// Of ensembles.
    pub ensemble: EnsembleOptions,
    /// Of connections.
    pub connection: ConnectionOptions,
    /// Learning rules of connections (default none).
    pub learning: Option<Vec<LearningRule>>,
    /// Filter of probes (default none).
    pub probe_synapse: Option<Option<Spec>>,
    /// Time between samples of probes, s (default every step).
    pub probe_sample_every: Option<f64>,
    /// Solver of decoded probes (default: that of connections).
    pub probe_solver: Option<Spec>,
    pub(super) extras: BTreeMap<(String, String), Param>,
}

impl Ensemble {
    /// Neurons that represent a vector, with defaults for the rest.
    pub fn new(n_neurons: usize, dimensions: usize) -> Self {
        Self { label: None, seed: None, n_neurons, dimensions, options: EnsembleOptions::default() }
    }
}

impl Node {
    /// A node that puts out its input.
    pub fn passthrough(size: usize) -> Self {
        Self::with_output(NodeOutput::Passthrough, size, size)
    }

    /// A node that puts out always the same vector.
    pub fn constant(values: Vec<f64>) -> Self {
        let size_out = values.len();
        Self::with_output(NodeOutput::Constant(Tensor::vector(values)), 0, size_out)
    }

    /// A node that puts out a function of time and of its input.
    pub fn function(function: Function, size_in: usize) -> Self {
        let size_out = function.size_out();
        Self::with_output(NodeOutput::Function(function), size_in, size_out)
    }

    /// A node that puts out a closure of time (s).
    ///
    /// # Examples
    /// ```
    /// use pontine_core_ir::Node;
    /// let circle = Node::of_time(|t| [t.cos(), t.sin()]);
    /// assert_eq!((circle.size_in, circle.size_out), (0, 2));
    /// ```
    pub fn of_time<const OUT: usize>(
        code: impl Fn(f64) -> [f64; OUT] + Send + Sync + 'static,
    ) -> Self {
        Self::function(Function::of_time(code), 0)
    }

    /// A node that puts out a closure of time (s) and of its input.
    pub fn of_input<const IN: usize, const OUT: usize>(
        code: impl Fn(f64, [f64; IN]) -> [f64; OUT] + Send + Sync + 'static,
    ) -> Self {
        Self::function(Function::of_time_and(code), IN)
    }

    /// A node that puts out a process of `size_out` dimensions.
    pub fn process(process: impl Into<Spec>, size_out: usize) -> Self {
        Self::with_output(NodeOutput::Process(process.into()), 0, size_out)
    }

    /// A node that puts out what a synapse makes of its input, in the same step. A synapse of a
    /// connection takes a step.
    ///
    /// # Examples
    /// ```
    /// use pontine_core_ir::{Node, Spec};
    /// let smooth = Node::filtering(Spec::new("Alpha").with("tau", 0.02), 3);
    /// assert_eq!((smooth.size_in, smooth.size_out), (3, 3));
    /// ```
    pub fn filtering(synapse: impl Into<Spec>, size: usize) -> Self {
        Self::with_output(NodeOutput::Process(synapse.into()), size, size)
    }

    fn with_output(output: NodeOutput, size_in: usize, size_out: usize) -> Self {
        Self { label: None, seed: None, output, size_in, size_out }
    }
}

impl Custom {
    /// An object of a kind.
    pub fn new(spec: Spec, size_in: usize, size_out: usize) -> Self {
        Self { label: None, seed: None, spec, size_in, size_out }
    }
}

impl Connection {
    /// An unlabelled connection of the identity, with defaults for the rest.
    pub fn new(pre: impl Into<Endpoint>, post: impl Into<Endpoint>) -> Self {
        Self {
            label: None,
            seed: None,
            pre: pre.into(),
            post: post.into(),
            function: None,
            transform: Transform::Identity,
            learning: None,
            options: ConnectionOptions::default(),
        }
    }

    /// The same with one more learning rule.
    #[must_use]
    pub fn learning_by(mut self, rule: impl Into<LearningRule>) -> Self {
        self.learning.get_or_insert_default().push(rule.into());
        self
    }

    /// The same without learning rules, whatever the default of its network is.
    #[must_use]
    pub fn not_learning(mut self) -> Self {
        self.learning = Some(Vec::new());
        self
    }
}

pub(super) fn rule_names(learning: &[LearningRule]) -> Vec<String> {
    let kinds: Vec<&str> = learning.iter().map(|rule| rule.spec.kind.as_str()).collect();
    let name = |(i, kind): (usize, &&str)| match kinds[..=i].iter().filter(|k| *k == kind) {
        before if before.clone().count() == 1 => (*kind).to_owned(),
        before => format!("{kind}#{}", before.count()),
    };
    kinds.iter().enumerate().map(name).collect()
}

impl From<Spec> for LearningRule {
    /// A rule with the input that its kind has: an error for `PES` and `RLS`, one number for `Voja`,
    /// nothing for others.
    fn from(spec: Spec) -> Self {
        let input = match spec.kind.as_str() {
            "PES" | "RLS" => RuleInput::State,
            "Voja" => RuleInput::Number,
            _ => RuleInput::Nothing,
        };
        Self { spec, input }
    }
}

impl Probe {
    /// A probe of every step, filtered only if its network filters probes: of what an ensemble
    /// represents, of a node or a connection, or of a [`ProbeTarget`].
    pub fn new(target: impl Into<ProbeTarget>) -> Self {
        let target = target.into();
        Self {
            label: None,
            seed: None,
            target,
            slice: None,
            synapse: None,
            sample_every: None,
            solver: None,
        }
    }
}

macro_rules! labelled {
    ($($type:ty),*) => {$(
        impl $type {
            /// The same with a label.
            #[must_use]
            pub fn labelled(mut self, label: &str) -> Self {
                self.label = Some(label.to_owned());
                self
            }

            /// The same with a seed.
            #[must_use]
            pub fn seeded(mut self, seed: u32) -> Self {
                self.seed = Some(seed);
                self
            }
        }
    )*};
}

labelled!(Ensemble, Node, Custom, Connection, Probe, Subnetwork);
