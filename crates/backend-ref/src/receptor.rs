//! One receptor's synaptic sum: all projections that deliver to one signal.
//!
//! The sum of a target is one running sum from zero over the events due, in the order (step of
//! emission, oldest first; path of the projection; source; ordinal). Sums run in turning columns.
//! Where nobody but one group of cells reads the signal, the cells read the column itself and clear
//! it; else it is added to the signal, at the place that the first of the deliveries has in a step.

use std::{cmp::Reverse, ops::Range, sync::Arc};

use pontine_core_ir::{OperatorId, port::CompileError};
use pontine_mechanism::{Lines, Real};

use crate::{
    arena::{Column, apart},
    memory::bytes,
    rows::{Delays, Rows, Sums},
    slots::Slots,
    spikes::Spikes,
};

/// The synapses of one delivery.
#[derive(Debug)]
pub(crate) struct Projection<F> {
    /// The delivery.
    pub operator: OperatorId,
    /// Which spike signal it reads.
    pub source: usize,
    /// Its synapses.
    pub rows: Arc<Rows<F>>,
}

/// Where the sum goes.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Goal {
    /// It is added to a signal, if there is one.
    Signal(Option<Column>),
    /// Cells read it where it runs: the group, and which of its receptors.
    Cells(usize, usize),
}

/// All deliveries to one signal.
#[derive(Debug)]
pub(crate) struct Receptor<F> {
    name: String,
    /// Where the sum goes.
    pub goal: Goal,
    /// Targets of this share.
    pub targets: Range<usize>,
    /// In order of (path, part).
    pub projections: Vec<Projection<F>>,
    route: Route,
    /// Where the sums run.
    pub sums: Slots,
}

#[derive(Debug)]
enum Route {
    /// Each projection has one delay: (delay, projection), oldest emission first. Sums are made when
    /// they are due.
    Queues(Vec<(u32, usize)>),
    /// Delays differ within a projection: sums are made when spikes are sent.
    Ring,
}

impl<F: Real> Receptor<F> {
    /// Projections in order of (path, part) to one signal, at step 0.
    pub fn new(
        name: &str,
        goal: Goal,
        targets: Range<usize>,
        projections: Vec<Projection<F>>,
        spikes: &mut [Spikes<F>],
        dense: &mut Lines<F>,
    ) -> Result<Self, CompileError> {
        let sums = Slots::new(name, dense, targets.len(), 1)?;
        let route = Route::Queues(Vec::new());
        let mut receptor = Self { name: name.to_owned(), goal, targets, projections, route, sums };
        receptor.reroute(0, spikes, dense)?;
        Ok(receptor)
    }

    /// Chooses between queues and ring anew, after delays have changed.
    pub fn reroute(
        &mut self,
        now: u64,
        spikes: &mut [Spikes<F>],
        dense: &mut Lines<F>,
    ) -> Result<(), CompileError> {
        for projection in &self.projections {
            let longest = projection.rows.longest_delay();
            let source = &mut spikes[projection.source];
            source.list(&self.name, dense, now)?;
            source.reach_back(&self.name, longest, now, dense)?;
        }
        let queues = self.queues();
        let n_steps = if queues.is_some() { 1 } else { self.longest_delay() };
        if n_steps > self.sums.n_steps() {
            self.sums = Slots::new(&self.name, dense, self.targets.len(), n_steps)?;
        }
        self.route = queues.map_or(Route::Ring, Route::Queues);
        self.resend(now, spikes, dense);
        Ok(())
    }

    fn queues(&self) -> Option<Vec<(u32, usize)>> {
        let one = |(i, projection): (usize, &Projection<F>)| match *projection.rows.delays() {
            Delays::All(delay) => Some((delay, i)),
            Delays::Each(_) => None,
        };
        let mut queues: Vec<_> =
            self.projections.iter().enumerate().map(one).collect::<Option<_>>()?;
        queues.sort_by_key(|&(delay, i)| (Reverse(delay), i));
        Some(queues)
    }

    fn longest_delay(&self) -> u32 {
        self.projections.iter().map(|p| p.rows.longest_delay()).max().unwrap_or(1)
    }

    /// Makes the sums of the ring anew from the spikes under way, after weights have changed.
    pub fn resend(&self, now: u64, spikes: &[Spikes<F>], dense: &mut [F]) {
        dense[self.sums.all()].fill(F::default());
        if let Route::Queues(_) = self.route {
            return;
        }
        for age in (0..u64::from(self.longest_delay())).rev() {
            let Some(sent) = now.checked_sub(age) else { continue };
            for projection in &self.projections {
                self.resend_one(projection, sent, now, spikes, dense);
            }
        }
    }

    fn resend_one(
        &self,
        projection: &Projection<F>,
        sent: u64,
        now: u64,
        spikes: &[Spikes<F>],
        dense: &mut [F],
    ) {
        match *projection.rows.delays() {
            Delays::All(delay) if sent + u64::from(delay) > now => {
                self.serve(projection, sent, sent + u64::from(delay), spikes, dense);
            }
            Delays::All(_) => {}
            Delays::Each(_) if now - sent >= u64::from(projection.rows.longest_delay()) => {}
            Delays::Each(_) => {
                let list = spikes[projection.source].at(sent);
                projection.rows.send_late(list, sent, now, &mut self.all_sums(dense));
            }
        }
    }

    fn all_sums<'a>(&self, dense: &'a mut [F]) -> Sums<'a, F> {
        let (width, mask) = (self.sums.width(), self.sums.mask());
        Sums { values: &mut dense[self.sums.all()], width, mask }
    }

    /// Has the sum of step `step` where its readers find it.
    pub fn deliver(&self, step: u64, spikes: &[Spikes<F>], dense: &mut [F]) {
        if let Route::Queues(queues) = &self.route {
            for &(delay, i) in queues {
                self.serve(
                    &self.projections[i],
                    step.wrapping_sub(delay.into()),
                    step,
                    spikes,
                    dense,
                );
            }
        }
        if let Goal::Signal(Some(target)) = self.goal {
            let [due, target] = apart(dense, self.sums.column(step), target.range());
            for (target, sum) in target.iter_mut().zip(due) {
                *target = *target + *sum;
                *sum = F::default();
            }
        }
    }

    /// Adds what a projection with one delay sent in step `sent` to the sums of step `due`.
    #[inline]
    fn serve(
        &self,
        projection: &Projection<F>,
        sent: u64,
        due: u64,
        spikes: &[Spikes<F>],
        dense: &mut [F],
    ) {
        let source = &spikes[projection.source];
        match source.counts() {
            Some(counts) => {
                let [counts, sums] = apart(dense, counts.column(sent), self.sums.column(due));
                projection.rows.add_counts(counts, sums);
            }
            None => {
                let list = source.at(sent);
                if !list.is_empty() {
                    projection.rows.add(list, &mut dense[self.sums.column(due)]);
                }
            }
        }
    }

    /// Takes in the spikes of step `sent`; steps come one after the other.
    pub fn send(&self, sent: u64, spikes: &[Spikes<F>], dense: &mut [F]) {
        if let Route::Queues(_) = self.route {
            return;
        }
        for projection in &self.projections {
            match *projection.rows.delays() {
                Delays::All(delay) => {
                    self.serve(projection, sent, sent + u64::from(delay), spikes, dense);
                }
                Delays::Each(_) => {
                    let list = spikes[projection.source].at(sent);
                    if !list.is_empty() {
                        projection.rows.send(list, sent, &mut self.all_sums(dense));
                    }
                }
            }
        }
    }

    /// Whether it can take the spikes of a signal as counts, if it takes them at all: through one
    /// synapse, of one delay and finite weight, between cells of one place.
    pub fn takes_counts(&self, signal: usize, own: &Range<usize>) -> bool {
        let mut from = self.projections.iter().filter(|p| p.source == signal);
        from.all(|projection| {
            let rows = &projection.rows;
            let has_one_delay = matches!(rows.delays(), Delays::All(_));
            has_one_delay
                && rows.weights.are_finite()
                && self.targets == *own
                && rows.is_diagonal(own.clone())
        })
    }

    /// The sums of step `now`, which is over: made anew from the spikes that were due in it.
    pub fn sums_of(&self, now: u64, spikes: &[Spikes<F>], dense: &[F]) -> Vec<F> {
        let mut sums = vec![F::default(); self.targets.len()];
        for age in (1..=u64::from(self.longest_delay())).rev() {
            let Some(sent) = now.checked_sub(age) else { continue };
            for projection in &self.projections {
                spikes[projection.source].each(sent, dense, |source, value| {
                    let row = projection.rows.row(source).map(|i| projection.rows.synapse(i));
                    for synapse in row.filter(|s| u64::from(s.delay) == age) {
                        let sum = &mut sums[synapse.target as usize];
                        *sum = *sum + synapse.weight * value;
                    }
                });
            }
        }
        sums
    }

    /// Bytes held, sums excepted.
    pub fn memory_bytes(&self) -> u64 {
        let rows: u64 = self.projections.iter().map(|p| p.rows.memory_bytes()).sum();
        match &self.route {
            Route::Queues(queues) => rows + bytes(queues),
            Route::Ring => rows,
        }
    }
}
