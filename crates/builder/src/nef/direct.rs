//! What leaves anything but an ensemble's vector: read, sliced, put through a function and a
//! transform while the model runs.

use std::sync::Arc;

use pontine_core_ir::{
    Connection, EndObject, Path, SignalId, Tensor, Transform,
    model::{OperatorKind, Signal},
};

use super::function::in_steps;
use crate::{builder::Builder, error::BuildError, population::output_port};

/// Operators up to the transform; the signal of the transformed vector.
pub(super) fn build(
    builder: &mut Builder<'_>,
    path: &Path,
    connection: &Connection,
) -> Result<SignalId, BuildError> {
    let whole = source(builder, &connection.pre.object)?;
    let x = match &connection.pre.slice {
        Some(slice) => sliced(builder, path, whole, slice),
        None => whole,
    };
    let x = match &connection.function {
        Some(function) => {
            let output = Signal::temporary(path.part("function"), &[function.size_out()]);
            in_steps(builder, path, function, Some(x), output, false)?
        }
        None => x,
    };
    Ok(match &connection.transform {
        Transform::Identity => x,
        Transform::Dense(transform) => transformed(builder, path, x, transform),
    })
}

fn source(builder: &mut Builder<'_>, object: &EndObject) -> Result<SignalId, BuildError> {
    match object {
        EndObject::Population { population, port } => output_port(builder, *population, port),
        EndObject::Neurons(ensemble) => {
            builder.ensemble(*ensemble)?;
            builder.output(*ensemble)
        }
        EndObject::Node(_) | EndObject::Custom(_) | EndObject::Ensemble(_) => {
            builder.output(builder.end_id(object))
        }
    }
}

fn sliced(
    builder: &mut Builder<'_>,
    path: &Path,
    source: SignalId,
    slice: &Arc<[usize]>,
) -> SignalId {
    let target = builder.signal(Signal::temporary(path.part("sliced"), &[slice.len()]));
    let source_index = Some(slice.iter().map(|&i| i as u32).collect());
    builder.operator(
        path,
        OperatorKind::Copy { source, source_index, target, target_index: None, inc: false },
    );
    target
}

/// A matrix multiplies; a number or a diagonal scales element by element.
fn transformed(
    builder: &mut Builder<'_>,
    path: &Path,
    x: SignalId,
    transform: &Tensor,
) -> SignalId {
    let size_out = match *transform.shape() {
        [] => builder.model().signals[x].len(),
        [rows, ..] => rows,
    };
    let a = builder.signal(Signal::constant(path.part("transform"), transform.clone()));
    let y = builder.signal(Signal::temporary(path.part("weighted"), &[size_out]));
    builder.operator(path, OperatorKind::Reset { target: y, value: 0.0 });
    builder.operator(
        path,
        match transform.shape() {
            [_, _] => OperatorKind::DotInc { a, x, y },
            _ => OperatorKind::ElementwiseInc { a, x, y },
        },
    );
    y
}
