//! Spikes at given times, in the order in which they come.

use pontine_core_ir::{model::SpikeList, port::CompileError};
use pontine_mechanism::Real;

use crate::{
    memory::{bytes, reserve},
    spikes::Spikes,
};

/// Spike trains of the cells of one signal.
#[derive(Debug)]
pub(crate) struct Train {
    /// Which spike signal it sets.
    output: usize,
    /// In order of (step, cell).
    events: Vec<Event>,
    /// The first event that has not come.
    next: usize,
}

#[derive(Clone, Copy, Debug)]
struct Event {
    step: u64,
    cell: u32,
    count: u32,
}

impl Train {
    /// Sorts the spikes of all cells by time.
    pub fn new(what: &str, list: &SpikeList, output: usize) -> Result<Self, CompileError> {
        let mut events = Vec::new();
        reserve(what, &mut events, list.steps.len())?;
        for (cell, ends) in list.starts.windows(2).enumerate() {
            for same in list.steps[ends[0]..ends[1]].chunk_by(|a, b| a == b) {
                let (step, count) = (same[0], same.len() as u32);
                events.push(Event { step, cell: cell as u32, count });
            }
        }
        events.sort_by_key(|event| (event.step, event.cell));
        Ok(Self { output, events, next: 0 })
    }

    /// Does step `step`; steps come one after the other.
    pub fn run<F: Real>(&mut self, step: u64, spikes: &mut [Spikes<F>], dense: &mut [F]) {
        let output = &mut spikes[self.output];
        output.begin(step, dense);
        while let Some(event) = self.events.get(self.next).filter(|event| event.step <= step) {
            output.at_mut(step).push(event.cell, F::from_f64(f64::from(event.count)));
            self.next += 1;
        }
        output.show(step, dense);
    }

    /// The spike signal that it sets.
    pub fn output(&self) -> usize {
        self.output
    }

    /// Goes to the spikes after step `step`.
    pub fn seek(&mut self, step: u64) {
        self.next = self.events.partition_point(|event| event.step <= step);
    }

    /// Bytes held.
    pub fn memory_bytes(&self) -> u64 {
        bytes(&self.events)
    }
}
