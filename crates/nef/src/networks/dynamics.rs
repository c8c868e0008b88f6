//! Dynamical systems: ensembles that feed back to themselves.
//!
//! A feedback through a lowpass filter of `tau` turns `dx/dt = f(x) + g(u)` into connections of `tau
//! f(x) + x` and `tau g(u)`.

use pontine_core_ir::{Connection, Ensemble, EnsembleId, Network, Node, NodeId, SubnetworkId};

use super::{
    LibraryError, at_least, function, join, join_filtered, lowpass, matrix, times, within,
};

/// `dx/dt = u`.
#[derive(Clone, Debug)]
pub struct Integrator {
    /// The network that holds it.
    pub network: SubnetworkId,
    /// Takes u.
    pub input: NodeId,
    /// Represents x.
    pub ensemble: EnsembleId,
}

/// `dx/dt = (c - 1) x / tau + u`: holds x where the control c is 1, forgets it where c is less.
#[derive(Clone, Debug)]
pub struct ControlledIntegrator {
    /// The network that holds it.
    pub network: SubnetworkId,
    /// Takes u.
    pub input: NodeId,
    /// Takes c, one number.
    pub control: NodeId,
    /// Represents x and, as its last dimension, c.
    pub ensemble: EnsembleId,
}

/// `dx/dt = (-ω y, ω x) + u`.
#[derive(Clone, Debug)]
pub struct Oscillator {
    /// The network that holds it.
    pub network: SubnetworkId,
    /// Takes u, two numbers.
    pub input: NodeId,
    /// Represents x and y.
    pub ensemble: EnsembleId,
}

impl Integrator {
    /// Adds an integrator of a vector; the feedback's filter is `tau_s`, s.
    ///
    /// # Errors
    /// [`LibraryError::Size`] if there are no neurons or dimensions.
    pub fn add(
        network: &mut Network,
        parent: SubnetworkId,
        (n_neurons, dimensions): (usize, usize),
        tau_s: f64,
    ) -> Result<Self, LibraryError> {
        check(n_neurons, dimensions)?;
        let own = within(network, parent, Some("Integrator"));
        let input = network.add_in(own, Node::passthrough(dimensions).labelled("input"));
        let ensemble = Ensemble::new(n_neurons, dimensions).labelled("ensemble");
        let ensemble = network.add_in(own, ensemble);
        join_filtered(network, own, (ensemble, ensemble), times(1.0), tau_s);
        join_filtered(network, own, (input, ensemble), times(tau_s), tau_s);
        Ok(Self { network: own, input, ensemble })
    }
}

impl ControlledIntegrator {
    /// Adds a controlled integrator of a vector; the feedback's filter is `tau_s`, s.
    ///
    /// # Errors
    /// [`LibraryError::Size`] if there are no neurons or dimensions.
    pub fn add(
        network: &mut Network,
        parent: SubnetworkId,
        (n_neurons, dimensions): (usize, usize),
        tau_s: f64,
    ) -> Result<Self, LibraryError> {
        check(n_neurons, dimensions)?;
        let own = within(network, parent, Some("Controlled integrator"));
        let input = network.add_in(own, Node::passthrough(dimensions).labelled("input"));
        let control = network.add_in(own, Node::passthrough(1).labelled("control"));
        let ensemble = Ensemble::new(n_neurons, dimensions + 1).labelled("ensemble");
        let ensemble = network.add_in(own, ensemble);
        let products: Vec<_> =
            (0..dimensions).map(|i| format!("x[{i}] * x[{dimensions}]")).collect();
        let mut feedback = Connection::new(ensemble, ensemble);
        feedback.function = Some(function(&products.join(", "), dimensions + 1)?);
        feedback.transform = matrix(dimensions + 1, dimensions, |i, j| f64::from(u8::from(i == j)));
        feedback.options.synapse = Some(Some(lowpass(tau_s)));
        network.add_in(own, feedback);
        let scaled = matrix(dimensions + 1, dimensions, |i, j| if i == j { tau_s } else { 0.0 });
        join_filtered(network, own, (input, ensemble), scaled, tau_s);
        let last = matrix(dimensions + 1, 1, |i, _| f64::from(u8::from(i == dimensions)));
        join(network, own, control, ensemble, last);
        Ok(Self { network: own, input, control, ensemble })
    }
}

impl Oscillator {
    /// Adds an oscillator of `frequency` rad/s; the feedback's filter is `tau_s`, s.
    ///
    /// # Errors
    /// [`LibraryError::Size`] if there are no neurons.
    pub fn add(
        network: &mut Network,
        parent: SubnetworkId,
        n_neurons: usize,
        (tau_s, frequency): (f64, f64),
    ) -> Result<Self, LibraryError> {
        check(n_neurons, 2)?;
        let own = within(network, parent, Some("Oscillator"));
        let input = network.add_in(own, Node::passthrough(2).labelled("input"));
        let ensemble = network.add_in(own, Ensemble::new(n_neurons, 2).labelled("ensemble"));
        let turn = tau_s * frequency;
        let rotation = matrix(2, 2, |i, j| [[1.0, -turn], [turn, 1.0]][i][j]);
        join_filtered(network, own, (ensemble, ensemble), rotation, tau_s);
        join_filtered(network, own, (input, ensemble), times(tau_s), tau_s);
        Ok(Self { network: own, input, ensemble })
    }
}

fn check(n_neurons: usize, dimensions: usize) -> Result<(), LibraryError> {
    at_least("the number of neurons", n_neurons, 1)?;
    at_least("the number of dimensions", dimensions, 1)
}
