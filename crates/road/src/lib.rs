//! The one road from a network to a running simulation.
//!
//! ```text
//!  Network ── network passes ──> build ── model passes ──> needs? memory? ──> Backend::compile
//! ```
//! [`Road`] holds a backend and options; [`Road::build`] gives a [`Prepared`] simulation with the
//! model it was compiled from and the story of how it came about.
//!
//! Invariants: any backend will do and none is named; the user's network does not change; what a
//! backend lacks and what does not fit into memory is refused before anything large is allocated.

mod error;
mod memory;
mod parameters;
mod steps;

use std::time::Instant;

pub use error::RoadError;
pub use memory::available_bytes;
use pontine_builder::Built;
pub use pontine_builder::{BuildError, BuildOptions, Warning, curves};
use pontine_core_ir::{
    Model, Network, Recording,
    port::{Backend, CompileOptions, Estimate, RunControl, Simulation},
};
use pontine_transforms::{Pipeline, Provenance};
pub use steps::{StepsFault, n_steps};

/// A way from networks to simulations on one backend.
pub struct Road<'b> {
    backend: &'b dyn Backend,
    build: BuildOptions,
    compile: CompileOptions,
    pipeline: Pipeline,
    memory_limit: Option<u64>,
}

/// A simulation at step 0, and where it came from.
pub struct Prepared {
    /// The model as it was compiled.
    pub model: Model,
    /// The simulation.
    pub simulation: Box<dyn Simulation>,
    /// The memory that was expected.
    pub estimate: Estimate,
    /// What the passes did.
    pub provenance: Provenance,
    /// How long each part of the road took, and warnings.
    pub report: BuildReport,
}

/// How long each part of the road took, s of wall time, and what was noticed.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct BuildReport {
    /// Validation and network passes.
    pub network_s: f64,
    /// From network to model.
    pub build_s: f64,
    /// Model passes.
    pub model_s: f64,
    /// From model to simulation.
    pub compile_s: f64,
    /// What is legal and yet hardly meant.
    pub warnings: Vec<Warning>,
}

impl<'b> Road<'b> {
    /// The road to a backend, with default options and the default pipeline.
    pub fn new(backend: &'b dyn Backend) -> Self {
        Self {
            backend,
            build: BuildOptions::default(),
            compile: CompileOptions::default(),
            pipeline: Pipeline::default(),
            memory_limit: available_bytes(),
        }
    }

    /// The same with other options.
    #[must_use]
    pub fn options(mut self, build: BuildOptions, compile: CompileOptions) -> Self {
        self.build = build;
        self.compile = compile;
        self
    }

    /// The same with other passes.
    #[must_use]
    pub fn pipeline(mut self, pipeline: Pipeline) -> Self {
        self.pipeline = pipeline;
        self
    }

    /// The same with a bound on memory (bytes); by default what the machine has available.
    #[must_use]
    pub fn memory_limit(mut self, bytes: Option<u64>) -> Self {
        self.memory_limit = bytes;
        self
    }

    /// From a network to a model, passes included.
    ///
    /// # Errors
    /// [`RoadError`] with all faults of the stage that found some.
    pub fn model(&self, network: &Network) -> Result<(Model, Provenance, BuildReport), RoadError> {
        let mut clock = Clock::start();
        let mut report = BuildReport::default();
        network.validate()?;
        self.fits(&memory::least(network))?;
        // Passes must draw seeds as the build will.
        let pipeline = self.pipeline.clone().with_seed(self.build.seed);
        let (network, mut provenance) = pipeline.apply(network, &mut ())?;
        report.network_s = clock.lap();
        let Built { model, warnings } = pontine_builder::build_noting(&network, &self.build)?;
        report.warnings = warnings;
        report.build_s = clock.lap();
        model.validate()?;
        let (model, models) = pipeline.apply_model(model, &mut ())?;
        provenance.append(models);
        report.model_s = clock.lap();
        Ok((model, provenance, report))
    }

    /// From a network to a simulation.
    ///
    /// # Errors
    /// [`RoadError`]: faults of the network, of the build, capabilities that the backend lacks,
    /// memory that the machine lacks, or what the backend finds while compiling.
    pub fn build(&self, network: &Network) -> Result<Prepared, RoadError> {
        let (model, provenance, report) = self.model(network)?;
        let mut prepared = self.compile_whole(model)?;
        let compile_s = prepared.report.compile_s;
        prepared.report = BuildReport { compile_s, ..report };
        prepared.provenance = provenance;
        Ok(prepared)
    }

    /// From a model, built before or read from text, to a simulation.
    ///
    /// # Errors
    /// As [`Road::build`], from the model on.
    pub fn compile(&self, model: Model) -> Result<Prepared, RoadError> {
        model.validate()?;
        self.compile_whole(model)
    }
}

impl Road<'_> {
    /// Compiles a model that has been validated.
    fn compile_whole(&self, model: Model) -> Result<Prepared, RoadError> {
        let missing = self.backend.missing(&model, &self.compile);
        if !missing.is_empty() {
            return Err(RoadError::Missing(pontine_core_ir::Faults(missing)));
        }
        let mut clock = Clock::start();
        let mut estimate = self.backend.estimate(&model, &self.compile)?;
        estimate.bytes += memory::of_model(&model);
        self.fits(&estimate)?;
        let simulation = self.backend.compile(&model, &self.compile)?;
        let report = BuildReport { compile_s: clock.lap(), ..BuildReport::default() };
        Ok(Prepared { model, simulation, estimate, provenance: Provenance::default(), report })
    }

    fn fits(&self, estimate: &Estimate) -> Result<(), RoadError> {
        match self.memory_limit {
            Some(limit) if estimate.bytes > limit as f64 => {
                Err(RoadError::TooLarge { estimate: estimate.clone(), limit })
            }
            _ => Ok(()),
        }
    }
}

impl Prepared {
    /// Runs for a time (s, rounded to whole steps) and returns what was recorded since the last
    /// call.
    ///
    /// # Errors
    /// [`RoadError::Steps`] if that is no number of steps, [`RoadError::Run`] if the run fails.
    pub fn run(
        &mut self,
        time_s: f64,
        control: &mut dyn RunControl,
    ) -> Result<Recording, RoadError> {
        self.run_steps(n_steps(time_s, self.model.dt)?, control)
    }

    /// Runs for a number of steps and returns what was recorded since the last call.
    ///
    /// # Errors
    /// [`RoadError::Run`] if the run fails.
    pub fn run_steps(
        &mut self,
        n_steps: u64,
        control: &mut dyn RunControl,
    ) -> Result<Recording, RoadError> {
        self.simulation.run_steps(n_steps, control)?;
        let mut recording = Recording::of(&self.model);
        self.simulation.drain(&mut recording).map_err(RoadError::Recording)?;
        Ok(recording)
    }
}

struct Clock(Instant);

impl Clock {
    fn start() -> Self {
        Self(Instant::now())
    }

    fn lap(&mut self) -> f64 {
        let now = Instant::now();
        now.duration_since(std::mem::replace(&mut self.0, now)).as_secs_f64()
    }
}
