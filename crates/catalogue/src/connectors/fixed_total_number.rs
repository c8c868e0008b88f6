//! A fixed number of synapses in all.

use std::sync::OnceLock;

use pontine_core_ir::{
    Param, Spec, SpecError,
    port::{Major, RowBuf, RowSource, Rule, RuleContext, RuleError},
    registry::RuleEntry,
};
use pontine_rng::{
    Stream, StreamKey,
    sample::{MAX_TRIALS, bernoulli, binomial},
};

use super::partners::{Partners, connect_key};

const KIND: &str = "fixed_total_number";

inventory::submit! {
    RuleEntry {
        kind: KIND,
        make: |spec| {
            spec.check_names(&["n", "with_replacement", "allow_self_connections"])?;
            Ok(Box::new(FixedTotalNumber {
                n: total(spec)?,
                with_replacement: spec.bool_or("with_replacement", true)?,
                allow_self_connections: spec.bool_or("allow_self_connections", true)?,
            }))
        },
        place: module_path!(),
    }
}

/// Joins `n` pairs, drawn from all pairs.
///
/// The lengths of rows are drawn first, row by row given what is left (a multinomial as a chain of
/// binomials, or without replacement of hypergeometric draws), from keys of their own; each row then
/// draws its targets by itself. Memory goes with the number of sources, not of synapses.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct FixedTotalNumber {
    /// Synapses in all, at most 2^50.
    pub n: u64,
    /// Whether each draw is from all pairs.
    pub with_replacement: bool,
    /// Whether a cell may be joined to itself.
    pub allow_self_connections: bool,
}

fn total(spec: &Spec) -> Result<u64, SpecError> {
    let n = spec.count("n")?;
    if n <= MAX_TRIALS {
        Ok(n)
    } else {
        Err(spec.wrong("n", &Param::Number(n as f64), "at most 2^50"))
    }
}

impl Rule for FixedTotalNumber {
    fn prepare(&self, cx: &RuleContext<'_>) -> Result<Box<dyn RowSource>, RuleError> {
        let partners = Partners::new(cx, Major::Source, self.allow_self_connections);
        let (n_rows, n_partners) = (cx.n_source as u64, partners.len() as u64);
        if self.n > 0 && n_rows * n_partners == 0 {
            let message = format!(
                "there is no pair among {} sources and {} targets for {} synapses",
                cx.n_source, cx.n_target, self.n
            );
            return Err(RuleError { rule: KIND.into(), message });
        }
        partners.check(KIND, self.longest_row(n_rows, n_partners))?;
        let of_lengths = StreamKey::new(cx.seed, cx.path.as_str(), "connect.lengths");
        let (n_rows, keys) = (cx.n_source, [of_lengths, connect_key(cx)]);
        Ok(Box::new(Rows { rule: *self, n_rows, lengths: OnceLock::new(), partners, keys }))
    }
}

impl FixedTotalNumber {
    /// No row is longer: certainly, or beyond twenty standard deviations.
    fn longest_row(&self, n_rows: u64, n_partners: u64) -> u64 {
        if self.with_replacement {
            let mean = self.n as f64 / n_rows.max(1) as f64;
            return self.n.min((mean + 20.0 * mean.sqrt() + 400.0) as u64);
        }
        let each = self.n / (n_rows * n_partners).max(1);
        self.n.min((each + 1).saturating_mul(n_partners))
    }

    fn lengths(&self, n_rows: u64, n_partners: u64, key: StreamKey) -> Vec<u64> {
        if self.with_replacement {
            return multinomial(self.n, n_rows, key);
        }
        let n_pairs = (n_rows * n_partners).max(1);
        let (each, rest) = (self.n / n_pairs, self.n % n_pairs);
        let rests = shares(rest, n_rows, n_partners, key);
        rests.into_iter().map(|length| each * n_partners + length).collect()
    }
}

/// `n` draws with replacement from `n_rows` equally likely rows: how many fell on each.
fn multinomial(n: u64, n_rows: u64, key: StreamKey) -> Vec<u64> {
    let mut left = n;
    let mut length = |row: u64| {
        let share = 1.0 / (n_rows - row) as f64;
        let drawn = binomial(&mut key.stream(row, 0, 0), left, share);
        left -= drawn;
        drawn
    };
    (0..n_rows).map(&mut length).collect()
}

/// `n` draws without replacement from `n_rows` rows of `size` pairs: how many fell on each.
fn shares(n: u64, n_rows: u64, size: u64, key: StreamKey) -> Vec<u64> {
    let mut left = n;
    let mut length = |row: u64| {
        let n_pairs = (n_rows - row) * size;
        let drawn = hypergeometric(&mut key.stream(row, 0, 0), n_pairs, size, left);
        left -= drawn;
        drawn
    };
    (0..n_rows).map(&mut length).collect()
}

/// How many of `n_drawn` draws without replacement from `n` things hit the `n_marked` marked ones.
///
/// Drawn one by one. The law is symmetric in marked and drawn, so the fewer of the two are gone
/// through: the cost of a row is at most its number of targets.
fn hypergeometric(stream: &mut Stream, n: u64, n_marked: u64, n_drawn: u64) -> u64 {
    let (n_tried, mut n_wanted) = (n_marked.min(n_drawn), n_marked.max(n_drawn));
    let mut hits = 0;
    for tried in 0..n_tried {
        if bernoulli(stream, n_wanted as f64 / (n - tried) as f64) {
            n_wanted -= 1;
            hits += 1;
        }
    }
    hits
}

struct Rows {
    rule: FixedTotalNumber,
    n_rows: usize,
    /// Drawn when the first row is pulled: who only asks how much there is need not wait for them.
    lengths: OnceLock<Vec<u32>>,
    partners: Partners,
    /// Of the lengths, and of the rows.
    keys: [StreamKey; 2],
}

impl Rows {
    fn lengths(&self) -> &[u32] {
        self.lengths.get_or_init(|| {
            let (n_rows, n_partners) = (self.n_rows as u64, self.partners.len() as u64);
            let lengths = self.rule.lengths(n_rows, n_partners, self.keys[0]);
            lengths.into_iter().map(|length| u32::try_from(length).unwrap_or(u32::MAX)).collect()
        })
    }
}

impl RowSource for Rows {
    fn major(&self) -> Major {
        Major::Source
    }

    fn n_major(&self) -> usize {
        self.n_rows
    }

    fn n_expected(&self) -> f64 {
        self.rule.n as f64
    }

    fn fill(&self, i: usize, row: &mut RowBuf) {
        let (n, key) = (self.lengths()[i] as usize, self.keys[1]);
        if self.rule.with_replacement {
            self.partners.draw_with_replacement(i, n, key, &mut row.minor);
        } else {
            let mut stream = key.stream(i as u64, 0, 0);
            self.partners.draw_without_replacement(i, n, &mut stream, &mut row.minor);
        }
    }
}

#[cfg(test)]
mod tests {
    use pontine_core_ir::Param;
    use proptest::prelude::{prop_assert, prop_assert_eq, proptest};

    use super::super::testing::{
        Sides, check_chi_square, check_rows_are_independent, prepare, prepare_error, rows,
        spec_error,
    };
    use super::KIND;

    fn params(n: u64, with_replacement: bool) -> [(&'static str, Param); 2] {
        [("n", (n as f64).into()), ("with_replacement", with_replacement.into())]
    }

    #[test]
    fn every_pair_is_equally_likely() {
        let rows = rows(KIND, &params(60_000, true), Sides::two(6, 5));
        let mut counts = [[0.0; 5]; 6];
        for (source, row) in rows.iter().enumerate() {
            row.iter().for_each(|&target| counts[source][target as usize] += 1.0);
        }
        check_chi_square(&counts.concat(), &[2_000.0; 30]);
    }

    /// 2 of the 4 pairs of two sources and two targets: over many seeds, all 6 choices alike.
    #[test]
    fn every_set_of_pairs_is_equally_likely_without_replacement() {
        let mut counts = [0.0; 16];
        for seed in 0..6_000 {
            let rows = rows(KIND, &params(2, false), Sides::two(2, 2).seeded(seed));
            let pairs = |source: usize| rows[source].iter().map(move |t| source as u32 * 2 + t);
            let chosen: u32 = (0..2).flat_map(pairs).map(|pair| 1 << pair).sum();
            counts[chosen as usize] += 1.0;
        }
        let of_pairs: Vec<f64> =
            (0..16_usize).filter(|s| s.count_ones() == 2).map(|s| counts[s]).collect();
        check_chi_square(&of_pairs, &[1_000.0; 6]);
    }

    /// Who counts what a vast network needs must not have to make a part of it.
    #[test]
    fn how_many_there_are_is_known_before_a_length_is_drawn() {
        let sides = Sides::two(u32::MAX as usize, u32::MAX as usize);
        for with_replacement in [true, false] {
            let rows = prepare(KIND, &params(1 << 40, with_replacement), sides).unwrap();
            assert_eq!((rows.n_major(), rows.n_expected()), (u32::MAX as usize, 2f64.powi(40)));
        }
    }

    /// Out-degrees are binomial: with 400 rows of mean 50 their variance is 50 (1 - 1/400), and
    /// without replacement from 100 targets half of that.
    #[test]
    fn lengths_vary_as_they_should() {
        for (with_replacement, expected) in [(true, 49.9), (false, 25.0)] {
            let rows = rows(KIND, &params(20_000, with_replacement), Sides::two(400, 100));
            let deviation = |row: &Vec<u32>| (row.len() as f64 - 50.0).powi(2);
            let variance = rows.iter().map(deviation).sum::<f64>() / 400.0;
            let bound = 4.0 * expected * (2.0_f64 / 400.0).sqrt();
            assert!((variance - expected).abs() < bound, "{variance} for {expected}");
        }
    }

    #[test]
    fn what_cannot_be_is_refused_with_numbers() {
        assert_eq!(
            prepare_error(KIND, &params(5, true), Sides::two(3, 0)),
            "fixed_total_number: there is no pair among 3 sources and 0 targets for 5 synapses"
        );
        assert_eq!(
            spec_error(KIND, &[("n", 2.0_f64.powi(51).into())]),
            "`fixed_total_number`: `n` is 2251799813685248.0, but must be at most 2^50"
        );
        assert_eq!(
            spec_error(KIND, &[("n", 1.0.into()), ("replacement", true.into())]),
            "`fixed_total_number` has no parameter `replacement`; did you mean `with_replacement`?"
        );
    }

    proptest! {
        #[test]
        fn the_number_is_exact_and_pairs_repeat_only_where_they_may(
            n_cells in 2_usize..20, n in 0_u64..500, with_replacement: bool, seed: u64,
        ) {
            let [n_param, replacement] = params(n, with_replacement);
            let params = [n_param, replacement, ("allow_self_connections", false.into())];
            let sides = Sides::same(n_cells).seeded(seed);
            let rows = rows(KIND, &params, sides);
            prop_assert_eq!(rows.iter().map(Vec::len).sum::<usize>(), n as usize);
            let n_pairs = n_cells * (n_cells - 1);
            for (i, row) in rows.iter().enumerate() {
                prop_assert!(row.is_sorted() && !row.contains(&(i as u32)));
                for cell in (0..n_cells as u32).filter(|&c| c != i as u32 && !with_replacement) {
                    let times = row.iter().filter(|&&c| c == cell).count();
                    let each = n as usize / n_pairs;
                    prop_assert!(times == each || times == each + 1);
                }
            }
            check_rows_are_independent(KIND, &params, sides);
        }
    }
}
