//! The project's chores: everything CI runs, the rules of the house, golden data, benchmarks.
//!
//! Invariant: depends on no crate of the workspace. It calls cargo, the programs that the workspace
//! builds, and Python; so it works while the workspace does not compile.

mod asm;
mod bench;
mod environment;
mod failure;
mod fuzz;
mod golden;
mod table;
mod tidy;
mod verify;
mod workspace;

use std::process::ExitCode;

use failure::Failure;
use workspace::Workspace;

const USAGE: &str = "\
Usage: cargo xtask <COMMAND>

Commands:
  test [--keep-going] [STAGE...]   everything CI runs, or only the named stages
  tidy                             the rules of the house alone
  golden nengo [--check]           re-make Nengo's golden data, or compare it with a fresh one
  golden pynn [--check]            the same of PyNN's cells in NEST 3.10
  bench [WHAT...] [--repeat N] [NETWORK...]
                                   seconds that whole networks take; WHAT: nest (beside NEST 3.10),
                                   threads (one against two), criterion (the crates' own benches),
                                   instructions (what recording spikes costs, counted by valgrind),
                                   build (networks of the NEF, beside Nengo)
  asm                              what the native kernels were compiled to
  fuzz [CASES]                     hostile model files, a million if no number is given";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match run(&words) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(failure) => {
            eprintln!("error: {failure}");
            ExitCode::from(2)
        }
    }
}

/// Runs one command; false if it ran to its end and found faults.
fn run(words: &[&str]) -> Result<bool, Failure> {
    match words {
        [] | ["help" | "--help" | "-h"] => {
            println!("{USAGE}");
            Ok(true)
        }
        ["test", options @ ..] => verify::command(&Workspace::locate()?, options),
        ["tidy"] => tidy::command(&Workspace::locate()?),
        ["golden", "nengo", options @ ..] => {
            golden::command(&Workspace::locate()?, golden::Peer::Nengo, options)
        }
        ["golden", "pynn", options @ ..] => {
            golden::command(&Workspace::locate()?, golden::Peer::Pynn, options)
        }
        ["bench", options @ ..] => bench::command(&Workspace::locate()?, options),
        ["fuzz", options @ ..] => fuzz::command(&Workspace::locate()?, options),
        ["asm"] => asm::command(&Workspace::locate()?),
        _ => Err(Failure::Usage(format!("unknown command `{}`\n\n{USAGE}", words.join(" ")))),
    }
}
