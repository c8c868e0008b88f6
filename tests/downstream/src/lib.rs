//! What somebody else can add without touching pontine: a backend, a mechanism, a connector, a
//! synapse, a kind of object and a pass.
//!
//! * [`Sketch`] is a backend that can do arrays and cells, and says so.
//! * `QuadraticIF` is a neuron type, `ring` a connector, `DoubleLowpass` a synapse, `Integrator` an object,
//!   `snap-filters` a pass;
//!   a program that links this crate (`use downstream as _;`) finds them by name.
//!
//! Invariant: only published interfaces are used here.

mod backend;
mod double_lowpass;
mod integrator;
mod quadratic;
mod ring;
mod snap_filters;

pub use backend::Sketch;
