//! Array operators, functions, spikes read as numbers.

use super::{assert_same_bits, check, record};

#[test]
fn products_copies_and_resets_follow_their_declarations() {
    check(
        "model dt=0.5 seed=0 \"\"
signal %0 \"t\" dense [] temporary = [0.0]
signal %1 \"a\" dense [2, 3] constant = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0]
signal %2 \"x\" dense [3] temporary = [0.0, 0.0, 0.0]
signal %3 \"y\" dense [2] temporary = [0.0, 0.0]
signal %4 \"one\" dense [3] constant = [1.0, 10.0, 100.0]
operator \"t\" 0 time -> %0
operator \"x\" 0 reset %2 1.0
operator \"x\" 1 elementwise %4 * %0 -> %2
operator \"y\" 0 reset %3 -1.0
operator \"y\" 1 dot %1 * %2 -> %3
operator \"y\" 2 copy %2[2, 0] -> %3[0, 0] inc
record \"r\" signal %3 every=1.0 first=first_step unit=\"\"",
        // x = 1 + [1, 10, 100] / 2: y = A x - 1, and both copies go to element 0.
        1,
        &[1.5 + 12.0 + 153.0 - 1.0 + 51.0 + 1.5, 6.0 + 30.0 + 306.0 - 1.0],
    );
}

#[test]
fn a_filter_changes_at_the_end_of_the_step() {
    check(
        "model dt=0.001 seed=0 \"\"
signal %0 \"in\" dense [1] constant = [1.0]
signal %1 \"low\" dense [1] state = [0.0]
signal %2 \"later\" dense [1] state = [0.0]
signal %3 \"both\" dense [2] temporary = [0.0, 0.0]
operator \"low\" 0 filter %0 -> %1 decay=0.5 gain=0.5
operator \"later\" 0 filter %1 -> %2 decay=0.0 gain=1.0
operator \"both\" 0 reset %3 0.0
operator \"both\" 1 copy %1 -> %3[0] inc
operator \"both\" 2 copy %2 -> %3[1] inc
record \"r\" signal %3 every=1.0 first=first_step unit=\"\"",
        4,
        &[0.0, 0.0, 0.5, 0.0, 0.75, 0.5, 0.875, 0.75],
    );
}

#[test]
fn a_function_gets_time_and_vector() {
    check(
        "model dt=0.25 seed=0 \"\"
signal %0 \"t\" dense [] temporary = [0.0]
signal %1 \"x\" dense [2] constant = [3.0, 4.0]
signal %2 \"y\" dense [2] temporary = [0.0, 0.0]
operator \"t\" 0 time -> %0
operator \"f\" 0 function \"x[0] * x[1] + t, -t\" t=%0 x=%1 -> %2
record \"r\" signal %2 every=1.0 first=first_step unit=\"\"",
        2,
        &[12.25, -0.25, 12.5, -0.5],
    );
}

/// `A x` of 3 spike trains, read as spikes or through a dense copy.
fn decoded(through: &str) -> String {
    format!(
        "model dt=0.001 seed=0 \"\"
signal %0 \"s\" events [3] amplitude=1000.0
signal %1 \"a\" dense [9, 3] constant = [0.1, 0.2, 0.3, -0.4, 0.7, 1e-3, 1.1, 1e9, -1e9, 0.1, 0.2, 0.3, -0.4, 0.7, 1e-3, 1.1, 1e9, -1e9, 0.1, 0.2, 0.3, -0.4, 0.7, 1e-3, 1.1, 1e9, -1e9]
signal %2 \"dense\" dense [3] temporary = [0.0, 0.0, 0.0]
signal %3 \"y\" dense [9] temporary = [0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0]
operator \"s\" 0 spike_list %0 [[1, 3], [1, 3, 3], [2, 3]]
operator \"copy\" 0 copy %0 -> %2 set
operator \"y\" 0 reset %3 0.0
operator \"y\" 1 dot %1 * {through} -> %3
record \"r\" signal %3 every=1.0 first=first_step unit=\"\"
"
    )
}

#[test]
fn decoding_by_events_has_the_bits_of_a_dense_product() {
    let (events, dense) = (record(&decoded("%0"), 4), record(&decoded("%2"), 4));
    let events = events.samples("r").unwrap();
    assert_same_bits(events, dense.samples("r").unwrap());
    assert_eq!(events[0], 0.1 * 1000.0 + 0.2 * 1000.0);
    assert_eq!(events[18], 0.1 * 1000.0 + 0.2 * 2000.0 + 0.3 * 1000.0);
    assert_eq!(events[27..], [0.0; 9]);
}
