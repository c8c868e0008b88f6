//! The walls between the crates, as ARCHITECTURE.md draws them.

use std::collections::{BTreeMap, BTreeSet};

use crate::tidy::table::{self, Row};
use crate::tidy::tree::{Fault, Tree};
use crate::workspace::{Dependency, Package};

/// Normal and build dependencies are exactly those of the table, dev-dependencies at most those.
pub fn edges_as_in_the_table(tree: &Tree) -> Vec<Fault> {
    let rows = match table::crates(tree) {
        Ok(rows) => rows,
        Err(fault) => return vec![fault],
    };
    let short_names = short_names(tree);
    let known: BTreeSet<&str> = tree.packages.iter().map(Package::short_name).collect();
    let orphans = rows.iter().filter(|row| !known.contains(row.short_name.as_str()));
    let mut faults: Vec<Fault> =
        orphans.map(|row| at(row, "is no crate of the workspace")).collect();
    for package in &tree.packages {
        faults.extend(faults_of(package, &rows, &short_names));
    }
    faults
}

/// Each external dependency has a line that says what it is for, and is used.
pub fn externals_explained(tree: &Tree) -> Vec<Fault> {
    let explained = match table::externals(tree) {
        Ok(explained) => explained,
        Err(fault) => return vec![fault],
    };
    let users = external_users(tree);
    let page = |line, message| Fault { path: table::PAGE.into(), line, message };
    let idle = explained.iter().filter(|(_, name)| !users.contains_key(name.as_str()));
    let idle = idle.map(|(line, name)| page(*line, format!("`{name}`: no crate depends on it")));
    let known: BTreeSet<&str> = explained.iter().map(|(_, name)| name.as_str()).collect();
    let silent = users.iter().filter(|(name, _)| !known.contains(*name));
    let silent = silent.map(|(name, users)| {
        page(0, format!("`{name}` (used by {}) is not explained", users.join(", ")))
    });
    idle.chain(silent).collect()
}

fn faults_of(package: &Package, rows: &[Row], shorts: &BTreeMap<&str, &str>) -> Vec<Fault> {
    let Some(row) = rows.iter().find(|row| row.short_name == package.short_name()) else {
        let message = format!("has no row for the crate `{}`", package.short_name());
        return vec![Fault::whole(table::PAGE, message)];
    };
    let (dev, normal): (Vec<&Dependency>, Vec<&Dependency>) =
        package.dependencies.iter().partition(|dependency| dependency.is_dev);
    let (dev, normal) = (names(&dev, shorts), names(&normal, shorts));
    let missing =
        row.normal.difference(&normal).map(|name| at(row, &format!("does not use `{name}`")));
    let foreign =
        normal.difference(&row.normal).map(|name| at(row, &format!("may not use `{name}`")));
    let foreign_dev =
        dev.difference(&row.dev).map(|name| at(row, &format!("its tests may not use `{name}`")));
    missing.chain(foreign).chain(foreign_dev).collect()
}

fn at(row: &Row, problem: &str) -> Fault {
    let message = format!("`{}` {problem}", row.short_name);
    Fault { path: table::PAGE.into(), line: row.line, message }
}

/// Short names of the crates of the workspace, by package name.
fn short_names(tree: &Tree) -> BTreeMap<&str, &str> {
    tree.packages.iter().map(|package| (package.name.as_str(), package.short_name())).collect()
}

fn names(dependencies: &[&Dependency], shorts: &BTreeMap<&str, &str>) -> BTreeSet<String> {
    let short = |name: &str| shorts.get(name).copied().unwrap_or(name).to_owned();
    dependencies.iter().map(|dependency| short(&dependency.package)).collect()
}

fn external_users(tree: &Tree) -> BTreeMap<&str, Vec<&str>> {
    let mut users: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for package in &tree.packages {
        for dependency in package.dependencies.iter().filter(|dependency| !dependency.is_local) {
            users.entry(&dependency.package).or_default().push(package.short_name());
        }
    }
    users
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::tree::testing::{check, library, tree};

    const PAGE: &str = "\
| crate | one sentence | pontine deps | external deps | dev deps |
|---|---|---|---|---|
| rng | Randomness. | – | libm | proptest |
| nef | Mathematics. | rng | faer | – |

| dependency | what for |
|---|---|
| faer | linear algebra |
| libm | the same bits everywhere |
";

    fn house(packages: Vec<Package>) -> Tree {
        Tree { packages, ..tree(&[(table::PAGE, PAGE)]) }
    }

    fn rng() -> Package {
        library("rng", &[], &["libm"], &[])
    }

    #[test]
    fn an_equal_graph_has_no_faults() {
        let tree = house(vec![rng(), library("nef", &["rng"], &["faer"], &[])]);
        check(edges_as_in_the_table, &tree, &[]);
        check(externals_explained, &tree, &[]);
    }

    #[test]
    fn edges_may_be_missing_or_too_many() {
        let tree = house(vec![rng(), library("nef", &["io"], &["faer", "rand"], &["proptest"])]);
        let expected = [
            "ARCHITECTURE.md:4: `nef` does not use `rng`",
            "ARCHITECTURE.md:4: `nef` its tests may not use `proptest`",
            "ARCHITECTURE.md:4: `nef` may not use `pontine-io`",
            "ARCHITECTURE.md:4: `nef` may not use `rand`",
        ];
        check(edges_as_in_the_table, &tree, &expected);
    }

    #[test]
    fn rows_and_crates_belong_together() {
        let tree = house(vec![rng(), library("io", &[], &[], &[])]);
        let expected = [
            "ARCHITECTURE.md: has no row for the crate `io`",
            "ARCHITECTURE.md:4: `nef` is no crate of the workspace",
        ];
        check(edges_as_in_the_table, &tree, &expected);
    }

    #[test]
    fn externals_are_explained_and_used() {
        let tree = house(vec![rng(), library("nef", &["rng"], &[], &["serde"])]);
        let expected = [
            "ARCHITECTURE.md: `serde` (used by nef) is not explained",
            "ARCHITECTURE.md:8: `faer`: no crate depends on it",
        ];
        check(externals_explained, &tree, &expected);
    }
}
