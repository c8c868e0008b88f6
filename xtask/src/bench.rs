//! `cargo xtask bench`: what whole networks cost, by the release build of the command.
//!
//! CPU seconds for runs with one thread, wall seconds for several, instructions for what recording
//! costs; engines take turns, and the best of the rounds counts. Every run begins at time 0, so both engines live through the same beginning.

mod build;
mod instructions;
mod measure;
mod nef;
mod nengo;
mod networks;
mod options;
mod threads;

use crate::environment::Environment;
use crate::failure::Failure;
use crate::table::Table;
use crate::workspace::{Workspace, call};
use measure::{Bench, Best, Sample};
use networks::Network;
use options::Options;

/// Measures what the words ask for, and prints tables.
pub fn command(workspace: &Workspace, words: &[&str]) -> Result<bool, Failure> {
    if let ["build", rest @ ..] = words {
        return build::command(workspace, rest);
    }
    if let ["nengo", rest @ ..] = words {
        return nengo::command(workspace, rest);
    }
    let options = Options::parse(words)?;
    if options.criterion {
        criterion(workspace)?;
        return Ok(true);
    }
    let python =
        if options.nest { Some(Environment::nest(&workspace.target).ready()?) } else { None };
    let bench = Bench::ready(workspace, python)?;
    let table = if options.threads {
        threads::compare(&bench, &options)?
    } else if options.instructions {
        instructions::compare(&bench, &options)?
    } else {
        networks(&bench, &options)?
    };
    println!("\n{table}");
    Ok(true)
}

/// The benches of the crates; each has its own harness.
fn criterion(workspace: &Workspace) -> Result<(), Failure> {
    for package in &workspace.packages {
        for bench in &package.benches {
            let arguments = format!("bench --locked -p {} --bench {bench}", package.name);
            call(&mut workspace.cargo(&arguments))?;
        }
    }
    Ok(())
}

/// One network in both precisions and, where asked for, in NEST.
#[derive(Default)]
struct Row {
    f32: Best,
    f64: Best,
    nest: Best,
}

fn networks(bench: &Bench<'_>, options: &Options) -> Result<Table, Failure> {
    let mut rows: Vec<Row> = options.networks.iter().map(|_| Row::default()).collect();
    for _ in 0..options.repeat {
        for (network, row) in options.networks.iter().zip(&mut rows) {
            measure(bench, network, row)?;
        }
    }
    let mut table = Table::new(&[
        "network",
        "neurons",
        "synapses",
        "rate f32",
        "rate NEST",
        "build M/s",
        "MiB f32",
        "f32",
        "f64",
        "NEST",
        "NEST/f32",
        "goal",
        "NEST/f64",
        "goal",
    ]);
    for (network, row) in options.networks.iter().zip(&rows) {
        table.row(cells(network, row));
    }
    Ok(table)
}

/// The engines one after the other, so that all see the same machine.
fn measure(bench: &Bench<'_>, network: &Network, row: &mut Row) -> Result<(), Failure> {
    if let Some(sample) = bench.nest(network)? {
        row.nest.add(sample);
    }
    row.f32.add(bench.ours(network, "f32", 1)?);
    row.f64.add(bench.ours(network, "f64", 1)?);
    Ok(())
}

/// Seconds are CPU seconds per second of model time.
fn cells(network: &Network, row: &Row) -> Vec<String> {
    let number = |value: Option<f64>, digits: usize| {
        value.map(|value| format!("{value:.digits$}")).unwrap_or_default()
    };
    let cpu = |best: &Best| best.cpu().map(Sample::cpu_per_s);
    let ratio = |best: &Best| cpu(&row.nest).zip(cpu(best)).map(|(theirs, ours)| theirs / ours);
    let goal = |goal: f64| row.nest.cpu().map(|_| goal);
    let first = row.f32.cpu();
    vec![
        network.name.to_owned(),
        number(first.map(|sample| sample.neurons), 0),
        number(first.map(|sample| sample.synapses), 0),
        number(first.map(|sample| sample.rate_hz), 2),
        number(row.nest.cpu().map(|sample| sample.rate_hz), 2),
        number(first.map(Sample::synapses_built_per_s).map(|rate| rate / 1e6), 1),
        number(first.and_then(|sample| sample.peak_bytes).map(|bytes| bytes / 1_048_576.0), 0),
        number(cpu(&row.f32), 4),
        number(cpu(&row.f64), 4),
        number(cpu(&row.nest), 3),
        number(ratio(&row.f32), 1),
        number(goal(network.goal_f32), 0),
        number(ratio(&row.f64), 1),
        number(goal(network.goal_f64), 0),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn best(run_cpu_s: f64) -> Best {
        let mut best = Best::default();
        let sample = Sample { neurons: 10.0, model_time_s: 2.0, run_cpu_s, ..Sample::default() };
        best.add(sample);
        best
    }

    #[test]
    fn ratios_are_of_cpu_seconds_per_model_second_and_stand_only_beside_nest() {
        let network = &networks::ALL[0];
        let with = Row { f32: best(0.5), f64: best(1.0), nest: best(8.0) };
        let row = cells(network, &with);
        assert_eq!(row[7..11], ["0.2500", "0.5000", "4.000", "16.0"]);
        let without = Row { nest: Best::default(), ..with };
        assert!(cells(network, &without)[9..].iter().all(String::is_empty));
    }
}
