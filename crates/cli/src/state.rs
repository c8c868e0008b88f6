//! States on file: what a run continues from, and what it leaves to continue from.

use std::path::{Path, PathBuf};

use pontine_core_ir::{
    Path as ObjectPath,
    port::{Backend, Capability, Missing, Simulation, Snapshot},
};
use pontine_io::{Manifest, SnapshotError, check_snapshot, read_snapshot, write_snapshot};

use crate::{arguments::RunArguments, error::CliError};

/// A state that was read.
pub(crate) struct Saved {
    path: PathBuf,
    manifest: Manifest,
    bytes: Vec<u8>,
}

impl Saved {
    /// The state that the arguments ask for, if any; refuses them if the backend has no snapshots.
    pub fn read(arguments: &RunArguments) -> Result<Option<Self>, CliError> {
        if arguments.load_state.is_some() || arguments.save_state.is_some() {
            offered(arguments.engine.backend.backend())?;
        }
        let Some(path) = &arguments.load_state else { return Ok(None) };
        let (manifest, bytes) = read_snapshot(path).map_err(SnapshotError::from)?;
        Ok(Some(Self { path: path.clone(), manifest, bytes }))
    }

    /// Puts a simulation into this state, if it is of the same model.
    pub fn restore(
        &self,
        current: &Manifest,
        simulation: &mut dyn Simulation,
    ) -> Result<(), CliError> {
        check_snapshot(&self.path, &self.manifest, current)?;
        let restored = port(&current.backend, simulation)?.restore(&self.bytes);
        restored.map_err(|source| CliError::Restore { path: self.path.clone(), source })
    }
}

/// Writes the state of a simulation.
pub(crate) fn save(
    path: &Path,
    manifest: &Manifest,
    simulation: &mut dyn Simulation,
) -> Result<(), CliError> {
    let bytes = port(&manifest.backend, simulation)?.save();
    Ok(write_snapshot(path, manifest, &bytes)?)
}

fn offered(backend: &dyn Backend) -> Result<(), Missing> {
    let has = backend.capabilities().contains(&Capability::Snapshots);
    if has { Ok(()) } else { Err(missing(backend.name())) }
}

fn port<'s>(
    backend: &str,
    simulation: &'s mut dyn Simulation,
) -> Result<&'s mut dyn Snapshot, Missing> {
    simulation.as_snapshot().ok_or_else(|| missing(backend))
}

fn missing(backend: &str) -> Missing {
    let (backend, capability) = (backend.to_owned(), Capability::Snapshots);
    Missing { backend, capability, path: ObjectPath::root() }
}
