//! What Nengo refuses is refused here, at the same moment and with the object's name: what is wrong with
//! a description before anything is built, what is found out while building then, and the rest at the
//! step that fails. What cannot be written in Rust's types is not here.

use pontine_backend_ref::Reference;
use pontine_core_ir::{
    Connection, Ensemble, EnsembleId, Function, Network, Node, NodeId, Probe, ProbeTarget, Spec,
    Synapse, Tensor, Transform,
    network::{Convolution, Padding},
    port::{CompileOptions, Unattended},
};
use pontine_nef::names::{direct, gaussian, pes, uniform, voja, white_signal};
use pontine_road::{Road, RoadError};

/// When something is refused.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Moment {
    /// When the description is looked at, which is when Nengo makes the object.
    Construction,
    Build,
    Run,
}
use Moment::{Build, Construction, Run};

/// An ensemble of 10 neurons and two dimensions, and a node of two.
fn check(moment: Moment, message: &str, make: impl FnOnce(&mut Network, EnsembleId, NodeId)) {
    let mut net = Network::new("");
    let a = net.add(Ensemble::new(10, 2).labelled("a"));
    let n = net.add(Node::passthrough(2).labelled("n"));
    make(&mut net, a, n);
    let (found, error) = match Road::new(&Reference).build(&net) {
        Err(error @ RoadError::Network(_)) => (Construction, error),
        Err(error) => (Build, error),
        Ok(mut prepared) => match prepared.run_steps(5, &mut Unattended) {
            Err(error) => (Run, error),
            Ok(_) => panic!("nothing refuses what should be `{message}`"),
        },
    };
    let text = error.to_string();
    assert!(text.lines().any(|line| line.contains(message)), "{text}\n  is not\n{message}");
    assert_eq!(found, moment, "{message}");
}

fn ensemble(moment: Moment, message: &str, set: impl FnOnce(Ensemble) -> Ensemble) {
    check(moment, message, |net, _, _| {
        net.add(set(Ensemble::new(10, 2).labelled("b")));
    });
}

fn connection(moment: Moment, message: &str, make: impl FnOnce(EnsembleId, NodeId) -> Connection) {
    check(moment, message, |net, a, n| {
        net.add(make(a, n).labelled("c"));
    });
}

#[test]
fn ensembles() {
    check(Construction, "`Ensemble:b`: n_neurons must be at least 1", |net, _, _| {
        net.add(Ensemble::new(0, 1).labelled("b"));
    });
    check(Construction, "`Ensemble:b`: dimensions must be at least 1", |net, _, _| {
        net.add(Ensemble::new(1, 0).labelled("b"));
    });
    let radius = "`Ensemble:b`: the radius is 0, but must be finite and at least 1e-10";
    ensemble(Construction, radius, |b| b.radius(0.0));
    let encoders = "`Ensemble:b`: the array of encoders has shape [2, 2], but [10, 2] is needed";
    ensemble(Construction, encoders, |b| b.encoders([[1.0, 0.0], [0.0, 1.0]]));
    let rates = "`Ensemble:b`: the array of max rates has shape [3], but [10] is needed";
    ensemble(Construction, rates, |b| b.max_rates(vec![100.0; 3]));
    let intercepts = "`Ensemble:b`: the array of intercepts has shape [3], but [10] is needed";
    ensemble(Construction, intercepts, |b| b.intercepts(vec![0.0; 3]));
    let points =
        "`Ensemble:b`: the array of evaluation points has shape [1, 3], but [1, 2] is needed";
    ensemble(Construction, points, |b| b.eval_points([[1.0, 0.0, 0.0]]));
    let none = "`Ensemble:b`: the number of evaluation points is 0, but must be at least 1";
    ensemble(Construction, none, |b| b.n_eval_points(0));
    let alone = "`Ensemble:b`: gain and bias must be given together";
    ensemble(Construction, alone, |b| b.gain(vec![1.0; 10]));
    let fast = "`Ensemble:b`: max rate 600 Hz of neuron 0 is not below the limit of 500 Hz";
    ensemble(Build, fast, |b| b.max_rates(vec![600.0; 10]));
    ensemble(Build, "`Ensemble:b`: neuron 0 (max rate 300 Hz, intercept 1", |b| {
        b.max_rates(vec![300.0; 10]).intercepts(vec![1.0; 10])
    });
    ensemble(Build, "`Ensemble:b`: encoder 0 has length 0", |b| b.encoders([[0.0; 2]; 10]));
    ensemble(Construction, "`Ensemble:b`: no mechanism is called `LEAKY`", |b| {
        b.neuron_type("LEAKY")
    });
    let above = "`Ensemble:b`: `LIF`: `min_voltage` is 0.5, but must be at most 0";
    ensemble(Construction, above, |b| b.neuron_type(Spec::new("LIF").with("min_voltage", 0.5)));
    let slow = "`Ensemble:b`: `LIFRate`: `tau_rc` is 0.0, but must be more than 0";
    let rate = Spec::new("LIFRate").with("tau_rc", 0.0);
    ensemble(Construction, slow, |b| {
        b.neuron_type(Spec::new("PoissonSpiking").with("base", rate.clone()))
    });
    let noise = "`Ensemble:b`: no process is called `Noise`";
    ensemble(Construction, noise, |b| b.noise("Noise"));
}

#[test]
fn distributions() {
    let of = |moment, spec: Spec, message: &str| ensemble(moment, message, |b| b.intercepts(spec));
    of(Construction, gaussian(0.0, 0.0), "`Ensemble:b`: intercepts: `Gaussian`: `std` is 0.0");
    of(Construction, Spec::new("Exponential").with("scale", 0.0), "`Exponential`: `scale` is 0.0");
    let pdf = Spec::new("PDF").with("x", vec![0.0, 1.0]).with("p", vec![0.5, 0.6]);
    of(Construction, pdf, "`PDF`: `p` is");
    of(Construction, Spec::new("Uniform").with("low", 0.0), "`Uniform` needs a parameter `high`");
    of(Construction, Spec::new("Sphere"), "no distribution");
    let samples = Spec::new("Samples").with("samples", vec![0.0; 3]);
    of(Build, samples, "`Ensemble:b`: ");
}

#[test]
fn nodes() {
    let node = |moment, message: &str, node: Node| {
        check(moment, message, |net, _, _| {
            let node = net.add(node.labelled("b"));
            net.add(Probe::new(node));
        });
    };
    let value = "`Node:b`: its output is inf, but must be finite";
    node(Construction, value, Node::constant(vec![0.0, f64::INFINITY]));
    let native = |size_out| Function::native("f", 3, size_out, |_, y| y.fill(f64::NAN));
    let argument = "`Node:b`: the function's argument has shape [3], but [2] is needed";
    node(Build, argument, Node::function(native(1), 1));
    node(Run, "`Node:b`: the output at step 1 is NaN", {
        Node::function(Function::expression("0 / (t - t)", 0).unwrap(), 0)
    });
    // Of code of the host the cause tells the value.
    node(Run, "`Node:b`: f failed at step 1", Node::function(native(1), 2));
    let inputs = Spec::new("PresentInput").with("inputs", vec![1.0; 3]);
    let rows = "`PresentInput` holds 3 numbers, which are no rows of 2 elements";
    node(Build, rows, Node::process(inputs.with("presentation_time", 1.0), 2));
    let noise = Node { size_in: 1, ..Node::process("FilteredNoise", 1) };
    node(Construction, "`Node:b`: its process takes no input; a synapse would", noise);
    let filter = Node::process(Spec::new("Lowpass").with("tau", 0.1), 1);
    node(Construction, "`Node:b`: a synapse filters its input, so it needs", filter);
    let narrow = Node { size_out: 1, ..Node::filtering(Spec::new("Lowpass").with("tau", 0.1), 2) };
    node(Build, "`Node:b`: what it filters has shape [2], but [1] is needed", narrow);
    let high = "`WhiteSignal`: high is 900, but must be at most 500 Hz";
    node(Build, high, Node::process(white_signal(1.0, 900.0, 0.5), 1));
}

#[test]
fn connections() {
    let size = "`Connection:c`: pre has size 2, but 1 is needed";
    connection(Construction, size, |a, n| Connection::new(a, n.at(&[0])));
    let slice = "`Connection:c`: its slice takes dimension 7 of Ensemble:a, which has 2";
    connection(Construction, slice, |a, n| Connection::new(a.at(&[7]), n));
    let shape = "`Connection:c`: transform has shape [3, 2], but joins 2 to 2 dimensions";
    connection(Construction, shape, |a, n| Connection::new(a, n).transform([[0.0; 2]; 3]));
    let twice = "`Connection:c`: a matrix does not go with a slice that takes a dimension twice";
    connection(Construction, twice, |a, n| {
        Connection::new(a, n.at(&[0, 0])).transform([[0.0; 2]; 2])
    });
    let function = "`Connection:c`: the function's argument has size 1, but 2 is needed";
    connection(Construction, function, |a, n| Connection::new(a, n).computing(|[x]| [x, x]));
    let neurons = "`Connection:c`: a function is of what an ensemble represents or of a node";
    connection(Construction, neurons, |a, n| {
        Connection::new(a.neurons(), n).computing(|_: [f64; 10]| [0.0, 0.0])
    });
    let points = "`Connection:c`: evaluation points are of use only where it leaves an ensemble";
    connection(Construction, points, |a, n| Connection::new(n, a).eval_points(uniform(0.0, 1.0)));
    let table = || Function::Table(Tensor::filled(&[3, 2], 0.0));
    let alone = "`Connection:c`: a table of results needs the points that they belong to";
    connection(Construction, alone, |a, n| Connection::new(a, n).function(table()));
    let rows = "`Connection:c`: the function's table has shape [3, 2], but [2, 2] is needed";
    connection(Construction, rows, |a, n| {
        Connection::new(a, n).function(table()).eval_points([[0.0; 2]; 2])
    });
    check(Construction, "`Connection:c` refers to its pre object", |net, a, n| {
        let learned = net.add(Connection::new(a, n).learning_by(pes(1e-4)));
        net.add(Connection::new(learned.rule(0), n).labelled("c"));
    });
    let infinite = "`Connection:c`: its function is not finite at evaluation point";
    connection(Build, infinite, |a, n| Connection::new(a, n).computing(|[x, _]| [x, f64::NAN]));
    let tau = "`Connection:c`: `Lowpass`: `tau` is -1.0, but must be finite and not negative";
    connection(Construction, tau, |a, n| Connection::new(a, n).synapse(-1.0));
    connection(Construction, "`Connection:c`: ", |a, n| Connection::new(a, n).solver("Lstsquares"));
    let weights =
        "`Connection:c`: a solver with `weights` leads from an ensemble to an ensemble only";
    connection(Construction, weights, |a, n| {
        Connection::new(a, n).solver(Spec::new("LstsqL2").with("weights", true))
    });
    check(Build, "`Connection:c`: could not solve for decoders: all 10 neurons", |net, _, n| {
        let silent = Ensemble::new(10, 2).gain(vec![1.0; 10]).bias(vec![-9.0; 10]);
        let silent = net.add(silent);
        net.add(Connection::new(silent, n).labelled("c"));
    });
    check(Build, "Ensemble:d`: its neuron type is `Direct`, so it has no neurons", |net, _, n| {
        let d = net.add(Ensemble::new(10, 2).neuron_type(direct()).labelled("d"));
        net.add(Connection::new(d.neurons(), n).transform([[0.0; 10]; 2]));
    });
}

#[test]
fn transforms() {
    let mut convolution = Convolution::new(1, &[2], 1);
    convolution.kernel_size = vec![1];
    let behind = "`Connection:c`: a sparse transform or a convolution cannot stand behind decoders";
    connection(Construction, behind, |a, n| Connection::new(a, n).transform(convolution.clone()));
    let transposed =
        Convolution { transposed: true, padding: Padding::Same, ..convolution.clone() };
    let spread = Convolution { spread_to: Some(vec![3]), ..transposed };
    let output = "`Connection:c`: its output shape is none that the convolution would take";
    connection(Construction, output, |_, n| Connection::new(n, n).transform(spread));
    let wrong = Convolution { kernel_size: vec![1, 1], ..convolution };
    let kernel = "`Connection:c`: its convolution needs one size, kernel and stride for each axis";
    connection(Construction, kernel, |_, n| Connection::new(n, n).transform(wrong));
    let drawn = Transform::Drawn { rows: 2, columns: 2, distribution: Spec::new("Even") };
    connection(Construction, "`Connection:c`: ", |_, n| Connection::new(n, n).transform(drawn));
}

#[test]
fn learning_rules() {
    let rule = |message: &str, make: &dyn Fn(EnsembleId, NodeId) -> Connection| {
        connection(Construction, message, make);
    };
    let matrix = "`Connection:c.PES`: it needs a connection with a matrix of weights";
    rule(matrix, &|_, n| Connection::new(n, n).learning_by(pes(1e-4)));
    let between = "`Connection:c.BCM`: it needs weights between single neurons";
    rule(between, &|a, n| Connection::new(a, n).learning_by(Spec::new("BCM")));
    let encoders =
        "`Connection:c.Voja`: encoders learn from connections to the vector of an ensemble";
    rule(encoders, &|a, n| Connection::new(a, n).learning_by(voja(0.1)));
    let rate =
        "`Connection:c.PES`: `PES`: `learning_rate` is -1.0, but must be finite and not negative";
    rule(rate, &|a, n| Connection::new(a, n).learning_by(pes(-1.0)));
    check(
        Construction,
        "`Connection:t`: it leads to a learning rule that takes nothing",
        |net, a, n| {
            let oja =
                Connection::new(a.neurons(), a.neurons()).transform(Tensor::filled(&[10, 10], 0.1));
            let oja = net.add(oja.learning_by(Spec::new("Oja")));
            net.add(Connection::new(n, oja.rule(0)).labelled("t"));
        },
    );
    let name = "`Connection:c`: no learning rule is called `PSE`";
    rule(name, &|a, n| Connection::new(a, n).learning_by(Spec::new("PSE")));
}

#[test]
fn probes() {
    let probe = |moment, message: &str, target: &dyn Fn(EnsembleId) -> Probe| {
        check(moment, message, |net, a, _| {
            net.add(target(a).labelled("p"));
        });
    };
    let every = "`Probe:p`: the time between samples is 0, but must be finite and more than 0 s";
    probe(Construction, every, &|a| Probe::new(a).sample_every(0.0));
    let state = "`Probe:p`: `LIF` has no state `voltages`; did you mean `voltage`?";
    probe(Build, state, &|a| Probe::new(ProbeTarget::NeuronState(a, "voltages".into())));
    check(
        Build,
        "`Connection:c`: nothing is multiplied on it, so it has no weights",
        |net, _, n| {
            let c = net.add(Connection::new(n, n).labelled("c"));
            net.add(Probe::new(ProbeTarget::Weights(c)));
        },
    );
    check(Build, "its learning rule has no signal `deltas`", |net, a, n| {
        let connection = net.add(Connection::new(a, n).learning_by(pes(1e-4)).labelled("c"));
        let signal = "deltas".to_owned();
        net.add(Probe::new(ProbeTarget::Rule { connection, rule: 0, signal }));
    });
    check(Construction, "`Probe:p` refers to its target", |net, _, _| {
        let other = Network::new("").add(Ensemble::new(1, 1));
        let mut gone = Network::new("");
        let id = (0..9).map(|_| gone.add(Ensemble::new(1, 1))).last().unwrap_or(other);
        net.add(Probe::new(id).labelled("p"));
    });
}

#[test]
fn numbers_that_are_none() {
    // Grows without end, and is then taken from itself.
    check(Run, "no number after step", |net, _, n| {
        let kick = net.add(Node::constant(vec![1.0, 1.0]));
        net.add(Connection::new(kick, n).synapse(Synapse::NONE));
        let grown = net.add(Node::passthrough(2).labelled("grown"));
        let delay = Spec::new("Delay").with("delay", 0.001);
        net.add(Connection::new(n, grown).transform(1e300).synapse(delay.clone()));
        let more = net.add(Node::passthrough(2).labelled("more"));
        net.add(Connection::new(grown, more).transform(1e300).synapse(delay));
        let twice = [[1.0, -1.0], [1.0, -1.0]];
        net.add(Connection::new(more, n).transform(twice));
        net.add(Probe::new(n));
    });
}

/// Numbers are looked at every 64 steps, whatever the number of threads.
#[test]
fn threads_tell_the_same_step() {
    let mut net = Network::new("");
    let a = net.add(Ensemble::new(200, 1).labelled("a"));
    let n = net.add(Node::passthrough(1).labelled("n"));
    let burst = |x: f64, y: &mut [f64]| y[0] = if x > 0.02 { 1e308 } else { 0.0 };
    let burst = Node::function(Function::native("burst", 1, 1, move |t, y| burst(t[0], y)), 0);
    let burst = net.add(burst);
    net.add(Connection::new(burst, n).transform(1e10).synapse(Synapse::NONE));
    net.add(Connection::new(burst, n).transform(-1e10).synapse(Synapse::NONE));
    net.add(Connection::new(n, a));
    net.add(Probe::new(a));
    let error = |threads| {
        let options = CompileOptions { threads, ..CompileOptions::default() };
        let road = Road::new(&Reference).options(Default::default(), options);
        let mut prepared = road.build(&net).unwrap();
        prepared.run_steps(500, &mut Unattended).unwrap_err().to_string()
    };
    assert!(error(1).contains("no number after step 64;"), "{}", error(1));
    assert_eq!(error(1), error(2));
}

/// Looked at when an operation without a result is, and told as the cause of such.
#[test]
fn weights_that_grow_beyond_all_numbers_end_a_run() {
    let mut net = Network::new("");
    let a = net.add(Ensemble::new(20, 1).labelled("a"));
    let n = net.add(Node::passthrough(1));
    let c = net.add(Connection::new(a, n).learning_by(pes(1e308)).labelled("c"));
    let error = net.add(Node::constant(vec![-1e6]));
    net.add(Connection::new(error, c.rule(0)));
    net.add(Probe::new(n));
    let mut prepared = Road::new(&Reference).build(&net).unwrap();
    let error = prepared.run_steps(500, &mut Unattended).unwrap_err().to_string();
    assert_eq!(
        error,
        "`Connection:c.weights`: what is learned was not finite after step 64; a smaller learning \
         rate may help"
    );
}

#[test]
fn what_is_hardly_meant_is_warned_of() {
    let mut net = Network::new("");
    let a = Ensemble::new(10, 1).gain(vec![1.0; 10]).bias(vec![2.0; 10]).intercepts(vec![0.0; 10]);
    let a = net.add(a.labelled("a"));
    let n = net.add(Node::passthrough(1));
    let late = Spec::new("Delay").with("delay", 0.0);
    net.add(Connection::new(n, a).synapse(late).labelled("late"));
    net.add(Connection::new(a, n).learning_by(pes(1.0)).labelled("bold"));
    let timid = net.add(Connection::new(a, n).learning_by(pes(0.9)));
    net.add(Connection::new(n, timid.rule(0)));
    net.add(Connection::new(a, n).learning_by(pes(1e300)).labelled("far"));
    let warnings = Road::new(&Reference).build(&net).unwrap().report.warnings;
    let texts: Vec<String> = warnings.iter().map(ToString::to_string).collect();
    assert_eq!(
        texts,
        [
            "`Connection:bold.PES`: a learning rate of 1 is so large that weights are likely to \
             overshoot; it is usually below 1",
            "`Connection:bold.PES`: nothing tells it an error, so nothing is learned",
            "`Connection:far.PES`: a learning rate of 1e300 is so large that weights are likely to \
             overshoot; it is usually below 1",
            "`Connection:far.PES`: nothing tells it an error, so nothing is learned",
            "`Connection:late`: a delay of 0 s is shorter than a step, but takes one",
            "`Ensemble:a`: gain and bias are given, so intercepts are not looked at",
        ]
    );
}

#[test]
fn loops_without_a_synapse_tell_the_way_out() {
    check(Build, "a synapse on one of the connections breaks the loop", |net, _, n| {
        net.add(Connection::new(n, n).synapse(Synapse::NONE));
    });
}

#[test]
fn times_to_run() {
    let mut net = Network::new("");
    net.add(Node::constant(vec![1.0]));
    let mut prepared = Road::new(&Reference).build(&net).unwrap();
    let error = prepared.run(-1.0, &mut Unattended).unwrap_err().to_string();
    assert!(error.contains("the time must be finite and not negative"), "{error}");
}
