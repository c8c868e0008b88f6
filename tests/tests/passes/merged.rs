//! Merged operators: threads, parts of a run and restored states change no bit, and what a merged
//! model has saved another goes on from that is not merged.

use pontine_backend_ref::ReferenceSplit;
use pontine_conformance::{
    Equality as Near,
    bench::{Trace, finish},
    strategy,
};
use pontine_core_ir::{
    Model,
    port::{Backend, CompileOptions, Simulation, Unattended},
};
use proptest::prelude::*;

use super::{built, parse, run as apply};

fn compile(model: &Model, threads: usize) -> Box<dyn Simulation> {
    let options = CompileOptions { threads, ..CompileOptions::default() };
    ReferenceSplit { cells_per_thread: 1 }.compile(model, &options).unwrap()
}

fn run(model: &Model, simulation: &mut dyn Simulation, parts: &[u64]) -> Trace {
    for part in parts {
        simulation.run_steps(*part, &mut Unattended).unwrap();
    }
    finish(model, simulation).unwrap()
}

fn check(model: &Model, [before, after]: [u64; 2], threads: usize) -> Result<(), String> {
    let (merged, _) = apply(&parse("merge-ops"), model)?;
    let mut whole = compile(&merged, 1);
    run(&merged, &mut *whole, &[before]);
    // Random models have no hosts, so that they have states.
    let state = whole.as_snapshot().unwrap().save();
    let expected = run(&merged, &mut *whole, &[after]);
    let restored = |model: &Model, threads| {
        let mut other = compile(model, threads);
        run(model, &mut *other, &[7]);
        other.as_snapshot().unwrap().restore(&state).unwrap();
        run(model, &mut *other, &[after])
    };
    let same = |what: &str, found: &Trace| {
        Near::Bits.check(found, &expected).map_err(|message| format!("{what}: {message}"))
    };
    same("restored", &restored(&merged, threads))?;
    let mut parts = compile(&merged, threads);
    run(&merged, &mut *parts, &[before]);
    same("threads", &run(&merged, &mut *parts, &[after / 2, after - after / 2]))?;
    Near::Within(1e-9).check(&restored(model, 1), &expected)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn merged_models_go_on_with_the_same_bits(
        model in strategy::model(), steps in [0u64..40, 2..40], threads in 1usize..4,
    ) {
        check(&model, steps, threads).map_err(TestCaseError::fail)?;
    }

    #[test]
    fn merged_networks_go_on_with_the_same_bits(
        plan in strategy::network(), steps in [0u64..40, 2..40], threads in 1usize..4,
    ) {
        let model = built(&plan).map_err(TestCaseError::fail)?;
        check(&model, steps, threads).map_err(TestCaseError::fail)?;
    }
}
