//! The reference backend: CPU, deterministic, one thread, f64 or f32.
//!
//! ```text
//!  Model ── wiring (rows by source) ─┐
//!        └─ plan (columns, cells) ───┴─> Engine ── step, step, … ──> recorders ── drain ──> sink
//! ```
//! `compile` pulls the rows of each projection into compressed rows by source, gives every dense
//! signal a column in one array, and turns the operators into one list of steps. Spikes are lists;
//! a spike signal keeps as many past lists as its longest delay. Receptors whose projections have
//! one delay each read those lists; others have a ring of sums, filled when spikes are sent.
//!
//! Invariants: this crate knows the ports and no other backend, nor who builds models. Every
//! synaptic sum runs in the order of the decision on synaptic sums, so results do not depend on
//! the layout. A synapse acts with the weight and the delay that it has when it delivers, also if
//! they were written while a spike was under way.

mod access;
mod arena;
mod array;
mod backend;
mod barrier;
mod cells;
mod code;
mod crew;
mod engine;
mod estimate;
mod exchange;
mod memory;
mod plan;
mod receptor;
mod recorder;
mod rows;
mod share;
mod simulation;
mod slots;
mod snapshot;
mod spikes;
mod train;
mod wire;

#[cfg(test)]
mod tests;

pub use backend::{Reference, ReferenceSplit};
