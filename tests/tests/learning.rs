//! Learned weights are state: the same bits for split runs, snapshots and threads, and they can be
//! read, written, and built into a network again.

use std::sync::Arc;

use pontine_backend_ref::Reference;
use pontine_core_ir::{
    Connection, EndObject, Ensemble, EnsembleId, Network, Node, SparseMatrix, Spec, Tensor,
    Transform,
    port::{Address, CompileOptions, Unattended},
};
use pontine_io::{Format, ModelFile};
use pontine_road::{BuildOptions, Prepared, Road};

#[test]
fn split_runs_snapshots_and_threads_learn_the_same() {
    for (name, network) in models() {
        let state = |prepared: &mut Prepared| prepared.simulation.as_snapshot().unwrap().save();
        let mut whole = build(&network, 1);
        run(&mut whole, 60);
        let mut split = build(&network, 1);
        run(&mut split, 23);
        let saved = state(&mut split);
        run(&mut split, 37);
        let mut restored = build(&network, 2);
        restored.simulation.as_snapshot().unwrap().restore(&saved).unwrap();
        run(&mut restored, 37);
        assert!(state(&mut whole) == state(&mut split), "{name}: split");
        assert!(state(&mut whole) == state(&mut restored), "{name}: restored, with threads");
    }
}

#[test]
fn sparse_weights_learn_as_dense_ones_do() {
    let rules = [
        Spec::new("PES").with("learning_rate", 1e-3),
        Spec::new("RLS").with("learning_rate", 1e-4),
        Spec::new("BCM").with("learning_rate", 1e-7),
        Spec::new("Oja").with("learning_rate", 1e-4),
    ];
    for rule in rules {
        let n = 6 * 5;
        let number = |k: usize| 1e-3 * (k as f64 - 10.0);
        let entries = (0..n).map(|k| ((k / 6) as u32, (k % 6) as u32, number(k))).collect();
        let sparse = SparseMatrix { rows: 5, columns: 6, entries };
        let dense = Tensor::new(&[5, 6], (0..n).map(number).collect::<Vec<_>>()).unwrap();
        let sparse = learned(between_neurons(&rule, Transform::Sparse(sparse)));
        let dense = learned(between_neurons(&rule, Transform::Dense(dense)));
        assert_eq!(sparse, dense, "{}", rule.kind);
        assert!(dense.iter().enumerate().any(|(k, w)| *w != number(k)), "{}", rule.kind);
    }
}

#[test]
fn weights_that_are_not_there_stay_away() {
    let rule = Spec::new("PES").with("learning_rate", 1e-3);
    let diagonal = (0..5).map(|i| (i, i, 0.001)).collect();
    let sparse = SparseMatrix { rows: 5, columns: 6, entries: diagonal };
    let weights = learned(between_neurons(&rule, Transform::Sparse(sparse)));
    assert_eq!(weights.len(), 5);
    assert!(weights.iter().any(|w| *w != 0.001));
}

#[test]
fn learned_weights_are_written_and_frozen() {
    let (mut network, [a, b]) = ensembles();
    let rule = Spec::new("PES").with("learning_rate", 1e-2);
    let learns = network.add(Connection::new(a, b).labelled("a_b").learning_by(rule));
    let one = network.add(Node::constant(vec![1.0]));
    network.add(Connection::new(one, EndObject::Rule { connection: learns, rule: 0 }));
    let mut prepared = build(&network, 1);
    run(&mut prepared, 50);
    let address = weights(&prepared, "Connection:a_b.weights");
    let found = prepared.simulation.read(address).unwrap();
    prepared.simulation.write(address, &vec![0.5; found.len()]).unwrap();
    assert_eq!(prepared.simulation.read(address).unwrap(), vec![0.5; found.len()]);

    let tensor = Tensor::new(&[1, found.len()], found.clone()).unwrap();
    network.imported.insert("Connection:a_b.weights".into(), Arc::new(tensor));
    network.connections[learns].learning = None;
    let error = network.validate().unwrap_err().to_string();
    assert!(error.contains("refers to its post object"), "{error}");
    let told: Vec<_> = network.connections.ids().collect();
    network.connections[told[told.len() - 1]].post = b.into();
    let mut frozen = build(&network, 1);
    run(&mut frozen, 50);
    let address = weights(&frozen, "Connection:a_b.weights");
    assert_eq!(frozen.simulation.read(address).unwrap(), found);
}

fn weights(prepared: &Prepared, name: &str) -> Address {
    Address::Signal(prepared.model.signal(name).unwrap())
}

fn models() -> Vec<(String, Network)> {
    let file = include_str!("../golden/nengo/models/learning.toml");
    let texts = file.split("[model]\n").skip(1).map(|text| format!("[model]\n{text}"));
    let load = |text: String| {
        let name = text.lines().nth(1).unwrap_or_default().to_owned();
        let file = ModelFile::parse(&name, &text, Format::Toml).and_then(|file| file.load());
        (name, file.unwrap().network)
    };
    texts.map(load).collect()
}

fn build(network: &Network, threads: usize) -> Prepared {
    let compile = CompileOptions { threads, ..CompileOptions::default() };
    Road::new(&Reference).options(BuildOptions::default(), compile).build(network).unwrap()
}

fn run(prepared: &mut Prepared, n_steps: u64) {
    prepared.run_steps(n_steps, &mut Unattended).unwrap();
}

fn ensembles() -> (Network, [EnsembleId; 2]) {
    let mut network = Network::new("");
    network.root_mut().seed = Some(5);
    let one = network.add(Node::constant(vec![0.7]));
    let [a, b] = [(6, "a"), (5, "b")].map(|(n, l)| network.add(Ensemble::new(n, 1).labelled(l)));
    network.add(Connection::new(one, a));
    network.add(Connection::new(one, b));
    (network, [a, b])
}

fn between_neurons(rule: &Spec, transform: Transform) -> Network {
    let (mut network, [a, b]) = ensembles();
    let mut connection = Connection::new(EndObject::Neurons(a), EndObject::Neurons(b));
    connection.transform = transform;
    let connection = network.add(connection.labelled("learns").learning_by(rule.clone()));
    if ["PES", "RLS"].contains(&rule.kind.as_str()) {
        let error = network.add(Node::constant(vec![0.3]));
        network.add(Connection::new(error, EndObject::Rule { connection, rule: 0 }));
    }
    network
}

fn learned(network: Network) -> Vec<f64> {
    let mut prepared = build(&network, 1);
    run(&mut prepared, 80);
    prepared.simulation.read(weights(&prepared, "Connection:learns.transform")).unwrap()
}
