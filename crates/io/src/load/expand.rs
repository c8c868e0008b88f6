//! `for` and `when`: the copies of an object.

use super::{
    fields::{Fields, texts},
    read::Reader,
};
use crate::{
    error::{Cause, Located},
    expr::{Axis, Bound, Scope},
};

/// The largest number of objects that a file may stand for.
pub(super) const MAX_OBJECTS: usize = 1_000_000;

/// The places that the axes under `for` take for each copy that `when` lets through; the first axis
/// varies slowest.
pub(super) fn expand(
    scope: &Scope,
    fields: &Fields<'_>,
    limit: usize,
) -> Result<Vec<Bound>, Located> {
    let axes = axes(scope, fields)?;
    let n = axes.iter().try_fold(1_usize, |n, axis| n.checked_mul(axis.labels.len()));
    let Some(n) = n.filter(|n| *n <= limit) else {
        return Err(fields.fault(Cause::Limit {
            what: "objects of this file".into(),
            found: "more".into(),
            limit: MAX_OBJECTS as u64,
        }));
    };
    let mut copies = Vec::new();
    for i in 0..n {
        let bound = bound(&axes, i);
        if wanted(&Reader { scope, bound: &bound }, fields)? {
            copies.push(bound);
        }
    }
    Ok(copies)
}

fn axes(scope: &Scope, fields: &Fields<'_>) -> Result<Vec<Axis>, Located> {
    let Some(item) = fields.get("for") else { return Ok(Vec::new()) };
    let mut axes = Vec::<Axis>::new();
    for name in texts(item, "`for`")? {
        let axis = scope.axis(name).map_err(|cause| item.fault(cause))?.clone();
        if axes.contains(&axis) {
            return Err(item.fault(Cause::Twice { name: name.into() }));
        }
        axes.push(axis);
    }
    Ok(axes)
}

fn bound(axes: &[Axis], mut i: usize) -> Bound {
    let mut bound = Bound::new();
    for axis in axes.iter().rev() {
        bound.insert(axis.name.clone(), i % axis.labels.len());
        i /= axis.labels.len();
    }
    bound
}

fn wanted(reader: &Reader<'_>, fields: &Fields<'_>) -> Result<bool, Located> {
    fields.get("when").map_or(Ok(true), |item| reader.flag(item, "`when`"))
}
