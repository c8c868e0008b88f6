//! A running model.

use std::collections::BTreeSet;

use pontine_core_ir::{
    Model,
    port::{
        AccessError, Address, CompileError, RecordingSink, RunControl, RunError, Simulation,
        SimulationError, Snapshot,
    },
};
use pontine_mechanism::Real;

use crate::{
    crew::{self, Span},
    engine::Engine,
    exchange::Exchange,
    plan::{Index, Wiring, assemble},
    recorder::{SampleRecorder, drain_samples},
    share::Shares,
    wire::wire,
};

/// A model that runs.
pub(crate) struct RefSimulation<F> {
    pub(crate) model: Model,
    /// Threads that build.
    n_threads: usize,
    shares: Shares,
    pub(crate) engines: Vec<Engine<F>>,
    pub(crate) indices: Vec<Index>,
    exchange: Exchange<F>,
    pub(crate) n_steps: u64,
    /// A step failed in its midst.
    pub(crate) broken: bool,
    /// Weights or delays are not those of the model any more.
    pub(crate) rewired: bool,
    /// Step 0 has been recorded; this waits until something is run or fetched, so that initial
    /// values written before are seen.
    pub(crate) begun: bool,
}

impl<F: Real> RefSimulation<F> {
    /// A simulation at step 0, in so many shares, built by so many threads.
    pub fn new(model: &Model, n_shares: usize, n_threads: usize) -> Result<Self, CompileError> {
        let shares = Shares::new(model, &model.schedule()?, n_shares);
        let mut simulation = Self {
            model: model.clone(),
            n_threads,
            shares,
            engines: Vec::new(),
            indices: Vec::new(),
            exchange: Exchange::new(&[]),
            n_steps: 0,
            broken: false,
            rewired: false,
            begun: false,
        };
        let wiring = wire(model, &simulation.shares, n_threads)?;
        simulation.assemble(&wiring)?;
        Ok(simulation)
    }

    /// Everything at step 0.
    fn assemble(&mut self, wiring: &Wiring<F>) -> Result<(), CompileError> {
        self.broken = true;
        (self.engines, self.indices) = (Vec::new(), Vec::new());
        for share in 0..self.shares.n {
            let (engine, index) = assemble(&self.model, &self.shares, share, wiring)?;
            self.engines.push(engine);
            self.indices.push(index);
        }
        self.exchange = Exchange::new(&self.engines);
        self.level_reach(0)?;
        self.count_spikes()?;
        self.n_steps = 0;
        self.rewired = false;
        self.begun = false;
        self.broken = false;
        Ok(())
    }

    /// Has all shares keep spikes equally long, so that results do not depend on how many there are.
    pub(crate) fn level_reach(&mut self, now: u64) -> Result<(), CompileError> {
        for signal in 0..self.engines.first().map_or(0, |engine| engine.spikes.len()) {
            let reaches = self.engines.iter().map(|engine| engine.spikes[signal].reach());
            let reach = reaches.max().unwrap_or(1);
            for Engine { spikes, dense, .. } in &mut self.engines {
                spikes[signal].reach_back("lists of spikes", reach, now, dense)?;
            }
        }
        Ok(())
    }

    /// Keeps counts in place of lists where spikes are frequent, and all synapses are one to one
    /// within each share.
    fn count_spikes(&mut self) -> Result<(), CompileError> {
        let frequent: BTreeSet<usize> =
            self.engines.iter().flat_map(Engine::frequent_spikes).collect();
        for signal in frequent {
            if self.engines.iter().all(|engine| engine.takes_counts(signal)) {
                self.engines.iter_mut().try_for_each(|engine| engine.count_spikes(signal))?;
            }
        }
        Ok(())
    }

    fn begin(&mut self) -> Result<(), RunError> {
        if !self.begun {
            self.engines.iter_mut().try_for_each(Engine::record_initial)?;
            self.begun = true;
        }
        Ok(())
    }

    /// Draws everything that is keyed by the seed anew; what has been written to synapses is lost.
    pub(crate) fn rewind(&mut self, seed: u64) -> Result<(), CompileError> {
        let keep = seed == self.model.seed && !self.rewired;
        self.broken = true;
        self.model.seed = seed;
        // The old synapses go before new ones are made: both need not fit.
        let old = self.take_wiring();
        let wiring = match old {
            Some(old) if keep => old,
            old => {
                drop(old);
                wire(&self.model, &self.shares, self.n_threads)?
            }
        };
        self.assemble(&wiring)
    }

    /// The synapses as they are, to be used again, if all are there.
    fn take_wiring(&mut self) -> Option<Wiring<F>> {
        let engines = std::mem::take(&mut self.engines);
        let complete = engines.len() == self.shares.n;
        let of_share = |engine: Engine<F>| {
            let projections = engine.receptors.into_iter().flat_map(|r| r.projections);
            let wired = projections.map(|p| (p.operator, p.plastic.map_or(p.rows, |p| p.wired)));
            wired.collect()
        };
        let wiring = engines.into_iter().map(of_share).collect();
        complete.then_some(wiring)
    }
}

impl<F: Real> Simulation for RefSimulation<F> {
    fn run_steps(&mut self, n_steps: u64, control: &mut dyn RunControl) -> Result<u64, RunError> {
        if self.broken {
            return Err(RunError::Broken);
        }
        self.begin()?;
        let slice = self.engines.iter().map(|engine| engine.slice).min().unwrap_or(1);
        let span = Span { done: self.n_steps, n_steps, slice };
        // A panic of a host leaves a broken step as well.
        self.broken = true;
        let (done, error) = match crew::run(&mut self.engines, &self.exchange, span, control) {
            Ok(done) => (done, None),
            Err((done, error)) => (done, Some(error)),
        };
        let first = self.n_steps + 1;
        self.n_steps += done;
        // As far back as spikes that are not sent are kept.
        let last = first.max(self.n_steps.saturating_sub(1))..self.n_steps + 1;
        self.engines.iter_mut().for_each(|engine| engine.give_out(last.clone()));
        // One share alone has not changed anything when there is no room for recordings.
        let is_whole = self.engines.len() == 1 && matches!(error, Some(RunError::Memory { .. }));
        self.broken = error.is_some() && !is_whole;
        match error {
            None => Ok(done),
            Some(error) => {
                self.engines.iter_mut().for_each(|engine| engine.forget_after(self.n_steps));
                Err(error)
            }
        }
    }

    fn n_steps(&self) -> u64 {
        self.n_steps
    }

    /// Everything is as it was compiled, what was written is gone, and so are recordings that were
    /// not fetched.
    fn reset(&mut self, seed: Option<u64>) -> Result<(), CompileError> {
        self.rewind(seed.unwrap_or(self.model.seed))
    }

    fn read(&self, address: Address) -> Result<Vec<f64>, AccessError> {
        self.read_at(address).ok_or(AccessError::Nothing(address))
    }

    fn write(&mut self, address: Address, values: &[f64]) -> Result<(), AccessError> {
        self.write_at(address, values)
    }

    fn drain(&mut self, sink: &mut dyn RecordingSink) -> Result<(), SimulationError> {
        self.begin()?;
        for recorder in self.engines.iter_mut().flat_map(|engine| &mut engine.spike_recorders) {
            recorder.drain(sink)?;
        }
        let mut samples: Vec<&mut SampleRecorder> = self
            .engines
            .iter_mut()
            .flat_map(|engine| &mut engine.units)
            .flat_map(|unit| &mut unit.recorders)
            .collect();
        samples.sort_by_key(|recorder| recorder.id);
        for shares in samples.chunk_by_mut(|a, b| a.id == b.id) {
            drain_samples(shares, sink)?;
        }
        Ok(())
    }

    /// Not where hosts take part that keep what they remember to themselves.
    fn as_snapshot(&mut self) -> Option<&mut dyn Snapshot> {
        if self.is_closed() { Some(self) } else { None }
    }

    fn memory_bytes(&self) -> u64 {
        self.engines.iter().map(Engine::memory_bytes).sum()
    }

    fn n_synapses(&self) -> u64 {
        let receptors = self.engines.iter().flat_map(|engine| &engine.receptors);
        let projections = receptors.flat_map(|receptor| &receptor.projections);
        projections.map(|projection| projection.rows.len() as u64).sum()
    }
}
