//! Mechanisms with as many members of a kind as wanted.
//!
//! A text is written for two members or more: as many lines as there are members, one below the other, that
//! differ by `_1`, `_2`, … at the end of their names, and sums `x_1 + x_2 + …` of bare names. For another
//! number, these lines and terms are repeated or left out; those beyond the last are made after it, with its
//! default. Lines that name single members stay as they are.
//!
//! ```text
//!  parameter tau_1 = 1 ms                    parameter tau_1 = 1 ms
//!  parameter tau_2 = 10 ms    ── 3 ──>       parameter tau_2 = 10 ms
//!  dv/dt = (x_1 + x_2) / c                   parameter tau_3 = 10 ms
//!                                            dv/dt = (x_1 + x_2 + x_3) / c
//! ```

use std::collections::BTreeSet;

/// The text for `n` members, and `_n` behind the name of the mechanism; `None` if nothing in the canonical text of
/// a mechanism, `source`, has members.
pub(crate) fn resized(source: &str, n: usize) -> Option<String> {
    let n_written = source.lines().flat_map(|line| of_line(line).max()).max()?;
    let mut text = String::new();
    let mut run: Vec<Item> = Vec::new();
    for item in items(source) {
        if item.member != run.len() + 1 || item.member == 0 {
            write_run(&mut text, &run, [n_written, n]);
            run.clear();
        }
        match item.member {
            0 => text.push_str(&sums(&item.text, n_written, n)),
            _ => run.push(item),
        }
    }
    write_run(&mut text, &run, [n_written, n]);
    let (head, rest) = text.split_once(" {")?;
    Some(format!("{head}_{n} {{{rest}"))
}

/// A line with the comments above it.
struct Item {
    text: String,
    /// Which member it belongs to; 0 if to none, or to several.
    member: usize,
}

fn items(source: &str) -> Vec<Item> {
    let (mut items, mut text) = (Vec::new(), String::new());
    for line in source.lines() {
        text.push_str(line);
        text.push('\n');
        if !line.trim_start().starts_with("//") {
            let mut members = of_line(line);
            let first = members.next().unwrap_or(0);
            let member = if members.all(|other| other == first) { first } else { 0 };
            items.push(Item { text: std::mem::take(&mut text), member });
        }
    }
    items
}

/// Lines of all members become as many as wanted; a line of some members alone stays.
fn write_run(text: &mut String, run: &[Item], [n_written, n]: [usize; 2]) {
    let Some(last) = run.last() else { return };
    if run.len() != n_written {
        return text.extend(run.iter().map(|item| item.text.as_str()));
    }
    for k in 1..=n {
        let item = run.get(k - 1).unwrap_or(last);
        let line = |line: &str| {
            let is_code = !line.trim_start().starts_with("//");
            if is_code { words(line, &|word| renumbered(word, k)) } else { line.into() }
        };
        text.extend(item.text.lines().map(|part| line(part) + "\n"));
    }
}

/// `x_1 + … + x_m` as sums of `n` terms.
fn sums(text: &str, m: usize, n: usize) -> String {
    let sum = |stem: &str, n: usize| {
        (1..=n).map(|k| format!("{stem}_{k}")).collect::<Vec<_>>().join(" + ")
    };
    let mut text = text.to_owned();
    let stems: BTreeSet<String> =
        split_words(&text).filter_map(|word| Some(numbered(word)?.0.to_owned())).collect();
    for stem in stems {
        text = text.replace(&sum(&stem, m), &format!("{stem}_0"));
        text = text.replace(&format!("{stem}_0"), &sum(&stem, n));
    }
    text
}

/// The members that names of a line belong to.
fn of_line(line: &str) -> impl Iterator<Item = usize> + '_ {
    let code = !line.trim_start().starts_with("//");
    split_words(line).filter(move |_| code).filter_map(|word| numbered(word).map(|(_, k)| k))
}

fn renumbered(word: &str, k: usize) -> String {
    numbered(word).map_or_else(|| word.to_owned(), |(stem, _)| format!("{stem}_{k}"))
}

/// `x_2` is member 2 of `x`.
fn numbered(word: &str) -> Option<(&str, usize)> {
    let (stem, number) = word.rsplit_once('_')?;
    let is_name = stem.starts_with(|c: char| c.is_ascii_alphabetic());
    number.parse().ok().filter(|k| is_name && *k > 0).map(|k| (stem, k))
}

fn is_of_word(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_'
}

fn split_words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c| !is_of_word(c)).filter(|word| !word.is_empty())
}

/// The text with each of its words replaced.
fn words(text: &str, replace: &dyn Fn(&str) -> String) -> String {
    let mut result = String::new();
    let mut rest = text;
    while let Some(start) = rest.find(is_of_word) {
        result.push_str(&rest[..start]);
        let end = rest[start..].find(|c| !is_of_word(c)).map_or(rest.len(), |end| start + end);
        result.push_str(&replace(&rest[start..end]));
        rest = &rest[end..];
    }
    result + rest
}

#[cfg(test)]
mod tests {
    use crate::Mechanism;

    const TWO: &str = "mechanism M {
        units population
        parameter c = 1 ms
        // How fast.
        parameter tau_1 = 1 ms
        // How slow.
        parameter tau_2 = 10 ms
        state v = 0
        state x_1 = 1
        state x_2 = 1
        dv/dt = (1 - (x_1 + x_2)) / c
        dx_1/dt = -x_1 / tau_1
        dx_2/dt = -x_2 / tau_2
        spike when v >= 1 {
            v = x_1 + x_2
            x_1 += 1
            x_2 += 1
        }
        solve euler
    }";

    #[test]
    fn there_are_as_many_members_as_wanted() {
        let two = Mechanism::parse(TWO).unwrap();
        let four = two.with_members(4).unwrap();
        assert_eq!(four.name, "M_4");
        let defaults: Vec<_> = four.parameters.iter().map(|p| (&p.name[..], p.default)).collect();
        let expected =
            [("c", 1.0), ("tau_1", 1.0), ("tau_2", 10.0), ("tau_3", 10.0), ("tau_4", 10.0)];
        assert_eq!(defaults, expected);
        assert_eq!(four.parameters[4].doc, "How slow.");
        assert_eq!(four.states.len(), 5);
        assert!(four.source().contains("(1 - (x_1 + x_2 + x_3 + x_4)) / c"), "{}", four.source());
        assert!(four.source().contains("v = x_1 + x_2 + x_3 + x_4\n"));
        assert!(four.source().contains("x_4 += 1"));
        let one = two.with_members(1).unwrap();
        assert!(one.source().contains("(1 - x_1) / c") && !one.source().contains("x_2"));
        assert_eq!(two.with_members(2).unwrap().hash(), two.hash());
    }

    #[test]
    fn who_has_no_members_gets_none() {
        let none = Mechanism::parse("mechanism M { units nef state x = 1 }").unwrap();
        let error = none.with_members(2).unwrap_err();
        assert!(error.to_string().contains("`M` has no members"), "{error}");
        assert!(Mechanism::parse(TWO).unwrap().with_members(0).is_err());
    }
}
