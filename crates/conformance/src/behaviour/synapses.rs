//! Synapses with states: the same numbers however they are run, and what can be read and written.

use std::sync::LazyLock;

use pontine_core_ir::{
    Model, OperatorId,
    port::{AccessError, Address, Backend, Capability},
};

use super::{Behaviour, modes, runs};
use crate::{
    Oracle,
    bench::{Outcome, advance, compile, expect, expect_equal, finish, trace, words},
    case::parse_model,
    compare::Equality,
};

pub(super) const ALL: &[Behaviour] = &[
    check("synapses_equal_the_oracle", &[], equal),
    check("split_runs_of_synapses_equal_one_run", &[], runs::split),
    check("synapses_start_again_at_a_reset", &[], runs::reset),
    check("synapses_draw_anew_with_a_seed", &[], runs::reseed),
    check("synapses_read_back_run_alike", &[], runs::text_form),
    check("synapses_with_threads_give_the_same_bits", &[Capability::Threads], modes::threads),
    check("synapses_go_on_from_a_snapshot", &[Capability::Snapshots], modes::snapshot),
    check("reading_synapses_changes_nothing", &[], reading),
    check("written_states_of_synapses_count_from_then_on", &[], writing),
    check("delays_of_synapses_with_states_stay", &[], delays),
];

const fn check(
    name: &'static str,
    needs: &'static [Capability],
    check: fn(&dyn Backend, &Model) -> Outcome,
) -> Behaviour {
    Behaviour { name, needs, model, check }
}

/// Spike timing with all parts of the delay dendritic, chance, resources; equal and drawn delays.
fn model() -> Outcome<Model> {
    static MODEL: LazyLock<Outcome<Model>> = LazyLock::new(|| {
        parse_model("synapses.model", include_str!("synapses.model")).map_err(words)
    });
    MODEL.clone()
}

const N: u64 = 120;

fn equal(backend: &dyn Backend, model: &Model) -> Outcome {
    let expected = trace(&Oracle, model, N)?;
    Equality::Within(1e-9).check(&trace(backend, model, N)?, &expected)
}

fn operator(model: &Model, path: &str) -> Outcome<OperatorId> {
    model.operator(path, 0).ok_or_else(|| format!("there is no `{path}`"))
}

/// A run in which all is read after each few steps, against one in which nothing is.
fn reading(backend: &dyn Backend, model: &Model) -> Outcome {
    let whole = trace(backend, model, N)?;
    let mut simulation = compile(backend, model)?;
    let mut oracle = compile(&Oracle, model)?;
    for n in [1, 6, 2, 31] {
        advance(simulation.as_mut(), n)?;
        advance(oracle.as_mut(), n)?;
        for path in ["early", "late", "loop", "chance", "into", "short"] {
            let address = Address::Weights(operator(model, path)?);
            let [found, expected] = [&simulation, &oracle].map(|s| s.read(address));
            let (found, expected) = (found.map_err(words)?, expected.map_err(words)?);
            let near = |(a, b): (&f64, &f64)| (a - b).abs() < 1e-9;
            let all = found.len() == expected.len() && found.iter().zip(&expected).all(near);
            expect(all, || format!("weights of {path} at {}", simulation.n_steps()))?;
        }
    }
    advance(simulation.as_mut(), N - 40)?;
    let found = finish(model, simulation.as_mut())?;
    expect(found.states == whole.states, || "states differ after they were read".into())
}

fn writing(backend: &dyn Backend, model: &Model) -> Outcome {
    let loops = operator(model, "loop")?;
    let short = operator(model, "short")?;
    let run = |backend: &dyn Backend| -> Outcome<_> {
        let mut simulation = compile(backend, model)?;
        advance(simulation.as_mut(), 41)?;
        let n = simulation.read(Address::Weights(loops)).map_err(words)?.len();
        let weights: Vec<f64> = (0..n).map(|i| 0.1 + 0.001 * i as f64).collect();
        let mut write = |address, values: &[f64]| simulation.write(address, values).map_err(words);
        write(Address::Weights(loops), &weights)?;
        write(Address::SynapseState(loops, 1), &[0.25])?;
        write(Address::SynapseParameter(loops, 1), &[0.01])?;
        write(Address::SynapseParameter(short, 0), &[11.0, 12.0, 13.0, 14.0, 15.0])?;
        expect_equal(
            "weights",
            &simulation.read(Address::Weights(loops)).map_err(words)?,
            &weights,
        )?;
        let parameter = simulation.read(Address::SynapseParameter(loops, 1)).map_err(words)?;
        expect_equal("a parameter", &parameter, &vec![0.01])?;
        advance(simulation.as_mut(), 60)?;
        finish(model, simulation.as_mut())
    };
    Equality::Within(1e-9).check(&run(backend)?, &run(&Oracle)?)
}

fn delays(backend: &dyn Backend, model: &Model) -> Outcome {
    let mut simulation = compile(backend, model)?;
    let address = Address::Delays(operator(model, "late")?);
    expect_equal("delays", &simulation.read(address).map_err(words)?, &vec![4.0])?;
    let written = simulation.write(address, &[2.0]);
    expect_equal("writing them", &written, &Err(AccessError::ReadOnly(address)))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is held against the oracle is not what stays as it is.
    #[test]
    fn every_projection_is_changed_by_spikes() {
        let model = model().unwrap();
        let mut simulation = compile(&Oracle, &model).unwrap();
        let paths = ["early", "late", "loop", "chance", "into", "short"];
        let states = |path| if ["early", "late", "loop"].contains(&path) { 0 } else { 1 };
        let read = |simulation: &dyn pontine_core_ir::port::Simulation| {
            paths.map(|path| {
                let address = Address::SynapseState(operator(&model, path).unwrap(), states(path));
                simulation.read(address).unwrap()
            })
        };
        let before = read(simulation.as_ref());
        advance(simulation.as_mut(), N).unwrap();
        let after = read(simulation.as_ref());
        for ((path, before), after) in paths.iter().zip(&before).zip(&after) {
            let changed = before.iter().zip(after).filter(|(a, b)| a != b).count();
            assert!(changed * 2 > before.len(), "{path}: {changed} of {}", before.len());
        }
    }
}
