//! What a run leaves behind: `recording.npz`, `manifest.json`, `summary.json`.
//!
//! `recording.npz` opens with `numpy.load`. A record of spikes is two arrays, `<path>/steps` and
//! `<path>/indices` (and `<path>/counts` if a cell may spike several times in a step), in order of
//! (step, index); a record of samples is `<path>/steps` and `<path>/samples`, of shape (rows, width).
//! The time of a step is `step * dt_s`. `<path>/subset` says which elements were recorded, if not all.
//! The array `manifest` holds the bytes of `manifest.json`.

mod manifest;
mod summary;

use std::{
    collections::BTreeMap,
    fs::File,
    io::{BufReader, Seek, Write},
    path::Path,
};

pub use manifest::{Manifest, SeriesKind, SeriesManifest, model_hash};
use ndarray::{Array1, Array2, ArrayView1, ArrayView2};
use ndarray_npy::{NpzReader, NpzWriter, WriteNpzError};
use pontine_core_ir::{
    Recording,
    recording::{Series, SeriesData},
};
pub use summary::{Summary, write_summary};

use crate::{error::RecordingError, file};

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
        npz.finish()?.flush()?;
        Ok(())
    })?;
    file::write_text(&folder.join("manifest.json"), &text)
}

/// Reads a `recording.npz` that [`write_recording`] wrote.
///
/// # Errors
/// [`RecordingError`] if it cannot be read or is not such a recording.
pub fn read_recording(path: &Path) -> Result<(Recording, Manifest), RecordingError> {
    let failed = |source| file::failed(path, "read", source);
    let opened = File::open(path).map_err(|source| failed(source.into()))?;
    let mut npz = NpzReader::new(BufReader::new(opened)).map_err(|source| failed(source.into()))?;
    let bytes: Array1<u8> = npz.by_name("manifest").map_err(|source| failed(source.into()))?;
    let wrong = |message: String| RecordingError::Contents { path: path.to_owned(), message };
    let manifest: Manifest = serde_json::from_slice(&bytes.to_vec())
        .map_err(|error| wrong(format!("the manifest cannot be read: {error}")))?;
    let mut recording = Recording::default();
    recording.dt = manifest.dt_s;
    for (name, series) in &manifest.series {
        let mut reader = SeriesReader { npz: &mut npz, name };
        let series = reader.series(series).map_err(|source| failed(source.into()))?;
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
) -> Result<(), WriteNpzError> {
    npz.add_array("manifest", &ArrayView1::from(manifest.as_bytes()))?;
    for (name, series) in &recording.series {
        if let Some(subset) = &series.subset {
            npz.add_array(format!("{name}/subset"), &ArrayView1::from(subset))?;
        }
        match &series.data {
            SeriesData::Events { steps, indices, counts, .. } => {
                npz.add_array(format!("{name}/steps"), &ArrayView1::from(steps))?;
                npz.add_array(format!("{name}/indices"), &ArrayView1::from(indices))?;
                if counts.iter().any(|count| *count != 1) {
                    npz.add_array(format!("{name}/counts"), &ArrayView1::from(counts))?;
                }
            }
            SeriesData::Samples { width, steps, rows } => {
                npz.add_array(format!("{name}/steps"), &ArrayView1::from(steps))?;
                let n_rows = rows.len() / (*width).max(1);
                let whole = &rows[..n_rows * width];
                if let Ok(rows) = ArrayView2::from_shape((n_rows, *width), whole) {
                    npz.add_array(format!("{name}/samples"), &rows)?;
                }
            }
        }
    }
    Ok(())
}

struct SeriesReader<'a> {
    npz: &'a mut NpzReader<BufReader<File>>,
    name: &'a str,
}

impl SeriesReader<'_> {
    fn series(&mut self, manifest: &SeriesManifest) -> Result<Series, ndarray_npy::ReadNpzError> {
        let name = self.name;
        let subset = if manifest.has_subset { Some(self.column("subset")?) } else { None };
        let steps: Vec<u64> = self.column("steps")?;
        let data = match manifest.kind {
            SeriesKind::Spikes => {
                let indices: Vec<u32> = self.column("indices")?;
                let counts = if manifest.has_counts {
                    self.column("counts")?
                } else {
                    vec![1; indices.len()]
                };
                SeriesData::Events { n: manifest.width, steps, indices, counts }
            }
            SeriesKind::Samples => {
                let rows: Array2<f64> = self.npz.by_name(&format!("{name}/samples"))?;
                let rows = rows.iter().copied().collect();
                SeriesData::Samples { width: manifest.width, steps, rows }
            }
        };
        Ok(Series { unit: manifest.unit.clone(), subset, data })
    }

    fn column<T: ndarray_npy::ReadableElement + Clone>(
        &mut self,
        part: &str,
    ) -> Result<Vec<T>, ndarray_npy::ReadNpzError> {
        let array: Array1<T> = self.npz.by_name(&format!("{}/{part}", self.name))?;
        Ok(array.to_vec())
    }
}

fn consistent(series: &Series) -> bool {
    match &series.data {
        SeriesData::Events { steps, indices, counts, .. } => {
            steps.len() == indices.len() && steps.len() == counts.len()
        }
        SeriesData::Samples { width, steps, rows } => rows.len() == steps.len() * width,
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
