//! A probe: what it reads, filtered if it has a synapse, becomes a record.
//!
//! A decoded probe builds a hidden connection with the probe's seed. As in Nengo whatever is filtered
//! arrives with the lag of a connection: what the filter held when the step began.

use pontine_core_ir::{
    ConnectionId, EnsembleId, ObjId, OperatorId, Path, ProbeTarget, SignalId, Spec, Tensor,
    Transform,
    error::nearest,
    inventory,
    model::{First, Neurons, OperatorKind, Record, RecordTarget, Signal},
};

use super::{
    decoded::{self, Decoding},
    direct,
    learning::{self, Learner},
};
use crate::{
    builder::Builder,
    error::BuildError,
    registry::{FilterSite, ObjectEntry},
};

inventory::submit! {
    ObjectEntry { kind: "Probe", build, place: module_path!() }
}

fn build(builder: &mut Builder<'_>, id: ObjId) -> Result<(), BuildError> {
    let ObjId::Probe(probe_id) = id else { return Ok(()) };
    let network = builder.network();
    let probe = &network.probes[probe_id].object;
    if let Some((rule, signal)) = of_rule(&probe.target) {
        add_delta(builder, rule, signal)?;
    }
    let synapse = network.probe_synapse(probe_id);
    let path = builder.path(id);
    let seed = Tensor::scalar(f64::from(builder.seed(id)));
    builder.keep(&path, "seed", seed);
    let sample_every = network.probe_sample_every(probe_id);
    let every = every(builder, &path, sample_every)?;
    let mut slice = probe.slice.as_deref();
    let (target, unit) = match &probe.target {
        ProbeTarget::Decoded(ensemble) if !builder.is_direct(*ensemble) => {
            let solver = network.probe_solver(probe_id);
            // As in Nengo nothing else is decoded.
            let slice = slice.take();
            let decoded = decoded(builder, id, (*ensemble, slice), &solver, synapse.as_ref())?;
            (RecordTarget::Signal(decoded), String::new())
        }
        ProbeTarget::NeuronState(ensemble, state) => {
            neuron_state(builder, &path, *ensemble, state, synapse.as_ref())?
        }
        ProbeTarget::Decoded(_) | ProbeTarget::Node(_) | ProbeTarget::Custom(_) => {
            let signal = read(builder, &probe.target)?;
            let arrived = arrived(builder, &path, signal, synapse.as_ref())?;
            (RecordTarget::Signal(arrived), String::new())
        }
        other => {
            let signal = read(builder, other)?;
            let unit = if matches!(other, ProbeTarget::Neurons(_)) { "Hz" } else { "" };
            let is_dense = sample_every.is_some();
            (plain(builder, &path, signal, is_dense, synapse.as_ref())?, unit.to_owned())
        }
    };
    let subset = slice.map(|slice| slice.iter().map(|&i| i as u32).collect());
    let record = Record { path, target, subset, every, first: First::FirstStep, unit };
    builder.model_mut().records.add(record);
    Ok(())
}

/// A signal that is there anyway.
fn read(builder: &mut Builder<'_>, target: &ProbeTarget) -> Result<SignalId, BuildError> {
    match target {
        ProbeTarget::Decoded(id) => builder.output(*id),
        ProbeTarget::Neurons(id) | ProbeTarget::NeuronState(id, _) => {
            builder.ensemble(*id)?;
            builder.output(*id)
        }
        ProbeTarget::NeuronInput(id) => Ok(builder.ensemble(*id)?.current),
        ProbeTarget::Input(id) => builder.input(*id),
        ProbeTarget::ConnectionInput(id) => {
            direct::source(builder, &builder.network().connections[*id].pre.object)
        }
        ProbeTarget::Node(id) => builder.output(*id),
        ProbeTarget::Custom(id) => builder.output(*id),
        ProbeTarget::Connection(id) if to_receptor(builder, *id) => Err(BuildError::Unsupported {
            path: builder.path(*id),
            message: "it brings weights to a receptor, and no vector that could be probed".into(),
        }),
        ProbeTarget::Connection(id) => builder.output(*id),
        ProbeTarget::ScaledEncoders(id) => Ok(builder.ensemble(*id)?.encoders),
        ProbeTarget::Weights(id) => match builder.weights(*id) {
            Some(weights) => Ok(weights.signal),
            None => builder.output(*id).and(Err(BuildError::Unsupported {
                path: builder.path(*id),
                message: "nothing is multiplied on it, so it has no weights".into(),
            })),
        },
        ProbeTarget::Factor(id, block, factor) => {
            let factors = builder.factors(*id).get(block.unwrap_or(0));
            let signal = factors.and_then(|factors| factors.get(*factor));
            signal.ok_or_else(|| BuildError::NotBuilt { path: builder.path(*id) })
        }
        ProbeTarget::Rule { connection, rule, signal } => {
            rule_signal(builder, (Learner::Connection(*connection), *rule), signal)
        }
        ProbeTarget::ProjectionRule { projection, rule, signal } => {
            rule_signal(builder, (Learner::Projection(*projection), *rule), signal)
        }
    }
}

fn to_receptor(builder: &Builder<'_>, id: ConnectionId) -> bool {
    let network = builder.network();
    network.is_receptor(&network.connections[id].post.object)
}

/// A signal of a learning rule by name.
fn rule_signal(
    builder: &Builder<'_>,
    rule: (Learner, usize),
    signal: &str,
) -> Result<SignalId, BuildError> {
    let signals = builder.rule_signals(rule)?;
    let names = signals.keys().map(String::as_str);
    signals.get(signal).copied().ok_or_else(|| BuildError::Unsupported {
        path: builder.path(rule.0.id()),
        message: format!(
            "its learning rule has no signal `{signal}`, but {}",
            names.collect::<Vec<_>>().join(", ")
        ),
    })
}

/// The learning rule and the name of its signal that a probe reads, if it reads one.
fn of_rule(target: &ProbeTarget) -> Option<((Learner, usize), &str)> {
    match target {
        ProbeTarget::Rule { connection, rule, signal } => {
            Some(((Learner::Connection(*connection), *rule), signal))
        }
        ProbeTarget::ProjectionRule { projection, rule, signal } => {
            Some(((Learner::Projection(*projection), *rule), signal))
        }
        _ => None,
    }
}

/// The change that a rule makes is a signal only where somebody asks for it.
fn add_delta(
    builder: &mut Builder<'_>,
    rule: (Learner, usize),
    signal: &str,
) -> Result<(), BuildError> {
    let Some(block) = signal.strip_suffix(DELTA) else { return Ok(()) };
    if builder.rule_signals(rule)?.contains_key(signal) {
        return Ok(());
    }
    let names = rule.0.rule_names(builder.network());
    let Some(name) = names.get(rule.1) else { return Ok(()) };
    // Of a block it is that of the block's part of the rule.
    let part = format!("{name}.{block}");
    let path = builder.path(rule.0.id()).part(part.trim_end_matches('.'));
    let delta = learning::delta(builder, &path)?;
    builder.set_rule_signal(rule, signal, delta);
    Ok(())
}

const DELTA: &str = "delta";

/// The rate that spikes are made of.
const RATE: &str = "rate_out";

/// Spikes are recorded as spikes where nothing is done to them and no samples are asked for.
fn plain(
    builder: &mut Builder<'_>,
    path: &Path,
    signal: SignalId,
    is_dense: bool,
    synapse: Option<&Spec>,
) -> Result<RecordTarget, BuildError> {
    let events = builder.model().signals[signal].is_events();
    match synapse {
        Some(_) => Ok(RecordTarget::Signal(arrived(builder, path, signal, synapse)?)),
        None if events && !is_dense => Ok(RecordTarget::Events(signal)),
        None => Ok(RecordTarget::Signal(signal)),
    }
}

fn filtered(
    builder: &mut Builder<'_>,
    path: &Path,
    input: SignalId,
    spec: &Spec,
) -> Result<SignalId, BuildError> {
    let size = builder.model().signals[input].len();
    builder.synapse(&FilterSite { path: path.clone(), input, size }, spec)
}

fn decoded(
    builder: &mut Builder<'_>,
    id: ObjId,
    (ensemble, slice): (EnsembleId, Option<&[usize]>),
    solver: &Spec,
    synapse: Option<&Spec>,
) -> Result<SignalId, BuildError> {
    let path = builder.path(id);
    let decoding = Decoding {
        path: &path,
        seed: builder.seed(id),
        ensemble,
        slice,
        function: None,
        transform: &Transform::Identity,
        solver,
        eval_points: None,
        scale_eval_points: true,
        post_encoders: None,
    };
    let (weighted, _) = decoded::build(builder, &decoding)?;
    arrived(builder, &path, weighted, synapse)
}

/// Behind a filter, if there is one: what it held when the step began.
fn arrived(
    builder: &mut Builder<'_>,
    path: &Path,
    signal: SignalId,
    synapse: Option<&Spec>,
) -> Result<SignalId, BuildError> {
    let Some(spec) = synapse else { return Ok(signal) };
    let source = filtered(builder, path, signal, spec)?;
    let size = builder.model().signals[source].len();
    let target = builder.signal(Signal::temporary(path.part("in"), &[size]));
    builder.operator(
        path,
        OperatorKind::Copy { source, source_index: None, target, target_index: None, inc: false },
    );
    Ok(target)
}

fn neuron_state(
    builder: &mut Builder<'_>,
    path: &Path,
    id: EnsembleId,
    state: &str,
    synapse: Option<&Spec>,
) -> Result<(RecordTarget, String), BuildError> {
    let ensemble = builder.ensemble(id)?;
    let stages = ensemble.stages.clone();
    let rate = cells(builder, stages[0]).map(|cells| cells.outputs[0]);
    if let Some(rate) = rate.filter(|_| state == RATE && ensemble.neurons.behind.is_some()) {
        let arrived = arrived(builder, path, rate, synapse)?;
        return Ok((RecordTarget::Signal(arrived), "Hz".to_owned()));
    }
    let found = stages.iter().find_map(|&stage| Some((stage, index_of(builder, stage, state)?)));
    let Some((stage, index)) = found else { return Err(no_state(builder, path, &stages, state)) };
    let unit = cells(builder, stage).map(|cells| cells.mechanism.states[index].unit.to_string());
    let unit = unit.unwrap_or_default();
    if synapse.is_none() {
        return Ok((RecordTarget::State(stage, index), unit));
    }
    let exposed = exposed(builder, id, stage, index)?;
    Ok((RecordTarget::Signal(arrived(builder, path, exposed, synapse)?), unit))
}

fn cells<'b>(builder: &'b Builder<'_>, stage: OperatorId) -> Option<&'b Neurons> {
    match &builder.model().operators[stage].kind {
        OperatorKind::Neurons(neurons) => Some(neurons),
        _ => None,
    }
}

fn index_of(builder: &Builder<'_>, stage: OperatorId, state: &str) -> Option<usize> {
    let mechanism = &cells(builder, stage)?.mechanism;
    mechanism.state_index(state).filter(|&i| !mechanism.states[i].hidden)
}

fn no_state(builder: &Builder<'_>, path: &Path, stages: &[OperatorId], state: &str) -> BuildError {
    let cells: Vec<&Neurons> = stages.iter().filter_map(|&s| cells(builder, s)).collect();
    let states = cells.iter().flat_map(|cells| &cells.mechanism.states);
    let known = states.filter(|s| !s.hidden).map(|s| s.name.as_str());
    let hint = nearest(state, known).map(|n| format!("; did you mean `{n}`?")).unwrap_or_default();
    let mechanism = cells.last().map_or("", |cells| cells.mechanism.name.as_str());
    BuildError::Unsupported {
        path: path.clone(),
        message: format!("`{mechanism}` has no state `{state}`{hint}"),
    }
}

/// A dense copy of a state of an ensemble's neurons.
fn exposed(
    builder: &mut Builder<'_>,
    id: EnsembleId,
    stage: OperatorId,
    state: usize,
) -> Result<SignalId, BuildError> {
    let path = builder.path(id);
    let Some(neurons) = cells(builder, stage) else { return Err(BuildError::NotBuilt { path }) };
    if let Some((_, signal)) = neurons.exposed.iter().find(|(s, _)| *s == state) {
        return Ok(*signal);
    }
    let name = path.part("neurons").part(&neurons.mechanism.states[state].name);
    let n = neurons.n;
    let signal = builder.signal(Signal::temporary(name, &[n]));
    if let OperatorKind::Neurons(neurons) = &mut builder.model_mut().operators[stage].kind {
        // In order of states, so that the order of probes does not matter.
        let place = neurons.exposed.partition_point(|(s, _)| *s < state);
        neurons.exposed.insert(place, (state, signal));
    }
    Ok(signal)
}

/// Steps between samples.
fn every(builder: &Builder<'_>, path: &Path, sample_every: Option<f64>) -> Result<f64, BuildError> {
    let Some(seconds) = sample_every else { return Ok(1.0) };
    let steps = seconds / builder.dt();
    // A quotient that rounding put beside a whole number is that number.
    let whole = (steps - steps.round()).abs() < 1e-9 * steps.abs();
    let steps = if whole { steps.round() } else { steps };
    if steps >= 1.0 && steps.is_finite() {
        return Ok(steps);
    }
    let message = format!("samples every {seconds} s are closer than steps of {} s", builder.dt());
    Err(BuildError::Unsupported { path: path.clone(), message })
}
