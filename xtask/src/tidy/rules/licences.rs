//! The licences are where their readers look.

use crate::tidy::tree::{Fault, Tree};

const LICENCES: [&str; 2] = ["LICENSE-APACHE", "LICENSE-MIT"];

/// Both texts stand at the top, and are not empty.
pub fn both_present(tree: &Tree) -> Vec<Fault> {
    LICENCES.iter().filter_map(|path| fault(tree, path)).collect()
}

fn fault(tree: &Tree, path: &str) -> Option<Fault> {
    match tree.required(path) {
        Err(fault) => Some(fault),
        Ok(file) => file.text.trim().is_empty().then(|| file.fault(0, "is empty")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::tree::testing::{check, tree};

    #[test]
    fn a_missing_or_empty_licence_is_a_fault() {
        let files = [("LICENSE-MIT", "\n")];
        let expected = ["LICENSE-APACHE: is missing", "LICENSE-MIT: is empty"];
        check(both_present, &tree(&files), &expected);
        check(both_present, &tree(&[("LICENSE-MIT", "a"), ("LICENSE-APACHE", "b")]), &[]);
    }
}
