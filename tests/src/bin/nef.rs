//! Builds one network of the NEF, and runs it: CPU seconds of both, the root mean square of what is
//! probed, and the process's peak memory.
//!
//! `cargo run --release -p pontine-tests --bin nef -- NAME [STEPS] [f32|f64] [PIPELINE]`;
//! `benches/nengo/measure.py` does the same with Nengo. Linux tells CPU time and memory.

use std::process::ExitCode;

use pontine_backend_ref::Reference;
use pontine_core_ir::{
    Recording,
    port::{CompileOptions, Precision, Unattended},
};
use pontine_road::{BuildOptions, Road};
use pontine_tests::{acceptance::Error, nef_networks};
use pontine_transforms::Pipeline;

/// Steps before time is taken.
const WARM_UP: u64 = 50;

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
    let words: Vec<String> = std::env::args().skip(1).collect();
    let word = |i: usize| words.get(i).map(String::as_str);
    let net = nef_networks::network(word(0).ok_or("which network?")?)?;
    let n_steps = word(1).map_or(Ok(0), str::parse)?;
    let precision = match word(2) {
        Some("f32") => Precision::F32,
        _ => Precision::F64,
    };
    let compile = CompileOptions { precision, ..CompileOptions::default() };
    let mut road = Road::new(&Reference).options(BuildOptions { dt: 1e-3, seed: 1 }, compile);
    if let Some(text) = word(3) {
        road = road.pipeline(Pipeline::parse(text)?);
    }
    let start = cpu_s()?;
    let mut prepared = road.build(&net)?;
    let build_s = cpu_s()? - start;
    prepared.run_steps(WARM_UP.min(n_steps), &mut Unattended)?;
    let start = cpu_s()?;
    let recording = prepared.run_steps(n_steps, &mut Unattended)?;
    let run_s = cpu_s()? - start;
    let (report, rms) = (&prepared.report, rms(&recording));
    Ok(format!(
        "{{\"cpu_s\": {build_s:.6}, \"peak_mib\": {:.1}, \"run_s\": {run_s:.6}, \"rms\": {rms:.6}, \
         \"operators\": {}, \"network_s\": {:.6}, \"build_s\": {:.6}, \"model_s\": {:.6}, \
         \"compile_s\": {:.6}}}",
        peak_mib()?,
        prepared.model.n_scheduled(),
        report.network_s,
        report.build_s,
        report.model_s,
        report.compile_s
    ))
}

/// The root mean square of all samples; 0 where there are none.
fn rms(recording: &Recording) -> f64 {
    let samples = recording.series.keys().filter_map(|path| recording.samples(path));
    let numbers: Vec<f64> = samples.flatten().copied().collect();
    (numbers.iter().map(|x| x * x).sum::<f64>() / numbers.len().max(1) as f64).sqrt()
}

/// CPU time of this thread, which works alone.
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
