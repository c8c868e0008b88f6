//! What came out of a run.

use std::collections::BTreeMap;

use crate::{
    id::{Id, RecordId},
    model::{Model, Record, RecordTarget},
    port::{RecordingSink, SimulationError},
};

/// Recorded numbers of one run, by the paths of their records.
///
/// As a [`RecordingSink`] it keeps everything in memory.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Recording {
    /// The time step, s.
    pub dt: f64,
    /// One series for each record, by its path.
    pub series: BTreeMap<String, Series>,
    names: Vec<String>,
}

/// What one record took.
#[derive(Clone, Debug, PartialEq)]
pub struct Series {
    /// Unit of the samples.
    pub unit: String,
    /// Indices of the recorded elements; all if absent.
    pub subset: Option<Vec<u32>>,
    /// The numbers.
    pub data: SeriesData,
}

/// Spikes or samples.
#[derive(Clone, Debug, PartialEq)]
pub enum SeriesData {
    /// Spikes in order of (step, index). The time of a spike is step · dt.
    Events {
        /// Number of elements that could spike.
        n: usize,
        /// Step of each spike.
        steps: Vec<u64>,
        /// Index of each spike.
        indices: Vec<u32>,
        /// How many spikes of this element in this step.
        counts: Vec<u32>,
    },
    /// Samples, row by row. The time of a sample is step · dt.
    Samples {
        /// Length of a row.
        width: usize,
        /// Step of each row.
        steps: Vec<u64>,
        /// Rows.
        rows: Vec<f64>,
    },
}

impl Recording {
    /// An empty recording for the records of a model.
    pub fn of(model: &Model) -> Self {
        let mut recording = Self { dt: model.dt, ..Self::default() };
        for (id, record) in model.records.iter() {
            recording.names.resize(id.index() + 1, String::new());
            recording.names[id.index()] = record.path.to_string();
            recording.series.insert(record.path.to_string(), Series::of(model, record));
        }
        recording
    }

    /// The spikes of one record: steps and indices.
    pub fn events(&self, path: &str) -> Option<(&[u64], &[u32])> {
        match &self.series.get(path)?.data {
            SeriesData::Events { steps, indices, .. } => Some((steps, indices)),
            SeriesData::Samples { .. } => None,
        }
    }

    /// The samples of one record: rows one after the other.
    pub fn samples(&self, path: &str) -> Option<&[f64]> {
        match &self.series.get(path)?.data {
            SeriesData::Samples { rows, .. } => Some(rows),
            SeriesData::Events { .. } => None,
        }
    }

    fn of_record(&mut self, record: RecordId) -> Result<&mut SeriesData, SimulationError> {
        let name =
            self.names.get(record.index()).ok_or("the record is not one of this recording")?;
        let series = self.series.get_mut(name).ok_or("the record is not one of this recording")?;
        Ok(&mut series.data)
    }
}

impl Series {
    fn of(model: &Model, record: &Record) -> Self {
        let subset = record.subset.as_deref().map(<[u32]>::to_vec);
        let n = record.width(model);
        let data = match record.target {
            RecordTarget::Events(_) => {
                SeriesData::Events { n, steps: vec![], indices: vec![], counts: vec![] }
            }
            RecordTarget::Signal(_) | RecordTarget::State(..) => {
                SeriesData::Samples { width: n, steps: vec![], rows: vec![] }
            }
        };
        Self { unit: record.unit.clone(), subset, data }
    }
}

impl Record {
    /// Number of elements recorded.
    pub fn width(&self, model: &Model) -> usize {
        if let Some(subset) = &self.subset {
            return subset.len();
        }
        match self.target {
            RecordTarget::Events(signal) | RecordTarget::Signal(signal) => {
                model.signals[signal].len()
            }
            RecordTarget::State(operator, _) => match &model.operators[operator].kind {
                crate::model::OperatorKind::Neurons(neurons) => neurons.n,
                _ => 0,
            },
        }
    }
}

impl RecordingSink for Recording {
    fn events(
        &mut self,
        record: RecordId,
        steps: &[u64],
        indices: &[u32],
        values: &[f64],
    ) -> Result<(), SimulationError> {
        match self.of_record(record)? {
            SeriesData::Events { steps: s, indices: i, counts: c, .. } => {
                s.extend_from_slice(steps);
                i.extend_from_slice(indices);
                c.extend(values.iter().map(|v| *v as u32));
                Ok(())
            }
            SeriesData::Samples { .. } => Err("spikes cannot be kept among samples".into()),
        }
    }

    fn samples(
        &mut self,
        record: RecordId,
        steps: &[u64],
        rows: &[f64],
    ) -> Result<(), SimulationError> {
        match self.of_record(record)? {
            SeriesData::Samples { steps: s, rows: r, .. } => {
                s.extend_from_slice(steps);
                r.extend_from_slice(rows);
                Ok(())
            }
            SeriesData::Events { .. } => Err("samples cannot be kept among spikes".into()),
        }
    }
}
