//! What a run was and cost, in one small file.

use std::{collections::BTreeMap, path::Path};

use serde::{Deserialize, Serialize};

use crate::{error::RecordingError, file};

/// What a run was and cost. Fields that the system does not tell are `null`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Summary {
    /// Number of neurons.
    pub neurons: u64,
    /// Number of synapses.
    pub synapses: u64,
    /// Spikes recorded.
    pub spikes: u64,
    /// Model time that was run, s; without that of the state that the run continued from.
    pub model_time_s: f64,
    /// Wall time from network to simulation, s.
    pub build_wall_s: f64,
    /// CPU time from network to simulation, s.
    pub build_cpu_s: Option<f64>,
    /// Wall time of the run, s.
    pub run_wall_s: f64,
    /// CPU time of the run, s.
    pub run_cpu_s: Option<f64>,
    /// Largest memory of the process, bytes.
    pub peak_memory_bytes: Option<u64>,
    /// Mean firing rate of each population whose spikes were recorded, Hz.
    pub rates_hz: BTreeMap<String, f64>,
    /// Number of threads.
    pub threads: usize,
    /// Width of run-time arithmetic.
    pub precision: String,
    /// The seed.
    pub seed: u64,
    /// Version of pontine.
    pub version: String,
    /// [`model_hash`](crate::model_hash) of the model that ran.
    pub model_hash: String,
}

/// Writes `summary.json` into a folder, which is made if it is not there.
///
/// # Errors
/// [`RecordingError::Io`] with the path that cannot be written.
pub fn write_summary(folder: &Path, summary: &Summary) -> Result<(), RecordingError> {
    file::make_folder(folder)?;
    file::write_text(&folder.join("summary.json"), &file::json(summary))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_summary_has_the_keys_that_others_read() {
        let folder = crate::test_folder("summary");
        let mut summary = Summary { neurons: 3, seed: u64::MAX, ..Summary::default() };
        summary.rates_hz.insert("E".into(), 0.1);
        write_summary(&folder, &summary).unwrap();
        let text = std::fs::read_to_string(folder.join("summary.json")).unwrap();
        assert_eq!(serde_json::from_str::<Summary>(&text).unwrap(), summary);
        let value: serde_json::Value = serde_json::from_str(&text).unwrap();
        let mut keys: Vec<_> = value.as_object().unwrap().keys().map(String::as_str).collect();
        keys.sort_unstable();
        let expected = "build_cpu_s build_wall_s model_hash model_time_s neurons peak_memory_bytes \
                        precision rates_hz run_cpu_s run_wall_s seed spikes synapses threads version";
        assert_eq!(keys.join(" "), expected);
    }
}
