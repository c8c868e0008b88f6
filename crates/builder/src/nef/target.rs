//! What arrives: a vector is added to the input of the object at the end of a connection.

use std::sync::Arc;

use ndarray::{Array1, Axis};
use pontine_core_ir::{
    EndObject, Endpoint, EnsembleId, Path, SignalId,
    model::{OperatorKind, Signal},
};

use super::learning::Learner;
use crate::{builder::Builder, error::BuildError, population::input_port};

/// Adds `x` to what stands at an end.
pub(super) fn add(
    builder: &mut Builder<'_>,
    path: &Path,
    post: &Endpoint,
    x: SignalId,
) -> Result<(), BuildError> {
    let slice = post.slice.as_deref();
    let target = match &post.object {
        EndObject::Neurons(ensemble) => return add_current(builder, path, *ensemble, slice, x),
        EndObject::Population { population, port } => input_port(builder, *population, port)?,
        EndObject::Rule { connection, rule } => {
            told(builder, path, (Learner::Connection(*connection), *rule))?
        }
        EndObject::ProjectionRule { projection, rule } => {
            told(builder, path, (Learner::Projection(*projection), *rule))?
        }
        EndObject::Ensemble(_) | EndObject::Node(_) | EndObject::Custom(_) => {
            builder.input(post.object.id())?
        }
    };
    copy(builder, path, x, target, slice);
    Ok(())
}

/// The signal in which what a learning rule is told is added up.
fn told(
    builder: &Builder<'_>,
    path: &Path,
    rule: (Learner, usize),
) -> Result<SignalId, BuildError> {
    let input = builder.rule_signals(rule)?.get("input").copied();
    input.ok_or_else(|| BuildError::NotBuilt { path: path.clone() })
}

/// Currents of single neurons are multiplied by their gains, as Nengo does.
fn add_current(
    builder: &mut Builder<'_>,
    path: &Path,
    id: EnsembleId,
    slice: Option<&[usize]>,
    x: SignalId,
) -> Result<(), BuildError> {
    let ensemble = builder.ensemble(id)?;
    let gain: Array1<f64> = match slice {
        Some(slice) => ensemble.tuning.gain.select(Axis(0), slice),
        None => ensemble.tuning.gain.clone(),
    };
    let n = gain.len();
    let a = builder.signal(Signal::constant(path.part("gain"), gain.into()));
    if slice.is_none() {
        builder.operator(path, OperatorKind::ElementwiseInc { a, x, y: ensemble.current });
        return Ok(());
    }
    let y = builder.signal(Signal::temporary(path.part("current"), &[n]));
    builder.operator(path, OperatorKind::Reset { target: y, value: 0.0 });
    builder.operator(path, OperatorKind::ElementwiseInc { a, x, y });
    copy(builder, path, y, ensemble.current, slice);
    Ok(())
}

/// Adds elements of one signal to those of another that a slice names.
pub(super) fn copy(
    builder: &mut Builder<'_>,
    path: &Path,
    source: SignalId,
    target: SignalId,
    slice: Option<&[usize]>,
) {
    let target_index: Option<Arc<[u32]>> = slice.map(|s| s.iter().map(|&i| i as u32).collect());
    builder.operator(
        path,
        OperatorKind::Copy { source, source_index: None, target, target_index, inc: true },
    );
}
