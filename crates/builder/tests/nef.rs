//! What is built of NEF objects, and what is said where nothing can be built.

use std::sync::Arc;

use pontine_builder::{BuildOptions, build};
use pontine_core_ir::{
    Config, Connection, Custom, EndObject, Endpoint, Ensemble, EnsembleId, Function, Model,
    Network, Node, NodeId, Population, Probe, ProbeTarget, Samples, SparseMatrix, Spec, Tensor,
    Transform,
    model::{OperatorKind, RecordTarget},
};
use proptest::prelude::*;

#[track_caller]
fn check_error(network: &Network, expected: &str) {
    let faults = build(network, &BuildOptions::default()).unwrap_err().to_string();
    assert_eq!(faults.lines().next(), Some(expected), "{faults}");
}

/// A model that must be whole.
#[track_caller]
fn check_built(network: &Network) -> Model {
    network.validate().unwrap();
    let model = build(network, &BuildOptions::default()).unwrap();
    model.validate().unwrap();
    model
}

fn with_ensemble(set: impl FnOnce(&mut Ensemble)) -> (Network, EnsembleId) {
    let mut network = Network::new("");
    let mut ensemble = Ensemble::new(10, 2).labelled("a");
    set(&mut ensemble);
    let id = network.add(ensemble);
    (network, id)
}

fn with_node(node: Node) -> (Network, NodeId) {
    let mut network = Network::new("");
    let id = network.add(node.labelled("n"));
    (network, id)
}

#[test]
fn a_neuron_type_is_known_with_its_parameters() {
    let check = |spec: Spec, expected| {
        check_error(&with_ensemble(|a| a.options.neuron_type = Some(spec)).0, expected);
    };
    check(
        Spec::new("LIFRates"),
        "`Ensemble:a`: no mechanism is called `LIFRates`; did you mean `LIFRate`?",
    );
    check(
        Spec::new("LIF").with("tau_rcc", 0.01),
        "`Ensemble:a`: `LIF` has no parameter `tau_rcc`; did you mean `tau_rc`?",
    );
    check(
        Spec::new("LIF").with("tau_rc", "slow"),
        "`Ensemble:a`: `LIF`: `tau_rc` is \"slow\", but must be a finite number",
    );
    check(
        Spec::new("SpikeSourceArray"),
        "`Ensemble:a`: `SpikeSourceArray` has no known rates, so it cannot be a neuron type",
    );
}

#[test]
fn neuron_types_need_a_base_and_states_that_they_have() {
    let check = |spec: Spec, expected| {
        check_error(&with_ensemble(|a| a.options.neuron_type = Some(spec)).0, expected);
    };
    check(Spec::new("PoissonSpiking"), "`Ensemble:a`: `PoissonSpiking` needs a parameter `base`");
    check(
        Spec::new("RegularSpiking").with("base", Spec::new("LIF")),
        "`Ensemble:a`: `RegularSpiking` needs a rate as its base, not `LIF`",
    );
    check(
        Spec::new("LIF").with("initial_adaptation", 1.0),
        "`Ensemble:a`: `initial_adaptation` names no state of its neurons",
    );
}

#[test]
fn what_has_no_neurons_has_no_probe_of_them() {
    let (mut network, a) = with_ensemble(|a| a.options.neuron_type = Some(Spec::new("Direct")));
    network.add(Probe::new(ProbeTarget::Neurons(a)));
    check_error(&network, "`Ensemble:a`: its neuron type is `Direct`, so it has no neurons");
}

#[test]
fn weights_lead_to_ensembles_and_convolutions_do_not_stand_behind_decoders() {
    let check = |set: &dyn Fn(&mut Connection), expected| {
        let (mut network, a) = with_ensemble(|_| {});
        let n = network.add(Node::passthrough(2).labelled("n"));
        let mut connection = Connection::new(a, n).labelled("c");
        set(&mut connection);
        network.add(connection);
        check_error(&network, expected);
    };
    check(
        &|c| c.options.solver = Some(Spec::new("LstsqL2").with("weights", true)),
        "`Connection:c`: a solver with `weights` leads from an ensemble to an ensemble only",
    );
    check(
        &|c| {
            let matrix = SparseMatrix { rows: 2, columns: 2, entries: [(0, 1, 1.0)].into() };
            c.transform = Transform::Sparse(matrix);
        },
        "`Connection:c`: a sparse transform or a convolution cannot stand behind decoders",
    );
}

#[test]
fn processes_must_fit_their_node_and_the_time_step() {
    let check = |spec: Spec, expected| check_error(&with_node(Node::process(spec, 2)).0, expected);
    check(
        Spec::new("PresentInput")
            .with("inputs", vec![1.0, 2.0, 3.0])
            .with("presentation_time", 0.1),
        "`Node:n`: `PresentInput` holds 3 numbers, which are no rows of 2 elements",
    );
    check(
        Spec::new("WhiteSignal").with("period", 1.0).with("high", 600.0),
        "`Node:n`: `WhiteSignal`: high is 600, but must be at most 500 Hz, half of 1/dt",
    );
    check(
        Spec::new("WhiteNoize"),
        "`Node:n`: no process is called `WhiteNoize`; did you mean `WhiteNoise`?",
    );
}

#[test]
fn a_list_of_time_constants_has_one_for_each_element() {
    let (mut network, n) = with_node(Node::passthrough(3));
    let mut connection = Connection::new(n, n).labelled("c");
    connection.options.synapse = Some(Some(Spec::new("Lowpass").with("tau", vec![0.01, 0.02])));
    network.add(connection);
    check_error(&network, "`Connection:c`: the synapse's `tau` has shape [2], but [3] is needed");
}

#[test]
fn rates_beyond_refractoriness_are_refused() {
    let (network, _) = with_ensemble(|a| {
        a.options.max_rates = Some(Samples::Array(Tensor::filled(&[10], 600.0)));
    });
    check_error(
        &network,
        "`Ensemble:a`: max rate 600 Hz of neuron 0 is not below the limit of 500 Hz",
    );
}

#[test]
fn an_ensemble_that_failed_is_one_fault_whatever_leads_to_it() {
    let (mut network, a) = with_ensemble(|a| a.options.radius = Some(0.0));
    let connection = network.add(Connection::new(a, a).labelled("aa"));
    network.add(Probe::new(ProbeTarget::Weights(connection)));
    let faults = build(&network, &BuildOptions::default()).unwrap_err().to_string();
    assert_eq!(faults, "`Ensemble:a`: the radius is 0, but must be finite and at least 1e-10");
}

#[test]
fn silent_neurons_cannot_be_decoded() {
    let (mut network, a) = with_ensemble(|a| {
        a.options.gain = Some(Samples::Array(Tensor::filled(&[10], 1.0)));
        a.options.bias = Some(Samples::Array(Tensor::filled(&[10], -9.0)));
    });
    network.add(Probe::new(ProbeTarget::Decoded(a)).labelled("p"));
    check_error(
        &network,
        "`Probe:p`: could not solve for decoders: \
         all 10 neurons are silent at all 1000 evaluation points",
    );
}

#[test]
fn synapses_solvers_states_and_samples_are_checked() {
    let check = |set: &dyn Fn(&mut Connection, &mut Probe), expected| {
        let (mut network, a) = with_ensemble(|_| ());
        let mut connection = Connection::new(a, a).labelled("c");
        let mut probe = Probe::new(ProbeTarget::Neurons(a)).labelled("p");
        set(&mut connection, &mut probe);
        network.add(connection);
        network.add(probe);
        check_error(&network, expected);
    };
    check(
        &|c, _| c.options.synapse = Some(Some(Spec::new("Lowpas").with("tau", 0.1))),
        "`Connection:c`: no synapse is called `Lowpas`; did you mean `Lowpass`?",
    );
    check(
        &|c, _| c.options.synapse = Some(Some(Spec::new("Lowpass").with("tau", -0.1))),
        "`Connection:c`: `Lowpass`: `tau` is -0.1, but must be finite and not negative",
    );
    check(
        &|c, _| c.options.solver = Some(Spec::new("LstsqL2").with("reg", -1.0)),
        "`Connection:c`: could not solve for decoders: \
         `LstsqL2`: `reg` is -1.0, but must be finite and not negative",
    );
    check(
        &|_, p| {
            let ProbeTarget::Neurons(a) = p.target else { return };
            p.target = ProbeTarget::NeuronState(a, "voltag".into());
        },
        "`Probe:p`: `LIF` has no state `voltag`; did you mean `voltage`?",
    );
    check(
        &|_, p| p.sample_every = Some(1e-4),
        "`Probe:p`: samples every 0.0001 s are closer than steps of 0.001 s",
    );
}

#[test]
fn what_is_imported_must_fit() {
    let (mut network, a) = with_ensemble(|_| ());
    network.add(Connection::new(a, a).labelled("c"));
    let import = |network: &Network, name: &str, shape: &[usize]| {
        let mut network = network.clone();
        network.imported.insert(name.into(), Arc::new(Tensor::filled(shape, 0.5)));
        network
    };
    check_error(
        &import(&network, "Ensemble:a.voltage", &[9]),
        "`Ensemble:a`: the imported `voltage` has shape [9], but [10] is needed",
    );
    check_error(
        &import(&network, "Connection:c.decoders", &[2, 10]),
        "`Connection:c`: the imported `decoders` has shape [2, 10], but [10, 2] is needed",
    );
    let model = check_built(&import(&network, "Connection:c.decoders", &[10, 2]));
    assert_eq!(model.built["Connection:c.weights"], Tensor::filled(&[2, 10], 0.5));
    assert!(!model.built.contains_key("Connection:c.rmses"));
}

#[test]
fn functions_need_what_they_take() {
    let (mut network, n) = with_node(Node::constant(vec![1.0]));
    let mut table = Connection::new(n, n).labelled("c");
    table.function = Some(Function::Table(Tensor::filled(&[3, 1], 1.0)));
    network.add(table);
    check_error(
        &network,
        "`Connection:c`: a table is known at evaluation points only, so it needs an ensemble to \
         decode from",
    );
    let native = Function::native("f", 1, 1, |_, _| ());
    check_error(
        &with_node(Node::function(native, 2)).0,
        "`Node:n`: the function's argument has shape [1], but [3] is needed",
    );
    let other = Function::of_vector("x[0]", 2).unwrap();
    check_error(
        &with_node(Node::function(other, 1)).0,
        "`Node:n`: its function may take `t` of 1 and then `x` of 1 dimensions only",
    );
    check_error(
        &with_node(Node::passthrough(0)).0,
        "`Node:n`: a node that passes its input on needs at least one dimension",
    );
}

#[test]
fn a_function_that_is_not_finite_names_the_point() {
    let (mut network, a) = with_ensemble(|a| {
        a.options.eval_points =
            Some(Samples::Array(Tensor::new(&[2, 2], vec![1.0, 1.0, 0.0, 1.0]).unwrap()));
    });
    let mut connection = Connection::new(a, Endpoint::sliced(a, &[0])).labelled("c");
    connection.function = Some(Function::of_vector("1 / x[0]", 2).unwrap());
    network.add(connection);
    check_error(&network, "`Connection:c`: its function is not finite at evaluation point [0, 1]");
}

#[test]
fn every_end_can_be_joined_to_every_other() {
    let mut network = Network::new("");
    let a = network.add(Ensemble::new(4, 4));
    let node = network.add(Node::passthrough(4));
    let sink = network.add(Node::passthrough(4));
    let cells = network.add(Population::new("IF_curr_exp", 4).unwrap());
    let port = |port: &str| EndObject::Population { population: cells, port: port.into() };
    let pre: [Endpoint; 5] = [
        a.into(),
        EndObject::Neurons(a).into(),
        node.into(),
        port("spikes").into(),
        port("v").into(),
    ];
    let post: [Endpoint; 4] =
        [a.into(), EndObject::Neurons(a).into(), sink.into(), port("i_inj").into()];
    for pre in &pre {
        for post in &post {
            network.add(Connection::new(pre.clone(), post.clone()));
            for (shape, n) in [(&[][..], 1), (&[2], 2), (&[2, 2], 4)] {
                let sliced = |end: &Endpoint| Endpoint::sliced(end.clone(), &[3, 1]);
                let mut connection = Connection::new(sliced(pre), sliced(post));
                connection.transform = Transform::Dense(Tensor::new(shape, vec![0.5; n]).unwrap());
                network.add(connection);
            }
        }
    }
    let model = check_built(&network);
    let (_, neurons) = model.neurons("Ensemble#1").unwrap();
    assert!(neurons.inputs[0].is_some());
}

#[test]
fn weights_are_the_transform_of_the_decoders() {
    let (mut network, a) = with_ensemble(|_| ());
    let mut connection = Connection::new(a, a).labelled("c");
    connection.transform =
        Transform::Dense(Tensor::new(&[2, 2], vec![0.0, 2.0, -1.0, 0.0]).unwrap());
    network.add(connection);
    let model = check_built(&network);
    let (decoders, weights) =
        (model.built["Connection:c.decoders"].data(), model.built["Connection:c.weights"].data());
    for i in 0..10 {
        assert_eq!(weights[i], 2.0 * decoders[2 * i + 1]);
        assert_eq!(weights[10 + i], -decoders[2 * i]);
    }
}

#[test]
fn spikes_are_recorded_as_spikes_unless_something_is_done_to_them() {
    let (mut network, a) = with_ensemble(|_| ());
    network.add(Probe::new(ProbeTarget::Neurons(a)));
    let mut sampled = Probe::new(ProbeTarget::Neurons(a));
    sampled.sample_every = Some(0.01);
    network.add(sampled);
    network.root_mut().config.probe_synapse = None;
    let model = check_built(&network);
    let records: Vec<_> = model.records.iter().map(|(_, r)| (r.target, r.every)).collect();
    assert!(matches!(records[0], (RecordTarget::Events(_), 1.0)));
    assert!(matches!(records[1], (RecordTarget::Signal(_), 10.0)));
}

#[test]
fn samples_are_as_far_apart_as_the_network_says() {
    let (mut network, a) = with_ensemble(|_| ());
    network.root_mut().config = Config::default().probe_sample_every(0.01);
    network.add(Probe::new(ProbeTarget::Neurons(a)));
    network.add(Probe::new(ProbeTarget::Neurons(a)).sample_every(0.002));
    let model = check_built(&network);
    let records: Vec<_> = model.records.iter().map(|(_, r)| (r.target, r.every)).collect();
    assert!(matches!(records[0], (RecordTarget::Signal(_), 10.0)));
    assert!(matches!(records[1], (RecordTarget::Signal(_), 2.0)));
}

#[test]
fn a_states_filter_reads_a_copy_of_it() {
    let (mut network, a) = with_ensemble(|_| ());
    network.root_mut().config.probe_synapse = Some(Some(Spec::new("Lowpass").with("tau", 0.01)));
    for _ in 0..2 {
        network.add(Probe::new(ProbeTarget::NeuronState(a, "voltage".into())));
    }
    let model = check_built(&network);
    let (_, neurons) = model.neurons("Ensemble:a").unwrap();
    assert_eq!(neurons.exposed.len(), 1);
    let filters =
        model.operators.iter().filter(|(_, op)| matches!(op.kind, OperatorKind::Filter(_)));
    assert_eq!(filters.count(), 2);
}

#[test]
fn an_unknown_custom_object_is_named() {
    let mut network = Network::new("");
    network.add(Custom::new(Spec::new("Sponge"), 1, 1).labelled("s"));
    check_error(&network, "`Custom:s`: no custom object is called `Sponge`");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// Seeds decide; a probe more or less, or labels, do not.
    #[test]
    fn an_ensemble_depends_on_its_seed_alone(seed: u32, n in 1usize..20, d in 1usize..4) {
        let built = |label: &str, probes: usize| {
            let mut network = Network::new("");
            let a = network.add(Ensemble::new(n, d).labelled(label).seeded(seed));
            for _ in 0..probes {
                network.add(Probe::new(ProbeTarget::Input(a)));
            }
            let model = check_built(&network);
            let bias = model.built[&format!("Ensemble:{label}.bias")].clone();
            (bias, model.built[&format!("Ensemble:{label}.eval_points")].clone())
        };
        prop_assert_eq!(built("a", 0), built("b", 2));
    }

    /// Decoders reproduce what they were solved for.
    #[test]
    fn decoded_points_are_near(seed: u32, radius in 0.1..10.0f64) {
        let (mut network, a) = with_ensemble(|a| {
            *a = Ensemble::new(100, 1).labelled("a").seeded(seed);
            a.options.radius = Some(radius);
        });
        network.add(Connection::new(a, a).labelled("c"));
        let rmse = check_built(&network).built["Connection:c.rmses"].data()[0];
        prop_assert!(rmse < 0.05 * radius, "{rmse}");
    }
}

#[test]
fn learning_rules_say_what_they_need() {
    let check = |pre: fn(EnsembleId) -> Endpoint, rule: Spec, expected| {
        let (mut network, a) = with_ensemble(|_| ());
        network.add(Connection::new(pre(a), a).labelled("c").learning_by(rule));
        check_error(&network, expected);
    };
    check(
        |a| a.into(),
        Spec::new("PESS"),
        "`Connection:c`: no learning rule is called `PESS`; did you mean `PES`?",
    );
    check(
        |a| a.into(),
        Spec::new("PES").with("learning_rate", -1.0),
        "`Connection:c.PES`: `PES`: `learning_rate` is -1.0, but must be finite and not negative",
    );
    check(
        |a| a.into(),
        Spec::new("PES").with("rate", 0.0),
        "`Connection:c.PES`: `PES` has no parameter `rate`",
    );
    check(
        |a| a.into(),
        Spec::new("BCM").with("pre_synapse", "slow"),
        "`Connection:c.BCM`: it needs weights between single neurons: join `neurons` of ensembles, or use a solver with `weights`",
    );
    check(
        |a| Endpoint::sliced(EndObject::Neurons(a), &[0, 1]),
        Spec::new("PES"),
        "`Connection:c.PES`: it needs a connection with a matrix of weights",
    );
}

#[test]
fn encoders_learn_where_a_vector_arrives() {
    let (mut network, a) = with_ensemble(|_| ());
    let connection = Connection::new(EndObject::Neurons(a), EndObject::Neurons(a));
    network.add(connection.labelled("c").learning_by(Spec::new("Voja")));
    let expected =
        "`Connection:c.Voja`: encoders learn from connections to the vector of an ensemble only";
    check_error(&network, expected);
}

#[test]
fn signals_of_rules_are_probed_by_name() {
    let (mut network, a) = with_ensemble(|_| ());
    let rules = Connection::new(a, a).labelled("c").learning_by(Spec::new("PES"));
    let connection = network.add(rules.learning_by(Spec::new("PES")));
    assert_eq!(network.rule_names(connection), ["PES", "PES#2"]);
    let probe = |signal: &str| {
        let target = ProbeTarget::Rule { connection, rule: 1, signal: signal.into() };
        Probe::new(target).labelled(signal)
    };
    network.add(probe("error"));
    let model = check_built(&network);
    assert!(model.signal("Connection:c.PES#2.input").is_some());
    network.add(probe("delta"));
    let model = check_built(&network);
    assert_eq!(model.signals[model.signal("Connection:c.PES#2.delta").unwrap()].len(), 20);
    network.add(probe("deltas"));
    let expected = "`Connection:c`: its learning rule has no signal `deltas`, but activities, \
                    delta, error, input";
    check_error(&network, expected);
}
