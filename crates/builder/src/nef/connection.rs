//! A connection: decoded from an ensemble or read directly, filtered, added to its target.

use ndarray::{Array2, Axis};
use pontine_core_ir::{EndObject, Endpoint, ObjId, Path, SignalId, Spec, Tensor, inventory};
use pontine_nef::solver::for_weights;

use super::{
    decoded::{self, Decoding},
    direct, learning, receptor, target,
};
use crate::{
    builder::Builder,
    checks::WEIGHTS,
    error::BuildError,
    registry::{FilterSite, ObjectEntry},
};

inventory::submit! {
    ObjectEntry { kind: "Connection", build, place: module_path!() }
}

fn build(builder: &mut Builder<'_>, id: ObjId) -> Result<(), BuildError> {
    let ObjId::Connection(connection_id) = id else { return Ok(()) };
    let network = builder.network();
    let connection = &network.connections[connection_id].object;
    let params = network.connection_params(connection_id);
    let path = builder.path(id);
    let seed = builder.seed(id);
    builder.keep(&path, "seed", Tensor::scalar(f64::from(seed)));
    if network.is_receptor(&connection.post.object) {
        return receptor::build(builder, connection_id, &path, seed);
    }
    let mut to_neurons = None;
    let (weighted, weights) = match &connection.pre.object {
        EndObject::Ensemble(ensemble) if !builder.is_direct(*ensemble) => {
            let post_encoders = post_encoders(builder, &path, &params.solver, &connection.post)?;
            to_neurons = post_encoders.as_ref().map(|(_, current)| *current);
            let decoding = Decoding {
                path: &path,
                seed,
                ensemble: *ensemble,
                slice: connection.pre.slice.as_deref(),
                function: connection.function.as_ref(),
                transform: &connection.transform,
                solver: &params.solver,
                eval_points: params.eval_points.as_ref(),
                scale_eval_points: params.scale_eval_points,
                post_encoders: post_encoders.map(|(encoders, _)| encoders),
            };
            let (weighted, weights) = decoded::build(builder, &decoding)?;
            (weighted, Some(weights))
        }
        _ => direct::build(builder, &path, seed, connection)?,
    };
    let size = builder.model().signals[weighted].len();
    let output = match &params.synapse {
        Some(spec) => {
            builder.synapse(&FilterSite { path: path.clone(), input: weighted, size }, spec)?
        }
        None => weighted,
    };
    builder.set_output(id, output);
    if let Some(weights) = weights {
        builder.set_weights(connection_id, weights);
    }
    learning::build(builder, connection_id, None)?;
    match to_neurons {
        Some(current) => target::copy(builder, &path, output, current, None),
        None => target::add(builder, &path, &connection.post, output)?,
    }
    Ok(())
}

/// Scaled encoders of the target and its input currents, where the solver is asked for weights.
fn post_encoders(
    builder: &Builder<'_>,
    path: &Path,
    solver: &Spec,
    post: &Endpoint,
) -> Result<Option<(Array2<f64>, SignalId)>, BuildError> {
    let wanted = for_weights(solver);
    if !wanted.map_err(|source| BuildError::Spec { path: path.clone(), source })? {
        return Ok(None);
    }
    let EndObject::Ensemble(ensemble) = post.object else {
        return Err(BuildError::Unsupported { path: path.clone(), message: WEIGHTS.into() });
    };
    let ensemble = builder.ensemble(ensemble)?;
    let encoders = &ensemble.tuning.scaled_encoders;
    let encoders = match &post.slice {
        Some(slice) => encoders.select(Axis(1), slice),
        None => encoders.clone(),
    };
    Ok(Some((encoders, ensemble.current)))
}
