//! Random models on a backend and on the oracle.

use pontine_core_ir::{
    Model, Recording,
    port::{Backend, Capability},
};
use proptest::{
    strategy::Strategy,
    test_runner::{Config, RngAlgorithm, TestCaseError, TestError, TestRng, TestRunner},
};

use crate::{
    Oracle,
    bench::{Outcome, advance, compile, finish, trace, words},
    compare::Equality,
    strategy,
    suite::Options,
};

/// One property of random models or networks.
pub(crate) struct Property {
    pub name: &'static str,
    pub check: fn(&dyn Backend, &Options) -> Outcome,
}

/// What a backend must be able to do to be given random models.
pub(crate) const NEEDS: [Capability; 7] = [
    Capability::F64,
    Capability::Mechanisms,
    Capability::RandomMechanisms,
    Capability::SpikeLists,
    Capability::ListConnectivity,
    Capability::HeterogeneousDelays,
    Capability::Arrays,
];

pub(crate) const ALL: &[Property] = &[
    Property { name: "models_equal_the_oracle", check: models_equal },
    Property { name: "split_runs_of_models_equal_one_run", check: models_split },
    Property { name: "models_read_back_run_alike", check: models_read_back },
];

/// Steps of each random run.
const N: u64 = 90;

fn models_equal(backend: &dyn Backend, options: &Options) -> Outcome {
    for_all(strategy::model(), options, options.n_random, Model::to_string, |model| {
        let expected = trace(&Oracle, model, N)?;
        options.equality.check(&trace(backend, model, N)?, &expected)
    })
}

fn models_split(backend: &dyn Backend, options: &Options) -> Outcome {
    for_all(strategy::model(), options, options.n_random / 2, Model::to_string, |model| {
        split(backend, model)
    })
}

/// A run in parts against one in one.
fn split(backend: &dyn Backend, model: &Model) -> Outcome {
    let whole = trace(backend, model, N)?;
    let mut simulation = compile(backend, model)?;
    let mut recording = Recording::of(model);
    for part in [3, 1, 40] {
        advance(simulation.as_mut(), part)?;
        simulation.drain(&mut recording).map_err(|error| error.to_string())?;
    }
    advance(simulation.as_mut(), N - 44)?;
    simulation.drain(&mut recording).map_err(|error| error.to_string())?;
    let mut parts = finish(model, simulation.as_mut())?;
    parts.recording = recording;
    Equality::Bits.check(&parts, &whole)
}

fn models_read_back(backend: &dyn Backend, options: &Options) -> Outcome {
    for_all(strategy::model(), options, options.n_random / 2, Model::to_string, |model| {
        let again = Model::parse(&model.to_string()).map_err(words)?;
        if again != *model {
            return Err("the model read back is not the model printed".into());
        }
        Equality::Bits.check(&trace(backend, &again, N)?, &trace(backend, model, N)?)
    })
}

/// Holds a property against so many random values; what fails is shrunk and shown as text.
pub(crate) fn for_all<S: Strategy>(
    strategy: S,
    options: &Options,
    cases: u32,
    show: impl Fn(&S::Value) -> String,
    property: impl Fn(&S::Value) -> Outcome,
) -> Outcome
where
    S::Value: Clone,
{
    let config =
        Config { cases, failure_persistence: None, max_shrink_iters: 400, ..Config::default() };
    let mut seed = [0; 32];
    seed[..8].copy_from_slice(&options.seed.to_le_bytes());
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &seed);
    let ran = TestRunner::new_with_rng(config, rng)
        .run(&strategy, |value| property(&value).map_err(TestCaseError::fail));
    ran.map_err(|error| match error {
        TestError::Fail(reason, value) => {
            format!("{}\nwith seed {}, on:\n{}", reason.message(), options.seed, show(&value))
        }
        TestError::Abort(reason) => format!("gave up: {}", reason.message()),
    })
}
