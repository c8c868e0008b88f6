//! What a run leaves behind: `recording.npz`, `manifest.json`, `summary.json`.
//!
//! `recording.npz` opens with `numpy.load`. A record of spikes is two arrays, `<path>/steps` and
//! `<path>/indices` (and `<path>/counts` if a cell may spike several times in a step), in order of
//! (step, index); a record of samples is `<path>/steps` and `<path>/samples`, of shape (rows, width).
//! The time of a step is `step * dt_s`. `<path>/subset` says which elements were recorded, if not all.
//! The array `manifest` holds the bytes of `manifest.json`.

mod chunks;
mod manifest;
mod npz;
mod summary;

use std::{
    collections::BTreeMap,
    fs::File,
    io::{BufReader, Seek, Write},
    ops::RangeInclusive,
    path::Path,
};

pub use chunks::{CHUNKS, ChunkWriter, recover};
pub use manifest::{Manifest, SeriesKind, SeriesManifest, model_hash};
use npz::{Element, NpzError, NpzReader, NpzWriter};
use pontine_core_ir::{
    Recording,
    recording::{Series, SeriesData},
};
pub use summary::{Summary, write_summary};

use crate::{
    error::RecordingError,
    file::{self, Outcome},
};

/// Writes `recording.npz` and `manifest.json` into a folder, which is made if it is not there. Each
/// file is whole or not there.
///
/// # Errors
/// [`RecordingError::Io`] with the path that cannot be written.
pub fn write_recording(
    folder: &Path,
    recording: &Recording,
    manifest: &Manifest,
) -> Result<(), RecordingError> {
    file::make_folder(folder)?;
    let manifest = manifest.of(recording);
    let text = file::json(&manifest);
    let path = folder.join("recording.npz");
    file::write_whole(&path, |out| {
        let mut npz = NpzWriter::new(out);
        add_all(&mut npz, recording, &text)?;
        npz.finish()
    })?;
    file::write_text(&folder.join("manifest.json"), &text)
}

/// Source, target and weight of a synapse.
pub type Synapse = (u32, u32, f64);

/// Writes `weights.npz` into a folder, whole or not at all: for each path the arrays `<path>/sources`,
/// `<path>/targets` and `<path>/weights`, with an entry for each synapse.
///
/// # Errors
/// [`RecordingError::Io`] with the path that cannot be written.
pub fn write_weights(
    folder: &Path,
    weights: &BTreeMap<String, Vec<Synapse>>,
) -> Result<(), RecordingError> {
    file::make_folder(folder)?;
    file::write_whole(&folder.join("weights.npz"), |out| {
        let mut npz = NpzWriter::new(out);
        for (path, synapses) in weights {
            let shape = [synapses.len() as u64];
            let ends = |end: fn(&Synapse) -> u32| synapses.iter().map(end).collect::<Vec<_>>();
            npz.add(&format!("{path}/sources"), &shape, &ends(|synapse| synapse.0))?;
            npz.add(&format!("{path}/targets"), &shape, &ends(|synapse| synapse.1))?;
            let weights: Vec<f64> = synapses.iter().map(|synapse| synapse.2).collect();
            npz.add(&format!("{path}/weights"), &shape, &weights)?;
        }
        npz.finish()
    })
}

/// Reads a `weights.npz` that [`write_weights`] wrote.
///
/// # Errors
/// [`RecordingError`] if it cannot be read or has other arrays.
pub fn read_weights(path: &Path) -> Result<BTreeMap<String, Vec<Synapse>>, RecordingError> {
    let failed = |source: NpzError| file::failed(path, "read", source.into());
    let opened = File::open(path).map_err(|source| failed(source.into()))?;
    let mut npz = NpzReader::new(BufReader::new(opened)).map_err(|source| failed(source.into()))?;
    let mut weights = BTreeMap::new();
    for name in npz.names_of("weights") {
        let (sources, _) = npz.array::<u32>(&format!("{name}/sources")).map_err(failed)?;
        let (targets, _) = npz.array::<u32>(&format!("{name}/targets")).map_err(failed)?;
        let (values, _) = npz.array::<f64>(&format!("{name}/weights")).map_err(failed)?;
        if sources.len() != values.len() || targets.len() != values.len() {
            let message = format!("the arrays of `{name}` differ in length");
            return Err(RecordingError::Contents { path: path.to_owned(), message });
        }
        let ends = sources.into_iter().zip(targets);
        let synapses = ends.zip(values).map(|((source, target), weight)| (source, target, weight));
        weights.insert(name, synapses.collect());
    }
    Ok(weights)
}

/// Reads a `recording.npz` that [`write_recording`] or [`ChunkWriter::finish`] wrote.
///
/// # Errors
/// [`RecordingError`] if it cannot be read or is not such a recording.
pub fn read_recording(path: &Path) -> Result<(Recording, Manifest), RecordingError> {
    read_part(path, 0..=u64::MAX)
}

/// Reads what was recorded in some steps; nothing else of a large recording takes memory.
///
/// # Errors
/// As [`read_recording`].
pub fn read_part(
    path: &Path,
    steps: RangeInclusive<u64>,
) -> Result<(Recording, Manifest), RecordingError> {
    let failed = |source: NpzError| file::failed(path, "read", source.into());
    let opened = File::open(path).map_err(|source| failed(source.into()))?;
    let mut npz = NpzReader::new(BufReader::new(opened)).map_err(|source| failed(source.into()))?;
    let (bytes, _) = npz.array::<u8>("manifest").map_err(failed)?;
    let wrong = |message: String| RecordingError::Contents { path: path.to_owned(), message };
    let manifest: Manifest = serde_json::from_slice(&bytes)
        .map_err(|error| wrong(format!("the manifest cannot be read: {error}")))?;
    let mut recording = Recording::default();
    recording.dt = manifest.dt_s;
    for (name, series) in &manifest.series {
        let mut reader = SeriesReader { npz: &mut npz, name, steps: &steps, first: 0, n: 0 };
        let series = reader.series(series).map_err(failed)?;
        if !consistent(&series) {
            return Err(wrong(format!("the arrays of `{name}` differ in length")));
        }
        recording.series.insert(name.clone(), series);
    }
    Ok((recording, manifest))
}

fn add_all<W: Write + Seek>(
    npz: &mut NpzWriter<W>,
    recording: &Recording,
    manifest: &str,
) -> Outcome {
    npz.add("manifest", &[manifest.len() as u64], manifest.as_bytes())?;
    for (name, series) in &recording.series {
        let array = |part: &str| format!("{name}/{part}");
        if let Some(subset) = &series.subset {
            npz.add(&array("subset"), &[subset.len() as u64], subset)?;
        }
        match &series.data {
            SeriesData::Events { steps, indices, counts, .. } => {
                npz.add(&array("steps"), &[steps.len() as u64], steps)?;
                npz.add(&array("indices"), &[indices.len() as u64], indices)?;
                if counts.iter().any(|count| *count != 1) {
                    npz.add(&array("counts"), &[counts.len() as u64], counts)?;
                }
            }
            SeriesData::Samples { width, steps, rows } => {
                npz.add(&array("steps"), &[steps.len() as u64], steps)?;
                let n_rows = rows.len() / (*width).max(1);
                let shape = [n_rows as u64, *width as u64];
                npz.add(&array("samples"), &shape, &rows[..n_rows * width])?;
            }
        }
    }
    Ok(())
}

struct SeriesReader<'a> {
    npz: &'a mut NpzReader<BufReader<File>>,
    name: &'a str,
    /// The steps to read, which are rows `first..first + n` of each array.
    steps: &'a RangeInclusive<u64>,
    first: u64,
    n: u64,
}

impl SeriesReader<'_> {
    fn series(&mut self, manifest: &SeriesManifest) -> Result<Series, NpzError> {
        let subset = manifest.has_subset.then(|| self.npz.array(&self.array("subset")));
        let subset = subset.transpose()?.map(|(subset, _)| subset);
        let steps = self.find_steps()?;
        let data = match manifest.kind {
            SeriesKind::Spikes => {
                let indices: Vec<u32> = self.rows("indices", 1)?;
                let counts = match manifest.has_counts {
                    true => self.rows("counts", 1)?,
                    false => vec![1; indices.len()],
                };
                SeriesData::Events { n: manifest.width, steps, indices, counts }
            }
            SeriesKind::Samples => {
                let rows = self.rows("samples", manifest.width as u64)?;
                SeriesData::Samples { width: manifest.width, steps, rows }
            }
        };
        Ok(Series { unit: manifest.unit.clone(), subset, data })
    }

    fn array(&self, part: &str) -> String {
        format!("{}/{part}", self.name)
    }

    /// Steps are in order.
    fn find_steps(&mut self) -> Result<Vec<u64>, NpzError> {
        let (mut before, mut found) = (0, Vec::new());
        let name = self.array("steps");
        self.npz.each(&name, |step: u64| {
            if self.steps.contains(&step) {
                keep(&mut found, step, &name)
            } else {
                before += u64::from(step < *self.steps.start());
                Ok(())
            }
        })?;
        (self.first, self.n) = (before, found.len() as u64);
        Ok(found)
    }

    fn rows<T: Element>(&mut self, part: &str, width: u64) -> Result<Vec<T>, NpzError> {
        let name = self.array(part);
        let within = self.first.saturating_mul(width)..(self.first + self.n).saturating_mul(width);
        let (mut at, mut found) = (0, Vec::new());
        self.npz.each(&name, |element| {
            let wanted = within.contains(&at);
            at += 1;
            if wanted { keep(&mut found, element, &name) } else { Ok(()) }
        })?;
        Ok(found)
    }
}

/// What is there is kept, however much the file promises.
fn keep<T>(found: &mut Vec<T>, element: T, name: &str) -> Result<(), NpzError> {
    found.try_reserve(1).map_err(|_| NpzError::Memory { name: name.to_owned() })?;
    found.push(element);
    Ok(())
}

fn consistent(series: &Series) -> bool {
    match &series.data {
        SeriesData::Events { steps, indices, counts, .. } => {
            steps.len() == indices.len() && steps.len() == counts.len()
        }
        SeriesData::Samples { width, steps, rows } => {
            steps.len().checked_mul(*width) == Some(rows.len())
        }
    }
}

/// The series of a recording, as its manifest lists them.
fn listed(recording: &Recording) -> BTreeMap<String, SeriesManifest> {
    let listed = |(name, series): (&String, &Series)| {
        let (kind, width, has_counts) = match &series.data {
            SeriesData::Events { n, counts, .. } => {
                (SeriesKind::Spikes, *n, counts.iter().any(|count| *count != 1))
            }
            SeriesData::Samples { width, .. } => (SeriesKind::Samples, *width, false),
        };
        let (unit, has_subset) = (series.unit.clone(), series.subset.is_some());
        (name.clone(), SeriesManifest { kind, unit, width, has_subset, has_counts })
    };
    recording.series.iter().map(listed).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn recording(spikes: &[(u64, u32, u32)], rows: &[[f64; 2]]) -> Recording {
        let mut recording = Recording::default();
        recording.dt = 1e-4;
        let spikes = SeriesData::Events {
            n: 10,
            steps: spikes.iter().map(|s| s.0).collect(),
            indices: spikes.iter().map(|s| s.1).collect(),
            counts: spikes.iter().map(|s| s.2).collect(),
        };
        let samples = SeriesData::Samples {
            width: 2,
            steps: (0..rows.len() as u64).collect(),
            rows: rows.concat(),
        };
        let series = |unit: &str, subset, data| Series { unit: unit.into(), subset, data };
        recording.series.insert("Recorder:E/spikes".into(), series("", None, spikes));
        recording.series.insert("Probe:v".into(), series("mV", Some(vec![3, 1]), samples));
        recording
    }

    #[track_caller]
    fn check_round_trip(recording: &Recording) {
        let folder = crate::test_folder("round_trip");
        write_recording(&folder, recording, &Manifest::default()).unwrap();
        let (read, manifest) = read_recording(&folder.join("recording.npz")).unwrap();
        assert_eq!(read.series, recording.series);
        assert_eq!(manifest.dt_s, recording.dt);
        let names: Vec<_> =
            std::fs::read_dir(&folder).unwrap().map(|f| f.unwrap().file_name()).collect();
        assert_eq!(names.len(), 2, "nothing but the two files is left: {names:?}");
    }

    #[test]
    fn an_empty_recording_reads_back() {
        check_round_trip(&recording(&[], &[]));
    }

    #[test]
    fn several_spikes_of_one_cell_in_a_step_read_back() {
        check_round_trip(&recording(&[(1, 0, 1), (1, 7, 3)], &[[0.1, f64::INFINITY]]));
    }

    #[test]
    fn weights_read_back() {
        let folder = crate::test_folder("weights");
        let synapses = vec![(0, 7, -0.5), (3, 1, f64::INFINITY)];
        let weights = BTreeMap::from([("Projection:a".into(), synapses), ("b/c".into(), vec![])]);
        write_weights(&folder, &weights).unwrap();
        assert_eq!(read_weights(&folder.join("weights.npz")).unwrap(), weights);
    }

    #[test]
    fn a_folder_that_cannot_be_made_is_named() {
        let folder = crate::test_folder("blocked");
        let file = folder.join("file");
        std::fs::write(&file, "").unwrap();
        let error = write_recording(&file.join("out"), &Recording::default(), &Manifest::default())
            .unwrap_err();
        assert_eq!(error.to_string(), format!("{}: cannot be written", file.join("out").display()));
    }

    #[test]
    fn other_files_are_refused() {
        let path = crate::test_folder("other").join("recording.npz");
        std::fs::write(&path, "not a zip").unwrap();
        let error = read_recording(&path).unwrap_err();
        assert_eq!(error.to_string(), format!("{}: cannot be read", path.display()));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(16))]
        #[test]
        fn what_is_written_reads_back(
            spikes in prop::collection::vec((0..9_u64, 0..9_u32, 1..3_u32), 0..20),
            rows in prop::collection::vec([-1e300..1e300, -1.0..1.0], 0..20),
        ) {
            check_round_trip(&recording(&spikes, &rows));
        }
    }
}
