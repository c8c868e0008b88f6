//! Versions, lints and profiles are said once.

use crate::tidy::tree::{Fault, TextFile, Tree};

const DOWNSTREAM: &str = "tests/downstream/Cargo.toml";

/// Each crate inherits its dependencies and lints from the workspace.
pub fn inherit_from_the_workspace(tree: &Tree) -> Vec<Fault> {
    let is_crate = |path: &str| path.starts_with("crates/") && path.ends_with("/Cargo.toml");
    tree.files.iter().filter(|file| is_crate(&file.path)).flat_map(not_inherited).collect()
}

/// `tests/downstream` has the workspace's dev profile, else its dependencies would be built twice.
pub fn one_profile(tree: &Tree) -> Vec<Fault> {
    let (Some(house), Some(guest)) = (tree.file("Cargo.toml"), tree.file(DOWNSTREAM)) else {
        return vec![];
    };
    let is_dev = |section: &str| section.starts_with("[profile.dev");
    let texts = |manifest| -> Vec<_> {
        settings(manifest, is_dev)
            .into_iter()
            .map(|(_, section, setting)| (section, setting))
            .collect()
    };
    if texts(house) == texts(guest) {
        return vec![];
    }
    vec![guest.fault(0, "its [profile.dev] sections differ from those of the workspace")]
}

fn not_inherited(manifest: &TextFile) -> Vec<Fault> {
    let mut faults: Vec<Fault> = settings(manifest, |section| section.ends_with("dependencies]"))
        .into_iter()
        .filter(|(_, _, setting)| !setting.contains("workspace"))
        .map(|(line, _, setting)| {
            manifest.fault(line, format!("not from the workspace: `{setting}`"))
        })
        .collect();
    let lints = settings(manifest, |section| section == "[lints]");
    if !lints.iter().any(|(_, _, setting)| *setting == "workspace = true") {
        faults.push(manifest.fault(0, "does not inherit the lints of the workspace"));
    }
    faults
}

/// The non-empty lines in the sections chosen, with their numbers and sections.
fn settings(manifest: &TextFile, chosen: impl Fn(&str) -> bool) -> Vec<(usize, &str, &str)> {
    let mut inside = false;
    let mut section = "";
    let mut found = Vec::new();
    for (number, line) in manifest.lines() {
        if line.starts_with('[') {
            section = line.trim();
            inside = chosen(section);
        } else if inside && !line.trim().is_empty() && !line.starts_with('#') {
            found.push((number, section, line.trim()));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::tree::testing::{check, tree};

    #[test]
    fn an_own_version_or_missing_lints_are_faults() {
        let manifest =
            "[package]\nname = \"a\"\n[dependencies]\nlibm = \"0.2\"\nb.workspace = true\n";
        let expected = [
            "crates/a/Cargo.toml: does not inherit the lints of the workspace",
            "crates/a/Cargo.toml:4: not from the workspace: `libm = \"0.2\"`",
        ];
        check(inherit_from_the_workspace, &tree(&[("crates/a/Cargo.toml", manifest)]), &expected);
    }

    #[test]
    fn a_good_manifest_has_no_faults() {
        let manifest =
            "[dev-dependencies]\nb = { workspace = true }\n\n[lints]\nworkspace = true\n";
        check(inherit_from_the_workspace, &tree(&[("crates/a/Cargo.toml", manifest)]), &[]);
    }

    #[test]
    fn another_profile_downstream_is_a_fault() {
        let house = ("Cargo.toml", "[profile.dev]\nopt-level = 1\n");
        let guest = (DOWNSTREAM, "[workspace]\n[profile.dev]\nopt-level = 0\n");
        let expected = [
            "tests/downstream/Cargo.toml: its [profile.dev] sections differ from those of the workspace",
        ];
        check(one_profile, &tree(&[house, guest]), &expected);
    }
}
