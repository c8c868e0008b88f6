//! What a backend passes, fails and lacks, as text.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
    panic::{AssertUnwindSafe, catch_unwind},
};

use pontine_core_ir::port::{Backend, Capability};

use crate::{
    bench::Outcome,
    check::{Check, checks},
    suite::Options,
};

/// How one check went.
#[derive(Clone, Debug, PartialEq)]
pub enum Verdict {
    /// It holds.
    Passed,
    /// It was not tried: the backend declares not to be able to do this.
    Ignored(BTreeSet<Capability>),
    /// It does not hold: what was found and what was expected.
    Failed(String),
}

/// How all checks of a backend went, the smallest first. Printed, it is a summary for people:
/// counts, what is ignored for which reason, and every failure.
///
/// # Examples
/// ```
/// use pontine_conformance::{Options, Oracle, report};
/// let report = report(&Oracle, Options { n_random: 0, ..Options::default() });
/// assert_eq!(report.failed().count(), 0);
/// assert!(report.to_string().contains("8 ignored"), "{report}");
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Report {
    /// The backend's name.
    pub backend: String,
    /// Names of the checks and how they went.
    pub verdicts: Vec<(String, Verdict)>,
}

/// Runs all checks of a backend.
pub fn report(backend: &dyn Backend, options: Options) -> Report {
    let verdicts = checks(backend, options).into_iter().map(judged).collect();
    Report { backend: backend.name().to_owned(), verdicts }
}

fn judged(check: Check<'_>) -> (String, Verdict) {
    let verdict = if check.lacking.is_empty() {
        survived(check.run).map_or_else(Verdict::Failed, |()| Verdict::Passed)
    } else {
        Verdict::Ignored(check.lacking)
    };
    (check.name, verdict)
}

/// A backend that panics fails this check, and the others are still made.
fn survived(run: impl FnOnce() -> Outcome) -> Outcome {
    catch_unwind(AssertUnwindSafe(run)).unwrap_or_else(|panic| {
        let text = panic.downcast_ref::<String>().map(String::as_str);
        let text = text.or_else(|| panic.downcast_ref::<&str>().copied());
        Err(format!("panicked: {}", text.unwrap_or("without a message")))
    })
}

impl Report {
    /// Names of the checks that failed, and what they say.
    pub fn failed(&self) -> impl Iterator<Item = (&str, &str)> {
        self.verdicts.iter().filter_map(|(name, verdict)| match verdict {
            Verdict::Failed(message) => Some((name.as_str(), message.as_str())),
            Verdict::Passed | Verdict::Ignored(_) => None,
        })
    }

    /// Names of the checks that were ignored, and what the backend lacks for them.
    pub fn ignored(&self) -> impl Iterator<Item = (&str, &BTreeSet<Capability>)> {
        self.verdicts.iter().filter_map(|(name, verdict)| match verdict {
            Verdict::Ignored(lacking) => Some((name.as_str(), lacking)),
            Verdict::Passed | Verdict::Failed(_) => None,
        })
    }

    /// By what is lacking, the checks that were ignored for it.
    fn by_reason(&self) -> BTreeMap<Capability, Vec<&str>> {
        let mut reasons = BTreeMap::<_, Vec<_>>::new();
        for (name, lacking) in self.ignored() {
            for capability in lacking {
                reasons.entry(*capability).or_default().push(name);
            }
        }
        reasons
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (failed, ignored) = (self.failed().count(), self.ignored().count());
        let passed = self.verdicts.len() - failed - ignored;
        let backend = &self.backend;
        writeln!(f, "`{backend}`: {passed} passed, {failed} failed, {ignored} ignored")?;
        for (capability, names) in self.by_reason() {
            writeln!(f, "\nlacks {capability}: {} ignored", names.len())?;
            names.iter().try_for_each(|name| writeln!(f, "  {name}"))?;
        }
        for (name, message) in self.failed() {
            writeln!(f, "\nfailed {name}")?;
            message.lines().try_for_each(|line| writeln!(f, "  {line}"))?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_is_a_failure_with_its_message() {
        let n = 3;
        let run = || -> Outcome { panic!("row {n} is not there") };
        assert_eq!(survived(run), Err("panicked: row 3 is not there".to_owned()));
    }
}
