//! The changelog is open for the next change.

use crate::tidy::tree::{Fault, Tree};

const PAGE: &str = "CHANGELOG.md";

/// There is a section for what is not yet released.
pub fn unreleased_section(tree: &Tree) -> Vec<Fault> {
    match tree.required(PAGE) {
        Err(fault) => vec![fault],
        Ok(page) if page.lines().any(|(_, line)| line == "## [Unreleased]") => vec![],
        Ok(page) => vec![page.fault(0, "has no section `## [Unreleased]`")],
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::tree::testing::{check, tree};

    #[test]
    fn a_closed_or_missing_changelog_is_a_fault() {
        let closed = tree(&[(PAGE, "# Changelog\n## [0.1.0]\n")]);
        check(unreleased_section, &closed, &["CHANGELOG.md: has no section `## [Unreleased]`"]);
        check(unreleased_section, &tree(&[]), &["CHANGELOG.md: is missing"]);
        check(unreleased_section, &tree(&[(PAGE, "# Changelog\n\n## [Unreleased]\n")]), &[]);
    }
}
