//! `cargo xtask bench build`: what it costs to build networks of the NEF, here and in Nengo.
//!
//! CPU seconds of one thread, from the description to the first step; the best of the rounds counts.

use std::path::Path;
use std::process::Command;

use serde_json::Value;

use crate::environment::{self, Environment};
use crate::failure::Failure;
use crate::table::Table;
use crate::workspace::{Workspace, call, output};

/// Networks of `tests/src/bin/nef_build.rs`, how many times less than Nengo they are to cost, and whether
/// Nengo builds them within minutes.
const NETWORKS: [(&str, f64, bool); 11] = [
    ("convolution", 8.0, true),
    ("arrays", 8.0, true),
    ("small60", 8.0, true),
    ("small400", 8.0, false),
    ("channel", 1.0, true),
    ("ganglia", 1.0, true),
    ("single2000", 1.0, true),
    ("single4000", 1.0, true),
    ("chain100", 1.0, true),
    ("chain1000", 1.0, true),
    ("chain10000", 1.0, false),
];

/// One build.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Sample {
    cpu_s: f64,
    peak_mib: f64,
}

/// Measures all networks, or those named; with `alone`, without Nengo.
pub fn command(workspace: &Workspace, words: &[&str]) -> Result<bool, Failure> {
    let alone = words.contains(&"alone");
    let names: Vec<&str> = words.iter().copied().filter(|word| *word != "alone").collect();
    if let Some(unknown) = names.iter().find(|name| !NETWORKS.iter().any(|n| n.0 == **name)) {
        return Err(Failure::Usage(format!("bench build: no network `{unknown}`")));
    }
    call(&mut workspace.cargo("build --release --locked -p pontine-tests --bin nef_build"))?;
    let python = if alone { None } else { Some(Environment::nengo(&workspace.target).ready()?) };
    let mut table =
        Table::new(&["network", "CPU s", "MiB", "Nengo CPU s", "Nengo MiB", "Nengo/ours", "goal"]);
    for (name, goal, nengo_can) in NETWORKS {
        if names.is_empty() || names.contains(&name) {
            let ours = best(|| ours(workspace, name))?;
            let python = python.as_deref().filter(|_| nengo_can);
            let nengo = python.map(|python| best(|| nengo(workspace, python, name))).transpose()?;
            table.row(cells(name, ours, nengo, goal));
        }
    }
    println!("\n{table}");
    Ok(true)
}

/// The cheaper of two.
fn best(run: impl Fn() -> Result<Sample, Failure>) -> Result<Sample, Failure> {
    let (first, second) = (run()?, run()?);
    Ok(if first.cpu_s < second.cpu_s { first } else { second })
}

fn ours(workspace: &Workspace, name: &str) -> Result<Sample, Failure> {
    let binary = format!("nef_build{}", std::env::consts::EXE_SUFFIX);
    sample(Command::new(workspace.target.join("release").join(binary)).arg(name), name)
}

fn nengo(workspace: &Workspace, python: &Path, name: &str) -> Result<Sample, Failure> {
    let recipe = workspace.root.join("benches/nengo/build.py");
    sample(environment::python(python).arg("-B").arg(recipe).arg(name), name)
}

fn sample(command: &mut Command, name: &str) -> Result<Sample, Failure> {
    let text = output(command)?;
    let line = text.lines().last().unwrap_or_default();
    let failure = |problem: String| Failure::Content { from: name.to_owned(), problem };
    let value: Value = serde_json::from_str(line).map_err(|error| failure(error.to_string()))?;
    let number = |key: &str| {
        value[key].as_f64().ok_or_else(|| failure(format!("`{key}` is not there, or no number")))
    };
    let sample = Sample { cpu_s: number("cpu_s")?, peak_mib: number("peak_mib")? };
    println!("{name}: {:.3} CPU s, {:.0} MiB", sample.cpu_s, sample.peak_mib);
    Ok(sample)
}

fn cells(name: &str, ours: Sample, nengo: Option<Sample>, goal: f64) -> Vec<String> {
    let theirs = |text: &dyn Fn(Sample) -> String| nengo.map(text).unwrap_or_default();
    vec![
        name.to_owned(),
        format!("{:.3}", ours.cpu_s),
        format!("{:.0}", ours.peak_mib),
        theirs(&|nengo| format!("{:.3}", nengo.cpu_s)),
        theirs(&|nengo| format!("{:.0}", nengo.peak_mib)),
        theirs(&|nengo| format!("{:.1}", nengo.cpu_s / ours.cpu_s)),
        theirs(&|_| format!("{goal:.0}")),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ratios_stand_only_beside_nengo() {
        let ours = Sample { cpu_s: 0.5, peak_mib: 10.0 };
        let nengo = Sample { cpu_s: 4.5, peak_mib: 100.0 };
        let row = cells("x", ours, Some(nengo), 8.0);
        assert_eq!(row, ["x", "0.500", "10", "4.500", "100", "9.0", "8"]);
        assert!(cells("x", ours, None, 8.0)[3..].iter().all(String::is_empty));
    }
}
