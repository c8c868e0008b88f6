//! Holds a model file against its reference tables over ten seeds.
//!
//! `cargo run --release -p pontine-tests --bin statistics -- MODEL [SEEDS] [FIRST_SEED] [f32|f64] [PATH=VALUE]…`

use std::{path::Path, process::ExitCode};

use pontine_core_ir::port::{CompileOptions, Precision};
use pontine_tests::acceptance::{Error, Plan};

fn main() -> ExitCode {
    match run() {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::from(2)
        }
    }
}

/// Whether all comparisons are within three standard errors.
fn run() -> Result<bool, Error> {
    let mut arguments: Vec<String> = std::env::args().skip(1).collect();
    let sets: Vec<String> = arguments.extract_if(.., |a| a.contains('=')).collect();
    let widths: Vec<Precision> = arguments
        .extract_if(.., |a| precision(a).is_some())
        .filter_map(|a| precision(&a))
        .collect();
    let precision = widths.last().copied().unwrap_or_default();
    let model = arguments.first().ok_or("which model file?")?;
    let n: u64 = arguments.get(1).map_or(Ok(10), |n| n.parse())?;
    let first: u64 = arguments.get(2).map_or(Ok(1), |n| n.parse())?;
    let seeds: Vec<u64> = (first..first + n).collect();
    let set: Vec<(&str, &str)> = sets.iter().filter_map(|s| s.split_once('=')).collect();
    let plan = Plan {
        model: Path::new(model),
        set: &set,
        seeds: &seeds,
        options: CompileOptions { precision, ..CompileOptions::default() },
    };
    let comparisons = plan.compare()?;
    println!("{model}, {n} seeds from {first}, {precision}");
    println!(
        "{:<12} {:<5} {:>10} {:>9} {:>10} {:>9} {:>6}",
        "population", "what", "ours", "sd", "published", "sd", "dist"
    );
    for c in &comparisons {
        let (o, p) = (c.ours, c.published);
        let distance = c.distance(false);
        println!(
            "{:<12} {:<5} {:>10.5} {:>9.5} {:>10.5} {:>9.5} {distance:>6.2}",
            c.population, c.statistic, o.mean, o.sd, p.mean, p.sd
        );
    }
    let beyond = comparisons.iter().filter(|c| !(c.distance(false) <= 3.0)).count();
    println!("{} comparisons, {beyond} beyond 3 standard errors", comparisons.len());
    Ok(beyond == 0)
}

fn precision(word: &str) -> Option<Precision> {
    match word {
        "f32" => Some(Precision::F32),
        "f64" => Some(Precision::F64),
        _ => None,
    }
}
