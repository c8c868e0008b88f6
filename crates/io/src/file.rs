//! Files that are whole or not there.

use std::{
    error::Error,
    fs::{self, File, OpenOptions},
    io::{BufWriter, Write},
    path::{Path, PathBuf},
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

/// Writes beside the file first and renames what is complete. Links stay, and what they lead to is
/// replaced; devices and pipes are written to, since a file in their place would be no device.
pub(crate) fn write_whole(
    path: &Path,
    write: impl FnOnce(&mut BufWriter<File>) -> Outcome,
) -> Result<(), RecordingError> {
    let outcome = match replaceable(path) {
        Some(file) => replace(&file, write),
        None => write_through(path, write),
    };
    outcome.map_err(|source| failed(path, "written", source))
}

/// The file that a path leads to, unless that is none.
fn replaceable(path: &Path) -> Option<PathBuf> {
    match fs::metadata(path) {
        Ok(found) if found.is_file() => fs::canonicalize(path).ok(),
        Ok(found) if !found.is_dir() => None,
        // Renaming says what is wrong with a folder.
        Ok(_) | Err(_) => Some(path.to_owned()),
    }
}

fn replace(path: &Path, write: impl FnOnce(&mut BufWriter<File>) -> Outcome) -> Outcome {
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
    attempt().inspect_err(|_| {
        // What is left over is of no use; that it cannot be removed adds nothing to the error.
        drop(fs::remove_file(&partial));
    })
}

fn write_through(path: &Path, write: impl FnOnce(&mut BufWriter<File>) -> Outcome) -> Outcome {
    let mut out = BufWriter::new(OpenOptions::new().write(true).open(path)?);
    write(&mut out)?;
    Ok(out.flush()?)
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

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    fn folder(name: &str) -> PathBuf {
        let folder = std::env::temp_dir().join(format!("pontine-{name}-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        folder
    }

    #[test]
    fn a_link_stays_and_what_it_leads_to_is_replaced() {
        let folder = folder("links");
        let (file, link) = (folder.join("file"), folder.join("link"));
        fs::write(&file, "old").unwrap();
        symlink("file", &link).unwrap();
        write_text(&link, "new").unwrap();
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
        assert_eq!(fs::read_to_string(&file).unwrap(), "new");
        assert_eq!(fs::read_dir(&folder).unwrap().count(), 2);
        fs::remove_dir_all(folder).unwrap();
    }

    /// By way of a link, so that no device is lost where this fails.
    #[test]
    fn devices_are_written_to_and_not_replaced() {
        let folder = folder("devices");
        let link = folder.join("link");
        symlink("/dev/full", &link).unwrap();
        assert!(write_text(&link, "text").is_err());
        fs::remove_file(&link).unwrap();
        symlink("/dev/null", &link).unwrap();
        write_text(&link, "text").unwrap();
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
        fs::remove_dir_all(folder).unwrap();
    }
}
