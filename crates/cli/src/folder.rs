//! Folders for what a run leaves: found wanting before it, not after it.

use std::{
    fs::{self, File},
    io,
    path::{Path, PathBuf},
};

use pontine_io::{CHUNKS, LoadedModel, RecordingError};

use crate::{arguments::RunArguments, error::CliError};

/// A folder that can be written to. If nothing comes to be written, those parts of it that were new
/// are gone again.
pub(crate) struct Folder {
    pub path: PathBuf,
    /// What did not exist before, the deepest first.
    new: Vec<PathBuf>,
}

impl Folder {
    /// Makes the folder of the arguments, or that of the model.
    pub fn make(arguments: &RunArguments, loaded: &LoadedModel) -> Result<Self, CliError> {
        Self::for_model(arguments.out.as_deref(), loaded)
    }

    /// Makes a folder, or that of the model.
    pub fn for_model(folder: Option<&Path>, loaded: &LoadedModel) -> Result<Self, CliError> {
        let default = || PathBuf::from("out").join(name(&loaded.name));
        Self::at(folder.map_or_else(default, Path::to_owned))
    }

    /// Makes the folder that a file is to be written to.
    pub fn of(file: &Path) -> Result<Self, CliError> {
        let parent = file.parent().filter(|parent| !parent.as_os_str().is_empty());
        Self::at(parent.unwrap_or(Path::new(".")).to_owned())
    }

    /// Refuses a folder with chunks of another run in it, before anything is built.
    pub fn is_finished(&self) -> Result<(), RecordingError> {
        match self.path.join(CHUNKS).exists() {
            true => Err(RecordingError::Unfinished { folder: self.path.clone() }),
            false => Ok(()),
        }
    }

    /// Makes this folder.
    pub fn at(path: PathBuf) -> Result<Self, CliError> {
        let new = path.ancestors().take_while(|p| !p.as_os_str().is_empty() && !p.exists());
        let folder = Self { new: new.map(Into::into).collect(), path };
        match folder.prepare() {
            Ok(()) => Ok(folder),
            Err(source) => Err(CliError::Folder { path: folder.path.clone(), source }),
        }
    }

    /// Only a file that was written tells that files can be.
    fn prepare(&self) -> io::Result<()> {
        fs::create_dir_all(&self.path)?;
        let trial = self.path.join(format!(".{}.partial", std::process::id()));
        File::create(&trial)?;
        fs::remove_file(&trial)
    }
}

impl Drop for Folder {
    /// A folder with results in it is not empty, and stays.
    fn drop(&mut self) {
        self.new.iter().for_each(|path| drop(fs::remove_dir(path)));
    }
}

/// A model's name as the name of a folder.
fn name(model: &str) -> String {
    let plain = |c: char| if c.is_alphanumeric() || "-_".contains(c) { c } else { '_' };
    model.chars().map(plain).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_cannot_leave_the_folder() {
        assert_eq!(name("../etc/passwd"), "___etc_passwd");
        assert_eq!(name("channel_2"), "channel_2");
    }
}
