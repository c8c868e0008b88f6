//! What a compiled model is.

use std::ops::ControlFlow;

use super::{CompileError, HostError};
use crate::{
    id::{OperatorId, RecordId, SignalId},
    path::Path,
};

/// A model that runs.
pub trait Simulation: Send {
    /// Runs up to `n_steps` steps and returns how many were done; `control` is asked between
    /// stretches of steps and may end the run early.
    ///
    /// # Errors
    /// [`RunError`]; the state is that after the last whole step.
    fn run_steps(&mut self, n_steps: u64, control: &mut dyn RunControl) -> Result<u64, RunError>;

    /// Steps since the start or the last reset.
    fn n_steps(&self) -> u64;

    /// Back to step 0; with a seed, everything keyed by the seed is drawn anew. What was written is
    /// taken back, and what was recorded but not drained is forgotten.
    ///
    /// # Errors
    /// [`CompileError`] if the new draws cannot be laid out, or a host cannot start again.
    fn reset(&mut self, seed: Option<u64>) -> Result<(), CompileError>;

    /// Numbers at an address.
    ///
    /// # Errors
    /// [`AccessError`] if there is nothing at this address.
    fn read(&self, address: Address) -> Result<Vec<f64>, AccessError>;

    /// Replaces the numbers at an address; what is derived from them follows.
    ///
    /// # Errors
    /// [`AccessError`] if there is nothing at this address, or the length differs.
    fn write(&mut self, address: Address, values: &[f64]) -> Result<(), AccessError>;

    /// Hands over what was recorded since the last call, and forgets it.
    ///
    /// # Errors
    /// What the sink says.
    fn drain(&mut self, sink: &mut dyn RecordingSink) -> Result<(), SimulationError>;

    /// Bytes held for synapses, states and recordings, as far as the backend counts them.
    fn memory_bytes(&self) -> u64;

    /// Number of synapses laid out.
    fn n_synapses(&self) -> u64;

    /// Saving and restoring, where the backend can.
    fn as_snapshot(&mut self) -> Option<&mut dyn Snapshot> {
        None
    }

    /// Runs one step.
    ///
    /// # Errors
    /// As [`Simulation::run_steps`].
    fn step(&mut self) -> Result<(), RunError> {
        self.run_steps(1, &mut Unattended).map(drop)
    }
}

/// The whole state as bytes.
pub trait Snapshot {
    /// The state after the last step.
    fn save(&self) -> Vec<u8>;

    /// Continues from a saved state of the same model.
    ///
    /// # Errors
    /// [`AccessError::Snapshot`] if the bytes are not a state of this model.
    fn restore(&mut self, bytes: &[u8]) -> Result<(), AccessError>;
}

/// Numbers of a running model.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Address {
    /// The numbers of a signal. Events read as dense.
    Signal(SignalId),
    /// A state of the cells of a neuron operator, by its index in the mechanism.
    State(OperatorId, usize),
    /// A parameter of the cells of a neuron operator, by its index in the mechanism: one number, or
    /// one per cell. Written with one per cell it becomes a variable.
    Parameter(OperatorId, usize),
    /// Weights of a projection, ordered by (source, ordinal). One number if all are equal; the scale,
    /// where they are products of signals, which are read and written as signals.
    Weights(OperatorId),
    /// Delays of a projection in steps, ordered like its weights. Not written where synapses have states.
    Delays(OperatorId),
    /// A state of the synapses of a projection, by its index, one number for each, ordered like weights,
    /// as the last spike that is at the synapse by now left it. State 0 is the weight.
    SynapseState(OperatorId, usize),
    /// A parameter of the synapses of a projection, by its index: one number, or one for each, ordered
    /// like weights. Numbers count for spikes that are at the synapse after they were written.
    SynapseParameter(OperatorId, usize),
    /// Ends of the synapses of a projection, ordered like its weights: source, target, source, …
    /// None, where weights are products of signals.
    Synapses(OperatorId),
}

/// Why numbers could not be read or written.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum AccessError {
    /// Nothing is there.
    #[error("there is nothing at {0:?}")]
    Nothing(Address),
    /// It can be read, but not written.
    #[error("{0:?} cannot be written")]
    ReadOnly(Address),
    /// Another number of values is needed.
    #[error("{address:?} takes {expected} values, not {found}")]
    Length {
        /// The address.
        address: Address,
        /// How many were given.
        found: usize,
        /// How many are there.
        expected: usize,
    },
    /// The values cannot be what they are meant for.
    #[error("{address:?}: {message}")]
    Value {
        /// The address.
        address: Address,
        /// What is wrong.
        message: String,
    },
    /// Bytes that are not a state of this model.
    #[error("not a state of this model: {0}")]
    Snapshot(String),
}

/// Watches a run and may end it.
pub trait RunControl {
    /// Called between stretches of steps, at least every 256 steps.
    fn progress(&mut self, progress: Progress) -> ControlFlow<()>;
}

/// How far a call of `run_steps` has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// Steps done in this call.
    pub done: u64,
    /// Steps asked for in this call.
    pub total: u64,
}

/// Lets a run go to its end.
#[derive(Clone, Copy, Debug, Default)]
pub struct Unattended;

impl RunControl for Unattended {
    fn progress(&mut self, _: Progress) -> ControlFlow<()> {
        ControlFlow::Continue(())
    }
}

/// Why a run ended early.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RunError {
    /// Code of the host failed.
    #[error("`{path}`: {name} failed at step {step}")]
    Host {
        /// The object.
        path: Path,
        /// What the host calls it.
        name: String,
        /// The step that could not be done.
        step: u64,
        /// What it said.
        #[source]
        source: HostError,
    },
    /// A function gave a value that is not finite.
    #[error("`{path}`: the output at step {step} is {value}")]
    NotFinite {
        /// The object.
        path: Path,
        /// The step that could not be done.
        step: u64,
        /// The value.
        value: f64,
    },
    /// An operation that has no result, such as `0 · ∞` or `∞ - ∞`. A backend may look for such at
    /// intervals of steps, so that the one that began it may have been some steps before.
    #[error(
        "`{path}`: no number after step {step}; an operation had no result, as 0 times infinity has none"
    )]
    Invalid {
        /// The signal.
        path: Path,
        /// The step after which it was found.
        step: u64,
    },
    /// What is learned grew beyond all numbers. Found at the intervals of [`RunError::Invalid`].
    #[error(
        "`{path}`: what is learned was not finite after step {step}; a smaller learning rate may help"
    )]
    Learned {
        /// The signal.
        path: Path,
        /// The step after which it was found.
        step: u64,
    },
    /// Recordings do not fit in memory.
    #[error("no memory is left for recordings at step {step}")]
    Memory {
        /// The step that could not be recorded.
        step: u64,
    },
    /// An earlier failure within a step left no whole state; `reset` starts anew.
    #[error("an earlier step failed; only reset continues from here")]
    Broken,
}

/// Where recorded numbers go.
pub trait RecordingSink {
    /// Spikes of one record: step, index, and multiplicity (1 for a single spike) of each, in order
    /// of (step, index).
    ///
    /// # Errors
    /// Whatever keeps them from being kept.
    fn events(
        &mut self,
        record: RecordId,
        steps: &[u64],
        indices: &[u32],
        values: &[f64],
    ) -> Result<(), SimulationError>;

    /// Samples of one record: step of each, and their rows one after the other.
    ///
    /// # Errors
    /// Whatever keeps them from being kept.
    fn samples(
        &mut self,
        record: RecordId,
        steps: &[u64],
        rows: &[f64],
    ) -> Result<(), SimulationError>;
}

/// An error of a sink; it travels unchanged.
pub type SimulationError = Box<dyn std::error::Error + Send + Sync>;
