//! Decisions can be found.

use crate::tidy::tree::{Fault, Tree};

const FOLDER: &str = "docs/adr/";
const INDEX: &str = "docs/adr/README.md";

/// Each decision record is linked from the index.
pub fn listed_in_the_index(tree: &Tree) -> Vec<Fault> {
    let index = match tree.required(INDEX) {
        Ok(index) => index,
        Err(fault) => return vec![fault],
    };
    let names = tree.files.iter().filter_map(|file| file.path.strip_prefix(FOLDER));
    let records = names.filter(|name| *name != "README.md");
    let missing = records.filter(|name| !index.text.contains(&format!("({name})")));
    missing.map(|name| index.fault(0, format!("does not link to {name}"))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::tree::testing::{check, tree};

    #[test]
    fn an_unlisted_record_is_a_fault() {
        let files =
            [(INDEX, "[1](0001-a.md)"), ("docs/adr/0001-a.md", ""), ("docs/adr/0002-b.md", "")];
        let expected = ["docs/adr/README.md: does not link to 0002-b.md"];
        check(listed_in_the_index, &tree(&files), &expected);
    }
}
