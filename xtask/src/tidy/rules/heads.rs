//! A file says at its head what it is.

use crate::tidy::tree::{Fault, TextFile, Tree};

/// Each source file opens with a comment on the module.
pub fn module_has_a_head(tree: &Tree) -> Vec<Fault> {
    let sources = tree.rust().filter(|file| format!("/{}", file.path).contains("/src/"));
    let bare = sources.filter(|file| !file.text.starts_with("//!"));
    bare.map(|file| file.fault(1, "starts without a `//!` comment on the module")).collect()
}

/// Each library says in several lines what it is, and what it never does.
pub fn crate_states_an_invariant(tree: &Tree) -> Vec<Fault> {
    let libraries =
        tree.packages.iter().filter(|p| p.is_library && p.folder.starts_with("crates/"));
    let roots = libraries.filter_map(|p| tree.file(&format!("{}/src/lib.rs", p.folder)));
    roots.filter_map(head_fault).collect()
}

fn head_fault(root: &TextFile) -> Option<Fault> {
    let head: Vec<&str> = root.text.lines().take_while(|line| line.starts_with("//!")).collect();
    let n_said = head.iter().filter(|line| line.len() > "//!".len()).count();
    if n_said < 2 {
        return Some(root.fault(1, "the crate's head is a single line"));
    }
    let states = head.iter().any(|line| line.to_lowercase().contains("invariant"));
    (!states).then(|| root.fault(1, "the crate's head states no invariant"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::tree::testing::{check, library, tree};

    #[test]
    fn a_source_without_a_head_is_a_fault() {
        let files = [
            ("crates/nef/src/lib.rs", "//! Maths.\n"),
            ("crates/nef/src/tuning.rs", "use a::b;\n//! Late.\n"),
            ("crates/nef/build.rs", "fn main() {}\n"),
        ];
        let expected = ["crates/nef/src/tuning.rs:1: starts without a `//!` comment on the module"];
        check(module_has_a_head, &tree(&files), &expected);
    }

    #[track_caller]
    fn check_crate(head: &str, expected: &[&str]) {
        let files = tree(&[("crates/nef/src/lib.rs", head)]);
        let packages = vec![library("nef", &[], &[], &[])];
        check(crate_states_an_invariant, &Tree { packages, ..files }, expected);
    }

    #[test]
    fn a_crate_says_what_it_never_does() {
        check_crate(
            "//! Maths.\n//!\n",
            &["crates/nef/src/lib.rs:1: the crate's head is a single line"],
        );
        let silent = ["crates/nef/src/lib.rs:1: the crate's head states no invariant"];
        check_crate("//! Maths.\n//! More maths.\n", &silent);
        check_crate("//! Maths.\n//!\n//! Invariant: reads no file.\nmod a;\n", &[]);
    }
}
