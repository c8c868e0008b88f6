//! What this crate adds, by name, in networks on the reference backend.

use downstream as _;
use pontine_backend_ref::Reference;
use pontine_core_ir::{
    Connection, Connector, Custom, EndObject, Network, Node, Population, Probe, ProbeTarget,
    Projection, Recorder, Recording, Spec, Value,
    port::{CompileOptions, Unattended},
};
use pontine_road::{BuildOptions, Road};

fn run(network: &Network, dt: f64, n_steps: u64) -> Recording {
    let road =
        Road::new(&Reference).options(BuildOptions { dt, seed: 1 }, CompileOptions::default());
    road.build(network).unwrap().run_steps(n_steps, &mut Unattended).unwrap()
}

fn quadratic(size: usize) -> Population {
    Population::new("QuadraticIF", size).unwrap()
}

/// With a drive of d the potential goes from -p to p in tau / sqrt(d) · 2 atan(p / sqrt(d)).
#[test]
fn own_mechanism_spikes_at_its_rate() {
    let mut network = Network::new("quadratic");
    let cells = quadratic(1).set("drive", 4.0).unwrap().start("v", -30.0).unwrap();
    let cells = network.add(cells.labelled("cells"));
    network.add(Recorder {
        label: Some("spikes".into()),
        cells: cells.into(),
        variable: "spikes".into(),
        sampling_interval: None,
    });
    let recording = run(&network, 1e-5, 6000);
    let (steps, _) = recording.events("Recorder:spikes").unwrap();
    let period_ms = 10.0 / 2.0 * 2.0 * (30.0f64 / 2.0).atan();
    let found_ms = steps[2] as f64 * 0.01 / 3.0;
    assert!((found_ms - period_ms).abs() < 0.1, "{found_ms} ms, not {period_ms} ms");
}

/// One kick travels around a ring of own cells over the own connector, one delay per hop.
#[test]
fn own_rule_carries_spikes_around() {
    let n = 5;
    let mut network = Network::new("ring");
    let mut kick = Population::new("SpikeSourceArray", 1).unwrap().labelled("kick");
    kick.spike_times = Some([vec![1.0]].into());
    let kick = network.add(kick);
    let cells = network.add(quadratic(n).set("v_reset", -1.0).unwrap().labelled("cells"));
    let first = network.add(pontine_core_ir::PopulationView {
        label: Some("first".into()),
        population: cells,
        indices: [0].into(),
    });
    let projection = |label: &str, source, target, connector| Projection {
        label: Some(label.into()),
        source,
        target,
        receptor: "excitatory".into(),
        connector: Connector::Rule(connector),
        weight: Value::Const(100.0),
        delay: Value::Const(2.0),
        learning: Vec::new(),
        synapse: None,
    };
    network.add(projection("kick", kick.into(), first.into(), Spec::new("all_to_all")));
    let ring = Spec::new("ring").with("n", 1.0);
    network.add(projection("ring", cells.into(), cells.into(), ring));
    network.add(Recorder {
        label: Some("spikes".into()),
        cells: cells.into(),
        variable: "spikes".into(),
        sampling_interval: None,
    });
    let recording = run(&network, 1e-3, 15);
    let (steps, indices) = recording.events("Recorder:spikes").unwrap();
    assert_eq!((steps, indices), (&[3, 5, 7, 9, 11, 13, 15][..], &[0, 1, 2, 3, 4, 0, 1][..]));
}

/// The step response of two equal low-pass filters is 1 - (1 + t/tau) exp(-t/tau).
#[test]
fn own_synapse_filters_twice() {
    let mut network = Network::new("double lowpass");
    let one = network.add(Node::constant(vec![1.0]).labelled("one"));
    let sink = network.add(Node::passthrough(1).labelled("sink"));
    let mut connection = Connection::new(one, sink).labelled("c");
    connection.options.synapse = Some(Some(Spec::new("DoubleLowpass").with("tau", 0.02)));
    network.add(connection);
    network.add(Probe::new(ProbeTarget::Node(sink)).labelled("sink"));
    let dt = 1e-5;
    let recording = run(&network, dt, 10_000);
    let rows = recording.samples("Probe:sink").unwrap();
    for step in [1_000, 5_000, 10_000] {
        let s = step as f64 * dt / 0.02;
        let expected = 1.0 - (1.0 + s) * (-s).exp();
        let found = rows[step - 1];
        assert!((found - expected).abs() < 1e-3, "{found}, not {expected}, at step {step}");
    }
}

#[test]
fn own_object_integrates() {
    let mut network = Network::new("integrator");
    let input = network.add(Node::constant(vec![2.0, -1.0]).labelled("input"));
    let spec = Spec::new("Integrator");
    let integrator = network.add(Custom::new(spec, 2, 2).labelled("integrator"));
    let mut connection = Connection::new(input, EndObject::Custom(integrator)).labelled("into");
    connection.options.synapse = Some(None);
    network.add(connection);
    network.add(Probe::new(ProbeTarget::Custom(integrator)).labelled("integral"));
    let recording = run(&network, 0.125, 9);
    let rows = recording.samples("Probe:integral").unwrap();
    // What is read is the sum of the steps before.
    assert_eq!(rows[16..18], [2.0, -1.0]);
}

#[test]
fn a_misspelt_name_is_answered_with_ours() {
    let error = Population::new("QuadraticlF", 1).unwrap_err();
    assert!(error.to_string().contains("did you mean `QuadraticIF`?"), "{error}");
}
