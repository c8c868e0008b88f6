//! Order of synaptic sums, delays, queues and calendars.

use std::fmt::Write;

use proptest::{collection::vec, prelude::*};

use pontine_core_ir::port::Precision;

use super::{assert_same_bits, check, record, record_in};

const HEAD: &str = "model dt=0.001 seed=0 \"\"
signal %0 \"spikes\" events [3] amplitude=1.0
signal %1 \"sum\" dense [2] temporary = [0.0, 0.0]
operator \"reset\" 0 reset %1 0.0
record \"r\" signal %1 subset=[0] every=1.0 first=first_step unit=\"\"
";

/// A projection whose two delays differ and whose source never spikes.
const SILENT: &str = "signal %9 \"silence\" events [1] amplitude=1.0
operator \"silence\" 0 spike_list %9 [[]]
operator \"silent\" 0 deliver %9 -> %1 list [[0, 0], [0, 1]] delays=[2.0, 7.0] weight=1.0 delay=0.0
";

/// Through queues, and through a calendar.
#[track_caller]
fn check_both(lines: &str, n_steps: u64, expected: &[f64]) {
    check(&format!("{HEAD}{lines}"), n_steps, expected);
    check(&format!("{HEAD}{SILENT}{lines}"), n_steps, expected);
}

#[test]
fn the_oldest_spikes_are_added_first_then_paths_count() {
    // 1e16 - 1e16 + 1 is 1 in this order alone.
    check_both(
        "operator \"list\" 0 spike_list %0 [[2], [4], [3]]
         operator \"a\" 0 deliver %0 -> %1 list [[0, 0]] weight=1e16 delay=3.0
         operator \"b\" 0 deliver %0 -> %1 list [[1, 0]] weight=1.0 delay=1.0
         operator \"c\" 0 deliver %0 -> %1 list [[2, 0]] weight=-1e16 delay=2.0",
        6,
        &[0.0, 0.0, 0.0, 0.0, 1.0, 0.0],
    );
}

#[test]
fn of_equal_age_the_path_comes_before_the_source_and_that_before_the_ordinal() {
    check_both(
        "operator \"list\" 0 spike_list %0 [[1], [1], [1]]
         operator \"b\" 0 deliver %0 -> %1 list [[0, 0]] weight=1.0 delay=1.0
         operator \"a\" 0 deliver %0 -> %1 list [[2, 0], [1, 0], [1, 0]] weights=[-1e16, 1e16, 1.0] weight=0.0 delay=1.0",
        2,
        &[0.0, 1.0],
    );
}

#[test]
fn a_spike_is_due_after_exactly_its_delay() {
    check_both(
        "operator \"list\" 0 spike_list %0 [[1, 2, 5], [], [4]]
         operator \"a\" 0 deliver %0 -> %1 list [[0, 0]] weight=0.5 delay=2.0
         operator \"b\" 0 deliver %0 -> %1 list [[2, 0]] weight=0.25 delay=1.0",
        8,
        &[0.0, 0.0, 0.5, 0.5, 0.25, 0.0, 0.5, 0.0],
    );
}

#[test]
fn synapses_of_one_pair_and_spikes_of_one_step_count_each() {
    check_both(
        "operator \"list\" 0 spike_list %0 [[1, 1, 1], [], []]
         operator \"a\" 0 deliver %0 -> %1 list [[0, 0], [0, 0]] weights=[0.5, 2.0] weight=0.0 delay=1.0",
        2,
        &[0.0, 7.5],
    );
}

#[test]
fn a_sum_is_added_to_what_the_signal_holds() {
    check(
        "model dt=0.001 seed=0 \"\"
signal %0 \"spikes\" events [1] amplitude=1.0
signal %1 \"sum\" dense [1] state = [10.0]
operator \"list\" 0 spike_list %0 [[1, 2]]
operator \"a\" 0 deliver %0 -> %1 list [[0, 0]] weight=1.0 delay=1.0
record \"r\" signal %1 every=1.0 first=zero unit=\"\"",
        3,
        &[10.0, 10.0, 11.0, 12.0],
    );
}

#[test]
fn products_are_the_same_in_single_precision_where_it_suffices() {
    let text = format!(
        "{HEAD}{SILENT}signal %2 \"d\" dense [2, 3] constant = [1.0, 2.0, 4.0, 0.0, 1.0, -1.0]
         signal %3 \"t\" dense [1, 2] constant = [1.0, 10.0]
         signal %4 \"e\" dense [2, 1] constant = [1.0, -3.0]
         signal %5 \"d2\" dense [1, 2] constant = [3.0, 5.0]
         operator \"list\" 0 spike_list %0 [[1, 3], [3, 3], [4]]
         operator \"p\" 0 deliver %0 -> %1 factored encoders=%4 transform=%3 decoders=%2 weight=0.5 delay=2.0
         operator \"q\" 0 deliver %0 -> %1 blocks [2, 0] -> [1, 0] encoders=%4 decoders=%5 weight=2.0 delay=1.0"
    );
    // From p: 0.5 (1 + 10 · 0), then 12.5, then -3; from q, whose target 0 has the encoder -3: -30,
    // -30 and, of cell 2, -18.
    let expected = [0.0, -30.0, 0.5, -30.0, 12.5 - 18.0, -3.0];
    for precision in [Precision::F64, Precision::F32] {
        let recording = record_in(&text, 6, precision);
        assert_eq!(recording.samples("r").unwrap(), expected);
    }
}

/// Projections from 3 sources to 2 targets.
#[derive(Clone, Debug)]
struct Random {
    /// (source, target, weight, delay in steps) of each synapse of each projection.
    projections: Vec<Vec<(u32, u32, f64, u32)>>,
    /// Steps of the spikes of each source.
    spikes: [Vec<u64>; 3],
}

const N_STEPS: u64 = 12;

impl Random {
    fn text(&self) -> String {
        let mut text = HEAD.replace(" subset=[0]", "");
        writeln!(text, "operator \"list\" 0 spike_list %0 {:?}", self.spikes).unwrap();
        for (i, synapses) in self.projections.iter().enumerate() {
            let ends: Vec<_> = synapses.iter().map(|s| [s.0, s.1]).collect();
            let weights: Vec<_> = synapses.iter().map(|s| s.2).collect();
            let delays: Vec<_> = synapses.iter().map(|s| f64::from(s.3)).collect();
            writeln!(
                text,
                "operator \"p{i}\" 0 deliver %0 -> %1 list {ends:?} weights={weights:?} \
                 delays={delays:?} weight=0.0 delay=0.0"
            )
            .unwrap();
        }
        text
    }

    /// The rule, word by word.
    fn sum(&self, step: u64, target: u32) -> f64 {
        let mut due = Vec::new();
        for (p, synapses) in self.projections.iter().enumerate() {
            for (ordinal, &(source, to, weight, delay)) in synapses.iter().enumerate() {
                let Some(sent) = step.checked_sub(u64::from(delay)) else { continue };
                let count = self.spikes[source as usize].iter().filter(|&&s| s == sent).count();
                if to == target && count > 0 {
                    due.push((sent, p, source, ordinal, weight * count as f64));
                }
            }
        }
        due.sort_by_key(|&(sent, p, source, ordinal, _)| (sent, p, source, ordinal));
        due.iter().fold(0.0, |sum, due| sum + due.4)
    }
}

prop_compose! {
    fn spikes()(mut steps in vec(1..N_STEPS, 0..6)) -> Vec<u64> {
        steps.sort_unstable();
        steps
    }
}

prop_compose! {
    /// Half of the projections have one delay, so that queues and calendars both come up.
    fn projection()(
        mut synapses in vec((0u32..3, 0u32..2, -1.0..1.0, 1u32..6), 1..12),
        one_delay: bool,
    ) -> Vec<(u32, u32, f64, u32)> {
        if one_delay {
            let delay = synapses[0].3;
            synapses.iter_mut().for_each(|synapse| synapse.3 = delay);
        }
        synapses
    }
}

prop_compose! {
    fn random()(
        projections in vec(projection(), 1..4),
        spikes in [spikes(), spikes(), spikes()],
    ) -> Random {
        Random { projections, spikes }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn every_layout_gives_the_normative_sum(random in random()) {
        let expected: Vec<f64> =
            (1..=N_STEPS).flat_map(|n| [random.sum(n, 0), random.sum(n, 1)]).collect();
        for text in [random.text(), random.text() + SILENT] {
            assert_same_bits(record(&text, N_STEPS).samples("r").unwrap(), &expected);
        }
    }
}
