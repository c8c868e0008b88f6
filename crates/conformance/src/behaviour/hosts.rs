//! Code of the host within a step, and what happens when it fails.

use std::sync::Arc;

use pontine_core_ir::{
    Model, Path,
    model::{Operator, OperatorKind},
    port::{Backend, CompileError, HostError, HostOperator, HostStep, RunError},
};

use super::{Behaviour, read};
use crate::bench::{Outcome, advance, compile, drain, expect, expect_equal, words};

pub(super) const ALL: &[Behaviour] = &[
    Behaviour { name: "a_host_sees_time_and_input", needs: &[], model: sound, check: result },
    Behaviour { name: "a_reset_makes_new_host_steps", needs: &[], model: sound, check: restart },
    Behaviour { name: "a_failing_host_ends_the_run", needs: &[], model: failing, check: failure },
    Behaviour { name: "a_host_that_cannot_start_is_told", needs: &[], model: stuck, check: start },
    Behaviour {
        name: "a_result_that_is_not_finite_ends_the_run",
        needs: &[],
        model: pole,
        check: not_finite,
    },
];

/// Counts its calls and fails in one of them, or at once.
#[derive(Debug)]
struct Host {
    fails_at: u64,
}

#[derive(Debug, thiserror::Error)]
#[error("it broke on purpose")]
struct OnPurpose;

struct Step {
    calls: u64,
    fails_at: u64,
}

impl HostOperator for Host {
    fn name(&self) -> &str {
        "counting host"
    }

    fn make_step(&self, _: f64, _: u64) -> Result<Box<dyn HostStep>, HostError> {
        if self.fails_at == 0 {
            return Err(OnPurpose.into());
        }
        Ok(Box::new(Step { calls: 0, fails_at: self.fails_at }))
    }
}

impl HostStep for Step {
    /// Gives time, sum of the input, and how often it was called.
    fn step(&mut self, time_s: f64, input: &[f64], output: &mut [f64]) -> Result<(), HostError> {
        self.calls += 1;
        if self.calls == self.fails_at {
            return Err(OnPurpose.into());
        }
        output.copy_from_slice(&[time_s, input.iter().sum(), self.calls as f64]);
        Ok(())
    }
}

fn model(fails_at: u64) -> Outcome<Model> {
    let mut model = read(
        r#"model dt=0.125 seed=3 "host"
signal %0 "x" dense [2] constant = [1.5, 2.0]
signal %1 "y" dense [3] temporary = [0.0, 0.0, 0.0]
record "y" signal %1 every=1.0 first=first_step unit=""
"#,
    )?;
    let (x, y) = (model.signal("x"), model.signal("y").ok_or("the model has no `y`")?);
    let kind = OperatorKind::Host { host: Arc::new(Host { fails_at }), x, y };
    model.operators.add(Operator { path: Path::from_text("Node:host"), part: 0, kind });
    Ok(model)
}

fn sound() -> Outcome<Model> {
    model(u64::MAX)
}

fn failing() -> Outcome<Model> {
    model(4)
}

fn stuck() -> Outcome<Model> {
    model(0)
}

fn pole() -> Outcome<Model> {
    read(
        r#"model dt=0.125 seed=0 "pole"
signal %0 "t" dense [] temporary = [0.0]
signal %1 "y" dense [] temporary = [0.0]
operator "" 0 time -> %0
operator "Node:pole" 0 function "1 / (t - 0.5)" t=%0 -> %1
record "y" signal %1 every=1.0 first=first_step unit=""
"#,
    )
}

fn rows(backend: &dyn Backend, model: &Model, n: u64) -> Outcome<Vec<f64>> {
    let mut simulation = compile(backend, model)?;
    advance(simulation.as_mut(), n)?;
    let recording = drain(model, simulation.as_mut())?;
    Ok(recording.samples("y").ok_or("`y` was not recorded")?.to_vec())
}

fn result(backend: &dyn Backend, model: &Model) -> Outcome {
    let expected = vec![0.125, 3.5, 1.0, 0.25, 3.5, 2.0, 0.375, 3.5, 3.0];
    expect_equal("what the host gave", &rows(backend, model, 3)?, &expected)
}

fn restart(backend: &dyn Backend, model: &Model) -> Outcome {
    let mut simulation = compile(backend, model)?;
    advance(simulation.as_mut(), 5)?;
    drain(model, simulation.as_mut())?;
    simulation.reset(None).map_err(words)?;
    advance(simulation.as_mut(), 2)?;
    let recording = drain(model, simulation.as_mut())?;
    let found = recording.samples("y").map(<[f64]>::to_vec);
    expect_equal("what the host gave", &found, &Some(rows(backend, model, 2)?))
}

fn failure(backend: &dyn Backend, model: &Model) -> Outcome {
    let mut simulation = compile(backend, model)?;
    let ended = simulation.run_steps(10, &mut pontine_core_ir::port::Unattended);
    match &ended {
        Err(RunError::Host { path, name, step: 4, source })
            if path.as_str() == "Node:host"
                && name == "counting host"
                && source.is::<OnPurpose>() => {}
        other => return Err(format!("a host that fails in step 4: {other:?}")),
    }
    expect_equal("n_steps", &simulation.n_steps(), &3)?;
    let recording = drain(model, simulation.as_mut())?;
    let found = recording.samples("y").map(<[f64]>::len);
    expect_equal("numbers recorded until then", &found, &Some(9))?;
    let again = simulation.run_steps(1, &mut pontine_core_ir::port::Unattended);
    expect(matches!(again, Err(RunError::Broken)), || {
        format!("a run after a step that failed, without a reset: {again:?}")
    })?;
    simulation.reset(None).map_err(words)?;
    advance(simulation.as_mut(), 3)
}

fn start(backend: &dyn Backend, model: &Model) -> Outcome {
    let error = backend.compile(model, &Default::default()).err();
    let told =
        matches!(&error, Some(CompileError::Host { path, .. }) if path.as_str() == "Node:host");
    expect(told, || format!("a host that cannot start: {error:?}"))
}

fn not_finite(backend: &dyn Backend, model: &Model) -> Outcome {
    let mut simulation = compile(backend, model)?;
    let ended = simulation.run_steps(10, &mut pontine_core_ir::port::Unattended);
    match &ended {
        Err(RunError::NotFinite { path, step: 4, .. }) if path.as_str() == "Node:pole" => {}
        other => return Err(format!("a function with a pole in step 4: {other:?}")),
    }
    expect_equal("n_steps", &simulation.n_steps(), &3)
}
