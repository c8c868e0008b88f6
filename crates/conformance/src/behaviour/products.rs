//! Weights that are products of signals: how they are read and written, and what does not change them.

use pontine_core_ir::{
    Model,
    port::{AccessError, Address, Backend, Capability},
};

use super::{Behaviour, modes, read, runs};
use crate::bench::{Outcome, advance, compile, drain, expect, expect_equal, words};

pub(super) const ALL: &[Behaviour] = &[
    Behaviour {
        name: "factors_count_as_they_are_when_spikes_are_due",
        needs: &[],
        model: one,
        check: written,
    },
    Behaviour {
        name: "products_have_a_scale_and_a_delay_but_no_synapses",
        needs: &[],
        model: one,
        check: addresses,
    },
    Behaviour {
        name: "products_are_the_same_in_split_runs",
        needs: &[],
        model: learning,
        check: runs::split,
    },
    Behaviour {
        name: "products_are_the_same_bits_in_threads",
        needs: &[Capability::Threads],
        model: learning,
        check: modes::threads,
    },
    Behaviour {
        name: "products_go_on_from_a_snapshot",
        needs: &[Capability::Snapshots],
        model: learning,
        check: modes::snapshot,
    },
];

/// A spike in each step through a product of 2 · 3 · 5, two steps later.
fn one() -> Outcome<Model> {
    read(
        r#"model dt=0.001 seed=0 "one"
signal %0 "spikes" events [1] amplitude=1000.0
signal %1 "sum" dense [1] temporary = [0.0]
signal %2 "d" dense [1, 1] parameter = [5.0]
signal %3 "e" dense [1, 1] constant = [3.0]
operator "s" 0 spike_list %0 [[1, 2, 3, 4, 5, 6, 7, 8]]
operator "sum" 0 reset %1 0.0
operator "p" 0 deliver %0 -> %1 factored encoders=%3 decoders=%2 weight=2.0 delay=2.0
record "sum" signal %1 every=1.0 first=first_step unit=""
"#,
    )
}

/// Two groups of cells that excite one another through products, one of which learns; beside them
/// synapses with delays of their own.
fn learning() -> Outcome<Model> {
    read(include_str!("products.model"))
}

fn written(backend: &dyn Backend, model: &Model) -> Outcome {
    let operator = model.operator("p", 0).ok_or("the model has no product")?;
    let decoders = model.signal("d").ok_or("the model has no decoders")?;
    let mut simulation = compile(backend, model)?;
    advance(simulation.as_mut(), 3)?;
    simulation.write(Address::Signal(decoders), &[7.0]).map_err(words)?;
    advance(simulation.as_mut(), 1)?;
    simulation.write(Address::Weights(operator), &[1.0]).map_err(words)?;
    advance(simulation.as_mut(), 1)?;
    simulation.write(Address::Delays(operator), &[4.0]).map_err(words)?;
    advance(simulation.as_mut(), 3)?;
    let recording = drain(model, simulation.as_mut())?;
    let sums = recording.samples("sum").ok_or("`sum` was not recorded")?;
    let expected = [0.0, 0.0, 30.0, 42.0, 21.0, 21.0, 21.0, 21.0];
    // Spikes that are longer ago than the old delay need not be known any more.
    expect_equal("sums before the delay is written", &&sums[..5], &&expected[..5])?;
    expect_equal("sums at the end", &&sums[7..], &&expected[7..])?;
    simulation.reset(None).map_err(words)?;
    advance(simulation.as_mut(), 4)?;
    let recording = drain(model, simulation.as_mut())?;
    let again = recording.samples("sum").ok_or("`sum` was not recorded")?;
    expect_equal("sums after a reset", &again, &&[0.0, 0.0, 30.0, 30.0][..])
}

fn addresses(backend: &dyn Backend, model: &Model) -> Outcome {
    let operator = model.operator("p", 0).ok_or("the model has no product")?;
    let mut simulation = compile(backend, model)?;
    let weights = Address::Weights(operator);
    let numbers = |address| simulation.read(address).map_err(words);
    expect_equal("the scale", &numbers(weights)?, &vec![2.0])?;
    expect_equal("the delay", &numbers(Address::Delays(operator))?, &vec![2.0])?;
    expect_equal("ends of synapses", &numbers(Address::Synapses(operator))?, &Vec::new())?;
    expect_equal("the number of synapses", &simulation.n_synapses(), &0)?;
    for values in [&[][..], &[1.0, 2.0]] {
        let error = simulation.write(weights, values);
        let is_length = matches!(error, Err(AccessError::Length { expected: 1, .. }));
        expect(is_length, || format!("{} scales are taken: {error:?}", values.len()))?;
    }
    Ok(())
}
