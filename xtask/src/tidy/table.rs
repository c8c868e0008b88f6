//! The table of allowed dependencies in ARCHITECTURE.md.

use std::collections::BTreeSet;

use super::tree::{Fault, TextFile, Tree};

/// Where the tables stand.
pub const PAGE: &str = "ARCHITECTURE.md";

const CRATES: [&str; 5] = ["crate", "one sentence", "pontine deps", "external deps", "dev deps"];
const EXTERNALS: [&str; 2] = ["dependency", "what for"];

/// What one crate may depend on, by short name.
pub struct Row {
    pub line: usize,
    pub short_name: String,
    /// What its manifest must name, neither more nor less.
    pub normal: BTreeSet<String>,
    /// What its tests may use.
    pub dev: BTreeSet<String>,
}

/// The rows of the table of crates.
pub fn crates(tree: &Tree) -> Result<Vec<Row>, Fault> {
    Ok(rows(tree.required(PAGE)?, &CRATES)?.into_iter().map(row).collect())
}

/// The explained external dependencies, with their lines.
pub fn externals(tree: &Tree) -> Result<Vec<(usize, String)>, Fault> {
    let rows = rows(tree.required(PAGE)?, &EXTERNALS)?;
    Ok(rows.into_iter().map(|(line, cells)| (line, plain(&cells[0]))).collect())
}

fn row((line, cells): (usize, Vec<String>)) -> Row {
    let mut normal = names(&cells[2]);
    normal.append(&mut names(&cells[3]));
    Row { line, short_name: plain(&cells[0]), normal, dev: names(&cells[4]) }
}

/// The rows below the one table with this header.
fn rows(page: &TextFile, header: &[&str]) -> Result<Vec<(usize, Vec<String>)>, Fault> {
    let lines: Vec<(usize, &str)> = page.lines().collect();
    let Some(start) = lines.iter().position(|(_, line)| cells(line) == header) else {
        return Err(
            page.fault(0, format!("has no table with the header | {} |", header.join(" | ")))
        );
    };
    let body = lines.iter().skip(start + 2).take_while(|(_, line)| line.starts_with('|'));
    body.map(|&(line, text)| full_row(page, line, cells(text), header.len())).collect()
}

fn full_row(
    page: &TextFile,
    line: usize,
    cells: Vec<String>,
    width: usize,
) -> Result<(usize, Vec<String>), Fault> {
    if cells.len() == width {
        return Ok((line, cells));
    }
    Err(page.fault(line, format!("the row has {} cells, its table {width}", cells.len())))
}

fn cells(line: &str) -> Vec<String> {
    let inner = line.trim().trim_start_matches('|').trim_end_matches('|');
    inner.split('|').map(|cell| cell.trim().to_owned()).collect()
}

/// The comma-separated names of a cell; a dash stands for none.
fn names(cell: &str) -> BTreeSet<String> {
    let names = cell.split(',').map(plain);
    names.filter(|name| !name.is_empty() && name != "–" && name != "-").collect()
}

fn plain(name: &str) -> String {
    name.trim().trim_matches('`').to_owned()
}

#[cfg(test)]
mod tests {
    use super::super::tree::testing::tree;
    use super::*;

    const HEAD: &str = "| crate | one sentence | pontine deps | external deps | dev deps |\n|---|---|---|---|---|\n";

    #[test]
    fn a_row_lists_names_with_or_without_ticks() {
        let page =
            format!("# House\n\n{HEAD}| `nef` | Maths. | core-ir, `rng` | faer | – |\n\nMore.\n");
        let rows = crates(&tree(&[(PAGE, &page)])).unwrap_or_default();
        assert_eq!((rows.len(), rows[0].line, rows[0].short_name.as_str()), (1, 5, "nef"));
        assert!(rows[0].normal.iter().eq(["core-ir", "faer", "rng"]));
        assert!(rows[0].dev.is_empty());
    }

    #[test]
    fn a_short_row_or_a_missing_table_is_a_fault() {
        let fault =
            |page: &str| crates(&tree(&[(PAGE, page)])).err().map(|fault| fault.to_string());
        assert_eq!(
            fault(&format!("{HEAD}| nef | Maths. |\n")).as_deref(),
            Some("ARCHITECTURE.md:3: the row has 2 cells, its table 5")
        );
        assert!(fault("# House\n").is_some_and(|text| text.contains("no table")));
    }
}
