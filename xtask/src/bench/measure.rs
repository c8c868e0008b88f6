//! One run of one engine, and the best of several.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use super::networks::Network;
use crate::environment;
use crate::failure::Failure;
use crate::workspace::{Workspace, call, output, read};

const SEED: &str = "1";

/// The engines, ready to run.
pub struct Bench<'a> {
    workspace: &'a Workspace,
    command: PathBuf,
    python: Option<PathBuf>,
}

/// What a run tells of itself.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Sample {
    pub neurons: f64,
    pub synapses: f64,
    pub model_time_s: f64,
    pub build_cpu_s: f64,
    pub run_cpu_s: f64,
    pub run_wall_s: f64,
    /// Mean of the populations' rates, unweighted: for a glance, not for a test.
    pub rate_hz: f64,
    pub peak_bytes: Option<f64>,
}

impl<'a> Bench<'a> {
    /// Builds the command for release.
    pub fn ready(workspace: &'a Workspace, python: Option<PathBuf>) -> Result<Self, Failure> {
        call(&mut workspace.cargo("build --release --locked -p pontine-cli"))?;
        let name = format!("pontine{}", std::env::consts::EXE_SUFFIX);
        let command = workspace.target.join("release").join(name);
        Ok(Self { workspace, command, python })
    }

    /// Our command.
    pub fn command(&self) -> &Path {
        &self.command
    }

    /// The shipped models.
    pub fn models(&self) -> PathBuf {
        self.workspace.root.join("models")
    }

    /// Where measurements leave their files.
    pub fn folder(&self) -> Result<PathBuf, Failure> {
        let folder = self.workspace.target.join("bench");
        std::fs::create_dir_all(&folder)
            .map_err(|source| Failure::File { path: folder.clone(), source })?;
        Ok(folder)
    }

    /// Runs the network by our command.
    pub fn ours(
        &self,
        network: &Network,
        precision: &str,
        threads: usize,
    ) -> Result<Sample, Failure> {
        let out = self.workspace.target.join("bench/out");
        let mut command = Command::new(&self.command);
        command.arg("run").arg(self.models().join(network.file));
        command.args(network.set.iter().flat_map(|set| ["--set", set]));
        command.args(["--quiet", "--seed", SEED, "--precision", precision]);
        command.args(["--threads", &threads.to_string()]);
        command.args(["--time", &format!("{} s", network.time_s)]).arg("--out").arg(&out);
        output(&mut command)?;
        let sample = parse(&read(&out.join("summary.json"))?, "summary.json")?;
        progress(network, &format!("{precision}, {threads} threads"), &sample);
        Ok(sample)
    }

    /// Runs the network in NEST, where that was asked for and is possible.
    pub fn nest(&self, network: &Network) -> Result<Option<Sample>, Failure> {
        let Some((python, [script, arguments @ ..])) = self.python.as_ref().zip(network.nest)
        else {
            return Ok(None);
        };
        let mut command = environment::python(python);
        command.arg("-B").arg(self.workspace.root.join("benches/nest").join(script));
        command.args(arguments).args(["--seed", SEED, "--time", &network.time_s.to_string()]);
        let text = output(&mut command)?;
        // NEST greets before the recipe prints its one line.
        let sample = parse(text.lines().last().unwrap_or_default(), script)?;
        progress(network, "NEST", &sample);
        Ok(Some(sample))
    }
}

fn progress(network: &Network, engine: &str, sample: &Sample) {
    println!("{} ({engine}): {:.4} CPU s per s", network.name, sample.cpu_per_s());
}

fn parse(text: &str, from: &str) -> Result<Sample, Failure> {
    let failure = |problem: String| Failure::Content { from: from.to_owned(), problem };
    let value: Value = serde_json::from_str(text).map_err(|error| failure(error.to_string()))?;
    let number = |key: &str| {
        value[key].as_f64().ok_or_else(|| failure(format!("`{key}` is not there, or no number")))
    };
    let rates = value["rates_hz"].as_object();
    let rates: Vec<_> =
        rates.into_iter().flat_map(|r| r.values()).filter_map(Value::as_f64).collect();
    Ok(Sample {
        neurons: number("neurons")?,
        synapses: number("synapses")?,
        model_time_s: number("model_time_s")?,
        build_cpu_s: number("build_cpu_s")?,
        run_cpu_s: number("run_cpu_s")?,
        run_wall_s: number("run_wall_s")?,
        rate_hz: rates.iter().sum::<f64>() / rates.len().max(1) as f64,
        peak_bytes: value["peak_memory_bytes"].as_f64(),
    })
}

impl Sample {
    pub fn cpu_per_s(&self) -> f64 {
        self.run_cpu_s / self.model_time_s
    }

    pub fn wall_per_s(&self) -> f64 {
        self.run_wall_s / self.model_time_s
    }

    pub fn synapses_built_per_s(&self) -> f64 {
        self.synapses / self.build_cpu_s
    }

    /// Whether the threads had the machine to themselves: otherwise wall time says nothing.
    pub fn was_undisturbed(&self, threads: usize) -> bool {
        self.run_cpu_s >= 0.95 * threads as f64 * self.run_wall_s
    }
}

/// Runs of one engine on one network.
#[derive(Default)]
pub struct Best(Vec<Sample>);

impl Best {
    pub fn add(&mut self, sample: Sample) {
        self.0.push(sample);
    }

    /// The run with the least CPU time.
    pub fn cpu(&self) -> Option<&Sample> {
        self.0.iter().min_by(|a, b| a.run_cpu_s.total_cmp(&b.run_cpu_s))
    }

    /// The run with the least wall time.
    pub fn wall(&self) -> Option<&Sample> {
        self.0.iter().min_by(|a, b| a.run_wall_s.total_cmp(&b.run_wall_s))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SUMMARY: &str = r#"{ "neurons": 4, "synapses": 10, "model_time_s": 0.5, "build_cpu_s": 2.0,
        "run_cpu_s": 1.5, "run_wall_s": 0.8, "rates_hz": { "E": 2.0, "I": 4.0 } }"#;

    #[test]
    fn a_summary_is_read() {
        let sample = parse(SUMMARY, "x").unwrap();
        assert_eq!((sample.cpu_per_s(), sample.wall_per_s(), sample.rate_hz), (3.0, 1.6, 3.0));
        assert_eq!((sample.synapses_built_per_s(), sample.peak_bytes), (5.0, None));
    }

    #[test]
    fn a_summary_without_cpu_time_is_refused() {
        let text = SUMMARY.replace("1.5", "null");
        let failure = parse(&text, "summary.json").unwrap_err().to_string();
        assert_eq!(failure, "summary.json: `run_cpu_s` is not there, or no number");
    }

    #[test]
    fn a_run_counts_as_disturbed_if_its_threads_had_to_wait() {
        let sample = |run_cpu_s| Sample { run_cpu_s, run_wall_s: 1.0, ..Sample::default() };
        assert!(sample(1.95).was_undisturbed(2) && !sample(1.8).was_undisturbed(2));
    }

    #[test]
    fn the_best_run_is_that_with_the_least_time() {
        let mut best = Best::default();
        assert!(best.cpu().is_none());
        for (run_cpu_s, run_wall_s) in [(3.0, 1.0), (1.0, 3.0), (2.0, 2.0)] {
            best.add(Sample { run_cpu_s, run_wall_s, ..Sample::default() });
        }
        assert_eq!(best.cpu().unwrap().run_cpu_s, 1.0);
        assert_eq!(best.wall().unwrap().run_wall_s, 1.0);
    }
}
