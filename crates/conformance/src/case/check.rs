//! A recording against what was expected of it.

use pontine_core_ir::recording::{Recording, SeriesData};

use super::{Case, Expectation, Expected};
use crate::{
    bench::Outcome,
    oracle::eval::{Evaluator, Vector},
};

/// An expectation that was not met.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error("{case}:{line}: `{record}`: {message}")]
pub struct Mismatch {
    /// The case.
    pub case: String,
    /// The line of the expectation.
    pub line: usize,
    /// The record.
    pub record: String,
    /// What was expected and what was found.
    pub message: String,
}

impl Case {
    /// Every expectation that a recording of the case's model does not meet; of one about many
    /// samples, the first that is off.
    pub fn mismatches(&self, recording: &Recording) -> Vec<Mismatch> {
        let off = |expectation: &Expectation| {
            let message = met(expectation, recording).err()?;
            Some(Mismatch {
                case: self.name.clone(),
                line: expectation.line,
                record: expectation.record.clone(),
                message,
            })
        };
        self.expectations.iter().filter_map(off).collect()
    }

    /// Fails with every mismatch, what should hold and where the numbers come from.
    ///
    /// # Errors
    /// Text for people.
    pub(crate) fn check(&self, recording: &Recording) -> Outcome {
        let mismatches = self.mismatches(recording);
        if mismatches.is_empty() {
            return Ok(());
        }
        let lines: Vec<String> = mismatches.iter().map(Mismatch::to_string).collect();
        Err(format!("{}\nwhat holds: {}\nsource: {}", lines.join("\n"), self.holds, self.source))
    }
}

fn met(expectation: &Expectation, recording: &Recording) -> Result<(), String> {
    let series = recording.series.get(&expectation.record).ok_or("was not recorded")?;
    match (&expectation.expected, &series.data) {
        (Expected::Row { step, values, tolerance }, SeriesData::Samples { width, steps, rows }) => {
            let at = steps.iter().position(|s| s == step);
            let at = at.ok_or_else(|| format!("has no sample at step {step}"))?;
            row(*step, &rows[at * width..(at + 1) * width], values, *tolerance)
        }
        (
            Expected::Course { element, closed_form, tolerance },
            SeriesData::Samples { width, steps, rows },
        ) => {
            let closed_form = Evaluator::new(closed_form.program());
            steps.iter().zip(rows.chunks(*width)).try_for_each(|(step, row)| {
                let time = *step as f64 * recording.dt;
                let value = Vector(&[time]).through(&closed_form, 1)[0];
                near(*step, *element, row[*element], value, *tolerance)
            })
        }
        (Expected::Spikes(expected), SeriesData::Events { steps, indices, counts, .. }) => {
            let all = steps.iter().zip(indices).zip(counts);
            let found: Vec<_> = all.map(|((s, i), c)| (*s, *i, *c)).collect();
            same("spikes", expected, &found)
        }
        (Expected::Taken(expected), SeriesData::Samples { steps, .. }) => {
            same("samples at steps", expected, steps)
        }
        (Expected::Row { .. } | Expected::Course { .. } | Expected::Taken(_), _) => {
            Err("has spikes, not samples".into())
        }
        (Expected::Spikes(_), SeriesData::Samples { .. }) => Err("has samples, not spikes".into()),
    }
}

fn row(step: u64, found: &[f64], expected: &[f64], tolerance: f64) -> Result<(), String> {
    if found.len() != expected.len() {
        return Err(format!("has rows of {}, not of {}", found.len(), expected.len()));
    }
    let mut pairs = found.iter().zip(expected).enumerate();
    pairs.try_for_each(|(i, (f, e))| near(step, i, *f, *e, tolerance))
}

fn near(
    step: u64,
    element: usize,
    found: f64,
    expected: f64,
    tolerance: f64,
) -> Result<(), String> {
    // Written so that NaN is far from everything.
    if (found - expected).abs() <= tolerance {
        return Ok(());
    }
    Err(format!(
        "[{element}] is {found} at step {step}, not {expected} +- {tolerance} (off by {:e})",
        (found - expected).abs()
    ))
}

fn same<T: PartialEq + std::fmt::Debug>(
    what: &str,
    expected: &[T],
    found: &[T],
) -> Result<(), String> {
    if expected == found {
        return Ok(());
    }
    Err(format!("has {what} {found:?}, not {expected:?}"))
}
