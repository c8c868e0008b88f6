//! An array of ensembles.

use pontine_core_ir::{
    Connection, EndObject, Endpoint, Ensemble, EnsembleId, EnsembleOptions, Function, Network,
    Node, NodeId, SubnetworkId, Transform,
};

use super::{LibraryError, at_least, join, within};

/// Many ensembles of equal kind that together represent one long vector, each a part of it.
///
/// # Examples
/// ```
/// use pontine_core_ir::{Function, Network, SubnetworkId};
/// use pontine_nef::networks::{EnsembleArray, EnsembleArrayOptions};
/// let mut network = Network::new("");
/// let options = EnsembleArrayOptions { label: Some("a".into()), ..Default::default() };
/// let array = EnsembleArray::add(&mut network, SubnetworkId::ROOT, (50, 4), options).unwrap();
/// let square = Function::of_vector("x * x", 1).unwrap();
/// let squares = array.add_output(&mut network, "square", &square);
/// assert_eq!(network.nodes[squares].size_in, 4);
/// ```
#[derive(Clone, Debug)]
pub struct EnsembleArray {
    /// The network that holds it.
    pub network: SubnetworkId,
    /// Takes the vector.
    pub input: NodeId,
    /// Gives the vector.
    pub output: NodeId,
    /// The ensembles, in order of their parts.
    pub ensembles: Vec<EnsembleId>,
    n_neurons: usize,
    dimensions: usize,
}

/// What an array of ensembles has besides its sizes.
#[derive(Clone, Debug)]
pub struct EnsembleArrayOptions {
    /// Its name; ensembles are `<label>_<i>`.
    pub label: Option<String>,
    /// Length of the part that each ensemble represents.
    pub dimensions: usize,
    /// Of all ensembles.
    pub ensembles: EnsembleOptions,
}

impl Default for EnsembleArrayOptions {
    /// Unlabelled, one dimension each, with the defaults of ensembles.
    fn default() -> Self {
        Self { label: None, dimensions: 1, ensembles: EnsembleOptions::default() }
    }
}

impl EnsembleArray {
    /// Adds an array of (neurons for each ensemble, ensembles).
    ///
    /// # Errors
    /// [`LibraryError::Size`] if there are none of either.
    pub fn add(
        network: &mut Network,
        parent: SubnetworkId,
        (n_neurons, n_ensembles): (usize, usize),
        options: EnsembleArrayOptions,
    ) -> Result<Self, LibraryError> {
        at_least("the number of ensembles", n_ensembles, 1)?;
        at_least("the number of neurons of each ensemble", n_neurons, 1)?;
        let EnsembleArrayOptions { label, dimensions, ensembles } = options;
        let own = within(network, parent, label.as_deref());
        let size = n_ensembles * dimensions;
        let input = network.add_in(own, Node::passthrough(size).labelled("input"));
        let output = network.add_in(own, Node::passthrough(size).labelled("output"));
        let prefix = label.map(|label| format!("{label}_")).unwrap_or_default();
        let ensemble = |i: usize| {
            let mut ensemble = Ensemble::new(n_neurons, dimensions);
            ensemble.label = Some(format!("{prefix}{i}"));
            ensemble.options = ensembles.clone();
            network.add_in(own, ensemble)
        };
        let ensembles: Vec<EnsembleId> = (0..n_ensembles).map(ensemble).collect();
        let array = Self { network: own, input, output, ensembles, n_neurons, dimensions };
        for (i, &ensemble) in array.ensembles.iter().enumerate() {
            let part = array.part(input, i, dimensions);
            join(network, own, part, ensemble, Transform::Identity);
        }
        array.decode(network, output, None);
        Ok(array)
    }

    /// Adds an output of a function of each ensemble's part, one after the other.
    pub fn add_output(&self, network: &mut Network, name: &str, function: &Function) -> NodeId {
        let size = self.ensembles.len() * function.size_out();
        let node = network.add_in(self.network, Node::passthrough(size).labelled(name));
        self.decode(network, node, Some(function));
        node
    }

    /// Adds a node whose elements are currents of the single neurons of all ensembles.
    pub fn add_neuron_input(&self, network: &mut Network) -> NodeId {
        let node = self.neuron_node(network, "neuron_input");
        for (i, &ensemble) in self.ensembles.iter().enumerate() {
            let part = self.part(node, i, self.n_neurons);
            join(network, self.network, part, EndObject::Neurons(ensemble), Transform::Identity);
        }
        node
    }

    /// Adds a node whose elements are the outputs of the single neurons of all ensembles.
    pub fn add_neuron_output(&self, network: &mut Network) -> NodeId {
        let node = self.neuron_node(network, "neuron_output");
        for (i, &ensemble) in self.ensembles.iter().enumerate() {
            let part = self.part(node, i, self.n_neurons);
            join(network, self.network, EndObject::Neurons(ensemble), part, Transform::Identity);
        }
        node
    }

    fn neuron_node(&self, network: &mut Network, name: &str) -> NodeId {
        let size = self.ensembles.len() * self.n_neurons;
        network.add_in(self.network, Node::passthrough(size).labelled(name))
    }

    fn decode(&self, network: &mut Network, node: NodeId, function: Option<&Function>) {
        let size = function.map_or(self.dimensions, Function::size_out);
        for (i, &ensemble) in self.ensembles.iter().enumerate() {
            let mut connection = Connection::new(ensemble, self.part(node, i, size));
            connection.function = function.cloned();
            connection.options.synapse = Some(None);
            network.add_in(self.network, connection);
        }
    }

    fn part(&self, node: NodeId, i: usize, size: usize) -> Endpoint {
        let indices: Vec<usize> = (i * size..(i + 1) * size).collect();
        Endpoint::sliced(node, &indices)
    }
}
