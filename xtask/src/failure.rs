//! Why a chore could not be done.

use std::fmt;
use std::io;
use std::path::PathBuf;

/// One variant per cause.
#[derive(Debug)]
pub enum Failure {
    /// The command line makes no sense.
    Usage(String),
    /// A program could not be started.
    Start { program: String, source: io::Error },
    /// A program ran and said no.
    Exit { command: String, code: Option<i32> },
    /// A file or folder could not be read or written.
    File { path: PathBuf, source: io::Error },
    /// A program or file held something else than expected.
    Content { from: String, problem: String },
    /// The rules of the house are broken in this many places.
    Faults(usize),
}

impl fmt::Display for Failure {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Usage(text) => out.write_str(text),
            Self::Start { program, source } => write!(out, "cannot start `{program}`: {source}"),
            Self::Exit { command, code: Some(code) } => {
                write!(out, "`{command}` ended with {code}")
            }
            Self::Exit { command, code: None } => write!(out, "`{command}` was killed"),
            Self::File { path, source } => write!(out, "{}: {source}", path.display()),
            Self::Content { from, problem } => write!(out, "{from}: {problem}"),
            Self::Faults(count) => write!(out, "{count} faults"),
        }
    }
}
