//! What recording every spike costs, in instructions: the same on every machine, however busy.
//!
//! `valgrind --tool=callgrind` counts a run of no time and one of some; their difference is what the steps
//! cost, with the writing of what they recorded. It knows no AVX-512: kernels choose the best instructions
//! that it has.

use std::path::{Path, PathBuf};
use std::process::Command;

use super::measure::Bench;
use super::networks::Network;
use super::options::Options;
use crate::failure::Failure;
use crate::table::Table;
use crate::workspace::{output, read};

/// Model time that is counted, ms: long enough to outlast the beginning.
const TIME_MS: u32 = 200;

/// Recording all spikes against recording nothing, in both precisions.
pub fn compare(bench: &Bench<'_>, options: &Options) -> Result<Table, Failure> {
    let mut table = Table::new(&["network", "precision", "none, M", "spikes, M", "more %", "goal"]);
    for network in &options.networks {
        for precision in ["f32", "f64"] {
            let with = bench.models().join(network.file);
            let without = bench.folder()?.join("unrecorded.toml");
            write(&without, &unrecorded(&read(&with)?))?;
            let counted = |model: &Path| counted(bench, network, model, precision);
            table.row(cells(network.name, precision, counted(&without)?, counted(&with)?));
        }
    }
    Ok(table)
}

fn cells(name: &str, precision: &str, without: f64, with: f64) -> Vec<String> {
    vec![
        name.to_owned(),
        precision.to_owned(),
        format!("{:.1}", without / 1e6),
        format!("{:.1}", with / 1e6),
        format!("{:.2}", 100.0 * (with / without - 1.0)),
        "5".to_owned(),
    ]
}

/// A model file without its recorders.
fn unrecorded(model: &str) -> String {
    let mut recorder = false;
    let kept = model.lines().filter(|line| {
        if line.starts_with('[') {
            recorder = line.starts_with("[[recorder]]") || line.starts_with("[recorder.");
        }
        !recorder
    });
    kept.map(|line| format!("{line}\n")).collect()
}

/// Instructions of the steps of a run.
fn counted(
    bench: &Bench<'_>,
    network: &Network,
    model: &Path,
    precision: &str,
) -> Result<f64, Failure> {
    let counts = bench.folder()?.join("callgrind.out");
    let mut totals = [0.0; 2];
    for (time_ms, total) in [0, TIME_MS].into_iter().zip(&mut totals) {
        output(&mut call(bench, network, model, precision, time_ms, &counts)?)?;
        *total = total_of(&read(&counts)?)?;
    }
    Ok(totals[1] - totals[0])
}

fn call(
    bench: &Bench<'_>,
    network: &Network,
    model: &Path,
    precision: &str,
    time_ms: u32,
    counts: &Path,
) -> Result<Command, Failure> {
    let mut command = Command::new("valgrind");
    command.args(["--quiet", "--tool=callgrind"]);
    command.arg(format!("--callgrind-out-file={}", counts.display()));
    command.arg(bench.command()).arg("run").arg(model);
    command.args(network.set.iter().flat_map(|set| ["--set", set]));
    command.args(["--quiet", "--no-plot", "--precision", precision]);
    command.args(["--time", &format!("{time_ms} ms")]).arg("--out").arg(out(bench)?);
    Ok(command)
}

fn out(bench: &Bench<'_>) -> Result<PathBuf, Failure> {
    Ok(bench.folder()?.join("out"))
}

fn total_of(counts: &str) -> Result<f64, Failure> {
    let total = counts.lines().find_map(|line| line.strip_prefix("totals: "));
    total.and_then(|number| number.trim().parse().ok()).ok_or_else(|| Failure::Content {
        from: "callgrind.out".to_owned(),
        problem: "no line `totals: <number>`".to_owned(),
    })
}

fn write(path: &Path, text: &str) -> Result<(), Failure> {
    std::fs::write(path, text).map_err(|source| Failure::File { path: path.to_owned(), source })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn recorders_are_left_out_and_nothing_else() {
        let model = "[model]\na = 1\n[[recorder]]\nvariable = \"spikes\"\n\n[[reference]]\nb = 2\n";
        assert_eq!(unrecorded(model), "[model]\na = 1\n[[reference]]\nb = 2\n");
        assert_eq!(unrecorded("[[recorder]]\n[recorder.of]\nx = 1\n[axes]\n"), "[axes]\n");
    }

    #[test]
    fn the_total_is_read() {
        assert_eq!(total_of("events: Ir\nsummary: 7\ntotals: 12\n").unwrap(), 12.0);
        assert!(total_of("events: Ir\n").is_err());
    }

    #[test]
    fn the_cost_is_told_in_percent_of_a_run_without() {
        assert_eq!(cells("x", "f32", 2e8, 2.05e8)[2..5], ["200.0", "205.0", "2.50"]);
    }
}
