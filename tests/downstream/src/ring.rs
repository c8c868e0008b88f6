//! A connector of our own: each cell to its next neighbours on a ring.

use pontine_core_ir::{
    port::{Major, RowBuf, RowSource, Rule, RuleContext, RuleError},
    registry::RuleEntry,
};

const KIND: &str = "ring";

inventory::submit! {
    RuleEntry {
        kind: KIND,
        make: |spec| {
            spec.check_names(&["n"])?;
            Ok(Box::new(Ring { n: spec.count("n")? as usize }))
        },
        place: module_path!(),
    }
}

/// Joins source i to targets i + 1 … i + n, counted around.
#[derive(Debug)]
struct Ring {
    n: usize,
}

impl Rule for Ring {
    fn prepare(&self, cx: &RuleContext<'_>) -> Result<Box<dyn RowSource>, RuleError> {
        if self.n < cx.n_target || self.n == 0 {
            return Ok(Box::new(Rows { n: self.n, n_source: cx.n_source, n_target: cx.n_target }));
        }
        let message = format!("{} neighbours among {} targets", self.n, cx.n_target);
        Err(RuleError { rule: KIND.into(), message })
    }
}

struct Rows {
    n: usize,
    n_source: usize,
    n_target: usize,
}

impl RowSource for Rows {
    fn major(&self) -> Major {
        Major::Source
    }

    fn n_major(&self) -> usize {
        self.n_source
    }

    fn n_expected(&self) -> f64 {
        (self.n * self.n_source) as f64
    }

    fn fill(&self, i: usize, row: &mut RowBuf) {
        row.minor.extend((1..=self.n).map(|k| ((i + k) % self.n_target) as u32));
    }
}
