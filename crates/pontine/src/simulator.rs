//! A network that runs.

use pontine_core_ir::{
    EnsembleId, Model, Network, ProbeId, Recording, Tensor,
    network::Paths,
    port::{AccessError, Backend, CompileOptions, Precision, Simulation, Unattended},
    recording::{Series, SeriesData},
};
use pontine_road::{BuildError, BuildOptions, Prepared, Road, RoadError, Warning, curves, n_steps};

use crate::csv::csv;

/// A network that runs and remembers what it recorded.
pub struct Simulator {
    prepared: Prepared,
    recording: Recording,
    paths: Paths,
    warnings: Vec<Warning>,
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
        let warnings = prepared.report.warnings.clone();
        Ok(Simulator { prepared, recording, paths: network.paths(), warnings })
    }
}

impl Simulator {
    /// Options first.
    pub fn builder() -> SimulatorBuilder {
        SimulatorBuilder::default()
    }

    /// What is legal in the network and yet hardly meant, such as gains beside maximum rates; then runs of
    /// no steps.
    ///
    /// # Examples
    /// ```
    /// use pontine::prelude::*;
    /// let mut network = Network::new("");
    /// let a = network.add(Ensemble::new(10, 1));
    /// let learned = Connection::new(a, a).learning_by(pes(3.0)).labelled("c");
    /// network.add(learned);
    /// let simulator = Simulator::builder().build(&network)?;
    /// assert!(simulator.warnings()[0].to_string().starts_with("`Connection:c.PES`: a learning rate of 3"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn warnings(&self) -> &[Warning] {
        &self.warnings
    }

    /// Runs for a time (s), rounded to whole steps; none are [warned](Self::warnings) of.
    ///
    /// # Errors
    /// [`RoadError::Steps`] if that is no number of steps, [`RoadError::Run`] if the run fails; what
    /// was recorded until then is kept.
    ///
    /// # Examples
    /// ```
    /// use pontine::prelude::*;
    /// let mut simulator = Simulator::builder().build(&Network::new(""))?;
    /// simulator.run(0.0)?;
    /// assert_eq!(simulator.warnings()[0].to_string(), "a run of 0 s has no steps of 0.001 s");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn run(&mut self, time_s: f64) -> Result<(), RoadError> {
        let dt_s = self.dt();
        let n = n_steps(time_s, dt_s)?;
        self.warnings.extend((n == 0).then_some(Warning::NoSteps { time_s, dt_s }));
        self.run_steps(n)
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
        self.clear_recording();
        Ok(())
    }

    /// Runs one step.
    ///
    /// # Errors
    /// As [`run_steps`](Self::run_steps).
    pub fn step(&mut self) -> Result<(), RoadError> {
        self.run_steps(1)
    }

    /// Forgets what was recorded; the run goes on where it was.
    pub fn clear_recording(&mut self) {
        self.recording = Recording::of(&self.prepared.model);
    }

    /// The time step, s.
    pub fn dt(&self) -> f64 {
        self.prepared.model.dt
    }

    /// How many steps have been done.
    pub fn n_steps(&self) -> u64 {
        self.prepared.simulation.n_steps()
    }

    /// Simulated time, s.
    pub fn time(&self) -> f64 {
        self.n_steps() as f64 * self.dt()
    }

    /// Everything recorded since the start or the last reset.
    pub fn recording(&self) -> &Recording {
        &self.recording
    }

    /// What a probe recorded; `None` if it is not one of this network.
    pub fn series(&self, probe: ProbeId) -> Option<&Series> {
        self.recording.series.get(self.paths.get(probe.into())?.as_str())
    }

    /// The samples of a probe, a row for each: `size` numbers. None for a probe of spikes.
    pub fn samples(&self, probe: ProbeId) -> impl ExactSizeIterator<Item = &[f64]> {
        let (width, rows) = match self.series(probe).map(|series| &series.data) {
            Some(SeriesData::Samples { width, rows, .. }) => (*width, rows.as_slice()),
            Some(SeriesData::Events { .. }) | None => (1, &[][..]),
        };
        rows.chunks_exact(width.max(1))
    }

    /// The times of what a probe recorded, s: of each sample, or of each spike.
    pub fn times(&self, probe: ProbeId) -> impl Iterator<Item = f64> {
        let steps = match self.series(probe).map(|series| &series.data) {
            Some(SeriesData::Samples { steps, .. } | SeriesData::Events { steps, .. }) => {
                steps.as_slice()
            }
            None => &[],
        };
        steps.iter().map(|&step| step as f64 * self.prepared.model.dt)
    }

    /// What probes recorded as a table in text (CSV): a row for each time, `t` (s) first, and a column
    /// for each element that was sampled. Of spikes the neurons stand in one column, with spaces between.
    ///
    /// # Examples
    /// ```
    /// use pontine::prelude::*;
    /// let mut network = Network::new("");
    /// let circle = network.add(Node::of_time(|t| [t, 2.0 * t]).labelled("n"));
    /// let probe = network.add(Probe::new(circle).labelled("p"));
    /// let mut simulator = Simulator::builder().dt(0.5).build(&network)?;
    /// simulator.run(1.0)?;
    /// assert_eq!(simulator.csv(&[probe]), "t,Probe:p[0],Probe:p[1]\n0.5,0.5,1\n1,1,2\n");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn csv(&self, probes: &[ProbeId]) -> String {
        let series = probes.iter().filter_map(|&probe| {
            let path = self.paths.get(probe.into())?;
            Some((path.to_string(), self.series(probe)?))
        });
        csv(&series.collect::<Vec<_>>(), self.prepared.model.dt)
    }

    /// The spikes of a probe of neurons, which is not filtered: time (s) and neuron of each. Memory
    /// grows with spikes alone.
    pub fn spikes(&self, probe: ProbeId) -> impl Iterator<Item = (f64, u32)> {
        let indices = match self.series(probe).map(|series| &series.data) {
            Some(SeriesData::Events { indices, .. }) => indices.as_slice(),
            Some(SeriesData::Samples { .. }) | None => &[],
        };
        self.times(probe).zip(indices.iter().copied())
    }

    /// Paths of all that [`read`](Self::read) takes, with their lengths.
    pub fn paths(&self) -> Vec<(String, usize)> {
        self.prepared.paths()
    }

    /// Numbers of the running model by stable path, such as `Connection:c.weights` (row by row) or
    /// `Ensemble:a.voltage`.
    ///
    /// # Errors
    /// [`RoadError::Path`] with the nearest path, or [`RoadError::Access`].
    pub fn read(&self, path: &str) -> Result<Vec<f64>, RoadError> {
        self.prepared.read(path)
    }

    /// Replaces numbers of the running model.
    ///
    /// # Errors
    /// As [`read`](Self::read).
    pub fn write(&mut self, path: &str, numbers: &[f64]) -> Result<(), RoadError> {
        self.prepared.write(path, numbers)
    }

    /// Puts what was learned back into the network, which begins with it when it is built again.
    ///
    /// # Errors
    /// [`RoadError::Access`] if it cannot be read.
    pub fn freeze(&self, network: &mut Network) -> Result<(), RoadError> {
        self.prepared.freeze(network)
    }

    /// The state after the last step as bytes; `None` if code of the host keeps what it knows to
    /// itself.
    pub fn save(&mut self) -> Option<Vec<u8>> {
        self.prepared.simulation.as_snapshot().map(|snapshot| snapshot.save())
    }

    /// Goes on from a saved state of the same model; what was recorded is forgotten.
    ///
    /// # Errors
    /// [`RoadError::Access`] if it is not a state of this model.
    pub fn restore(&mut self, state: &[u8]) -> Result<(), RoadError> {
        let none = || AccessError::Snapshot("code of the host keeps its state to itself".into());
        self.prepared.simulation.as_snapshot().ok_or_else(none)?.restore(state)?;
        self.recording = Recording::of(&self.prepared.model);
        Ok(())
    }

    /// The rates (Hz) of all neurons of an ensemble under constant input at points of what it represents:
    /// (points, dimensions) to (points, neurons).
    ///
    /// # Errors
    /// [`BuildError`] if it has no neurons, or points have other dimensions.
    pub fn tuning_curves(
        &self,
        ensemble: EnsembleId,
        points: impl Into<Tensor>,
    ) -> Result<Tensor, BuildError> {
        curves::tuning_curves(self.model(), &self.path(ensemble), points.into())
    }

    /// The same along each neuron's preferred direction, at shares of the radius: (shares, neurons).
    ///
    /// # Errors
    /// [`BuildError`] if it has no neurons.
    pub fn response_curves(
        &self,
        ensemble: EnsembleId,
        shares: &[f64],
    ) -> Result<Tensor, BuildError> {
        curves::response_curves(self.model(), &self.path(ensemble), shares)
    }

    /// Neurons of an ensemble in an order in which neighbours are alike: for rasters.
    ///
    /// # Errors
    /// [`BuildError`] if it has no neurons.
    pub fn sorted_neurons(&self, ensemble: EnsembleId) -> Result<Vec<usize>, BuildError> {
        curves::sorted_neurons(self.model(), &self.path(ensemble))
    }

    fn path(&self, ensemble: EnsembleId) -> String {
        self.paths.get(ensemble.into()).map(ToString::to_string).unwrap_or_default()
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
