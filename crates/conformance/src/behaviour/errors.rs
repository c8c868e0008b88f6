//! What must be refused, with the object that it is about, and without harm to what runs.

use pontine_core_ir::{
    Model,
    connectivity::SynapseError,
    port::{Backend, Capability, CompileError, CompileOptions, Simulation},
};

use super::{Behaviour, decay, mixed, read};
use crate::{
    bench::{Outcome, advance, compile, expect, finish, trace},
    compare::Equality,
};

pub(super) const ALL: &[Behaviour] = &[
    Behaviour {
        name: "what_is_not_offered_is_refused_by_name",
        needs: &[],
        model: decay,
        check: not_offered,
    },
    Behaviour {
        name: "a_delay_shorter_than_a_step_is_refused",
        needs: &[],
        model: short,
        check: short_delay,
    },
    Behaviour {
        name: "a_snapshot_of_something_else_is_refused_without_harm",
        needs: &[Capability::Snapshots],
        model: mixed,
        check: foreign_snapshot,
    },
];

fn not_offered(backend: &dyn Backend, model: &Model) -> Outcome {
    let options = [
        (Capability::Batch, CompileOptions { batch: 2, ..CompileOptions::default() }),
        (Capability::Threads, CompileOptions { threads: 2, ..CompileOptions::default() }),
    ];
    let offered = backend.capabilities();
    for (capability, options) in options.iter().filter(|(c, _)| !offered.contains(c)) {
        let error = backend.compile(model, options).err();
        let told = matches!(&error, Some(CompileError::Missing(m)) if m.capability == *capability);
        expect(told, || format!("asked for {capability}, which it lacks: {error:?}"))?;
    }
    Ok(())
}

/// A delay of a tenth of a step.
fn short() -> Outcome<Model> {
    read(
        r#"model dt=0.001 seed=0 "short"
signal %0 "spikes" events [1] amplitude=1000.0
signal %1 "sum" dense [1] temporary = [0.0]
operator "s" 0 spike_list %0 [[1]]
operator "sum" 0 reset %1 0.0
operator "Projection:q" 0 deliver %0 -> %1 list [[0, 0]] weight=1.0 delay=0.1
"#,
    )
}

fn short_delay(backend: &dyn Backend, model: &Model) -> Outcome {
    let error = backend.compile(model, &CompileOptions::default()).err();
    let told = matches!(
        &error,
        Some(CompileError::Synapse(SynapseError::Delay { path, .. }))
            if path.as_str() == "Projection:q"
    );
    expect(told, || format!("a delay of 0.1 ms in steps of 1 ms: {error:?}"))
}

fn foreign_snapshot(backend: &dyn Backend, model: &Model) -> Outcome {
    let whole = trace(backend, model, 90)?;
    let mut simulation = compile(backend, model)?;
    advance(simulation.as_mut(), 50)?;
    let own = saved(simulation.as_mut())?;
    let other = saved(compile(backend, &decay()?)?.as_mut())?;
    for bytes in [&other[..], &own[..own.len() - 1], &[]] {
        let restored = simulation.as_snapshot().ok_or("there are no snapshots")?.restore(bytes);
        expect(restored.is_err(), || format!("{} bytes that are no state restored", bytes.len()))?;
    }
    advance(simulation.as_mut(), 40)?;
    Equality::Bits.check(&finish(model, simulation.as_mut())?, &whole)
}

fn saved(simulation: &mut dyn Simulation) -> Outcome<Vec<u8>> {
    let bytes = simulation.as_snapshot().ok_or("there are no snapshots")?.save();
    expect(!bytes.is_empty(), || "a snapshot of no bytes".to_owned())?;
    Ok(bytes)
}
