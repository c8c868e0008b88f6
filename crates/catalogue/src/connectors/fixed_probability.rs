//! Each pair with one and the same probability.

use pontine_core_ir::{
    Param, Spec, SpecError,
    port::{Major, RowBuf, RowSource, Rule, RuleContext, RuleError},
    registry::RuleEntry,
};
use pontine_rng::{StreamKey, sample::geometric};

use super::partners::{Partners, connect_key};

inventory::submit! {
    RuleEntry {
        kind: "fixed_probability",
        make: |spec| {
            spec.check_names(&["p_connect", "allow_self_connections"])?;
            let allow_self_connections = spec.bool_or("allow_self_connections", true)?;
            Ok(Box::new(FixedProbability { p_connect: probability(spec)?, allow_self_connections }))
        },
        place: module_path!(),
    }
}

/// Joins each ordered pair with probability `p_connect`, independently.
///
/// A row skips from one target to the next by geometric gaps, so that it takes one draw for each
/// synapse and not for each pair.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct FixedProbability {
    /// The probability, from 0 to 1.
    pub p_connect: f64,
    /// Whether a cell may be joined to itself.
    pub allow_self_connections: bool,
}

fn probability(spec: &Spec) -> Result<f64, SpecError> {
    let p = spec.number("p_connect")?;
    if (0.0..=1.0).contains(&p) {
        Ok(p)
    } else {
        Err(spec.wrong("p_connect", &Param::Number(p), "from 0 to 1"))
    }
}

impl Rule for FixedProbability {
    fn prepare(&self, cx: &RuleContext<'_>) -> Result<Box<dyn RowSource>, RuleError> {
        let partners = Partners::new(cx, Major::Source, self.allow_self_connections);
        let (p, key) = (self.p_connect, connect_key(cx));
        Ok(Box::new(Rows { n_source: cx.n_source, partners, p, key }))
    }
}

struct Rows {
    n_source: usize,
    partners: Partners,
    p: f64,
    key: StreamKey,
}

impl RowSource for Rows {
    fn major(&self) -> Major {
        Major::Source
    }

    fn n_major(&self) -> usize {
        self.n_source
    }

    fn n_expected(&self) -> f64 {
        self.n_source as f64 * self.partners.len() as f64 * self.p
    }

    fn fill(&self, i: usize, row: &mut RowBuf) {
        let mut stream = self.key.stream(i as u64, 0, 0);
        let size = self.partners.len() as u64;
        let mut next = geometric(&mut stream, self.p);
        while next < size {
            row.minor.push(self.partners.at(i, next as usize));
            next = next.saturating_add(1).saturating_add(geometric(&mut stream, self.p));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Sides, check_chi_square, rows, spec_error};

    #[test]
    fn every_pair_is_equally_likely_and_their_number_is_binomial() {
        let rows = rows("fixed_probability", &[("p_connect", 0.3.into())], Sides::two(20_000, 8));
        let mut of_target = [0.0; 8];
        let mut of_length = [0.0; 9];
        for row in &rows {
            of_length[row.len()] += 1.0;
            row.iter().for_each(|&target| of_target[target as usize] += 1.0);
        }
        let n_synapses: f64 = of_target.iter().sum();
        assert!(
            (n_synapses - 48_000.0).abs() < 4.0 * (160_000.0 * 0.21_f64).sqrt(),
            "{n_synapses}"
        );
        check_chi_square(&of_target, &[n_synapses / 8.0; 8]);
        let choose = [1.0, 8.0, 28.0, 56.0, 70.0, 56.0, 28.0, 8.0, 1.0];
        let expected: Vec<f64> = (0..9)
            .map(|k| 20_000.0 * choose[k] * 0.3_f64.powi(k as i32) * 0.7_f64.powi(8 - k as i32))
            .collect();
        // The last two lengths are rare: they count as one.
        let merged = |c: &[f64]| [&c[..7], &[c[7] + c[8]]].concat();
        check_chi_square(&merged(&of_length), &merged(&expected));
    }

    #[test]
    fn none_and_all_are_the_extremes() {
        let all = |p: f64| rows("fixed_probability", &[("p_connect", p.into())], Sides::two(2, 3));
        assert_eq!(all(0.0), [[0; 0], [0; 0]]);
        assert_eq!(all(1.0), [[0, 1, 2], [0, 1, 2]]);
    }

    #[test]
    fn nothing_but_probabilities_is_taken() {
        for p in [-0.1, 1.5] {
            let error = spec_error("fixed_probability", &[("p_connect", p.into())]);
            let expected =
                format!("`fixed_probability`: `p_connect` is {p:?}, but must be from 0 to 1");
            assert_eq!(error, expected);
        }
        let missing = spec_error("fixed_probability", &[]);
        assert_eq!(missing, "`fixed_probability` needs a parameter `p_connect`");
    }
}
