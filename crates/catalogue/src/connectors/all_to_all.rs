//! Every source to every target.

use pontine_core_ir::{
    SpecError,
    port::{Major, RowBuf, RowSource, Rule, RuleContext, RuleError},
    registry::RuleEntry,
};

use super::partners::Partners;

inventory::submit! {
    RuleEntry {
        kind: "all_to_all",
        make: |spec| {
            spec.check_names(&["allow_self_connections"])?;
            let allow_self_connections = spec.bool_or("allow_self_connections", true)?;
            Ok::<_, SpecError>(Box::new(AllToAll { allow_self_connections }))
        },
        place: module_path!(),
    }
}

/// Joins every source to every target.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct AllToAll {
    /// Whether a cell is joined to itself.
    pub allow_self_connections: bool,
}

impl Rule for AllToAll {
    fn prepare(&self, cx: &RuleContext<'_>) -> Result<Box<dyn RowSource>, RuleError> {
        let partners = Partners::new(cx, Major::Source, self.allow_self_connections);
        Ok(Box::new(Rows { n_source: cx.n_source, partners }))
    }
}

struct Rows {
    n_source: usize,
    partners: Partners,
}

impl RowSource for Rows {
    fn major(&self) -> Major {
        Major::Source
    }

    fn n_major(&self) -> usize {
        self.n_source
    }

    fn n_expected(&self) -> f64 {
        self.n_source as f64 * self.partners.len() as f64
    }

    fn fill(&self, i: usize, row: &mut RowBuf) {
        row.minor.extend(self.partners.all(i));
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Sides, rows};

    #[test]
    fn every_pair_is_joined_once() {
        assert_eq!(rows("all_to_all", &[], Sides::two(2, 3)), [[0, 1, 2], [0, 1, 2]]);
    }

    #[test]
    fn a_cell_is_left_out_of_its_own_row() {
        let params = [("allow_self_connections", false.into())];
        assert_eq!(rows("all_to_all", &params, Sides::same(3)), [[1, 2], [0, 2], [0, 1]]);
        assert_eq!(rows("all_to_all", &params, Sides::two(2, 2)), [[0, 1], [0, 1]]);
    }
}
