//! A model file with the changes of the command line.

use pontine_io::{LoadedModel, ModelFile, ModelFileError};

use crate::arguments::ModelArguments;

/// Loads the model; options of their own count more than `--set`.
pub(crate) fn load(
    arguments: &ModelArguments,
    time: Option<&str>,
) -> Result<LoadedModel, ModelFileError> {
    let mut file = ModelFile::open(&arguments.model)?;
    for (path, value) in &arguments.set {
        file.set(path, value)?;
    }
    let options = [
        ("parameters.scale", arguments.scale.as_deref()),
        ("model.dt", arguments.dt.as_deref()),
        ("model.time", time),
        ("model.seed", arguments.seed.as_deref()),
    ];
    for (path, value) in options {
        if let Some(value) = value {
            file.set(path, value)?;
        }
    }
    file.load()
}
