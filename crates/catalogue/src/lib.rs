//! The standard models of Nengo and PyNN, and the connectors: one file each.
//!
//! * [`mechanisms`] holds neuron types and sources of spikes: a text in the equation language
//!   (`*.mech`) each, its reference, and its closed forms where they exist.
//! * [`connectors`] holds rules that join two sets of cells.
//!
//! Everything is found by name in the registries of `pontine_core_ir`; a program that names models
//! only in text must link this crate by `use pontine_catalogue as _;`.
//!
//! Invariants: nothing here knows a network, a builder or a backend. The text of a mechanism is its
//! only definition. A row of a connector is a function of (seed, path, row) and of nothing else.

pub mod connectors;
pub mod mechanisms;
