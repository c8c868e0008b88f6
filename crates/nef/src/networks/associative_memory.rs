//! A memory of pairs: what is like one of its keys becomes the value that belongs to it.

use pontine_core_ir::{
    Connection, Ensemble, EnsembleId, EnsembleOptions, Function, Network, Node, NodeId, Spec,
    SubnetworkId, Transform,
};

use super::{
    EnsembleArray, EnsembleArrayOptions, LibraryError, at_least, function, join, join_filtered,
    matrix, times, uniform, upwards, within,
};

/// Compares its input with keys, one ensemble for each; those that are like it beyond a threshold put
/// out their values. With the keys as values it cleans up.
///
/// # Examples
/// ```
/// use pontine_core_ir::{Network, SubnetworkId};
/// use pontine_nef::networks::{AssociativeMemory, AssociativeMemoryOptions};
/// let mut network = Network::new("");
/// let (keys, values) = ([vec![1.0, 0.0], vec![0.0, 1.0]], [vec![1.0], vec![-1.0]]);
/// let options = AssociativeMemoryOptions { threshold: 0.4, ..Default::default() };
/// let pairs = (&keys[..], &values[..]);
/// let memory = AssociativeMemory::add(&mut network, SubnetworkId::ROOT, pairs, options).unwrap();
/// memory.add_winner_take_all(&mut network, 1.5);
/// assert_eq!(network.nodes[memory.output].size_out, 1);
/// ```
#[derive(Clone, Debug)]
pub struct AssociativeMemory {
    /// The network that holds it.
    pub network: SubnetworkId,
    /// Takes what is compared with the keys.
    pub input: NodeId,
    /// Gives the sum of the values.
    pub output: NodeId,
    /// How much the input is like each key.
    pub element_input: NodeId,
    /// How active each pair is: near 0 or near 1.
    pub element_output: NodeId,
    /// One number: 1 shuts it all off.
    pub inhibit: Option<NodeId>,
    /// One ensemble for each pair.
    pub ensembles: Vec<EnsembleId>,
    bias: NodeId,
    /// What values are read from: the elements' output, or that behind a second threshold.
    released: NodeId,
}

/// What a memory has besides its pairs.
#[derive(Clone, Debug)]
pub struct AssociativeMemoryOptions {
    /// Its name; ensembles are `<label>_<i>`.
    pub label: Option<String>,
    /// Neurons of each pair.
    pub n_neurons: usize,
    /// How like a key the input must be.
    pub threshold: f64,
    /// What all keys are multiplied by.
    pub input_scale: f64,
    /// Whether it can be shut off.
    pub inhibitable: bool,
    /// Whether pairs are let through only near their full activity, by a second threshold, each by so
    /// many neurons.
    pub threshold_outputs: Option<usize>,
}

impl Default for AssociativeMemoryOptions {
    /// Fifty neurons for each pair, and a threshold of 0.3.
    fn default() -> Self {
        Self {
            label: None,
            n_neurons: 50,
            threshold: 0.3,
            input_scale: 1.0,
            inhibitable: false,
            threshold_outputs: None,
        }
    }
}

/// How strongly the memory is shut off.
const INHIBITION: f64 = -1.5;

/// How strongly a second threshold holds back.
const RESTRAINT: f64 = -10.0;

const TAU: f64 = 0.005;

impl AssociativeMemory {
    /// Adds a memory of (keys, values), each of one length.
    ///
    /// # Errors
    /// [`LibraryError::Size`] if there is no pair, no neuron or no dimension;
    /// [`LibraryError::Lengths`] if lengths or numbers of keys and values differ.
    pub fn add(
        network: &mut Network,
        parent: SubnetworkId,
        (keys, values): (&[Vec<f64>], &[Vec<f64>]),
        options: AssociativeMemoryOptions,
    ) -> Result<Self, LibraryError> {
        let n = keys.len();
        at_least("the number of pairs", n, 1)?;
        let (size_in, size_out) = (width("the keys", keys)?, width("the values", values)?);
        if values.len() != n {
            return Err(LibraryError::Lengths {
                what: "the keys and values",
                lengths: (n, values.len()),
            });
        }
        let label = options.label.as_deref();
        let own = within(network, parent, label);
        let bias = network.add_in(own, Node::constant(vec![1.0]));
        let mut node =
            |label: &str, size| network.add_in(own, Node::passthrough(size).labelled(label));
        let (element_input, element_output) = (node("element input", n), node("element output", n));
        let mut memory = Self {
            network: own,
            input: element_input,
            output: element_output,
            element_input,
            element_output,
            inhibit: None,
            ensembles: Vec::new(),
            bias,
            released: element_output,
        };
        memory.add_elements(network, &options, n)?;
        if options.inhibitable {
            memory.add_inhibition(network, n);
        }
        memory.input = network.add_in(own, Node::passthrough(size_in).labelled("input"));
        let scaled = matrix(n, size_in, |i, j| options.input_scale * keys[i][j]);
        join(network, own, memory.input, element_input, scaled);
        memory.output = network.add_in(own, Node::passthrough(size_out).labelled("output"));
        if let Some(n_neurons) = options.threshold_outputs {
            memory.add_second_threshold(network, n_neurons)?;
        }
        memory.join_values(network, memory.output, values);
        if options.threshold_outputs.is_some() {
            memory.inhibit_second_threshold(network);
        }
        Ok(memory)
    }

    /// Has pairs inhibit each other by `scale`, so that the strongest is left.
    pub fn add_winner_take_all(&self, network: &mut Network, scale: f64) {
        let n = self.ensembles.len();
        let others = matrix(n, n, |i, j| if i == j { 0.0 } else { -scale });
        let ends = (self.element_output, self.element_input);
        join_filtered(network, self.network, ends, others, TAU);
    }

    /// Adds a value that is put out while no pair is active beyond `least`.
    ///
    /// # Errors
    /// [`LibraryError::Size`] if there is no neuron; [`LibraryError::Lengths`] if the value is not as
    /// long as the others.
    pub fn add_default(
        &self,
        network: &mut Network,
        value: &[f64],
        (n_neurons, least): (usize, f64),
    ) -> Result<EnsembleId, LibraryError> {
        at_least("the number of neurons of the default", n_neurons, 1)?;
        let lengths = (value.len(), network.nodes[self.output].size_in);
        if lengths.0 != lengths.1 {
            return Err(LibraryError::Lengths { what: "the default and the values", lengths });
        }
        let own = self.network;
        let mut ensemble = Ensemble::new(n_neurons, 1).labelled("Default output vector");
        ensemble.options = thresholding();
        let default = network.add_in(own, ensemble);
        join(network, own, self.bias, default, Transform::Identity);
        let n = self.ensembles.len();
        let held_back = matrix(1, n, |_, _| -1.0 / least);
        join_filtered(network, own, (self.released, default), held_back, TAU);
        join(network, own, default, self.output, matrix(value.len(), 1, |i, _| value[i]));
        if let Some(inhibit) = self.inhibit {
            join(network, own, inhibit, default, times(INHIBITION));
        }
        Ok(default)
    }

    /// Adds a node whose input is compared with keys of its own.
    ///
    /// # Errors
    /// [`LibraryError::Lengths`] if there is not one key, of one length, for each pair.
    pub fn add_input(
        &self,
        network: &mut Network,
        label: &str,
        keys: &[Vec<f64>],
    ) -> Result<NodeId, LibraryError> {
        let size = self.for_each_pair("the keys", keys)?;
        let node = network.add_in(self.network, Node::passthrough(size).labelled(label));
        let keys = matrix(keys.len(), size, |i, j| keys[i][j]);
        join(network, self.network, node, self.element_input, keys);
        Ok(node)
    }

    /// Adds a node that gives values of its own.
    ///
    /// # Errors
    /// [`LibraryError::Lengths`] if there is not one value, of one length, for each pair.
    pub fn add_output(
        &self,
        network: &mut Network,
        label: &str,
        values: &[Vec<f64>],
    ) -> Result<NodeId, LibraryError> {
        let size = self.for_each_pair("the values", values)?;
        let node = network.add_in(self.network, Node::passthrough(size).labelled(label));
        self.join_values(network, node, values);
        Ok(node)
    }

    fn for_each_pair(
        &self,
        what: &'static str,
        vectors: &[Vec<f64>],
    ) -> Result<usize, LibraryError> {
        let lengths = (vectors.len(), self.ensembles.len());
        if lengths.0 != lengths.1 {
            return Err(LibraryError::Lengths { what, lengths });
        }
        width(what, vectors)
    }

    fn add_elements(
        &mut self,
        network: &mut Network,
        options: &AssociativeMemoryOptions,
        n: usize,
    ) -> Result<(), LibraryError> {
        at_least("the number of neurons of each pair", options.n_neurons, 1)?;
        let prefix = options.label.as_ref().map(|label| format!("{label}_")).unwrap_or_default();
        let active = active()?;
        let own = self.network;
        for i in 0..n {
            let mut ensemble =
                Ensemble::new(options.n_neurons, 1).labelled(&format!("{prefix}{i}"));
            ensemble.options = thresholding();
            let id = network.add_in(own, ensemble);
            join(network, own, self.bias, id, times(-options.threshold));
            join(network, own, self.element_input.at(&[i]), id, Transform::Identity);
            let out = Connection::new(id, self.element_output.at(&[i])).function(active.clone());
            network.add_in(own, out.synapse(None));
            self.ensembles.push(id);
        }
        Ok(())
    }

    fn add_inhibition(&mut self, network: &mut Network, n: usize) {
        let own = self.network;
        let inhibit = network.add_in(own, Node::passthrough(1).labelled("inhibit"));
        join(network, own, inhibit, self.element_input, matrix(n, 1, |_, _| INHIBITION));
        self.inhibit = Some(inhibit);
    }

    /// What is active releases, by inhibiting it, what inhibits its output.
    fn add_second_threshold(
        &mut self,
        network: &mut Network,
        n_neurons: usize,
    ) -> Result<(), LibraryError> {
        let (own, n) = (self.network, self.ensembles.len());
        let mut array = |label: &str| {
            let ensembles = EnsembleOptions::default()
                .encoders(upwards())
                .intercepts(uniform(0.5, 1.0))
                .eval_points(uniform(0.75, 1.1))
                .n_eval_points(N_EVAL_POINTS);
            let label = Some(label.to_owned());
            let options = EnsembleArrayOptions { label, dimensions: 1, ensembles };
            EnsembleArray::add(network, own, (n_neurons, n), options)
        };
        let (bias, released) = (array("thresh_bias")?, array("thresh_ens")?);
        let ones = || matrix(n, 1, |_, _| 1.0);
        join(network, own, self.bias, bias.input, ones());
        join(network, own, self.bias, released.input, ones());
        let ends = (self.element_output, bias.input);
        join_filtered(network, own, ends, times(RESTRAINT), TAU);
        join_filtered(network, own, (bias.output, released.input), times(RESTRAINT), TAU);
        self.released = released.output;
        Ok(())
    }

    fn inhibit_second_threshold(&self, network: &mut Network) {
        let Some(inhibit) = self.inhibit else { return };
        let within = network.nodes[self.released].parent;
        let ensembles = network.ensembles.iter().filter(|(_, ensemble)| ensemble.parent == within);
        let ensembles: Vec<EnsembleId> = ensembles.map(|(id, _)| id).collect();
        for ensemble in ensembles {
            join(network, self.network, inhibit, ensemble, times(INHIBITION));
        }
    }

    fn join_values(&self, network: &mut Network, node: NodeId, values: &[Vec<f64>]) {
        let size = network.nodes[node].size_in;
        let values = matrix(size, values.len(), |i, j| values[j][i]);
        join(network, self.network, self.released, node, values);
    }
}

const N_EVAL_POINTS: usize = 5000;

/// Ensembles of numbers from 0 to 1 that are silent at 0.
fn thresholding() -> EnsembleOptions {
    let exponential = Spec::new("Exponential").with("scale", 0.15).with("high", 1.0);
    EnsembleOptions::default()
        .encoders(upwards())
        .intercepts(exponential)
        .eval_points(uniform(0.0, 1.0))
        .n_eval_points(N_EVAL_POINTS)
}

/// 0 up to the threshold, and soon 1 above it.
fn active() -> Result<Function, LibraryError> {
    function("x[0] > 0 ? 1 - exp(-15 * x[0]) : 0", 1)
}

/// The length that all vectors have.
fn width(what: &'static str, vectors: &[Vec<f64>]) -> Result<usize, LibraryError> {
    let first = vectors.first().map_or(0, Vec::len);
    at_least("the number of dimensions", first, 1)?;
    match vectors.iter().find(|vector| vector.len() != first) {
        None => Ok(first),
        Some(other) => Err(LibraryError::Lengths { what, lengths: (first, other.len()) }),
    }
}
