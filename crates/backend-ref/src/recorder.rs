//! What is recorded, until somebody fetches it.

use std::ops::Range;

use pontine_core_ir::{
    RecordId,
    model::Record,
    port::{RecordingSink, RunError, SimulationError},
};
use pontine_mechanism::Real;

use crate::{arena::Column, cells::Cells, memory::bytes, spike_list::SpikeList};

/// The recorder of spikes of one record.
#[derive(Debug)]
pub(crate) struct SpikeRecorder {
    /// The record.
    pub id: RecordId,
    record: Record,
    /// The spike signal.
    pub signal: usize,
    /// Which elements are recorded.
    mask: Option<Vec<bool>>,
    /// Most spikes that one step can bring.
    width: usize,
    steps: Vec<u64>,
    indices: Vec<u32>,
    values: Vec<f64>,
}

impl SpikeRecorder {
    /// An empty recorder of a signal of `n` elements.
    pub fn new(id: RecordId, record: &Record, signal: usize, n: usize) -> Self {
        let mask = record.subset.as_deref().map(|subset| {
            let mut mask = vec![false; n];
            subset.iter().for_each(|&i| mask[i as usize] = true);
            mask
        });
        let record = record.clone();
        let width = record.subset.as_ref().map_or(n, |subset| subset.len());
        let (steps, indices, values) = (Vec::new(), Vec::new(), Vec::new());
        Self { id, record, signal, mask, width, steps, indices, values }
    }

    /// Makes room for whatever so many steps may bring, before they are done; `last` is the last.
    pub fn reserve(&mut self, n_steps: u64, last: u64) -> Result<(), RunError> {
        let n = self.width.saturating_mul(n_steps as usize);
        let room = self.steps.try_reserve(n).and_then(|()| {
            self.indices.try_reserve(n)?;
            self.values.try_reserve(n)
        });
        room.map_err(|_| RunError::Memory { step: last })
    }

    /// Records the spikes of step `step`, if it is one to record.
    pub fn take<F: Real>(&mut self, step: u64, spikes: &SpikeList<F>) {
        if spikes.is_empty() || !takes(&self.record, step) {
            return;
        }
        for (i, value) in spikes.iter() {
            if self.mask.as_ref().is_none_or(|mask| mask[i as usize]) {
                self.steps.push(step);
                self.indices.push(i);
                self.values.push(value.to_f64());
            }
        }
    }

    /// Hands over what there is, and forgets it once it is taken.
    pub fn drain(&mut self, sink: &mut dyn RecordingSink) -> Result<(), SimulationError> {
        if !self.steps.is_empty() {
            sink.events(self.id, &self.steps, &self.indices, &self.values)?;
            self.clear();
        }
        Ok(())
    }

    /// Forgets all.
    pub fn clear(&mut self) {
        self.steps.clear();
        self.indices.clear();
        self.values.clear();
    }

    /// Bytes held.
    pub fn memory_bytes(&self) -> u64 {
        bytes(&self.steps) + bytes(&self.indices) + bytes(&self.values)
    }
}

/// The recorder of samples of one record: of the elements that one share has.
#[derive(Debug)]
pub(crate) struct SampleRecorder {
    /// The record.
    pub id: RecordId,
    record: Record,
    source: Source,
    /// Which elements of the share are recorded; all if absent.
    elements: Option<Vec<u32>>,
    /// Where they stand in a row of all shares.
    places: Vec<u32>,
    steps: Vec<u64>,
    values: Vec<f64>,
}

/// What a recorder of samples looks at.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Source {
    /// Numbers.
    Column(Column),
    /// Of cells, a state of one of those stepped as one.
    State(usize, (usize, usize)),
}

impl SampleRecorder {
    /// An empty recorder, in a share that has the elements `own` of what is recorded.
    pub fn new(id: RecordId, record: &Record, source: Source, own: Range<usize>) -> Self {
        let (elements, places) = match record.subset.as_deref() {
            None => (None, own.map(|i| i as u32).collect()),
            Some(subset) => {
                let ours = subset.iter().zip(0..).filter(|(i, _)| own.contains(&(**i as usize)));
                let (elements, places) = ours.map(|(i, k)| (i - own.start as u32, k)).unzip();
                (Some(elements), places)
            }
        };
        let record = record.clone();
        Self { id, record, source, elements, places, steps: Vec::new(), values: Vec::new() }
    }

    /// Makes room for whatever the steps up to `last` may bring, before they are done.
    pub fn reserve(&mut self, n_steps: u64, last: u64) -> Result<(), RunError> {
        let n = if n_steps > 1 || takes(&self.record, last) { n_steps as usize } else { 0 };
        let room = self.steps.try_reserve(n);
        room.and_then(|()| self.values.try_reserve(self.places.len().saturating_mul(n)))
            .map_err(|_| RunError::Memory { step: last })
    }

    /// Records step `step`, if it is one to record.
    pub fn take<F: Real>(&mut self, step: u64, dense: &[F], cells: &[Cells<F>]) {
        if !takes(&self.record, step) {
            return;
        }
        match self.source {
            Source::Column(column) => self.take_column(&dense[column.range()]),
            Source::State(group, at) => {
                let put = |value: F| self.values.push(value.to_f64());
                cells[group].each_state(at, self.elements.as_deref(), put);
            }
        }
        self.steps.push(step);
    }

    fn take_column<F: Real>(&mut self, column: &[F]) {
        match self.elements.as_deref() {
            None => self.values.extend(column.iter().map(|value| value.to_f64())),
            Some(elements) => {
                self.values.extend(elements.iter().map(|&i| column[i as usize].to_f64()));
            }
        }
    }

    /// Forgets what was recorded after step `last`.
    pub fn forget_after(&mut self, last: u64) {
        let n = self.steps.partition_point(|&step| step <= last);
        self.steps.truncate(n);
        self.values.truncate(n * self.places.len());
    }

    /// Forgets all.
    pub fn clear(&mut self) {
        self.steps.clear();
        self.values.clear();
    }

    /// Bytes held.
    pub fn memory_bytes(&self) -> u64 {
        bytes(&self.steps) + bytes(&self.values)
    }
}

/// Hands over the samples of one record, whose elements these shares have, and forgets them once
/// they are taken.
pub(crate) fn drain_samples(
    shares: &mut [&mut SampleRecorder],
    sink: &mut dyn RecordingSink,
) -> Result<(), SimulationError> {
    match &*shares {
        [] => return Ok(()),
        [first, ..] if first.steps.is_empty() => return Ok(()),
        [only] => sink.samples(only.id, &only.steps, &only.values)?,
        [first, ..] => sink.samples(first.id, &first.steps, &joined(shares))?,
    }
    shares.iter_mut().for_each(|recorder| recorder.clear());
    Ok(())
}

fn joined(shares: &[&mut SampleRecorder]) -> Vec<f64> {
    let width: usize = shares.iter().map(|recorder| recorder.places.len()).sum();
    let n_steps = shares.first().map_or(0, |recorder| recorder.steps.len());
    let mut rows = vec![0.0; width * n_steps];
    for recorder in shares.iter().filter(|recorder| !recorder.places.is_empty()) {
        let own = recorder.values.chunks(recorder.places.len());
        for (row, values) in rows.chunks_mut(width).zip(own) {
            recorder.places.iter().zip(values).for_each(|(&k, &value)| row[k as usize] = value);
        }
    }
    rows
}

/// [`Record::takes`], without a division where every step is recorded.
#[inline]
fn takes(record: &Record, step: u64) -> bool {
    (record.every == 1.0 && step > 0) || record.takes(step)
}
