//! Python environments with pinned peers, made once under the target folder.

use std::env;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::failure::Failure;
use crate::workspace::call;

/// Nengo 4.1 is the release we match; numpy 2.4 breaks five of its synapse tests. Two of its solvers
/// need scikit-learn.
const NENGO: [&str; 4] = ["nengo==4.1.0", "numpy==2.3.5", "scipy==1.17.1", "scikit-learn==1.9.1"];

/// The release that the reference statistics in `models/` come from.
const NEST: [&str; 2] = ["nest-simulator==3.10.0", "numpy==2.3.5"];

/// A virtual environment and what it must hold.
pub struct Environment {
    folder: PathBuf,
    pins: &'static [&'static str],
}

impl Environment {
    /// The one that Nengo's golden data are made in.
    pub fn nengo(target: &Path) -> Self {
        Self { folder: target.join("golden/nengo"), pins: &NENGO }
    }

    /// The one that NEST runs in beside us.
    pub fn nest(target: &Path) -> Self {
        Self { folder: target.join("bench/nest"), pins: &NEST }
    }

    /// Its Python, after making it if it is missing or holds other versions.
    pub fn ready(&self) -> Result<PathBuf, Failure> {
        if !self.is_ready() {
            self.make()?;
        }
        Ok(self.python())
    }

    fn make(&self) -> Result<(), Failure> {
        call(Command::new(system_python()).args(["-m", "venv", "--clear"]).arg(&self.folder))?;
        call(
            Command::new(self.python()).args(["-m", "pip", "install", "--quiet"]).args(self.pins),
        )?;
        let stamp = self.stamp();
        fs::write(&stamp, self.pins.join("\n"))
            .map_err(|source| Failure::File { path: stamp, source })
    }

    /// The stamp is written last, so an interrupted installation is made anew.
    fn is_ready(&self) -> bool {
        fs::read_to_string(self.stamp()).is_ok_and(|found| found == self.pins.join("\n"))
    }

    fn stamp(&self) -> PathBuf {
        self.folder.join("pins.txt")
    }

    fn python(&self) -> PathBuf {
        let inside = if cfg!(windows) { "Scripts/python.exe" } else { "bin/python" };
        self.folder.join(inside)
    }
}

/// A command for this Python, with one thread: the sums of linear algebra depend on their number.
pub fn python(path: &Path) -> Command {
    let mut command = Command::new(path);
    command.env("OMP_NUM_THREADS", "1").env("OPENBLAS_NUM_THREADS", "1");
    command
}

fn system_python() -> OsString {
    env::var_os("PYTHON").unwrap_or_else(|| "python3".into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_environment_with_other_pins_is_not_ready() {
        let folder = env::temp_dir().join(format!("xtask-environment-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        let old = Environment { folder: folder.clone(), pins: &["nengo==4.0.0"] };
        let new = Environment { folder: folder.clone(), pins: &["nengo==4.1.0"] };
        assert!(!old.is_ready());
        fs::write(old.stamp(), "nengo==4.0.0").unwrap();
        assert!(old.is_ready() && !new.is_ready());
        fs::remove_dir_all(&folder).unwrap();
    }
}
