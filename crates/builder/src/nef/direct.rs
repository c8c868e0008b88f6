//! What leaves anything but an ensemble's vector: read, sliced, put through a function and a
//! transform while the model runs.

use std::sync::Arc;

use pontine_core_ir::{
    Connection, EndObject, Path, SignalId, SparseMatrix, Tensor,
    model::{Entries, OperatorKind, Signal},
};

use pontine_nef::transform::{Sampled, sampled};
use pontine_rng::RandomState;

use super::{function::in_steps, weights::Weights};
use crate::{builder::Builder, error::BuildError, population::output_port};

/// Operators up to the transform; the signal of the transformed vector, and what it was multiplied by.
pub(super) fn build(
    builder: &mut Builder<'_>,
    path: &Path,
    seed: u32,
    connection: &Connection,
) -> Result<(SignalId, Option<Weights>), BuildError> {
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
    let sampled = sampled(&connection.transform, &mut RandomState::new(seed));
    let failed = |source| BuildError::Samples { path: path.clone(), source };
    Ok(match sampled.map_err(failed)? {
        Sampled::Identity => (x, None),
        Sampled::Dense(transform) => transformed(builder, path, x, &transform)?,
        Sampled::Sparse(matrix) => sparse(builder, path, x, &matrix)?,
    })
}

/// What leaves an object.
pub(super) fn source(
    builder: &mut Builder<'_>,
    object: &EndObject,
) -> Result<SignalId, BuildError> {
    match object {
        EndObject::Population { population, port } => output_port(builder, *population, port),
        EndObject::Neurons(ensemble) => {
            builder.ensemble(*ensemble)?;
            builder.output(*ensemble)
        }
        EndObject::Rule { .. } | EndObject::ProjectionRule { .. } => Err(BuildError::Unsupported {
            path: builder.path(object.id()),
            message: "a learning rule takes, but gives nothing".into(),
        }),
        EndObject::Node(_) | EndObject::Custom(_) | EndObject::Ensemble(_) => {
            builder.output(object.id())
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
) -> Result<(SignalId, Option<Weights>), BuildError> {
    let size_out = match *transform.shape() {
        [] => builder.model().signals[x].len(),
        [rows, ..] => rows,
    };
    let a = builder.parameter(path, "transform", transform.clone())?;
    let y = builder.signal(Signal::temporary(path.part("weighted"), &[size_out]));
    builder.operator(path, OperatorKind::Reset { target: y, value: 0.0 });
    builder.operator(
        path,
        match transform.shape() {
            [_, _] => OperatorKind::DotInc { a, x, y },
            _ => OperatorKind::ElementwiseInc { a, x, y },
        },
    );
    Ok((y, Some(Weights { signal: a, x, n_rows: size_out, entries: None })))
}

/// The numbers that are there, at their places.
fn sparse(
    builder: &mut Builder<'_>,
    path: &Path,
    x: SignalId,
    matrix: &SparseMatrix,
) -> Result<(SignalId, Option<Weights>), BuildError> {
    let numbers: Vec<f64> = matrix.entries.iter().map(|(_, _, number)| *number).collect();
    let a = builder.parameter(path, "transform", Tensor::vector(numbers))?;
    let y = builder.signal(Signal::temporary(path.part("weighted"), &[matrix.rows]));
    let entries = Entries {
        rows: matrix.entries.iter().map(|(row, ..)| *row).collect(),
        columns: matrix.entries.iter().map(|(_, column, _)| *column).collect(),
    };
    builder.operator(path, OperatorKind::Reset { target: y, value: 0.0 });
    builder.operator(path, OperatorKind::SparseInc { a, entries: entries.clone(), x, y });
    Ok((y, Some(Weights { signal: a, x, n_rows: matrix.rows, entries: Some(entries) })))
}
