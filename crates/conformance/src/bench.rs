//! Runs models on a backend and looks at what came out.

use pontine_core_ir::{
    Model, Recording,
    model::{OperatorKind, Role},
    port::{Address, Backend, Simulation, Unattended},
};

/// What a check says when it fails: text for people.
pub type Outcome<T = ()> = Result<T, String>;

/// Turns any error into the text of a failed check, with its causes.
pub fn words(error: impl std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text = format!("{text}: {cause}");
        source = cause.source();
    }
    text
}

/// A model on a backend, at step 0.
///
/// # Errors
/// If the model is not valid or the backend refuses it.
pub fn compile(backend: &dyn Backend, model: &Model) -> Outcome<Box<dyn Simulation>> {
    model.validate().map_err(words)?;
    backend.compile(model, &Default::default()).map_err(words)
}

/// Runs so many steps to their end.
///
/// # Errors
/// If the run fails or ends early.
pub fn advance(simulation: &mut dyn Simulation, n_steps: u64) -> Outcome {
    let done = simulation.run_steps(n_steps, &mut Unattended).map_err(words)?;
    expect_equal("steps done", &done, &n_steps)
}

/// Everything recorded since the last drain.
///
/// # Errors
/// If the simulation gives what cannot be kept.
pub fn drain(model: &Model, simulation: &mut dyn Simulation) -> Outcome<Recording> {
    let mut recording = Recording::of(model);
    simulation.drain(&mut recording).map_err(|error| error.to_string())?;
    Ok(recording)
}

/// What a model leaves behind: its recordings and its final state.
#[derive(Clone, Debug, PartialEq)]
pub struct Trace {
    /// What was recorded.
    pub recording: Recording,
    /// States of cells and of signals at the end, by name.
    pub states: Vec<(String, Vec<f64>)>,
    /// Number of synapses.
    pub n_synapses: u64,
}

/// Compiles and runs a model.
///
/// # Errors
/// If anything on the way fails.
pub fn trace(backend: &dyn Backend, model: &Model, n_steps: u64) -> Outcome<Trace> {
    let mut simulation = compile(backend, model)?;
    advance(simulation.as_mut(), n_steps)?;
    finish(model, simulation.as_mut())
}

/// What a simulation leaves behind as it stands.
///
/// # Errors
/// If it cannot be read.
pub fn finish(model: &Model, simulation: &mut dyn Simulation) -> Outcome<Trace> {
    let states = addresses(model)
        .into_iter()
        .map(|(name, address)| Ok((name, whole(simulation, address)?)))
        .collect::<Outcome<_>>()?;
    Ok(Trace { recording: drain(model, simulation)?, states, n_synapses: simulation.n_synapses() })
}

/// Numbers at an address, weights and delays written out for each synapse.
fn whole(simulation: &dyn Simulation, address: Address) -> Outcome<Vec<f64>> {
    let numbers = simulation.read(address).map_err(words)?;
    match (address, &numbers[..]) {
        (Address::Weights(id) | Address::Delays(id), [constant]) => {
            let ends = simulation.read(Address::Synapses(id)).map_err(words)?;
            Ok(vec![*constant; ends.len() / 2])
        }
        _ => Ok(numbers),
    }
}

/// The addresses of all states, and of the synapses, by name and in order of the names.
fn addresses(model: &Model) -> Vec<(String, Address)> {
    let mut addresses = Vec::new();
    let is_kept = |role| matches!(role, Role::State | Role::Parameter);
    for (id, signal) in model.signals.iter().filter(|(_, s)| is_kept(s.role)) {
        addresses.push((format!("signal {}", signal.path), Address::Signal(id)));
    }
    for (id, op) in model.operators.iter() {
        match &op.kind {
            OperatorKind::Neurons(neurons) => {
                for (i, state) in neurons.mechanism.states.iter().enumerate() {
                    let name = format!("state {}.{}", op.path, state.name);
                    addresses.push((name, Address::State(id, i)));
                }
            }
            OperatorKind::Deliver(deliver) => {
                let synapse = deliver.synapse.iter().map(|model| &model.synapse);
                for (i, state) in synapse.flat_map(|s| s.states()).enumerate() {
                    let name = format!("synapse state {} {} {}", op.path, op.part, state.name);
                    addresses.push((name, Address::SynapseState(id, i)));
                }
                for (what, address) in [
                    ("ends", Address::Synapses(id)),
                    ("weights", Address::Weights(id)),
                    ("delays", Address::Delays(id)),
                ] {
                    addresses.push((format!("{what} {} {}", op.path, op.part), address));
                }
            }
            OperatorKind::Time { .. }
            | OperatorKind::Reset { .. }
            | OperatorKind::Copy { .. }
            | OperatorKind::ElementwiseInc { .. }
            | OperatorKind::DotInc { .. }
            | OperatorKind::SparseInc { .. }
            | OperatorKind::OuterInc { .. }
            | OperatorKind::Filter(_)
            | OperatorKind::Function { .. }
            | OperatorKind::Host { .. }
            | OperatorKind::SpikeList(_) => {}
        }
    }
    addresses.sort_by(|a, b| a.0.cmp(&b.0));
    addresses
}

/// Fails if two things differ.
///
/// # Errors
/// Both, by name.
pub fn expect_equal<T: PartialEq + std::fmt::Debug>(
    what: &str,
    found: &T,
    expected: &T,
) -> Outcome {
    if found == expected {
        return Ok(());
    }
    Err(format!("{what}: {found:?}, not {expected:?}"))
}

/// Fails unless something holds.
///
/// # Errors
/// The message.
pub fn expect(holds: bool, message: impl FnOnce() -> String) -> Outcome {
    if holds { Ok(()) } else { Err(message()) }
}
