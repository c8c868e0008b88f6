//! The text of a pipeline: `name, name{key=value, key=value}, [build], name`.

use pontine_core_ir::{Param, Spec};

use crate::error::PipelineError;

/// One item of the list.
pub(super) enum Item {
    Build,
    Pass(Spec),
}

/// How a pass and its parameters are written.
pub(super) fn print(spec: &Spec) -> String {
    let params: Vec<_> =
        spec.params.iter().map(|(name, value)| format!("{name}={value}")).collect();
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

/// Splits at commas outside of braces.
fn split(text: &str) -> Result<Vec<&str>, String> {
    let mut parts = Vec::new();
    let (mut start, mut inside) = (0, false);
    for (at, sign) in text.char_indices() {
        match sign {
            '{' if inside => return Err("`{` stands within braces".into()),
            '}' if !inside => return Err("`}` closes nothing".into()),
            '{' | '}' => inside = sign == '{',
            ',' if !inside => parts.push(&text[std::mem::replace(&mut start, at + 1)..at]),
            _ => {}
        }
    }
    if inside {
        return Err("`{` is not closed".into());
    }
    parts.push(&text[start..]);
    Ok(parts)
}

fn item(part: &str) -> Result<Item, String> {
    let part = part.trim();
    if part == "[build]" {
        return Ok(Item::Build);
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
        _ => Err(format!("`{text}` is neither a number nor true or false")),
    }
}
