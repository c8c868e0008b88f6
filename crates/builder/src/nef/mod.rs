//! Objects of the Neural Engineering Framework, one file for each kind, and what they share.
//!
//! What is built is what Nengo builds: the same signals, operators and lags, so that a model runs
//! step by step as there.

mod connection;
mod custom;
mod decoded;
mod direct;
mod ensemble;
mod function;
mod learning;
mod neurons;
mod node;
mod populations;
mod probe;
mod process;
mod random_spiking;
mod receptor;
mod synapse;
mod target;
mod weights;

pub(crate) use ensemble::BuiltEnsemble;
pub(crate) use function::at_points;
pub use learning::{Encoding, Learner, LearningSite, RuleSite};
pub(crate) use learning::{Learned, of_projection as learn_projection};
pub(crate) use neurons::{DIRECT, NeuronType};
pub(crate) use node::{NO_FILTER, NO_INPUT};
pub use weights::Weights;
