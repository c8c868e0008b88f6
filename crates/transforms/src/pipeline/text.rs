//! The text of a pipeline: `name, name{key=value, key=value}, [build], fix(rounds){name, name}`.

use pontine_core_ir::{Param, Spec};

use crate::error::PipelineError;

/// One item of the list.
pub(super) enum Item {
    Build,
    Pass(Spec),
    /// At most so many rounds of these.
    Fix(u32, Vec<Spec>),
}

/// Rounds of a fixed point whose text gives no number.
const ROUNDS: u32 = 10;

/// How a pass and its parameters are written.
pub(super) fn print(spec: &Spec) -> String {
    let print = |(name, value): (&String, &Param)| match value {
        Param::Text(text) => format!("{name}={text}"),
        other => format!("{name}={other}"),
    };
    let params: Vec<_> = spec.params.iter().map(print).collect();
    if params.is_empty() {
        spec.kind.clone()
    } else {
        format!("{}{{{}}}", spec.kind, params.join(", "))
    }
}

pub(super) fn items(text: &str) -> Result<Vec<Item>, PipelineError> {
    let wrong = |message| PipelineError::Text { text: text.trim().to_owned(), message };
    if text.trim().is_empty() {
        return Ok(vec![]);
    }
    split(text).map_err(wrong)?.into_iter().map(|part| item(part).map_err(wrong)).collect()
}

/// Splits at commas outside of braces; those of `fix` may hold others.
fn split(text: &str) -> Result<Vec<&str>, String> {
    let mut parts = Vec::new();
    let (mut start, mut depth) = (0, 0);
    for (at, sign) in text.char_indices() {
        let deepest = if fix_head(&text[start..at]).is_some() { 2 } else { 1 };
        match sign {
            '{' if depth == deepest => return Err("`{` stands within braces".into()),
            '}' if depth == 0 => return Err("`}` closes nothing".into()),
            '{' => depth += 1,
            '}' => depth -= 1,
            ',' if depth == 0 => parts.push(&text[std::mem::replace(&mut start, at + 1)..at]),
            _ => {}
        }
    }
    if depth > 0 {
        return Err("`{` is not closed".into());
    }
    parts.push(&text[start..]);
    Ok(parts)
}

/// What stands between `fix` and its brace, and behind that.
fn fix_head(part: &str) -> Option<(&str, &str)> {
    let (head, inner) = part.split_once('{')?;
    Some((head.trim().strip_prefix("fix")?.trim(), inner))
        .filter(|(rounds, _)| rounds.is_empty() || rounds.starts_with('('))
}

/// `(rounds)`, and what stands behind the opening brace.
fn fix(rounds: &str, inner: &str) -> Result<Item, String> {
    let rounds = match rounds {
        "" => ROUNDS,
        _ => {
            let number = rounds.strip_prefix('(').and_then(|rest| rest.strip_suffix(')'));
            let number = number.and_then(|number| number.trim().parse().ok());
            number.filter(|n| *n > 0).ok_or(format!("`{rounds}` is no number of rounds"))?
        }
    };
    let inner = inner.strip_suffix('}').ok_or("`fix` goes on behind its `}`")?;
    let specs = split(inner)?.into_iter().map(|part| match item(part)? {
        Item::Pass(spec) => Ok(spec),
        Item::Build | Item::Fix(..) => Err(format!("`{}` stands within `fix`", part.trim())),
    });
    Ok(Item::Fix(rounds, specs.collect::<Result<_, String>>()?))
}

fn item(part: &str) -> Result<Item, String> {
    let part = part.trim();
    if part == "[build]" {
        return Ok(Item::Build);
    }
    if let Some((rounds, inner)) = fix_head(part) {
        return fix(rounds, inner);
    }
    let (name, params) = match part.split_once('{') {
        None => (part, ""),
        Some((name, rest)) => {
            let inner =
                rest.strip_suffix('}').ok_or(format!("`{part}` goes on behind its `}}`"))?;
            (name.trim_end(), inner)
        }
    };
    let mut spec = Spec::new(word(name)?);
    for pair in params.split(',').filter(|_| !params.trim().is_empty()) {
        let (key, value) = pair.split_once('=').ok_or(format!("`{}` has no `=`", pair.trim()))?;
        spec = spec.with(word(key.trim())?, param(value.trim())?);
    }
    Ok(Item::Pass(spec))
}

fn word(text: &str) -> Result<&str, String> {
    let of_word = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_');
    let is_word = !text.is_empty() && text.chars().all(of_word);
    if is_word { Ok(text) } else { Err(format!("a name is expected, not `{text}`")) }
}

fn param(text: &str) -> Result<Param, String> {
    match (text, text.parse::<f64>()) {
        ("true" | "false", _) => Ok((text == "true").into()),
        (_, Ok(number)) => Ok(number.into()),
        _ => match word(text) {
            Ok(word) => Ok(Param::Text(word.to_owned())),
            Err(_) => Err(format!("`{text}` is neither a number nor a word")),
        },
    }
}
