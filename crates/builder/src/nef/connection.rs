//! A connection: decoded from an ensemble or read directly, filtered, added to its target.

use pontine_core_ir::{EndObject, ObjId, Tensor, inventory};

use super::{
    decoded::{self, Decoding},
    direct, target,
};
use crate::{
    builder::Builder,
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
    let weighted = match &connection.pre.object {
        EndObject::Ensemble(ensemble) => decoded::build(
            builder,
            &Decoding {
                path: &path,
                seed,
                ensemble: *ensemble,
                slice: connection.pre.slice.as_deref(),
                function: connection.function.as_ref(),
                transform: &connection.transform,
                solver: &params.solver,
                eval_points: params.eval_points.as_ref(),
                scale_eval_points: params.scale_eval_points,
            },
        )?,
        _ => direct::build(builder, &path, connection)?,
    };
    let size = builder.model().signals[weighted].len();
    let output = match &params.synapse {
        Some(spec) => {
            builder.synapse(&FilterSite { path: path.clone(), input: weighted, size }, spec)?
        }
        None => weighted,
    };
    builder.set_output(id, output);
    target::add(builder, &path, &connection.post, output)
}
