//! Poisson counts by comparison of random bits with a table, for whole columns.

use super::LEAST_INVERSION_TERM;

/// The cumulative probabilities of Poisson counts of one mean below 10, as bounds on random bits.
///
/// [`count`](Self::count) is [`poisson_from_uniform`](super::poisson_from_uniform) of
/// [`unit_open`](super::unit_open)`(bits)`, for all bits. Made by [`Poisson::table`](super::Poisson::table).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PoissonTable {
    /// The least `bits >> 11` whose count exceeds `k`, for each `k`; does not decrease.
    ///
    /// Signed, since that is what AVX2 can compare.
    bounds: [i64; MAX_BOUNDS],
    n_bounds: usize,
    /// Hardly any count exceeds as many.
    n_usual: usize,
}

impl PoissonTable {
    /// For `0 ≤ lambda < 10`.
    pub(super) fn new(lambda: f64, exp_minus_lambda: f64) -> Self {
        let mut table = Self { bounds: [NEVER; MAX_BOUNDS], n_bounds: 0, n_usual: 0 };
        let (mut term, mut sum) = (exp_minus_lambda, exp_minus_lambda);
        while term >= LEAST_INVERSION_TERM && table.n_bounds < MAX_BOUNDS {
            table.bounds[table.n_bounds] = least_multiple(sum);
            table.n_bounds += 1;
            term *= lambda / table.n_bounds as f64;
            sum += term;
        }
        let is_usual = |bound: &i64| *bound < NEVER - NEVER / RARE;
        table.n_usual = table.bounds().iter().take_while(|bound| is_usual(bound)).count();
        table
    }

    /// The count that 64 random bits stand for.
    #[inline(always)]
    #[must_use]
    pub fn count(&self, bits: u64) -> u8 {
        let multiple = (bits >> 11) as i64;
        self.bounds().iter().take_while(|&&bound| multiple >= bound).count() as u8
    }

    /// The counts that columns of random bits stand for: [`count`](Self::count) of each.
    ///
    /// Where the lengths differ, the shorter one counts.
    #[inline(always)]
    pub fn counts<T: From<u8>>(&self, bits: &[u64], counts: &mut [T]) {
        let n = bits.len().min(counts.len());
        let (bits, counts) = (&bits[..n], &mut counts[..n]);
        for (bits, counts) in bits.chunks(N_LANES).zip(counts.chunks_mut(N_LANES)) {
            let found = self.count_lanes(bits);
            for (count, found) in counts.iter_mut().zip(found) {
                *count = T::from(found as u8);
            }
        }
    }

    /// Compares all lanes with one bound after the other; with the last ones only if some lane is among
    /// the few that exceed the usual ones.
    #[inline(always)]
    fn count_lanes(&self, bits: &[u64]) -> [i64; N_LANES] {
        let mut multiples = [0; N_LANES];
        for (multiple, bits) in multiples.iter_mut().zip(bits) {
            *multiple = (bits >> 11) as i64;
        }
        let (usual, rest) = self.bounds().split_at(self.n_usual);
        let mut counts = [0; N_LANES];
        let mut compare = |bounds: &[i64]| {
            for &bound in bounds {
                for (count, multiple) in counts.iter_mut().zip(multiples) {
                    *count += i64::from(multiple >= bound);
                }
            }
        };
        compare(usual);
        let next = rest.first().copied().unwrap_or(NEVER);
        if multiples.iter().fold(false, |any, &multiple| any | (multiple >= next)) {
            compare(rest);
        }
        counts
    }

    #[inline(always)]
    fn bounds(&self) -> &[i64] {
        &self.bounds[..self.n_bounds]
    }
}

/// Enough for a mean of 10, whose count 46 is the first beyond 16 that is less likely than 2^-54.
const MAX_BOUNDS: usize = 48;

/// Above all `bits >> 11`.
const NEVER: i64 = 1 << 53;

/// One in so many counts is rare.
const RARE: i64 = 2048;

/// As many as share the loop over the bounds: more of them fill the lanes of vectors, fewer end the loop earlier.
const N_LANES: usize = 64;

/// The least `m` with `unit_open(m << 11) ≥ sum`, for `sum ≥ e^-10`: above all zeros, so that `unit_open` is `m · 2^-53`.
fn least_multiple(sum: f64) -> i64 {
    (libm::ceil(sum * NEVER as f64) as i64).min(NEVER)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{prop_assert_eq, proptest};

    use super::{MAX_BOUNDS, NEVER, PoissonTable};
    use crate::sample::{Poisson, poisson_from_uniform, unit_open};

    fn table(lambda: f64) -> PoissonTable {
        Poisson::new(lambda).unwrap().table().unwrap()
    }

    /// At both sides of each bound, where a count could be off by one.
    #[track_caller]
    fn check_around_bounds(lambda: f64) {
        let table = table(lambda);
        let around = table.bounds().iter().flat_map(|&bound| [bound - 1, bound, bound + 1]);
        for multiple in
            around.chain([0, 1, NEVER - 1]).filter(|multiple| (0..NEVER).contains(multiple))
        {
            let bits = (multiple as u64) << 11 | 0x7FF;
            let expected = poisson_from_uniform(unit_open(bits), lambda, libm::exp(-lambda));
            assert_eq!(u32::from(table.count(bits)), expected, "{lambda}: {bits:#x}");
        }
    }

    #[test]
    fn counts_around_bounds() {
        let most = 10.0_f64.next_down();
        for lambda in [0.0, 1e-300, 1e-17, 1e-9, 0.001, 0.4, 1.0, 1.6, 4.9, 9.9, most] {
            check_around_bounds(lambda);
        }
    }

    #[test]
    fn all_bounds_fit() {
        assert!(table(10.0_f64.next_down()).n_bounds < MAX_BOUNDS);
    }

    #[test]
    fn large_means_have_no_table() {
        assert_eq!(Poisson::new(10.0).unwrap().table(), None);
    }

    #[test]
    fn the_shorter_column_counts() {
        let (table, mut counts) = (table(2.0), [7_u8; 3]);
        table.counts(&[u64::MAX], &mut counts);
        assert_eq!(counts, [table.count(u64::MAX), 7, 7]);
        table.counts(&[0; 200], &mut counts);
        assert_eq!(counts, [0; 3]);
    }

    proptest! {
        #[test]
        fn counts_are_those_of_the_uniform_number(bits: u64, lambda in 0.0_f64..10.0) {
            let expected = poisson_from_uniform(unit_open(bits), lambda, libm::exp(-lambda));
            prop_assert_eq!(u32::from(table(lambda).count(bits)), expected);
        }

        #[test]
        fn bounds_are_right_for_any_mean(lambda in 0.0_f64..10.0) {
            check_around_bounds(lambda);
        }
    }
}
