//! `pontine plot`.

use std::{
    io::Write,
    path::{Path, PathBuf},
};

use pontine_io::{CHUNKS, Manifest, RecordingError, parse_time, read_part};

use crate::{
    arguments::{Changes, PlotArguments},
    drawn,
    error::CliError,
    figures::{self, Gallery, Shown},
    folder::Folder,
};

/// Draws a recording, or what a model is built of.
pub(crate) fn plot(arguments: &PlotArguments, out: &mut dyn Write) -> Result<(), CliError> {
    let Some(recording) = recording(&arguments.what)? else {
        return drawn::plot(arguments, out);
    };
    if arguments.changes != Changes::default() {
        return Err(CliError::Recorded { what: arguments.what.clone() });
    }
    // Of no steps only the manifest is read.
    let (_, manifest) = read_part(&recording, u64::MAX..=u64::MAX)?;
    let shown = shown(arguments, &recording, &manifest)?;
    let beside = recording.parent().unwrap_or(Path::new("."));
    let folder = Folder::at(arguments.to.clone().unwrap_or_else(|| beside.to_owned()))?;
    let mut gallery = Gallery::new(&folder.path, arguments.format);
    figures::draw(&recording, &shown, &mut gallery)?;
    told(&gallery, &folder.path, out)
}

/// Tells which figures there are.
pub(crate) fn told(gallery: &Gallery, folder: &Path, out: &mut dyn Write) -> Result<(), CliError> {
    match gallery.names.as_slice() {
        [] => writeln!(out, "there is nothing to draw")?,
        names => writeln!(out, "wrote {} to {}", names.join(", "), folder.display())?,
    }
    Ok(())
}

/// The recording that is meant, if it is one.
fn recording(what: &Path) -> Result<Option<PathBuf>, CliError> {
    if what.extension().is_some_and(|extension| extension == "npz") {
        return Ok(Some(what.to_owned()));
    }
    if !what.is_dir() {
        // Whatever ends in neither is no model either.
        let is_file = what.exists() || what.extension().is_some() || what.components().count() == 1;
        return if is_file { Ok(None) } else { Err(CliError::Nothing { what: what.to_owned() }) };
    }
    if what.join(CHUNKS).exists() {
        return Err(RecordingError::Unfinished { folder: what.to_owned() }.into());
    }
    Ok(Some(what.join("recording.npz")))
}

fn shown(
    arguments: &PlotArguments,
    recording: &Path,
    manifest: &Manifest,
) -> Result<Shown, CliError> {
    let default = Shown::of(recording, manifest);
    let step = |option, text: &Option<String>| -> Result<Option<u64>, CliError> {
        let time = text.as_deref().map(|text| parse_time(option, text)).transpose()?;
        Ok(time.map(|time_s| (time_s / manifest.dt_s).round() as u64))
    };
    let (from, until) = (step("--from", &arguments.from)?, step("--until", &arguments.until)?);
    if from.is_none() && until.is_none() {
        return Ok(default);
    }
    let first = from.unwrap_or(manifest.first_step);
    let last = until.unwrap_or(manifest.n_steps).min(manifest.n_steps);
    if first >= last {
        let (first, last) = (manifest.first_step, manifest.n_steps);
        let seconds = |step: u64| step as f64 * manifest.dt_s;
        return Err(CliError::NoTime { first_s: seconds(first), last_s: seconds(last) });
    }
    Ok(Shown::between(first, last))
}
