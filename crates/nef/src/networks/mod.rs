//! Networks that many models are made of: each adds a network with its objects to another network,
//! and tells the ids of what others connect to.
//!
//! What stands within, and in which order, is as in Nengo 4.1, so that equal seeds give equal
//! networks. [`Integrator`], [`ControlledIntegrator`], [`Oscillator`], [`LegendreMemory`] and
//! [`ActionSelection`] are additions.

mod action_selection;
mod associative_memory;
mod basal_ganglia;
mod circular_convolution;
mod dynamics;
mod ensemble_array;
mod input_gated_memory;
mod legendre_memory;
mod product;
mod thalamus;

use pontine_core_ir::{
    Connection, Endpoint, Function, Network, Samples, Spec, Subnetwork, SubnetworkId, Tensor,
    Transform,
};

pub use action_selection::{Action, ActionSelection};
pub use associative_memory::{AssociativeMemory, AssociativeMemoryOptions};
pub use basal_ganglia::BasalGanglia;
pub use circular_convolution::CircularConvolution;
pub use dynamics::{ControlledIntegrator, Integrator, Oscillator};
pub use ensemble_array::{EnsembleArray, EnsembleArrayOptions};
pub use input_gated_memory::InputGatedMemory;
pub use legendre_memory::LegendreMemory;
pub use product::Product;
pub use thalamus::Thalamus;

/// Why a network cannot be made.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum LibraryError {
    /// A size that must be at least something.
    #[error("{what} is {found}, but must be at least {least}")]
    Size {
        /// What has the size.
        what: &'static str,
        /// The size.
        found: usize,
        /// The least.
        least: usize,
    },
    /// Lengths that must be equal.
    #[error("{what} have different lengths: {} and {}", .lengths.0, .lengths.1)]
    Lengths {
        /// What has them.
        what: &'static str,
        /// Two that differ.
        lengths: (usize, usize),
    },
    /// A time that must be more than 0.
    #[error("{what} is {found} s, but must be finite and more than 0")]
    Time {
        /// What takes it.
        what: &'static str,
        /// The time, s.
        found: f64,
    },
    /// A function that is none.
    #[error("`{text}`: {message}")]
    Function {
        /// Its text.
        text: String,
        /// What is wrong with it.
        message: String,
    },
}

/// A function of `x`, a vector of `size_in`.
fn function(text: &str, size_in: usize) -> Result<Function, LibraryError> {
    Function::of_vector(text, size_in)
        .map_err(|error| LibraryError::Function { text: text.into(), message: error.to_string() })
}

fn at_least(what: &'static str, found: usize, least: usize) -> Result<(), LibraryError> {
    if found >= least { Ok(()) } else { Err(LibraryError::Size { what, found, least }) }
}

/// A network within a network.
fn within(network: &mut Network, parent: SubnetworkId, label: Option<&str>) -> SubnetworkId {
    let mut own = Subnetwork::default();
    own.label = label.map(str::to_owned);
    network.add_in(parent, own)
}

/// Connects without a filter.
fn join(
    network: &mut Network,
    within: SubnetworkId,
    pre: impl Into<Endpoint>,
    post: impl Into<Endpoint>,
    transform: Transform,
) {
    let mut connection = Connection::new(pre, post);
    connection.transform = transform;
    connection.options.synapse = Some(None);
    network.add_in(within, connection);
}

/// Connects through a lowpass filter (s).
fn join_filtered(
    network: &mut Network,
    within: SubnetworkId,
    (pre, post): (impl Into<Endpoint>, impl Into<Endpoint>),
    transform: Transform,
    tau_s: f64,
) {
    let mut connection = Connection::new(pre, post);
    connection.transform = transform;
    connection.options.synapse = Some(Some(lowpass(tau_s)));
    network.add_in(within, connection);
}

fn lowpass(tau_s: f64) -> Spec {
    Spec::new("Lowpass").with("tau", tau_s)
}

fn times(factor: f64) -> Transform {
    Transform::Dense(Tensor::scalar(factor))
}

/// A matrix by its elements.
pub(crate) fn matrix(
    rows: usize,
    columns: usize,
    element: impl Fn(usize, usize) -> f64,
) -> Transform {
    let data: Vec<f64> = (0..rows * columns).map(|k| element(k / columns, k % columns)).collect();
    let tensor = Tensor::new(&[rows, columns], data);
    Transform::Dense(tensor.unwrap_or_else(|| Tensor::filled(&[rows, columns], 0.0)))
}

/// Encoders of one dimension that all point upwards.
fn upwards() -> Samples {
    Spec::new("Choice").with("options", vec![1.0]).into()
}

fn uniform(low: f64, high: f64) -> Samples {
    Spec::new("Uniform").with("low", low).with("high", high).into()
}

#[cfg(test)]
mod tests;
