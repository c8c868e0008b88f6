//! One pass after the other: run, apply, check, stamp.

use std::{collections::BTreeSet, ops::Range, time::Instant};

use pontine_core_ir::{
    Model, Network,
    network::ObjId,
    pass::{Analyses, ModelEdit, ModelId, NetworkEdit, PassCx, PassIr, PassMeta, Rewriter},
};

use crate::{
    error::PipelineError,
    observer::PassObserver,
    pipeline::{Item, Step},
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

/// One way through a list of passes.
pub(crate) struct Drive<'a, Ir: Driven> {
    /// What it has come to.
    pub ir: Ir,
    /// The seed that the build will use.
    pub seed: u64,
    /// The most edits to apply.
    pub edit_limit: usize,
    /// Who looks on.
    pub observer: &'a mut dyn PassObserver,
    /// What was done.
    pub provenance: Provenance,
    /// What is known of `ir`.
    pub analyses: Analyses<Ir>,
}

impl<Ir: Driven> Drive<'_, Ir> {
    /// Goes through the steps.
    pub fn all(&mut self, steps: &[Step<Ir>]) -> Result<(), PipelineError> {
        for step in steps {
            match step {
                Step::Pass(item) => {
                    self.pass(item)?;
                }
                Step::Fix { rounds, items } => self.fix(*rounds, items)?,
            }
        }
        Ok(())
    }

    /// Rounds until one changes nothing.
    fn fix(&mut self, rounds: u32, items: &[Item<Ir>]) -> Result<(), PipelineError> {
        for _ in 0..rounds {
            let mut changed = false;
            for item in items {
                changed |= self.pass(item)?;
            }
            if !changed {
                break;
            }
        }
        Ok(())
    }

    /// Runs one pass, applies its edits and writes them down; whether there were any.
    fn pass(&mut self, item: &Item<Ir>) -> Result<bool, PipelineError> {
        let meta = item.pass.meta();
        self.observer.before(meta);
        let begin = Instant::now();
        let mut edits = Rewriter::default();
        let cx = PassCx { seed: self.seed, analyses: &self.analyses };
        let gave_up = |source| PipelineError::Pass { pass: meta.name, source };
        item.pass.run(&self.ir, &mut edits, &cx).map_err(gave_up)?;
        let log_len = Ir::log(&mut self.provenance).edits.len();
        let (range, touched) = self.apply(&edits, log_len, meta)?;
        let changed = !range.is_empty();
        self.provenance.stamps.push(Stamp {
            pass: item.to_string(),
            version: meta.version,
            edits: range,
            touched,
            refusals: edits.refusals().to_vec(),
            nanos: begin.elapsed().as_nanos() as u64,
        });
        if let Some(stamp) = self.provenance.stamps.last() {
            self.ir.show(stamp, self.observer);
        }
        Ok(changed)
    }

    /// Applies edits behind so many others, as far as they may be applied; what is not whole then is
    /// not looked at again.
    fn apply(
        &mut self,
        edits: &Rewriter<Ir>,
        log_len: usize,
        meta: &PassMeta,
    ) -> Result<(Range<usize>, Vec<Touched>), PipelineError> {
        let limit = self.edit_limit.saturating_sub(log_len).min(edits.edits().len());
        // A pass without edits can have broken nothing.
        if limit == 0 {
            return Ok((log_len..log_len, Vec::new()));
        }
        let applied = &edits.edits()[..limit];
        let parts: BTreeSet<Ir::Id> = applied.iter().flat_map(Ir::parts_of).collect();
        let parts: Vec<Ir::Id> = parts.into_iter().collect();
        let names = self.ir.names_of(&parts);
        let delta = edits.apply(&mut self.ir, limit);
        self.analyses.keep(edits.preserved());
        let broken = |message| PipelineError::Broken { pass: meta.name, message };
        self.ir.check().map_err(broken)?;
        let touched = names.into_iter().zip(&parts).filter_map(|(object, id)| {
            Some(Touched { object, fate: in_words(&self.ir, delta.fates.get(id)?) })
        });
        let touched = touched.collect();
        let log = Ir::log(&mut self.provenance);
        log.edits.extend_from_slice(applied);
        log.delta = log.delta.then(&delta);
        Ok((log_len..log.edits.len(), touched))
    }
}

#[cfg(test)]
mod tests;
