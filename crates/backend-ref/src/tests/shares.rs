//! The same model in several shares, each with its own thread.

use pontine_core_ir::{
    Model, Recording,
    port::{Address, Backend, CompileOptions, Precision, Simulation, Unattended},
};

use super::{fetch, runs::LOOP};
use crate::{ReferenceSplit, simulation::RefSimulation};

fn split(model: &Model, threads: usize, precision: Precision) -> Box<dyn Simulation> {
    let options = CompileOptions { threads, precision, ..CompileOptions::default() };
    ReferenceSplit { cells_per_thread: 1 }.compile(model, &options).unwrap()
}

/// Recordings and states after runs of these lengths.
fn outcome(
    threads: usize,
    precision: Precision,
    parts: &[u64],
    change: impl Fn(&Model, &mut dyn Simulation),
) -> (Recording, Vec<Vec<u64>>) {
    let model = Model::parse(LOOP).unwrap();
    let mut simulation = split(&model, threads, precision);
    for &part in parts {
        simulation.run_steps(part, &mut Unattended).unwrap();
        change(&model, &mut *simulation);
    }
    let op = |path: &str| model.operator(path, 0).unwrap();
    let addresses = [
        Address::State(op("a"), 0),
        Address::State(op("b"), 1),
        Address::Parameter(op("b"), 0),
        Address::Weights(op("b a")),
        Address::Delays(op("b a")),
        Address::Synapses(op("a b")),
        Address::Signal(model.signal("a").unwrap()),
        Address::Signal(model.signal("drive").unwrap()),
        Address::Signal(model.signal("to_a").unwrap()),
        Address::Signal(model.signal("filtered").unwrap()),
    ];
    let bits =
        |address| simulation.read(address).unwrap().iter().map(|v| v.to_bits()).collect::<Vec<_>>();
    let states = addresses.map(bits).to_vec();
    (fetch(&model, &mut *simulation), states)
}

#[track_caller]
fn check(parts: &[u64], change: impl Fn(&Model, &mut dyn Simulation)) {
    for precision in [Precision::F64, Precision::F32] {
        let whole = outcome(1, precision, parts, &change);
        for threads in [2, 3, 5] {
            let shares = outcome(threads, precision, parts, &change);
            assert_eq!(shares, whole, "{threads} threads, {precision}");
        }
    }
}

#[test]
fn any_number_of_threads_gives_the_same_bits() {
    check(&[400], |_, _| {});
}

#[test]
fn short_runs_are_done_in_turn_with_the_same_bits() {
    check(&[1, 2, 70, 3, 1, 130], |_, _| {});
}

#[test]
fn what_is_written_reaches_every_share() {
    check(&[100, 100, 50], |model, simulation| {
        let op = |path: &str| model.operator(path, 0).unwrap();
        simulation.write(Address::Weights(op("b a")), &[5.0, 0.5, 2.0, 1.0]).unwrap();
        simulation.write(Address::Delays(op("b a")), &[3.0, 1.0, 20.0, 7.0]).unwrap();
        simulation.write(Address::Delays(op("a b")), &[4.0, 4.0, 9.0, 2.0, 2.0]).unwrap();
        simulation.write(Address::Parameter(op("a"), 0), &[4.0, 5.0, 5.0, 4.5]).unwrap();
        simulation.write(Address::State(op("b"), 0), &[0.5, 0.25, 0.125, 0.75]).unwrap();
    });
}

#[test]
fn counts_of_spikes_become_lists_when_a_weight_is_infinite_in_single_precision() {
    check(&[60, 60], |model, simulation| {
        let drive = model.operator("drive a", 0).unwrap();
        simulation.write(Address::Weights(drive), &[1.5, 1e300, 0.5, 2.0]).unwrap();
    });
}

#[test]
fn a_reset_starts_all_shares_anew() {
    let model = Model::parse(LOOP).unwrap();
    let mut simulation = split(&model, 3, Precision::F64);
    simulation.run_steps(300, &mut Unattended).unwrap();
    let first = fetch(&model, &mut *simulation);
    simulation.reset(None).unwrap();
    simulation.run_steps(300, &mut Unattended).unwrap();
    assert_eq!(fetch(&model, &mut *simulation), first);
}

#[test]
fn a_reset_keeps_the_synapses_of_units_that_only_one_share_has() {
    let model = Model::parse(
        "model dt=0.001 seed=0 \"\"
signal %0 \"spikes\" events [6] amplitude=1.0
signal %1 \"one\" dense [2] state = [0.0, 0.0]
signal %2 \"two\" dense [2] state = [0.0, 0.0]
operator \"list\" 0 spike_list %0 [[1], [2], [3], [], [], []]
operator \"to one\" 0 deliver %0 -> %1 list [[0, 0], [1, 1]] weight=1.0 delay=1.0
operator \"to two\" 0 deliver %0 -> %2 list [[1, 0], [2, 1]] weight=2.0 delay=2.0
record \"one\" signal %1 every=1.0 first=first_step unit=\"\"
record \"two\" signal %2 every=1.0 first=first_step unit=\"\"",
    )
    .unwrap();
    model.validate().unwrap();
    let mut simulation: Box<dyn Simulation> =
        Box::new(RefSimulation::<f64>::new(&model, 3, 1).unwrap());
    simulation.run_steps(8, &mut Unattended).unwrap();
    let first = fetch(&model, &mut *simulation);
    assert_eq!(first.samples("two").unwrap().last(), Some(&2.0));
    simulation.reset(None).unwrap();
    simulation.run_steps(8, &mut Unattended).unwrap();
    assert_eq!(fetch(&model, &mut *simulation), first);
}
