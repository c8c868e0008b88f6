//! Finding the edit that breaks something.

use std::ops::Range;

/// The first number of edits in `edits` with which `is_broken`, by halves.
///
/// `edits.start` must be whole and `edits.end` broken, and what is broken must stay so with more
/// edits. The edit at fault is the last one applied: its place in the log is the result minus 1.
/// Takes at most log2 of the length, rounded up, trials.
///
/// # Examples
/// ```
/// use pontine_core_ir::Network;
/// use pontine_transforms::{Pipeline, bisect};
///
/// # fn spoils(network: &Network) -> bool { network.root().seed.is_some() }
/// let network = Network::new("net");
/// let pipeline = Pipeline::default();
/// let (_, provenance) = pipeline.apply(&network, &mut ())?;
/// let with = |n: usize| pipeline.clone().edit_limit(n).apply(&network, &mut ());
/// let n = bisect(0..provenance.network.edits.len(), |n| with(n).is_ok_and(|(n, _)| spoils(&n)));
/// println!("{}", provenance.network.edits[n - 1]);
/// # Ok::<(), pontine_transforms::PipelineError>(())
/// ```
pub fn bisect(edits: Range<usize>, mut is_broken: impl FnMut(usize) -> bool) -> usize {
    let Range { start: mut whole, end: mut broken } = edits;
    while broken > whole + 1 {
        let middle = whole + (broken - whole) / 2;
        if is_broken(middle) { broken = middle } else { whole = middle }
    }
    broken
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{prop_assert, prop_assert_eq, proptest};

    use super::bisect;

    proptest! {
        #[test]
        fn the_culprit_is_found_in_logarithmic_time(n in 1_usize..5000, part in 0.0..1.0) {
            let culprit = 1 + (part * n as f64) as usize;
            let mut trials = 0;
            let found = bisect(0..n, |limit| {
                trials += 1;
                limit >= culprit
            });
            prop_assert_eq!(found, culprit);
            prop_assert!(trials <= (n as f64).log2().ceil() as usize);
        }
    }
}
