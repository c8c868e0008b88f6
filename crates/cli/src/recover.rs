//! `pontine recover`.

use std::io::Write;

use pontine_io::{CHUNKS, recover as recover_chunks};

use crate::{arguments::RecoverArguments, error::CliError};

/// Makes a recording of what a run that was killed had written.
pub(crate) fn recover(arguments: &RecoverArguments, out: &mut dyn Write) -> Result<(), CliError> {
    if !arguments.folder.join(CHUNKS).exists() {
        return Err(CliError::NoChunks { folder: arguments.folder.clone() });
    }
    let manifest = recover_chunks(&arguments.folder)?;
    let (first, steps) = (manifest.first_step, manifest.n_steps);
    writeln!(
        out,
        "recovered {} steps, {:.3} s of model time, of `{}`\nwrote recording.npz, manifest.json to {}",
        steps - first.min(steps),
        (steps - first.min(steps)) as f64 * manifest.dt_s,
        manifest.model,
        arguments.folder.display()
    )?;
    Ok(())
}
