//! Models whose cells stand in their own file.

use pontine_core_ir::{Recording, port::CompileOptions};
use pontine_tests::{
    acceptance::Plan,
    shipped::{self, Shipped},
};

const DT_MS: f64 = 0.1;

/// Once its threshold has settled, a cell spikes every T, which the head of the model gives an
/// equation for; a spike waits for the end of its step.
#[test]
fn own_neuron_spikes_at_the_intervals_of_its_closed_form() {
    let model = Shipped::load("own_neuron").unwrap();
    let recording = model.run(None, None).unwrap();
    let mut rates = Vec::new();
    for cell in 0..10 {
        let times = times_ms(&recording, cell);
        let Some(expected) = interval_ms(0.04 * f64::from(cell + 1)) else {
            assert!(times.is_empty(), "cell {cell}");
            rates.push(0.0);
            continue;
        };
        let settled: Vec<f64> = times.into_iter().filter(|t| *t > 1000.0).collect();
        let found = (settled[settled.len() - 1] - settled[0]) / (settled.len() - 1) as f64;
        let late = found - expected;
        assert!((-0.01..DT_MS + 0.01).contains(&late), "cell {cell}: {found}, not {expected} ms");
        rates.push(1000.0 / expected);
    }
    let rate = model.reference().unwrap().statistics["rate"]["cells"];
    assert!((rates.iter().sum::<f64>() / 10.0 - rate.mean).abs() < 1e-3, "{rates:?}");
}

/// The first spike comes when the voltage reaches the threshold at rest.
#[test]
fn own_neuron_first_spikes_at_the_time_of_a_leaky_neuron() {
    let recording = Shipped::load("own_neuron").unwrap().run(None, Some(0.1)).unwrap();
    for cell in 3..10 {
        let v_inf = 20.0 / 0.2 * 0.04 * f64::from(cell + 1);
        let expected = -20.0 * (1.0 - 15.0 / v_inf).ln();
        let late = times_ms(&recording, cell)[0] - expected;
        assert!((-1e-9..DT_MS + 1e-9).contains(&late), "cell {cell}: {late} ms late");
    }
}

#[test]
fn izhikevich_network_has_the_rates_and_irregularity_of_numpy() {
    let plan = Plan {
        model: &shipped::path("izhikevich_network"),
        set: &[],
        seeds: &[1, 2, 3, 4, 5],
        options: CompileOptions::default(),
    };
    let comparisons = plan.compare().unwrap();
    assert_eq!(comparisons.len(), 4);
    let beyond: Vec<_> = comparisons.iter().filter(|c| !(c.distance(true) <= 4.0)).collect();
    assert!(beyond.is_empty(), "{beyond:#?}");
}

/// When a cell spikes, ms.
fn times_ms(recording: &Recording, cell: u32) -> Vec<f64> {
    let (steps, indices) = recording.events("Recorder:cells.spikes").unwrap();
    let spikes = steps.iter().zip(indices).filter(|(_, index)| **index == cell);
    spikes.map(|(step, _)| *step as f64 * DT_MS).collect()
}

/// The interval at which what the voltage has climbed is what the threshold has not yet fallen, by
/// bisection; none if the current (nA) never brings the cell to its threshold.
fn interval_ms(current: f64) -> Option<f64> {
    let v_inf = 20.0 / 0.2 * current;
    let below = |t: f64| {
        let left = (-t / 100.0_f64).exp();
        v_inf * (1.0 - (-t / 20.0_f64).exp()) < 15.0 + 4.0 * left / (1.0 - left)
    };
    let mut bracket = [1e-6, 1e5];
    for _ in 0..200 {
        let middle = (bracket[0] + bracket[1]) / 2.0;
        bracket[usize::from(!below(middle))] = middle;
    }
    (v_inf > 15.0).then_some(bracket[0])
}
