//! `cargo xtask bench build`: what it costs to build networks of the NEF, here and in Nengo.
//!
//! CPU seconds of one thread, from the description to the first step; the best of the rounds counts.

use crate::failure::Failure;
use crate::table::Table;
use crate::workspace::Workspace;

use super::nef::{Programs, Report};

/// Networks of `tests/src/nef_networks.rs`, how many times less than Nengo they are to cost, and whether
/// Nengo builds them within minutes.
const NETWORKS: [(&str, f64, bool); 11] = [
    ("convolution", 8.0, true),
    ("arrays", 8.0, true),
    ("small60", 8.0, true),
    ("small400", 8.0, false),
    ("channel", 1.0, true),
    ("ganglia64", 1.0, true),
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
    let programs = Programs::ready(workspace, alone)?;
    let mut table =
        Table::new(&["network", "CPU s", "MiB", "Nengo CPU s", "Nengo MiB", "Nengo/ours", "goal"]);
    for (name, goal, nengo_can) in NETWORKS {
        if names.is_empty() || names.contains(&name) {
            let ours = best(|| programs.ours(name, &[]).map(Some))?;
            let nengo = if nengo_can { best(|| programs.nengo(name, &[]))? } else { None };
            let Some(ours) = ours else { continue };
            table.row(cells(name, ours, nengo, goal));
        }
    }
    println!("\n{table}");
    Ok(true)
}

/// The cheaper of two, if there is any.
fn best(run: impl Fn() -> Result<Option<Report>, Failure>) -> Result<Option<Sample>, Failure> {
    let (Some(first), Some(second)) = (run()?, run()?) else { return Ok(None) };
    let (first, second) = (Sample::of(&first)?, Sample::of(&second)?);
    Ok(Some(if first.cpu_s < second.cpu_s { first } else { second }))
}

impl Sample {
    fn of(report: &Report) -> Result<Self, Failure> {
        Ok(Self { cpu_s: report.number("cpu_s")?, peak_mib: report.number("peak_mib")? })
    }
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
