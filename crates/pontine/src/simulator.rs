//! A network that runs.

use pontine_core_ir::{
    Model, Network, Recording,
    port::{Backend, CompileOptions, Precision, Simulation, Unattended},
};
use pontine_road::{BuildOptions, Prepared, Road, RoadError, n_steps};

/// A network that runs and remembers what it recorded.
pub struct Simulator {
    prepared: Prepared,
    recording: Recording,
}

/// Options of a [`Simulator`]; the defaults are steps of 1 ms, seed 0, f64.
#[derive(Clone, Debug, Default)]
pub struct SimulatorBuilder {
    build: BuildOptions,
    compile: CompileOptions,
}

impl SimulatorBuilder {
    /// The time step, s.
    #[must_use]
    pub fn dt(mut self, dt_s: f64) -> Self {
        self.build.dt = dt_s;
        self
    }

    /// The seed of everything random that has no seed of its own.
    #[must_use]
    pub fn seed(mut self, seed: u64) -> Self {
        self.build.seed = seed;
        self
    }

    /// The width of run-time arithmetic.
    #[must_use]
    pub fn precision(mut self, precision: Precision) -> Self {
        self.compile.precision = precision;
        self
    }

    /// Builds on the reference backend.
    ///
    /// # Errors
    /// [`RoadError`] with all faults of the stage that found some.
    #[cfg(feature = "ref")]
    pub fn build(self, network: &Network) -> Result<Simulator, RoadError> {
        self.build_on(&pontine_backend_ref::Reference, network)
    }

    /// Builds on a backend of your choice.
    ///
    /// # Errors
    /// [`RoadError`] with all faults of the stage that found some.
    pub fn build_on(
        self,
        backend: &dyn Backend,
        network: &Network,
    ) -> Result<Simulator, RoadError> {
        let prepared = Road::new(backend).options(self.build, self.compile).build(network)?;
        let recording = Recording::of(&prepared.model);
        Ok(Simulator { prepared, recording })
    }
}

impl Simulator {
    /// Options first.
    pub fn builder() -> SimulatorBuilder {
        SimulatorBuilder::default()
    }

    /// Runs for a time (s), rounded to whole steps.
    ///
    /// # Errors
    /// [`RoadError::Steps`] if that is no number of steps, [`RoadError::Run`] if the run fails; what
    /// was recorded until then is kept.
    pub fn run(&mut self, time_s: f64) -> Result<(), RoadError> {
        self.run_steps(n_steps(time_s, self.prepared.model.dt)?)
    }

    /// Runs for a number of steps.
    ///
    /// # Errors
    /// [`RoadError::Run`]; what was recorded until then is kept.
    pub fn run_steps(&mut self, n_steps: u64) -> Result<(), RoadError> {
        let outcome = self.prepared.simulation.run_steps(n_steps, &mut Unattended);
        self.prepared.simulation.drain(&mut self.recording).map_err(RoadError::Recording)?;
        outcome?;
        Ok(())
    }

    /// Back to step 0 with an empty recording; with a seed, everything keyed by the seed is drawn
    /// anew.
    ///
    /// # Errors
    /// [`RoadError::Compile`] if the new draws cannot be laid out.
    pub fn reset(&mut self, seed: Option<u64>) -> Result<(), RoadError> {
        self.prepared.simulation.reset(seed)?;
        self.recording = Recording::of(&self.prepared.model);
        Ok(())
    }

    /// Simulated time, s.
    pub fn time(&self) -> f64 {
        self.prepared.simulation.n_steps() as f64 * self.prepared.model.dt
    }

    /// Everything recorded since the start or the last reset.
    pub fn recording(&self) -> &Recording {
        &self.recording
    }

    /// The model as it was compiled: signals, operators, what was drawn and solved for.
    pub fn model(&self) -> &Model {
        &self.prepared.model
    }

    /// The running model: states, parameters and weights by address.
    pub fn simulation(&mut self) -> &mut dyn Simulation {
        &mut *self.prepared.simulation
    }
}
