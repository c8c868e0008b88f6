//! One pass after the other: run, apply, check, stamp.

use std::time::Instant;

use pontine_core_ir::{
    Model, Network,
    network::ObjId,
    pass::{Delta, ModelEdit, ModelId, NetworkEdit, PassCx, PassIr, PassMeta, Rewriter},
};

use crate::{
    error::PipelineError,
    observer::PassObserver,
    pipeline::Item,
    provenance::{Log, Provenance, Stamp, Touched, in_words},
};

/// What the driver asks of networks and models beyond what passes do.
pub(crate) trait Driven: PassIr {
    /// The log that the changes go to.
    fn log(provenance: &mut Provenance) -> &mut Log<Self::Edit, Self::Id>;
    /// Shows it to the observer.
    fn show(&self, stamp: &Stamp, observer: &mut dyn PassObserver);
}

impl Driven for Network {
    fn log(provenance: &mut Provenance) -> &mut Log<NetworkEdit, ObjId> {
        &mut provenance.network
    }

    fn show(&self, stamp: &Stamp, observer: &mut dyn PassObserver) {
        observer.after_network(stamp, self);
    }
}

impl Driven for Model {
    fn log(provenance: &mut Provenance) -> &mut Log<ModelEdit, ModelId> {
        &mut provenance.model
    }

    fn show(&self, stamp: &Stamp, observer: &mut dyn PassObserver) {
        observer.after_model(stamp, self);
    }
}

pub(crate) fn drive<Ir: Driven>(
    items: &[Item<Ir>],
    ir: Ir,
    cx: &PassCx,
    edit_limit: usize,
    observer: &mut dyn PassObserver,
) -> Result<(Ir, Provenance), PipelineError> {
    let mut provenance = Provenance::default();
    let mut ir = ir;
    for item in items {
        observer.before(item.pass.meta());
        let limit = edit_limit.saturating_sub(Ir::log(&mut provenance).edits.len());
        ir = run(item, ir, cx, limit, &mut provenance)?;
        if let Some(stamp) = provenance.stamps.last() {
            ir.show(stamp, observer);
        }
    }
    Ok((ir, provenance))
}

/// Runs one pass, applies its first `limit` edits and writes them down.
fn run<Ir: Driven>(
    item: &Item<Ir>,
    ir: Ir,
    cx: &PassCx,
    limit: usize,
    provenance: &mut Provenance,
) -> Result<Ir, PipelineError> {
    let begin = Instant::now();
    let meta = item.pass.meta();
    let mut edits = Rewriter::default();
    let gave_up = |source| PipelineError::Pass { pass: meta.name, source };
    item.pass.run(&ir, &mut edits, cx).map_err(gave_up)?;
    let Rewritten { after, delta, touched } = rewrite(ir, &edits, limit, meta)?;
    let log = Ir::log(provenance);
    let edits_before = log.edits.len();
    log.edits.extend(edits.edits().iter().take(limit).cloned());
    log.delta = log.delta.then(&delta);
    let edit_range = edits_before..log.edits.len();
    provenance.stamps.push(Stamp {
        pass: item.to_string(),
        version: meta.version,
        edits: edit_range,
        touched,
        refusals: edits.refusals().to_vec(),
        nanos: begin.elapsed().as_nanos() as u64,
    });
    Ok(after)
}

/// What edits made of something.
struct Rewritten<Ir: Driven> {
    after: Ir,
    delta: Delta<Ir::Id>,
    touched: Vec<Touched>,
}

/// The input with edits applied, if it is whole then, and what they touched.
fn rewrite<Ir: Driven>(
    ir: Ir,
    edits: &Rewriter<Ir>,
    limit: usize,
    meta: &PassMeta,
) -> Result<Rewritten<Ir>, PipelineError> {
    // A pass without edits can have broken nothing.
    if edits.edits().is_empty() {
        return Ok(Rewritten { after: ir, delta: Delta::default(), touched: Vec::new() });
    }
    let (after, delta) = edits.apply(&ir, limit);
    after.check().map_err(|message| PipelineError::Broken { pass: meta.name, message })?;
    let touched = touched(&ir, &after, &delta);
    Ok(Rewritten { after, delta, touched })
}

fn touched<Ir: Driven>(before: &Ir, after: &Ir, delta: &Delta<Ir::Id>) -> Vec<Touched> {
    let ids: Vec<_> = delta.fates.keys().copied().collect();
    let fates = delta.fates.values().map(|fate| in_words(after, fate));
    let names = before.names_of(&ids).into_iter();
    names.zip(fates).map(|(object, fate)| Touched { object, fate }).collect()
}

#[cfg(test)]
mod tests;
