//! Text to case.

use pontine_core_ir::{ExpressionFunction, Model};
use pontine_mechanism::lang::Argument;

use super::{Case, CaseError, Expectation, Expected};

impl Case {
    /// Reads a case.
    ///
    /// # Errors
    /// [`CaseError`] with the line.
    pub fn parse(name: &str, text: &str) -> Result<Self, CaseError> {
        Reader::default().read(name, text)
    }
}

/// Reads a model in whose text mechanisms may stand in lines of their own.
///
/// # Errors
/// [`CaseError`] with the line.
pub fn parse_model(name: &str, text: &str) -> Result<Model, CaseError> {
    let reader = Reader { source: "none".into(), n_steps: 1, ..Reader::default() };
    Ok(reader.read(name, text)?.model)
}

#[derive(Default)]
struct Reader {
    /// Comments before the source.
    holds: Vec<String>,
    source: String,
    n_steps: u64,
    /// The model's lines at their numbers; others are empty.
    model: Vec<String>,
    /// A mechanism that has begun: its line and its text so far.
    mechanism: Option<(usize, String)>,
    expectations: Vec<Expectation>,
}

impl Reader {
    fn read(mut self, name: &str, text: &str) -> Result<Case, CaseError> {
        for (i, line) in text.lines().enumerate() {
            let wrong = |message| CaseError { case: name.into(), line: i + 1, message };
            self.line(i + 1, line).map_err(wrong)?;
        }
        self.finish(name)
    }

    fn line(&mut self, number: usize, line: &str) -> Result<(), String> {
        self.model.push(String::new());
        if let Some((begin, mut text)) = self.mechanism.take() {
            text = format!("{text}\n{line}");
            if line.starts_with('}') {
                let word = text.split_whitespace().next().unwrap_or_default();
                self.model[begin - 1] = format!("{word} {text:?}");
            } else {
                self.mechanism = Some((begin, text));
            }
            return Ok(());
        }
        let (word, rest) = line.split_once(' ').unwrap_or((line, ""));
        match word {
            "#" if self.source.is_empty() => self.holds.push(rest.to_owned()),
            "source" => self.source = rest.to_owned(),
            "steps" => self.n_steps = number_of(rest)?,
            "expect" => self.expectations.push(expectation(number, rest)?),
            "mechanism" | "synapse" if !rest.starts_with('"') => {
                self.mechanism = Some((number, line.to_owned()));
            }
            _ => self.model[number - 1] = line.to_owned(),
        }
        Ok(())
    }

    fn finish(self, name: &str) -> Result<Case, CaseError> {
        let wrong = |line, message: &str| CaseError {
            case: name.to_owned(),
            line,
            message: message.to_owned(),
        };
        let model = Model::parse(&self.model.join("\n"))
            .map_err(|error| wrong(error.line, &error.message))?;
        if let Some((line, _)) = self.mechanism {
            return Err(wrong(line, "the mechanism has no end"));
        }
        if self.source.is_empty() || self.n_steps == 0 {
            return Err(wrong(1, "lines `source …` and `steps …` are needed"));
        }
        Ok(Case {
            name: name.to_owned(),
            holds: self.holds.join(" "),
            source: self.source,
            n_steps: self.n_steps,
            model,
            expectations: self.expectations,
        })
    }
}

fn expectation(line: usize, text: &str) -> Result<Expectation, String> {
    let rest = text.strip_prefix('"').ok_or("the path of a record is quoted")?;
    let (record, rest) = rest.split_once('"').ok_or("the path of the record does not end")?;
    Ok(Expectation { line, record: record.to_owned(), expected: expected(rest.trim())? })
}

fn expected(text: &str) -> Result<Expected, String> {
    if let Some(rest) = text.strip_prefix("at ") {
        let (step, rest) = rest.split_once('=').ok_or("`=` is missing")?;
        let (values, tolerance) = with_tolerance(rest)?;
        Ok(Expected::Row { step: number_of(step)?, values: numbers(values)?, tolerance })
    } else if let Some(rest) = text.strip_prefix('[') {
        let (element, rest) = rest.split_once("] follows ").ok_or("`] follows` is missing")?;
        let (closed_form, tolerance) = with_tolerance(rest)?;
        let closed_form = closed_form.trim_matches('"');
        let closed_form = ExpressionFunction::parse(closed_form, &[Argument::new("t", 1)], &[])
            .map_err(|error| error.to_string())?;
        Ok(Expected::Course { element: number_of(element)?, closed_form, tolerance })
    } else if let Some(rest) = text.strip_prefix("spikes ") {
        spikes(rest).map(Expected::Spikes)
    } else if let Some(rest) = text.strip_prefix("taken at ") {
        let steps = numbers(rest)?.into_iter().map(|n| n as u64);
        Ok(Expected::Taken(steps.collect()))
    } else {
        Err("`at`, `[…] follows`, `spikes` or `taken at` should follow the record".into())
    }
}

fn with_tolerance(text: &str) -> Result<(&str, f64), String> {
    let (value, tolerance) = text.rsplit_once("+-").ok_or("`+-` and a tolerance are missing")?;
    Ok((value.trim(), number_of(tolerance)?))
}

fn number_of<T: std::str::FromStr>(text: &str) -> Result<T, String> {
    text.trim().parse().map_err(|_| format!("`{}` is no number that fits here", text.trim()))
}

/// `[a, b, …]`
fn numbers(text: &str) -> Result<Vec<f64>, String> {
    let inner = text.trim().strip_prefix('[').and_then(|t| t.strip_suffix(']'));
    let inner = inner.ok_or("a list stands in brackets")?.trim();
    if inner.is_empty() { Ok(Vec::new()) } else { inner.split(',').map(number_of).collect() }
}

/// `[[step, index], [step, index, count], …]`
fn spikes(text: &str) -> Result<Vec<(u64, u32, u32)>, String> {
    let inner = text.trim().strip_prefix('[').and_then(|t| t.strip_suffix(']'));
    let inner = inner.ok_or("a list stands in brackets")?.trim();
    inner
        .split_inclusive(']')
        .map(|spike| spike.trim_start_matches([',', ' ']))
        .map(one_spike)
        .collect()
}

fn one_spike(text: &str) -> Result<(u64, u32, u32), String> {
    match numbers(text)?[..] {
        [step, index] => Ok((step as u64, index as u32, 1)),
        [step, index, count] => Ok((step as u64, index as u32, count as u32)),
        _ => Err("a spike is [step, index] or [step, index, count]".into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEAD: &str = "source a test\nsteps 3\nmodel dt=0.001 seed=0 \"\"\n";

    #[track_caller]
    fn check_error(line: &str, message: &str) {
        let error = Case::parse("case", &format!("{HEAD}{line}")).unwrap_err();
        assert_eq!(error.to_string(), message);
    }

    #[test]
    fn mistakes_name_their_line() {
        check_error("signal %0", "case:4: the line ends where a quoted text should stand");
        check_error(
            "expect \"x\" spikes [[1]]",
            "case:4: a spike is [step, index] or [step, index, count]",
        );
        check_error("expect \"x\" at 1 = [2]", "case:4: `+-` and a tolerance are missing");
        check_error("mechanism M {", "case:4: the mechanism has no end");
    }

    #[test]
    fn spikes_without_a_count_are_single() {
        assert_eq!(spikes("[[2, 0], [3, 1, 2]]").unwrap(), [(2, 0, 1), (3, 1, 2)]);
        assert_eq!(spikes("[]").unwrap(), []);
    }
}
