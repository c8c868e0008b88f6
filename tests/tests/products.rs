//! Projections whose weights are products: what they bring, how they learn, and where their numbers are.

use std::sync::Arc;

use pontine_backend_ref::Reference;
use pontine_conformance::Oracle;
use pontine_core_ir::{
    Cells, Connection, Connector, EndObject, Ensemble, Factor, Factored, FactoredBlock, Network,
    Node, Population, PopulationId, PopulationView, Probe, ProbeTarget, Projection, ProjectionId,
    Recorder, Spec, SynapseList, SynapseRow, Synapses, Tensor, Transform, Value,
    model::OperatorKind,
    port::{Backend, CompileOptions, Unattended},
};
use pontine_road::{BuildOptions, Prepared, Road};

const N_SOURCE: usize = 12;
const N_TARGET: usize = 7;

fn build(network: &Network, threads: usize) -> Prepared {
    build_on(&Reference, network, threads)
}

fn build_on(backend: &dyn Backend, network: &Network, threads: usize) -> Prepared {
    let options = CompileOptions { threads, ..CompileOptions::default() };
    let build = BuildOptions { dt: 1e-3, seed: 3 };
    Road::new(backend).options(build, options).build(network).unwrap()
}

fn refused(network: &Network) -> String {
    let build = BuildOptions { dt: 1e-3, seed: 3 };
    let road = Road::new(&Reference).options(build, CompileOptions::default());
    road.build(network).err().unwrap().to_string()
}

fn run(prepared: &mut Prepared, n_steps: u64) {
    prepared.simulation.run_steps(n_steps, &mut Unattended).unwrap();
}

fn matrix(rows: usize, columns: usize) -> Tensor {
    let number = |k: usize| ((k * 7919 + 13) % 101) as f64 / 50.0 - 0.9;
    Tensor::new(&[rows, columns], (0..rows * columns).map(number).collect::<Vec<_>>()).unwrap()
}

fn product(n_source: usize, n_target: usize) -> Factored {
    let transform = Some(matrix(2, 3));
    Factored { decoders: matrix(3, n_source), transform, encoders: Some(matrix(n_target, 2)) }
}

/// Poisson spikes to cells, some of which spike.
fn cells() -> (Network, PopulationId, PopulationId) {
    let mut network = Network::new("products");
    let source = Population::new("SpikeSourcePoisson", N_SOURCE).unwrap();
    let source = source.set("rate", 80.0).unwrap().labelled("source");
    let source = network.add(source);
    let offset = Value::Dense((0..N_TARGET).map(|i| 0.3 + 0.1 * i as f64).collect());
    let target = Population::new("IF_curr_exp", N_TARGET).unwrap();
    let target = network.add(target.set("i_offset", offset).unwrap().labelled("target"));
    (network, source, target)
}

fn projection(
    source: impl Into<Cells>,
    target: impl Into<Cells>,
    connector: Connector,
) -> Projection {
    Projection {
        label: Some("p".into()),
        source: source.into(),
        target: target.into(),
        receptor: "excitatory".into(),
        connector,
        weight: 0.25.into(),
        delay: 3.0.into(),
        learning: Vec::new(),
        synapse: None,
    }
}

/// The currents that a connector brings to the targets, step by step.
fn currents(connector: Connector, views: bool) -> (Vec<f64>, u64) {
    let (mut network, source, target) = cells();
    let (mut from, mut to): (Cells, Cells) = (source.into(), target.into());
    if views {
        let view = |population, indices: Vec<u32>| PopulationView {
            label: None,
            population,
            indices: indices.into(),
        };
        from = network.add(view(source, (0..N_SOURCE as u32).rev().step_by(2).collect())).into();
        to = network.add(view(target, vec![5, 1, 2])).into();
    }
    network.add(projection(from, to, connector));
    network.add(Recorder {
        label: Some("i".into()),
        cells: target.into(),
        variable: "excitatory.i".into(),
        sampling_interval: None,
    });
    let mut prepared = build(&network, 1);
    run(&mut prepared, 200);
    let n_synapses = prepared.simulation.n_synapses();
    let mut recording = pontine_core_ir::Recording::of(&prepared.model);
    prepared.simulation.drain(&mut recording).unwrap();
    (recording.samples("Recorder:i").unwrap().to_vec(), n_synapses)
}

/// Every synapse of the product that a projection is, with its weight.
fn expanded(network: &Network) -> SynapseList {
    let prepared = build(network, 1);
    let model = &prepared.model;
    let operator = &model.operators[model.operator("Projection:p", 0).unwrap()];
    let OperatorKind::Deliver(deliver) = &operator.kind else { panic!() };
    let synapses = Synapses::of(model, &operator.path, deliver).unwrap();
    let (mut list, mut row) = (SynapseList::default(), SynapseRow::default());
    let mut weights = Vec::new();
    for i in 0..synapses.n_major() {
        synapses.fill(i, &mut row);
        list.source.extend(row.minor.iter().map(|_| synapses.major_index(i)));
        list.target.extend(&row.minor);
        weights.extend(&row.weights);
    }
    list.weight = Some(weights);
    list
}

#[track_caller]
fn assert_near(a: &[f64], b: &[f64], tolerance: f64) {
    assert_eq!(a.len(), b.len());
    for (i, (a, b)) in a.iter().zip(b).enumerate() {
        assert!((a - b).abs() <= tolerance * (1.0 + b.abs()), "{i}: {a}, not {b}");
    }
}

fn blocks() -> Connector {
    let block = |source: Vec<u32>, target: Vec<u32>| FactoredBlock {
        product: product(source.len(), target.len()),
        source: Some(source.into()),
        target: Some(target.into()),
    };
    Connector::Blocks(
        [block(vec![0, 3, 1], vec![6, 2]), block((4..12).collect(), vec![2, 0, 1])].into(),
    )
}

#[test]
fn a_product_brings_what_its_weights_bring_one_by_one() {
    for connector in [Connector::Factored(product(N_SOURCE, N_TARGET)), blocks()] {
        let (mut network, source, target) = cells();
        network.add(projection(source, target, connector.clone()));
        let list = Connector::List(Arc::new(expanded(&network)));
        let (of_product, none) = currents(connector, false);
        let (of_list, all) = currents(list, false);
        assert!(of_list.iter().any(|i| i.abs() > 0.1));
        assert!(none == 0 && all > 0);
        assert_near(&of_product, &of_list, 1e-12);
    }
}

#[test]
fn columns_and_rows_follow_the_order_of_views() {
    let (of_views, _) = currents(Connector::Factored(product(N_SOURCE / 2, 3)), true);
    let source = (0..N_SOURCE as u32).rev().step_by(2).collect();
    let block = FactoredBlock {
        source: Some(source),
        target: Some([5, 1, 2].into()),
        product: product(N_SOURCE / 2, 3),
    };
    let (of_blocks, _) = currents(Connector::Blocks([block].into()), false);
    assert_eq!(of_views, of_blocks);
    assert!(of_views.iter().any(|i| *i != 0.0));
}

/// Decoders that learn a constant from an ensemble's error, told by a node.
fn learning(rule: Spec) -> (Network, ProjectionId) {
    let (mut network, source, target) = cells();
    let product = Factored::new(matrix(2, N_SOURCE), matrix(N_TARGET, 2));
    let mut projection = projection(source, target, Connector::Factored(product));
    projection.learning = vec![rule.into()];
    let id = network.add(projection);
    (network, id)
}

fn pes() -> Spec {
    Spec::new("PES").with("learning_rate", 1e-3)
}

#[test]
fn decoders_learn_as_the_matrix_of_a_connection_does() {
    for rule in [pes(), Spec::new("RLS").with("learning_rate", 1e-4)] {
        let (mut network, id) = learning(rule.clone());
        let Cells::Population(population) = network.projections[id].source else { panic!() };
        let sink = network.add(Node::passthrough(2).labelled("sink"));
        let connection = Connection::new(population.port("spikes"), sink).labelled("c");
        let mut connection = connection.learning_by(rule.clone());
        connection.transform = Transform::Dense(matrix(2, N_SOURCE));
        let connection = network.add(connection);
        network.add(Probe::new(connection));
        let error = network.add(Node::of_time(|t| [1.0, (30.0 * t).sin()]).labelled("error"));
        network.add(Connection::new(error, id.rule(0)).synapse(0.01));
        network.add(Connection::new(error, connection.rule(0)).synapse(0.01));
        let mut prepared = build(&network, 2);
        run(&mut prepared, 300);
        let decoders = prepared.read("Projection:p.decoders").unwrap();
        assert_near(&decoders, &prepared.read("Connection:c.transform").unwrap(), 1e-12);
        let before = matrix(2, N_SOURCE);
        let moved = decoders.iter().zip(before.data()).all(|(a, b)| (a - b).abs() > 1e-9);
        assert!(moved, "{}", rule.kind);
    }
}

#[test]
fn voja_moves_encoders_of_cells_that_spike_towards_what_is_decoded() {
    let (mut network, id) = learning(Spec::new("Voja").with("learning_rate", 2e-3));
    let decoded = ProbeTarget::ProjectionRule { projection: id, rule: 0, signal: "decoded".into() };
    network.add(Probe::new(decoded).labelled("decoded"));
    let mut prepared = build(&network, 1);
    run(&mut prepared, 2000);
    let encoders = prepared.read("Projection:p.encoders").unwrap();
    let before = matrix(N_TARGET, 2);
    let mut recording = pontine_core_ir::Recording::of(&prepared.model);
    prepared.simulation.drain(&mut recording).unwrap();
    let decoded = recording.samples("Probe:decoded").unwrap();
    let mean = |j: usize| decoded.iter().skip(2000 + j).step_by(2).sum::<f64>() / 1000.0;
    let mean = [mean(0), mean(1)];
    let distance = |row: &[f64]| (row[0] - mean[0]).hypot(row[1] - mean[1]);
    // The last cell has the largest current, and the first is silent but for what is decoded.
    let (last, was) = (&encoders[2 * N_TARGET - 2..], &before.data()[2 * N_TARGET - 2..]);
    assert!(distance(last) < 0.5 * distance(was), "{last:?} from {was:?} to {mean:?}");
    assert!(prepared.read("Projection:p.decoders").unwrap() == matrix(2, N_SOURCE).data());
}

#[test]
fn factors_are_parameters_by_path_and_come_back() {
    let (mut network, id) = learning(pes());
    let error = network.add(Node::constant(vec![1.0, -1.0]));
    network.add(Connection::new(error, id.rule(0)));
    network.add(Probe::new(ProbeTarget::Factor(id, None, Factor::Decoders)).labelled("d"));
    let mut prepared = build(&network, 1);
    run(&mut prepared, 50);
    let parameters = prepared.parameters().unwrap();
    let decoders = &parameters["Projection:p.decoders"];
    assert_eq!(decoders.shape(), [2, N_SOURCE]);
    assert_ne!(*decoders, matrix(2, N_SOURCE));
    assert_eq!(parameters["Projection:p.encoders"], matrix(N_TARGET, 2));
    assert_eq!(parameters["Projection:p.weights"].data(), [0.25]);
    let mut recording = pontine_core_ir::Recording::of(&prepared.model);
    prepared.simulation.drain(&mut recording).unwrap();
    let probed = recording.samples("Probe:d").unwrap();
    assert_eq!(&probed[49 * 2 * N_SOURCE..], decoders.data());
    prepared.freeze(&mut network).unwrap();
    assert_eq!(build(&network, 1).read("Projection:p.decoders").unwrap(), decoders.data());
}

#[test]
fn products_that_learn_are_the_same_in_parts_and_from_states() {
    let (network, id) = learning(pes());
    same_in_parts(network, id, 2);
    let (mut network, id) = learning(pes());
    network.projections[id].connector = Connector::Blocks(diagonal().into());
    same_in_parts(network, id, 3);
}

/// Two blocks, of which one decodes two numbers and the other one.
fn diagonal() -> [FactoredBlock; 2] {
    let block = |source: &[u32], target: &[u32], d| FactoredBlock {
        source: Some(source.into()),
        target: Some(target.into()),
        product: Factored::new(matrix(d, source.len()), matrix(target.len(), d)),
    };
    [block(&[0, 3, 2, 6, 5], &[0, 6, 1], 2), block(&[7, 8, 9, 10, 11], &[2, 3, 4, 5, 1], 1)]
}

#[test]
fn blocks_learn_as_projections_of_their_cells_would() {
    let (mut network, id) = learning(pes());
    network.projections[id].learning.push(Spec::new("Voja").into());
    network.projections[id].connector = Connector::Blocks(diagonal().into());
    network.projections[id].label = Some("blocks".into());
    let error = network.add(Node::of_time(|t| [1.0, (30.0 * t).sin(), -0.5]).labelled("error"));
    network.add(Connection::new(error, id.rule(0)).synapse(0.01));
    let [source, target] = ["source", "target"].map(|label| {
        let found = network.populations.iter().find(|(_, p)| p.label.as_deref() == Some(label));
        found.unwrap().0
    });
    // Other cells that are driven alike, so that they spike alike.
    let twin = network.add(Population::clone(&network.populations[target]).labelled("twin"));
    for (i, block) in diagonal().into_iter().enumerate() {
        let view = |population, indices: Option<Arc<[u32]>>| PopulationView {
            label: None,
            population,
            indices: indices.unwrap(),
        };
        let from = network.add(view(source, block.source));
        let to = network.add(view(twin, block.target));
        let mut alone = projection(from, to, Connector::Factored(block.product));
        alone.label = Some(format!("alone{i}"));
        alone.learning = vec![pes().into(), Spec::new("Voja").into()];
        let alone = network.add(alone);
        let told: &[usize] = if i == 0 { &[0, 1] } else { &[2] };
        network.add(Connection::new(error.at(told), alone.rule(0)).synapse(0.01));
    }
    let signal = |signal: &str| {
        let signal = signal.to_owned();
        Probe::new(ProbeTarget::ProjectionRule { projection: id, rule: 0, signal })
    };
    network.add(signal("blocks.1.delta").labelled("delta"));
    let factor = ProbeTarget::Factor(id, Some(1), Factor::Decoders);
    network.add(Probe::new(factor).labelled("decoders"));
    let mut prepared = build(&network, 2);
    run(&mut prepared, 400);
    for (i, block) in diagonal().iter().enumerate() {
        for (factor, before) in block.product.factors() {
            let name = factor.name();
            let learned = prepared.read(&format!("Projection:blocks.blocks.{i}.{name}")).unwrap();
            let alone = prepared.read(&format!("Projection:alone{i}.{name}")).unwrap();
            assert_near(&learned, &alone, 1e-12);
            assert!(learned != before.data(), "block {i}: the {name} learn nothing");
        }
    }
    let mut oracle = build_on(&Oracle, &network, 1);
    run(&mut oracle, 400);
    for path in ["blocks.blocks.0.decoders", "blocks.blocks.1.encoders", "alone0.encoders"] {
        let path = format!("Projection:{path}");
        assert_eq!(prepared.read(&path).unwrap(), oracle.read(&path).unwrap(), "{path}");
    }
    let mut recording = pontine_core_ir::Recording::of(&prepared.model);
    prepared.simulation.drain(&mut recording).unwrap();
    let decoders = recording.samples("Probe:decoders").unwrap();
    let delta = recording.samples("Probe:delta").unwrap();
    let moved = decoders[399 * 5] - decoders[398 * 5];
    assert!((moved - delta[398 * 5]).abs() < 1e-15, "{moved} is not {}", delta[398 * 5]);
}

fn same_in_parts(mut network: Network, id: ProjectionId, dimensions: usize) {
    network.projections[id].learning.push(Spec::new("Voja").into());
    let ensemble = network.add(Ensemble::new(20, dimensions).labelled("error"));
    network.add(Connection::new(ensemble, id.rule(0)));
    let state = |prepared: &mut Prepared| prepared.simulation.as_snapshot().unwrap().save();
    let mut whole = build(&network, 1);
    run(&mut whole, 80);
    let mut split = build(&network, 2);
    run(&mut split, 31);
    let saved = state(&mut split);
    let mut restored = build(&network, 3);
    restored.simulation.as_snapshot().unwrap().restore(&saved).unwrap();
    run(&mut restored, 49);
    assert!(state(&mut whole) == state(&mut restored));
}

#[test]
fn what_cannot_learn_is_told_with_the_label() {
    let (network, _) = learning(Spec::new("BCM"));
    assert_eq!(
        refused(&network),
        "`Projection:p.BCM`: it needs weights between single neurons: join `neurons` of ensembles, \
         or use a solver with `weights`"
    );
    let (mut network, id) = learning(Spec::new("Voja"));
    let square = Factored { decoders: matrix(N_TARGET, N_SOURCE), transform: None, encoders: None };
    network.projections[id].connector = Connector::Factored(square);
    assert_eq!(refused(&network), "`Projection:p.Voja`: it needs a projection with encoders");
    let (mut network, id) = learning(pes());
    network.add(Probe::new(ProbeTarget::ProjectionRule {
        projection: id,
        rule: 0,
        signal: "eror".into(),
    }));
    assert_eq!(
        refused(&network),
        "`Projection:p`: its learning rule has no signal `eror`, but activities, error, input"
    );
    let (mut network, id) = learning(pes());
    let imported = Arc::new(Tensor::vector([1.0]));
    network.imported.insert("Projection:p.encoders".into(), imported);
    assert_eq!(
        refused(&network),
        "`Projection:p`: the imported `encoders` has shape [1], but [7, 2] is needed"
    );
    let error = network.add(Node::constant(vec![1.0]).labelled("error"));
    network.add(Connection::new(error, id.rule(0)).labelled("c"));
    assert_eq!(refused(&network), "`Connection:c`: pre has size 1, but 2 is needed");
}

/// An ensemble that drives cells through a receptor, and a node beside them.
fn crossing() -> (Network, pontine_core_ir::EnsembleId, PopulationId) {
    let (mut network, _, target) = cells();
    let ensemble = Ensemble::new(30, 1).labelled("a").seeded(1).n_eval_points(100);
    let ensemble = network.add(ensemble);
    let input = network.add(Node::of_time(|t| [(20.0 * t).sin()]));
    network.add(Connection::new(input, ensemble));
    network.add(Recorder {
        label: Some("i".into()),
        cells: target.into(),
        variable: "excitatory.i".into(),
        sampling_interval: None,
    });
    (network, ensemble, target)
}

fn receptor(population: PopulationId) -> EndObject {
    EndObject::Population { population, port: "excitatory".into() }
}

/// A connection that decodes a square, and a transform with a row for each of so many cells.
fn squared(
    pre: pontine_core_ir::EnsembleId,
    post: impl Into<pontine_core_ir::Endpoint>,
) -> Connection {
    let square = |[x]: [f64; 1]| [x * x, x];
    Connection::new(pre, post).computing(square).labelled("c").seeded(5)
}

fn recorded(prepared: &mut Prepared) -> Vec<f64> {
    run(prepared, 200);
    let mut recording = pontine_core_ir::Recording::of(&prepared.model);
    prepared.simulation.drain(&mut recording).unwrap();
    recording.samples("Recorder:i").unwrap().to_vec()
}

#[test]
fn all_parameters_of_a_crossing_can_be_written_back() {
    let (mut network, ensemble, target) = crossing();
    let mut connection = squared(ensemble, receptor(target));
    connection.transform = Transform::Dense(matrix(N_TARGET, 2));
    network.add(connection);
    let mut prepared = build(&network, 1);
    let parameters = prepared.parameters().unwrap();
    assert_eq!(parameters["Connection:c.weights"].shape(), [2, 30]);
    for (path, numbers) in &parameters {
        prepared.write(path, numbers.data()).unwrap_or_else(|error| panic!("{path}: {error}"));
    }
}

#[test]
fn a_factor_that_is_not_finite_is_refused() {
    let (mut network, ensemble, target) = crossing();
    let mut connection = squared(ensemble, receptor(target));
    let mut numbers = matrix(N_TARGET, 2).data().to_vec();
    numbers[0] = f64::INFINITY;
    connection.transform = Transform::Dense(Tensor::new(&[N_TARGET, 2], numbers).unwrap());
    network.add(connection);
    let found = refused(&network);
    assert!(
        found.contains("`Connection:c.encoders` starts from a value that is not finite"),
        "{found}"
    );
}

#[test]
fn a_decoded_vector_reaches_a_receptor_through_its_factors() {
    let (mut network, ensemble, target) = crossing();
    let mut by_hand = network.clone();
    let encoders = matrix(3, 2);
    let mut connection = squared(ensemble, receptor(target));
    connection.post.slice = Some([6, 0, 3].into());
    connection.transform = Transform::Dense(encoders.clone());
    network.add(connection.synapse(Spec::new("Delay").with("delay", 0.004)));
    let mut prepared = build(&network, 1);
    let decoders = prepared.read("Connection:c.weights").unwrap();
    let decoders = Tensor::new(&[2, 30], decoders).unwrap();
    let currents = recorded(&mut prepared);
    assert!(currents.iter().any(|i| i.abs() > 1e-3));

    let product = Factored::new(decoders, encoders);
    let target = Some([6, 0, 3].into());
    let block = FactoredBlock { source: None, target, product };
    let population = match by_hand.populations.iter().nth(1) {
        Some((id, _)) => id,
        None => panic!(),
    };
    let connector = Connector::Blocks([block].into());
    let mut projection = projection(Cells::Neurons(ensemble), population, connector);
    (projection.weight, projection.delay) = (1.0.into(), 4.0.into());
    by_hand.add(projection);
    assert_eq!(currents, recorded(&mut build(&by_hand, 1)));
}

#[test]
fn a_connection_to_a_receptor_learns_its_decoders_as_any_other() {
    let (mut network, ensemble, target) = crossing();
    let mut connection = squared(ensemble, receptor(target)).learning_by(pes());
    connection.transform = Transform::Dense(matrix(N_TARGET, 2));
    let learns = network.add(connection);
    let node = network.add(Node::passthrough(2).labelled("node"));
    let twin = squared(ensemble, node).learning_by(pes()).labelled("twin");
    let twin = network.add(twin);
    let error = network.add(Node::constant(vec![0.5, -1.0]).labelled("error"));
    for learner in [learns, twin] {
        network.add(Connection::new(error, learner.rule(0)));
        network.add(Probe::new(ProbeTarget::Weights(learner)));
    }
    let mut prepared = build(&network, 1);
    let before = prepared.read("Connection:c.weights").unwrap();
    run(&mut prepared, 200);
    let after = prepared.read("Connection:c.weights").unwrap();
    assert_near(&after, &prepared.read("Connection:twin.weights").unwrap(), 1e-12);
    assert!(before.iter().zip(&after).any(|(a, b)| (a - b).abs() > 1e-6));
}

#[test]
fn what_cannot_reach_a_receptor_is_told_with_the_label() {
    type Change = fn(&mut Network, &mut Connection);
    let told: [(Change, &str); 5] = [
        (
            |_, connection| connection.transform = Transform::Identity,
            "to a receptor it needs a matrix as its transform, a row for each cell",
        ),
        (
            |_, connection| {
                connection.post.slice = Some([0, 1].into());
                connection.transform = Transform::Dense(Tensor::vector([1.0, 2.0]));
            },
            "to a receptor it needs a matrix as its transform, a row for each cell",
        ),
        (
            |_, connection| {
                connection.options.synapse = Some(Some(Spec::new("Alpha").with("tau", 0.01)))
            },
            "a receptor filters by itself: the synapse is none, or `Delay`",
        ),
        (
            |network, _| {
                for (_, ensemble) in network.ensembles.iter_mut() {
                    ensemble.options.neuron_type = Some(Spec::new("LIFRate"));
                }
            },
            "a receptor takes spikes: those of an ensemble whose neurons spike",
        ),
        (
            |_, connection| connection.learning = Some(vec![Spec::new("Oja").into()]),
            "it needs weights between single neurons: join `neurons` of ensembles, or use a solver \
             with `weights`",
        ),
    ];
    for (change, message) in told {
        let (mut network, ensemble, target) = crossing();
        let mut connection = squared(ensemble, receptor(target));
        connection.transform = Transform::Dense(matrix(N_TARGET, 2));
        change(&mut network, &mut connection);
        network.add(connection);
        let found = refused(&network);
        assert!(found.starts_with("`Connection:c") && found.ends_with(message), "{found}");
    }
}
