//! The shipped models of the NEF do what their heads say.

use pontine_core_ir::{Recording, recording::SeriesData};
use pontine_tests::shipped::Shipped;
use serde_json::Value;

/// Decoders differ from Nengo's in the last bits, 1.3e-14 of decoded values; spikes not at all.
const NEAR: f64 = 1e-9;

#[test]
fn communication_channel_runs_as_in_nengo() {
    let recording = run("communication_channel", Some(0.5));
    let golden = golden();
    for (path, name) in [("Probe:a spikes", "a"), ("Probe:b spikes", "b")] {
        let (steps, indices) = recording.events(path).unwrap();
        let found: Vec<(u64, u32)> = steps.iter().copied().zip(indices.iter().copied()).collect();
        assert_eq!(found, pairs(&golden["spikes"][name]), "{path}");
    }
    let found = recording.samples("Probe:b").unwrap();
    let expected = golden["probes"]["b_decoded"].as_array().unwrap();
    assert_eq!(found.len(), expected.len());
    let off = found.iter().zip(expected).map(|(x, y)| (x - y.as_f64().unwrap()).abs());
    let off = off.fold(0.0, f64::max);
    assert!(off <= NEAR, "off by {off}");
}

/// Both ways of the bridge: the decoded value is the signal, some 30 ms later (the synapses' 5 ms and
/// 30 ms). What is left between them, 0.025 of an amplitude of 0.9 with this seed, is the noise of
/// spikes of 100 neurons and 100 cells; without the lag it would be 0.065.
#[test]
fn mixed_decodes_its_signal_from_the_cells() {
    let recording = run("mixed", None);
    let signal = recording.samples("Probe:signal").unwrap();
    let decoded = recording.samples("Probe:decoded").unwrap();
    assert_eq!((signal.len(), decoded.len()), (2000, 2000));
    // Samples of 1 ms; filters have settled after 200.
    let rms = |lag: usize| {
        let off = (200..2000).map(|i| (decoded[i] - signal[i - lag]).powi(2));
        (off.sum::<f64>() / 1800.0).sqrt()
    };
    let lag = (0..100).min_by(|a, b| rms(*a).total_cmp(&rms(*b))).unwrap();
    assert!((25..=45).contains(&lag), "{lag} ms");
    assert!(rms(lag) < 0.05, "{}", rms(lag));
    let size = (decoded[200..].iter().map(|x| x * x).sum::<f64>() / 1800.0).sqrt();
    assert!((size - 0.63).abs() < 0.05, "{size}");
}

/// 117 Hz is the mean over the cells and one period of the signal of the rate of a cell under
/// constant current; the currents are noisy, which moves it by less than 2 Hz.
#[test]
fn mixed_has_the_rate_of_its_currents() {
    let recording = run("mixed", None);
    let series = &recording.series["Recorder:cells spikes"];
    let SeriesData::Events { n: 100, steps, .. } = &series.data else { panic!("{series:?}") };
    let rate = steps.len() as f64 / (100.0 * 2.0);
    assert!((rate - 117.0).abs() < 2.0, "{rate}");
}

fn run(model: &str, time_s: Option<f64>) -> Recording {
    Shipped::load(model).unwrap().run(None, time_s).unwrap()
}

fn golden() -> Value {
    let text = include_str!("../golden/nengo/communication_channel.json");
    serde_json::from_str::<Value>(text).unwrap()["variants"]["identity"].clone()
}

fn pairs(value: &Value) -> Vec<(u64, u32)> {
    let pair = |p: &Value| (p[0].as_u64().unwrap(), p[1].as_u64().unwrap() as u32);
    value.as_array().unwrap().iter().map(pair).collect()
}
