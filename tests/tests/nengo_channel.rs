//! A communication channel, built and run, against what Nengo 4.1 builds and runs.
//!
//! The golden numbers are `tests/golden/nengo/communication_channel.json`; the script beside them
//! made them.

use std::sync::Arc;

use pontine_backend_ref::Reference;
use pontine_core_ir::{
    Connection, Ensemble, Function, Model, Network, Node, Probe, ProbeTarget, Recording, Spec,
    Tensor, port::Unattended,
};
use pontine_road::{BuildOptions, Prepared, Road};
use serde_json::Value;

#[test]
fn seeds_and_what_is_drawn_are_nengos_bit_by_bit() {
    for variant in ["identity", "square"] {
        check_seeds(variant);
        check_drawn(variant);
    }
}

#[test]
fn decoders_are_nengos_to_rounding() {
    for variant in ["identity", "square"] {
        let golden = golden(variant);
        let model = build(&channel(variant)).model;
        for (path, name) in [("Connection:a_b", "a_b"), ("Probe:b_decoded", "b_decoded_connection")]
        {
            let golden = &golden["connections"][name];
            let decoders = built(&model, path, "decoders");
            check_near(variant, &decoders, &numbers(&golden["decoders"]), 1e-6);
            let rmse = built(&model, path, "rmses");
            check_near(variant, &rmse, &[golden["rmse"].as_f64().unwrap()], 1e-6);
        }
    }
}

#[test]
fn a_native_build_runs_as_in_nengo() {
    for variant in ["identity", "square"] {
        check_run(variant, &channel(variant), 1e-6);
    }
}

#[test]
fn a_run_from_imported_numbers_is_nengos() {
    for variant in ["identity", "square"] {
        check_run(variant, &with_imports(variant), 1e-9);
    }
}

/// Objects in the order in which the script makes them; their labels are its names.
fn channel(variant: &str) -> Network {
    let mut network = Network::new("channel");
    network.root_mut().seed = Some(7);
    let stimulus = Function::expression("sin(6.283185307179586 * t)", 0).unwrap();
    let stimulus = network.add(Node::function(stimulus, 0).labelled("stimulus"));
    let a = network.add(ensemble("a"));
    let b = network.add(ensemble("b"));
    let mut stimulus_a = Connection::new(stimulus, a).labelled("stimulus_a");
    stimulus_a.options.synapse = Some(None);
    network.add(stimulus_a);
    let mut a_b = Connection::new(a, b).labelled("a_b");
    a_b.function = (variant == "square").then(|| Function::of_vector("x * x", 1).unwrap());
    network.add(a_b);
    let mut b_decoded = Probe::new(ProbeTarget::Decoded(b)).labelled("b_decoded");
    b_decoded.synapse = Some(Some(Spec::new("Lowpass").with("tau", 0.01)));
    network.add(b_decoded);
    network.add(Probe::new(ProbeTarget::Neurons(a)).labelled("a_spikes"));
    network.add(Probe::new(ProbeTarget::Neurons(b)).labelled("b_spikes"));
    network
}

fn ensemble(label: &str) -> Ensemble {
    let uniform = || Spec::new("Uniform").with("low", -1.0).with("high", 1.0);
    let mut ensemble = Ensemble::new(50, 1).labelled(label);
    ensemble.options.encoders = Some(uniform().into());
    ensemble.options.eval_points = Some(uniform().into());
    ensemble
}

fn with_imports(variant: &str) -> Network {
    let golden = golden(variant);
    let mut network = channel(variant);
    let mut import = |name: String, from: &Value| {
        network.imported.insert(name, Arc::new(Tensor::vector(numbers(from))));
    };
    for name in ["a", "b"] {
        let voltage = &golden["ensembles"][name]["initial_voltage"];
        import(format!("Ensemble:{name}.voltage"), voltage);
    }
    let connections = &golden["connections"];
    import("Connection:a_b.decoders".into(), &connections["a_b"]["decoders"]);
    let hidden = &connections["b_decoded_connection"];
    import("Probe:b_decoded.decoders".into(), &hidden["decoders"]);
    network
}

fn build(network: &Network) -> Prepared {
    let options = BuildOptions { dt: 1e-3, seed: 0 };
    Road::new(&Reference).options(options, Default::default()).build(network).unwrap()
}

#[track_caller]
fn check_seeds(variant: &str) {
    let model = build(&channel(variant)).model;
    let golden = &golden(variant)["seeds"];
    for (path, name) in [
        ("Ensemble:a", "a"),
        ("Ensemble:b", "b"),
        ("Connection:stimulus_a", "stimulus_a"),
        ("Connection:a_b", "a_b"),
        ("Probe:b_decoded", "b_decoded_connection"),
        ("Probe:a_spikes", "a_spikes"),
        ("Probe:b_spikes", "b_spikes"),
    ] {
        assert_eq!(built(&model, path, "seed"), [golden[name].as_f64().unwrap()], "{path}");
    }
}

#[track_caller]
fn check_drawn(variant: &str) {
    let model = build(&channel(variant)).model;
    let golden = golden(variant);
    for name in ["a", "b"] {
        let (path, golden) = (format!("Ensemble:{name}"), &golden["ensembles"][name]);
        for what in ["eval_points", "encoders", "max_rates", "intercepts", "gain", "bias"] {
            let expected = numbers(&golden[what]);
            assert_eq!(built(&model, &path, what), expected, "{variant} {path}.{what}");
        }
        let voltage = initial(&model, &path, "voltage");
        assert_eq!(voltage, numbers(&golden["initial_voltage"]), "{variant} {path}.voltage");
    }
}

/// Within a share of the largest number.
#[track_caller]
fn check_near(variant: &str, found: &[f64], expected: &[f64], tolerance: f64) {
    assert_eq!(found.len(), expected.len());
    let scale = expected.iter().fold(0.0f64, |s, x| s.max(x.abs()));
    for (found, expected) in found.iter().zip(expected) {
        assert!((found - expected).abs() <= tolerance * scale, "{variant}: {found} {expected}");
    }
}

#[track_caller]
fn check_run(variant: &str, network: &Network, tolerance: f64) {
    let golden = golden(variant);
    let recording = build(network).run_steps(500, &mut Unattended).unwrap();
    for name in ["a", "b"] {
        let spikes = spikes(&recording, &format!("Probe:{name}_spikes"));
        assert_eq!(spikes, pairs(&golden["spikes"][name]), "{variant} {name}");
    }
    let found = recording.samples("Probe:b_decoded").unwrap();
    let expected = numbers(&golden["probes"]["b_decoded"]);
    assert_eq!(found.len(), expected.len());
    let off = found.iter().zip(&expected).map(|(x, y)| (x - y).abs()).fold(0.0, f64::max);
    assert!(off <= tolerance, "{variant}: off by {off}");
}

fn golden(variant: &str) -> Value {
    let text = include_str!("../golden/nengo/communication_channel.json");
    serde_json::from_str::<Value>(text).unwrap()["variants"][variant].clone()
}

fn numbers(value: &Value) -> Vec<f64> {
    value.as_array().unwrap().iter().map(|x| x.as_f64().unwrap()).collect()
}

fn pairs(value: &Value) -> Vec<(u64, u32)> {
    let pair = |p: &Value| (p[0].as_u64().unwrap(), p[1].as_u64().unwrap() as u32);
    value.as_array().unwrap().iter().map(pair).collect()
}

fn built(model: &Model, path: &str, name: &str) -> Vec<f64> {
    model.built[&format!("{path}.{name}")].data().to_vec()
}

fn initial(model: &Model, path: &str, state: &str) -> Vec<f64> {
    let (_, neurons) = model.neurons(path).unwrap();
    let state = neurons.mechanism.state_index(state).unwrap();
    match &neurons.initial[state] {
        Some(pontine_core_ir::Value::Dense(numbers)) => numbers.to_vec(),
        other => panic!("{path} starts from {other:?}"),
    }
}

fn spikes(recording: &Recording, path: &str) -> Vec<(u64, u32)> {
    let (steps, indices) = recording.events(path).unwrap();
    steps.iter().copied().zip(indices.iter().copied()).collect()
}
