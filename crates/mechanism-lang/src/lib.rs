//! The equation language: text to typed tree to kernel IR.
//!
//! ```text
//!  text ── parse ──> tree (prints as canonical text) ── check, lower ──> Mechanism
//!                                                                        parameters, states, ports
//!                                                                        programs: derive, initial, step
//! ```
//!
//! Doors: [`Mechanism::parse`] for neurons and sources, [`Synapse::parse`] for synapses, [`Function::parse`] for functions
//! of vectors, [`parse_expression`] for a bare expression tree, [`expand`] to replace elementary
//! functions by their polynomials, [`Unit`] for quantities.
//!
//! Invariant: nothing here runs a mechanism, draws a random number, knows a network or a backend.
//! The only numbers computed here are conversions of units and [`exp_divided_difference`], which
//! the host needs for derived parameters.
//!
//! ```
//! use pontine_mechanism_lang::Mechanism;
//!
//! let text = "mechanism Leaky {
//!     units population
//!     parameter tau_m = 20 ms
//!     input drive mV
//!     state v = 0 mV
//!     dv/dt = (drive - v) / tau_m
//!     solve exact
//! }";
//! let mechanism = Mechanism::parse(text)?;
//! assert_eq!(mechanism.parameters[0].default, 20.0);
//! assert_eq!(mechanism.states[0].unit.to_string(), "mV");
//! # Ok::<(), pontine_mechanism_lang::LangError>(())
//! ```

mod divided;
mod elementary;
mod error;
mod expand;
mod expr;
mod family;
mod function;
mod ir;
mod lower;
mod mechanism;
mod parse;
mod print;
mod real;
mod synapse;
mod token;
mod tree;
mod unit;

pub use divided::exp_divided_difference;
pub use error::{At, Cause, Fault, LangError};
pub use expand::expand;
pub use expr::{BinaryOp, CompareOp, Expr, LogicOp, UnaryOp};
pub use function::{Argument, Function};
pub use ir::{
    Arithmetic, Carry, Draw, Elementary, Merge, Op, Precision, Primitive, Program, Reg, Slot, Stmt,
    Type,
};
pub use mechanism::{Derived, Input, Mechanism, Output, OutputKind, Parameter, Receptor, State};
pub use parse::{parse_expression, parse_trees};
pub use real::Real;
pub use synapse::Synapse;
pub use tree::{
    AssignOp, Clamp, Equation, InputTree, Let, MechanismTree, OnSpike, OutputTree, OutputTreeKind,
    ParameterTree, ReceptorTree, Solver, SpikeTree, StateTree, Statement, UnknownSolver,
};
pub use unit::{Dimension, Unit, UnitSystem};
