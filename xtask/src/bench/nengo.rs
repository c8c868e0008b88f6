//! `cargo xtask bench nengo`: what a step of a network of the NEF costs, here and in Nengo's reference
//! simulator.
//!
//! CPU time of one thread per step after a warm-up, turn by turn; the best of the rounds counts. Networks
//! and seeds are the same, so that the root mean square of what is probed has to agree.

use crate::failure::Failure;
use crate::table::Table;
use crate::workspace::Workspace;

use super::nef::{Programs, Report};

/// Networks of `tests/src/nef_networks.rs`, and how many steps are measured.
const NETWORKS: [(&str, u32); 11] = [
    ("channel", 5000),
    ("integrator", 5000),
    ("oscillator", 5000),
    ("lorenz", 5000),
    ("pes", 2000),
    ("arrays", 400),
    ("convolution", 400),
    ("ganglia", 1500),
    ("convnet", 500),
    ("sparse", 400),
    ("small60", 500),
];

/// Ours takes more steps, since the clock of a thread is coarse.
const MORE: u32 = 5;

/// How many times less than Nengo's a step is to cost: in the geometric mean, and at least.
const GOALS: [f64; 2] = [15.0, 4.0];

/// The fastest of the rounds.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Step {
    microseconds: f64,
    rms: f64,
    operators: f64,
}

/// One network on both sides.
struct Row {
    f64: Step,
    f32: Step,
    nengo: Option<Step>,
}

/// Measures all networks, or those named; with `alone`, without Nengo; `--passes PIPELINE` and
/// `--repeat N` as elsewhere.
pub fn command(workspace: &Workspace, words: &[&str]) -> Result<bool, Failure> {
    let asked = Asked::parse(words)?;
    let programs = Programs::ready(workspace, asked.alone)?;
    let chosen = |name: &str| asked.names.is_empty() || asked.names.contains(&name);
    let networks: Vec<_> = NETWORKS.into_iter().filter(|(name, _)| chosen(name)).collect();
    let mut table = Table::new(&[
        "network",
        "operators",
        "Nengo",
        "us f64",
        "us f32",
        "us Nengo",
        "Nengo/f64",
        "Nengo/f32",
        "rms off",
    ]);
    let mut rows = Vec::new();
    for (name, n_steps) in networks {
        let row = measure(&programs, name, n_steps, &asked)?;
        table.row(cells(name, &row));
        rows.push(row);
    }
    println!("\n{table}");
    if let Some(text) = verdict(&rows) {
        println!("{text}");
    }
    Ok(true)
}

/// What the words ask for.
struct Asked<'w> {
    names: Vec<&'w str>,
    alone: bool,
    passes: &'w str,
    repeat: u32,
}

impl<'w> Asked<'w> {
    fn parse(words: &[&'w str]) -> Result<Self, Failure> {
        let usage = |problem: String| Failure::Usage(format!("bench nengo: {problem}"));
        let mut asked = Self { names: vec![], alone: false, passes: "fast", repeat: 2 };
        let mut words = words.iter().copied();
        while let Some(word) = words.next() {
            let mut value = || words.next().ok_or_else(|| usage(format!("`{word}` needs a value")));
            match word {
                "alone" => asked.alone = true,
                "--passes" => asked.passes = value()?,
                "--repeat" => {
                    let rounds = value()?;
                    asked.repeat =
                        rounds.parse().map_err(|_| usage(format!("`{rounds}` is no number")))?;
                }
                name if NETWORKS.iter().any(|network| network.0 == name) => asked.names.push(name),
                unknown => return Err(usage(format!("no network `{unknown}`"))),
            }
        }
        Ok(asked)
    }
}

fn measure(
    programs: &Programs,
    name: &str,
    n_steps: u32,
    asked: &Asked<'_>,
) -> Result<Row, Failure> {
    let (more, steps) = ((n_steps * MORE).to_string(), n_steps.to_string());
    let mut best: [Option<Step>; 3] = [None; 3];
    for _ in 0..asked.repeat.max(1) {
        let theirs = programs.nengo(name, &[&steps])?;
        // As many steps as Nengo takes, so that what is probed can be held against it.
        let same = programs.ours(name, &[&steps, "f64", asked.passes])?;
        let ours = |precision| programs.ours(name, &[&more, precision, asked.passes]);
        let rms = same.number("rms")?;
        let steps = [
            Some(Step { rms, ..Step::of(&ours("f64")?, n_steps * MORE)? }),
            Some(Step::of(&ours("f32")?, n_steps * MORE)?),
            theirs.map(|report| Step::of(&report, n_steps)).transpose()?,
        ];
        for (best, step) in best.iter_mut().zip(steps) {
            *best = faster(*best, step);
        }
    }
    let [Some(f64), Some(f32), nengo] = best else {
        return Err(Failure::Content { from: name.into(), problem: "nothing was measured".into() });
    };
    println!("{name}: {:.2} us a step", f64.microseconds);
    Ok(Row { f64, f32, nengo })
}

fn faster(a: Option<Step>, b: Option<Step>) -> Option<Step> {
    match (a, b) {
        (Some(a), Some(b)) => Some(if b.microseconds < a.microseconds { b } else { a }),
        (a, b) => a.or(b),
    }
}

impl Step {
    fn of(report: &Report, n_steps: u32) -> Result<Self, Failure> {
        Ok(Self {
            microseconds: report.number("run_s")? / f64::from(n_steps) * 1e6,
            rms: report.number("rms")?,
            operators: report.number("operators")?,
        })
    }
}

fn cells(name: &str, row: &Row) -> Vec<String> {
    let theirs = |text: &dyn Fn(Step) -> String| row.nengo.map(text).unwrap_or_default();
    vec![
        name.to_owned(),
        format!("{}", row.f64.operators),
        theirs(&|nengo| format!("{}", nengo.operators)),
        format!("{:.2}", row.f64.microseconds),
        format!("{:.2}", row.f32.microseconds),
        theirs(&|nengo| format!("{:.1}", nengo.microseconds)),
        theirs(&|nengo| format!("{:.1}", nengo.microseconds / row.f64.microseconds)),
        theirs(&|nengo| format!("{:.1}", nengo.microseconds / row.f32.microseconds)),
        theirs(&|nengo| format!("{:.0e}", (row.f64.rms / nengo.rms - 1.0).abs())),
    ]
}

/// The geometric mean and the smallest of all ratios, beside the goals.
fn verdict(rows: &[Row]) -> Option<String> {
    let ratio = |row: &Row| Some(row.nengo?.microseconds / row.f64.microseconds);
    let ratios: Vec<f64> = rows.iter().filter_map(ratio).collect();
    let mean = (ratios.iter().map(|r| r.ln()).sum::<f64>() / ratios.len() as f64).exp();
    let least = ratios.iter().copied().reduce(f64::min)?;
    let [mean_goal, least_goal] = GOALS;
    Some(format!(
        "Nengo/f64: geometric mean {mean:.1} (goal {mean_goal}), least {least:.1} (goal {least_goal})"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(ours: f64, nengo: Option<f64>) -> Row {
        let step = |microseconds| Step { microseconds, rms: 2.0, operators: 7.0 };
        Row { f64: step(ours), f32: step(ours / 2.0), nengo: nengo.map(step) }
    }

    #[test]
    fn ratios_stand_only_beside_nengo() {
        let with = cells("x", &row(2.0, Some(40.0)));
        assert_eq!(with, ["x", "7", "7", "2.00", "1.00", "40.0", "20.0", "40.0", "0e0"]);
        let alone = cells("x", &row(2.0, None));
        assert_eq!(alone[2..], ["", "2.00", "1.00", "", "", "", ""]);
    }

    #[test]
    fn the_verdict_is_the_geometric_mean_and_the_least() {
        let rows = [row(1.0, Some(4.0)), row(1.0, Some(25.0)), row(1.0, None)];
        let expected = "Nengo/f64: geometric mean 10.0 (goal 15), least 4.0 (goal 4)";
        assert_eq!(verdict(&rows).as_deref(), Some(expected));
        assert_eq!(verdict(&rows[2..]), None);
    }

    #[test]
    fn words_are_networks_or_options() {
        let asked = Asked::parse(&["pes", "alone", "--passes", "none"]).unwrap();
        assert_eq!((asked.names, asked.alone, asked.passes), (vec!["pes"], true, "none"));
        let problem = |words: &[&str]| Asked::parse(words).err().unwrap().to_string();
        assert!(problem(&["brain"]).contains("no network `brain`"));
        assert!(problem(&["--passes"]).contains("`--passes` needs a value"));
    }
}
