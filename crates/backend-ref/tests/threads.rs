//! Random models give the same bits whatever the number of threads, the parts of a run, and the state
//! that it was restored from; in both precisions.

use pontine_backend_ref::{Reference, ReferenceSplit};
use pontine_conformance::{
    bench::{Trace, finish},
    strategy,
};
use pontine_core_ir::{
    Model,
    port::{Backend, CompileOptions, Precision, Simulation, Unattended},
};
use proptest::prelude::*;

fn compile(model: &Model, threads: usize, precision: Precision) -> Box<dyn Simulation> {
    let options = CompileOptions { threads, precision, ..CompileOptions::default() };
    ReferenceSplit { cells_per_thread: 1 }.compile(model, &options).unwrap()
}

fn run(model: &Model, simulation: &mut dyn Simulation, parts: &[u64]) -> Trace {
    for part in parts {
        simulation.run_steps(*part, &mut Unattended).unwrap();
    }
    finish(model, simulation).unwrap()
}

fn models() -> impl Strategy<Value = Model> {
    strategy::model_within(Reference.capabilities())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn threads_and_parts_change_no_bit(
        model in models(),
        parts in prop::collection::vec(0u64..60, 1..4),
        single: bool,
    ) {
        let precision = if single { Precision::F32 } else { Precision::F64 };
        let whole = [parts.iter().sum()];
        let expected = run(&model, &mut *compile(&model, 1, precision), &whole);
        prop_assert_eq!(&run(&model, &mut *compile(&model, 1, precision), &parts), &expected);
        for threads in [2, 3, 5] {
            let found = run(&model, &mut *compile(&model, threads, precision), &parts);
            prop_assert_eq!(&found, &expected, "{} threads", threads);
        }
    }

    #[test]
    fn a_restored_state_goes_on_with_the_same_bits(
        model in models(),
        (before, after) in (0u64..60, 1u64..60),
        (from, to) in (1usize..4, 1usize..4),
    ) {
        let mut whole = compile(&model, from, Precision::F64);
        run(&model, &mut *whole, &[before]);
        // Random models have no hosts, so that they have states.
        let state = whole.as_snapshot().unwrap().save();
        let mut other = compile(&model, to, Precision::F64);
        run(&model, &mut *other, &[7]);
        other.as_snapshot().unwrap().restore(&state).unwrap();
        let expected = run(&model, &mut *whole, &[after]);
        prop_assert_eq!(run(&model, &mut *other, &[after]), expected);
    }
}
