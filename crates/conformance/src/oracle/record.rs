//! What one record has taken since it was last drained.

use pontine_core_ir::{
    RecordId,
    model::Record,
    port::{RecordingSink, SimulationError},
};

/// Samples or spikes, not yet handed over.
pub(super) struct Track {
    pub id: RecordId,
    pub record: Record,
    steps: Vec<u64>,
    indices: Vec<u32>,
    numbers: Vec<f64>,
}

impl Track {
    pub fn new(id: RecordId, record: &Record) -> Self {
        let record = record.clone();
        Self { id, record, steps: Vec::new(), indices: Vec::new(), numbers: Vec::new() }
    }

    /// Keeps the recorded elements of a row of all elements.
    pub fn sample(&mut self, n: u64, row: &[f64]) {
        self.steps.push(n);
        match &self.record.subset {
            None => self.numbers.extend_from_slice(row),
            Some(subset) => self.numbers.extend(subset.iter().map(|&i| row[i as usize])),
        }
    }

    /// Keeps the spikes of the recorded elements.
    pub fn spikes(&mut self, n: u64, events: &[f64]) {
        for (i, &value) in events.iter().enumerate() {
            let i = i as u32;
            let wanted = self.record.subset.as_ref().is_none_or(|subset| subset.contains(&i));
            if value != 0.0 && wanted {
                self.steps.push(n);
                self.indices.push(i);
                self.numbers.push(value);
            }
        }
    }

    /// Hands everything over.
    pub fn drain(
        &mut self,
        is_events: bool,
        sink: &mut dyn RecordingSink,
    ) -> Result<(), SimulationError> {
        let steps = std::mem::take(&mut self.steps);
        let indices = std::mem::take(&mut self.indices);
        let numbers = std::mem::take(&mut self.numbers);
        if is_events {
            sink.events(self.id, &steps, &indices, &numbers)
        } else {
            sink.samples(self.id, &steps, &numbers)
        }
    }

    pub fn bytes(&self) -> usize {
        8 * (self.steps.len() + self.numbers.len()) + 4 * self.indices.len()
    }
}
