//! A simulation that errs while it runs.

use pontine_core_ir::{
    Model, RecordId,
    model::OperatorKind,
    port::{
        AccessError, Address, CompileError, RecordingSink, RunControl, RunError, Simulation,
        SimulationError,
    },
};

/// What goes wrong.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Errs {
    /// Of what is drained, the last spike is missing.
    LosesTheLastSpike,
    /// States of cells survive a reset.
    KeepsStates,
    /// Each run begins at step 0.
    ForgetsTheLastRun,
}

/// A simulation around a sound one.
pub struct Running {
    pub inner: Box<dyn Simulation>,
    pub model: Model,
    pub errs: Errs,
}

impl Running {
    fn states(&self) -> Vec<Address> {
        let states = self.model.operators.iter().flat_map(|(id, op)| {
            let n = match &op.kind {
                OperatorKind::Neurons(neurons) => neurons.mechanism.states.len(),
                _ => 0,
            };
            (0..n).map(move |i| Address::State(id, i))
        });
        states.collect()
    }

    fn reset_but_states(&mut self, seed: Option<u64>) -> Result<(), CompileError> {
        let kept: Vec<_> =
            self.states().into_iter().map(|at| (at, self.inner.read(at).unwrap())).collect();
        self.inner.reset(seed)?;
        kept.iter().for_each(|(at, numbers)| self.inner.write(*at, numbers).unwrap());
        Ok(())
    }
}

impl Simulation for Running {
    fn run_steps(&mut self, n_steps: u64, control: &mut dyn RunControl) -> Result<u64, RunError> {
        if self.errs == Errs::ForgetsTheLastRun {
            self.inner.reset(None).unwrap();
        }
        self.inner.run_steps(n_steps, control)
    }

    fn n_steps(&self) -> u64 {
        self.inner.n_steps()
    }

    fn reset(&mut self, seed: Option<u64>) -> Result<(), CompileError> {
        match self.errs {
            Errs::KeepsStates => self.reset_but_states(seed),
            Errs::LosesTheLastSpike | Errs::ForgetsTheLastRun => self.inner.reset(seed),
        }
    }

    fn read(&self, address: Address) -> Result<Vec<f64>, AccessError> {
        self.inner.read(address)
    }

    fn write(&mut self, address: Address, values: &[f64]) -> Result<(), AccessError> {
        self.inner.write(address, values)
    }

    fn drain(&mut self, sink: &mut dyn RecordingSink) -> Result<(), SimulationError> {
        match self.errs {
            Errs::LosesTheLastSpike => self.inner.drain(&mut WithoutTheLast(sink)),
            Errs::KeepsStates | Errs::ForgetsTheLastRun => self.inner.drain(sink),
        }
    }

    fn memory_bytes(&self) -> u64 {
        self.inner.memory_bytes()
    }

    fn n_synapses(&self) -> u64 {
        self.inner.n_synapses()
    }
}

/// Hands all but the last spike of each record on.
struct WithoutTheLast<'a>(&'a mut dyn RecordingSink);

impl RecordingSink for WithoutTheLast<'_> {
    fn events(
        &mut self,
        record: RecordId,
        steps: &[u64],
        indices: &[u32],
        values: &[f64],
    ) -> Result<(), SimulationError> {
        let n = steps.len().saturating_sub(1);
        self.0.events(record, &steps[..n], &indices[..n], &values[..n])
    }

    fn samples(
        &mut self,
        record: RecordId,
        steps: &[u64],
        rows: &[f64],
    ) -> Result<(), SimulationError> {
        self.0.samples(record, steps, rows)
    }
}
