//! Ports of populations: inputs that can be added to, spikes and states that can be read.

use pontine_core_ir::{
    OperatorId, PopulationId, SignalId,
    model::{Neurons, OperatorKind, Signal},
};

use crate::{builder::Builder, error::BuildError};

/// Resets of ports have parts of their own, by port, so that it does not matter who asks first.
const INPUT_PART: u16 = 1000;
const RECEPTOR_PART: u16 = 2000;

/// The signal in which an input of the cells is added up; reset in each step.
pub(crate) fn input_port(
    builder: &mut Builder<'_>,
    population: PopulationId,
    port: &str,
) -> Result<SignalId, BuildError> {
    let (operator, neurons) = cells(builder, population, port)?;
    let index = neurons.mechanism.inputs.iter().position(|i| i.name == port);
    let Some(index) = index else { return Err(no_port(builder, population, port)) };
    if let Some(signal) = neurons.inputs[index] {
        return Ok(signal);
    }
    let signal = summed(builder, population, port, INPUT_PART + index as u16)?;
    if let Some(neurons) = neurons_mut(builder, operator) {
        neurons.inputs[index] = Some(signal);
    }
    Ok(signal)
}

/// The signal in which the weights due at a receptor are added up; reset in each step.
pub(crate) fn receptor_port(
    builder: &mut Builder<'_>,
    population: PopulationId,
    receptor: &str,
) -> Result<SignalId, BuildError> {
    let (operator, neurons) = cells(builder, population, receptor)?;
    let index = neurons.mechanism.receptors.iter().position(|r| r.name == receptor);
    let Some(index) = index else { return Err(no_port(builder, population, receptor)) };
    if let Some(signal) = neurons.receptors[index] {
        return Ok(signal);
    }
    let signal = summed(builder, population, receptor, RECEPTOR_PART + index as u16)?;
    if let Some(neurons) = neurons_mut(builder, operator) {
        neurons.receptors[index] = Some(signal);
    }
    Ok(signal)
}

/// Spikes or another output, or a state at the end of the step.
pub(crate) fn output_port(
    builder: &mut Builder<'_>,
    population: PopulationId,
    port: &str,
) -> Result<SignalId, BuildError> {
    if port == "spikes" {
        return builder.output(population);
    }
    let (operator, neurons) = cells(builder, population, port)?;
    if let Some(index) = neurons.mechanism.outputs.iter().position(|o| o.name == port) {
        return Ok(neurons.outputs[index]);
    }
    let Some(state) = neurons.mechanism.state_index(port) else {
        return Err(no_port(builder, population, port));
    };
    if let Some((_, signal)) = neurons.exposed.iter().find(|(s, _)| *s == state) {
        return Ok(*signal);
    }
    let n = neurons.n;
    let signal = Signal::temporary(builder.path(population).part(port), &[n]);
    let signal = builder.signal(signal);
    if let Some(neurons) = neurons_mut(builder, operator) {
        // In order of states, so that the order of requests does not matter.
        let place = neurons.exposed.partition_point(|(s, _)| *s < state);
        neurons.exposed.insert(place, (state, signal));
    }
    Ok(signal)
}

fn summed(
    builder: &mut Builder<'_>,
    population: PopulationId,
    port: &str,
    part: u16,
) -> Result<SignalId, BuildError> {
    let path = builder.path(population);
    let n = builder.network().populations[population].size;
    let signal = builder.signal(Signal::temporary(path.part(port), &[n]));
    builder.operator_at(&path, part, OperatorKind::Reset { target: signal, value: 0.0 });
    Ok(signal)
}

fn cells(
    builder: &Builder<'_>,
    population: PopulationId,
    port: &str,
) -> Result<(OperatorId, Neurons), BuildError> {
    let operator = builder.cells(population)?;
    match &builder.model().operators[operator].kind {
        OperatorKind::Neurons(neurons) => Ok((operator, neurons.clone())),
        _ => Err(no_port(builder, population, port)),
    }
}

fn neurons_mut<'b>(builder: &'b mut Builder<'_>, operator: OperatorId) -> Option<&'b mut Neurons> {
    match &mut builder.model_mut().operators[operator].kind {
        OperatorKind::Neurons(neurons) => Some(neurons),
        _ => None,
    }
}

fn no_port(builder: &Builder<'_>, population: PopulationId, port: &str) -> BuildError {
    BuildError::Unsupported {
        path: builder.path(population),
        message: format!("these cells have no port `{port}`"),
    }
}
