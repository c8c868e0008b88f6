//! What the synapses of a projection do: parameters in their order, and the spikes they wait for.

use std::sync::Arc;

use pontine_core_ir::{Path, PopulationId, Projection, SynapseType, Value, model::SynapseModel};

use crate::{builder::Builder, error::BuildError};

/// The synapses of a projection to cells of a population, if they have states.
pub(super) fn synapse(
    builder: &Builder<'_>,
    projection: &Projection,
    target: PopulationId,
    path: &Path,
) -> Result<Option<Arc<SynapseModel>>, BuildError> {
    let Some(synapse) = &projection.synapse else { return Ok(None) };
    let mut model = SynapseModel::new(synapse.mechanism.clone());
    model.dendritic = synapse.dendritic_delay_fraction;
    for (parameter, place) in synapse.mechanism.parameters().iter().zip(&mut model.parameters) {
        if let Some(value) = synapse.parameters.get(&parameter.name) {
            *place = value.clone();
        } else if parameter.name == TAU_SYN {
            *place = receptor_tau(builder, projection, target, path)?.unwrap_or(place.clone());
        }
    }
    let states = synapse.mechanism.states().iter().skip(1);
    for (state, place) in states.zip(&mut model.initial) {
        *place = synapse.initial.get(&state.name).cloned();
    }
    if synapse.mechanism.on_post.is_some() {
        model.post = Some(spikes(builder, target, synapse, path)?);
    }
    Ok(Some(Arc::new(model)))
}

/// The parameter of a synapse that is, where it is not given, the time constant of its receptor.
const TAU_SYN: &str = "tau_syn";

/// The time constant of the receptor: `tau_syn_E` of one called `excitatory`, `tau_syn_I` of one called
/// `inhibitory`, `tau_syn_<name>` of others.
fn receptor_tau(
    builder: &Builder<'_>,
    projection: &Projection,
    target: PopulationId,
    path: &Path,
) -> Result<Option<Value>, BuildError> {
    let suffix = match projection.receptor.as_str() {
        "excitatory" => "E",
        "inhibitory" => "I",
        other => other,
    };
    let name = format!("{TAU_SYN}_{suffix}");
    let population = &builder.network().populations[target].object;
    let parameters = &population.mechanism.parameters;
    let Some(parameter) = parameters.iter().find(|p| p.name == name) else { return Ok(None) };
    match population.parameters.get(&name) {
        None => Ok(Some(Value::Const(parameter.default))),
        Some(Value::Const(tau)) => Ok(Some(Value::Const(*tau))),
        Some(_) => Err(BuildError::Unsupported {
            path: path.clone(),
            message: format!("`{name}` differs between the targets, so `{TAU_SYN}` must be given"),
        }),
    }
}

/// The spikes of the targets.
fn spikes(
    builder: &Builder<'_>,
    target: PopulationId,
    synapse: &SynapseType,
    path: &Path,
) -> Result<pontine_core_ir::SignalId, BuildError> {
    let signal = builder.output(target)?;
    if builder.model().signals[signal].is_events() {
        return Ok(signal);
    }
    let message = format!("the targets do not spike, which `{}` waits for", synapse.mechanism.name);
    Err(BuildError::Unsupported { path: path.clone(), message })
}
