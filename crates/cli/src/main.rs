//! The `pontine` command.

use std::process::ExitCode;

fn main() -> ExitCode {
    pontine_cli::main(std::env::args_os())
}
