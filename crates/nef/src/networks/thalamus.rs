//! The thalamus: what the basal ganglia leave uninhibited becomes active.

use pontine_core_ir::{Connection, EnsembleOptions, Network, Node, NodeId, SubnetworkId};

use super::{
    EnsembleArray, EnsembleArrayOptions, LibraryError, at_least, matrix, uniform, upwards, within,
};

/// Actions that inhibit each other and are active, near 1, unless their input is negative.
#[derive(Clone, Debug)]
pub struct Thalamus {
    /// The network that holds it.
    pub network: SubnetworkId,
    /// The actions.
    pub actions: EnsembleArray,
    /// Takes the output of basal ganglia.
    pub input: NodeId,
    /// Gives the actions.
    pub output: NodeId,
}

impl Thalamus {
    /// Adds a thalamus of `dimensions` actions, with so many neurons for each; actions inhibit each
    /// other by `mutual_inhibition`, and neurons begin to fire above `threshold`.
    ///
    /// # Errors
    /// [`LibraryError::Size`] if there are no neurons or actions.
    pub fn add(
        network: &mut Network,
        parent: SubnetworkId,
        (n_neurons, dimensions): (usize, usize),
        mutual_inhibition: f64,
        threshold: f64,
    ) -> Result<Self, LibraryError> {
        at_least("the number of actions", dimensions, 1)?;
        let own = within(network, parent, Some("Thalamus"));
        let ensembles = EnsembleOptions {
            encoders: Some(upwards()),
            intercepts: Some(uniform(threshold, 1.0)),
            ..EnsembleOptions::default()
        };
        let label = Some("actions".to_owned());
        let options = EnsembleArrayOptions { label, ensembles, ..EnsembleArrayOptions::default() };
        let actions = EnsembleArray::add(network, own, (n_neurons, dimensions), options)?;
        let bias = network.add_in(own, Node::constant(vec![1.0]).labelled("thalamus bias"));
        let others = |i, j| if i == j { 0.0 } else { -mutual_inhibition };
        let mut inhibit = Connection::new(actions.output, actions.input);
        inhibit.transform = matrix(dimensions, dimensions, others);
        network.add_in(own, inhibit);
        let mut excite = Connection::new(bias, actions.input);
        excite.transform = matrix(dimensions, 1, |_, _| 1.0);
        network.add_in(own, excite);
        let (input, output) = (actions.input, actions.output);
        Ok(Self { network: own, actions, input, output })
    }
}
