//! A running model.

use pontine_core_ir::{
    Model,
    port::{
        AccessError, Address, CompileError, Progress, RecordingSink, RunControl, RunError,
        Simulation, SimulationError,
    },
};
use pontine_mechanism::Real;

use crate::{
    engine::Engine,
    plan::{Index, Wiring, assemble, wire},
};

/// Steps between two questions to the [`RunControl`].
const STRETCH: u64 = 64;

/// A model that runs in one thread.
pub(crate) struct RefSimulation<F> {
    model: Model,
    pub(crate) engine: Engine<F>,
    pub(crate) index: Index,
    n_steps: u64,
    /// A step failed in its midst.
    broken: bool,
    /// Weights or delays are not those of the model any more.
    pub(crate) rewired: bool,
    /// Step 0 has been recorded; this waits until something is run or fetched, so that initial
    /// values written before are seen.
    begun: bool,
}

impl<F: Real> RefSimulation<F> {
    /// A simulation at step 0.
    pub fn new(model: &Model) -> Result<Self, CompileError> {
        let (engine, index) = assemble(model, &wire(model)?)?;
        Ok(Self {
            model: model.clone(),
            engine,
            index,
            n_steps: 0,
            broken: false,
            rewired: false,
            begun: false,
        })
    }

    fn begin(&mut self) -> Result<(), RunError> {
        if !self.begun {
            self.engine.recorders.iter_mut().try_for_each(|recorder| recorder.reserve(0))?;
            self.engine.record(0);
            self.begun = true;
        }
        Ok(())
    }

    fn step_once(&mut self) -> Result<(), RunError> {
        let step = self.n_steps + 1;
        let done = self.engine.step(step);
        match &done {
            Ok(()) => self.n_steps = step,
            // Nothing has changed yet when there is no room for recordings.
            Err(RunError::Memory { .. }) => {}
            Err(_) => self.broken = true,
        }
        done
    }

    /// The synapses as they are, to be used again.
    fn take_wiring(&mut self) -> Wiring<F> {
        let receptors = std::mem::take(&mut self.engine.receptors);
        let projections = receptors.into_iter().flat_map(|receptor| receptor.projections);
        projections.map(|projection| (projection.operator, projection.rows)).collect()
    }
}

impl<F: Real> Simulation for RefSimulation<F> {
    fn run_steps(&mut self, n_steps: u64, control: &mut dyn RunControl) -> Result<u64, RunError> {
        if self.broken {
            return Err(RunError::Broken);
        }
        self.begin()?;
        let mut done = 0;
        while done < n_steps {
            let stretch = STRETCH.min(n_steps - done);
            for _ in 0..stretch {
                self.step_once()?;
            }
            done += stretch;
            if control.progress(Progress { done, total: n_steps }).is_break() {
                break;
            }
        }
        Ok(done)
    }

    fn n_steps(&self) -> u64 {
        self.n_steps
    }

    /// Everything is as it was compiled, what was written is gone, and so are recordings that were
    /// not fetched.
    fn reset(&mut self, seed: Option<u64>) -> Result<(), CompileError> {
        self.broken = true;
        let keep = seed.is_none_or(|seed| seed == self.model.seed) && !self.rewired;
        self.model.seed = seed.unwrap_or(self.model.seed);
        // The old synapses go before new ones are made: both need not fit.
        let old = self.take_wiring();
        let wiring = if keep && !old.is_empty() {
            old
        } else {
            drop(old);
            wire(&self.model)?
        };
        (self.engine, self.index) = assemble(&self.model, &wiring)?;
        self.n_steps = 0;
        self.rewired = false;
        self.begun = false;
        self.broken = false;
        Ok(())
    }

    fn read(&self, address: Address) -> Result<Vec<f64>, AccessError> {
        self.read_at(address).ok_or(AccessError::Nothing(address))
    }

    fn write(&mut self, address: Address, values: &[f64]) -> Result<(), AccessError> {
        self.write_at(address, values)
    }

    fn drain(&mut self, sink: &mut dyn RecordingSink) -> Result<(), SimulationError> {
        self.begin()?;
        self.engine.recorders.iter_mut().try_for_each(|recorder| recorder.drain(sink))
    }

    fn memory_bytes(&self) -> u64 {
        self.engine.memory_bytes()
    }

    fn n_synapses(&self) -> u64 {
        let projections = self.engine.receptors.iter().flat_map(|r| &r.projections);
        projections.map(|projection| projection.rows.len() as u64).sum()
    }
}
