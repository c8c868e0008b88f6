//! Networks of the NEF that benches build and run; `benches/nengo/networks.py` has the same in Nengo.

use pontine_core_ir::{
    Connection, Ensemble, EnsembleId, Function, Network, Node, Probe, ProbeTarget, Samples, Spec,
    SubnetworkId, Synapse, Tensor, Transform,
    network::{Convolution, EndObject, SparseMatrix},
};
use pontine_nef::networks::{
    BasalGanglia, CircularConvolution, EnsembleArray, EnsembleArrayOptions, Thalamus,
};
use pontine_rng::RandomState;

use crate::acceptance::Error;

const ROOT: SubnetworkId = SubnetworkId::ROOT;

/// The network of a name, to be built with seed 1.
///
/// # Errors
/// If there is none of this name.
pub fn network(name: &str) -> Result<Network, Error> {
    let mut network = Network::new(name);
    let net = &mut network;
    net.root_mut().seed = Some(1);
    match name {
        "channel" => channel(net)?,
        "integrator" => integrator(net, [[1.0, 0.0], [0.0, 1.0]])?,
        "oscillator" => integrator(net, [[1.0, -0.6], [0.6, 1.0]])?,
        "lorenz" => lorenz(net),
        "pes" => pes(net)?,
        "arrays" => arrays(net)?,
        "convolution" => convolution(net)?,
        "ganglia" => ganglia(net, 10)?,
        "ganglia64" => ganglia(net, 64)?,
        "convnet" => convnet(net)?,
        "sparse" => sparse(net),
        "small60" => small(net, 60),
        "small400" => small(net, 400),
        "single2000" => single(net, 2000, 3),
        "single4000" => single(net, 4000, 8),
        "chain100" => chain(net, 100),
        "chain1000" => chain(net, 1000),
        "chain10000" => chain(net, 10_000),
        other => return Err(format!("there is no network `{other}`").into()),
    }
    Ok(network)
}

/// A sine for each dimension, of a frequency of its own.
fn sines(net: &mut Network, d: usize) -> Result<pontine_core_ir::NodeId, Error> {
    let texts: Vec<String> = (1..=d).map(|i| format!("sin({i}.0 * t)")).collect();
    Ok(net.add(Node::function(Function::expression(&texts.join(", "), 0)?, 0)))
}

fn channel(net: &mut Network) -> Result<(), Error> {
    let input = sines(net, 8)?;
    let [a, b] = [(); 2].map(|()| net.add(Ensemble::new(500, 8)));
    net.add(Connection::new(input, a));
    net.add(Connection::new(a, b));
    net.add(Probe::new(b).synapse(0.01));
    Ok(())
}

fn integrator(net: &mut Network, matrix: [[f64; 2]; 2]) -> Result<(), Error> {
    let input = sines(net, 2)?;
    let state = net.add(Ensemble::new(400, 2));
    net.add(Connection::new(input, state).transform(0.1).synapse(0.1));
    net.add(Connection::new(state, state).transform(matrix).synapse(0.1));
    net.add(Probe::new(state).synapse(0.01));
    Ok(())
}

fn lorenz(net: &mut Network) {
    let state = net.add(Ensemble::new(2000, 3).radius(60.0));
    let flow = |[x, y, z]: [f64; 3]| {
        let [dx, dy, dz] = [10.0 * (y - x), -x * z - y, x * y - 8.0 / 3.0 * (z + 28.0)];
        [x + 0.1 * dx, y + 0.1 * dy, z + 0.1 * dz]
    };
    net.add(Connection::new(state, state).computing(flow).synapse(0.1));
    net.add(Probe::new(state).synapse(0.01));
}

fn pes(net: &mut Network) -> Result<(), Error> {
    let input = sines(net, 8)?;
    let [pre, post] = [(); 2].map(|()| net.add(Ensemble::new(2000, 8)));
    let error = net.add(Ensemble::new(500, 8));
    net.add(Connection::new(input, pre));
    let nothing = Function::native("nothing", 8, 8, |_, y| y.fill(0.0));
    let rule = Spec::new("PES").with("learning_rate", 1e-4);
    let learns = net.add(Connection::new(pre, post).function(nothing).learning_by(rule));
    net.add(Connection::new(post, error));
    net.add(Connection::new(input, error).transform(-1.0));
    net.add(Connection::new(error, EndObject::Rule { connection: learns, rule: 0 }));
    net.add(Probe::new(post).synapse(0.01));
    Ok(())
}

fn arrays(net: &mut Network) -> Result<(), Error> {
    let first = EnsembleArray::add(net, ROOT, (50, 512), EnsembleArrayOptions::default())?;
    let second = EnsembleArray::add(net, ROOT, (50, 512), EnsembleArrayOptions::default())?;
    net.add(Connection::new(first.output, second.input));
    net.add(Probe::new(second.output).synapse(0.01));
    Ok(())
}

fn convolution(net: &mut Network) -> Result<(), Error> {
    let [a, b] = [(); 2].map(|()| net.add(Node::constant(vec![1.0 / 12.0; 128])));
    let made = CircularConvolution::add(net, ROOT, (200, 128), (false, false), 1.0)?;
    let result = EnsembleArray::add(net, ROOT, (50, 128), EnsembleArrayOptions::default())?;
    net.add(Connection::new(a, made.input_a));
    net.add(Connection::new(b, made.input_b));
    net.add(Connection::new(made.output, result.input));
    net.add(Probe::new(result.output).synapse(0.01));
    Ok(())
}

fn ganglia(net: &mut Network, d: usize) -> Result<(), Error> {
    let input = sines(net, d)?;
    let ganglia = BasalGanglia::add(net, ROOT, (100, d))?;
    let thalamus = Thalamus::add(net, ROOT, (50, d), 1.0, 0.0)?;
    net.add(Connection::new(input, ganglia.input));
    net.add(Connection::new(ganglia.output, thalamus.input));
    net.add(Probe::new(thalamus.output).synapse(0.01));
    Ok(())
}

/// Three layers of convolutions between spiking neurons, which see five images of 28 by 28 in turn.
fn convnet(net: &mut Network) -> Result<(), Error> {
    let numbers: Vec<f64> = (0..5 * 784).map(|i| f64::from(i * 37 % 101) / 100.0).collect();
    let images = Spec::new("PresentInput").with("inputs", numbers).with("presentation_time", 0.1);
    let input = net.add(Node::process(images, 784));
    let a = layer(net, EndObject::Node(input), [28, 1, 16, 1], 1.0);
    let b = layer(net, EndObject::Neurons(a), [26, 16, 32, 2], 0.02);
    let c = layer(net, EndObject::Neurons(b), [12, 32, 32, 2], 0.01);
    let output = net.add(Node::passthrough(10));
    let numbers: Vec<f64> = (0..8000).map(|i| f64::from(i * 29 % 97) / 97.0 - 0.5).collect();
    let mut read = Connection::new(EndObject::Neurons(c), output).synapse(0.005);
    read.transform = Transform::Dense(Tensor::new(&[10, 800], numbers).ok_or("10 rows of 800")?);
    net.add(read);
    net.add(Probe::new(output).synapse(Synapse::NONE));
    Ok(())
}

/// Neurons behind a convolution of kernels of 3 by 3, drawn between `-scale` and `scale`.
fn layer(
    net: &mut Network,
    pre: EndObject,
    [shape, n_channels, n_filters, stride]: [usize; 4],
    scale: f64,
) -> EnsembleId {
    let mut layer = Convolution::new(n_filters, &[shape, shape], n_channels);
    layer.strides = vec![stride; 2];
    layer.init =
        Samples::Distribution(Spec::new("Uniform").with("low", -scale).with("high", scale));
    let n = layer.size_out();
    let neurons = net.add(Ensemble::new(n, 1).gain(vec![1.0; n]).bias(vec![0.0; n]));
    let mut connection = Connection::new(pre, EndObject::Neurons(neurons)).synapse(0.005);
    connection.transform = Transform::Convolution(layer);
    net.add(connection);
    neurons
}

/// Cells that excite (four of five) and inhibit one another, each joined to a tenth of the others.
fn sparse(net: &mut Network) {
    const N: usize = 4000;
    let mut rng = RandomState::new(5);
    let bias: Vec<f64> = (0..N).map(|_| rng.uniform(1.0, 1.5)).collect();
    let cells = net.add(Ensemble::new(N, 1).gain(vec![1.0; N]).bias(bias));
    let mut entries = Vec::new();
    for row in 0..N {
        for column in 0..N {
            if rng.random_sample() < 0.1 {
                let weight = if column < 3200 { 2e-5 } else { -1e-4 };
                entries.push((row as u32, column as u32, weight));
            }
        }
    }
    let matrix = SparseMatrix { rows: N, columns: N, entries: entries.into() };
    let neurons = || EndObject::Neurons(cells);
    let mut connection = Connection::new(neurons(), neurons()).synapse(0.005);
    connection.transform = Transform::Sparse(matrix);
    net.add(connection);
    net.add(Probe::new(ProbeTarget::Neurons(cells)).at(&[0, 1000, 2000, 3000]).synapse(0.01));
}

/// Ensembles of 50 to 149 neurons and of up to four dimensions, five connections from each.
fn small(net: &mut Network, n: usize) {
    let sizes: Vec<(usize, usize)> = (0..n).map(|i| (50 + i * 37 % 100, 1 + i % 4)).collect();
    let ensembles: Vec<EnsembleId> =
        sizes.iter().map(|&(n, d)| net.add(Ensemble::new(n, d))).collect();
    for (i, &ensemble) in ensembles.iter().enumerate() {
        for k in 1..6 {
            let j = (i * 7 + k * 13) % n;
            let transform = Transform::Dense(Tensor::filled(&[sizes[j].1, sizes[i].1], 0.1));
            let mut connection = Connection::new(ensemble, ensembles[j]).transform(transform);
            if k % 2 == 1 {
                connection = connection.function(square(sizes[i].1));
            }
            net.add(connection);
        }
    }
    net.add(Probe::new(ensembles[0]).synapse(0.01));
}

fn square(d: usize) -> Function {
    Function::native("square", d, d, |x, y| y.iter_mut().zip(x).for_each(|(y, x)| *y = x * x))
}

fn single(net: &mut Network, n: usize, d: usize) {
    let ensemble = net.add(Ensemble::new(n, d));
    net.add(Connection::new(ensemble, ensemble).function(square(d)));
}

fn chain(net: &mut Network, n: usize) {
    let ensembles: Vec<_> = (0..n).map(|_| net.add(Ensemble::new(50, 1))).collect();
    for pair in ensembles.windows(2) {
        net.add(Connection::new(pair[0], pair[1]));
    }
}
