//! One receptor's synaptic sum: all projections that deliver to one signal.
//!
//! The sum of a target is one running sum from zero over the events due, in the order (step of
//! emission, oldest first; path of the projection; source; ordinal). Then it is added to the
//! signal, at the place that the first of the deliveries has in the step. If the signal is reset
//! to zero before and nothing else is added earlier, the sum runs in the signal itself.

use std::{cmp::Reverse, sync::Arc};

use pontine_core_ir::{OperatorId, port::CompileError};
use pontine_mechanism::Real;

use crate::{
    arena::Column,
    memory::{bytes, filled},
    ring::Ring,
    rows::{PerSynapse, Rows},
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

/// All deliveries to one signal.
#[derive(Debug)]
pub(crate) struct Receptor<F> {
    name: String,
    target: Column,
    /// In order of (path, part).
    pub projections: Vec<Projection<F>>,
    route: Route<F>,
    /// Where the sum runs, if not in the signal itself.
    apart: Option<Vec<F>>,
}

#[derive(Debug)]
enum Route<F> {
    /// Each projection has one delay: (delay, projection), oldest emission first.
    Queues(Vec<(u32, usize)>),
    /// Delays differ within a projection: sums are made when spikes are sent.
    Ring(Ring<F>),
}

impl<F: Real> Receptor<F> {
    /// Projections in order of (path, part) to one signal; `in_place` if the signal is zero when
    /// the sum begins.
    pub fn new(
        name: &str,
        target: Column,
        projections: Vec<Projection<F>>,
        in_place: bool,
        spikes: &mut [Spikes<F>],
    ) -> Result<Self, CompileError> {
        let apart = match in_place {
            true => None,
            false => Some(filled(name, target.len, F::default())?),
        };
        let route = Route::Queues(Vec::new());
        let mut receptor = Self { name: name.to_owned(), target, projections, route, apart };
        receptor.reroute(spikes)?;
        Ok(receptor)
    }

    /// Chooses between queues and ring anew, after delays have changed.
    pub fn reroute(&mut self, spikes: &mut [Spikes<F>]) -> Result<(), CompileError> {
        for projection in &self.projections {
            let longest = projection.rows.longest_delay();
            spikes[projection.source].reach_back(&self.name, longest)?;
        }
        self.route = match self.queues() {
            Some(queues) => Route::Queues(queues),
            None => Route::Ring(self.ring()?),
        };
        self.resend(spikes);
        Ok(())
    }

    fn queues(&self) -> Option<Vec<(u32, usize)>> {
        let one = |(i, projection): (usize, &Projection<F>)| match projection.rows.delays {
            PerSynapse::All(delay) => Some((delay, i)),
            PerSynapse::Each(_) => None,
        };
        let mut queues: Vec<_> =
            self.projections.iter().enumerate().map(one).collect::<Option<_>>()?;
        queues.sort_by_key(|&(delay, i)| (Reverse(delay), i));
        Some(queues)
    }

    fn ring(&self) -> Result<Ring<F>, CompileError> {
        Ring::new(&self.name, self.target.len, self.longest_delay())
    }

    fn longest_delay(&self) -> u32 {
        self.projections.iter().map(|p| p.rows.longest_delay()).max().unwrap_or(1)
    }

    /// Makes the sums of the ring anew from the spikes under way, after weights have changed.
    pub fn resend(&mut self, spikes: &[Spikes<F>]) {
        let longest = self.longest_delay();
        let Route::Ring(ring) = &mut self.route else { return };
        ring.clear();
        for age in (0..longest).rev() {
            for projection in &self.projections {
                if age < projection.rows.longest_delay() {
                    ring.send(&projection.rows, spikes[projection.source].ago(age), age);
                }
            }
        }
    }

    /// Adds the sum that is due in this step to the signal.
    pub fn deliver(&mut self, spikes: &[Spikes<F>], dense: &mut [F]) {
        let target = &mut dense[self.target.range()];
        match (&mut self.route, &mut self.apart) {
            (Route::Ring(ring), _) => ring.deliver(target),
            (Route::Queues(queues), None) => serve(queues, &self.projections, spikes, target),
            (Route::Queues(queues), Some(sums)) => {
                sums.fill(F::default());
                serve(queues, &self.projections, spikes, sums);
                for (target, sum) in target.iter_mut().zip(sums) {
                    *target = *target + *sum;
                }
            }
        }
    }

    /// Takes in the spikes of a step that is over.
    pub fn send(&mut self, spikes: &[Spikes<F>]) {
        let Route::Ring(ring) = &mut self.route else { return };
        for projection in &self.projections {
            ring.send(&projection.rows, spikes[projection.source].current(), 0);
        }
    }

    /// Bytes held.
    pub fn memory_bytes(&self) -> u64 {
        let rows: u64 = self.projections.iter().map(|p| p.rows.memory_bytes()).sum();
        let route = match &self.route {
            Route::Queues(queues) => bytes(queues),
            Route::Ring(ring) => ring.memory_bytes(),
        };
        rows + route + self.apart.as_ref().map_or(0, bytes)
    }
}

fn serve<F: Real>(
    queues: &[(u32, usize)],
    projections: &[Projection<F>],
    spikes: &[Spikes<F>],
    sums: &mut [F],
) {
    for &(delay, i) in queues {
        let projection = &projections[i];
        for (source, value) in spikes[projection.source].ago(delay).iter() {
            projection.rows.add_row(source, value, sums);
        }
    }
}
