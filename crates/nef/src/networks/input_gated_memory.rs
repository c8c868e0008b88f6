//! A memory that takes what it is shown while its gate is open.

use pontine_core_ir::{Connection, Network, Node, NodeId, SubnetworkId};

use super::{
    EnsembleArray, EnsembleArrayOptions, LibraryError, at_least, join, join_filtered, matrix,
    times, within,
};

/// Holds a vector; while `gate` is 0 it follows `input`, while that is 1 it keeps what it has; `reset`
/// of 1 empties it.
#[derive(Clone, Debug)]
pub struct InputGatedMemory {
    /// The network that holds it.
    pub network: SubnetworkId,
    /// Takes the vector.
    pub input: NodeId,
    /// Gives what is held.
    pub output: NodeId,
    /// One number: closes the gate.
    pub gate: NodeId,
    /// One number: empties the memory.
    pub reset: NodeId,
}

/// The filter of what the memory feeds back, s.
const TAU_FEEDBACK: f64 = 0.1;

impl InputGatedMemory {
    /// Adds a memory of `dimensions`, with so many neurons for each in the memory and in what
    /// compares it with the input; `gain` is how strongly a difference is corrected.
    ///
    /// # Errors
    /// [`LibraryError::Size`] if there are no neurons or dimensions.
    pub fn add(
        network: &mut Network,
        parent: SubnetworkId,
        (n_neurons, dimensions): (usize, usize),
        gain: f64,
    ) -> Result<Self, LibraryError> {
        at_least("the number of dimensions", dimensions, 1)?;
        let own = within(network, parent, Some("Input gated memory"));
        let n_all = n_neurons * dimensions;
        let mut array = |label: &str| {
            let options = EnsembleArrayOptions {
                label: Some(label.into()),
                ..EnsembleArrayOptions::default()
            };
            let array = EnsembleArray::add(network, own, (n_neurons, dimensions), options)?;
            let neurons = array.add_neuron_input(network);
            Ok::<_, LibraryError>((array, neurons))
        };
        let ((memory, memory_neurons), (difference, difference_neurons)) =
            (array("mem")?, array("diff")?);
        let ends = (memory.output, memory.input);
        join_filtered(network, own, ends, times(1.0), TAU_FEEDBACK);
        let mut compare = Connection::new(memory.output, difference.input);
        compare.transform = times(-1.0);
        network.add_in(own, compare);
        let ends = (difference.output, memory.input);
        join_filtered(network, own, ends, times(gain), TAU_FEEDBACK);
        let gate = network.add_in(own, Node::passthrough(1));
        join(network, own, gate, difference_neurons, matrix(n_all, 1, |_, _| -10.0));
        let reset = network.add_in(own, Node::passthrough(1));
        join(network, own, reset, memory_neurons, matrix(n_all, 1, |_, _| -3.0));
        let (input, output) = (difference.input, memory.output);
        Ok(Self { network: own, input, output, gate, reset })
    }
}
