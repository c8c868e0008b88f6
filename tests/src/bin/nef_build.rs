//! Builds one network of the NEF: CPU seconds from network to simulation, and the process's peak memory.
//!
//! `cargo run --release -p pontine-tests --bin nef_build -- NAME`; `benches/nengo/build.py` has the same
//! networks. Linux tells both numbers.

use std::process::ExitCode;

use pontine_backend_ref::Reference;
use pontine_core_ir::{
    Connection, Ensemble, Function, Network, Node, SubnetworkId, Tensor, Transform,
};
use pontine_nef::networks::{
    BasalGanglia, CircularConvolution, EnsembleArray, EnsembleArrayOptions,
};
use pontine_road::{BuildOptions, Road};
use pontine_tests::acceptance::Error;

const ROOT: SubnetworkId = SubnetworkId::ROOT;

fn main() -> ExitCode {
    match run() {
        Ok(line) => {
            println!("{line}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<String, Error> {
    let name = std::env::args().nth(1).ok_or("which network?")?;
    let mut net = Network::new(&name);
    net.root_mut().seed = Some(1);
    make(&mut net, &name)?;
    let start = cpu_s()?;
    let options = BuildOptions { dt: 1e-3, seed: 1 };
    let prepared = Road::new(&Reference).options(options, Default::default()).build(&net)?;
    let cpu_s = cpu_s()? - start;
    let report = prepared.report;
    Ok(format!(
        "{{\"cpu_s\": {cpu_s:.6}, \"peak_mib\": {:.1}, \"network_s\": {:.6}, \"build_s\": {:.6}, \
         \"model_s\": {:.6}, \"compile_s\": {:.6}}}",
        peak_mib()?,
        report.network_s,
        report.build_s,
        report.model_s,
        report.compile_s
    ))
}

fn make(net: &mut Network, name: &str) -> Result<(), Error> {
    match name {
        "convolution" => convolution(net),
        "arrays" => arrays(net),
        "small60" => small(net, 60),
        "small400" => small(net, 400),
        "channel" => channel(net),
        "ganglia" => ganglia(net),
        "single2000" => single(net, 2000, 3),
        "single4000" => single(net, 4000, 8),
        "chain100" => chain(net, 100),
        "chain1000" => chain(net, 1000),
        "chain10000" => chain(net, 10_000),
        other => Err(format!("there is no network `{other}`").into()),
    }
}

fn convolution(net: &mut Network) -> Result<(), Error> {
    let [a, b] = [(); 2].map(|()| net.add(Node::constant(vec![1.0 / 12.0; 128])));
    let made = CircularConvolution::add(net, ROOT, (200, 128), (false, false), 1.0)?;
    let result = EnsembleArray::add(net, ROOT, (50, 128), EnsembleArrayOptions::default())?;
    net.add(Connection::new(a, made.input_a));
    net.add(Connection::new(b, made.input_b));
    net.add(Connection::new(made.output, result.input));
    Ok(())
}

fn arrays(net: &mut Network) -> Result<(), Error> {
    let first = EnsembleArray::add(net, ROOT, (50, 512), EnsembleArrayOptions::default())?;
    let second = EnsembleArray::add(net, ROOT, (50, 512), EnsembleArrayOptions::default())?;
    net.add(Connection::new(first.output, second.input));
    Ok(())
}

/// Ensembles of 50 to 149 neurons and of up to four dimensions, five connections from each.
fn small(net: &mut Network, n: usize) -> Result<(), Error> {
    let sizes: Vec<(usize, usize)> = (0..n).map(|i| (50 + i * 37 % 100, 1 + i % 4)).collect();
    let ensembles: Vec<_> = sizes.iter().map(|&(n, d)| net.add(Ensemble::new(n, d))).collect();
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
    Ok(())
}

fn square(d: usize) -> Function {
    Function::native("square", d, d, |x, y| y.iter_mut().zip(x).for_each(|(y, x)| *y = x * x))
}

fn single(net: &mut Network, n: usize, d: usize) -> Result<(), Error> {
    let ensemble = net.add(Ensemble::new(n, d));
    net.add(Connection::new(ensemble, ensemble).function(square(d)));
    Ok(())
}

fn chain(net: &mut Network, n: usize) -> Result<(), Error> {
    let ensembles: Vec<_> = (0..n).map(|_| net.add(Ensemble::new(50, 1))).collect();
    for pair in ensembles.windows(2) {
        net.add(Connection::new(pair[0], pair[1]));
    }
    Ok(())
}

fn channel(net: &mut Network) -> Result<(), Error> {
    let [a, b] = [(); 2].map(|()| net.add(Ensemble::new(500, 8)));
    net.add(Connection::new(a, b));
    Ok(())
}

fn ganglia(net: &mut Network) -> Result<(), Error> {
    BasalGanglia::add(net, ROOT, (100, 64))?;
    Ok(())
}

/// CPU time of this thread, which builds alone.
fn cpu_s() -> Result<f64, Error> {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat")?;
    let nanoseconds = text.split(' ').next().ok_or("no CPU time")?.parse::<f64>()?;
    Ok(nanoseconds * 1e-9)
}

fn peak_mib() -> Result<f64, Error> {
    let text = std::fs::read_to_string("/proc/self/status")?;
    let line = text.lines().find(|line| line.starts_with("VmHWM")).ok_or("no peak memory")?;
    let kib = line.split_whitespace().nth(1).ok_or("no peak memory")?.parse::<f64>()?;
    Ok(kib / 1024.0)
}
