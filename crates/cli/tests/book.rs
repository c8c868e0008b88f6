//! What the book and the README show: files are written, commands are run in an empty folder, and what is
//! shown of their output is what they print.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

const FILE: &str = include_str!("../../../docs/book/first-model-as-a-file.md");
const NEURON: &str = include_str!("../../../docs/book/own-neuron.md");
const README: &str = include_str!("../../../README.md");

#[test]
fn the_first_model_does_what_its_page_shows() {
    let folder = follow("first", FILE);
    for file in ["first/raster.png", "seven/rates.png", "traces/traces.png"] {
        assert!(folder.join("out").join(file).exists(), "{file}");
    }
}

#[test]
fn the_own_neuron_does_what_its_page_shows() {
    let folder = follow("own", NEURON);
    assert!(folder.join("out/own/traces.png").exists());
}

/// The equations of the page with one replaced, and the fault that is told.
#[test]
fn the_own_neuron_fails_as_its_page_shows() {
    let model = blocks(NEURON).find(|block| block.head.starts_with("toml")).unwrap().text;
    let right = model.lines().find(|line| line.trim().starts_with("dv/dt")).unwrap().trim();
    let faults = blocks(NEURON).filter(|block| block.head.starts_with("fault"));
    let mut n_faults = 0;
    for fault in faults {
        let folder = folder(&format!("fault{n_faults}"));
        let wrong = fault.head.strip_prefix("fault ").unwrap();
        fs::write(folder.join("own.toml"), model.replace(right, wrong)).unwrap();
        let (success, told) = run("pontine run own.toml", &folder);
        assert!(!success && told.contains(fault.text.trim()), "{told}");
        n_faults += 1;
    }
    assert_eq!(n_faults, 2);
}

#[test]
fn the_readme_shows_what_happens() {
    follow("readme", README);
}

struct Block<'a> {
    head: &'a str,
    text: &'a str,
}

fn blocks(page: &str) -> impl Iterator<Item = Block<'_>> {
    let inside = page.split("\n```").skip(1).step_by(2);
    inside.filter_map(|block| {
        let (head, text) = block.split_once('\n')?;
        Some(Block { head, text })
    })
}

/// Goes through a page: writes files that have a name, runs commands of ours, and compares what they
/// print with the block that follows.
fn follow(name: &str, page: &str) -> PathBuf {
    let folder = folder(name);
    let mut printed = String::new();
    for Block { head, text } in blocks(page) {
        match head.split_once(' ').unwrap_or((head, "")) {
            ("toml", file) if !file.is_empty() => fs::write(folder.join(file), text).unwrap(),
            ("sh", _) => printed = run_all(text, &folder),
            ("text", _) if !printed.is_empty() => check_shown(text, &printed),
            _ => {}
        }
    }
    folder
}

fn run_all(commands: &str, folder: &Path) -> String {
    let mut printed = String::new();
    for command in commands.lines().filter(|line| line.starts_with("pontine ")) {
        let (success, told) = run(command.split(" #").next().unwrap(), folder);
        assert!(success, "{command}: {told}");
        printed += &told;
    }
    printed
}

/// Every line that is shown is printed, but for how long things took.
#[track_caller]
fn check_shown(shown: &str, printed: &str) {
    let printed: Vec<&str> = printed.lines().map(untimed).collect();
    for line in shown.lines().filter(|line| !line.trim().is_empty() && line.trim() != "…") {
        assert!(printed.contains(&untimed(line)), "{line:?} is not in {printed:#?}");
    }
}

fn untimed(line: &str) -> &str {
    let timed = line.starts_with("built ") || line.starts_with("ran ");
    let (what, _) = line.rsplit_once(" in ").filter(|_| timed).unwrap_or((line, ""));
    what.trim_end()
}

fn run(command: &str, folder: &Path) -> (bool, String) {
    let (command, redirected) = command.split_once(" > ").unwrap_or((command, ""));
    let mut words = words(command).into_iter();
    assert_eq!(words.next().as_deref(), Some("pontine"));
    let output = Command::new(env!("CARGO_BIN_EXE_pontine"))
        .args(words)
        .current_dir(folder)
        .env("NO_COLOR", "1")
        .output()
        .unwrap();
    if !redirected.is_empty() {
        fs::write(folder.join(redirected.trim()), &output.stdout).unwrap();
    }
    let text = |bytes| String::from_utf8_lossy(bytes).into_owned();
    (output.status.success(), text(&output.stdout) + &text(&output.stderr))
}

/// Words as a shell takes them apart, with quotes that keep blanks.
fn words(command: &str) -> Vec<String> {
    let (mut words, mut quoted) = (vec![String::new()], false);
    for c in command.trim().chars() {
        match c {
            '"' => quoted = !quoted,
            ' ' if !quoted => words.push(String::new()),
            c => words.last_mut().unwrap().push(c),
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

fn folder(name: &str) -> PathBuf {
    let name = format!("pontine-book-{name}-{}", std::process::id());
    let folder = std::env::temp_dir().join(name);
    // A run refuses a folder with chunks in it, and another process may have had this number.
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap();
    folder
}
