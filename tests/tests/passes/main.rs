//! Every pass over models that is linked: what it promises holds on random models and networks of both
//! worlds, and on the models that are held against Nengo. A new pass is tested as soon as it is there.

mod arrays;
mod chains;
mod merged;
mod precision;

use std::sync::Arc;

use arrays::arrays;
use chains::chains;
use pontine_backend_ref::Reference;
use pontine_conformance::{
    Equality as Near, Oracle,
    bench::{Trace, trace},
    strategy::{self, RandomNetwork},
};
use pontine_core_ir::{
    Model,
    model::Operator,
    pass::{Equality, ModelEdit, Pass, PassIr, PassMeta, Repeat},
    port::Backend,
    recording::SeriesData,
};
use pontine_road::{BuildOptions, Road};
use pontine_transforms::{Pipeline, Provenance, model_passes, pass_of};
use proptest::{
    prelude::*,
    strategy::ValueTree,
    test_runner::{RngAlgorithm, TestError, TestRng, TestRunner},
};

/// Steps: enough for spikes and delays, few enough that no sum in another order has flipped one.
const N: u64 = 60;

fn names() -> Vec<&'static str> {
    model_passes().entries().unwrap().keys().copied().collect()
}

fn meta(name: &str) -> &'static PassMeta {
    model_passes().entries().unwrap()[name].meta
}

fn run(pipeline: &Pipeline, model: &Model) -> Result<(Model, Provenance), String> {
    pipeline.apply_model(model.clone(), &mut ()).map_err(|error| format!("{pipeline}: {error}"))
}

fn parse(text: &str) -> Pipeline {
    text.parse().unwrap()
}

/// What is left of a trace that both have: states of operators that are gone cannot be compared, nor
/// single weights with products.
fn common(mut found: Trace, expected: &Trace) -> (Trace, Trace) {
    let is_of_synapses =
        |name: &str| ["ends ", "weights ", "delays "].iter().any(|w| name.starts_with(w));
    let is_alike = |trace: &Trace, (name, numbers): &(String, Vec<f64>)| {
        let alike = |other: &[f64]| !is_of_synapses(name) || other.len() == numbers.len();
        trace.states.iter().any(|(other, numbers)| other == name && alike(numbers))
    };
    let mut expected = expected.clone();
    expected.states.retain(|state| is_alike(&found, state));
    found.states.retain(|state| is_alike(&expected, state));
    expected.n_synapses = found.n_synapses;
    (found, expected)
}

/// Whether results are as equal as a pass promises.
fn compare(equality: Equality, found: &Trace, expected: &Trace) -> Result<(), String> {
    match equality {
        Equality::BitExact => Near::Bits.check(found, expected),
        Equality::Reassociate => Near::Within(1e-9).check(found, expected),
        Equality::Tolerance { rmse } => within(rmse, found, expected),
        Equality::Statistical | Equality::Redesign => Ok(()),
    }
}

/// Root mean squares of differences of all that is sampled, to those of the numbers themselves where
/// these are above 1. Single spikes may be others.
fn within(rmse: f64, found: &Trace, expected: &Trace) -> Result<(), String> {
    let square = |numbers: &mut dyn Iterator<Item = f64>| numbers.map(|x| x * x).sum::<f64>();
    for ((name, found), (_, expected)) in
        found.recording.series.iter().zip(&expected.recording.series)
    {
        let (SeriesData::Samples { rows: found, .. }, SeriesData::Samples { rows, .. }) =
            (&found.data, &expected.data)
        else {
            continue;
        };
        let both = || found.iter().zip(rows).filter(|(a, b)| a.to_bits() != b.to_bits());
        let n = rows.len().max(1) as f64;
        let miss = (square(&mut both().map(|(a, b)| a - b)) / n).sqrt();
        let size =
            (square(&mut rows.iter().copied().filter(|x| x.is_finite())) / n).sqrt().max(1.0);
        let is_near = found.len() == rows.len() && miss <= rmse * size;
        if !is_near {
            return Err(format!("`{name}` misses by {miss} of {size}"));
        }
    }
    Ok(())
}

/// Holds the promises of a pass against one model.
fn check(
    pipeline: &Pipeline,
    meta: &PassMeta,
    model: &Model,
    before: &[Trace; 2],
) -> Result<(), String> {
    let (after, provenance) = run(pipeline, model)?;
    after.validate().map_err(|error| format!("{pipeline}: {error}"))?;
    if provenance.replay_model(model.clone()) != after {
        return Err(format!("{pipeline}: its log does not replay"));
    }
    let delta = &provenance.model.delta;
    let (ids, left) = (model.ids(), after.ids());
    if ids.iter().any(|&id| delta.resolve(id).iter().any(|now| !left.contains(now))) {
        return Err(format!("{pipeline}: a part went nowhere"));
    }
    if model.records.ids().any(|id| after.records.get(id) != model.records.get(id)) {
        return Err(format!("{pipeline}: a record was lost"));
    }
    if meta.repeat == Repeat::Idempotent && !run(pipeline, &after)?.1.model.edits.is_empty() {
        return Err(format!("{pipeline}: a second time it changes something"));
    }
    let following = pipeline.clone().following(&provenance);
    if meta.repeat == Repeat::OncePerObject && !run(&following, &after)?.1.model.edits.is_empty() {
        return Err(format!("{pipeline}: it changes what it has treated"));
    }
    if matches!(meta.equality, Equality::Statistical | Equality::Redesign) {
        return Ok(());
    }
    for (backend, before) in backends().iter().zip(before) {
        let (found, expected) = common(trace(*backend, &after, N)?, before);
        let equal = compare(meta.equality, &found, &expected);
        equal.map_err(|m| format!("{pipeline} on {}: {m}", backend.name()))?;
    }
    Ok(())
}

fn backends() -> [&'static dyn Backend; 2] {
    [&Reference, &Oracle]
}

fn check_all(model: &Model) -> Result<(), TestCaseError> {
    let fail = |message: String| TestCaseError::fail(format!("{message}, on:\n{model}"));
    let before = backends().map(|backend| trace(backend, model, N));
    let [reference, oracle] = before;
    let before = [reference.map_err(fail)?, oracle.map_err(fail)?];
    let check = |name| check(&parse(name), meta(name), model, &before).map_err(fail);
    names().into_iter().try_for_each(check)
}

/// So many random values, the same each time.
fn samples<S: Strategy>(strategy: S, n: usize) -> Vec<S::Value> {
    let mut runner = TestRunner::deterministic();
    (0..n).map(|_| strategy.new_tree(&mut runner).unwrap().current()).collect()
}

fn built(plan: &RandomNetwork) -> Result<Model, String> {
    let network = plan.build(0)?;
    let build = BuildOptions { dt: 1e-3, seed: 9 };
    let road = Road::new(&Oracle).options(build, Default::default()).pipeline(Pipeline::none());
    Ok(road.model(&network).map_err(|error| error.to_string())?.0)
}

#[test]
fn random_models_give_every_pass_something_to_do() {
    let networks = samples(strategy::network(), 40);
    let models = networks.iter().map(|plan| built(plan).unwrap());
    let models = models.chain(samples(strategy::model(), 40)).chain(samples(arrays(), 40));
    let models = models.chain(samples(chains(), 40));
    let models: Vec<Model> = models.collect();
    for name in names() {
        let edits = |model: &Model| run(&parse(name), model).unwrap().1.model.edits.len();
        let n: usize = models.iter().map(edits).sum();
        assert!(n > 0, "{name} never changed anything");
    }
}

/// Those that change at most the order of sums and do not conflict with one before them.
fn together(order: Vec<&'static str>) -> Vec<&'static str> {
    let mut names: Vec<&str> = Vec::new();
    let conflict =
        |a: &str, b: &&str| meta(a).conflicts.contains(b) || meta(b).conflicts.contains(&a);
    for name in order {
        let is_near = matches!(meta(name).equality, Equality::BitExact | Equality::Reassociate);
        if is_near && !names.iter().any(|other| conflict(name, other)) {
            names.push(name);
        }
    }
    names
}

/// It promises equal bits, and forgets the first operator that adds something.
fn forgetful() -> Arc<dyn Pass<Model>> {
    pass_of("forgetful", "forgets", |model: &Model, edits, _| {
        let adds = |op: &Operator| !op.access(model.dt).incs.is_empty();
        if let Some((id, _)) = model.operators.iter().find(|(_, op)| adds(op)) {
            edits.edit(ModelEdit::RemoveOperator(id, "forgotten".into()));
        }
        Ok(())
    })
}

#[test]
fn a_wrong_pass_is_caught_and_shrunk() {
    let pipeline = Pipeline::none().with_model_pass(forgetful());
    let promise = PassMeta { equality: Equality::BitExact, ..PassMeta::new("forgetful", "") };
    let config = ProptestConfig { failure_persistence: None, ..ProptestConfig::default() };
    let mut runner =
        TestRunner::new_with_rng(config, TestRng::deterministic_rng(RngAlgorithm::ChaCha));
    let found = runner.run(&strategy::model(), |model| {
        let before = backends().map(|backend| trace(backend, &model, N).unwrap());
        check(&pipeline, &promise, &model, &before).map_err(TestCaseError::fail)
    });
    let Err(TestError::Fail(reason, model)) = found else { panic!("{found:?}") };
    assert!(reason.message().starts_with("[build], forgetful on ref: "), "{reason}");
    assert!(model.operators.len() < 12, "{model}");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn passes_keep_what_they_promise_of_models(model in strategy::model()) {
        check_all(&model)?;
    }

    #[test]
    fn passes_keep_what_they_promise_of_arrays(model in arrays()) {
        check_all(&model)?;
    }

    #[test]
    fn passes_keep_what_they_promise_of_chains(model in chains()) {
        check_all(&model)?;
    }

    #[test]
    fn passes_keep_what_they_promise_of_networks(plan in strategy::network()) {
        check_all(&built(&plan).map_err(TestCaseError::fail)?)?;
    }

    #[test]
    fn passes_of_one_stage_may_run_in_any_order(
        model in prop_oneof![strategy::model(), arrays(), chains()],
        order in Just(names()).prop_shuffle(),
    ) {
        let names = together(order);
        let text = format!("fix(4){{{}}}", names.join(", "));
        let (after, _) = run(&parse(&text), &model).map_err(TestCaseError::fail)?;
        let fail = |message: String| TestCaseError::fail(format!("{names:?}: {message}, on:\n{model}"));
        let before = trace(&Reference, &model, N).map_err(fail)?;
        let found = trace(&Reference, &after, N).map_err(fail)?;
        let (found, expected) = common(found, &before);
        Near::Within(1e-9).check(&found, &expected).map_err(fail)?;
    }
}
