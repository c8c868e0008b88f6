//! Merged operators: threads, parts of a run and restored states change no bit, and what a merged
//! model has saved another goes on from that is not merged.

use pontine_backend_ref::{Reference, ReferenceSplit};
use pontine_conformance::{
    Equality as Near,
    bench::{Trace, finish},
    strategy,
};
use pontine_core_ir::{
    Connection, Ensemble, Model, Network, Node, Probe, Spec, SubnetworkId,
    port::{Backend, CompileOptions, Simulation, Unattended},
};
use pontine_nef::networks::{
    BasalGanglia, CircularConvolution, EnsembleArray, EnsembleArrayOptions, Thalamus,
};
use pontine_road::Road;
use proptest::prelude::*;

use super::{built, parse, run as apply};

fn compile(model: &Model, threads: usize) -> Box<dyn Simulation> {
    let options = CompileOptions { threads, ..CompileOptions::default() };
    ReferenceSplit { cells_per_thread: 1 }.compile(model, &options).unwrap()
}

fn run(model: &Model, simulation: &mut dyn Simulation, parts: &[u64]) -> Trace {
    for part in parts {
        simulation.run_steps(*part, &mut Unattended).unwrap();
    }
    finish(model, simulation).unwrap()
}

fn check(model: &Model, [before, after]: [u64; 2], threads: usize) -> Result<(), String> {
    let (merged, _) = apply(&parse("merge-ops"), model)?;
    let mut whole = compile(&merged, 1);
    run(&merged, &mut *whole, &[before]);
    // Random models have no hosts, so that they have states.
    let state = whole.as_snapshot().unwrap().save();
    let expected = run(&merged, &mut *whole, &[after]);
    let restored = |model: &Model, threads| {
        let mut other = compile(model, threads);
        run(model, &mut *other, &[7]);
        other.as_snapshot().unwrap().restore(&state).unwrap();
        run(model, &mut *other, &[after])
    };
    let same = |what: &str, found: &Trace| {
        Near::Bits.check(found, &expected).map_err(|message| format!("{what}: {message}"))
    };
    same("restored", &restored(&merged, threads))?;
    let mut parts = compile(&merged, threads);
    run(&merged, &mut *parts, &[before]);
    same("threads", &run(&merged, &mut *parts, &[after / 2, after - after / 2]))?;
    Near::Within(1e-9).check(&restored(model, 1), &expected)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn merged_models_go_on_with_the_same_bits(
        model in strategy::model(), steps in [0u64..40, 2..40], threads in 1usize..4,
    ) {
        check(&model, steps, threads).map_err(TestCaseError::fail)?;
    }

    #[test]
    fn merged_networks_go_on_with_the_same_bits(
        plan in strategy::network(), steps in [0u64..40, 2..40], threads in 1usize..4,
    ) {
        let model = built(&plan).map_err(TestCaseError::fail)?;
        check(&model, steps, threads).map_err(TestCaseError::fail)?;
    }
}

#[test]
fn populations_stay_apart_for_threads() {
    let model = Model::parse(
        "model dt=0.001 seed=0 \"\"
         signal %0 \"spikes\" events [1] amplitude=1.0
         signal %1 \"a\" dense [1] temporary = [0.0]
         signal %2 \"b\" dense [1] temporary = [0.0]
         operator \"list\" 0 spike_list %0 [[1]]
         operator \"a\" 0 reset %1 0.0
         operator \"b\" 0 reset %2 0.0
         operator \"p\" 0 deliver %0 -> %1 list [[0, 0]] weight=1.0 delay=1.0
         operator \"q\" 0 deliver %0 -> %2 list [[0, 0]] weight=1.0 delay=1.0",
    )
    .unwrap();
    let (merged, _) = apply(&parse("merge-ops"), &model).unwrap();
    assert_eq!(merged.schedule().unwrap().parts.len(), model.schedule().unwrap().parts.len());
}

/// Nengo's optimiser leaves so many operators of its four examples.
#[track_caller]
fn check_scheduled(nengo: usize, make: impl Fn(&mut Network)) {
    let mut network = Network::new("");
    make(&mut network);
    for pipeline in ["nengo-compat", "fast"] {
        let road = Road::new(&Reference).pipeline(parse(pipeline));
        let (model, ..) = road.model(&network).unwrap();
        let n = model.n_scheduled();
        assert!(n <= nengo, "{n} with {pipeline}, {nengo} in Nengo");
    }
}

const ROOT: SubnetworkId = SubnetworkId::ROOT;

#[test]
fn an_array_to_an_array_has_no_more_operators_than_in_nengo() {
    check_scheduled(21, |network| {
        let [first, second] = [(); 2].map(|()| {
            EnsembleArray::add(network, ROOT, (10, 16), EnsembleArrayOptions::default()).unwrap()
        });
        network.add(Connection::new(first.output, second.input));
        network.add(Probe::new(second.output).synapse(0.01));
    });
}

#[test]
fn a_circular_convolution_has_no_more_operators_than_in_nengo() {
    check_scheduled(42, |network| {
        let [a, b] = [(); 2].map(|()| network.add(Node::of_time(|t| [t.sin(); 8])));
        let made = CircularConvolution::add(network, ROOT, (10, 8), (false, false), 1.0).unwrap();
        network.add(Connection::new(a, made.input_a));
        network.add(Connection::new(b, made.input_b));
        network.add(Probe::new(made.output).synapse(0.01));
    });
}

#[test]
fn basal_ganglia_have_no_more_operators_than_in_nengo() {
    check_scheduled(76, |network| {
        let input = network.add(Node::of_time(|t| [t.sin(); 5]));
        let ganglia = BasalGanglia::add(network, ROOT, (10, 5)).unwrap();
        let thalamus = Thalamus::add(network, ROOT, (10, 5), 1.0, 0.0).unwrap();
        network.add(Connection::new(input, ganglia.input));
        network.add(Connection::new(ganglia.output, thalamus.input));
        network.add(Probe::new(thalamus.output).synapse(0.01));
    });
}

#[test]
fn a_loop_that_learns_has_no_more_operators_than_in_nengo() {
    check_scheduled(26, |network| {
        let input = network.add(Node::of_time(|t| [t.sin()]));
        let [pre, post, error] = [(); 3].map(|()| network.add(Ensemble::new(10, 1)));
        network.add(Connection::new(input, pre));
        let rule = Spec::new("PES");
        let learns = network.add(Connection::new(pre, post).learning_by(rule));
        network.add(Connection::new(post, error));
        network.add(Connection::new(input, error).transform(-1.0));
        network.add(Connection::new(error, learns.rule(0)));
        network.add(Probe::new(post).synapse(0.01));
    });
}
