//! Currents into cells: what they do, how they add up, and what they are refused by.

use pontine_backend_ref::Reference;
use pontine_core_ir::{
    Cells, Network, Population, PopulationId, PopulationView, Recorder, Recording,
    network::InjectError, port::Unattended,
};
use pontine_road::{BuildOptions, Prepared, Road};

const DT_MS: f64 = 0.1;

/// Three cells that cannot spike: v tends to rest + 20 MΩ times the current, in 20 ms.
fn cells(network: &mut Network) -> PopulationId {
    let cells = Population::new("IF_curr_exp", 3).unwrap().labelled("cells");
    network.add(cells.set("v_thresh", 1e6).unwrap())
}

fn source(network: &mut Network, kind: &str, parameters: &[(&str, f64)]) -> PopulationId {
    let source = Population::new(kind, 1).unwrap().labelled(kind);
    let set = |source: Population, (name, value): &(&str, f64)| source.set(name, *value).unwrap();
    network.add(parameters.iter().fold(source, set))
}

fn record(network: &mut Network, cells: impl Into<Cells>, variable: &str) {
    network.add(Recorder {
        label: Some(variable.into()),
        cells: cells.into(),
        variable: variable.into(),
        sampling_interval: None,
    });
}

fn prepared(network: &Network) -> Prepared {
    let options = BuildOptions { dt: DT_MS * 1e-3, seed: 3 };
    Road::new(&Reference).options(options, Default::default()).build(network).unwrap()
}

fn run(network: &Network, n_steps: u64) -> Recording {
    prepared(network).run_steps(n_steps, &mut Unattended).unwrap()
}

/// Voltages of one cell under a current of each step.
fn expected(current: impl Fn(f64) -> f64, n_steps: usize) -> Vec<f64> {
    let decay = (-DT_MS / 20.0).exp();
    let mut v = vec![0.0];
    for n in 0..n_steps {
        v.push(v[n] * decay + 20.0 * current(n as f64 * DT_MS) * (1.0 - decay));
    }
    v
}

#[track_caller]
fn check_voltages(recording: &Recording, cell: usize, expected: &[f64]) {
    let v = recording.samples("Recorder:v").unwrap();
    for (n, expected) in expected.iter().enumerate() {
        let found = v[3 * n + cell] + 65.0;
        assert!((found - expected).abs() < 1e-9, "cell {cell}, sample {n}: {found} {expected}");
    }
}

fn dc(t: f64) -> f64 {
    if t > 4.95 && t < 19.95 { 0.4 } else { 0.0 }
}

fn ac(t: f64) -> f64 {
    if t > 1.95 { 0.3 * (std::f64::consts::TAU * 0.05 * (t - 2.0)).sin() } else { 0.0 }
}

const DC: [(&str, f64); 3] = [("amplitude", 0.4), ("start", 5.0), ("stop", 20.0)];
const AC: [(&str, f64); 3] = [("amplitude", 0.3), ("start", 2.0), ("frequency", 50.0)];

/// The first sample with an effect is that of start + dt; several currents into a cell add up.
#[test]
fn currents_into_population_and_view_add_up() {
    let mut network = Network::new("");
    let cells = cells(&mut network);
    let first = network.add(PopulationView { label: None, population: cells, indices: [0].into() });
    let last =
        network.add(PopulationView { label: None, population: cells, indices: [2, 0].into() });
    let (dc_source, ac_source) =
        (source(&mut network, "DCSource", &DC), source(&mut network, "ACSource", &AC));
    network.inject(dc_source, cells).unwrap();
    network.inject(ac_source, last).unwrap();
    network.inject(dc_source, first).unwrap();
    record(&mut network, cells, "v");
    record(&mut network, dc_source, "i");
    let recording = run(&network, 400);
    check_voltages(&recording, 1, &expected(dc, 400));
    check_voltages(&recording, 2, &expected(|t| dc(t) + ac(t), 400));
    check_voltages(&recording, 0, &expected(|t| 2.0 * dc(t) + ac(t), 400));
    let i = recording.samples("Recorder:i").unwrap();
    let on: Vec<_> = (0..=400).filter(|&n| i[n] != 0.0).collect();
    assert_eq!(on, (50..200).collect::<Vec<_>>(), "recorded from start to before stop");
}

#[test]
fn a_step_current_has_its_steps() {
    let mut network = Network::new("");
    let cells = cells(&mut network);
    let steps = [
        ("times_1", 1.0),
        ("amplitudes_1", 0.5),
        ("times_2", 3.0),
        ("amplitudes_2", -0.5),
        ("times_3", 7.04),
        ("amplitudes_3", 0.1),
    ];
    let steps = source(&mut network, "StepCurrentSource(3)", &steps);
    network.inject(steps, cells).unwrap();
    record(&mut network, cells, "v");
    let current = |t: f64| match t {
        t if t < 0.95 => 0.0,
        t if t < 2.95 => 0.5,
        t if t < 6.95 => -0.5,
        _ => 0.1,
    };
    check_voltages(&run(&network, 120), 1, &expected(current, 120));
}

#[test]
fn a_current_is_changed_while_it_runs() {
    let mut network = Network::new("");
    let cells = cells(&mut network);
    let dc_source = source(&mut network, "DCSource", &[("amplitude", 0.4)]);
    network.inject(dc_source, cells).unwrap();
    record(&mut network, cells, "v");
    let mut prepared = prepared(&network);
    prepared.run_steps(100, &mut Unattended).unwrap();
    prepared.write("Population:DCSource.amplitude", &[-0.2]).unwrap();
    let recording = prepared.run_steps(100, &mut Unattended).unwrap();
    let v = recording.samples("Recorder:v").unwrap();
    let expected = expected(|t| if t < 9.95 { 0.4 } else { -0.2 }, 200);
    let tail = &v[v.len() - 300..];
    for (found, expected) in tail.chunks(3).zip(&expected[101..]) {
        assert!((found[1] + 65.0 - expected).abs() < 1e-9, "{} {expected}", found[1]);
    }
}

#[test]
fn noise_is_the_same_for_all_cells_of_a_source() {
    let mut network = Network::new("");
    let cells = cells(&mut network);
    let noise = [("mean", 0.1), ("stdev", 0.5), ("interval", 0.5)];
    let noise = source(&mut network, "NoisyCurrentSource", &noise);
    network.inject(noise, cells).unwrap();
    record(&mut network, cells, "v");
    let recording = run(&network, 2_000);
    let v = recording.samples("Recorder:v").unwrap();
    assert!(v.chunks(3).all(|v| v[0] == v[1] && v[1] == v[2]));
    assert!(v.chunks(3).any(|v| (v[0] + 63.0).abs() > 0.5));
}

#[test]
fn what_takes_no_current_is_refused_with_its_label() {
    let mut network = Network::new("");
    let dc_source = source(&mut network, "DCSource", &DC);
    let spikes = network.add(Population::new("SpikeSourcePoisson", 2).unwrap().labelled("poisson"));
    let mut given = Population::new("SpikeSourceArray", 1).unwrap().labelled("given");
    given.spike_times = Some([vec![1.0]].into());
    let given = network.add(given);
    for (target, label) in [(spikes, "poisson"), (given, "given")] {
        let error = network.inject(dc_source, target).unwrap_err();
        assert!(matches!(&error, InjectError::Target { label: found, .. } if found == label));
    }
    let cells = cells(&mut network);
    let error = network.inject(cells, cells).unwrap_err().to_string();
    assert_eq!(
        error,
        "`cells` (3 of `IF_curr_exp`) is no source of current: one cell with the output `injected`"
    );
}
