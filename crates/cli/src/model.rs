//! A model file with the changes of the command line.

use std::path::Path;

use pontine_io::{LoadedModel, ModelFile};

use crate::{arguments::Changes, error::CliError, shipped::Shipped};

/// Loads the model; options of their own count more than `--set`.
pub(crate) fn load(
    model: &Path,
    changes: &Changes,
    time: Option<&str>,
    records: &[String],
) -> Result<LoadedModel, CliError> {
    let mut file = open(model)?;
    for (path, value) in &changes.set {
        file.set(path, value)?;
    }
    let options = [
        ("parameters.scale", changes.scale.as_deref()),
        ("model.dt", changes.dt.as_deref()),
        ("model.time", time),
        ("model.seed", changes.seed.as_deref()),
    ];
    for (path, value) in options {
        if let Some(value) = value {
            file.set(path, value)?;
        }
    }
    for text in records {
        file.record(text)?;
    }
    let loaded = file.load()?;
    tracing::info!(model = loaded.name, "loaded");
    Ok(loaded)
}

/// Opens a file; a bare name that no file has is that of a model that is shipped.
pub(crate) fn open(path: &Path) -> Result<ModelFile, CliError> {
    match path.to_str() {
        Some(name) if is_bare(name) && !path.exists() => match Shipped::named(name) {
            Some(shipped) => Ok(shipped.file()?),
            None => Err(CliError::no_model(name)),
        },
        _ => Ok(ModelFile::open(path)?),
    }
}

fn is_bare(name: &str) -> bool {
    let plain = |c: char| c.is_alphanumeric() || "-_".contains(c);
    !name.is_empty() && name.chars().all(plain)
}
