//! What can be wrong with a model file or a recording, and where.

use std::{error::Error, fmt, path::PathBuf, sync::Arc};

use pontine_core_ir::{
    Faults, SpecError, error::nearest, network::CellError, network::NetworkFault,
    registry::LookupError,
};
use pontine_mechanism::lang::Fault;

use crate::{
    text::{cut, number, quoted, window},
    tree::Place,
};

/// Why a model file gives no network.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ModelFileError {
    /// The file cannot be read.
    #[error("{}: cannot be read", .path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system says.
        #[source]
        source: std::io::Error,
    },
    /// The name ends in neither `.toml` nor `.json`.
    #[error("{}: a model file ends in `.toml` or `.json`", .path.display())]
    Format {
        /// The file.
        path: PathBuf,
    },
    /// The file is larger than any model file need be.
    #[error("{}: has {bytes} bytes; a model file has at most {limit}", .path.display())]
    TooLarge {
        /// The file.
        path: PathBuf,
        /// Its size.
        bytes: u64,
        /// The largest size that is read.
        limit: u64,
    },
    /// The contents are wrong.
    #[error(transparent)]
    Faults(#[from] Faults<ModelFault>),
    /// The file cannot be written.
    #[error(transparent)]
    Write(#[from] RecordingError),
}

/// One thing wrong with the contents of a model file.
#[derive(Clone, Debug, PartialEq)]
pub struct ModelFault {
    /// The file, as it was named.
    pub file: Arc<str>,
    /// Where it stands.
    pub place: Place,
    /// The object, such as `` population `E` ``.
    pub label: Option<String>,
    /// What is wrong.
    pub cause: Cause,
}

impl fmt::Display for ModelFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.place {
            Place::Setting(_) | Place::Option(_) => write!(f, "{}: ", self.place)?,
            Place::Line(_) | Place::Pointer(_) => write!(f, "{}:{}: ", self.file, self.place)?,
        }
        if let Some(label) = &self.label {
            write!(f, "{label}: ")?;
        }
        write!(f, "{}", self.cause)
    }
}

impl Error for ModelFault {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.cause.source()
    }
}

/// What is wrong.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Cause {
    /// Neither TOML nor JSON.
    #[error("{message}")]
    Syntax {
        /// What the parser says.
        message: String,
    },
    /// A name that nothing has.
    #[error("unknown {what} `{}`{}", cut(.name), hint(.nearest))]
    Unknown {
        /// "key", "name", "function", …
        what: &'static str,
        /// As written.
        name: String,
        /// The most similar known name.
        nearest: Option<String>,
    },
    /// A key that nothing has and that is like none of those there are.
    #[error("unknown key `{}`; known are {}", cut(.name), listed(.known))]
    NoKey {
        /// As written.
        name: String,
        /// The keys there are.
        known: Vec<String>,
    },
    /// A key of another section.
    #[error("unknown key `{}`; it stands in the section `[{section}]`", cut(.name))]
    Elsewhere {
        /// As written.
        name: String,
        /// Where it stands.
        section: &'static str,
    },
    /// A learning rule that an object has not.
    #[error("`{}` learns by {}, not by `{}`{}", cut(.object), rules(.known), cut(.name), hint(.nearest))]
    NoRule {
        /// The connection or projection.
        object: String,
        /// The rule, as written.
        name: String,
        /// The rules there are.
        known: Vec<String>,
        /// The most similar of them.
        nearest: Option<String>,
    },
    /// A reference to an object that has a fault of its own; told only where that fault is not.
    #[error("`{name}` cannot be referred to, since it has a fault")]
    Lost {
        /// As written.
        name: String,
    },
    /// Something that must be there is not.
    #[error("`{key}` is missing; expected {expected}")]
    Missing {
        /// The key.
        key: String,
        /// What it should hold.
        expected: String,
    },
    /// A value of the wrong kind or outside its range.
    #[error("{what} is {found}, but must be {expected}")]
    Value {
        /// Whose value.
        what: String,
        /// What it is.
        found: String,
        /// What it must be.
        expected: String,
    },
    /// A bare number where a quantity is needed.
    #[error(
        "{what} is {} without a unit, but is measured in {expected}; \
         write it with its unit, such as \"{} {expected}\"", number(*.found), number(*.found)
    )]
    NoUnit {
        /// Whose value.
        what: String,
        /// The number.
        found: f64,
        /// The unit in which it is measured.
        expected: String,
    },
    /// A quantity that measures something else.
    #[error("{what} is given in {found}, but is measured in {expected}")]
    Unit {
        /// Whose value.
        what: String,
        /// Its unit.
        found: String,
        /// A unit that would do.
        expected: String,
    },
    /// An expression that cannot be evaluated.
    #[error("in `{}`: {message}", cut(.expression))]
    Expression {
        /// The part of the expression.
        expression: String,
        /// What is wrong with it.
        message: String,
    },
    /// Definitions that depend on one another in a circle.
    #[error("{} depend on one another in a circle", .names.join(", "))]
    Circle {
        /// The parameters of the circle.
        names: Vec<String>,
    },
    /// Two things of one name.
    #[error("`{name}` is declared twice")]
    Twice {
        /// The name.
        name: String,
    },
    /// More than a model file may ask for.
    #[error("{what}: {found}, but at most {limit} are allowed")]
    Limit {
        /// What there is too much of.
        what: String,
        /// How much of it.
        found: String,
        /// How much is allowed.
        limit: u64,
    },
    /// Wrong text in the mechanism language.
    #[error("{}", caret(.0))]
    Language(Box<Fault>),
    /// Cells cannot be described so.
    #[error(transparent)]
    Cell(#[from] CellError),
    /// A kind is unknown or its parameters are wrong.
    #[error(transparent)]
    Lookup(#[from] LookupError),
    /// The network is not whole.
    #[error(transparent)]
    Network(#[from] NetworkFault),
}

impl Cause {
    /// A key that is not among those there are.
    pub(crate) fn unknown_key<'k>(name: &str, known: impl Iterator<Item = &'k str>) -> Self {
        let known: Vec<&str> = known.collect();
        let nearest = nearest(name, known.iter().copied());
        let name = name.to_owned();
        if nearest.is_some() || known.is_empty() {
            return Self::Unknown { what: "key", name, nearest };
        }
        Self::NoKey { name, known: known.into_iter().map(str::to_owned).collect() }
    }

    /// Whether both are one mistake, whatever value it makes in each copy of an object.
    pub(crate) fn is_like(&self, other: &Self) -> bool {
        match (self, other) {
            (
                Self::Value { what, expected, .. },
                Self::Value { what: other_what, expected: other_expected, .. },
            ) => what == other_what && expected == other_expected,
            (Self::Limit { what, .. }, Self::Limit { what: other_what, .. }) => what == other_what,
            _ => self == other,
        }
    }
}

impl From<SpecError> for Cause {
    fn from(error: SpecError) -> Self {
        Self::Lookup(error.into())
    }
}

/// Why a recording could not be written or read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RecordingError {
    /// The file or folder cannot be written or read.
    #[error("{}: cannot be {what}", .path.display())]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// "written", "read" or "removed".
        what: &'static str,
        /// What the system or the format says.
        #[source]
        source: Box<dyn Error + Send + Sync>,
    },
    /// The folder holds the chunks of another run.
    #[error(
        "{0}: holds the recording of a run that did not end, or has not ended yet; \
         `pontine recover {0}` keeps what it has, or remove {1} there",
        .folder.display(), crate::CHUNKS
    )]
    Unfinished {
        /// The folder.
        folder: PathBuf,
    },
    /// The contents are not a recording.
    #[error("{}: {message}", .path.display())]
    Contents {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        message: String,
    },
}

/// Why a run cannot continue from a file.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SnapshotError {
    /// The file cannot be read, or is no state.
    #[error(transparent)]
    File(#[from] RecordingError),
    /// The state is that of something else.
    #[error("{}: the state has {what} {found}, but this run has {expected}", .path.display())]
    Other {
        /// The file.
        path: PathBuf,
        /// What differs.
        what: &'static str,
        /// What the file says.
        found: String,
        /// What this run has.
        expected: String,
    },
}

/// A cause and its place, before the file and the object are known.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Located {
    pub place: Place,
    pub cause: Cause,
}

/// The message of the language with the line it means, and a caret; the place is told by us.
fn caret(fault: &Fault) -> String {
    let (line, column) = window(&fault.source_line, fault.column.saturating_sub(1) as usize);
    format!("{}\n    {line}\n    {}^", fault.cause, " ".repeat(column))
}

fn rules(names: &[String]) -> String {
    if names.is_empty() { "nothing".to_owned() } else { listed(names) }
}

fn listed(names: &[String]) -> String {
    const MOST: usize = 30;
    let shown: Vec<_> = names.iter().take(MOST).map(|name| quoted(&cut(name))).collect();
    shown.join(", ") + if names.len() > MOST { ", …" } else { "" }
}

fn hint(nearest: &Option<String>) -> impl fmt::Display {
    nearest.as_ref().map(|name| format!("; did you mean `{name}`?")).unwrap_or_default()
}
