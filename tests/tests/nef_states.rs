//! Networks of the NEF that draw and learn while they run: the same bits for any number of threads, split
//! runs and restored states, and other draws after a reset with another seed.

use pontine_backend_ref::{Reference, ReferenceSplit};
use pontine_core_ir::{
    Connection, Ensemble, Network, Node, Probe, ProbeTarget, Recording, Spec,
    port::{Backend, CompileOptions, Simulation, Unattended},
};
use pontine_nef::names::{gaussian, lif_rate, pes, uniform, voja, white_noise, white_signal};
use pontine_road::{BuildOptions, Prepared, Road};

/// Noise of all kinds, random spikes, code of the host, and two rules.
fn network() -> Network {
    let mut net = Network::new("");
    let signal = net.add(Node::process(white_signal(0.5, 8.0, 0.5), 2).labelled("signal"));
    let clock = net.add(Node::of_time(|t| [(9.0 * t).sin(), (9.0 * t).cos()]).labelled("clock"));
    let filtered =
        Spec::new("FilteredNoise").with("synapse", Spec::new("Alpha").with("tau", 0.004));
    let own = net.add(Node::process(filtered.clone().with("seed", 5.0), 2).labelled("own seed"));
    let wrapped = |kind: &str| Spec::new(kind).with("base", lif_rate(0.02, 0.002));
    let a = Ensemble::new(30, 2).neuron_type(wrapped("StochasticSpiking")).labelled("a");
    let b = Ensemble::new(30, 2).neuron_type(wrapped("PoissonSpiking")).labelled("b");
    let c = Ensemble::new(30, 2).noise(white_noise(gaussian(0.0, 0.02))).labelled("c");
    let c = c.intercepts(uniform(-0.5, 0.5));
    let (a, b, c) = (net.add(a), net.add(b), net.add(c));
    net.add(Connection::new(signal, a));
    net.add(Connection::new(clock, a).synapse(Spec::new("Triangle").with("t", 0.006)));
    net.add(Connection::new(own, b).transform(0.1));
    let learned = net.add(Connection::new(a, b).learning_by(pes(1e-3)).labelled("learned"));
    net.add(Connection::new(b, learned.rule(0)));
    net.add(Connection::new(a, learned.rule(0)).transform(-0.5));
    net.add(Connection::new(a, c).learning_by(voja(0.05)).labelled("voja"));
    for (label, target) in [
        ("b", ProbeTarget::Neurons(b)),
        ("c", ProbeTarget::Neurons(c)),
        ("own", ProbeTarget::Node(own)),
        ("signal", ProbeTarget::Node(signal)),
        ("weights", ProbeTarget::Weights(learned)),
        ("encoders", ProbeTarget::ScaledEncoders(c)),
    ] {
        net.add(Probe::new(target).labelled(label));
    }
    net
}

fn prepared(threads: usize) -> Prepared {
    let split = ReferenceSplit { cells_per_thread: 1 };
    let backend: &dyn Backend = if threads > 1 { &split } else { &Reference };
    let build = BuildOptions { dt: 1e-3, seed: 3 };
    let compile = CompileOptions { threads, ..CompileOptions::default() };
    Road::new(backend).options(build, compile).build(&network()).unwrap()
}

fn run(prepared: &mut Prepared, n_steps: u64) -> Recording {
    prepared.run_steps(n_steps, &mut Unattended).unwrap()
}

fn state(simulation: &mut dyn Simulation) -> Vec<u8> {
    simulation.as_snapshot().unwrap().save()
}

/// Saved by one number of threads, and gone on from by another.
#[test]
fn who_goes_on_from_a_state_never_stopped() {
    for (from, to, before, after, seed) in [
        (1, 1, 20, 17, None),
        (1, 3, 1, 30, None),
        (2, 1, 37, 8, Some(77)),
        (3, 2, 12, 25, Some(78)),
    ] {
        let (mut whole, mut other) = (prepared(from), prepared(to));
        if seed.is_some() {
            whole.simulation.reset(seed).unwrap();
        }
        run(&mut whole, before);
        run(&mut other, 13);
        let saved = state(&mut *whole.simulation);
        other.simulation.as_snapshot().unwrap().restore(&saved).unwrap();
        let expected = run(&mut whole, after);
        run(&mut other, after / 2);
        run(&mut other, after - after / 2);
        assert!(state(&mut *other.simulation) == state(&mut *whole.simulation), "{from} to {to}");
        other.simulation.as_snapshot().unwrap().restore(&saved).unwrap();
        assert_eq!(run(&mut other, after), expected, "{from} to {to}");
    }
}

#[test]
fn a_reset_repeats_and_another_seed_draws_anew() {
    let mut prepared = prepared(1);
    let first = run(&mut prepared, 60);
    prepared.simulation.reset(None).unwrap();
    assert_eq!(run(&mut prepared, 60), first);
    prepared.simulation.reset(Some(4)).unwrap();
    let other = run(&mut prepared, 60);
    for (path, differs) in
        [("Probe:b", true), ("Probe:c", true), ("Probe:signal", true), ("Probe:own", false)]
    {
        assert_eq!(other.series[path] != first.series[path], differs, "{path}");
    }
    prepared.simulation.reset(Some(3)).unwrap();
    assert_eq!(run(&mut prepared, 60), first);
}
