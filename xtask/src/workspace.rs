//! Where the workspace lies, what packages it has, and how to call programs in it.

use std::env;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;

use crate::failure::Failure;

/// The workspace on disk.
pub struct Workspace {
    pub root: PathBuf,
    /// Cargo's target folder, shared by all stages and by `tests/downstream`.
    pub target: PathBuf,
    pub packages: Vec<Package>,
    cargo: OsString,
}

/// One package of the workspace, as its manifest declares it.
#[derive(Clone, Debug)]
pub struct Package {
    pub name: String,
    /// Its folder, relative to the root, with `/`.
    pub folder: String,
    pub is_library: bool,
    /// Its benches.
    pub benches: Vec<String>,
    pub dependencies: Vec<Dependency>,
}

/// One edge of the graph of packages.
#[derive(Clone, Debug)]
pub struct Dependency {
    pub package: String,
    pub is_dev: bool,
    /// Whether it lies in this repository.
    pub is_local: bool,
}

/// What seeds proptest.
const PROPTEST_SEED: &str = "PROPTEST_RNG_SEED";

impl Workspace {
    /// Finds the workspace that this program was started from.
    pub fn locate() -> Result<Self, Failure> {
        let root = root();
        let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        let metadata = metadata(&cargo, &root)?;
        let target = metadata["target_directory"].as_str().unwrap_or("target");
        let target = root.join(target);
        let packages = packages(&metadata, &root);
        Ok(Self { root, target, packages, cargo })
    }

    /// Library packages under `crates/`.
    pub fn libraries(&self) -> impl Iterator<Item = &Package> {
        self.packages.iter().filter(|p| p.is_library && p.folder.starts_with("crates/"))
    }

    /// A cargo command in the root, with the words of `arguments`. Properties draw the same inputs in
    /// each run, unless `PROPTEST_RNG_SEED` says otherwise: a change is held against what it changed.
    pub fn cargo(&self, arguments: &str) -> Command {
        let mut command = Command::new(&self.cargo);
        command.args(arguments.split_whitespace()).current_dir(&self.root);
        command.env("CARGO_TARGET_DIR", &self.target);
        if env::var_os(PROPTEST_SEED).is_none() {
            command.env(PROPTEST_SEED, "2026");
        }
        command
    }
}

impl Package {
    /// The last segment of its folder: the short name used in ARCHITECTURE.md.
    pub fn short_name(&self) -> &str {
        self.folder.rsplit('/').next().unwrap_or(&self.folder)
    }
}

/// Prints the command, runs it, and fails unless it succeeds.
pub fn call(command: &mut Command) -> Result<(), Failure> {
    let shown = shown(command);
    println!("$ {shown}");
    let status = command.status().map_err(|source| start(command, source))?;
    if status.success() {
        Ok(())
    } else {
        Err(Failure::Exit { command: shown, code: status.code() })
    }
}

/// Runs the command quietly and returns what it printed.
pub fn output(command: &mut Command) -> Result<String, Failure> {
    let done =
        command.stderr(Stdio::inherit()).output().map_err(|source| start(command, source))?;
    if !done.status.success() {
        return Err(Failure::Exit { command: shown(command), code: done.status.code() });
    }
    Ok(String::from_utf8_lossy(&done.stdout).into_owned())
}

/// Whether the command can be run at all; what it prints is dropped.
pub fn succeeds(command: &mut Command) -> bool {
    let quiet = command.stdout(Stdio::null()).stderr(Stdio::null());
    quiet.status().is_ok_and(|status| status.success())
}

/// Reads a text file.
pub fn read(path: &Path) -> Result<String, Failure> {
    fs::read_to_string(path).map_err(|source| Failure::File { path: path.into(), source })
}

/// The manifest's folder is asked for at run time, since one target folder may serve two checkouts.
fn root() -> PathBuf {
    let manifest = env::var_os("CARGO_MANIFEST_DIR");
    let xtask = manifest.map_or_else(|| env!("CARGO_MANIFEST_DIR").into(), PathBuf::from);
    xtask.parent().map_or_else(|| xtask.clone(), Path::to_path_buf)
}

fn metadata(cargo: &OsString, root: &Path) -> Result<Value, Failure> {
    let mut command = Command::new(cargo);
    command.args(["metadata", "--no-deps", "--format-version=1", "--locked"]).current_dir(root);
    serde_json::from_str(&output(&mut command)?).map_err(|error| Failure::Content {
        from: "cargo metadata".into(),
        problem: error.to_string(),
    })
}

fn packages(metadata: &Value, root: &Path) -> Vec<Package> {
    items(&metadata["packages"]).map(|package| read_package(package, root)).collect()
}

fn read_package(package: &Value, root: &Path) -> Package {
    let manifest = Path::new(text(&package["manifest_path"]));
    let folder = manifest.parent().and_then(|folder| folder.strip_prefix(root).ok());
    Package {
        name: text(&package["name"]).into(),
        folder: folder.map(slashes).unwrap_or_default(),
        is_library: items(&package["targets"]).any(is_library),
        benches: items(&package["targets"]).filter(is_bench).map(name).collect(),
        dependencies: items(&package["dependencies"]).map(read_dependency).collect(),
    }
}

fn is_library(target: &Value) -> bool {
    items(&target["kind"]).any(|kind| matches!(text(kind), "lib" | "rlib" | "proc-macro"))
}

fn is_bench(target: &&Value) -> bool {
    items(&target["kind"]).any(|kind| text(kind) == "bench")
}

fn name(target: &Value) -> String {
    text(&target["name"]).into()
}

fn read_dependency(dependency: &Value) -> Dependency {
    Dependency {
        package: text(&dependency["name"]).into(),
        is_dev: dependency["kind"] == "dev",
        is_local: !dependency["path"].is_null(),
    }
}

/// A relative path written with `/` on every system.
pub fn slashes(path: &Path) -> String {
    let parts: Vec<_> = path.iter().map(|part| part.to_string_lossy()).collect();
    parts.join("/")
}

fn items(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

fn start(command: &Command, source: std::io::Error) -> Failure {
    Failure::Start { program: command.get_program().to_string_lossy().into_owned(), source }
}

/// The command as one would type it: the program's file name, then its arguments.
fn shown(command: &Command) -> String {
    let program = Path::new(command.get_program()).file_name().unwrap_or(command.get_program());
    let words = std::iter::once(program).chain(command.get_args());
    words.map(|word| word.to_string_lossy()).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_package_is_read_from_cargo_metadata() {
        let metadata = serde_json::json!({ "packages": [{
            "name": "pontine-nef",
            "manifest_path": "/house/crates/nef/Cargo.toml",
            "targets": [{ "kind": ["lib"] }, { "kind": ["bench"], "name": "solvers" }],
            "dependencies": [
                { "name": "faer", "kind": null, "path": null },
                { "name": "pontine-core-ir", "kind": "dev", "path": "/house/crates/core-ir" },
            ],
        }]});
        let packages = packages(&metadata, Path::new("/house"));
        assert_eq!((packages[0].short_name(), packages[0].is_library), ("nef", true));
        assert_eq!(packages[0].folder, "crates/nef");
        assert_eq!(packages[0].benches, ["solvers"]);
        let edges: Vec<_> =
            packages[0].dependencies.iter().map(|d| (d.is_dev, d.is_local)).collect();
        assert_eq!(edges, [(false, false), (true, true)]);
    }

    #[test]
    fn a_failing_program_is_named_with_its_arguments() {
        let cargo = env::var_os("CARGO").unwrap();
        let failure = output(Command::new(cargo).arg("--no-such-flag")).unwrap_err();
        assert!(failure.to_string().contains("cargo --no-such-flag"), "{failure}");
    }
}
