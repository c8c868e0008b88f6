//! `cargo xtask golden`: golden data are re-made by the programs that they stand for.
//!
//! A recipe is a Python script beside its data. It writes into the folder given as its argument.

mod compare;

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::environment::{self, Environment};
use crate::failure::Failure;
use crate::workspace::{Workspace, call, read};

/// A program that recipes run in.
#[derive(Clone, Copy, Debug)]
pub enum Peer {
    /// Nengo, and what lies in `tests/golden/nengo`.
    Nengo,
    /// NEST, which PyNN's cells are held against, and `tests/golden/pynn`.
    Pynn,
}

impl Peer {
    fn name(self) -> &'static str {
        match self {
            Peer::Nengo => "nengo",
            Peer::Pynn => "pynn",
        }
    }

    fn recipes(self, workspace: &Workspace) -> PathBuf {
        workspace.root.join("tests/golden").join(self.name())
    }

    fn environment(self, workspace: &Workspace) -> Environment {
        match self {
            Peer::Nengo => Environment::nengo(&workspace.target),
            Peer::Pynn => Environment::nest(&workspace.target),
        }
    }
}

/// Runs the recipes of a peer, or holds what they make against what is recorded; false if it differs.
pub fn command(workspace: &Workspace, peer: Peer, options: &[&str]) -> Result<bool, Failure> {
    let recorded = peer.recipes(workspace);
    match options {
        [] => make(workspace, peer, &recorded).map(|()| true),
        ["--check"] => check(workspace, peer, &recorded),
        _ => Err(Failure::Usage(format!("golden {}: unknown options {options:?}", peer.name()))),
    }
}

fn check(workspace: &Workspace, peer: Peer, recorded: &Path) -> Result<bool, Failure> {
    let fresh = workspace.target.join("golden/fresh");
    make_empty(&fresh)?;
    make(workspace, peer, &fresh)?;
    let mut differences = Vec::new();
    for recipe in files(recorded, "py")? {
        let name = recipe.with_extension("json").file_name().map(PathBuf::from).unwrap_or_default();
        let (old, new) = (parse(&recorded.join(&name))?, parse(&fresh.join(&name))?);
        differences.extend(compare::differences(&name.to_string_lossy(), &old, &new));
    }
    differences.iter().for_each(|difference| println!("{difference}"));
    println!("golden: {} differences", differences.len());
    Ok(differences.is_empty())
}

fn make(workspace: &Workspace, peer: Peer, folder: &Path) -> Result<(), Failure> {
    let python = peer.environment(workspace).ready()?;
    for recipe in files(&peer.recipes(workspace), "py")? {
        call(environment::python(&python).arg(&recipe).arg(folder))?;
    }
    Ok(())
}

/// The files with this ending, by name.
fn files(folder: &Path, ending: &str) -> Result<Vec<PathBuf>, Failure> {
    let failure = |source| Failure::File { path: folder.into(), source };
    let entries = fs::read_dir(folder).map_err(failure)?;
    let paths: Result<Vec<_>, _> = entries.map(|entry| entry.map(|entry| entry.path())).collect();
    let mut paths = paths.map_err(failure)?;
    paths.retain(|path| path.extension().is_some_and(|found| found == ending));
    paths.sort();
    Ok(paths)
}

fn make_empty(folder: &Path) -> Result<(), Failure> {
    let failure = |source| Failure::File { path: folder.into(), source };
    if folder.exists() {
        fs::remove_dir_all(folder).map_err(failure)?;
    }
    fs::create_dir_all(folder).map_err(failure)
}

fn parse(path: &Path) -> Result<Value, Failure> {
    serde_json::from_str(&read(path)?).map_err(|error| Failure::Content {
        from: path.display().to_string(),
        problem: error.to_string(),
    })
}
