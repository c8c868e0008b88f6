//! Where a recording comes from, and what is in it.

use std::{collections::BTreeMap, fmt};

use pontine_core_ir::{Model, Recording};
use serde::{Deserialize, Serialize};

use super::listed;

/// Where a recording comes from, and what is in it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Manifest {
    /// The name of the model.
    pub model: String,
    /// [`model_hash`] of the model that ran.
    pub model_hash: String,
    /// The seed.
    pub seed: u64,
    /// The time step, s.
    pub dt_s: f64,
    /// The step that the run began after: 0, or that of the state it continued from.
    pub first_step: u64,
    /// Steps done at its end, those before `first_step` included.
    pub n_steps: u64,
    /// Version of pontine.
    pub version: String,
    /// The backend.
    pub backend: String,
    /// Width of run-time arithmetic.
    pub precision: String,
    /// Number of threads.
    pub threads: usize,
    /// The passes that made the model.
    pub pipeline: String,
    /// Parameters of the model file, by name.
    pub parameters: BTreeMap<String, String>,
    /// The records, by path; filled in when a recording is written.
    pub series: BTreeMap<String, SeriesManifest>,
}

/// What a record holds.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SeriesManifest {
    /// Spikes or samples.
    pub kind: SeriesKind,
    /// Unit of the samples.
    pub unit: String,
    /// Number of elements that were recorded.
    pub width: usize,
    /// Whether only some elements were recorded.
    pub has_subset: bool,
    /// Whether an element spiked more than once in a step.
    pub has_counts: bool,
}

/// Spikes or samples.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SeriesKind {
    /// Steps and indices.
    Spikes,
    /// Rows of numbers.
    Samples,
}

impl Manifest {
    /// The same for a recording.
    pub(super) fn of(&self, recording: &Recording) -> Self {
        Self { series: listed(recording), dt_s: recording.dt, ..self.clone() }
    }
}

/// 64-bit FNV-1a of the text form of a model, in hexadecimal: equal for equal models.
pub fn model_hash(model: &Model) -> String {
    let mut hash = Fnv(0xcbf2_9ce4_8422_2325);
    match fmt::write(&mut hash, format_args!("{model}")) {
        Ok(()) => format!("{:016x}", hash.0),
        // Only code of the host has no text; such a model has no hash either.
        Err(fmt::Error) => String::new(),
    }
}

/// Takes text without keeping it; that of a large model is long.
struct Fnv(u64);

impl fmt::Write for Fnv {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        for byte in text.bytes() {
            self.0 = (self.0 ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hash_depends_on_the_seed_and_on_nothing_else_of_equal_models() {
        let hash = |seed| model_hash(&Model::new("m", 1e-3, seed));
        assert_eq!(hash(1), hash(1));
        assert_ne!(hash(1), hash(2));
        assert_eq!(hash(1).len(), 16);
    }
}
