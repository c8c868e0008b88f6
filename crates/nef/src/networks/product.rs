//! Products of two vectors, element by element.

use pontine_core_ir::{EnsembleOptions, Network, Node, NodeId, SubnetworkId};

use super::{
    EnsembleArray, EnsembleArrayOptions, LibraryError, at_least, function, join, times, within,
};

/// Multiplies two vectors element by element: `a b = ((a + b)² - (a - b)²) / 4`.
#[derive(Clone, Debug)]
pub struct Product {
    /// The network that holds it.
    pub network: SubnetworkId,
    /// Takes one vector.
    pub input_a: NodeId,
    /// Takes the other.
    pub input_b: NodeId,
    /// Gives the products.
    pub output: NodeId,
}

impl Product {
    /// Adds products of `dimensions` pairs, with so many neurons for each, of numbers that are within
    /// `±input_magnitude`.
    ///
    /// # Errors
    /// [`LibraryError::Size`] if there are less than two neurons, or no pair.
    pub fn add(
        network: &mut Network,
        parent: SubnetworkId,
        (n_neurons, dimensions): (usize, usize),
        input_magnitude: f64,
    ) -> Result<Self, LibraryError> {
        at_least("the number of neurons of a product", n_neurons, 2)?;
        let own = within(network, parent, Some("Product"));
        let mut node =
            |label: &str| network.add_in(own, Node::passthrough(dimensions).labelled(label));
        let (input_a, input_b, output) = (node("input_a"), node("input_b"), node("output"));
        let square = function("x * x", 1)?;
        let mut squares = || {
            let radius = Some(input_magnitude * 2f64.sqrt());
            let ensembles = EnsembleOptions { radius, ..EnsembleOptions::default() };
            let options = EnsembleArrayOptions { ensembles, ..EnsembleArrayOptions::default() };
            let array = EnsembleArray::add(network, own, (n_neurons / 2, dimensions), options)?;
            let squared = array.add_output(network, "square", &square);
            Ok::<_, LibraryError>((array.input, squared))
        };
        let (sums, differences) = (squares()?, squares()?);
        let share = 1.0 / 2f64.sqrt();
        join(network, own, input_a, sums.0, times(share));
        join(network, own, input_b, sums.0, times(share));
        join(network, own, input_a, differences.0, times(share));
        join(network, own, input_b, differences.0, times(-share));
        join(network, own, sums.1, output, times(0.5));
        join(network, own, differences.1, output, times(-0.5));
        Ok(Self { network: own, input_a, input_b, output })
    }
}
