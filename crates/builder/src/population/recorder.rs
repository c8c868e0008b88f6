//! A recorder becomes a record.

use std::sync::Arc;

use pontine_core_ir::{
    Cells, ObjId, PopulationId, Recorder, inventory,
    model::{First, OperatorKind, Record, RecordTarget},
};

use crate::{builder::Builder, error::BuildError, registry::ObjectEntry};

inventory::submit! {
    ObjectEntry { kind: "Recorder", build, place: module_path!() }
}

fn build(builder: &mut Builder<'_>, id: ObjId) -> Result<(), BuildError> {
    let ObjId::Recorder(recorder_id) = id else { return Ok(()) };
    let network = builder.network();
    let recorder = &network.recorders[recorder_id].object;
    let Some(population) = network.population_of(recorder.cells) else {
        let message = "neurons of an ensemble are recorded by a probe".into();
        return Err(BuildError::Unsupported { path: builder.path(id), message });
    };
    let (target, unit) = target(builder, population, &recorder.variable)?;
    let record = Record {
        path: builder.path(id),
        target,
        subset: subset(builder, recorder),
        every: every(builder, id, recorder)?,
        first: First::Zero,
        unit,
    };
    builder.model_mut().records.add(record);
    Ok(())
}

fn target(
    builder: &Builder<'_>,
    population: PopulationId,
    variable: &str,
) -> Result<(RecordTarget, String), BuildError> {
    if variable == "spikes" {
        return Ok((RecordTarget::Events(builder.output(population)?), String::new()));
    }
    let operator = builder.cells(population)?;
    if let OperatorKind::Neurons(neurons) = &builder.model().operators[operator].kind {
        let mechanism = &neurons.mechanism;
        if let Some(i) = mechanism.state_index(variable) {
            return Ok((RecordTarget::State(operator, i), mechanism.states[i].unit.to_string()));
        }
        if let Some(i) = mechanism.outputs.iter().position(|o| o.name == variable) {
            let signal = neurons.outputs[i];
            let events = builder.model().signals[signal].is_events();
            let target =
                if events { RecordTarget::Events(signal) } else { RecordTarget::Signal(signal) };
            return Ok((target, mechanism.outputs[i].unit.to_string()));
        }
    }
    let message = format!("these cells have no variable `{variable}`");
    Err(BuildError::Unsupported { path: builder.path(population), message })
}

fn subset(builder: &Builder<'_>, recorder: &Recorder) -> Option<Arc<[u32]>> {
    match recorder.cells {
        Cells::View(view) => Some(builder.network().views[view].indices.clone()),
        Cells::Population(_) | Cells::Neurons(_) => None,
    }
}

fn every(builder: &Builder<'_>, id: ObjId, recorder: &Recorder) -> Result<f64, BuildError> {
    let Some(interval_ms) = recorder.sampling_interval else { return Ok(1.0) };
    let every = interval_ms / (builder.dt() * 1e3);
    // A quotient that rounding put just below a whole number is that number.
    let every =
        if (every - every.round()).abs() < 1e-9 * every.abs() { every.round() } else { every };
    if every >= 1.0 && every.is_finite() {
        return Ok(every);
    }
    let message = format!("a sampling interval of {interval_ms} ms is shorter than a step");
    Err(BuildError::Unsupported { path: builder.path(id), message })
}
