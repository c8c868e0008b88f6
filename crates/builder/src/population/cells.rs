//! A population becomes one operator: its mechanism, or a list of spikes.

use std::sync::Arc;

use pontine_core_ir::{
    ObjId, Path, Population, Value, inventory,
    model::{Neurons, OperatorKind, Signal, SpikeList},
};
use pontine_mechanism::lang::OutputKind;

use crate::{builder::Builder, error::BuildError, registry::ObjectEntry};

inventory::submit! {
    ObjectEntry { kind: "Population", build, place: module_path!() }
}

fn build(builder: &mut Builder<'_>, id: ObjId) -> Result<(), BuildError> {
    let ObjId::Population(population_id) = id else { return Ok(()) };
    let population = &builder.network().populations[population_id].object;
    let path = builder.path(id);
    let kind = match &population.spike_times {
        Some(times) => OperatorKind::SpikeList(spike_list(builder, id, times)?),
        None => OperatorKind::Neurons(neurons(builder, id, population)?),
    };
    let operator = builder.operator(&path, kind);
    builder.set_cells(id, operator);
    Ok(())
}

fn neurons(
    builder: &mut Builder<'_>,
    id: ObjId,
    population: &Population,
) -> Result<Neurons, BuildError> {
    let path = builder.path(id);
    let mechanism = population.mechanism.clone();
    let outputs = mechanism.outputs.iter().map(|output| {
        let name = path.part(&output.name);
        builder.signal(match output.kind {
            OutputKind::Events { .. } => Signal::events(name, population.size, 1.0 / builder.dt()),
            OutputKind::Dense => Signal::temporary(name, &[population.size]),
        })
    });
    let outputs: Vec<_> = outputs.collect();
    if let Some(spikes) = mechanism.outputs.iter().position(|o| o.name == "spikes") {
        builder.set_output(id, outputs[spikes]);
    }
    let parameters = mechanism
        .parameters
        .iter()
        .map(|p| population.parameters.get(&p.name).cloned().unwrap_or(Value::Const(p.default)))
        .collect();
    let initial =
        mechanism.states.iter().map(|s| population.initial.get(&s.name).cloned()).collect();
    Ok(Neurons {
        n: population.size,
        parameters,
        initial,
        inputs: vec![None; mechanism.inputs.len()],
        receptors: vec![None; mechanism.receptors.len()],
        outputs,
        exposed: vec![],
        mechanism,
    })
}

/// Times become the steps at whose end they fall: the nearest, and never before the first.
fn spike_list(
    builder: &mut Builder<'_>,
    id: ObjId,
    times: &Arc<[Vec<f64>]>,
) -> Result<SpikeList, BuildError> {
    let path = builder.path(id);
    let dt_ms = builder.dt() * 1e3;
    let mut steps = Vec::with_capacity(times.iter().map(Vec::len).sum());
    let mut starts = vec![0];
    for cell in times.iter() {
        for &time in cell {
            steps.push(step_of(time, dt_ms, &path)?);
        }
        starts.push(steps.len());
    }
    let spikes = Signal::events(path.part("spikes"), times.len(), 1.0 / builder.dt());
    let output = builder.signal(spikes);
    builder.set_output(id, output);
    Ok(SpikeList { output, steps: steps.into(), starts: starts.into() })
}

fn step_of(time_ms: f64, dt_ms: f64, path: &Path) -> Result<u64, BuildError> {
    let step = (time_ms / dt_ms).round();
    if (1.0..9e15).contains(&step) {
        return Ok(step as u64);
    }
    Err(BuildError::Unsupported {
        path: path.clone(),
        message: format!(
            "a spike at {time_ms} ms falls on no step after the start (steps of {dt_ms} ms)"
        ),
    })
}
