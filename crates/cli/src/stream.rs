//! A run in stretches: what each records goes to a file before the next begins.

use std::{path::Path, time::Instant};

use pontine_core_ir::{
    Model, RecordId,
    model::RecordTarget,
    port::{RecordingSink, Simulation, SimulationError},
};
use pontine_io::{ChunkWriter, LoadedModel, Manifest, RecordingError};
use pontine_road::RoadError;

use crate::{control::Control, error::CliError, tally::Tally};

/// Steps of the first stretch, when nothing is known yet.
const FIRST: u64 = 16;

/// Time that a stretch should take, s: what is lost if the process is killed.
const STRETCH_S: f64 = 0.5;

/// Bytes that a stretch should record at most, as far as they can be foreseen.
const STRETCH_BYTES: f64 = (16 << 20) as f64;

/// How a run ended.
pub(crate) enum Ending {
    /// With its last step.
    Whole,
    /// By Ctrl-C.
    Asked { done: u64, of: u64 },
    /// By a fault after some steps.
    Failed(RoadError),
}

impl Ending {
    /// Whether the state is one to go on from.
    pub fn is_whole(&self) -> bool {
        matches!(self, Self::Whole | Self::Asked { .. })
    }

    /// What the command ends with.
    pub fn told(self, loaded: &LoadedModel, folder: &Path) -> Result<(), CliError> {
        match self {
            Self::Whole => Ok(()),
            Self::Asked { done, of } => {
                Err(CliError::Interrupted { done, of, folder: folder.to_owned() })
            }
            Self::Failed(error) => Err(CliError::road(loaded, &error)),
        }
    }
}

/// Where the records of a run go.
pub(crate) struct Stream {
    to: Sink,
    /// Bytes of samples in a step.
    bytes_per_step: f64,
}

impl Stream {
    /// Makes the file of chunks in a folder.
    pub fn create(
        folder: &Path,
        model: &Model,
        manifest: &Manifest,
        tally: Tally,
    ) -> Result<Self, CliError> {
        let chunks = ChunkWriter::create(folder, model, manifest)?;
        let of = |record: &pontine_core_ir::model::Record| match record.target {
            RecordTarget::Events(_) => 0.0,
            RecordTarget::Signal(_) | RecordTarget::State(..) => {
                8.0 * (record.width(model) as f64 + 1.0) / record.every
            }
        };
        let bytes_per_step = model.records.iter().map(|(_, record)| of(record)).sum();
        Ok(Self { to: Sink { chunks, tally }, bytes_per_step })
    }

    /// Runs so many steps, or until it is asked to end.
    ///
    /// # Errors
    /// If what is recorded cannot be kept. What was recorded until then is in the chunks.
    pub fn run(
        &mut self,
        simulation: &mut dyn Simulation,
        n_steps: u64,
        control: &Control<'_>,
    ) -> Result<Ending, CliError> {
        let first = simulation.n_steps();
        let mut stretch = self.bounded(FIRST as f64);
        loop {
            let before = simulation.n_steps() - first;
            let started = Instant::now();
            let n = stretch.min(n_steps - before);
            let ran = simulation.run_steps(n, &mut control.after(before));
            self.keep(simulation)?;
            if let Err(error) = ran {
                return Ok(Ending::Failed(RoadError::Run(error)));
            }
            let done = simulation.n_steps() - first;
            tracing::debug!(steps = done, bytes = self.to.chunks.n_bytes(), "chunk");
            if done == n_steps {
                return Ok(Ending::Whole);
            }
            if control.is_asked_to_end() {
                return Ok(Ending::Asked { done, of: n_steps });
            }
            // Twice as long at most: the first steps may have been quick.
            let per_step = started.elapsed().as_secs_f64() / n as f64;
            stretch = self.bounded((STRETCH_S / per_step).min(2.0 * n as f64));
        }
    }

    /// Makes the recording of the chunks.
    pub fn finish(self) -> Result<Tally, CliError> {
        self.to.chunks.finish()?;
        Ok(self.to.tally)
    }

    fn keep(&mut self, simulation: &mut dyn Simulation) -> Result<(), CliError> {
        simulation.drain(&mut self.to).map_err(kept)?;
        Ok(self.to.chunks.commit(simulation.n_steps())?)
    }

    fn bounded(&self, steps: f64) -> u64 {
        bounded(steps, self.bytes_per_step)
    }
}

/// So many steps, or as many as record what a stretch may, but at least one.
fn bounded(steps: f64, bytes_per_step: f64) -> u64 {
    // The sum over no records is a negative zero.
    let most = if bytes_per_step > 0.0 { STRETCH_BYTES / bytes_per_step } else { f64::INFINITY };
    steps.min(most).max(1.0) as u64
}

/// An error of a sink, as it was before it travelled.
fn kept(error: SimulationError) -> CliError {
    match error.downcast::<RecordingError>() {
        Ok(error) => CliError::Recording(*error),
        Err(error) => CliError::Run { message: error.to_string(), source: None },
    }
}

struct Sink {
    chunks: ChunkWriter,
    tally: Tally,
}

impl RecordingSink for Sink {
    fn events(
        &mut self,
        record: RecordId,
        steps: &[u64],
        indices: &[u32],
        values: &[f64],
    ) -> Result<(), SimulationError> {
        self.tally.events(record, steps, values);
        self.chunks.events(record, steps, indices, values)
    }

    fn samples(
        &mut self,
        record: RecordId,
        steps: &[u64],
        rows: &[f64],
    ) -> Result<(), SimulationError> {
        self.tally.rows(record, rows);
        self.chunks.samples(record, steps, rows)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_that_records_nothing_is_not_cut_into_steps() {
        let nothing: f64 = std::iter::empty::<f64>().sum();
        assert_eq!(bounded(1000.0, nothing), 1000);
        assert_eq!(bounded(1000.0, STRETCH_BYTES / 10.0), 10);
        assert_eq!(bounded(1000.0, STRETCH_BYTES * 10.0), 1);
    }
}
