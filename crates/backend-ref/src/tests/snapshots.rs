//! Going on from a saved state.

use pontine_core_ir::{
    Model, Recording,
    port::{Address, Backend, CompileOptions, Precision, Simulation, Unattended},
};
use proptest::prelude::*;

use super::{fetch, runs::LOOP, start};
use crate::ReferenceSplit;

fn simulation(model: &Model, threads: usize) -> Box<dyn Simulation> {
    let options = CompileOptions { threads, ..CompileOptions::default() };
    ReferenceSplit { cells_per_thread: 1 }.compile(model, &options).unwrap()
}

fn run(model: &Model, simulation: &mut dyn Simulation, n_steps: u64) -> Recording {
    simulation.run_steps(n_steps, &mut Unattended).unwrap();
    fetch(model, simulation)
}

fn rewrite(model: &Model, simulation: &mut dyn Simulation) {
    let op = |path: &str| model.operator(path, 0).unwrap();
    simulation.write(Address::Weights(op("b a")), &[0.5, 0.25, 0.125, 2.0]).unwrap();
    simulation.write(Address::Delays(op("b a")), &[12.0, 1.0, 3.0, 17.0]).unwrap();
    simulation.write(Address::Delays(op("drive a")), &[3.0]).unwrap();
    simulation.write(Address::Parameter(op("a"), 0), &[4.0]).unwrap();
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    /// Saved by one number of threads, and gone on from by another, in a simulation of its own.
    #[test]
    fn who_goes_on_from_a_state_never_stopped(
        before in 0u64..120,
        after in 1u64..120,
        from in 1usize..4,
        to in 1usize..4,
        rewritten: bool,
        reseeded: bool,
    ) {
        let model = Model::parse(LOOP).unwrap();
        let mut whole = simulation(&model, from);
        if reseeded {
            whole.reset(Some(77)).unwrap();
        }
        run(&model, &mut *whole, before);
        if rewritten {
            rewrite(&model, &mut *whole);
            run(&model, &mut *whole, 2);
        }
        let state = whole.as_snapshot().unwrap().save();
        let mut other = simulation(&model, to);
        run(&model, &mut *other, 31);
        other.as_snapshot().unwrap().restore(&state).unwrap();
        prop_assert_eq!(other.n_steps(), whole.n_steps());
        prop_assert_eq!(run(&model, &mut *other, after), run(&model, &mut *whole, after));
        let again = other.as_snapshot().unwrap().save();
        prop_assert!(again == whole.as_snapshot().unwrap().save(), "the states differ in the end");
    }
}

#[test]
fn a_restored_state_takes_back_what_was_written() {
    let (model, mut simulation) = start(LOOP);
    run(&model, &mut *simulation, 50);
    let state = simulation.as_snapshot().unwrap().save();
    let first = run(&model, &mut *simulation, 100);
    rewrite(&model, &mut *simulation);
    simulation.as_snapshot().unwrap().restore(&state).unwrap();
    assert_eq!(run(&model, &mut *simulation, 100), first);
}

#[test]
fn a_state_of_another_model_is_refused_and_changes_nothing() {
    let (model, mut simulation) = start(LOOP);
    let mut single = {
        let options = CompileOptions { precision: Precision::F32, ..CompileOptions::default() };
        crate::Reference.compile(&model, &options).unwrap()
    };
    let other = single.as_snapshot().unwrap().save();
    let own = simulation.as_snapshot().unwrap().save();
    for (bytes, message) in [
        (&other[..], "it has other objects, another time step or another precision"),
        (&own[..own.len() - 3], "the bytes end early or are damaged"),
        (&[], "the bytes do not begin like a state"),
    ] {
        let error = simulation.as_snapshot().unwrap().restore(bytes).unwrap_err();
        assert_eq!(error.to_string(), format!("not a state of this model: {message}"));
    }
    let (_, mut untouched) = start(LOOP);
    assert_eq!(run(&model, &mut *simulation, 60), run(&model, &mut *untouched, 60));
}
