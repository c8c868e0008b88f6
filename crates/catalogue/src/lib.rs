//! The standard models of Nengo and PyNN, and the connectors: one file each.
//!
//! ```text
//!  "IF_curr_exp" ──┐              ┌── if_curr_exp.mech     equations
//!                  ├── registry ──┤
//!  "one_to_one" ───┘              └── one_to_one.rs        rows of synapses
//! ```
//! * [`mechanisms`] holds neuron types and sources of spikes: a text in the equation language
//!   (`*.mech`) each, its reference, and its closed forms where they exist.
//! * [`synapses`] holds what synapses do besides adding their weight.
//! * [`connectors`] holds rules that join two sets of cells.
//!
//! Everything is found by name in the registries of `pontine_core_ir`; a program that names models
//! only in text must link this crate by `use pontine_catalogue as _;`.
//!
//! ```
//! use pontine_catalogue as _;
//! use pontine_core_ir::registry::mechanism;
//!
//! let cell = mechanism("IF_curr_exp")?;
//! assert_eq!(cell.name, "IF_curr_exp");
//! assert!(mechanism("IF_cur_exp").is_err());
//! # Ok::<(), pontine_core_ir::registry::LookupError>(())
//! ```
//!
//! Invariants: nothing here knows a network, a builder or a backend. The text of a mechanism is its
//! only definition. A row of a connector is a function of (seed, path, row) and of nothing else.

pub mod connectors;
pub mod mechanisms;
pub mod synapses;
