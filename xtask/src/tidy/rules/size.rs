//! Files stay short enough to be read in one go.

use crate::tidy::tree::{Fault, Tree};

const MAX_LINES: usize = 800;

/// No Rust file is longer than that.
pub fn files_are_short(tree: &Tree) -> Vec<Fault> {
    let sized = tree.rust().map(|file| (file, file.text.lines().count()));
    let long = sized.filter(|(_, n_lines)| *n_lines > MAX_LINES);
    long.map(|(file, n)| file.fault(0, format!("has {n} lines, more than {MAX_LINES}"))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::tree::testing::{check, tree};

    #[test]
    fn a_long_file_is_a_fault() {
        let long = "\n".repeat(MAX_LINES + 1);
        let files = [("a.rs", long.as_str()), ("b.rs", &long[1..]), ("c.txt", &long)];
        check(files_are_short, &tree(&files), &["a.rs: has 801 lines, more than 800"]);
    }
}
