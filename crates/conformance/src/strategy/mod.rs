//! Strategies of proptest for random models and networks.

mod mechanisms;
mod model;
mod network;
mod value;

pub use model::{model, model_within};
pub use network::{RandomNetwork, network};
