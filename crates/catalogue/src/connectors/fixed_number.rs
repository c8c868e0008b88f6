//! A fixed number of sources for each target, or of targets for each source.

use pontine_core_ir::{
    Spec, SpecError,
    port::{Major, RowBuf, RowSource, Rule, RuleContext, RuleError},
    registry::RuleEntry,
};
use pontine_rng::StreamKey;

use super::partners::{Partners, connect_key, n_rows};

inventory::submit! {
    RuleEntry {
        kind: "fixed_number_pre",
        make: |spec| Ok(Box::new(FixedNumber::new(spec, Major::Target)?)),
        place: module_path!(),
    }
}

inventory::submit! {
    RuleEntry {
        kind: "fixed_number_post",
        make: |spec| Ok(Box::new(FixedNumber::new(spec, Major::Source)?)),
        place: module_path!(),
    }
}

/// Joins each target to `n` sources, or each source to `n` targets.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct FixedNumber {
    /// Whose number is fixed: [`Major::Target`] for a fixed number of sources of each target
    /// (`fixed_number_pre`), [`Major::Source`] for `fixed_number_post`.
    pub major: Major,
    /// Synapses in each row.
    pub n: u64,
    /// Whether each draw is from all cells.
    pub with_replacement: bool,
    /// Whether a cell may be joined to itself.
    pub allow_self_connections: bool,
}

impl FixedNumber {
    fn new(spec: &Spec, major: Major) -> Result<Self, SpecError> {
        spec.check_names(&["n", "with_replacement", "allow_self_connections"])?;
        Ok(Self {
            major,
            n: spec.count("n")?,
            with_replacement: spec.bool_or("with_replacement", false)?,
            allow_self_connections: spec.bool_or("allow_self_connections", true)?,
        })
    }

    fn kind(&self) -> &'static str {
        match self.major {
            Major::Target => "fixed_number_pre",
            Major::Source => "fixed_number_post",
        }
    }
}

impl Rule for FixedNumber {
    fn prepare(&self, cx: &RuleContext<'_>) -> Result<Box<dyn RowSource>, RuleError> {
        let partners = Partners::new(cx, self.major, self.allow_self_connections);
        let n_major = n_rows(cx, self.major);
        if n_major > 0 {
            partners.check(self.kind(), self.n)?;
        }
        Ok(Box::new(Rows { rule: *self, n_major, partners, key: connect_key(cx) }))
    }
}

struct Rows {
    rule: FixedNumber,
    n_major: usize,
    partners: Partners,
    key: StreamKey,
}

impl RowSource for Rows {
    fn major(&self) -> Major {
        self.rule.major
    }

    fn n_major(&self) -> usize {
        self.n_major
    }

    fn n_expected(&self) -> f64 {
        self.n_major as f64 * self.rule.n as f64
    }

    fn fill(&self, i: usize, row: &mut RowBuf) {
        let n = self.rule.n as usize;
        if self.rule.with_replacement {
            self.partners.draw_with_replacement(i, n, self.key, &mut row.minor);
        } else {
            let mut stream = self.key.stream(i as u64, 0, 0);
            self.partners.draw_without_replacement(i, n, &mut stream, &mut row.minor);
        }
    }
}

#[cfg(test)]
mod tests {
    use pontine_core_ir::{Param, port::Major};
    use proptest::prelude::{prop_assert, prop_assert_eq, proptest};

    use super::super::testing::{
        Sides, check_chi_square, check_rows_are_independent, prepare, prepare_error, rows,
        spec_error,
    };

    fn params(n: u32, with_replacement: bool) -> [(&'static str, Param); 2] {
        [("n", f64::from(n).into()), ("with_replacement", with_replacement.into())]
    }

    #[test]
    fn pre_is_by_target_and_post_by_source() {
        let sides = Sides::two(4, 7);
        for (kind, major, n_major) in
            [("fixed_number_pre", Major::Target, 7), ("fixed_number_post", Major::Source, 4)]
        {
            let rows = prepare(kind, &params(2, true), sides).unwrap();
            assert_eq!((rows.major(), rows.n_major()), (major, n_major));
            assert_eq!(rows.n_expected(), 2.0 * n_major as f64);
        }
    }

    #[test]
    fn every_partner_is_equally_likely() {
        for with_replacement in [false, true] {
            let rows = rows("fixed_number_pre", &params(3, with_replacement), Sides::two(7, 7_000));
            let mut counts = [0.0; 7];
            rows.iter().flatten().for_each(|&i| counts[i as usize] += 1.0);
            check_chi_square(&counts, &[3_000.0; 7]);
        }
    }

    /// 2 of 4: six pairs without replacement.
    #[test]
    fn every_subset_is_equally_likely() {
        let rows = rows("fixed_number_post", &params(2, false), Sides::two(6_000, 4));
        let subsets = [[0, 1], [0, 2], [0, 3], [1, 2], [1, 3], [2, 3]];
        let count = |s: &[u32; 2]| rows.iter().filter(|row| row[..] == s[..]).count() as f64;
        check_chi_square(&subsets.map(|s| count(&s)), &[1_000.0; 6]);
    }

    #[test]
    fn more_than_there_are_is_shared_out_evenly() {
        for row in rows("fixed_number_pre", &params(8, false), Sides::two(3, 50)) {
            let mut counts = [0; 3];
            row.iter().for_each(|&i| counts[i as usize] += 1);
            counts.sort_unstable();
            assert_eq!(counts, [2, 3, 3]);
        }
    }

    #[test]
    fn impossible_rows_are_refused_with_numbers() {
        assert_eq!(
            prepare_error("fixed_number_pre", &params(2, true), Sides::two(0, 3)),
            "fixed_number_pre: a row of 2 synapses has no cell to join"
        );
        let alone = [("n", 1.0.into()), ("allow_self_connections", false.into())];
        assert_eq!(
            prepare_error("fixed_number_post", &alone, Sides::same(1)),
            "fixed_number_post: a row of 1 synapses has no cell to join besides its own"
        );
        assert_eq!(
            prepare_error("fixed_number_post", &[("n", 1e10.into())], Sides::two(1, 1)),
            "fixed_number_post: a row of 10000000000 synapses is beyond the limit of 4294967295"
        );
        assert_eq!(
            spec_error("fixed_number_pre", &[("n", 0.5.into())]),
            "`fixed_number_pre`: `n` is 0.5, but must be a whole number, not negative"
        );
    }

    proptest! {
        #[test]
        fn rows_are_sorted_of_length_n_and_keep_clear_of_themselves(
            n_cells in 2_usize..40, n in 0_u32..60, with_replacement: bool, seed: u64,
        ) {
            let [n_param, replacement] = params(n, with_replacement);
            let params = [n_param, replacement, ("allow_self_connections", false.into())];
            let sides = Sides::same(n_cells).seeded(seed);
            for (i, row) in rows("fixed_number_pre", &params, sides).iter().enumerate() {
                prop_assert_eq!(row.len(), n as usize);
                prop_assert!(row.is_sorted() && !row.contains(&(i as u32)));
                prop_assert!(row.iter().all(|&cell| (cell as usize) < n_cells));
                let distinct = row.windows(2).all(|w| w[0] != w[1]);
                prop_assert!(distinct || with_replacement || n as usize >= n_cells);
            }
            check_rows_are_independent("fixed_number_pre", &params, sides);
        }
    }
}
