//! Recursive least squares: like PES, with a step of its own for each direction of the activities.
//!
//! With `P = (learning_rate dt / n_pre) I` at first and `r` the activities behind `pre_synapse`:
//! `s = 1 / (1 + rᵀ P r)`, `ΔP = -s (P r) (P r)ᵀ`, `ΔW = -error (s P r)ᵀ`.
//! Between single neurons of an ensemble of one dimension the error is that of all neurons.
//! Parameters: `learning_rate` (1e-3), `pre_synapse` (5 ms). Signals: `error`, `pre_filtered`,
//! `inv_gamma`, which is P.

use std::sync::Arc;

use pontine_core_ir::{
    ExpressionFunction, SignalId, Tensor, inventory,
    model::{OperatorKind, Signal},
};
use pontine_mechanism::lang::Argument;

use super::{LearningSite, Parts, RuleSite};
use crate::{builder::Builder, error::BuildError, refusal::Refusal, registry::LearningEntry};

inventory::submit! {
    LearningEntry { kind: "RLS", check, build, place: module_path!() }
}

fn check(site: &RuleSite<'_>) -> Result<(), Refusal> {
    site.check_names(&["learning_rate", "pre_synapse"])?;
    site.not_negative("learning_rate", 1e-3)?;
    site.needs_matrix()?;
    site.check_synapses(&["pre_synapse"])
}

fn build(builder: &mut Builder<'_>, site: &LearningSite) -> Result<(), BuildError> {
    let rate = site.number("learning_rate", 1e-3)? * builder.dt();
    let weights = site.matrix(builder)?;
    let error = site.told()?;
    let parts = &mut Parts::new(builder, site);
    weights.set_learned(parts);
    let r = parts.filtered("pre_filtered", "pre_synapse", &0.005.into(), weights.x)?;
    parts.name("error", error);
    let error = for_rows(parts, error, weights.n_rows)?;
    let error = parts.held("error", error, -1.0);
    let change = direction(parts, r, rate)?;
    weights.add_outer(parts, error, change);
    Ok(())
}

/// An error for each row: as in Nengo, one number is the error of all of them.
fn for_rows(parts: &mut Parts<'_, '_>, error: SignalId, n: usize) -> Result<SignalId, BuildError> {
    match parts.len(error) {
        found if found == n => Ok(error),
        1 => Ok(parts.sliced("errors", error, &vec![0; n])),
        found => Err(BuildError::Shape {
            path: parts.path.clone(),
            what: "the error".into(),
            found: vec![found],
            expected: vec![n],
        }),
    }
}

/// `s P r` of the step before. P itself goes on when this has been read, in the next step.
fn direction(parts: &mut Parts<'_, '_>, r: SignalId, rate: f64) -> Result<SignalId, BuildError> {
    let n = parts.len(r);
    let p = parts.signal(Signal {
        initial: diagonal(n, rate / n as f64),
        ..Signal::state(parts.path.part("inv_gamma"), &[n, n])
    });
    parts.name("inv_gamma", p);
    let pr = parts.sum("pr", n);
    parts.operator(OperatorKind::DotInc { a: p, x: r, y: pr });
    let products = parts.product("rpr.products", r, pr);
    let ones = parts.constant("ones", Tensor::filled(&[1, n], 1.0));
    let rpr = parts.sum("rpr", 1);
    parts.operator(OperatorKind::DotInc { a: ones, x: products, y: rpr });
    let s = share(parts, rpr)?;
    let spr = parts.product("spr", s, pr);
    let x = parts.held("spr", spr, -1.0);
    let a = parts.held("pr", pr, 1.0);
    parts.operator(OperatorKind::OuterInc { a, x, y: p });
    Ok(spr)
}

/// `1 / (1 + x)`.
fn share(parts: &mut Parts<'_, '_>, x: SignalId) -> Result<SignalId, BuildError> {
    let function = ExpressionFunction::parse("1 / (1 + x[0])", &[Argument::new("x", 1)], &[]);
    let function = function.map_err(|error| BuildError::Unsupported {
        path: parts.path.clone(),
        message: error.to_string(),
    })?;
    let y = parts.signal(Signal::temporary(parts.path.part("s"), &[1]));
    let function = Arc::new(function);
    parts.operator(OperatorKind::Function { function, time: None, x: Some(x), y });
    Ok(y)
}

fn diagonal(n: usize, number: f64) -> Tensor {
    let element = |i: usize| if i / n == i % n { number } else { 0.0 };
    let data: Vec<f64> = (0..n * n).map(element).collect();
    Tensor::new(&[n, n], data).unwrap_or_else(|| Tensor::filled(&[n, n], 0.0))
}
