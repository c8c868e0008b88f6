//! Runs named stages one after another, times them, and reports.

use std::fmt;
use std::time::{Duration, Instant};

use crate::failure::Failure;

type Work<'a> = Box<dyn Fn() -> Result<(), Failure> + 'a>;

/// A named piece of work that passes or fails.
pub struct Stage<'a> {
    pub name: &'static str,
    work: Work<'a>,
}

impl<'a> Stage<'a> {
    pub fn new(name: &'static str, work: impl Fn() -> Result<(), Failure> + 'a) -> Self {
        Self { name, work: Box::new(work) }
    }
}

/// What became of each stage, in order.
pub struct Report {
    outcomes: Vec<(&'static str, Outcome)>,
}

enum Outcome {
    Passed(Duration),
    Failed(Duration, Failure),
    NotRun,
}

/// Runs the stages in order; after a failure the rest only if `keep_going`.
pub fn run(stages: &[Stage], keep_going: bool) -> Report {
    let mut outcomes = Vec::new();
    let mut stopped = false;
    for stage in stages {
        let outcome = if stopped { Outcome::NotRun } else { run_one(stage) };
        stopped |= !keep_going && matches!(outcome, Outcome::Failed(..));
        outcomes.push((stage.name, outcome));
    }
    Report { outcomes }
}

impl Report {
    /// Whether every stage was run and passed.
    pub fn is_green(&self) -> bool {
        self.outcomes.iter().all(|(_, outcome)| matches!(outcome, Outcome::Passed(_)))
    }

    fn count(&self, counts: fn(&Outcome) -> bool) -> usize {
        self.outcomes.iter().filter(|(_, outcome)| counts(outcome)).count()
    }
}

impl fmt::Display for Report {
    /// One line per stage, and last the closing line, which scripts read.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (name, outcome) in &self.outcomes {
            writeln!(out, "{name:<12} {outcome}")?;
        }
        let passed = self.count(|outcome| matches!(outcome, Outcome::Passed(_)));
        let failed = self.count(|outcome| matches!(outcome, Outcome::Failed(..)));
        write!(out, "{passed} passed, {failed} failed")
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Passed(time) => write!(out, "passed {:7.1} s", time.as_secs_f64()),
            Self::Failed(time, why) => write!(out, "FAILED {:7.1} s  {why}", time.as_secs_f64()),
            Self::NotRun => out.write_str("not run"),
        }
    }
}

fn run_one(stage: &Stage) -> Outcome {
    println!("\n=== {} ===", stage.name);
    let start = Instant::now();
    let outcome = match (stage.work)() {
        Ok(()) => Outcome::Passed(start.elapsed()),
        Err(failure) => Outcome::Failed(start.elapsed(), failure),
    };
    println!("--- {}: {outcome}", stage.name);
    outcome
}

#[cfg(test)]
mod tests {
    use super::*;

    fn green() -> Result<(), Failure> {
        Ok(())
    }

    fn red() -> Result<(), Failure> {
        Err(Failure::Faults(3))
    }

    fn report(keep_going: bool) -> Report {
        let stages = [Stage::new("one", green), Stage::new("two", red), Stage::new("three", green)];
        run(&stages, keep_going)
    }

    fn last_line(report: &Report) -> String {
        report.to_string().lines().last().unwrap().to_owned()
    }

    #[test]
    fn the_first_failure_stops_and_is_named() {
        let report = report(false);
        assert!(!report.is_green());
        assert_eq!(last_line(&report), "1 passed, 1 failed");
        let text = report.to_string();
        assert!(text.contains("two          FAILED") && text.contains("3 faults"), "{text}");
        assert!(text.contains("three        not run"), "{text}");
    }

    #[test]
    fn keep_going_runs_the_rest_and_still_fails() {
        let report = report(true);
        assert!(!report.is_green());
        assert_eq!(last_line(&report), "2 passed, 1 failed");
    }

    #[test]
    fn all_green_is_green() {
        let report = run(&[Stage::new("one", green)], false);
        assert!(report.is_green());
        assert_eq!(last_line(&report), "1 passed, 0 failed");
    }
}
