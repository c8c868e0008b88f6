//! What is recorded, and when.

use super::{fetch, record, start};
use pontine_core_ir::{port::Unattended, recording::SeriesData};

const CLOCK: &str = "model dt=1.0 seed=0 \"\"
signal %0 \"t\" dense [] temporary = [0.0]
signal %1 \"n\" dense [3] temporary = [0.0, 0.0, 0.0]
signal %2 \"s\" events [3] amplitude=1.0
signal %3 \"count\" dense [3] constant = [1.0, 2.0, 3.0]
operator \"t\" 0 time -> %0
operator \"n\" 0 reset %1 0.0
operator \"n\" 1 elementwise %3 * %0 -> %1
operator \"s\" 0 spike_list %2 [[1, 2, 2], [2], [2, 7]]
";

#[test]
fn broken_intervals_and_subsets_pick_steps_and_elements() {
    let text = format!(
        "{CLOCK}record \"zero\" signal %1 subset=[2, 0] every=2.5 first=zero unit=\"\"
         record \"first\" signal %0 every=2.5 first=first_step unit=\"\""
    );
    let recording = record(&text, 8);
    // n mod 2.5 < 1 for 0, 3, 5, 8.
    assert_eq!(recording.samples("zero").unwrap(), [0.0, 0.0, 9.0, 3.0, 15.0, 5.0, 24.0, 8.0]);
    assert_eq!(recording.samples("first").unwrap(), [3.0, 5.0, 8.0]);
    let SeriesData::Samples { steps, .. } = &recording.series["zero"].data else { panic!() };
    assert_eq!(steps[..], [0, 3, 5, 8]);
}

#[test]
fn spikes_of_one_step_are_one_event_with_a_count() {
    let text =
        format!("{CLOCK}record \"s\" events %2 subset=[2, 0] every=1.0 first=zero unit=\"\"");
    let recording = record(&text, 10);
    let SeriesData::Events { steps, indices, counts, .. } = &recording.series["s"].data else {
        panic!()
    };
    assert_eq!(steps[..], [1, 2, 2, 7]);
    assert_eq!(indices[..], [0, 0, 2, 2]);
    assert_eq!(counts[..], [1, 2, 1, 1]);
}

#[test]
fn what_was_fetched_is_not_fetched_again() {
    let text = format!("{CLOCK}record \"t\" signal %0 every=1.0 first=zero unit=\"\"");
    let (model, mut simulation) = start(&text);
    assert_eq!(fetch(&model, &mut *simulation).samples("t").unwrap(), [0.0]);
    simulation.run_steps(2, &mut Unattended).unwrap();
    assert_eq!(fetch(&model, &mut *simulation).samples("t").unwrap(), [1.0, 2.0]);
    simulation.run_steps(1, &mut Unattended).unwrap();
    assert_eq!(fetch(&model, &mut *simulation).samples("t").unwrap(), [3.0]);
    assert!(fetch(&model, &mut *simulation).samples("t").unwrap().is_empty());
}
