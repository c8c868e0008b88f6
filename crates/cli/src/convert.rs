//! `pontine convert`.

use std::{io::Write, path::Path};

use pontine_io::{Format, ModelFileError};

use crate::{arguments::ConvertArguments, error::CliError, model};

/// Writes a model file in the other form, or in that of the file to write.
pub(crate) fn convert(arguments: &ConvertArguments, out: &mut dyn Write) -> Result<(), CliError> {
    let file = model::open(&arguments.model)?;
    // What cannot be loaded is told with the places of the file that a person knows.
    file.load()?;
    match &arguments.to {
        None => out.write_all(file.to_text(other(&arguments.model))?.as_bytes())?,
        Some(path) => {
            file.write(path)?;
            writeln!(out, "wrote {}", path.display())?;
        }
    }
    Ok(())
}

/// Models that are shipped are TOML.
fn other(path: &Path) -> Format {
    match Format::of(path) {
        Ok(Format::Json) => Format::Toml,
        Ok(Format::Toml) | Err(ModelFileError::Format { .. } | _) => Format::Json,
    }
}
