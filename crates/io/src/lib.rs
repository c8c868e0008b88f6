//! Model files, recordings, states and their provenance, and figures of them.
//!
//! ```text
//!  model file ── ModelFile::load ──> Network, run defaults, published values
//!  Recording  ── write_recording ──> recording.npz, manifest.json;  Summary ──> summary.json
//!  Simulation ── drain ──> ChunkWriter: recording.chunks ── finish, recover ──> the same two files
//!  Recording  ── plot ──> raster.png, traces.svg, …  (feature `plot`)
//!  Snapshot   ── write_snapshot  ──> one file, of the whole state and its manifest
//!  Numbers    ── write_numbers   ──> one file of safetensors, by stable path
//! ```
//! The schema of model files is in `docs/model-files.md`.
//!
//! Invariants: nothing here builds or runs a network, and no published network is known by name.
//! A quantity with a dimension carries its unit in a file and is a bare number inside. A file cannot
//! ask for more memory than the stated limits, whatever it holds. Files are written whole or not at
//! all.

mod error;
mod expr;
mod file;
mod load;
mod model_file;
mod numbers;
#[cfg(feature = "plot")]
pub mod plot;
mod recording;
mod snapshot;
mod text;
mod tree;

pub use error::{Cause, ModelFault, ModelFileError, RecordingError, SnapshotError};
pub use model_file::{
    LoadedModel, Measured, ModelFile, Parameter, Published, Reference, RunDefaults, parse_time,
};
pub use numbers::{read_numbers, write_numbers};
pub use recording::{
    CHUNKS, ChunkWriter, Manifest, SeriesKind, SeriesManifest, Summary, Synapse, model_hash,
    read_part, read_recording, read_weights, recover, write_recording, write_summary,
    write_weights,
};
pub use snapshot::{check_snapshot, read_snapshot, write_snapshot};
pub use tree::{Format, Place};

/// An empty folder for one test.
#[cfg(test)]
fn test_folder(name: &str) -> std::path::PathBuf {
    use std::sync::atomic::{AtomicU32, Ordering};
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let n = NEXT.fetch_add(1, Ordering::Relaxed);
    let folder = std::env::temp_dir().join(format!("pontine-io-{name}-{}-{n}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    folder
}
