//! Each source to the target of the same index.

use pontine_core_ir::{
    SpecError,
    port::{Major, RowBuf, RowSource, Rule, RuleContext, RuleError},
    registry::RuleEntry,
};

const KIND: &str = "one_to_one";

inventory::submit! {
    RuleEntry {
        kind: KIND,
        make: |spec| {
            spec.check_names(&[])?;
            Ok::<_, SpecError>(Box::new(OneToOne))
        },
        place: module_path!(),
    }
}

/// Joins each source to the target of the same index; both sides must be of one size.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct OneToOne;

impl Rule for OneToOne {
    fn prepare(&self, cx: &RuleContext<'_>) -> Result<Box<dyn RowSource>, RuleError> {
        if cx.n_source == cx.n_target {
            return Ok(Box::new(Rows { n: cx.n_source }));
        }
        let message =
            format!("{} sources cannot be paired with {} targets", cx.n_source, cx.n_target);
        Err(RuleError { rule: KIND.into(), message })
    }
}

struct Rows {
    n: usize,
}

impl RowSource for Rows {
    fn major(&self) -> Major {
        Major::Source
    }

    fn n_major(&self) -> usize {
        self.n
    }

    fn n_expected(&self) -> f64 {
        self.n as f64
    }

    fn fill(&self, i: usize, row: &mut RowBuf) {
        row.minor.push(i as u32);
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Sides, prepare_error, rows};

    #[test]
    fn indices_are_paired() {
        assert_eq!(rows("one_to_one", &[], Sides::two(3, 3)), [[0], [1], [2]]);
    }

    #[test]
    fn sides_of_different_sizes_are_refused_with_both() {
        assert_eq!(
            prepare_error("one_to_one", &[], Sides::two(3, 4)),
            "one_to_one: 3 sources cannot be paired with 4 targets"
        );
    }
}
