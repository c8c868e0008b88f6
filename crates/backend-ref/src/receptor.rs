//! One receptor's synaptic sum: all projections that deliver to one signal.
//!
//! The sum of a target is one running sum from zero over the events due, in the order (step of
//! emission, oldest first; path of the projection; source; ordinal). It runs in one column. Where
//! nobody but one group of cells reads the signal, the cells read that column itself and clear it;
//! else it is added to the signal, at the place that the first of the deliveries has in a step.
//!
//! Spikes of a projection with one delay wait in their lists until they are due. Where delays differ
//! within a projection, the events of each synapse are entered into a calendar when spikes are sent.
//! Products come behind both, since their factors are those of the step in which they are due.

use std::{cmp::Reverse, ops::Range, sync::Arc};

use pontine_core_ir::{OperatorId, port::CompileError};
use pontine_mechanism::{Lines, Real, Scratch};

use crate::{
    arena::{Column, apart},
    calendar::{self, Calendar},
    factored::Products,
    memory::bytes,
    plastic::{History, Plastic, Surroundings},
    rows::{Delays, Rows},
    slots::Slots,
    spikes::Spikes,
};

/// The synapses of one delivery.
pub(crate) struct Projection<F> {
    /// The delivery.
    pub operator: OperatorId,
    /// Which spike signal it reads.
    pub source: usize,
    /// Its synapses.
    pub rows: Arc<Rows<F>>,
    /// The products that its weights are; there are no synapses then, but one weight, the scale, and
    /// one delay.
    pub products: Option<Products>,
    /// The states of its synapses, if they have any; the rows have one delay then, and there is such a
    /// projection for each delay.
    pub plastic: Option<Plastic<F>>,
}

/// Where the sum goes.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Goal {
    /// It is added to a signal, if there is one.
    Signal(Option<Column>),
    /// Cells read it where it runs.
    Cells,
}

/// All deliveries to one signal.
pub(crate) struct Receptor<F> {
    name: String,
    /// Where the sum goes.
    pub goal: Goal,
    /// Targets of this share.
    pub targets: Range<usize>,
    /// In order of (path, part).
    pub projections: Vec<Projection<F>>,
    /// Those with one delay: (delay, projection), oldest emission first.
    queues: Vec<(u32, usize)>,
    /// Those that are products: (delay, projection), oldest emission first.
    products: Vec<(u32, usize)>,
    /// For each projection, which queue is its own, if it has one delay.
    queue_of: Vec<Option<usize>>,
    /// The events of the others, if there are any.
    calendar: Option<Calendar<F>>,
    /// Where the sums run.
    pub sums: Slots,
    /// What the targets have sent, as far as synapses look at it.
    pub histories: Vec<History<F>>,
}

/// What sending needs besides the receptor.
pub(crate) struct Traffic<'a, F> {
    /// All spike signals.
    pub spikes: &'a [Spikes<F>],
    /// The array of numbers.
    pub dense: &'a mut [F],
}

impl<F: Real> Receptor<F> {
    /// Projections in order of (path, part) to one signal, at step 0.
    pub fn new(
        name: &str,
        goal: Goal,
        targets: Range<usize>,
        projections: Vec<Projection<F>>,
        histories: Vec<History<F>>,
        spikes: &mut [Spikes<F>],
        dense: &mut Lines<F>,
    ) -> Result<Self, CompileError> {
        let mut receptor = Self {
            histories,
            name: name.to_owned(),
            goal,
            sums: Slots::new(name, dense, targets.len(), 1)?,
            targets,
            projections,
            queues: Vec::new(),
            products: Vec::new(),
            queue_of: Vec::new(),
            calendar: None,
        };
        receptor.reroute(0, spikes, dense)?;
        Ok(receptor)
    }

    /// Chooses between queues and calendar anew, after delays have changed.
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
            if let Some(plastic) = &projection.plastic
                && let Some(history) = plastic.history
            {
                let reach = plastic.dendritic() as u32 + 1;
                let post = &mut spikes[self.histories[history].signal];
                post.list(&self.name, dense, now)?;
                post.reach_back(&self.name, reach, now, dense)?;
            }
        }
        self.queues = self.queues(false);
        self.products = self.queues(true);
        self.queue_of = vec![None; self.projections.len()];
        for (queue, &(_, projection)) in self.queues.iter().enumerate() {
            self.queue_of[projection] = Some(queue);
        }
        self.calendar = match self.queues.len() + self.products.len() == self.projections.len() {
            true => None,
            false => Some(self.new_calendar(dense)?),
        };
        self.resend(now, &mut Traffic { spikes, dense });
        Ok(())
    }

    /// Projections with one delay: products, or all others.
    fn queues(&self, of_products: bool) -> Vec<(u32, usize)> {
        let one = |(i, projection): (usize, &Projection<F>)| match *projection.rows.delays() {
            Delays::All(delay) => Some((delay, i)),
            Delays::Each(_) => None,
        };
        let wanted = |(_, p): &(usize, &Projection<F>)| p.products.is_some() == of_products;
        let wanted = self.projections.iter().enumerate().filter(wanted);
        let mut queues: Vec<_> = wanted.filter_map(one).collect();
        queues.sort_by_key(|&(delay, i)| (Reverse(delay), i));
        queues
    }

    fn new_calendar(&self, dense: &mut Lines<F>) -> Result<Calendar<F>, CompileError> {
        let (n, n_steps) = (self.targets.len(), self.longest_delay());
        let old = self.calendar.as_ref().map(Calendar::columns);
        let columns = match old.filter(|columns| columns.n_steps() >= n_steps) {
            Some(columns) => columns,
            None => Slots::new(&self.name, dense, n, n_steps)?,
        };
        Calendar::new(&self.name, columns, self.queues.len(), calendar::room(n))
    }

    fn longest_delay(&self) -> u32 {
        self.projections.iter().map(|p| p.rows.longest_delay()).max().unwrap_or(1)
    }

    /// Enters the spikes under way anew, after weights have changed.
    pub fn resend(&mut self, now: u64, traffic: &mut Traffic<'_, F>) {
        traffic.dense[self.sums.all()].fill(F::default());
        let Some(calendar) = &mut self.calendar else { return };
        calendar.clear(traffic.dense);
        for age in (0..u64::from(self.longest_delay())).rev() {
            if let Some(sent) = now.checked_sub(age) {
                self.enter(sent, now, traffic);
            }
        }
    }

    /// Has synapses with states take in what is due in step `step`.
    fn take_in(&mut self, step: u64, spikes: &[Spikes<F>], scratch: &mut Scratch<F>) {
        let mut around = Surroundings { histories: &self.histories, scratch };
        for &(delay, projection) in &self.queues {
            let Projection { plastic, rows, source, .. } = &mut self.projections[projection];
            let sent = step.checked_sub(delay.into()).filter(|sent| *sent > 0);
            if let (Some(plastic), Some(sent)) = (plastic, sent) {
                plastic.take(rows, sent, spikes[*source].at(sent), &mut around);
            }
        }
    }

    /// Notes what the targets have sent in step `step`, the spikes of which all shares know.
    pub fn remember(&mut self, step: u64, spikes: &[Spikes<F>], scratch: &mut Scratch<F>) {
        for history in &mut self.histories {
            history.add(step, spikes[history.signal].at(step), &self.targets);
        }
        if self.histories.iter().any(|history| history.is_full(step)) {
            self.settle(step, spikes, scratch);
            let plastic = self.projections.iter().filter_map(|p| p.plastic.as_ref());
            let longest = plastic.map(Plastic::dendritic).max().unwrap_or(0);
            self.histories.iter_mut().for_each(|h| h.forget(step.saturating_sub(longest)));
        }
    }

    /// Brings all synapses with states to step `now`, which is over.
    pub fn settle(&mut self, now: u64, spikes: &[Spikes<F>], scratch: &mut Scratch<F>) {
        let mut around = Surroundings { histories: &self.histories, scratch };
        for projection in &mut self.projections {
            projection.settle(now, spikes, &mut around);
        }
    }

    /// Goes on after step `now` with states that are those of now.
    pub fn recall(&mut self, now: u64, spikes: &[Spikes<F>]) {
        for history in &mut self.histories {
            let steps = spikes[history.signal].steps_kept(now);
            let before = steps.start.saturating_sub(1);
            *history = History::new(history.signal, self.targets.len(), before);
            steps.for_each(|n| history.add(n, spikes[history.signal].at(n), &self.targets));
        }
    }

    /// Has the sum of step `step` where its readers find it.
    pub fn deliver(&mut self, step: u64, scratch: &mut Scratch<F>, traffic: &mut Traffic<'_, F>) {
        let Traffic { spikes, dense } = traffic;
        self.take_in(step, spikes, scratch);
        let queues = Queues { queues: &self.queues, projections: &self.projections, spikes };
        let sums = self.sums.column(step);
        match &mut self.calendar {
            None => queues.serve_all(step, sums.clone(), dense),
            Some(calendar) => calendar.deliver(step, sums.clone(), dense, &mut queues.on(step)),
        }
        for &(delay, projection) in &self.products {
            let spikes = &spikes[self.projections[projection].source];
            self.projections[projection].multiply(step, delay, spikes, sums.clone(), dense);
        }
        if let Goal::Signal(Some(target)) = self.goal {
            let [due, target] = apart(dense, sums, target.range());
            for (target, sum) in target.iter_mut().zip(due) {
                *target = *target + *sum;
                *sum = F::default();
            }
        }
    }

    /// Takes in the spikes of step `sent`; steps come one after the other.
    pub fn send(&mut self, sent: u64, traffic: &mut Traffic<'_, F>) {
        self.enter(sent, sent, traffic);
    }

    /// Enters the spikes of step `sent` that are due after step `now` into the calendar.
    fn enter(&mut self, sent: u64, now: u64, traffic: &mut Traffic<'_, F>) {
        let Some(calendar) = &mut self.calendar else { return };
        let Traffic { spikes, dense } = traffic;
        let queues = Queues { queues: &self.queues, projections: &self.projections, spikes };
        let n_steps = u64::from(calendar.columns().n_steps());
        // A day that is full when step `sent` is entered is one of the steps to come.
        let due = |calendar: &Calendar<F>, day: usize| {
            let first = calendar.day(sent + 1) as u64;
            sent + 1 + ((day as u64).wrapping_sub(first) & (n_steps - 1))
        };
        // What synapses with states deliver is not known before it is due.
        let may_spill = self.projections.iter().all(|p| p.plastic.is_none());
        let mut spill = |calendar: &mut Calendar<F>, day: usize| match may_spill {
            true => calendar.spill(day, dense, &mut queues.on(due(calendar, day))),
            false => calendar.grow(),
        };
        for (Projection { rows, source, .. }, queue) in self.projections.iter().zip(&self.queue_of)
        {
            if let Some(queue) = *queue {
                let due = sent + u64::from(self.queues[queue].0);
                if due > now {
                    calendar.mark(due, queue);
                }
                continue;
            }
            let list = spikes[*source].at(sent);
            match list.is_empty() {
                true => {}
                false if sent == now => rows.post(list, sent, calendar, &mut spill),
                false => rows.post_late(list, sent, now, calendar, &mut spill),
            }
        }
    }

    /// Whether it can take the spikes of a signal as counts, if it takes them at all: through one
    /// synapse, of one delay and finite weight, between cells of one place.
    pub fn takes_counts(&self, signal: usize, own: &Range<usize>) -> bool {
        if self.histories.iter().any(|history| history.signal == signal) {
            return false;
        }
        let mut from = self.projections.iter().filter(|p| p.source == signal);
        from.all(|projection| {
            let rows = &projection.rows;
            let has_one_delay = matches!(rows.delays(), Delays::All(_));
            projection.products.is_none()
                && projection.plastic.is_none()
                && has_one_delay
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
        let products = |p: &Projection<F>| p.products.as_ref().map_or(0, Products::memory_bytes);
        let states = |p: &Projection<F>| p.plastic.as_ref().map_or(0, Plastic::memory_bytes);
        let of = |p: &Projection<F>| p.rows.memory_bytes() + products(p) + states(p);
        self.projections.iter().map(of).sum::<u64>()
            + bytes(&self.queues)
            + bytes(&self.queue_of)
            + self.histories.iter().map(History::memory_bytes).sum::<u64>()
            + self.calendar.as_ref().map_or(0, Calendar::memory_bytes)
    }
}

impl<F: Real> Projection<F> {
    /// Brings its synapses, if they have states, to step `now`, which is over.
    pub fn settle(&mut self, now: u64, spikes: &[Spikes<F>], around: &mut Surroundings<'_, F>) {
        let source = &spikes[self.source];
        if let Some(plastic) = &mut self.plastic {
            plastic.settle(&self.rows, now, |sent| source.at(sent), around);
        }
    }

    /// Adds what its products bring that is due in a step.
    fn multiply(
        &self,
        due: u64,
        delay: u32,
        spikes: &Spikes<F>,
        sums: Range<usize>,
        dense: &mut [F],
    ) {
        let list = spikes.at(due.wrapping_sub(delay.into()));
        if let Some(products) = self.products.as_ref().filter(|_| !list.is_empty()) {
            products.add(list, self.rows.weights.at(0), sums, dense);
        }
    }
}

/// Projections with one delay, and the spikes that wait for them.
struct Queues<'a, F> {
    queues: &'a [(u32, usize)],
    projections: &'a [Projection<F>],
    spikes: &'a [Spikes<F>],
}

impl<F: Real> Queues<'_, F> {
    fn serve_all(&self, due: u64, sums: Range<usize>, dense: &mut [F]) {
        for queue in 0..self.queues.len() {
            self.serve(queue, due, sums.clone(), dense);
        }
    }

    /// Serves queues for step `due`.
    fn on(&self, due: u64) -> impl FnMut(usize, Range<usize>, &mut [F]) + '_ {
        move |queue, sums, dense| self.serve(queue, due, sums, dense)
    }

    /// Adds what is due in a step to its sums. Before the first step nothing was sent.
    #[inline]
    fn serve(&self, queue: usize, due: u64, sums: Range<usize>, dense: &mut [F]) {
        let (delay, projection) = self.queues[queue];
        let projection = &self.projections[projection];
        let (sent, source) = (due.wrapping_sub(delay.into()), &self.spikes[projection.source]);
        if let Some(plastic) = &projection.plastic {
            // Before the first step nothing was sent.
            let list = source.at(sent);
            if due > u64::from(delay) && !list.is_empty() {
                plastic.add(&projection.rows, sent, list, &mut dense[sums]);
            }
            return;
        }
        match source.counts() {
            Some(counts) => {
                let [counts, sums] = apart(dense, counts.column(sent), sums);
                projection.rows.add_counts(counts, sums);
            }
            None => {
                let list = source.at(sent);
                if !list.is_empty() {
                    projection.rows.add(list, &mut dense[sums]);
                }
            }
        }
    }
}
