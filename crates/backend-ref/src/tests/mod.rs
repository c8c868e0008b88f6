//! Whole models, run to recorded numbers.

mod access;
mod arrays;
mod cells;
mod records;
mod runs;
mod shares;
mod snapshots;
mod sums;

use pontine_core_ir::{
    Model, Recording,
    port::{Backend, CompileOptions, Precision, Simulation, Unattended},
};

use crate::Reference;

/// A model and its simulation.
fn start(text: &str) -> (Model, Box<dyn Simulation>) {
    let model = Model::parse(text).unwrap();
    model.validate().unwrap();
    let simulation = Reference.compile(&model, &CompileOptions::default()).unwrap();
    (model, simulation)
}

/// What a model records in so many steps.
#[track_caller]
fn record(text: &str, n_steps: u64) -> Recording {
    record_in(text, n_steps, Precision::F64)
}

#[track_caller]
fn record_in(text: &str, n_steps: u64, precision: Precision) -> Recording {
    let model = Model::parse(text).unwrap();
    model.validate().unwrap();
    let options = CompileOptions { precision, ..CompileOptions::default() };
    let mut simulation = Reference.compile(&model, &options).unwrap();
    simulation.run_steps(n_steps, &mut Unattended).unwrap();
    fetch(&model, &mut *simulation)
}

/// What was recorded since the last call.
fn fetch(model: &Model, simulation: &mut dyn Simulation) -> Recording {
    let mut recording = Recording::of(model);
    simulation.drain(&mut recording).unwrap();
    recording
}

/// Runs a model whose record is called `r` and compares its samples.
#[track_caller]
fn check(text: &str, n_steps: u64, expected: &[f64]) {
    let recording = record(text, n_steps);
    assert_eq!(recording.samples("r").unwrap(), expected);
}

/// Exactly the same bits.
#[track_caller]
fn assert_same_bits(a: &[f64], b: &[f64]) {
    let bits = |values: &[f64]| values.iter().map(|v| v.to_bits()).collect::<Vec<_>>();
    assert_eq!(bits(a), bits(b), "{a:?} {b:?}");
}
