//! The running state, and one step of it.

use pontine_core_ir::port::RunError;
use pontine_mechanism::{Real, Scratch};

use crate::{
    arena::Column,
    array::Array,
    cells::Cells,
    code::{FunctionOp, HostOp},
    memory::bytes,
    receptor::Receptor,
    recorder::Recorder,
    spikes::Spikes,
    train::Train,
};

/// All numbers of a running model, and its operators in the order of a step.
pub(crate) struct Engine<F> {
    /// The time step, s.
    pub dt_s: f64,
    /// Dense signals.
    pub dense: Vec<F>,
    /// Spike signals.
    pub spikes: Vec<Spikes<F>>,
    /// Groups of cells.
    pub cells: Vec<Cells<F>>,
    /// Synaptic sums.
    pub receptors: Vec<Receptor<F>>,
    /// What happens in a step, in its order.
    pub plan: Vec<Op<F>>,
    /// What is recorded.
    pub recorders: Vec<Recorder>,
    /// Registers of kernels.
    pub scratch: Scratch<F>,
}

/// One thing that happens in a step.
pub(crate) enum Op<F> {
    /// The time in s.
    Time(Column),
    /// An array operator.
    Array(Array<F>),
    /// A function.
    Function(FunctionOp),
    /// Code of the host.
    Host(HostOp),
    /// A group of cells.
    Cells(usize),
    /// Spikes at given times.
    Train(Train),
    /// All deliveries to one signal.
    Receptor(usize),
}

impl<F: Real> Engine<F> {
    /// Does step `step`; steps come one after the other, from 1.
    ///
    /// # Errors
    /// [`RunError::Memory`] before anything has changed; others leave a broken step.
    pub fn step(&mut self, step: u64) -> Result<(), RunError> {
        self.recorders.iter_mut().try_for_each(|recorder| recorder.reserve(step))?;
        for spikes in &mut self.spikes {
            spikes.turn(&mut self.dense);
        }
        for i in 0..self.plan.len() {
            self.run(i, step)?;
        }
        for receptor in &mut self.receptors {
            receptor.send(&self.spikes);
        }
        self.record(step);
        Ok(())
    }

    fn run(&mut self, i: usize, step: u64) -> Result<(), RunError> {
        let (dense, spikes) = (&mut self.dense[..], &mut self.spikes[..]);
        match &mut self.plan[i] {
            Op::Time(column) => {
                dense[column.at] = F::from_f64(step as f64 * self.dt_s);
            }
            Op::Array(array) => array.run(dense, spikes),
            Op::Function(function) => function.run(dense, step)?,
            Op::Host(host) => host.run(dense, step, step as f64 * self.dt_s)?,
            Op::Cells(group) => {
                self.cells[*group].step(step, &mut self.scratch, dense, spikes);
            }
            Op::Train(train) => train.run(step, spikes, dense),
            Op::Receptor(receptor) => self.receptors[*receptor].deliver(spikes, dense),
        }
        Ok(())
    }

    /// Lets all recorders look.
    pub fn record(&mut self, step: u64) {
        for recorder in &mut self.recorders {
            recorder.take(step, &self.dense, &self.spikes, &self.cells);
        }
    }

    /// Bytes held.
    pub fn memory_bytes(&self) -> u64 {
        let trains = self.plan.iter().map(|op| match op {
            Op::Train(train) => train.memory_bytes(),
            _ => 0,
        });
        bytes(&self.dense)
            + self.spikes.iter().map(Spikes::memory_bytes).sum::<u64>()
            + self.cells.iter().map(Cells::memory_bytes).sum::<u64>()
            + self.receptors.iter().map(Receptor::memory_bytes).sum::<u64>()
            + trains.sum::<u64>()
            + self.recorders.iter().map(Recorder::memory_bytes).sum::<u64>()
    }
}
