//! Setters in the builder style: each takes an object and gives it back with one thing set, under the
//! name that the field has in Nengo.

use super::{
    Config, Connection, ConnectionOptions, Convolution, Ensemble, EnsembleOptions, LearningRule,
    Probe, Samples, SparseMatrix, Subnetwork, Transform,
};
use crate::{function::Function, spec::Spec, tensor::Tensor};

/// What filters a connection or a probe: a synapse, or nothing.
///
/// # Examples
/// ```
/// use pontine_core_ir::{Spec, Synapse};
/// let lowpass = Spec::new("Lowpass").with("tau", 0.01);
/// assert_eq!(Synapse::from(0.01), Synapse::from(lowpass));
/// assert_eq!(Synapse::from(None), Synapse::NONE);
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Synapse(pub Option<Spec>);

impl Synapse {
    /// No filter and no delay.
    pub const NONE: Self = Self(None);
}

impl From<f64> for Synapse {
    /// A lowpass of this time constant, s.
    fn from(tau_s: f64) -> Self {
        Self(Some(Spec::new("Lowpass").with("tau", tau_s)))
    }
}

impl From<Spec> for Synapse {
    fn from(spec: Spec) -> Self {
        Self(Some(spec))
    }
}

impl From<Option<Spec>> for Synapse {
    fn from(spec: Option<Spec>) -> Self {
        Self(spec)
    }
}

macro_rules! setters {
    ($options:ident of $object:ident; $($(#[$doc:meta])* $name:ident: $argument:ty => $set:expr;)*) => {
        impl $options {
            $($(#[$doc])* #[must_use] pub fn $name(mut self, value: $argument) -> Self {
                self.$name = Some($set(value));
                self
            })*
        }

        impl $object {
            $($(#[$doc])* #[must_use] pub fn $name(mut self, value: $argument) -> Self {
                self.options = self.options.$name(value);
                self
            })*
        }
    };
}

setters! {
    EnsembleOptions of Ensemble;
    /// Size of the represented ball, in units of what is represented; more than 0.
    radius: f64 => f64::from;
    /// Preferred directions, `(n_neurons, dimensions)`.
    encoders: impl Into<Samples> => Into::into;
    /// Where neurons begin to fire, `(n_neurons,)`, as shares of the radius.
    intercepts: impl Into<Samples> => Into::into;
    /// Firing rates at the radius, `(n_neurons,)`, Hz.
    max_rates: impl Into<Samples> => Into::into;
    /// Points at which decoders are solved for, `(n_points, dimensions)`, as shares of the radius.
    eval_points: impl Into<Samples> => Into::into;
    /// How many evaluation points are drawn.
    n_eval_points: usize => usize::from;
    /// The neuron type: a name, or a specification with parameters.
    neuron_type: impl Into<Spec> => Into::into;
    /// Gains, `(n_neurons,)`; together with biases, in place of rates and intercepts.
    gain: impl Into<Samples> => Into::into;
    /// Biases, `(n_neurons,)`; together with gains.
    bias: impl Into<Samples> => Into::into;
    /// Whether encoders are scaled to length 1.
    normalize_encoders: bool => bool::from;
    /// A process that is added to the currents of the neurons: a name, or a specification.
    noise: impl Into<Spec> => |process| Some(Into::into(process));
}

setters! {
    ConnectionOptions of Connection;
    /// The filter: a time constant (s) of a lowpass, a synapse, or [`Synapse::NONE`].
    synapse: impl Into<Synapse> => |synapse| Into::<Synapse>::into(synapse).0;
    /// Solves for decoders: a name, or a specification with parameters.
    solver: impl Into<Spec> => Into::into;
    /// Evaluation points of its own, `(n_points, dimensions)`.
    eval_points: impl Into<Samples> => Into::into;
    /// Whether evaluation points of its own are multiplied by the radius.
    scale_eval_points: bool => bool::from;
}

impl Connection {
    /// What is decoded or computed on the way.
    #[must_use]
    pub fn function(mut self, function: impl Into<Function>) -> Self {
        self.function = Some(function.into());
        self
    }

    /// A closure of vectors as the function; their sizes are those of its arrays.
    ///
    /// # Examples
    /// ```
    /// use pontine_core_ir::{Connection, Ensemble, Network, Node};
    /// let mut network = Network::new("");
    /// let pair = network.add(Ensemble::new(100, 2));
    /// let product = network.add(Node::passthrough(1));
    /// network.add(Connection::new(pair, product).computing(|[x, y]: [f64; 2]| [x * y]));
    /// assert!(network.validate().is_ok());
    /// ```
    #[must_use]
    pub fn computing<const IN: usize, const OUT: usize>(
        self,
        code: impl Fn([f64; IN]) -> [f64; OUT] + Send + Sync + 'static,
    ) -> Self {
        self.function(Function::of(code))
    }

    /// What the result is multiplied by: a number, a diagonal `[f64; N]`, or a matrix
    /// `[[f64; COLUMNS]; ROWS]` of shape `(size_out, size_in)`.
    #[must_use]
    pub fn transform(mut self, transform: impl Into<Transform>) -> Self {
        self.transform = transform.into();
        self
    }
}

impl Probe {
    /// Some of the elements of what is read, in this order.
    ///
    /// # Examples
    /// ```
    /// use pontine_core_ir::{Ensemble, Network, Probe, ProbeTarget};
    /// let mut network = Network::new("");
    /// let a = network.add(Ensemble::new(50, 3));
    /// network.add(Probe::new(a).at(&[2, 0]));
    /// network.add(Probe::new(ProbeTarget::Neurons(a)).at(&[0, 10, 20]));
    /// assert!(network.validate().is_ok());
    /// ```
    #[must_use]
    pub fn at(mut self, elements: &[usize]) -> Self {
        self.slice = Some(elements.into());
        self
    }

    /// The filter before recording: a time constant (s) of a lowpass, a synapse, or
    /// [`Synapse::NONE`].
    #[must_use]
    pub fn synapse(mut self, synapse: impl Into<Synapse>) -> Self {
        self.synapse = Some(synapse.into().0);
        self
    }

    /// Time between samples, s.
    #[must_use]
    pub fn sample_every(mut self, seconds: f64) -> Self {
        self.sample_every = Some(seconds);
        self
    }

    /// The solver of a decoded probe.
    #[must_use]
    pub fn solver(mut self, solver: impl Into<Spec>) -> Self {
        self.solver = Some(solver.into());
        self
    }
}

impl Subnetwork {
    /// A network with a label, to be added to another.
    pub fn new(label: &str) -> Self {
        Self::default().labelled(label)
    }

    /// Defaults of the objects within it.
    #[must_use]
    pub fn config(mut self, config: Config) -> Self {
        self.config = config;
        self
    }
}

impl Config {
    /// Defaults of ensembles.
    #[must_use]
    pub fn ensembles(mut self, options: EnsembleOptions) -> Self {
        self.ensemble = options;
        self
    }

    /// Defaults of connections.
    #[must_use]
    pub fn connections(mut self, options: ConnectionOptions) -> Self {
        self.connection = options;
        self
    }

    /// Learning rules of connections that have none of their own and are not
    /// [`not_learning`](Connection::not_learning). They must fit all of these: what leads from a node or to
    /// a learning rule, for example, has no decoders to learn.
    #[must_use]
    pub fn learning<R: Into<LearningRule>>(mut self, rules: impl IntoIterator<Item = R>) -> Self {
        self.learning = Some(rules.into_iter().map(Into::into).collect());
        self
    }

    /// The filter of probes.
    #[must_use]
    pub fn probe_synapse(mut self, synapse: impl Into<Synapse>) -> Self {
        self.probe_synapse = Some(synapse.into().0);
        self
    }

    /// Time between samples of probes, s.
    #[must_use]
    pub fn probe_sample_every(mut self, seconds: f64) -> Self {
        self.probe_sample_every = Some(seconds);
        self
    }

    /// The solver of decoded probes.
    ///
    /// # Examples
    /// ```
    /// use pontine_core_ir::{Config, Ensemble, Network, Probe};
    /// let mut network = Network::new("");
    /// network.root_mut().config = Config::default().probe_solver("NnlsL2");
    /// let a = network.add(Ensemble::new(50, 1));
    /// let probe = network.add(Probe::new(a));
    /// assert_eq!(network.probe_solver(probe).kind, "NnlsL2");
    /// ```
    #[must_use]
    pub fn probe_solver(mut self, solver: impl Into<Spec>) -> Self {
        self.probe_solver = Some(solver.into());
        self
    }
}

impl From<Spec> for Samples {
    fn from(spec: Spec) -> Self {
        Self::Distribution(spec)
    }
}

impl From<Tensor> for Samples {
    fn from(numbers: Tensor) -> Self {
        Self::Array(numbers)
    }
}

impl From<Vec<f64>> for Samples {
    fn from(numbers: Vec<f64>) -> Self {
        Self::Array(Tensor::vector(numbers))
    }
}

impl<const ROWS: usize, const COLUMNS: usize> From<[[f64; COLUMNS]; ROWS]> for Samples {
    fn from(rows: [[f64; COLUMNS]; ROWS]) -> Self {
        Self::Array(rows.into())
    }
}

impl From<f64> for Transform {
    fn from(factor: f64) -> Self {
        Self::Dense(Tensor::scalar(factor))
    }
}

impl<const N: usize> From<[f64; N]> for Transform {
    fn from(diagonal: [f64; N]) -> Self {
        Self::Dense(Tensor::vector(diagonal.to_vec()))
    }
}

impl<const ROWS: usize, const COLUMNS: usize> From<[[f64; COLUMNS]; ROWS]> for Transform {
    fn from(rows: [[f64; COLUMNS]; ROWS]) -> Self {
        Self::Dense(rows.into())
    }
}

impl From<Tensor> for Transform {
    fn from(numbers: Tensor) -> Self {
        Self::Dense(numbers)
    }
}

impl From<SparseMatrix> for Transform {
    fn from(matrix: SparseMatrix) -> Self {
        Self::Sparse(matrix)
    }
}

impl From<Convolution> for Transform {
    fn from(convolution: Convolution) -> Self {
        Self::Convolution(convolution)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::network::Network;

    #[test]
    fn what_is_set_is_what_the_network_resolves() {
        let mut network = Network::new("");
        let options = EnsembleOptions::default().radius(2.0).neuron_type("LIFRate");
        network.root_mut().config = Config::default().ensembles(options).probe_synapse(0.02);
        let a = network.add(Ensemble::new(4, 1).radius(3.0).max_rates(vec![100.0; 4]).seeded(1));
        let params = network.ensemble_params(a);
        assert_eq!((params.radius, params.neuron_type), (3.0, Spec::new("LIFRate")));
        assert_eq!(params.max_rates, Samples::Array(Tensor::filled(&[4], 100.0)));
    }

    #[test]
    fn matrices_are_written_by_rows() {
        let mut network = Network::new("");
        let (a, b) = (network.add(Ensemble::new(4, 3)), network.add(Ensemble::new(4, 2)));
        let matrix = [[1.0, 0.0, 2.0], [0.0, 1.0, 0.0]];
        network.add(Connection::new(a, b).transform(matrix).synapse(Synapse::NONE));
        network.add(Connection::new(b, b).transform(0.5).synapse(0.1).solver("Lstsq"));
        assert!(network.validate().is_ok());
    }

    #[test]
    fn a_closure_of_the_wrong_size_is_a_fault_of_its_connection() {
        let mut network = Network::new("");
        let a = network.add(Ensemble::new(4, 3));
        let square = Connection::new(a, a).computing(|[x]: [f64; 1]| [x * x]).labelled("c");
        network.add(square);
        let faults = network.validate().unwrap_err().to_string();
        assert!(faults.contains("`Connection:c`: the function's argument has size 1"), "{faults}");
    }
}
