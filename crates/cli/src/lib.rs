//! The `pontine` command: runs model files, tells what is in them, shows what came out.
//!
//! ```text
//!  arguments ── ModelFile::set ──> load ── Road ──> Stream: stretches of steps ──> recording.chunks
//!                                                       │ Tally                         │ at the end
//!                                                       v                               v
//!                                              tables, summary.json         recording.npz ──> figures
//! ```
//! [`main`] is what the binary calls, so that other programs can offer the same command.
//!
//! Invariants: only here and in the facade are backends chosen by name; models are shipped as
//! files, and no code knows what is in them. Wrong input ends with status 2 and a message that names file, line and object; trouble of the
//! machine or within a run ends with status 1, Ctrl-C with 130; nothing panics. What a run records is
//! on the disk within a second, and memory does not grow with it.

mod arguments;
mod backend;
mod control;
mod convert;
mod drawn;
mod error;
mod figures;
mod folder;
mod info;
mod log;
mod model;
mod passes;
mod plot;
mod rates;
mod recover;
mod resources;
mod run;
mod shipped;
mod space;
mod state;
mod stream;
mod table;
mod tally;

use std::{
    ffi::OsString,
    io::{self, IsTerminal, Write},
    process::ExitCode,
};

use clap::{CommandFactory, Parser};

use crate::{
    arguments::{Arguments, Command},
    error::CliError,
};

/// Runs the command and tells the exit status: 0, 1 (the run or the machine failed), 2 (wrong input),
/// 130 (ended by Ctrl-C). Colours are for terminals, and not for those who set `NO_COLOR`.
pub fn main(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let plain = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    let mut console = Console {
        out_colour: !plain && io::stdout().is_terminal(),
        err_colour: !plain && io::stderr().is_terminal(),
        out: &mut io::stdout(),
        err: &mut io::stderr(),
    };
    ExitCode::from(console.run(arguments))
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
    Console { out, err, out_colour: false, err_colour: false }.run(arguments)
}

/// Where the command writes to.
struct Console<'c> {
    out: &'c mut dyn Write,
    err: &'c mut dyn Write,
    out_colour: bool,
    err_colour: bool,
}

impl Console<'_> {
    fn run<T: Into<OsString> + Clone>(&mut self, arguments: impl IntoIterator<Item = T>) -> u8 {
        let arguments = match Arguments::try_parse_from(arguments) {
            Ok(arguments) => arguments,
            Err(error) => return self.told(&error),
        };
        match log::with(arguments.verbose, self.err_colour, || self.command(&arguments)) {
            Ok(()) => 0,
            // Whoever read our output has had enough of it.
            Err(CliError::Output(source)) if source.kind() == io::ErrorKind::BrokenPipe => 0,
            Err(error) => {
                let status = error.status();
                // There is nowhere left to complain to.
                error::show(error, self.err, self.err_colour).map_or(status, |()| status)
            }
        }
    }

    fn command(&mut self, arguments: &Arguments) -> Result<(), CliError> {
        let out = &mut *self.out;
        match &arguments.command {
            Command::Run(run) => run::run(run, arguments.verbose == 0, out),
            Command::Info(arguments) => info::info(arguments, out),
            Command::Models(arguments) => shipped::models(arguments, out),
            Command::Convert(arguments) => convert::convert(arguments, out),
            Command::Plot(arguments) => plot::plot(arguments, out),
            Command::Recover(arguments) => recover::recover(arguments, out),
            Command::Passes(arguments) => passes::passes(arguments, out),
            Command::Explain(arguments) => passes::explain(arguments, out),
            Command::Backends => Ok(backend::backends(out)?),
            Command::Completions(arguments) => {
                let mut script = Vec::new();
                let mut command = Arguments::command();
                clap_complete::generate(arguments.shell, &mut command, "pontine", &mut script);
                Ok(out.write_all(&script)?)
            }
        }
    }

    /// Writes what the parser says: help, the version, or what is wrong.
    fn told(&mut self, error: &clap::Error) -> u8 {
        let code = error.exit_code();
        let (to, colour) = match code {
            0 => (&mut *self.out, self.out_colour),
            _ => (&mut *self.err, self.err_colour),
        };
        let text = error.render();
        let text = if colour { text.ansi().to_string() } else { text.to_string() };
        // There is nowhere left to complain to.
        to.write_all(text.as_bytes()).map_or(code as u8, |()| code as u8)
    }
}
