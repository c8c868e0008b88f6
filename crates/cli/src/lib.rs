//! The `pontine` command: `run` and `info` for model files.
//!
//! ```text
//!  arguments ── ModelFile::set ──> load ── Road ──> run ──> tables, recording.npz, summary.json
//! ```
//! [`main`] is what the binary calls, so that other programs can offer the same command.
//!
//! Invariants: only here and in the facade are backends chosen by name; no published network is known
//! here. Wrong input ends with status 2 and a message that names file, line and object; trouble of the
//! machine or within a run ends with status 1; nothing panics.

mod arguments;
mod backend;
mod error;
mod folder;
mod info;
mod memory;
mod model;
mod rates;
mod resources;
mod run;
mod state;
mod table;

use std::{
    ffi::OsString,
    io::{self, Write},
    process::ExitCode,
};

use clap::Parser;

use crate::{
    arguments::{Arguments, Command},
    error::CliError,
};

/// Runs the command and tells the exit status: 0, 1 (the run or the machine failed), 2 (wrong input).
pub fn main(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    ExitCode::from(main_with(arguments, &mut io::stdout(), &mut io::stderr()))
}

/// As [`main`], with other places to write to.
///
/// # Examples
/// ```
/// let (mut out, mut err) = (Vec::new(), Vec::new());
/// let status = pontine_cli::main_with(["pontine", "run", "absent.toml"], &mut out, &mut err);
/// assert_eq!(status, 2);
/// assert!(String::from_utf8(err).unwrap().contains("absent.toml: cannot be read"));
/// ```
pub fn main_with<T: Into<OsString> + Clone>(
    arguments: impl IntoIterator<Item = T>,
    out: &mut dyn Write,
    err: &mut dyn Write,
) -> u8 {
    let arguments = match Arguments::try_parse_from(arguments) {
        Ok(arguments) => arguments,
        Err(error) => {
            let code = error.exit_code();
            let text = error.render();
            let written = if code == 0 { write!(out, "{text}") } else { write!(err, "{text}") };
            // There is nowhere left to complain to.
            return written.map_or(code as u8, |()| code as u8);
        }
    };
    let done = match &arguments.command {
        Command::Run(arguments) => run::run(arguments, out),
        Command::Info(arguments) => info::info(arguments, out),
    };
    match done {
        Ok(()) => 0,
        // Whoever read our output has had enough of it.
        Err(CliError::Output(source)) if source.kind() == io::ErrorKind::BrokenPipe => 0,
        Err(error) => {
            let status = error.status();
            // There is nowhere left to complain to.
            error::show(error, err).map_or(status, |()| status)
        }
    }
}
