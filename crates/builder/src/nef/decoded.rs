//! Decoding: weights from the neurons of an ensemble to a function of what it represents.

use std::rc::Rc;

use ndarray::{Array1, Array2, ArrayView2, Axis};
use pontine_core_ir::{
    EnsembleId, Function, Path, Samples, SignalId, Spec, Tensor, Transform,
    model::{OperatorKind, Signal},
};
use pontine_nef::{
    Solution, SolverError, eval_points, solver,
    transform::{Sampled, sampled},
};
use pontine_rng::RandomState;

use super::{BuiltEnsemble, function::at_points, weights::Weights};
use crate::{builder::Builder, checks::SPARSE, error::BuildError};

/// What is decoded, for whom.
pub(super) struct Decoding<'a> {
    /// The connection or probe.
    pub(super) path: &'a Path,
    /// Its seed.
    pub(super) seed: u32,
    /// The ensemble decoded from.
    pub(super) ensemble: EnsembleId,
    /// Which of its dimensions; all if absent.
    pub(super) slice: Option<&'a [usize]>,
    /// The function; the identity if absent.
    pub(super) function: Option<&'a Function>,
    /// What the result is multiplied by.
    pub(super) transform: &'a Transform,
    /// Solves for decoders.
    pub(super) solver: &'a Spec,
    /// Own evaluation points; the ensemble's if absent.
    pub(super) eval_points: Option<&'a Samples>,
    /// Whether own points are multiplied by the radius.
    pub(super) scale_eval_points: bool,
    /// Scaled encoders of what it leads to, (neurons, size of the result), if weights between
    /// single neurons are asked for.
    pub(super) post_encoders: Option<Array2<f64>>,
}

/// Operators that decode; the signal of the decoded and transformed vector, and the weights.
///
/// Keeps `<path>.decoders` (neurons, size of what is solved for), `<path>.weights` (size of the
/// result, neurons) and, unless decoders are imported, `<path>.rmses`. Where weights are asked for, a
/// solver whose decoders do not compose solves for the currents of single neurons outright.
pub(super) fn build(
    builder: &mut Builder<'_>,
    decoding: &Decoding<'_>,
) -> Result<(SignalId, Weights), BuildError> {
    let path = decoding.path;
    let weights = weights(builder, decoding)?;
    let weighted = builder.signal(Signal::temporary(path.part("weighted"), &[weights.n_rows]));
    let Weights { signal: a, x, .. } = weights;
    builder.operator(path, OperatorKind::Reset { target: weighted, value: 0.0 });
    builder.operator(path, OperatorKind::DotInc { a, x, y: weighted });
    Ok((weighted, weights))
}

/// The weights alone, and what they multiply.
pub(super) fn weights(
    builder: &mut Builder<'_>,
    decoding: &Decoding<'_>,
) -> Result<Weights, BuildError> {
    let path = decoding.path;
    let x = builder.output(decoding.ensemble)?;
    let weights = match builder.network().imported.get(path.part("weights").as_str()) {
        Some(imported) => imported_weights(builder, decoding, imported)?,
        None => solved_weights(builder, decoding)?,
    };
    builder.keep(path, "weights", weights.clone());
    let n_rows = weights.nrows();
    let signal = builder.signal(Signal::constant(path.part("weights"), weights.into()));
    Ok(Weights { signal, x, n_rows, entries: None })
}

/// Weights made elsewhere: (size of the result, neurons).
fn imported_weights(
    builder: &Builder<'_>,
    decoding: &Decoding<'_>,
    numbers: &Tensor,
) -> Result<Array2<f64>, BuildError> {
    let n = builder.ensemble(decoding.ensemble)?.tuning.gain.len();
    let rows = numbers.as_matrix().map_or(1, |(rows, _)| rows);
    let fits = numbers.as_matrix() == Some((rows, n));
    let weights = Array2::from_shape_vec((rows, n), numbers.data().to_vec()).ok();
    weights.filter(|_| fits).ok_or_else(|| BuildError::Shape {
        path: decoding.path.clone(),
        what: "the imported `weights`".into(),
        found: numbers.shape().to_vec(),
        expected: vec![rows, n],
    })
}

fn solved_weights(
    builder: &mut Builder<'_>,
    decoding: &Decoding<'_>,
) -> Result<Array2<f64>, BuildError> {
    let path = decoding.path;
    let ensemble = builder.ensemble(decoding.ensemble)?;
    let rng = &mut RandomState::new(decoding.seed);
    let Solved { solution, is_complete } = solve(builder, decoding, &ensemble, rng)?;
    let decoded = solution.decoders.t().to_owned();
    let weights = if is_complete { decoded } else { behind(decoding, decoded, rng)? };
    builder.keep(path, "decoders", solution.decoders);
    if !solution.rmses.is_empty() {
        builder.keep(path, "rmses", solution.rmses);
    }
    Ok(weights)
}

struct Solved {
    solution: Solution,
    /// Whether nothing comes behind the decoders: neither a transform nor encoders.
    is_complete: bool,
}

fn solve(
    builder: &Builder<'_>,
    decoding: &Decoding<'_>,
    ensemble: &BuiltEnsemble,
    rng: &mut RandomState,
) -> Result<Solved, BuildError> {
    let failed = |source: SolverError| BuildError::Solver { path: decoding.path.clone(), source };
    let solver = solver::solver(decoding.solver).map_err(|e| failed(e.into()))?;
    let is_complete = decoding.post_encoders.is_some() && !solver.is_compositional();
    let points = points(decoding, ensemble, rng)?;
    let mut targets = targets(decoding, points.view())?;
    if is_complete {
        targets = behind(decoding, targets.reversed_axes(), rng)?.reversed_axes();
    }
    let n = ensemble.tuning.gain.len();
    let imported = builder.network().imported.get(decoding.path.part("decoders").as_str());
    let imported = imported
        .map(|imported| imported_decoders(decoding.path, imported, (n, targets.ncols())))
        .transpose()?
        .map(|decoders| Solution { decoders, rmses: Array1::zeros(0) });
    // A transform that is drawn behind them comes after what the solver draws.
    let is_drawn = matches!(decoding.transform, Transform::Drawn { .. });
    if let Some(solution) = imported.clone().filter(|_| !is_drawn) {
        return Ok(Solved { solution, is_complete });
    }
    let activities = match (solver.needs_activities(), decoding.eval_points) {
        (false, _) => Rc::new(Array2::zeros((0, n)).into()),
        (true, None) => builder.activities(decoding.ensemble, ensemble),
        (true, Some(_)) => Rc::new(ensemble.activities(points.view()).into()),
    };
    let solution = solver.solve(&activities, targets.view(), rng).map_err(failed)?;
    Ok(Solved { solution: imported.unwrap_or(solution), is_complete })
}

fn points(
    decoding: &Decoding<'_>,
    ensemble: &BuiltEnsemble,
    rng: &mut RandomState,
) -> Result<Array2<f64>, BuildError> {
    let Some(own) = decoding.eval_points else { return Ok(ensemble.tuning.eval_points.clone()) };
    let radius = decoding.scale_eval_points.then_some(ensemble.tuning.radius);
    let d = ensemble.tuning.encoders.ncols();
    eval_points(own, ensemble.params.n_eval_points, d, radius, rng)
        .map_err(|source| BuildError::Samples { path: decoding.path.clone(), source })
}

fn targets(
    decoding: &Decoding<'_>,
    points: ArrayView2<'_, f64>,
) -> Result<Array2<f64>, BuildError> {
    let sliced = match decoding.slice {
        Some(slice) => points.select(Axis(1), slice),
        None => points.to_owned(),
    };
    match decoding.function {
        Some(function) => at_points(decoding.path, function, sliced.view()),
        None => Ok(sliced),
    }
}

/// Decoders made elsewhere: (neurons, size of the function), a vector being one column.
fn imported_decoders(
    path: &Path,
    numbers: &Tensor,
    shape: (usize, usize),
) -> Result<Array2<f64>, BuildError> {
    let fits = numbers.as_matrix() == Some(shape);
    let decoders = Array2::from_shape_vec(shape, numbers.data().to_vec()).ok().filter(|_| fits);
    decoders.ok_or_else(|| BuildError::Shape {
        path: path.clone(),
        what: "the imported `decoders`".into(),
        found: numbers.shape().to_vec(),
        expected: vec![shape.0, shape.1],
    })
}

/// What comes behind the decoders, times a matrix: the transform, then the encoders of what the
/// connection leads to where weights are asked for.
fn behind(
    decoding: &Decoding<'_>,
    x: Array2<f64>,
    rng: &mut RandomState,
) -> Result<Array2<f64>, BuildError> {
    let failed = |source| BuildError::Samples { path: decoding.path.clone(), source };
    let transformed = match sampled(decoding.transform, rng).map_err(failed)? {
        Sampled::Identity => x,
        Sampled::Dense(transform) => transformed(decoding, &transform, x)?,
        Sampled::Sparse(_) => {
            let path = decoding.path.clone();
            return Err(BuildError::Unsupported { path, message: SPARSE.into() });
        }
    };
    match &decoding.post_encoders {
        None => Ok(transformed),
        Some(encoders) if encoders.ncols() == transformed.nrows() => Ok(encoders.dot(&transformed)),
        Some(encoders) => Err(BuildError::Shape {
            path: decoding.path.clone(),
            what: "what is decoded".into(),
            found: vec![transformed.nrows()],
            expected: vec![encoders.ncols()],
        }),
    }
}

fn transformed(
    decoding: &Decoding<'_>,
    transform: &Tensor,
    x: Array2<f64>,
) -> Result<Array2<f64>, BuildError> {
    let data = transform.data();
    let wrong = || BuildError::Shape {
        path: decoding.path.clone(),
        what: "the transform".into(),
        found: transform.shape().to_vec(),
        expected: vec![x.nrows()],
    };
    match *transform.shape() {
        [] => Ok(&x * data[0]),
        [n] if n == x.nrows() => {
            let diagonal = ArrayView2::from_shape((n, 1), data).map_err(|_| wrong())?;
            Ok(&x * &diagonal)
        }
        [rows, columns] if columns == x.nrows() => {
            let matrix = ArrayView2::from_shape((rows, columns), data).map_err(|_| wrong())?;
            Ok(matrix.dot(&x))
        }
        _ => Err(wrong()),
    }
}
