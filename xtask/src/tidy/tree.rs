//! What the rules look at: the tracked text files and the packages, read once.

use std::fmt;
use std::fs;
use std::path::Path;
use std::process::Command;

use crate::failure::Failure;
use crate::workspace::{Package, Workspace, output, slashes, succeeds};

/// The repository as text.
#[derive(Default)]
pub struct Tree {
    pub files: Vec<TextFile>,
    pub packages: Vec<Package>,
}

/// One tracked file that is UTF-8.
pub struct TextFile {
    /// Relative to the root, with `/`.
    pub path: String,
    pub text: String,
}

/// A broken rule. Line 0 means the file as a whole.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Fault {
    pub path: String,
    pub line: usize,
    pub message: String,
}

impl Tree {
    /// Reads all tracked files that are text; those deleted but not yet committed are passed over.
    pub fn read(workspace: &Workspace) -> Result<Self, Failure> {
        let paths = tracked(&workspace.root)?;
        let files = paths.into_iter().filter_map(|path| read_text(&workspace.root, path)).collect();
        Ok(Self { files, packages: workspace.packages.clone() })
    }

    pub fn n_files(&self) -> usize {
        self.files.len()
    }

    pub fn file(&self, path: &str) -> Option<&TextFile> {
        self.files.iter().find(|file| file.path == path)
    }

    /// Rust sources.
    pub fn rust(&self) -> impl Iterator<Item = &TextFile> {
        self.files.iter().filter(|file| file.path.ends_with(".rs"))
    }

    /// The text of a file that must exist, or the fault that it does not.
    pub fn required(&self, path: &str) -> Result<&TextFile, Fault> {
        self.file(path).ok_or_else(|| Fault::whole(path, "is missing"))
    }
}

impl TextFile {
    /// Lines with their numbers, from 1.
    pub fn lines(&self) -> impl Iterator<Item = (usize, &str)> {
        self.text.lines().enumerate().map(|(index, line)| (index + 1, line))
    }

    /// A fault in one line of this file.
    pub fn fault(&self, line: usize, message: impl Into<String>) -> Fault {
        Fault { path: self.path.clone(), line, message: message.into() }
    }
}

impl Fault {
    /// A fault of a file as a whole.
    pub fn whole(path: &str, message: impl Into<String>) -> Self {
        Self { path: path.into(), line: 0, message: message.into() }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            0 => write!(out, "{}: {}", self.path, self.message),
            line => write!(out, "{}:{line}: {}", self.path, self.message),
        }
    }
}

/// Files that git knows or would add; in an unpacked archive, all files but build output.
fn tracked(root: &Path) -> Result<Vec<String>, Failure> {
    let git = || {
        let mut command = Command::new("git");
        command.args(["ls-files", "--cached", "--others", "--exclude-standard", "-z"]);
        command.current_dir(root);
        command
    };
    if succeeds(&mut git()) {
        let listed = output(&mut git())?;
        return Ok(listed.split_terminator('\0').map(String::from).collect());
    }
    let mut paths = Vec::new();
    walk(root, root, &mut paths)?;
    Ok(paths)
}

fn walk(root: &Path, folder: &Path, paths: &mut Vec<String>) -> Result<(), Failure> {
    let failure = |source| Failure::File { path: folder.into(), source };
    for entry in fs::read_dir(folder).map_err(failure)? {
        let path = entry.map_err(failure)?.path();
        let name = path.file_name().unwrap_or_default();
        if path.is_dir()
            && !["target", "out", ".git", "__pycache__"].iter().any(|skip| name == *skip)
        {
            walk(root, &path, paths)?;
        } else if path.is_file() {
            paths.push(slashes(path.strip_prefix(root).unwrap_or(&path)));
        }
    }
    Ok(())
}

fn read_text(root: &Path, path: String) -> Option<TextFile> {
    let text = fs::read_to_string(root.join(&path)).ok()?;
    Some(TextFile { path, text })
}

#[cfg(test)]
pub mod testing {
    use super::*;
    use crate::workspace::Dependency;

    /// A made-up tree of these files and no packages.
    pub fn tree(files: &[(&str, &str)]) -> Tree {
        let file = |&(path, text): &(&str, &str)| TextFile { path: path.into(), text: text.into() };
        Tree { files: files.iter().map(file).collect(), packages: Vec::new() }
    }

    /// A library in `crates/` with these local, external and dev dependencies.
    pub fn library(short: &str, local: &[&str], external: &[&str], dev: &[&str]) -> Package {
        let edge = |package: String, is_dev, is_local| Dependency { package, is_dev, is_local };
        let local = local.iter().map(|name| edge(format!("pontine-{name}"), false, true));
        let external = external.iter().map(|name| edge(name.to_string(), false, false));
        let dev = dev.iter().map(|name| edge(name.to_string(), true, name.starts_with("pontine-")));
        Package {
            name: format!("pontine-{short}"),
            folder: format!("crates/{short}"),
            is_library: true,
            benches: Vec::new(),
            dependencies: local.chain(external).chain(dev).collect(),
        }
    }

    /// Holds what a rule finds, as printed, against what is expected.
    #[track_caller]
    pub fn check(rule: fn(&Tree) -> Vec<Fault>, tree: &Tree, expected: &[&str]) {
        let mut found: Vec<String> = rule(tree).iter().map(Fault::to_string).collect();
        found.sort();
        assert_eq!(found, expected);
    }
}
