//! Cells: refractoriness, blocks, ports, draws.

use pontine_core_ir::port::Precision;

use super::{assert_same_bits, check, record, record_in};

/// A cell that jumps by the weight of each spike.
const DELTA: &str = "mechanism \"mechanism Delta { units population parameter tau_m = 20 ms \
parameter v_thresh = 1 mV parameter tau_refrac = 0.3 ms input drive mV \
receptor excitatory mV { on_spike(w) { v += w } } state v = 0 mV \
dv/dt = (drive - v) / tau_m spike when v >= v_thresh { v = 0 mV refractory tau_refrac clamps v } \
solve exact }\"";

fn delta(operator: &str, rest: &str) -> String {
    format!(
        "model dt=0.0001 seed=0 \"\"\n{DELTA}
signal %0 \"list\" events [1] amplitude=1.0
signal %1 \"sum\" dense [1] temporary = [0.0]
signal %2 \"spikes\" events [1] amplitude=1.0
operator \"list\" 0 spike_list %0 [[1, 2, 3, 4, 5, 6]]
operator \"sum\" 0 reset %1 0.0
operator \"a\" 0 deliver %0 -> %1 list [[0, 0]] weight=2.0 delay=0.1
operator \"cell\" 0 neurons 1 Delta {operator}; receptor excitatory=%1; output spikes=%2
{rest}"
    )
}

#[test]
fn a_cell_is_silent_for_its_refractory_steps() {
    let text = delta("", "record \"s\" events %2 every=1.0 first=first_step unit=\"\"");
    let recording = record(&text, 10);
    // Spikes arrive in steps 2 to 7; steps 3 to 5 are refractory.
    assert_eq!(recording.events("s").unwrap().0, [2, 6]);
}

#[test]
fn states_are_recorded_after_threshold_and_reset() {
    check(
        &delta("v_thresh=5.0", "record \"r\" state \"cell\" v every=1.0 first=zero unit=\"mV\" ")
            .replace("[[1, 2, 3, 4, 5, 6]]", "[[1]]"),
        2,
        &[0.0, 0.0, 2.0],
    );
}

/// 600 cells in three blocks: each its own time constant, drive and initial value.
fn many(n: usize) -> String {
    let column = |f: fn(usize) -> f64| format!("{:?}", (0..n).map(f).collect::<Vec<_>>());
    format!(
        "model dt=0.0001 seed=0 \"\"\n{DELTA}
signal %0 \"drive\" dense [{n}] constant = {}
signal %1 \"spikes\" events [{n}] amplitude=2.0
signal %2 \"v\" dense [{n}] temporary = {}
operator \"cell\" 0 neurons {n} Delta tau_m={}; init v={}; input drive=%0; output spikes=%1; expose v=%2
record \"v\" state \"cell\" v every=1.0 first=zero unit=\"mV\"
record \"exposed\" signal %2 every=1.0 first=first_step unit=\"mV\"
record \"s\" events %1 every=1.0 first=first_step unit=\"\"
record \"dense\" signal %1 every=1.0 first=first_step unit=\"\"\n",
        column(|i| 0.9 + i as f64 * 1e-3),
        column(|_| 0.0),
        column(|i| 1.0 + i as f64 * 1e-3),
        column(|i| (i % 7) as f64 / 8.0),
    )
}

#[test]
fn cells_of_all_blocks_follow_their_own_equations() {
    const N: usize = 600;
    let recording = record(&many(N), 1);
    let v = recording.samples("v").unwrap();
    for i in 0..N {
        let start = (i % 7) as f64 / 8.0;
        let (tau, drive) = (1.0 + i as f64 * 1e-3, 0.9 + i as f64 * 1e-3);
        assert_eq!(v[i], start);
        let expected = drive + (start - drive) * (-0.1f64 / tau).exp();
        assert!((v[N + i] - expected).abs() < 1e-14, "cell {i}");
    }
    assert_same_bits(recording.samples("exposed").unwrap(), &v[N..]);
}

#[test]
fn spikes_come_in_order_and_read_as_dense() {
    const N: usize = 600;
    let recording = record(&many(N), 40);
    let (steps, cells) = recording.events("s").unwrap();
    assert!(cells.len() > N / 2);
    let order: Vec<_> = steps.iter().zip(cells).collect();
    assert!(order.is_sorted());
    let mut dense = vec![0.0; 40 * N];
    for (step, cell) in order {
        dense[(*step as usize - 1) * N + *cell as usize] = 2.0;
    }
    assert_eq!(recording.samples("dense").unwrap(), dense);
}

#[test]
fn single_precision_stays_near_double() {
    let (wide, narrow) = (record(&many(20), 5), record_in(&many(20), 5, Precision::F32));
    let pairs = wide.samples("v").unwrap().iter().zip(narrow.samples("v").unwrap());
    for (wide, narrow) in pairs {
        assert!((wide - narrow).abs() < 1e-5, "{wide} {narrow}");
    }
}

const POISSON: &str = "mechanism \"mechanism Source { units population parameter rate = 1 Hz \
state drawn = uniform(0, 1) output spikes events step { emit spikes poisson(rate * dt / 1000) } }\"";

/// The same cells in one group of `n`: draws are keyed by cell, not by how many there are.
fn poisson(n: usize, seed: u64) -> String {
    format!(
        "model dt=0.001 seed={seed} \"\"\n{POISSON}
signal %0 \"spikes\" events [{n}] amplitude=1.0
operator \"p\" 0 neurons {n} Source rate=500.0; output spikes=%0
record \"s\" events %0 subset=[3, 1] every=1.0 first=first_step unit=\"\"
record \"r\" state \"p\" drawn subset=[3, 1] every=100.0 first=zero unit=\"\"\n"
    )
}

#[test]
fn draws_depend_on_seed_and_cell_alone() {
    let (few, many, other) =
        (record(&poisson(4, 1), 100), record(&poisson(300, 1), 100), record(&poisson(4, 2), 100));
    assert_eq!(few, many);
    assert_ne!(few.events("s"), other.events("s"));
    assert_ne!(few.samples("r"), other.samples("r"));
    // 2 cells, 0.1 s, 500 Hz: 100 spikes, give or take 5 standard deviations.
    let n = few.events("s").unwrap().0.len();
    assert!((45..=100).contains(&n), "{n} steps with spikes");
}
