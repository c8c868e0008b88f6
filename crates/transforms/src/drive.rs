//! One pass after the other: run, apply, check, stamp.

use std::{collections::BTreeSet, ops::Range, time::Instant};

use pontine_core_ir::{
    Model, Network,
    network::ObjId,
    pass::{Analyses, ModelEdit, ModelId, NetworkEdit, PassCx, PassIr, PassMeta, Repeat, Rewriter},
};

use crate::{
    error::PipelineError,
    observer::PassObserver,
    pipeline::{Item, OnError, Step},
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
    /// Whether to check after each pass, and not only after the last.
    pub verify_each: bool,
    /// The most edits to apply.
    pub edit_limit: usize,
    /// What follows when a pass fails.
    pub on_error: OnError,
    /// Who looks on.
    pub observer: &'a mut dyn PassObserver,
    /// What was done.
    pub provenance: Provenance,
    /// What is known of `ir`.
    pub analyses: Analyses<Ir>,
}

impl<Ir: Driven> Drive<'_, Ir> {
    /// Goes through the steps. Where something is broken only in the end, it goes through them once
    /// more, to find the pass that did it.
    pub fn all(&mut self, steps: &[Step<Ir>]) -> Result<(), PipelineError> {
        if self.verify_each || self.on_error == OnError::Skip {
            self.verify_each = true;
            return self.steps(steps);
        }
        let (start, earlier) = (self.ir.clone(), self.provenance.clone());
        self.steps(steps)?;
        let stamps = &self.provenance.stamps[earlier.stamps.len()..];
        let has_changed = stamps.iter().any(|stamp| !stamp.edits.is_empty());
        match has_changed && self.ir.check().is_err() {
            false => Ok(()),
            true => {
                (self.ir, self.provenance, self.verify_each) = (start, earlier, true);
                self.analyses.keep(&[]);
                self.steps(steps)
            }
        }
    }

    fn steps(&mut self, steps: &[Step<Ir>]) -> Result<(), PipelineError> {
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
        self.observer.before(item.pass.meta());
        let begin = Instant::now();
        let stamped = match self.on_error {
            OnError::Fail => self.stamped(item)?,
            OnError::Skip => {
                let whole = self.ir.clone();
                self.stamped(item).unwrap_or_else(|error| {
                    self.ir = whole;
                    self.analyses.keep(&[]);
                    self.failed(item, &error)
                })
            }
        };
        let changed = !stamped.edits.is_empty();
        let nanos = begin.elapsed().as_nanos() as u64;
        self.provenance.stamps.push(Stamp { nanos, ..stamped });
        if let Some(stamp) = self.provenance.stamps.last() {
            self.ir.show(stamp, self.observer);
        }
        Ok(changed)
    }

    /// Runs one pass and applies its edits; what it has done.
    fn stamped(&mut self, item: &Item<Ir>) -> Result<Stamp, PipelineError> {
        let meta = item.pass.meta();
        let treated = self.treated(item);
        let cx = PassCx { seed: self.seed, analyses: &self.analyses, treated: &treated };
        let mut edits = Rewriter::default();
        let gave_up = |source| PipelineError::Pass { pass: meta.name, source };
        item.pass.run(&self.ir, &mut edits, &cx).map_err(gave_up)?;
        let spared: Vec<Ir::Id> = edits.withhold(&treated).into_iter().collect();
        for name in self.ir.names_of(&spared) {
            edits.refuse(name, format!("`{}` has treated it before", meta.name));
        }
        let log_len = Ir::log(&mut self.provenance).edits.len();
        let (range, touched) = self.apply(&edits, log_len, meta)?;
        Ok(Stamp {
            edits: range,
            touched,
            refusals: edits.refusals().to_vec(),
            ..Stamp::new(item.to_string(), meta.version)
        })
    }

    /// What a pass must leave alone since it has treated it before.
    fn treated(&mut self, item: &Item<Ir>) -> BTreeSet<Ir::Id> {
        let meta = item.pass.meta();
        if meta.repeat != Repeat::OncePerObject || item.is_forced() {
            return BTreeSet::new();
        }
        Ir::log(&mut self.provenance).treated.get(meta.name).cloned().unwrap_or_default()
    }

    /// The stamp of a pass that failed, all that it did being undone.
    fn failed(&self, item: &Item<Ir>, error: &PipelineError) -> Stamp {
        let cause = std::error::Error::source(error).map(|cause| format!(": {cause}"));
        let failure = Some(format!("{error}{}", cause.unwrap_or_default()));
        Stamp { failure, ..Stamp::new(item.to_string(), item.pass.meta().version) }
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
        let once = meta.repeat == Repeat::OncePerObject;
        let before = if once { self.ir.ids() } else { Vec::new() };
        let delta = edits.apply(&mut self.ir, limit);
        self.analyses.keep(edits.preserved());
        if self.verify_each {
            let broken = |message| PipelineError::Broken { pass: meta.name, message };
            self.ir.check().map_err(broken)?;
        }
        let touched = names.into_iter().zip(&parts).filter_map(|(object, id)| {
            Some(Touched { object, fate: in_words(&self.ir, delta.fates.get(id)?) })
        });
        let touched = touched.collect();
        let made = if once { self.ir.ids() } else { Vec::new() };
        let log = Ir::log(&mut self.provenance);
        if once {
            // What it has made is treated as well.
            let before: BTreeSet<Ir::Id> = before.into_iter().collect();
            let made = made.into_iter().filter(|id| !before.contains(id));
            log.treated
                .entry(meta.name.to_owned())
                .or_default()
                .extend(parts.into_iter().chain(made));
        }
        log.edits.extend_from_slice(applied);
        log.delta = log.delta.then(&delta);
        Ok((log_len..log.edits.len(), touched))
    }
}

#[cfg(test)]
mod tests;
