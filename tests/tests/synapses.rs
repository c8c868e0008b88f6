//! Synapses that Nengo does not have, run.

use pontine_backend_ref::Reference;
use pontine_core_ir::{
    Connection, Endpoint, Function, Network, Node, Probe, ProbeTarget, Spec, port::Unattended,
};
use pontine_road::{BuildOptions, Road};

/// What arrives at a node behind these synapses of a signal of two elements, step by step.
fn arrived(connections: &[(&[usize], Spec)]) -> Vec<f64> {
    let mut network = Network::new("synapses");
    let signal = Function::expression("sin(40 * t), 1 - t", 0).unwrap();
    let u = network.add(Node::function(signal, 0));
    let y = network.add(Node::passthrough(2).labelled("y"));
    for (slice, synapse) in connections {
        let ends = (Endpoint::sliced(u, slice), Endpoint::sliced(y, slice));
        let mut connection = Connection::new(ends.0, ends.1);
        connection.options.synapse = Some(Some(synapse.clone()));
        network.add(connection);
    }
    network.add(Probe::new(ProbeTarget::Node(y)).labelled("y"));
    let options = BuildOptions { dt: 1e-3, seed: 0 };
    let road = Road::new(&Reference).options(options, Default::default());
    let recording = road.build(&network).unwrap().run_steps(50, &mut Unattended).unwrap();
    recording.samples("Probe:y").unwrap().to_vec()
}

fn lowpass(tau: f64) -> Spec {
    Spec::new("Lowpass").with("tau", tau)
}

#[test]
fn a_list_of_time_constants_is_a_filter_for_each_element() {
    let joined = arrived(&[(&[0, 1], Spec::new("Lowpass").with("tau", vec![0.01, 0.03]))]);
    let apart = arrived(&[(&[0], lowpass(0.01)), (&[1], lowpass(0.03))]);
    assert_eq!(joined.len(), 100);
    for (joined, apart) in joined.iter().zip(&apart) {
        assert!((joined - apart).abs() < 1e-14, "{joined} {apart}");
    }
}

#[test]
fn a_delay_is_as_long_as_it_says_and_at_least_one_step() {
    let of = |delay| arrived(&[(&[0, 1], Spec::new("Delay").with("delay", delay))]);
    let (none, one, five) = (of(0.0), of(0.001), of(0.005));
    assert_eq!(none, one);
    assert_eq!(one, arrived(&[(&[0, 1], lowpass(0.0))]));
    assert_eq!(five[..10], [0.0; 10]);
    assert_eq!(five[10..], one[2..92]);
}
