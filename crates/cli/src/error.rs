//! What can go wrong, and how it is shown.

use std::{
    fmt::Write as _,
    io,
    path::{Path, PathBuf},
};

use miette::{Diagnostic, GraphicalReportHandler, GraphicalTheme};
use pontine_core_ir::port::{AccessError, Missing};
use pontine_io::{LoadedModel, ModelFileError, RecordingError, SnapshotError};
use pontine_road::RoadError;

use crate::{control::INTERRUPTED, shipped::Shipped, space::TooLarge};

/// Why the command failed.
#[derive(Debug, thiserror::Error, Diagnostic)]
pub(crate) enum CliError {
    #[error(transparent)]
    ModelFile(#[from] ModelFileError),
    /// A name that neither a file nor a model that is shipped has.
    #[error(
        "{name}: there is no such file, and no model of this name is shipped{}; \
         `pontine models` lists those that are",
        .nearest.as_ref().map(|name| format!(" (did you mean `{name}`?)")).unwrap_or_default()
    )]
    NoModel { name: String, nearest: Option<String> },
    /// Messages of the road, each with the place in the model file that it is about.
    #[error("{message}")]
    Road { message: String, source: Option<Box<dyn std::error::Error + Send + Sync>> },
    #[error("{message}")]
    Run { message: String, source: Option<Box<dyn std::error::Error + Send + Sync>> },
    #[error("{}: the folder for results cannot be written", .path.display())]
    Folder {
        path: PathBuf,
        #[source]
        source: io::Error,
    },
    #[error(transparent)]
    Recording(#[from] RecordingError),
    /// A state that this run cannot continue from.
    #[error(transparent)]
    State(#[from] SnapshotError),
    /// A state that the backend cannot continue from.
    #[error("{}: cannot be continued from", .path.display())]
    Restore { path: PathBuf, source: AccessError },
    /// Parameters that the model has not, or not so many.
    #[error("{}: `{name}`: {error}", .path.display())]
    Numbers { path: PathBuf, name: String, error: RoadError },
    /// Parameters that the backend does not tell.
    #[error("{}: the parameters cannot be told: {error}", .path.display())]
    Unread { path: PathBuf, error: RoadError },
    #[error(transparent)]
    Missing(#[from] Missing),
    /// No such pass.
    #[error("{0}")]
    Passes(String),
    /// Nothing was left behind by a run.
    #[error("{}: there is nothing to recover: no {} is there", .folder.display(), pontine_io::CHUNKS)]
    NoChunks { folder: PathBuf },
    /// Nothing of this name can be drawn.
    #[error("{}: there is no such folder, recording or model", .what.display())]
    Nothing { what: PathBuf },
    /// Changes to a model, where a recording is drawn.
    #[error(
        "{}: a recording is drawn as it is; --set, --scale, --seed and --dt change models",
        .what.display()
    )]
    Recorded { what: PathBuf },
    /// A time to draw in which nothing was recorded.
    #[error("nothing was recorded then: the recording is of {first_s} s to {last_s} s")]
    NoTime { first_s: f64, last_s: f64 },
    /// The run was ended by its user.
    #[error(
        "ended by Ctrl-C after {done} of {of} steps; what was recorded until then is in {}",
        .folder.display()
    )]
    Interrupted { done: u64, of: u64, folder: PathBuf },
    #[error("the output cannot be written")]
    Output(#[from] io::Error),
}

impl CliError {
    /// The exit status: 2 for wrong input, 1 for trouble of the machine or within the run, 130 for
    /// a run that was ended by its user.
    pub fn status(&self) -> u8 {
        match self {
            Self::ModelFile(_) | Self::NoModel { .. } | Self::Road { .. } | Self::Folder { .. } => {
                2
            }
            Self::State(_) | Self::Restore { .. } | Self::Missing(_) | Self::Passes(_) => 2,
            Self::NoTime { .. } | Self::Nothing { .. } | Self::NoChunks { .. } => 2,
            Self::Recorded { .. } | Self::Numbers { .. } | Self::Unread { .. } => 2,
            Self::Recording(RecordingError::Unfinished { .. }) => 2,
            Self::Interrupted { .. } => INTERRUPTED,
            Self::Run { .. } | Self::Recording(_) | Self::Output(_) => 1,
        }
    }

    /// A model that is neither on file nor shipped.
    pub fn no_model(name: &str) -> Self {
        Self::NoModel { name: name.to_owned(), nearest: Shipped::nearest(name) }
    }

    /// Recordings that do not fit, with the line of the model file that asks for the largest.
    pub fn too_large(loaded: &LoadedModel, error: &TooLarge) -> Self {
        let text = error.to_string();
        let place = loaded.locate(&text).map(|place| format!("{place}: ")).unwrap_or_default();
        Self::Road { message: place + &text, source: None }
    }

    /// An error while a recording is written to a folder, with the way to what was written before.
    pub fn while_recording(self, folder: &Path) -> Self {
        match self {
            Self::Recording(error) if folder.join(pontine_io::CHUNKS).exists() => {
                let folder = folder.display();
                let kept = format!("`pontine recover {folder}` keeps what was written before");
                Self::Run { message: format!("{error}; {kept}"), source: causes(&error) }
            }
            other => other,
        }
    }

    /// An error of the road, with the lines of the model file that it is about.
    pub fn road(loaded: &LoadedModel, error: &RoadError) -> Self {
        let mut message = String::new();
        for (i, line) in error.to_string().lines().enumerate() {
            let place = place(loaded, error, line);
            let place = place.map(|place| format!("{place}: ")).unwrap_or_default();
            let newline = if i == 0 { "" } else { "\n" };
            // Writing to a string does not fail.
            write!(message, "{newline}{place}{line}").unwrap_or_default();
        }
        let source = causes(error);
        match error {
            RoadError::Run(_) | RoadError::Recording(_) => Self::Run { message, source },
            _ => Self::Road { message, source },
        }
    }
}

/// Messages name objects by their paths; that of a time is known by the error's kind.
fn place(loaded: &LoadedModel, error: &RoadError, line: &str) -> Option<String> {
    match error {
        RoadError::Steps { .. } => {
            // What was set from outside is at fault rather than what the file says.
            let places = ["`model.dt`", "`model.time`"].map(|key| loaded.locate(key));
            places.into_iter().flatten().max_by_key(|place| place.starts_with("--set"))
        }
        _ => loaded.locate(line),
    }
}

/// The causes of an error as texts; the error itself may not leave its thread.
fn causes(error: &dyn std::error::Error) -> Option<Box<dyn std::error::Error + Send + Sync>> {
    let causes = std::iter::successors(error.source(), |cause| cause.source());
    let texts: Vec<_> = causes.map(ToString::to_string).collect();
    (!texts.is_empty()).then(|| texts.join(": ").into())
}

/// Writes an error for people: each line as it is, so that other programs can read it too.
pub(crate) fn show(error: CliError, err: &mut dyn io::Write, colour: bool) -> io::Result<()> {
    let theme = if colour { GraphicalTheme::unicode() } else { GraphicalTheme::unicode_nocolor() };
    let handler = GraphicalReportHandler::new_themed(theme).with_wrap_lines(false);
    let mut text = String::new();
    match handler.render_report(&mut text, &error) {
        Ok(()) => writeln!(err, "{}", text.trim_end()),
        Err(_) => writeln!(err, "error: {error}"),
    }
}
