//! The smallest behaviours, each of which only one fault breaks.

use pontine_core_ir::{
    Model,
    port::{Backend, Simulation},
};

use super::{Behaviour, read};
use crate::bench::{Outcome, advance, compile, drain, expect, expect_equal, words};

pub(super) const ALL: &[Behaviour] = &[
    Behaviour { name: "a_reset_begins_again", needs: &[], model: counter, check: reset },
    Behaviour {
        name: "a_run_goes_on_where_the_last_ended",
        needs: &[],
        model: counter,
        check: go_on,
    },
];

/// A cell that counts spikes, which are on their way for three steps.
fn counter() -> Outcome<Model> {
    read(
        r#"model dt=0.001 seed=0 "counter"
mechanism Count {
    units nef
    receptor in { on_spike(w) { count += w } }
    state count = 0
}
signal %0 "spikes" events [1] amplitude=1000.0
signal %1 "due" dense [1] temporary = [0.0]
operator "s" 0 spike_list %0 [[1, 2, 3, 4, 5, 6, 7, 8]]
operator "due" 0 reset %1 0.0
operator "q" 0 deliver %0 -> %1 list [[0, 0]] weight=1.0 delay=3.0
operator "counter" 0 neurons 1 Count; receptor in=%1
record "count" state "counter" count every=1.0 first=first_step unit=""
"#,
    )
}

fn reset(backend: &dyn Backend, model: &Model) -> Outcome {
    let expected = in_one(backend, model)?;
    let mut simulation = in_parts(backend, model, &[6])?;
    drain(model, simulation.as_mut())?;
    simulation.reset(None).map_err(words)?;
    expect_equal("n_steps after a reset", &simulation.n_steps(), &0)?;
    advance(simulation.as_mut(), 8)?;
    let found = counts(model, simulation.as_mut())?;
    expect_equal(
        "counts after a reset in step 6, beside those of a new simulation",
        &found,
        &expected,
    )
}

fn go_on(backend: &dyn Backend, model: &Model) -> Outcome {
    let expected = in_one(backend, model)?;
    let found = counts(model, in_parts(backend, model, &[3, 1, 4])?.as_mut())?;
    expect_equal("counts in runs of 3, 1 and 4 steps, beside those of 8", &found, &expected)
}

fn in_parts(backend: &dyn Backend, model: &Model, parts: &[u64]) -> Outcome<Box<dyn Simulation>> {
    let mut simulation = compile(backend, model)?;
    parts.iter().try_for_each(|part| advance(simulation.as_mut(), *part))?;
    Ok(simulation)
}

/// Counts of a run of eight steps; something must have been counted.
fn in_one(backend: &dyn Backend, model: &Model) -> Outcome<Vec<f64>> {
    let counts = counts(model, in_parts(backend, model, &[8])?.as_mut())?;
    expect(counts.contains(&1.0), || format!("no first spike is counted in {counts:?}"))?;
    Ok(counts)
}

/// What was counted after each step.
fn counts(model: &Model, simulation: &mut dyn Simulation) -> Outcome<Vec<f64>> {
    let recording = drain(model, simulation)?;
    Ok(recording.samples("count").ok_or("`count` was not recorded")?.to_vec())
}
