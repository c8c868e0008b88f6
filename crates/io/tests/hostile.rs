//! Model files that were made to hurt: whatever is in them, the answer is a network or a fault.
//!
//! Each case is one of the shipped models or a text of values that are hard to bear, changed at random
//! by a number of its own, which a failure tells. `PONTINE_FUZZ_CASES` sets how many cases there are,
//! `PONTINE_FUZZ_FIRST` the number of the first; `cargo xtask fuzz` runs a million.

use std::panic::catch_unwind;

use pontine_catalogue as _;
use pontine_io::{Format, ModelFile};

const SHIPPED: [&str; 11] = [
    include_str!("../../../models/brunel.toml"),
    include_str!("../../../models/communication_channel.toml"),
    include_str!("../../../models/integrator.toml"),
    include_str!("../../../models/izhikevich_network.toml"),
    include_str!("../../../models/lorenz.toml"),
    include_str!("../../../models/microcircuit.toml"),
    include_str!("../../../models/mixed.toml"),
    include_str!("../../../models/oscillator.toml"),
    include_str!("../../../models/own_neuron.toml"),
    include_str!("../../../models/vogels_abbott_coba.toml"),
    include_str!("../../../models/vogels_abbott_cuba.toml"),
];

/// What takes the place of values.
const HARD: [&str; 32] = [
    "0",
    "-1",
    "1e308",
    "-1e308",
    "1e-308",
    "inf",
    "nan",
    "9223372036854775807",
    "4294967295",
    "4194304",
    "\"\"",
    "\"1 ms\"",
    "\"1e300 s\"",
    "\"{{{\"",
    "\"E[0:4194304].v @ 1e-300 s\"",
    "\"sum[source](n)\"",
    "\"n[target] * n[source] * n[population]\"",
    "\"1/0\"",
    "\"((((((((((((((((((((((((((((1\"",
    "\"rint(1e300)\"",
    "\"\\u0000\"",
    "\"💥\"",
    "[]",
    "[[]]",
    "[1, [2, [3]]]",
    "{}",
    "{ distribution = \"uniform\", low = 1, high = 0 }",
    "{ values = [], unit = \"mV\" }",
    "{ expression = \"i / (i - i)\" }",
    "true",
    "{ kind = \"fixed_total_number\", n = 1e18 }",
    "{ choice = \"a\", of = [\"a\", \"a\"] }",
];

/// A network of this many bytes would be a runaway: no case asks for so much.
#[cfg(target_os = "linux")]
const MOST_KIB: u64 = 2 << 20;

#[test]
fn hostile_files_are_answered_with_a_network_or_a_fault() {
    let number = |name: &str, default| {
        std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(default)
    };
    let first: u64 = number("PONTINE_FUZZ_FIRST", 0);
    for case in first..first + number("PONTINE_FUZZ_CASES", 1500) {
        let text = changed(case);
        let outcome = catch_unwind(|| load(&text));
        assert!(outcome.is_ok(), "case {case} panics");
        #[cfg(target_os = "linux")]
        assert!(peak_kib() < MOST_KIB, "case {case} takes too much memory");
    }
}

/// In both formats, and once more as the other one.
fn load(text: &str) {
    for format in [Format::Toml, Format::Json] {
        let Ok(file) = ModelFile::parse("m", text, format) else { continue };
        drop(file.load());
        for other in [Format::Toml, Format::Json] {
            let Ok(printed) = file.to_text(other) else { continue };
            drop(ModelFile::parse("m", &printed, other));
        }
    }
}

#[cfg(target_os = "linux")]
fn peak_kib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    line.trim().trim_end_matches(" kB").parse().unwrap()
}

/// The text of a case.
fn changed(case: u64) -> String {
    let mut draw = Draw(case.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1);
    let mut lines: Vec<String> =
        SHIPPED[draw.below(SHIPPED.len())].lines().map(str::to_owned).collect();
    lines.retain(|line| !line.starts_with('#'));
    for _ in 0..1 + draw.below(6) {
        change(&mut lines, &mut draw);
    }
    let mut text = lines.join("\n");
    match draw.below(12) {
        // As JSON, where it still is a model file.
        0..=2 => {
            let file = ModelFile::parse("m.toml", &text, Format::Toml);
            text = file.and_then(|file| file.to_text(Format::Json)).unwrap_or(text);
            cut(&mut text, &mut draw);
        }
        3 => cut(&mut text, &mut draw),
        4 => text = text.replacen('=', ["==", "", ".", "\n"][draw.below(4)], draw.below(9)),
        _ => {}
    }
    text
}

/// One change of one line.
fn change(lines: &mut Vec<String>, draw: &mut Draw) {
    if lines.is_empty() {
        return;
    }
    let at = draw.below(lines.len());
    match draw.below(8) {
        0 => drop(lines.remove(at)),
        1 => {
            let other = lines[draw.below(lines.len())].clone();
            lines.insert(at, other);
        }
        2 => {
            let other = draw.below(lines.len());
            lines.swap(at, other);
        }
        3 => cut(&mut lines[at], draw),
        4 => {
            let letters: Vec<char> = lines[at].chars().collect();
            let Some(letter) = (!letters.is_empty()).then(|| letters[draw.below(letters.len())])
            else {
                return;
            };
            let into = ["(", "]", "-", "e9", "\"", "{", "*"][draw.below(7)];
            lines[at] = lines[at].replacen(letter, into, 1);
        }
        _ => {
            if let Some((key, _)) = lines[at].split_once('=') {
                lines[at] = format!("{key}= {}", HARD[draw.below(HARD.len())]);
            }
        }
    }
}

/// Ends a text somewhere.
fn cut(text: &mut String, draw: &mut Draw) {
    let mut at = draw.below(text.len() + 1);
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    text.truncate(at);
}

/// A small generator: cases are the same everywhere.
struct Draw(u64);

impl Draw {
    fn below(&mut self, n: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        ((self.0 >> 11) % n.max(1) as u64) as usize
    }
}

#[test]
fn shipped_models_cut_anywhere_are_faults_or_models() {
    for text in SHIPPED {
        for at in (0..text.len()).step_by(97).filter(|at| text.is_char_boundary(*at)) {
            load(&text[..at]);
        }
    }
}
