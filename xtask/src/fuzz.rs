//! `cargo xtask fuzz`: hostile model files, many more than the tests try.

use crate::failure::Failure;
use crate::workspace::{Workspace, call};

const CASES: u64 = 1_000_000;

/// Runs so many cases, a million if no number is given.
pub fn command(workspace: &Workspace, options: &[&str]) -> Result<bool, Failure> {
    let cases = match options {
        [] => CASES,
        [number] => number.parse().map_err(|_| usage(options))?,
        _ => return Err(usage(options)),
    };
    let test = "test --release --package pontine-io --test hostile -- --nocapture";
    call(workspace.cargo(test).env("PONTINE_FUZZ_CASES", cases.to_string()))?;
    println!("fuzz: {cases} cases, no panic");
    Ok(true)
}

fn usage(options: &[&str]) -> Failure {
    Failure::Usage(format!("fuzz: expected a number of cases, not {options:?}"))
}
