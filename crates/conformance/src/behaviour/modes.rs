//! What not every backend can do: other precisions, threads, snapshots.

use pontine_core_ir::{
    Model,
    port::{Backend, Capability, CompileOptions, Precision},
};

use super::{Behaviour, decay, mixed};
use crate::{
    bench::{Outcome, advance, compile, expect, finish, trace, words},
    compare::Equality,
};

pub(super) const ALL: &[Behaviour] = &[
    Behaviour {
        name: "single_precision_is_near_double",
        needs: &[Capability::F32],
        model: decay,
        check: single,
    },
    Behaviour {
        name: "threads_give_the_same_bits",
        needs: &[Capability::Threads],
        model: mixed,
        check: threads,
    },
    Behaviour {
        name: "a_snapshot_goes_on_where_it_was_taken",
        needs: &[Capability::Snapshots],
        model: mixed,
        check: snapshot,
    },
];

fn with(
    backend: &dyn Backend,
    model: &Model,
    options: CompileOptions,
    n: u64,
) -> Outcome<crate::bench::Trace> {
    let mut simulation = backend.compile(model, &options).map_err(words)?;
    advance(simulation.as_mut(), n)?;
    finish(model, simulation.as_mut())
}

fn single(backend: &dyn Backend, model: &Model) -> Outcome {
    let options = CompileOptions { precision: Precision::F32, ..CompileOptions::default() };
    let found = with(backend, model, options, 50)?;
    Equality::Within(1e-5).check(&found, &trace(backend, model, 50)?)
}

pub(super) fn threads(backend: &dyn Backend, model: &Model) -> Outcome {
    let one = trace(backend, model, 200)?;
    for threads in [2, 3, 4, 7] {
        let options = CompileOptions { threads, ..CompileOptions::default() };
        let found = with(backend, model, options, 200)?;
        Equality::Bits.check(&found, &one).map_err(|m| format!("{threads} threads: {m}"))?;
    }
    Ok(())
}

pub(super) fn snapshot(backend: &dyn Backend, model: &Model) -> Outcome {
    let whole = trace(backend, model, 120)?;
    let mut simulation = compile(backend, model)?;
    advance(simulation.as_mut(), 50)?;
    let saved = simulation.as_snapshot().ok_or("there are no snapshots")?.save();
    advance(simulation.as_mut(), 31)?;
    simulation.as_snapshot().ok_or("there are no snapshots")?.restore(&saved).map_err(words)?;
    expect(simulation.n_steps() == 50, || format!("restored to step {}", simulation.n_steps()))?;
    advance(simulation.as_mut(), 70)?;
    let found = finish(model, simulation.as_mut())?;
    // What was recorded before the restoration is the caller's; states must be equal.
    expect(found.states == whole.states, || "states differ after a restored snapshot".into())
}
