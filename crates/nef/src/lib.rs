//! The Neural Engineering Framework's mathematics: seeds, distributions of points, tuning,
//! decoder solvers, processes, the discrete form of synapses, and networks that many models are made
//! of.
//!
//! ```text
//!  seeding::walk ──> a seed for each object
//!  Drawn::new ────> evaluation points, encoders, rates ──> Drawn::tune ──> gains, biases
//!  Tuning::activities ──> solver(spec).solve ──> decoders
//! ```
//! Draws are those of Nengo 4.1, number by number: NumPy's `RandomState` in Nengo's order. What is
//! linear algebra agrees to rounding. Kinds of distributions ([`points`]) and solvers ([`solver`])
//! are found by name, so a linked crate can add its own.
//!
//! Invariants: pure functions of their arguments, sequential, the same bits for any number of
//! threads. Nothing here knows signals, operators, backends or files; neuron types are known by
//! their [`NeuronMaths`](pontine_core_ir::port::NeuronMaths) alone.

mod beta;
pub mod direct_mode;
pub mod linear;
pub mod names;
pub mod networks;
pub mod points;
pub mod presets;
pub mod process;
mod samples;
pub mod seeding;
pub mod solver;
pub mod synapse;
pub mod transform;
mod tuning;
pub mod vocabulary;

pub use points::{PointSampler, PointsEntry};
pub use process::{Process, ProcessEntry};
pub use samples::{SampleError, resolve, resolve_vector};
pub use solver::{Solution, Solver, SolverEntry, SolverError};
pub use tuning::{Drawn, NeuronModel, TunedBy, Tuning, eval_points};
