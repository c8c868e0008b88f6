//! Nothing unfinished, nothing from debugging.

use crate::tidy::tree::{Fault, TextFile, Tree};

/// Written in two halves, so that this file passes its own rule.
const CODE: [&str; 4] = [
    concat!("to", "do!("),
    concat!("unimple", "mented!("),
    concat!("db", "g!("),
    concat!("#[ign", "ore"),
];
const WORDS: [&str; 3] = [concat!("TO", "DO"), concat!("FIX", "ME"), concat!("XX", "X")];
const MERGE: [&str; 3] = ["<<<<<<< ", ">>>>>>> ", "||||||| "];
const PRINTS: [&str; 4] = ["eprintln!(", "eprint!(", "println!(", "print!("];
const SOURCES: [&str; 5] = [".rs", ".py", ".toml", ".mech", ".sh"];

/// No unfinished code, no notes to self, no ignored tests in sources; no merge markers anywhere.
pub fn no_leftovers(tree: &Tree) -> Vec<Fault> {
    tree.files.iter().flat_map(leftovers_in).collect()
}

/// A library returns what it has to say; only the command prints.
pub fn no_prints_in_libraries(tree: &Tree) -> Vec<Fault> {
    let library = |path: &str| path.starts_with("crates/") && !path.starts_with("crates/cli/");
    let sources = tree.rust().filter(|file| library(&file.path) && file.path.contains("/src/"));
    sources.flat_map(prints_in).collect()
}

fn leftovers_in(file: &TextFile) -> Vec<Fault> {
    let is_source = SOURCES.iter().any(|ending| file.path.ends_with(ending));
    let found = |line: &str| merge_marker(line).or_else(|| is_source.then(|| unfinished(line))?);
    let lines = file.lines().filter_map(|(number, line)| Some((number, found(line)?)));
    lines.map(|(number, what)| file.fault(number, format!("left over: `{what}`"))).collect()
}

fn merge_marker(line: &str) -> Option<&'static str> {
    MERGE.into_iter().find(|marker| line.starts_with(marker))
}

fn unfinished(line: &str) -> Option<&'static str> {
    let code = CODE.into_iter().find(|code| line.contains(code));
    code.or_else(|| WORDS.into_iter().find(|word| has_word(line, word)))
}

fn has_word(line: &str, word: &str) -> bool {
    line.split(|c: char| !c.is_alphanumeric() && c != '_').any(|found| found == word)
}

fn prints_in(file: &TextFile) -> Vec<Fault> {
    let code = file.lines().filter(|(_, line)| !line.trim_start().starts_with("//"));
    let prints = code.filter_map(|(number, line)| {
        let print = PRINTS.into_iter().find(|print| line.contains(print))?;
        Some(file.fault(number, format!("a library prints: `{print}`")))
    });
    prints.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::tree::testing::{check, tree};

    #[test]
    fn unfinished_code_and_notes_are_faults() {
        let source =
            format!("//! A.\nfn a() {{ {}) }}\n// {}: b\nlet xxx = 1;\n", CODE[0], WORDS[1]);
        let notes = WORDS[2];
        let first = format!("crates/a/src/lib.rs:2: left over: `{}`", CODE[0]);
        let second = format!("crates/a/src/lib.rs:3: left over: `{}`", WORDS[1]);
        let files = [("crates/a/src/lib.rs", source.as_str()), ("docs/a.md", notes)];
        check(no_leftovers, &tree(&files), &[&first, &second]);
    }

    #[test]
    fn an_ignored_test_is_a_fault() {
        let source = format!("{} = \"slow\"]\nfn a() {{}}\n", CODE[3]);
        let expected = format!("tests/a.rs:1: left over: `{}`", CODE[3]);
        check(no_leftovers, &tree(&[("tests/a.rs", &source)]), &[&expected]);
    }

    #[test]
    fn merge_markers_are_faults_in_any_text() {
        let files = [("README.md", "a\n=======\n>>>>>>> main\n")];
        check(no_leftovers, &tree(&files), &["README.md:3: left over: `>>>>>>> `"]);
    }

    #[test]
    fn only_the_command_prints() {
        let source = "//! A.\n/// println!(\"in an example\");\nfn a() { println!(\"b\"); }\n";
        let files = [("crates/io/src/lib.rs", source), ("crates/cli/src/lib.rs", source)];
        let expected = ["crates/io/src/lib.rs:3: a library prints: `println!(`"];
        check(no_prints_in_libraries, &tree(&files), &expected);
    }
}
