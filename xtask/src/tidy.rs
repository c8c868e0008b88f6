//! `cargo xtask tidy`: the rules of the house that no compiler knows.
//!
//! A rule is one function from the tree to its faults, in a file of its own under `rules/`.

mod rules;
mod table;
mod tree;

use crate::failure::Failure;
use crate::workspace::Workspace;
use tree::{Fault, Tree};

type Rule = fn(&Tree) -> Vec<Fault>;

const RULES: [Rule; 13] = [
    rules::changelog::unreleased_section,
    rules::decisions::listed_in_the_index,
    rules::dependencies::edges_as_in_the_table,
    rules::dependencies::externals_explained,
    rules::heads::crate_states_an_invariant,
    rules::heads::module_has_a_head,
    rules::leftovers::no_leftovers,
    rules::leftovers::no_prints_in_libraries,
    rules::licences::both_present,
    rules::manifests::inherit_from_the_workspace,
    rules::manifests::one_profile,
    rules::paths::no_machine_paths,
    rules::size::files_are_short,
];

/// Prints all faults; true if there are none.
pub fn command(workspace: &Workspace) -> Result<bool, Failure> {
    match check(workspace) {
        Ok(()) => Ok(true),
        Err(Failure::Faults(_)) => Ok(false),
        Err(failure) => Err(failure),
    }
}

/// Prints all faults, and fails if there are any.
pub fn check(workspace: &Workspace) -> Result<(), Failure> {
    let tree = Tree::read(workspace)?;
    let faults = faults(&tree);
    for fault in &faults {
        println!("{fault}");
    }
    println!("tidy: {} files, {} rules, {} faults", tree.n_files(), RULES.len(), faults.len());
    if faults.is_empty() { Ok(()) } else { Err(Failure::Faults(faults.len())) }
}

/// What all rules find, by place; two rules may miss the same file.
fn faults(tree: &Tree) -> Vec<Fault> {
    let mut faults: Vec<Fault> = RULES.iter().flat_map(|rule| rule(tree)).collect();
    faults.sort();
    faults.dedup();
    faults
}
