//! The networks library against Nengo 4.1's: the same seed gives the same network, and the same run.

use pontine_backend_ref::Reference;
use pontine_core_ir::{
    Connection, EnsembleOptions, Function, Network, Node, NodeId, Probe, ProbeTarget, SubnetworkId,
    Tensor, Transform, port::Unattended,
};
use pontine_nef::{
    networks::{
        Action, ActionSelection, AssociativeMemory, AssociativeMemoryOptions, BasalGanglia,
        CircularConvolution, ControlledIntegrator, EnsembleArray, EnsembleArrayOptions,
        InputGatedMemory, Integrator, LegendreMemory, LibraryError, Oscillator, Product, Thalamus,
    },
    vocabulary::Vocabulary,
};
use pontine_road::{BuildOptions, Road};
use serde_json::Value;

const ROOT: SubnetworkId = SubnetworkId::ROOT;

#[test]
fn ensemble_array() {
    check("ensemble_array", 1e-6, |net| {
        let array = EnsembleArray::add(net, ROOT, (30, 3), EnsembleArrayOptions::default())?;
        let u = wave(net, 3);
        net.add(Connection::new(u, array.input));
        let square = Function::of_vector("x * x", 1).unwrap();
        Ok(vec![array.output, array.add_output(net, "square", &square)])
    });
}

#[test]
fn product() {
    check("product", 1e-6, |net| {
        let made = Product::add(net, ROOT, (40, 2), 1.0)?;
        let u = wave(net, 2);
        net.add(Connection::new(u, made.input_a));
        net.add(scaled(u, made.input_b, -1.0));
        Ok(vec![made.output])
    });
}

#[test]
fn circular_convolution() {
    check("circular_convolution", 1e-6, |net| {
        let made = CircularConvolution::add(net, ROOT, (20, 4), (false, true), 1.0)?;
        let u = wave(net, 4);
        net.add(Connection::new(u, made.input_a));
        net.add(scaled(u, made.input_b, 0.5));
        Ok(vec![made.output])
    });
}

#[test]
fn basal_ganglia_and_thalamus() {
    check("basal_ganglia", 1e-6, |net| {
        let ganglia = BasalGanglia::add(net, ROOT, (30, 3))?;
        let thalamus = Thalamus::add(net, ROOT, (20, 3), 1.0, 0.0)?;
        let u = wave(net, 3);
        net.add(Connection::new(u, ganglia.input));
        net.add(Connection::new(ganglia.output, thalamus.input));
        Ok(vec![ganglia.output, thalamus.output])
    });
}

#[test]
fn input_gated_memory() {
    check("input_gated_memory", 1e-6, |net| {
        let memory = InputGatedMemory::add(net, ROOT, (30, 2), 1.0)?;
        let u = wave(net, 2);
        net.add(Connection::new(u, memory.input));
        let gate = Function::expression("t > 0.1 ? 1 : 0", 0).unwrap();
        let gate = net.add(Node::function(gate, 0).labelled("gate"));
        net.add(Connection::new(gate, memory.gate));
        Ok(vec![memory.output])
    });
}

#[test]
fn associative_memory() {
    check("associative_memory", 1e-6, |net| {
        let keys = [vec![1.0, 0.0, 0.0], vec![0.0, 0.6, 0.8]];
        let values = [vec![0.5, -1.0], vec![1.0, 0.5]];
        let options = AssociativeMemoryOptions {
            label: Some("AM".into()),
            n_neurons: 20,
            threshold: 0.4,
            input_scale: 1.2,
            inhibitable: true,
            threshold_outputs: Some(50),
        };
        let memory = AssociativeMemory::add(net, ROOT, (&keys, &values), options)?;
        memory.add_default(net, &[0.1, 0.2], (50, 0.5))?;
        memory.add_winner_take_all(net, 1.5);
        memory.add_input(net, "other keys", &[vec![0.0, 1.0], vec![1.0, 0.0]])?;
        let other = memory.add_output(net, "other values", &[vec![1.0], vec![-1.0]])?;
        let u = wave(net, 3);
        net.add(Connection::new(u, memory.input));
        let off = Function::expression("t > 0.15 ? 1 : 0", 0).unwrap();
        let off = net.add(Node::function(off, 0).labelled("off"));
        net.add(Connection::new(off, memory.inhibit.unwrap()));
        Ok(vec![memory.output, other])
    });
}

#[test]
fn cleanup_memory() {
    check("cleanup_memory", 1e-6, |net| {
        let keys = [vec![1.0, 0.0, 0.0], vec![0.0, 0.6, 0.8]];
        let options = AssociativeMemoryOptions { n_neurons: 30, ..Default::default() };
        let memory = AssociativeMemory::add(net, ROOT, (&keys, &keys), options)?;
        memory.add_default(net, &[0.1, 0.2, 0.3], (20, 0.4))?;
        let u = wave(net, 3);
        net.add(Connection::new(u, memory.input));
        Ok(vec![memory.output])
    });
}

/// Drawn and normalised number by number as in Nengo; bound by sums in place of its Fourier transform.
#[test]
fn pointers_are_those_of_nengos_vocabulary() {
    let golden = &golden()["vocabulary"];
    let check = |name: &str, found: Vec<f64>| {
        let expected = golden[name].as_array().unwrap().iter().map(|x| x.as_f64().unwrap());
        let off = found.iter().zip(expected).map(|(x, y)| (x - y).abs()).fold(0.0, f64::max);
        assert!(off < 1e-14, "{name} is off by {off}");
    };
    let mut words = Vocabulary::new(16, 5);
    let [a, b] = ["A", "B"].map(|name| words.add(name));
    "CDEFGH".chars().for_each(|name| drop(words.add(&name.to_string())));
    check("plain", words.vectors().concat());
    check("unitary", Vocabulary::new(16, 5).unitary().add("A").numbers().to_vec());
    check("bound", a.bind(&b).numbers().to_vec());
    check("unbound", a.unbind(&b).numbers().to_vec());
}

/// Rules that follow one another: each makes the state what the next one waits for.
#[test]
fn actions_follow_one_another() {
    let mut words = Vocabulary::new(16, 1);
    let [a, b, c, d] = ["A", "B", "C", "D"].map(|name| words.add(name));
    let mut net = Network::new("");
    net.root_mut().seed = Some(3);
    let ensembles = EnsembleOptions::default().radius(0.7);
    let options = EnsembleArrayOptions { ensembles, ..Default::default() };
    let state = EnsembleArray::add(&mut net, ROOT, (50, 16), options).unwrap();
    net.add(Connection::new(state.output, state.input).synapse(0.01));
    let start = Function::expression("t < 0.1 ? 1 : 0", 0).unwrap();
    let start = net.add(Node::function(start, 0));
    net.add(Connection::new(start, state.input).transform(a.emitter(1.0)));
    let rules = [(&a, &b), (&b, &c), (&c, &d), (&d, &a)].map(|(from, to)| {
        Action::new().when(state.output, from.detector(1.0)).then(state.input, to.emitter(1.0))
    });
    let rules = [rules.to_vec(), vec![Action::new().always(0.2)]].concat();
    let selection = ActionSelection::add(&mut net, ROOT, &rules).unwrap();
    let probe = Probe::new(selection.thalamus.output).labelled("chosen").synapse(0.01);
    net.add(probe);
    let mut prepared = Road::new(&Reference).build(&net).unwrap();
    let recording = prepared.run_steps(500, &mut Unattended).unwrap();
    let rows = recording.samples("Probe:chosen").unwrap().chunks(5);
    let chosen = rows.skip(100).filter_map(|row| row.iter().position(|x| *x > 0.7));
    let mut sequence: Vec<usize> = chosen.collect();
    sequence.dedup();
    let follows = |pair: &[usize]| pair[1] == (pair[0] + 1) % 4;
    assert!(sequence.len() >= 6 && sequence.windows(2).all(follows), "{sequence:?}");
}

#[test]
fn legendre_memory_delays_its_input() {
    let mut net = Network::new("");
    net.root_mut().seed = Some(3);
    let u = Function::expression("sin(6 * t)", 0).unwrap();
    let u = net.add(Node::function(u, 0));
    let memory = LegendreMemory::add(&mut net, ROOT, (200, 5), 0.4, 0.1).unwrap();
    net.add(Connection::new(u, memory.input).synapse(None));
    let past = net.add(Node::passthrough(2));
    net.add(Connection::new(memory.output, past).transform(memory.reader(&[0.5, 1.0])));
    net.add(Probe::new(past).labelled("past").synapse(0.01));
    let mut prepared = Road::new(&Reference).build(&net).unwrap();
    let recording = prepared.run_steps(1500, &mut Unattended).unwrap();
    // The feedback's and two lowpass filters add some 15 ms to the delays.
    for (i, row) in recording.samples("Probe:past").unwrap().chunks(2).enumerate().skip(800) {
        let u = |delay: f64| (6.0 * (i as f64 * 1e-3 - 0.015 - delay)).sin();
        let off = (row[0] - u(0.2)).abs().max((row[1] - u(0.4)).abs());
        assert!(off < 0.2, "{row:?} in place of {} and {} at step {i}", u(0.2), u(0.4));
    }
}

#[test]
fn dynamics_are_those_of_their_equations() {
    let mut net = Network::new("");
    net.root_mut().seed = Some(3);
    let one = net.add(Node::constant(vec![1.0]));
    let kick = Function::expression("t < 0.1 ? 10 : 0, 0 * t", 0).unwrap();
    let kick = net.add(Node::function(kick, 0));
    let integrator = Integrator::add(&mut net, ROOT, (200, 1), 0.1).unwrap();
    net.add(Connection::new(one, integrator.input));
    let controlled = ControlledIntegrator::add(&mut net, ROOT, (200, 1), 0.1).unwrap();
    net.add(Connection::new(one, controlled.input));
    let oscillator = Oscillator::add(&mut net, ROOT, 200, (0.1, 5.0)).unwrap();
    net.add(Connection::new(kick, oscillator.input));
    for (label, id) in [
        ("x", integrator.ensemble),
        ("forgets", controlled.ensemble),
        ("turns", oscillator.ensemble),
    ] {
        let mut probe = Probe::new(ProbeTarget::Decoded(id)).labelled(label);
        probe.synapse = Some(Some(pontine_core_ir::Spec::new("Lowpass").with("tau", 0.02)));
        net.add(probe);
    }
    let mut prepared = Road::new(&Reference).build(&net).unwrap();
    let recording = prepared.run_steps(600, &mut Unattended).unwrap();
    let last = |label: &str, n: usize| {
        let samples = recording.samples(&format!("Probe:{label}")).unwrap();
        samples[samples.len() - n..].to_vec()
    };
    // u = 1 for 0.6 s; without control it goes to tau u.
    assert!((last("x", 1)[0] - 0.55).abs() < 0.15, "{:?}", last("x", 1));
    assert!((last("forgets", 2)[0] - 0.1).abs() < 0.1, "{:?}", last("forgets", 2));
    let angle = last("turns", 2)[1].atan2(last("turns", 2)[0]);
    assert!((angle - 5.0 * 0.5).abs() < 0.6, "{:?}", last("turns", 2));
}

fn wave(net: &mut Network, d: usize) -> NodeId {
    let waves: Vec<String> = (0..d).map(|i| format!("sin(8 * t + {i})")).collect();
    let function = Function::expression(&waves.join(", "), 0).unwrap();
    net.add(Node::function(function, 0).labelled("u"))
}

fn scaled(pre: NodeId, post: NodeId, factor: f64) -> Connection {
    let transform = Transform::Dense(Tensor::scalar(factor));
    Connection { transform, ..Connection::new(pre, post) }
}

fn golden() -> Value {
    serde_json::from_str(include_str!("../golden/nengo/networks.json")).unwrap()
}

/// Probes of nodes against those of Nengo, within a share of the largest number.
#[track_caller]
fn check(
    name: &str,
    tolerance: f64,
    make: impl FnOnce(&mut Network) -> Result<Vec<NodeId>, LibraryError>,
) {
    let golden = golden();
    let mut net = Network::new("");
    net.root_mut().seed = Some(7);
    for (i, node) in make(&mut net).unwrap().into_iter().enumerate() {
        let mut probe = Probe::new(ProbeTarget::Node(node)).labelled(&i.to_string());
        probe.sample_every = Some(0.01);
        net.add(probe);
    }
    let road =
        Road::new(&Reference).options(BuildOptions { dt: 1e-3, seed: 7 }, Default::default());
    let recording = road.build(&net).unwrap().run_steps(200, &mut Unattended).unwrap();
    for (i, expected) in golden[name].as_array().unwrap().iter().enumerate() {
        let expected: Vec<f64> =
            expected.as_array().unwrap().iter().map(|x| x.as_f64().unwrap()).collect();
        let found = recording.samples(&format!("Probe:{i}")).unwrap();
        assert_eq!(found.len(), expected.len());
        let scale = expected.iter().fold(0.0f64, |s, x| s.max(x.abs()));
        for (k, (found, expected)) in found.iter().zip(&expected).enumerate() {
            let off = (found - expected).abs();
            assert!(off <= tolerance * scale, "{name}.{i}, number {k}: {found} is not {expected}");
        }
    }
}
