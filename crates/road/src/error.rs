//! What can stop a network on its way.

use pontine_builder::BuildError;
use pontine_core_ir::{
    Faults, Path,
    model::ModelFault,
    network::NetworkFault,
    port::{AccessError, CompileError, Estimate, Missing, RunError, SimulationError},
};
use pontine_transforms::PipelineError;

use crate::steps::StepsFault;

/// Why a network does not run.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RoadError {
    /// The network is not whole.
    #[error(transparent)]
    Network(#[from] Faults<NetworkFault>),
    /// A pass failed.
    #[error(transparent)]
    Pipeline(#[from] PipelineError),
    /// The network could not be built.
    #[error(transparent)]
    Build(#[from] Faults<BuildError>),
    /// The model is not whole.
    #[error(transparent)]
    Model(#[from] Faults<ModelFault>),
    /// The backend lacks what the model needs.
    #[error(transparent)]
    Missing(Faults<Missing>),
    /// The machine has not enough memory.
    #[error(
        "the model needs {} {:.1} GiB{}, but only {:.1} GiB are available{}",
        if .estimate.synapses > 0.0 { "about" } else { "at least" },
        gib(.estimate.bytes), synapses(.estimate), gib(*.limit as f64), largest(.estimate)
    )]
    TooLarge {
        /// What it needs.
        estimate: Estimate,
        /// What there is, bytes.
        limit: u64,
    },
    /// The backend could not compile the model.
    #[error(transparent)]
    Compile(#[from] CompileError),
    /// Nothing in the model has this path.
    #[error("nothing in the model is called `{path}`{}", pontine_core_ir::error::nearest_hint(.nearest))]
    Path {
        /// The path given.
        path: String,
        /// The nearest path.
        nearest: Option<String>,
    },
    /// Numbers of the running model cannot be read or written.
    #[error(transparent)]
    Access(#[from] AccessError),
    /// The time to run is no number of steps.
    #[error("a run of {time_s:?} s in steps of {dt_s:?} s {fault}")]
    Steps {
        /// Time to run, s.
        time_s: f64,
        /// Time step, s.
        dt_s: f64,
        /// What is wrong with it.
        fault: StepsFault,
    },
    /// The run ended early.
    #[error(transparent)]
    Run(#[from] RunError),
    /// What was recorded could not be kept.
    #[error("what was recorded could not be kept")]
    Recording(#[source] SimulationError),
}

fn gib(bytes: f64) -> f64 {
    bytes / f64::from(1 << 30)
}

/// How many synapses, where they have been counted.
fn synapses(estimate: &Estimate) -> String {
    if estimate.synapses > 0.0 {
        format!(" for {:.3e} synapses", estimate.synapses)
    } else {
        String::new()
    }
}

/// Which object needs most.
fn largest(estimate: &Estimate) -> String {
    let text =
        |(path, bytes): &(Path, f64)| format!("; `{path}` needs most: {:.1} GiB", gib(*bytes));
    estimate.largest.as_ref().map(text).unwrap_or_default()
}
