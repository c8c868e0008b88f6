//! Runs: split, ended early, failed, started anew.

use std::{error::Error, ops::ControlFlow, sync::Arc};

use pontine_core_ir::{
    Model, Path,
    model::{Operator, OperatorKind},
    port::{
        Address, Backend, Capability, CompileError, CompileOptions, HostError, HostOperator,
        HostStep, Progress, RunControl, RunError, Unattended,
    },
};
use proptest::prelude::*;

use super::{fetch, start};
use crate::Reference;

/// Two groups that excite each other with delays of 1.5 and of 0.2 to 0.9 ms, a Poisson drive, and
/// a filter of their spikes.
pub(super) const LOOP: &str = "model dt=0.0001 seed=3 \"\"
mechanism \"mechanism Cell { units population parameter tau = 5 ms receptor excitatory mV { state g = 0 mV dg/dt = -g / tau on_spike(w) { g += w } } state v = uniform(0 mV, 1 mV) dv/dt = (excitatory.g - v) / tau spike when v >= 1 mV { v = 0 mV refractory 1 ms clamps v } solve exponential_euler }\"
mechanism \"mechanism Drive { units population output spikes events step { emit spikes poisson(0.3) } }\"
signal %0 \"drive\" events [4] amplitude=1.0
signal %1 \"a\" events [4] amplitude=10000.0
signal %2 \"b\" events [4] amplitude=10000.0
signal %3 \"to_a\" dense [4] temporary = [0.0, 0.0, 0.0, 0.0]
signal %4 \"to_b\" dense [4] temporary = [0.0, 0.0, 0.0, 0.0]
signal %5 \"filtered\" dense [4] state = [0.0, 0.0, 0.0, 0.0]
operator \"drive\" 0 neurons 4 Drive; output spikes=%0
operator \"a\" 0 neurons 4 Cell; receptor excitatory=%3; output spikes=%1
operator \"b\" 0 neurons 4 Cell tau=[4.0, 5.0, 6.0, 7.0]; receptor excitatory=%4; output spikes=%2
operator \"a\" 1 reset %3 0.0
operator \"b\" 1 reset %4 0.0
operator \"drive a\" 0 deliver %0 -> %3 list [[0, 0], [1, 1], [2, 2], [3, 3]] weight=1.3 delay=0.1
operator \"a b\" 0 deliver %1 -> %4 list [[0, 0], [1, 0], [2, 1], [3, 2], [0, 3]] weight=2.5 delay=1.5
operator \"b a\" 0 deliver %2 -> %3 list [[0, 1], [1, 2], [2, 3], [3, 0]] weights=[0.1, 0.2, 0.3, 0.4] delays=[0.2, 0.9, 0.4, 0.2] weight=0.0 delay=0.0
operator \"filter\" 0 filter %2 -> %5 decay=0.99 gain=0.01
record \"a\" events %1 every=1.0 first=first_step unit=\"\"
record \"v\" state \"b\" v every=1.0 first=zero unit=\"mV\"
record \"filtered\" signal %5 every=10.0 first=zero unit=\"Hz\"
";

proptest! {
    #![proptest_config(ProptestConfig::with_cases(8))]

    #[test]
    fn split_runs_are_one_run(parts in prop::collection::vec(0u64..150, 1..5)) {
        let (model, mut whole) = start(LOOP);
        whole.run_steps(parts.iter().sum(), &mut Unattended).unwrap();
        let (_, mut split) = start(LOOP);
        for part in &parts {
            prop_assert_eq!(split.run_steps(*part, &mut Unattended).unwrap(), *part);
        }
        prop_assert_eq!(fetch(&model, &mut *whole), fetch(&model, &mut *split));
        prop_assert_eq!(split.n_steps(), parts.iter().sum::<u64>());
    }
}

#[test]
fn the_loop_is_alive() {
    let (model, mut simulation) = start(LOOP);
    simulation.run_steps(500, &mut Unattended).unwrap();
    let recording = fetch(&model, &mut *simulation);
    assert!(recording.events("a").unwrap().0.len() > 20);
    assert!(recording.samples("filtered").unwrap().iter().any(|&rate| rate > 1.0));
    assert_eq!(simulation.n_synapses(), 13);
    assert!(simulation.memory_bytes() > 1000);
}

#[test]
fn a_reset_starts_exactly_anew_and_a_seed_draws_anew() {
    let (model, mut simulation) = start(LOOP);
    let mut run = |seed: Option<Option<u64>>| {
        if let Some(seed) = seed {
            simulation.reset(seed).unwrap();
        }
        simulation.run_steps(300, &mut Unattended).unwrap();
        fetch(&model, &mut *simulation)
    };
    let first = run(None);
    assert_eq!(run(Some(None)), first);
    let other = run(Some(Some(4)));
    assert_ne!(other, first);
    assert_eq!(run(Some(None)), other);
    assert_eq!(run(Some(Some(3))), first);
}

#[test]
fn a_reset_takes_back_what_was_written() {
    let (model, mut simulation) = start(LOOP);
    simulation.run_steps(300, &mut Unattended).unwrap();
    let first = fetch(&model, &mut *simulation);
    let of = |path: &str| model.operator(path, 0).unwrap();
    simulation.write(Address::Weights(of("b a")), &[5.0, 6.0, 7.0, 8.0]).unwrap();
    simulation.write(Address::Parameter(of("a"), 0), &[9.0]).unwrap();
    simulation.write(Address::State(of("b"), 0), &[0.5; 4]).unwrap();
    simulation.reset(None).unwrap();
    simulation.run_steps(300, &mut Unattended).unwrap();
    assert_eq!(fetch(&model, &mut *simulation), first);
}

struct StopAt(u64, Vec<u64>);

impl RunControl for StopAt {
    fn progress(&mut self, progress: Progress) -> ControlFlow<()> {
        self.1.push(progress.done);
        if progress.done >= self.0 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    }
}

#[test]
fn a_run_that_is_stopped_can_go_on() {
    let (model, mut stopped) = start(LOOP);
    let mut control = StopAt(100, Vec::new());
    let done = stopped.run_steps(1000, &mut control).unwrap();
    assert!((100..356).contains(&done), "{done} steps");
    assert_eq!(done, stopped.n_steps());
    assert!(control.1.windows(2).all(|pair| pair[1] - pair[0] <= 256));
    stopped.run_steps(400 - done, &mut Unattended).unwrap();
    let (_, mut whole) = start(LOOP);
    whole.run_steps(400, &mut Unattended).unwrap();
    assert_eq!(fetch(&model, &mut *stopped), fetch(&model, &mut *whole));
}

/// Adds up its input; fails in one step, or gives what is not finite in another.
#[derive(Debug)]
struct Adder {
    fails_in: u64,
    is_infinite_in: u64,
}

struct AdderStep {
    host: Adder,
    sum: f64,
    n: u64,
}

#[derive(Debug, thiserror::Error)]
#[error("the robot fell over")]
struct Fell;

impl HostOperator for Adder {
    fn name(&self) -> &str {
        "adder"
    }

    fn make_step(&self, _: f64, _: u64) -> Result<Box<dyn HostStep>, HostError> {
        let host = Adder { ..*self };
        Ok(Box::new(AdderStep { host, sum: 0.0, n: 0 }))
    }
}

impl HostStep for AdderStep {
    fn step(&mut self, time_s: f64, input: &[f64], output: &mut [f64]) -> Result<(), HostError> {
        self.n += 1;
        if self.n == self.host.fails_in {
            return Err(Fell.into());
        }
        self.sum += input[0];
        output[0] = if self.n == self.host.is_infinite_in { f64::INFINITY } else { self.sum };
        output[1] = time_s;
        Ok(())
    }
}

fn with_host(fails_in: u64, is_infinite_in: u64) -> Model {
    let mut model = Model::parse(
        "model dt=0.5 seed=0 \"\"
signal %0 \"x\" dense [1] constant = [2.0]
signal %1 \"y\" dense [2] temporary = [0.0, 0.0]
record \"r\" signal %1 every=1.0 first=first_step unit=\"\"",
    )
    .unwrap();
    let host = Arc::new(Adder { fails_in, is_infinite_in });
    let kind = OperatorKind::Host { host, x: model.signal("x"), y: model.signal("y").unwrap() };
    model.operators.add(Operator { path: Path::from_text("Node:robot"), part: 0, kind });
    model
}

#[test]
fn a_host_takes_part_in_each_step() {
    let model = with_host(0, 0);
    let mut simulation = Reference.compile(&model, &CompileOptions::default()).unwrap();
    simulation.run_steps(2, &mut Unattended).unwrap();
    let recording = fetch(&model, &mut *simulation);
    assert_eq!(recording.samples("r").unwrap(), [2.0, 0.5, 4.0, 1.0]);
}

#[test]
fn a_host_that_fails_ends_the_run_after_the_last_whole_step() {
    let model = with_host(3, 0);
    let mut simulation = Reference.compile(&model, &CompileOptions::default()).unwrap();
    for _ in 0..2 {
        let error = simulation.run_steps(10, &mut Unattended).unwrap_err();
        assert_eq!(error.to_string(), "`Node:robot`: adder failed at step 3");
        assert!(error.source().unwrap().is::<Fell>());
        assert_eq!(simulation.n_steps(), 2);
        assert_eq!(fetch(&model, &mut *simulation).samples("r").unwrap().len(), 4);
        assert!(matches!(simulation.step(), Err(RunError::Broken)));
        simulation.reset(None).unwrap();
    }
}

#[test]
fn what_is_not_finite_does_not_spread() {
    let model = with_host(0, 2);
    let mut simulation = Reference.compile(&model, &CompileOptions::default()).unwrap();
    let error = simulation.run_steps(10, &mut Unattended).unwrap_err();
    assert_eq!(error.to_string(), "`Node:robot`: the output at step 2 is inf");
}

#[test]
fn what_it_lacks_is_refused_with_a_name() {
    let model = with_host(0, 0);
    let options = CompileOptions { batch: 2, ..CompileOptions::default() };
    match Reference.compile(&model, &options).err() {
        Some(CompileError::Missing(missing)) => {
            assert_eq!(missing.capability, Capability::Batch);
            assert_eq!(missing.backend, "ref");
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn an_estimate_counts_synapses_before_they_are_made() {
    let model = Model::parse(LOOP).unwrap();
    let estimate = Reference.estimate(&model, &CompileOptions::default()).unwrap();
    assert_eq!(estimate.synapses, 13.0);
    let (_, simulation) = start(LOOP);
    let held = simulation.memory_bytes() as f64;
    assert!(estimate.bytes > held / 4.0 && estimate.bytes < held * 4.0, "{estimate:?} {held}");
}
