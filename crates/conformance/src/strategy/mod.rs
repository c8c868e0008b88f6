//! Strategies of proptest for random models and networks.

mod mechanisms;
mod model;
mod value;

pub use model::model;
