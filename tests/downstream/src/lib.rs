//! What somebody else can add without touching pontine: a backend, a mechanism, a connector, a
//! synapse and a kind of object.
//!
//! * [`Sketch`] is a backend that can do arrays and cells, and says so.
//! * `QuadraticIF` is a neuron type, `ring` a connector, `DoubleLowpass` a synapse, `Integrator` an object;
//!   a program that links this crate (`use downstream as _;`) finds them by name.
//!
//! Invariant: only published interfaces are used here.

mod backend;
mod double_lowpass;
mod integrator;
mod quadratic;
mod ring;

pub use backend::Sketch;
