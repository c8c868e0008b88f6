//! Backends that err in one thing each: the suite finds it, and the check that fails first says what it is.

mod faults;

use faults::{Broken, FAULTS};
use pontine_conformance::{Options, Oracle, Report, report};

/// Without random networks: they find all this too, but later, and without a name for it.
const OPTIONS: Options = Options {
    equality: pontine_conformance::Equality::Bits,
    n_random: 0,
    seed: 0,
    nothing_ignored: false,
};

fn first_failures(report: &Report) -> Vec<(&str, &str)> {
    report.failed().filter(|(name, _)| name.starts_with("first::")).collect()
}

#[test]
fn each_fault_fails_the_one_check_that_names_it_and_is_told_in_words() {
    for fault in FAULTS {
        let report = report(&Broken(fault), OPTIONS);
        let [(name, message)] = first_failures(&report)[..] else {
            panic!("{}: not one failure among the first:\n{report}", fault.name);
        };
        assert_eq!(name, format!("first::{}", fault.check), "{}:\n{report}", fault.name);
        assert!(message.contains(fault.told), "{}:\n{message}", fault.name);
        let (reported, _) = report.failed().next().unwrap();
        assert_eq!(reported, name, "what names the fault stands first");
    }
}

#[test]
fn each_of_the_first_checks_finds_a_fault() {
    let report = report(&Oracle, OPTIONS);
    let names = report.verdicts.iter().filter_map(|(name, _)| name.strip_prefix("first::"));
    let idle: Vec<_> = names.filter(|n| FAULTS.iter().all(|f| f.check != *n)).collect();
    assert!(idle.is_empty(), "no fault is found by {idle:?}");
}

#[test]
fn the_oracle_ignores_what_it_lacks_and_nothing_else() {
    let report = report(&Oracle, OPTIONS);
    assert_eq!(report.failed().count(), 0, "{report}");
    let summary = report.to_string();
    let reasons = summary.split_once("\n\n").unwrap().1;
    assert_eq!(
        reasons,
        "lacks arithmetic in f32: 1 ignored\n  behaviour::single_precision_is_near_double\n\n\
         lacks more than one thread: 3 ignored\n  behaviour::threads_give_the_same_bits\n  \
         behaviour::products_are_the_same_bits_in_threads\n  \
         behaviour::synapses_with_threads_give_the_same_bits\n\n\
         lacks snapshots: 4 ignored\n  behaviour::a_snapshot_goes_on_where_it_was_taken\n  \
         behaviour::products_go_on_from_a_snapshot\n  \
         behaviour::synapses_go_on_from_a_snapshot\n  \
         behaviour::a_snapshot_of_something_else_is_refused_without_harm\n"
    );
}

#[test]
fn a_report_says_what_was_found_what_should_hold_and_where_from() {
    let fault = FAULTS.iter().find(|fault| fault.name == "delays are a step too long").unwrap();
    let report = report(&Broken(fault), OPTIONS).to_string();
    let begin = report.find("failed first::").unwrap();
    let text: Vec<_> = report[begin..].lines().take(7).collect();
    assert_eq!(
        text,
        [
            "failed first::a_delay_counts_whole_steps",
            "  a_delay_counts_whole_steps:13: `due`: [0] is 0 at step 4, not 1 +- 0 (off by 1e0)",
            "  a_delay_counts_whole_steps:14: `due`: [0] is 1 at step 5, not 0 +- 0 (off by 1e0)",
            "  a_delay_counts_whole_steps:16: `due`: [1] is 0 at step 8, not 1 +- 0 (off by 1e0)",
            "  a_delay_counts_whole_steps:17: `due`: [1] is 1 at step 9, not 0 +- 0 (off by 1e0)",
            "  what holds: A spike sent at step n with a delay of d steps is due at step n + d, \
             neither before nor after.",
            "  source: semantics, section 4",
        ]
    );
}
