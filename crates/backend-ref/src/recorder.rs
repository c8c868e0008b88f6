//! What is recorded, until somebody fetches it.

use pontine_core_ir::{
    RecordId,
    model::Record,
    port::{RecordingSink, RunError, SimulationError},
};
use pontine_mechanism::Real;

use crate::{arena::Column, cells::Cells, memory::bytes, spikes::Spikes};

/// The recorder of one record.
#[derive(Debug)]
pub(crate) struct Recorder {
    id: RecordId,
    record: Record,
    source: Source,
    /// Which elements are recorded, for spikes.
    mask: Option<Vec<bool>>,
    /// Most numbers that one step can bring.
    width: usize,
    steps: Vec<u64>,
    indices: Vec<u32>,
    values: Vec<f64>,
}

/// What a recorder looks at.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Source {
    /// A spike signal.
    Spikes(usize),
    /// Numbers.
    Column(Column),
    /// A state of a group of cells.
    State(usize, usize),
}

impl Recorder {
    /// An empty recorder of `n` elements.
    pub fn new(id: RecordId, record: &Record, source: Source, n: usize) -> Self {
        let mask = record.subset.as_deref().filter(|_| matches!(source, Source::Spikes(_)));
        let mask = mask.map(|subset| {
            let mut mask = vec![false; n];
            subset.iter().for_each(|&i| mask[i as usize] = true);
            mask
        });
        Self {
            id,
            record: record.clone(),
            source,
            mask,
            width: record.subset.as_ref().map_or(n, |subset| subset.len()),
            steps: Vec::new(),
            indices: Vec::new(),
            values: Vec::new(),
        }
    }

    /// Makes room for whatever step `step` may bring, before it is done.
    pub fn reserve(&mut self, step: u64) -> Result<(), RunError> {
        if !self.record.takes(step) {
            return Ok(());
        }
        let n_steps = if self.is_spikes() { self.width } else { 1 };
        let room = self.steps.try_reserve(n_steps).and_then(|()| {
            self.values.try_reserve(self.width)?;
            if self.is_spikes() { self.indices.try_reserve(self.width) } else { Ok(()) }
        });
        room.map_err(|_| RunError::Memory { step })
    }

    /// Records step `step`, if it is one to record.
    pub fn take<F: Real>(
        &mut self,
        step: u64,
        dense: &[F],
        spikes: &[Spikes<F>],
        cells: &[Cells<F>],
    ) {
        if !self.record.takes(step) {
            return;
        }
        match self.source {
            Source::Spikes(signal) => return self.take_spikes(step, &spikes[signal]),
            Source::Column(column) => self.take_column(&dense[column.range()]),
            Source::State(group, state) => {
                let put = |value: F| self.values.push(value.to_f64());
                cells[group].each_state(state, self.record.subset.as_deref(), put);
            }
        }
        self.steps.push(step);
    }

    fn take_spikes<F: Real>(&mut self, step: u64, spikes: &Spikes<F>) {
        for (i, value) in spikes.current().iter() {
            if self.mask.as_ref().is_none_or(|mask| mask[i as usize]) {
                self.steps.push(step);
                self.indices.push(i);
                self.values.push(value.to_f64());
            }
        }
    }

    fn take_column<F: Real>(&mut self, column: &[F]) {
        match self.record.subset.as_deref() {
            None => self.values.extend(column.iter().map(|value| value.to_f64())),
            Some(subset) => {
                self.values.extend(subset.iter().map(|&i| column[i as usize].to_f64()));
            }
        }
    }

    fn is_spikes(&self) -> bool {
        matches!(self.source, Source::Spikes(_))
    }

    /// Hands over what there is, and forgets it once it is taken.
    pub fn drain(&mut self, sink: &mut dyn RecordingSink) -> Result<(), SimulationError> {
        if self.steps.is_empty() {
            return Ok(());
        }
        if self.is_spikes() {
            sink.events(self.id, &self.steps, &self.indices, &self.values)?;
        } else {
            sink.samples(self.id, &self.steps, &self.values)?;
        }
        self.steps.clear();
        self.indices.clear();
        self.values.clear();
        Ok(())
    }

    /// Bytes held.
    pub fn memory_bytes(&self) -> u64 {
        bytes(&self.steps) + bytes(&self.indices) + bytes(&self.values)
    }
}
