//! Files that are whole or not there.

use std::{
    error::Error,
    fs::{self, File},
    io::{BufWriter, Write},
    path::Path,
};

use serde::Serialize;

use crate::error::RecordingError;

/// What a writer may say.
pub(crate) type Outcome = Result<(), Box<dyn Error + Send + Sync>>;

pub(crate) fn failed(
    path: &Path,
    what: &'static str,
    source: Box<dyn Error + Send + Sync>,
) -> RecordingError {
    RecordingError::Io { path: path.to_owned(), what, source }
}

pub(crate) fn make_folder(folder: &Path) -> Result<(), RecordingError> {
    fs::create_dir_all(folder).map_err(|source| failed(folder, "written", source.into()))
}

/// Writes beside the file first and renames what is complete.
pub(crate) fn write_whole(
    path: &Path,
    write: impl FnOnce(&mut BufWriter<File>) -> Outcome,
) -> Result<(), RecordingError> {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let partial = path.with_file_name(format!(".{name}.{}.partial", std::process::id()));
    let attempt = || -> Outcome {
        let mut out = BufWriter::new(File::create(&partial)?);
        write(&mut out)?;
        out.flush()?;
        out.get_ref().sync_all()?;
        drop(out);
        Ok(fs::rename(&partial, path)?)
    };
    attempt().map_err(|source| {
        // What is left over is of no use; that it cannot be removed adds nothing to the error.
        drop(fs::remove_file(&partial));
        failed(path, "written", source)
    })
}

pub(crate) fn write_text(path: &Path, text: &str) -> Result<(), RecordingError> {
    write_whole(path, |out| Ok(out.write_all(text.as_bytes())?))
}

/// The structs of this crate have neither keys that are no texts nor failing fields, so this is
/// always some text.
pub(crate) fn json(value: &impl Serialize) -> String {
    let mut text = serde_json::to_string_pretty(value).unwrap_or_default();
    text.push('\n');
    text
}
