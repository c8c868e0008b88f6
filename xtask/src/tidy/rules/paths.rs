//! The repository knows no machine.

use crate::tidy::tree::{Fault, TextFile, Tree};

/// Starts of absolute paths; written in two halves, so that this file passes its own rule.
const FOLDERS: [&str; 5] = [
    concat!("/wo", "rk/"),
    concat!("/tm", "p/"),
    concat!("/ro", "ot/"),
    concat!("/ho", "me/"),
    concat!("/Us", "ers/"),
];
const HOSTS: [&str; 3] =
    [concat!("index.cra", "tes.io"), concat!("sparse", "+http"), concat!("index", "-url")];
const REGISTRY: &str = "source = \"registry+https://github.com/rust-lang/crates.io-index\"";

/// No absolute path, no package index of somebody's own, in any tracked text.
pub fn no_machine_paths(tree: &Tree) -> Vec<Fault> {
    tree.files.iter().flat_map(paths_in).collect()
}

fn paths_in(file: &TextFile) -> Vec<Fault> {
    let is_lock = file.path.ends_with("Cargo.lock");
    let found = |line| machine(line).or_else(|| is_lock.then(|| foreign_source(line))?);
    let lines = file.lines().filter_map(|(number, line)| Some((number, found(line)?)));
    lines.map(|(number, what)| file.fault(number, format!("names a machine: `{what}`"))).collect()
}

fn machine(line: &str) -> Option<&str> {
    let folder = FOLDERS.into_iter().find(|folder| has_absolute(line, folder));
    folder.or_else(|| HOSTS.into_iter().find(|host| line.contains(host)))
}

/// Whether a path starts here, rather than goes on.
fn has_absolute(line: &str, folder: &str) -> bool {
    let goes_on = |c: char| c.is_alphanumeric() || "_-./}".contains(c);
    line.match_indices(folder).any(|(at, _)| !line[..at].ends_with(goes_on))
}

/// A lock file that was made through a mirror works only there.
fn foreign_source(line: &str) -> Option<&str> {
    (line.starts_with("source = ") && line != REGISTRY).then_some(line)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::tree::testing::{check, tree};

    #[test]
    fn an_absolute_path_is_a_fault_and_a_longer_one_is_not() {
        let text = format!("see {}a\nsee framework{}a and docs/work/a\n", FOLDERS[1], FOLDERS[0]);
        let expected = format!("docs/a.md:1: names a machine: `{}`", FOLDERS[1]);
        check(no_machine_paths, &tree(&[("docs/a.md", &text)]), &[&expected]);
    }

    #[test]
    fn a_mirror_is_a_fault() {
        let line = "source = \"registry+https://mirror.example/index\"";
        let lock = format!("{REGISTRY}\n{line}\n");
        let expected = format!("Cargo.lock:2: names a machine: `{line}`");
        check(no_machine_paths, &tree(&[("Cargo.lock", &lock)]), &[&expected]);
    }
}
