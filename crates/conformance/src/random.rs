//! Random models on a backend and on the oracle.

use pontine_core_ir::{
    Model, Network, Recording,
    port::{Backend, Capability, CompileOptions},
};
use pontine_road::{BuildOptions, Road};
use proptest::{
    strategy::Strategy,
    test_runner::{Config, RngAlgorithm, TestCaseError, TestError, TestRng, TestRunner},
};

use crate::{
    Oracle,
    bench::{Outcome, advance, compile, finish, trace, words},
    compare::Equality,
    strategy::{self, RandomNetwork},
    suite::Options,
};

/// One property of random models or networks.
pub(crate) struct Property {
    pub name: &'static str,
    pub needs: &'static [Capability],
    pub check: fn(&dyn Backend, &Options) -> Outcome,
}

/// What a backend must be able to do to be given random models.
const OF_MODELS: &[Capability] =
    &[Capability::F64, Capability::Mechanisms, Capability::RandomMechanisms, Capability::Arrays];

/// What a backend must be able to do to be given random networks.
const OF_NETWORKS: &[Capability] = &[
    Capability::F64,
    Capability::Mechanisms,
    Capability::RandomMechanisms,
    Capability::SpikeLists,
    Capability::RuleConnectivity,
    Capability::ListConnectivity,
    Capability::FactoredConnectivity,
    Capability::HeterogeneousDelays,
    Capability::Arrays,
    Capability::Functions,
];

pub(crate) const ALL: &[Property] = &[
    Property { name: "models_equal_the_oracle", needs: OF_MODELS, check: models_equal },
    Property { name: "split_runs_of_models_equal_one_run", needs: OF_MODELS, check: models_split },
    Property { name: "models_read_back_run_alike", needs: OF_MODELS, check: models_read_back },
    Property { name: "networks_equal_the_oracle", needs: OF_NETWORKS, check: networks_equal },
    Property {
        name: "split_runs_of_networks_equal_one_run",
        needs: OF_NETWORKS,
        check: networks_split,
    },
    Property {
        name: "networks_read_back_run_alike",
        needs: OF_NETWORKS,
        check: networks_read_back,
    },
    Property {
        name: "order_of_declaration_changes_nothing",
        needs: OF_NETWORKS,
        check: networks_shuffled,
    },
];

/// Steps of each random run.
const N: u64 = 90;

fn models_equal(backend: &dyn Backend, options: &Options) -> Outcome {
    for_models(backend, options, options.n_random, |model| {
        let expected = trace(&Oracle, model, N)?;
        options.equality.check(&trace(backend, model, N)?, &expected)
    })
}

fn models_split(backend: &dyn Backend, options: &Options) -> Outcome {
    for_models(backend, options, options.n_random / 2, |model| split(backend, model))
}

/// Models made of what the backend can do.
fn for_models(
    backend: &dyn Backend,
    options: &Options,
    cases: u32,
    property: impl Fn(&Model) -> Outcome,
) -> Outcome {
    let models = strategy::model_within(backend.capabilities());
    for_all(models, options, cases, Model::to_string, property)
}

/// A run in parts, and one after a reset, against one in one.
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
    Equality::Bits.check(&parts, &whole)?;
    simulation.reset(None).map_err(words)?;
    advance(simulation.as_mut(), N)?;
    let again = finish(model, simulation.as_mut())?;
    Equality::Bits.check(&again, &whole).map_err(|message| format!("after a reset: {message}"))
}

fn models_read_back(backend: &dyn Backend, options: &Options) -> Outcome {
    for_models(backend, options, options.n_random / 2, |model| read_back(backend, model))
}

fn read_back(backend: &dyn Backend, model: &Model) -> Outcome {
    let again = Model::parse(&model.to_string()).map_err(words)?;
    if again.to_string() != model.to_string() {
        return Err("the model read back is not the model printed".into());
    }
    Equality::Bits.check(&trace(backend, &again, N)?, &trace(backend, model, N)?)
}

/// From a network to a model, as users go.
fn model_of(network: &Network) -> Outcome<Model> {
    let build = BuildOptions { dt: 1e-3, seed: 9 };
    let road = Road::new(&Oracle).options(build, CompileOptions::default());
    road.model(network).map(|(model, ..)| model).map_err(words)
}

fn for_networks(
    backend: &dyn Backend,
    options: &Options,
    cases: u32,
    property: impl Fn(&dyn Backend, &RandomNetwork, &Model) -> Outcome,
) -> Outcome {
    let model = |plan: &RandomNetwork| model_of(&plan.build(0)?);
    let show = |plan: &RandomNetwork| match model(plan) {
        Ok(model) => format!("{plan:?}\n{model}"),
        Err(error) => format!("{plan:?}\n{error}"),
    };
    for_all(strategy::network(), options, cases, show, |plan| {
        property(backend, plan, &model(plan)?)
    })
}

fn networks_equal(backend: &dyn Backend, options: &Options) -> Outcome {
    for_networks(backend, options, options.n_random, |backend, _, model| {
        let expected = trace(&Oracle, model, N)?;
        options.equality.check(&trace(backend, model, N)?, &expected)
    })
}

fn networks_split(backend: &dyn Backend, options: &Options) -> Outcome {
    let cases = options.n_random / 2;
    for_networks(backend, options, cases, |backend, _, model| split(backend, model))
}

fn networks_read_back(backend: &dyn Backend, options: &Options) -> Outcome {
    for_networks(backend, options, options.n_random / 4, |backend, _, model| {
        read_back(backend, model)
    })
}

/// Another order of declaration gives the same recordings, states and synapses, by name.
fn networks_shuffled(backend: &dyn Backend, options: &Options) -> Outcome {
    for_networks(backend, options, options.n_random / 2, |backend, plan, model| {
        let expected = trace(backend, model, N)?;
        [1, 2, 3].into_iter().try_for_each(|shuffle| {
            let model = model_of(&plan.build(shuffle)?)?;
            Equality::Bits.check(&trace(backend, &model, N)?, &expected)
        })
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

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use pontine_core_ir::{
        Value,
        model::{Deliver, OperatorKind},
        port::{CompileError, Estimate, Simulation},
        recording::SeriesData,
    };
    use proptest::strategy::ValueTree;

    use super::*;

    fn n_spikes(trace: &crate::bench::Trace) -> usize {
        let series = trace.recording.series.values();
        series
            .map(|series| match &series.data {
                SeriesData::Events { steps, .. } => steps.len(),
                SeriesData::Samples { .. } => 0,
            })
            .sum()
    }

    /// A suite of silent models would compare zeros.
    #[test]
    fn random_models_and_networks_are_alive() {
        // One for each, so that what one draws does not depend on the other.
        let [mut of_models, mut of_networks] = [(); 2].map(|()| TestRunner::deterministic());
        let (mut models, mut networks) = (0, 0);
        for _ in 0..20 {
            let model = strategy::model().new_tree(&mut of_models).unwrap().current();
            models += usize::from(n_spikes(&trace(&Oracle, &model, N).unwrap()) > 20);
            let plan = strategy::network().new_tree(&mut of_networks).unwrap().current();
            let model = model_of(&plan.build(0).unwrap()).unwrap();
            networks += usize::from(n_spikes(&trace(&Oracle, &model, N).unwrap()) > 20);
        }
        assert!(models >= 12 && networks >= 12, "{models} models, {networks} networks of 20 spike");
    }

    /// The oracle on a model that was changed before.
    struct Mutant(fn(&mut Deliver));

    impl Backend for Mutant {
        fn name(&self) -> &str {
            "mutant"
        }

        fn capabilities(&self) -> BTreeSet<Capability> {
            Oracle.capabilities()
        }

        fn estimate(&self, model: &Model, o: &CompileOptions) -> Result<Estimate, CompileError> {
            Oracle.estimate(model, o)
        }

        fn compile(
            &self,
            model: &Model,
            options: &CompileOptions,
        ) -> Result<Box<dyn Simulation>, CompileError> {
            let mut model = model.clone();
            for (_, op) in model.operators.iter_mut() {
                if let OperatorKind::Deliver(deliver) = &mut op.kind {
                    (self.0)(deliver);
                }
            }
            Oracle.compile(&model, options)
        }
    }

    #[test]
    fn a_backend_that_errs_is_found_out() {
        let a_step_late: fn(&mut Deliver) = |deliver| {
            if let Value::Const(delay) = &mut deliver.delay {
                *delay += 1.0;
            }
        };
        let a_bit_off: fn(&mut Deliver) = |deliver| {
            if let Value::Const(weight) = &mut deliver.weight {
                *weight = f64::from_bits(weight.to_bits() + 1);
            }
        };
        for mutate in [a_step_late, a_bit_off] {
            for property in [models_equal, networks_equal] {
                let error = property(&Mutant(mutate), &Options::default()).unwrap_err();
                assert!(error.contains("model dt="), "{error}");
            }
        }
    }

    #[test]
    fn what_fails_is_shrunk_and_shown() {
        let options = Options { n_random: 50, ..Options::default() };
        let error = for_all(0..1000u32, &options, 50, u32::to_string, |n| {
            if *n < 10 { Ok(()) } else { Err(format!("{n} is too large")) }
        });
        let seed = options.seed;
        assert_eq!(error.unwrap_err(), format!("10 is too large\nwith seed {seed}, on:\n10"));
    }
}
