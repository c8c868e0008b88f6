//! What a backend is.

use std::{collections::BTreeSet, fmt};

use super::Simulation;
use crate::{connectivity::SynapseError, model::Model, path::Path, value::ValueError};

/// Turns models into simulations.
///
/// Two required methods of substance; a decorator (recording, checking, distributing) is a backend
/// around a backend.
pub trait Backend: Send + Sync {
    /// The name by which users choose it.
    fn name(&self) -> &str;

    /// What it can do. What is not in here is refused before the run, never by a failing method.
    fn capabilities(&self) -> BTreeSet<Capability>;

    /// Memory that the simulation of this model would need.
    ///
    /// # Errors
    /// [`CompileError`] if the model cannot be measured, as a connector with wrong parameters.
    fn estimate(&self, model: &Model, options: &CompileOptions) -> Result<Estimate, CompileError>;

    /// Makes a simulation at step 0.
    ///
    /// # Errors
    /// [`CompileError`]; the model is valid and within the backend's capabilities.
    fn compile(
        &self,
        model: &Model,
        options: &CompileOptions,
    ) -> Result<Box<dyn Simulation>, CompileError>;

    /// What the model or the options need and the backend lacks, with the object that needs it.
    fn missing(&self, model: &Model, options: &CompileOptions) -> Vec<Missing> {
        let offered = self.capabilities();
        model
            .needs(options)
            .into_iter()
            .filter(|(capability, _)| !offered.contains(capability))
            .map(|(capability, path)| Missing { backend: self.name().to_owned(), capability, path })
            .collect()
    }
}

/// Something that not every backend can do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Capability {
    /// Arithmetic in f64.
    F64,
    /// Arithmetic in f32.
    F32,
    /// More than one thread.
    Threads,
    /// Several inputs through one model at once.
    Batch,
    /// Cells that are described by a mechanism.
    Mechanisms,
    /// Mechanisms that draw random numbers while they run.
    RandomMechanisms,
    /// Spike sources with given times.
    SpikeLists,
    /// Synapses by rule.
    RuleConnectivity,
    /// Synapses by list.
    ListConnectivity,
    /// Synapses whose weights are products of signals.
    FactoredConnectivity,
    /// Delays that differ within a projection.
    HeterogeneousDelays,
    /// Synapses with states that spikes change.
    SynapseMechanisms,
    /// Synapses that spikes of their targets change.
    PostsynapticSpikes,
    /// Array operators: reset, copy, products, filters.
    Arrays,
    /// Functions written as expressions.
    Functions,
    /// Code of the host within a step.
    Hosts,
    /// Saving and restoring the whole state.
    Snapshots,
}

impl fmt::Display for Capability {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::F64 => "arithmetic in f64",
            Self::F32 => "arithmetic in f32",
            Self::Threads => "more than one thread",
            Self::Batch => "batches",
            Self::Mechanisms => "cells described by a mechanism",
            Self::RandomMechanisms => "mechanisms that draw random numbers",
            Self::SpikeLists => "spike sources with given times",
            Self::RuleConnectivity => "synapses by rule",
            Self::ListConnectivity => "synapses by list",
            Self::FactoredConnectivity => "weights that are products of signals",
            Self::HeterogeneousDelays => "delays that differ within a projection",
            Self::SynapseMechanisms => "synapses with states",
            Self::PostsynapticSpikes => "synapses changed by spikes of their targets",
            Self::Arrays => "array operators",
            Self::Functions => "functions written as expressions",
            Self::Hosts => "code of the host within a step",
            Self::Snapshots => "snapshots",
        })
    }
}

/// A capability that a model needs and a backend lacks.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error("backend `{backend}` lacks {capability}, which {} needs", whom(.path))]
pub struct Missing {
    /// The backend.
    pub backend: String,
    /// What it lacks.
    pub capability: Capability,
    /// The object that needs it; the root path if the options do.
    pub path: Path,
}

fn whom(path: &Path) -> String {
    if *path == Path::root() { "this run".to_owned() } else { format!("`{path}`") }
}

/// What does not change the meaning of a model.
#[derive(Clone, Debug, PartialEq)]
pub struct CompileOptions {
    /// Width of run-time arithmetic.
    pub precision: Precision,
    /// Number of threads, at least 1.
    pub threads: usize,
    /// Number of inputs at once, at least 1.
    pub batch: usize,
}

impl Default for CompileOptions {
    fn default() -> Self {
        Self { precision: Precision::F64, threads: 1, batch: 1 }
    }
}

/// Width of run-time arithmetic.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Precision {
    /// 64 bits.
    #[default]
    F64,
    /// 32 bits.
    F32,
}

impl fmt::Display for Precision {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::F64 => "f64",
            Self::F32 => "f32",
        })
    }
}

/// Memory that a simulation needs.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Estimate {
    /// Expected number of synapses.
    pub synapses: f64,
    /// Bytes while it runs, recordings excluded.
    pub bytes: f64,
    /// The object that needs most, and its bytes.
    pub largest: Option<(Path, f64)>,
}

impl Estimate {
    /// Adds what one object needs.
    pub fn add(&mut self, path: &Path, synapses: f64, bytes: f64) {
        self.synapses += synapses;
        self.bytes += bytes;
        if self.largest.as_ref().is_none_or(|(_, most)| bytes > *most) {
            self.largest = Some((path.clone(), bytes));
        }
    }
}

/// Why a model could not be compiled.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CompileError {
    /// Synapses could not be made.
    #[error(transparent)]
    Synapse(#[from] SynapseError),
    /// A parameter could not be expanded.
    #[error(transparent)]
    Value(#[from] ValueError),
    /// A parameter has a value that its mechanism cannot take.
    #[error("`{path}`: {message}")]
    Parameter {
        /// The cells.
        path: Path,
        /// What the mechanism says.
        message: String,
    },
    /// The operators cannot be put in order.
    #[error(transparent)]
    Order(#[from] crate::model::OrderError),
    /// The machine has not enough memory.
    #[error("`{what}` needs {bytes} bytes, which the machine does not have")]
    Memory {
        /// What was to be allocated.
        what: String,
        /// Its size.
        bytes: u64,
    },
    /// A host operator could not start.
    #[error("`{path}`: {name} could not start")]
    Host {
        /// The object.
        path: Path,
        /// What the host calls it.
        name: String,
        /// What it said.
        #[source]
        source: super::HostError,
    },
    /// The backend cannot do this.
    #[error(transparent)]
    Missing(#[from] Missing),
    /// Anything else a backend may have to say.
    #[error("backend `{backend}`: {message}")]
    Other {
        /// The backend.
        backend: String,
        /// What happened.
        message: String,
    },
}
