//! The ports: what front ends, backends, connectors, hosts and files may ask of one another.
//!
//! A port asks for little and gives much. Virtual calls happen per run of steps, per block of at
//! least 256 cells, or per row; never per cell or synapse.

mod backend;
mod host;
mod maths;
mod row;
mod simulation;

pub use backend::{
    Backend, Capability, CompileError, CompileOptions, Estimate, Missing, Precision,
};
pub use host::{HostError, HostOperator, HostStep};
pub use maths::{GainBias, NeuronMaths, TuningError};
pub use row::{Major, RowBuf, RowSource, Rule, RuleContext, RuleError};
pub use simulation::{
    AccessError, Address, Progress, RecordingSink, RunControl, RunError, Simulation,
    SimulationError, Snapshot, Unattended,
};
