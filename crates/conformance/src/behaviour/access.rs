//! Reading and writing numbers of a running model.

use pontine_core_ir::{
    Model, OperatorId,
    port::{AccessError, Address, Backend, Simulation},
};

use super::{Behaviour, decay, mixed, read};
use crate::bench::{Outcome, advance, compile, drain, expect, expect_equal, finish, trace, words};
use crate::compare::Equality;

pub(super) const ALL: &[Behaviour] = &[
    Behaviour {
        name: "a_written_state_goes_on_from_there",
        needs: &[],
        model: decay,
        check: state,
    },
    Behaviour {
        name: "a_written_parameter_is_derived_from",
        needs: &[],
        model: decay,
        check: parameter,
    },
    Behaviour {
        name: "a_written_weight_counts_from_the_next_step",
        needs: &[],
        model: synapses,
        check: weights,
    },
    Behaviour {
        name: "synapses_are_in_order_of_source_and_ordinal",
        needs: &[],
        model: synapses,
        check: order,
    },
    Behaviour { name: "a_written_signal_is_kept", needs: &[], model: memory, check: signal },
    Behaviour {
        name: "writing_what_is_there_changes_nothing",
        needs: &[],
        model: mixed,
        check: same,
    },
    Behaviour {
        name: "reset_takes_back_what_was_written",
        needs: &[],
        model: mixed,
        check: taken_back,
    },
    Behaviour {
        name: "addresses_of_nothing_are_refused",
        needs: &[],
        model: decay,
        check: nothing,
    },
    Behaviour {
        name: "a_wrong_number_of_values_is_refused",
        needs: &[],
        model: decay,
        check: lengths,
    },
];

/// Spikes of three cells in each step, through synapses that are not given in order of their ends.
fn synapses() -> Outcome<Model> {
    read(
        r#"model dt=0.001 seed=0 "synapses"
signal %0 "spikes" events [3] amplitude=1000.0
signal %1 "sum" dense [2] temporary = [0.0, 0.0]
operator "s" 0 spike_list %0 [[1, 2, 3, 4, 5, 6], [2, 3, 4, 5, 6], [2, 3, 4, 5, 6]]
operator "sum" 0 reset %1 0.0
operator "list" 0 deliver %0 -> %1 list [[2, 1], [0, 1], [2, 0], [0, 0], [2, 1]] weights=[1.0, 2.0, 4.0, 8.0, 16.0] delays=[1.0, 2.0, 3.0, 1.0, 1.0] weight=0.0 delay=0.0
operator "equal" 0 deliver %0 -> %1 list [[1, 0], [0, 0]] weight=0.5 delay=2.0
record "sum" signal %1 every=1.0 first=first_step unit=""
"#,
    )
}

/// A state that only decays.
fn memory() -> Outcome<Model> {
    read(
        r#"model dt=0.001 seed=0 "memory"
signal %0 "zero" dense [2] constant = [0.0, 0.0]
signal %1 "kept" dense [2] state = [1.0, 2.0]
operator "f" 0 filter %0 -> %1 decay=0.5 gain=1.0
record "kept" signal %1 every=1.0 first=zero unit=""
"#,
    )
}

fn address(model: &Model, of: impl Fn(&Model) -> Option<Address>) -> Outcome<Address> {
    of(model).ok_or_else(|| "the model has not what this check looks for".to_owned())
}

fn state(backend: &dyn Backend, model: &Model) -> Outcome {
    let v = address(model, |m| m.state_address("p", "v"))?;
    let mut simulation = compile(backend, model)?;
    advance(simulation.as_mut(), 20)?;
    near("v after one time constant", &simulation.read(v).map_err(words)?, &[(-1f64).exp(); 3])?;
    simulation.write(v, &[1.0, 2.0, -3.0]).map_err(words)?;
    expect_equal("v as written", &simulation.read(v).map_err(words)?, &vec![1.0, 2.0, -3.0])?;
    advance(simulation.as_mut(), 20)?;
    let decayed = [1.0, 2.0, -3.0].map(|v| v * (-1f64).exp());
    near("v after another", &simulation.read(v).map_err(words)?, &decayed)
}

fn parameter(backend: &dyn Backend, model: &Model) -> Outcome {
    let tau = address(model, |m| m.parameter_address("p", "tau"))?;
    let v = address(model, |m| m.state_address("p", "v"))?;
    let mut simulation = compile(backend, model)?;
    expect_equal("tau", &simulation.read(tau).map_err(words)?, &vec![20.0])?;
    simulation.write(tau, &[5.0]).map_err(words)?;
    expect_equal("tau as written", &simulation.read(tau).map_err(words)?, &vec![5.0])?;
    advance(simulation.as_mut(), 10)?;
    near("v with tau = 5 ms", &simulation.read(v).map_err(words)?, &[(-2f64).exp(); 3])?;
    simulation.write(tau, &[10.0, 20.0, 40.0]).map_err(words)?;
    expect_equal("tau of each", &simulation.read(tau).map_err(words)?, &vec![10.0, 20.0, 40.0])?;
    advance(simulation.as_mut(), 20)?;
    let expected = [-4.0, -3.0, -2.5].map(f64::exp);
    near("v with a tau of each", &simulation.read(v).map_err(words)?, &expected)
}

fn near(what: &str, found: &[f64], expected: &[f64]) -> Outcome {
    let close = |(f, e): (&f64, &f64)| (f - e).abs() <= 1e-12 * e.abs().max(1.0);
    let all = found.len() == expected.len() && found.iter().zip(expected).all(close);
    expect(all, || format!("{what}: {found:?}, not {expected:?}"))
}

fn deliver(model: &Model, path: &str) -> Outcome<OperatorId> {
    model.operator(path, 0).ok_or_else(|| format!("the model has no `{path}`"))
}

fn order(backend: &dyn Backend, model: &Model) -> Outcome {
    let (list, equal) = (deliver(model, "list")?, deliver(model, "equal")?);
    let simulation = compile(backend, model)?;
    let read = |address| simulation.read(address).map_err(words);
    let ends = vec![0.0, 1.0, 0.0, 0.0, 2.0, 1.0, 2.0, 0.0, 2.0, 1.0];
    expect_equal("ends", &read(Address::Synapses(list))?, &ends)?;
    expect_equal("weights", &read(Address::Weights(list))?, &vec![2.0, 8.0, 1.0, 4.0, 16.0])?;
    expect_equal("delays", &read(Address::Delays(list))?, &vec![2.0, 1.0, 1.0, 3.0, 1.0])?;
    expect_equal("ends", &read(Address::Synapses(equal))?, &vec![0.0, 0.0, 1.0, 0.0])?;
    expect_equal("equal weights", &read(Address::Weights(equal))?, &vec![0.5])?;
    expect_equal("equal delays", &read(Address::Delays(equal))?, &vec![2.0])
}

fn weights(backend: &dyn Backend, model: &Model) -> Outcome {
    let (list, equal) = (deliver(model, "list")?, deliver(model, "equal")?);
    let mut simulation = compile(backend, model)?;
    advance(simulation.as_mut(), 5)?;
    let new = [32.0, 64.0, 128.0, 256.0, 512.0];
    simulation.write(Address::Weights(list), &new).map_err(words)?;
    simulation.write(Address::Weights(equal), &[0.25]).map_err(words)?;
    let read = simulation.read(Address::Weights(list)).map_err(words)?;
    expect_equal("weights as written", &read, &new.to_vec())?;
    advance(simulation.as_mut(), 1)?;
    let recording = drain(model, simulation.as_mut())?;
    let rows = recording.samples("sum").ok_or("`sum` was not recorded")?;
    let expected = [8.0 + 1.0 + 4.0, 2.0 + 17.0, 64.0 + 256.0 + 0.5, 32.0 + 128.0 + 512.0];
    expect_equal("sums in steps 5 and 6", &rows.get(8..), &Some(&expected[..]))
}

fn signal(backend: &dyn Backend, model: &Model) -> Outcome {
    let kept = address(model, |m| m.signal("kept").map(Address::Signal))?;
    let mut simulation = compile(backend, model)?;
    simulation.write(kept, &[8.0, 4.0]).map_err(words)?;
    advance(simulation.as_mut(), 1)?;
    expect_equal("the signal", &simulation.read(kept).map_err(words)?, &vec![4.0, 2.0])
}

/// States, parameters, weights of the mixed model.
fn addresses(model: &Model) -> Outcome<Vec<Address>> {
    Ok(vec![
        address(model, |m| m.state_address("cells", "v"))?,
        address(model, |m| m.state_address("cells", "excitatory.i"))?,
        address(model, |m| m.parameter_address("cells", "tau_m"))?,
        address(model, |m| m.parameter_address("cells", "cm"))?,
        address(model, |m| m.signal("filtered").map(Address::Signal))?,
        Address::Weights(deliver(model, "fromsource")?),
        Address::Weights(deliver(model, "fromlist")?),
    ])
}

fn same(backend: &dyn Backend, model: &Model) -> Outcome {
    let whole = trace(backend, model, 100)?;
    let mut simulation = compile(backend, model)?;
    advance(simulation.as_mut(), 41)?;
    for address in addresses(model)? {
        let numbers = simulation.read(address).map_err(words)?;
        simulation.write(address, &numbers).map_err(words)?;
    }
    advance(simulation.as_mut(), 59)?;
    Equality::Bits.check(&finish(model, simulation.as_mut())?, &whole)
}

fn taken_back(backend: &dyn Backend, model: &Model) -> Outcome {
    let first = trace(backend, model, 80)?;
    let mut simulation = compile(backend, model)?;
    advance(simulation.as_mut(), 9)?;
    for address in addresses(model)? {
        let n = simulation.read(address).map_err(words)?.len();
        simulation.write(address, &vec![0.125; n]).map_err(words)?;
    }
    advance(simulation.as_mut(), 9)?;
    simulation.reset(None).map_err(words)?;
    advance(simulation.as_mut(), 80)?;
    Equality::Bits.check(&finish(model, simulation.as_mut())?, &first)
}

fn nothing(backend: &dyn Backend, model: &Model) -> Outcome {
    let (id, _) = model.neurons("p").ok_or("the model has no cells")?;
    let mut simulation = compile(backend, model)?;
    for address in [
        Address::State(id, 99),
        Address::Parameter(id, 99),
        Address::Weights(id),
        Address::Synapses(id),
    ] {
        let read = simulation.read(address);
        expect(read.is_err(), || format!("{address:?} gives {read:?}"))?;
        let written = simulation.write(address, &[1.0]);
        expect(written.is_err(), || format!("{address:?} can be written"))?;
    }
    Ok(())
}

fn lengths(backend: &dyn Backend, model: &Model) -> Outcome {
    let v = address(model, |m| m.state_address("p", "v"))?;
    let tau = address(model, |m| m.parameter_address("p", "tau"))?;
    let mut simulation: Box<dyn Simulation> = compile(backend, model)?;
    for address in [v, tau] {
        let before = simulation.read(address).map_err(words)?;
        let error = simulation.write(address, &[1.0, 2.0]);
        let is_length = matches!(error, Err(AccessError::Length { found: 2, expected: 3, .. }));
        expect(is_length, || format!("two values for three cells: {error:?}"))?;
        expect_equal("what is there", &simulation.read(address).map_err(words)?, &before)?;
    }
    Ok(())
}
