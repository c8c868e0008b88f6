//! A connection from an ensemble to a receptor: the decoders and the transform are the factors of the
//! weights that the spikes of its neurons have.
//!
//! Decoders are for rates, so a spike brings what the decoded vector is in one step times the length of
//! the step: in a second, `transform · x`.

use std::sync::Arc;

use pontine_core_ir::{
    Block, Connection, ConnectionId, Connectivity, EndObject, EnsembleId, Factors, Path,
    PopulationId, SignalId, Spec, Tensor, Transform, Value, Window,
    model::{Deliver, OperatorKind, Signal},
};

use super::{
    decoded::{self, Decoding},
    learning::{self, Encoding},
    weights::Weights,
};
use crate::{builder::Builder, error::BuildError, population::receptor_port};

/// Builds a connection whose target is a receptor.
pub(super) fn build(
    builder: &mut Builder<'_>,
    id: ConnectionId,
    path: &Path,
    seed: u32,
) -> Result<(), BuildError> {
    let connection = &builder.network().connections[id].object;
    let EndObject::Population { population, port } = &connection.post.object else {
        return Err(BuildError::NotBuilt { path: path.clone() });
    };
    let ensemble = spiking(builder, path, &connection.pre.object)?;
    let (encoders, delay_s) = (encoders(path, connection)?, delay(builder, path, connection)?);
    let decoders = decoders(builder, (id, path, seed), connection, ensemble)?;
    let encoders = builder.parameter(path, "encoders", encoders)?;
    let target = receptor_port(builder, *population, port)?;
    let slice = connection.post.slice.as_deref();
    let (source, signal) = (decoders.x, decoders.signal);
    let factors = Factors { encoders: Some(encoders), transform: None, decoders: signal };
    let connectivity = connectivity(builder, source, slice, factors);
    let (weight, delay) = (Value::Const(1.0), Value::Const(delay_s * 1e3));
    let synapse = None;
    let deliver = Deliver { source, target, connectivity, weight, delay, synapse };
    builder.operator(path, OperatorKind::Deliver(deliver));
    let post = spikes_of(builder, path, *population, slice);
    builder.set_weights(id, decoders);
    let encoding = Encoding { transform: None, encoders: Some(encoders), post };
    learning::build(builder, id, Some(encoding))
}

/// The ensemble that sends spikes.
fn spiking(builder: &Builder<'_>, path: &Path, pre: &EndObject) -> Result<EnsembleId, BuildError> {
    if let EndObject::Ensemble(id) = pre
        && !builder.is_direct(*id)
        && builder.model().signals[builder.output(*id)?].is_events()
    {
        return Ok(*id);
    }
    Err(unsupported(path, "a receptor takes spikes: those of an ensemble whose neurons spike"))
}

/// The transform, which has a row for each cell.
fn encoders(path: &Path, connection: &Connection) -> Result<Tensor, BuildError> {
    match &connection.transform {
        Transform::Dense(matrix) if matrix.shape().len() == 2 => Ok(matrix.clone()),
        _ => {
            let message = "to a receptor it needs a matrix as its transform, a row for each cell";
            Err(unsupported(path, message))
        }
    }
}

/// In s: one step, or that of a synapse that only delays.
fn delay(builder: &Builder<'_>, path: &Path, connection: &Connection) -> Result<f64, BuildError> {
    match &connection.options.synapse {
        None | Some(None) => Ok(builder.dt()),
        Some(Some(Spec { kind, params })) if kind == "Delay" && params.len() == 1 => {
            let spec = Spec { kind: kind.clone(), params: params.clone() };
            let delay = spec.number("delay");
            delay.map_err(|source| BuildError::Spec { path: path.clone(), source })
        }
        Some(Some(_)) => {
            let message = "a receptor filters by itself: the synapse is none, or `Delay`";
            Err(unsupported(path, message))
        }
    }
}

/// What is decoded, before the transform.
fn decoders(
    builder: &mut Builder<'_>,
    (id, path, seed): (ConnectionId, &Path, u32),
    connection: &Connection,
    ensemble: EnsembleId,
) -> Result<Weights, BuildError> {
    let params = builder.network().connection_params(id);
    let decoding = Decoding {
        path,
        seed,
        ensemble,
        slice: connection.pre.slice.as_deref(),
        function: connection.function.as_ref(),
        transform: &Transform::Identity,
        solver: &params.solver,
        eval_points: params.eval_points.as_ref(),
        scale_eval_points: params.scale_eval_points,
        post_encoders: None,
    };
    decoded::weights(builder, &decoding)
}

fn connectivity(
    builder: &Builder<'_>,
    source: SignalId,
    slice: Option<&[usize]>,
    factors: Factors,
) -> Connectivity {
    let Some(slice) = slice else { return Connectivity::Factored(factors) };
    let source = Window::All(builder.model().signals[source].len());
    let target = Window::Some(slice.iter().map(|&i| i as u32).collect());
    Connectivity::Blocks([Block { source, target, factors }].into())
}

/// The spikes of the cells that are reached, if they spike.
fn spikes_of(
    builder: &mut Builder<'_>,
    path: &Path,
    population: PopulationId,
    slice: Option<&[usize]>,
) -> Option<SignalId> {
    let source = builder.output(population).ok()?;
    let Some(slice) = slice else { return Some(source) };
    let source_index: Option<Arc<[u32]>> = Some(slice.iter().map(|&i| i as u32).collect());
    let target = builder.signal(Signal::temporary(path.part("target.spikes"), &[slice.len()]));
    let (target_index, inc) = (None, false);
    let kind = OperatorKind::Copy { source, source_index, target, target_index, inc };
    builder.operator(path, kind);
    Some(target)
}

fn unsupported(path: &Path, message: &str) -> BuildError {
    BuildError::Unsupported { path: path.clone(), message: message.to_owned() }
}
