//! How much room the recordings of a run take.

use std::path::{Path, PathBuf};

use pontine_core_ir::{
    Model,
    model::{Record, RecordTarget},
};

/// What a run records does not fit on the disk.
#[derive(Debug, PartialEq, thiserror::Error)]
#[error(
    "recordings need {:.1} GiB beside as much while they are packed, but only {:.1} GiB are free in \
     {}; most of it is `{record}` with {rows:.3e} rows of {width} numbers",
    gib(*.bytes), gib(*.free as f64), .folder.display()
)]
pub(crate) struct TooLarge {
    /// Path of the largest record.
    pub record: String,
    pub rows: f64,
    pub width: usize,
    /// What all records take.
    pub bytes: f64,
    pub folder: PathBuf,
    pub free: u64,
}

/// Holds what a model records in `n_steps` against the room there is in a folder. Spikes are not
/// counted: how many come is not known.
///
/// # Errors
/// [`TooLarge`] if it does not fit.
pub(crate) fn check(model: &Model, n_steps: u64, folder: &Path) -> Result<(), TooLarge> {
    let Some(free) = free_bytes(folder) else { return Ok(()) };
    let records = || model.records.iter().map(|(_, record)| record);
    let size = |record: &Record| bytes_of(model, record, n_steps);
    let bytes: f64 = records().map(size).sum();
    match records().max_by(|a, b| size(a).total_cmp(&size(b))) {
        Some(largest) if 2.0 * bytes > free as f64 => Err(TooLarge {
            record: largest.path.to_string(),
            rows: rows(largest, n_steps),
            width: largest.width(model),
            bytes,
            folder: folder.to_owned(),
            free,
        }),
        _ => Ok(()),
    }
}

/// Bytes that a record takes in so many steps; spikes are not counted.
pub(crate) fn bytes_of(model: &Model, record: &Record, n_steps: u64) -> f64 {
    bytes(rows(record, n_steps), record.width(model))
}

/// Bytes that may be written to a folder, where the system tells.
#[cfg(unix)]
fn free_bytes(folder: &Path) -> Option<u64> {
    let of = rustix::fs::statvfs(folder).ok()?;
    of.f_bavail.checked_mul(of.f_frsize)
}

#[cfg(not(unix))]
fn free_bytes(_: &Path) -> Option<u64> {
    None
}

fn rows(record: &Record, n_steps: u64) -> f64 {
    match record.target {
        RecordTarget::Events(_) => 0.0,
        RecordTarget::Signal(_) | RecordTarget::State(..) => (n_steps as f64 / record.every).ceil(),
    }
}

/// Each row has its step beside its numbers.
fn bytes(rows: f64, width: usize) -> f64 {
    8.0 * rows * (width as f64 + 1.0)
}

fn gib(bytes: f64) -> f64 {
    bytes / f64::from(1 << 30)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_of_three_numbers_takes_four_words() {
        assert_eq!(bytes(1000.0, 3), 32_000.0);
    }

    #[test]
    #[cfg(unix)]
    fn some_room_is_free_here() {
        assert!(free_bytes(Path::new(".")).is_some_and(|bytes| bytes > 0));
    }
}
