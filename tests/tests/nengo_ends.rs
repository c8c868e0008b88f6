//! Every end of a connection, slices, functions, transforms, networks within networks and probes,
//! against what Nengo 4.1 builds and runs.
//!
//! The golden numbers are `tests/golden/nengo/ends.json`; the script beside them made them.

use pontine_backend_ref::Reference;
use pontine_core_ir::{
    Connection, EndObject, Endpoint, Ensemble, Function, Network, Node, Probe, ProbeTarget,
    Samples, Spec, Subnetwork, Tensor, Transform, port::Unattended,
};
use pontine_road::{BuildOptions, Road};
use serde_json::Value;

/// Points in more dimensions than one go through a rotation, whose last bits depend on LAPACK.
const NEAR: f64 = 1e-8;

#[test]
fn what_is_drawn_is_nengos() {
    let (model, ..) = Road::new(&Reference).model(&network()).unwrap();
    let golden = golden();
    for name in ["plane", "line", "Network:inner/within"] {
        let label = name.rsplit('/').next().unwrap();
        let path = name.replace("plane", "Ensemble:plane").replace("line", "Ensemble:line");
        let path = path.replace("within", "Ensemble:within");
        let golden = &golden["ensembles"][label];
        let built = |what: &str| model.built[&format!("{path}.{what}")].data().to_vec();
        assert_eq!(built("seed")[0], golden["seed"].as_f64().unwrap(), "{path}");
        assert_eq!(built("max_rates"), flat(&golden["max_rates"]), "{path}");
        for what in ["eval_points", "encoders", "scaled_encoders"] {
            let expected = flat(&golden[what]);
            check_near(&format!("{path}.{what}"), &built(what)[..expected.len()], &expected, NEAR);
        }
    }
}

#[test]
fn steps_are_nengos() {
    let road =
        Road::new(&Reference).options(BuildOptions { dt: 1e-3, seed: 0 }, Default::default());
    let recording = road.build(&network()).unwrap().run_steps(100, &mut Unattended).unwrap();
    let golden = golden();
    for (name, expected) in golden["probes"].as_object().unwrap() {
        let found = recording.samples(&format!("Probe:{name}")).unwrap();
        let expected = flat(expected);
        // Four of the neurons are recorded there.
        let found: Vec<f64> = match name.as_str() {
            "line_voltage" => found.chunks(30).flat_map(|row| row[..4].to_vec()).collect(),
            "plane_rates" => found.chunks(40).flat_map(|row| row[..4].to_vec()).collect(),
            _ => found.to_vec(),
        };
        check_near(name, &found, &expected, 1e-7);
    }
}

/// Objects in the order in which the script makes them.
fn network() -> Network {
    let mut network = Network::new("ends");
    network.root_mut().seed = Some(3);
    let node =
        |text: &str, size_in| Node::function(Function::expression(text, size_in).unwrap(), size_in);
    let drive = network.add(node("sin(20 * t), 0.5 - t", 0).labelled("drive"));
    let still = network.add(Node::constant(vec![0.25, -0.5]).labelled("still"));
    let relay = network.add(Node::passthrough(3).labelled("relay"));
    let bent = network.add(node("x[0] * x[2], x[1] + t", 3).labelled("bent"));
    let mut plane = Ensemble::new(40, 2).labelled("plane");
    plane.options.radius = Some(1.5);
    plane.options.neuron_type = Some(Spec::new("LIFRate").with("tau_ref", 0.003));
    plane.options.max_rates =
        Some(Spec::new("Uniform").with("low", 100.0).with("high", 200.0).into());
    let plane = network.add(plane);
    let line = network.add(Ensemble::new(30, 1).labelled("line"));
    let mut inner = Subnetwork::default().labelled("inner");
    inner.config.ensemble.radius = Some(0.5);
    let inner = network.add(inner);
    let mut within = Ensemble::new(20, 3).labelled("within");
    within.options.neuron_type = Some(Spec::new("LIFRate"));
    within.options.n_eval_points = Some(100);
    let within = network.add_in(inner, within);

    let mut connect = |label: &str, connection: Connection| network.add(connection.labelled(label));
    connect("drive_plane", Connection::new(drive, plane));
    connect("still_plane", unfiltered(scaled(Connection::new(still, plane), &[2], &[0.5, 2.0])));
    let still_line = scaled(Connection::new(Endpoint::sliced(still, &[1]), line), &[], &[-0.5]);
    connect("still_line", filtered(still_line, 0.02));
    let plane_line = Connection::new(Endpoint::sliced(plane, &[1, 0]), line);
    let plane_line = filtered(of(plane_line, "x[0] * x[0] + x[1]", 2), 0.01);
    let plane_line = connect("plane_line", plane_line);
    let plane_within =
        Connection::new(Endpoint::sliced(plane, &[1]), Endpoint::sliced(within, &[2, 0]));
    connect("plane_within", scaled(plane_within, &[2, 1], &[0.3, -0.6]));
    let mut within_relay = Connection::new(within, Endpoint::sliced(relay, &[0, 2]));
    within_relay.options.eval_points =
        Some(Samples::Array(Tensor::new(&[20, 3], linspace(-0.5, 0.5, 60)).unwrap()));
    within_relay.options.scale_eval_points = Some(false);
    connect("within_relay", of(within_relay, "x[1] + x[2], x[2] * x[2]", 3));
    let plane_relay = Connection::new(plane, Endpoint::sliced(relay, &[1]));
    connect("plane_relay", filtered(of(plane_relay, "x[1]", 2), 0.0));
    connect("relay_bent", unfiltered(Connection::new(relay, bent)));
    connect("line_line", filtered(scaled(Connection::new(line, line), &[], &[0.5]), 0.1));
    let cells = |id, slice: &[usize]| Endpoint::sliced(EndObject::Neurons(id), slice);
    let line_cells = Connection::new(cells(line, &[0, 1, 2]), cells(within, &[4, 2, 0]));
    connect("line_cells", scaled(line_cells, &[], &[1e-3]));
    let bent_cells = Connection::new(bent, EndObject::Neurons(plane));
    connect("bent_cells", scaled(bent_cells, &[40, 2], &linspace(-0.1, 0.1, 80)));

    let mut probe = |label: &str, target, tau: Option<f64>, sample_every| {
        let mut probe = Probe::new(target).labelled(label);
        probe.synapse = Some(tau.map(|tau| Spec::new("Lowpass").with("tau", tau)));
        probe.sample_every = sample_every;
        network.add(probe)
    };
    probe("plane", ProbeTarget::Decoded(plane), Some(0.01), Some(0.005));
    probe("line", ProbeTarget::Decoded(line), None, None);
    probe("within", ProbeTarget::Decoded(within), Some(0.005), None);
    probe("relay", ProbeTarget::Node(relay), None, None);
    probe("bent", ProbeTarget::Node(bent), Some(0.03), None);
    probe("line_in", ProbeTarget::Input(line), None, None);
    probe("line_voltage", ProbeTarget::NeuronState(line, "voltage".into()), None, None);
    probe("plane_rates", ProbeTarget::Neurons(plane), None, None);
    probe("plane_line", ProbeTarget::Connection(plane_line), None, None);
    network
}

fn scaled(mut connection: Connection, shape: &[usize], numbers: &[f64]) -> Connection {
    connection.transform = Transform::Dense(Tensor::new(shape, numbers).unwrap());
    connection
}

fn of(mut connection: Connection, text: &str, size_in: usize) -> Connection {
    connection.function = Some(Function::of_vector(text, size_in).unwrap());
    connection
}

fn filtered(mut connection: Connection, tau: f64) -> Connection {
    connection.options.synapse = Some(Some(Spec::new("Lowpass").with("tau", tau)));
    connection
}

fn unfiltered(mut connection: Connection) -> Connection {
    connection.options.synapse = Some(None);
    connection
}

fn linspace(start: f64, stop: f64, n: usize) -> Vec<f64> {
    (0..n).map(|i| start + i as f64 * ((stop - start) / (n - 1) as f64)).collect()
}

/// Within a share of the largest number.
#[track_caller]
fn check_near(what: &str, found: &[f64], expected: &[f64], tolerance: f64) {
    assert_eq!(found.len(), expected.len(), "{what}");
    let scale = expected.iter().fold(1.0f64, |s, x| s.max(x.abs()));
    for (i, (found, expected)) in found.iter().zip(expected).enumerate() {
        let off = (found - expected).abs();
        assert!(off <= tolerance * scale, "{what}, number {i}: {found} is not {expected}");
    }
}

fn golden() -> Value {
    serde_json::from_str(include_str!("../golden/nengo/ends.json")).unwrap()
}

/// All numbers, row by row.
fn flat(value: &Value) -> Vec<f64> {
    match value {
        Value::Array(items) => items.iter().flat_map(flat).collect(),
        number => vec![number.as_f64().unwrap()],
    }
}
