//! How much memory the recordings of a run take.

use pontine_core_ir::{
    Model,
    model::{Record, RecordTarget},
};

/// A model and what it records do not fit into memory.
#[derive(Debug, PartialEq, thiserror::Error)]
#[error(
    "recordings need {:.1} GiB beside {:.1} GiB of the model, but only {:.1} GiB are available; \
     most of it is `{record}` with {rows:.3e} rows of {width} numbers",
    gib(*.bytes), gib(*.model_bytes), gib(*.available as f64)
)]
pub(crate) struct TooLarge {
    /// Path of the largest record.
    pub record: String,
    pub rows: f64,
    pub width: usize,
    /// What all records take.
    pub bytes: f64,
    pub model_bytes: f64,
    pub available: u64,
}

/// Holds the model and what it records in `n_steps` against the memory there is. Spikes are not
/// counted: how many come is not known.
///
/// # Errors
/// [`TooLarge`] if they do not fit.
pub(crate) fn check(
    model: &Model,
    model_bytes: f64,
    n_steps: u64,
    available: Option<u64>,
) -> Result<(), TooLarge> {
    let Some(available) = available else { return Ok(()) };
    let records = || model.records.iter().map(|(_, record)| record);
    let size = |record: &Record| bytes_of(model, record, n_steps);
    let bytes: f64 = records().map(size).sum();
    match records().max_by(|a, b| size(a).total_cmp(&size(b))) {
        Some(largest) if model_bytes + bytes > available as f64 => Err(TooLarge {
            record: largest.path.to_string(),
            rows: rows(largest, n_steps),
            width: largest.width(model),
            bytes,
            model_bytes,
            available,
        }),
        _ => Ok(()),
    }
}

/// Bytes that a record takes in so many steps; spikes are not counted.
pub(crate) fn bytes_of(model: &Model, record: &Record, n_steps: u64) -> f64 {
    bytes(rows(record, n_steps), record.width(model))
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
}
