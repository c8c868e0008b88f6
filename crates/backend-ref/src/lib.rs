//! The reference backend: CPU, deterministic, one thread or several, f64 or f32.
//!
//! ```text
//!  Model ── shares (units of operators, split by cells) ─┐
//!        ├─ wire (rows by source, for each share) ───────┤
//!        └─ plan (columns, cells, receptors) ────────────┴─> one Engine for each share
//!
//!  crew:  advance a slice ── meet ── exchange spikes ── settle (send, record) ── advance …
//! ```
//! * **Units** of operators that touch common signals within a step meet others only in spikes of steps
//!   before; so each may do a *slice* of steps alone, as long as the shortest delay, while it is in
//!   cache. A unit of one group of cells is split among **shares**; each has a thread, and owns its
//!   cells, the synapses onto them, and the sums of both. No sum is ever added to by two threads.
//! * **Rows** are compressed by source; targets are counted from the first of the share, and they and
//!   delays are as narrow as they can be; what is equal for all synapses is kept once.
//! * **Sums** run in one column for each receptor, which cells read and clear where it is, if nobody
//!   else looks at it. Spikes of projections with one delay wait in lists until they are due; where
//!   delays differ, the event of each synapse is entered into a calendar when the spike is sent.
//! * **Synapses with states** take spikes in row by row: those of the targets since the last time, which
//!   are remembered, and then that of the source, each for many synapses at a time.
//! * **Products** of signals in place of weights are multiplied out in each step for the targets of a
//!   share alone, behind all that single synapses bring.
//! * **Array operators** that follow one another run with the widest instructions of the CPU. Matrices
//!   that do not change are laid out anew: tiles of rows for dense ones, and for sparse ones rows side
//!   by side, or columns where spikes come.
//! * **Merged** operators have their signals side by side, so that one sweep does for many; merged cells
//!   are stepped as one group, whose spikes are found a block at a time.
//! * **Spikes** are lists, but stay columns of counts where they are frequent and go one to one.
//!
//! Invariants: this crate knows the ports and no other backend, nor who builds models. Every
//! synaptic sum runs in the order of the decision on synaptic sums, so results depend on neither
//! layout, slices nor shares. A synapse acts with the weight and the delay that it has when it
//! delivers, also if they were written while a spike was under way. In one thread a step allocates
//! nothing but room for recordings.

mod access;
mod arena;
mod array;
mod backend;
mod barrier;
mod calendar;
mod cells;
mod code;
mod crew;
mod engine;
mod estimate;
mod exchange;
mod factored;
mod memory;
mod plan;
mod plastic;
mod receptor;
mod recorder;
mod rows;
mod share;
mod simulation;
mod slots;
mod snapshot;
mod spike_list;
mod spikes;
mod train;
mod wire;

#[cfg(test)]
mod tests;

pub use backend::{Reference, ReferenceSplit};
