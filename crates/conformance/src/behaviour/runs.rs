//! Runs: split ones, ended ones, watched ones, those after a reset.

use std::ops::ControlFlow;

use pontine_core_ir::{
    Model, Recording,
    port::{Backend, Progress, RunControl},
};

use super::{Behaviour, mixed};
use crate::{
    bench::{Outcome, advance, compile, drain, expect, expect_equal, finish, trace, words},
    compare::Equality,
};

pub(super) const ALL: &[Behaviour] = &[
    Behaviour { name: "split_runs_equal_one_run", needs: &[], model: mixed, check: split },
    Behaviour { name: "a_run_ends_when_it_is_told_to", needs: &[], model: mixed, check: stop },
    Behaviour { name: "a_run_tells_how_far_it_is", needs: &[], model: mixed, check: progress },
    Behaviour { name: "reset_starts_again", needs: &[], model: mixed, check: reset },
    Behaviour { name: "reset_with_a_seed_draws_anew", needs: &[], model: mixed, check: reseed },
    Behaviour { name: "what_is_drained_is_forgotten", needs: &[], model: mixed, check: forget },
    Behaviour {
        name: "simulations_do_not_touch_one_another",
        needs: &[],
        model: mixed,
        check: two,
    },
    Behaviour {
        name: "a_model_read_back_gives_the_same",
        needs: &[],
        model: mixed,
        check: text_form,
    },
    Behaviour { name: "synapses_are_counted", needs: &[], model: mixed, check: counts },
];

const N: u64 = 120;

pub(super) fn split(backend: &dyn Backend, model: &Model) -> Outcome {
    let whole = trace(backend, model, N)?;
    let mut simulation = compile(backend, model)?;
    let mut recording = Recording::of(model);
    for part in [1, 0, 37, 2, 80] {
        advance(simulation.as_mut(), part)?;
        simulation.drain(&mut recording).map_err(|error| error.to_string())?;
    }
    let mut parts = finish(model, simulation.as_mut())?;
    parts.recording = recording;
    Equality::Bits.check(&parts, &whole)
}

/// Ends a run when so many steps are done.
struct StopAt(u64);

impl RunControl for StopAt {
    fn progress(&mut self, progress: Progress) -> ControlFlow<()> {
        if progress.done >= self.0 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    }
}

fn stop(backend: &dyn Backend, model: &Model) -> Outcome {
    let total = 600;
    let mut simulation = compile(backend, model)?;
    let done = simulation.run_steps(total, &mut StopAt(1)).map_err(words)?;
    expect((1..=256).contains(&done), || format!("told to end at step 1, it did {done} steps"))?;
    expect_equal("n_steps", &simulation.n_steps(), &done)?;
    advance(simulation.as_mut(), total - done)?;
    let parts = finish(model, simulation.as_mut())?;
    Equality::Bits.check(&parts, &trace(backend, model, total)?)
}

#[derive(Default)]
struct Watch(Vec<Progress>);

impl RunControl for Watch {
    fn progress(&mut self, progress: Progress) -> ControlFlow<()> {
        self.0.push(progress);
        ControlFlow::Continue(())
    }
}

fn progress(backend: &dyn Backend, model: &Model) -> Outcome {
    let total = 700;
    let mut simulation = compile(backend, model)?;
    let mut watch = Watch::default();
    expect_equal("steps done", &simulation.run_steps(total, &mut watch).map_err(words)?, &total)?;
    let done: Vec<u64> = watch.0.iter().map(|p| p.done).collect();
    expect(watch.0.iter().all(|p| p.total == total), || format!("totals of {:?}", watch.0))?;
    expect(done.is_sorted(), || format!("progress goes back: {done:?}"))?;
    let mut last = 0;
    for done in done.into_iter().chain([total]) {
        expect(done - last <= 256, || format!("not asked between steps {last} and {done}"))?;
        last = done;
    }
    Ok(())
}

pub(super) fn reset(backend: &dyn Backend, model: &Model) -> Outcome {
    let first = trace(backend, model, N)?;
    let mut simulation = compile(backend, model)?;
    advance(simulation.as_mut(), 53)?;
    drain(model, simulation.as_mut())?;
    simulation.reset(None).map_err(words)?;
    expect_equal("n_steps after reset", &simulation.n_steps(), &0)?;
    advance(simulation.as_mut(), N)?;
    Equality::Bits.check(&finish(model, simulation.as_mut())?, &first)
}

pub(super) fn reseed(backend: &dyn Backend, model: &Model) -> Outcome {
    let mut simulation = compile(backend, model)?;
    advance(simulation.as_mut(), 17)?;
    drain(model, simulation.as_mut())?;
    for seed in [model.seed + 1, model.seed] {
        simulation.reset(Some(seed)).map_err(words)?;
        advance(simulation.as_mut(), N)?;
        let found = finish(model, simulation.as_mut())?;
        let other = trace(backend, &Model { seed, ..model.clone() }, N)?;
        Equality::Bits.check(&found, &other).map_err(|m| format!("seed {seed}: {m}"))?;
        let first = trace(backend, model, N)?;
        expect((found == first) == (seed == model.seed), || {
            format!("seed {seed} and seed {} give equal runs or not, the wrong way", model.seed)
        })?;
    }
    Ok(())
}

fn forget(backend: &dyn Backend, model: &Model) -> Outcome {
    let mut simulation = compile(backend, model)?;
    advance(simulation.as_mut(), N)?;
    drain(model, simulation.as_mut())?;
    let again = drain(model, simulation.as_mut())?;
    expect_equal("what a second drain brings", &again, &Recording::of(model))
}

fn two(backend: &dyn Backend, model: &Model) -> Outcome {
    let alone = trace(backend, model, N)?;
    let (mut a, mut b) = (compile(backend, model)?, compile(backend, model)?);
    for _ in 0..N / 10 {
        advance(a.as_mut(), 10)?;
        advance(b.as_mut(), 7)?;
    }
    Equality::Bits.check(&finish(model, a.as_mut())?, &alone)
}

pub(super) fn text_form(backend: &dyn Backend, model: &Model) -> Outcome {
    let again = Model::parse(&model.to_string()).map_err(words)?;
    Equality::Bits.check(&trace(backend, &again, N)?, &trace(backend, model, N)?)
}

fn counts(backend: &dyn Backend, model: &Model) -> Outcome {
    let simulation = compile(backend, model)?;
    expect_equal("synapses", &simulation.n_synapses(), &42)?;
    let estimate = backend.estimate(model, &Default::default()).map_err(words)?;
    expect_equal("synapses estimated", &estimate.synapses, &42.0)?;
    expect(estimate.bytes > 0.0, || format!("{} bytes estimated", estimate.bytes))
}
