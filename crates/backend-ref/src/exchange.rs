//! How shares tell one another their spikes.
//!
//! After a slice each share writes what its cells sent into its own outbox; when all have, each reads
//! all outboxes in the order of the shares, which is that of the cells. Outboxes are two for each
//! share, used in turn: who is done reading may go on writing.

use std::sync::{PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use pontine_mechanism::Real;

use crate::{engine::Engine, spike_list::SpikeList};

/// The outboxes of all shares.
#[derive(Debug)]
pub(crate) struct Exchange<F> {
    outboxes: Vec<[RwLock<Outbox<F>>; 2]>,
    /// The spike signals that each share sets.
    sets: Vec<Vec<usize>>,
}

/// Spikes of one share: those of each signal that it sets, each step by step.
#[derive(Debug, Default)]
struct Outbox<F> {
    spikes: SpikeList<F>,
    /// Each signal and step, and where its spikes end.
    ends: Vec<(usize, u64, usize)>,
}

impl<F: Real> Exchange<F> {
    /// Empty outboxes.
    pub fn new(engines: &[Engine<F>]) -> Self {
        let outbox = || RwLock::new(Outbox { spikes: SpikeList::default(), ends: Vec::new() });
        Self {
            outboxes: engines.iter().map(|_| [outbox(), outbox()]).collect(),
            sets: engines.iter().map(Engine::signals_set).collect(),
        }
    }

    /// Puts out what a share sent in `n_steps` steps after step `done`; `turn` says which outbox.
    pub fn put(&self, share: usize, turn: usize, engine: &Engine<F>, done: u64, n_steps: u64) {
        let mut outbox = write(&self.outboxes[share][turn % 2]);
        outbox.spikes.clear();
        outbox.ends.clear();
        for &signal in self.sets[share].iter().filter(|s| engine.spikes[**s].is_sent()) {
            for step in done + 1..=done + n_steps {
                let list = engine.spikes[signal].at(step);
                outbox.spikes.append(list.indices(), list.values());
                let end = outbox.spikes.len();
                outbox.ends.push((signal, step, end));
            }
        }
    }

    /// Takes in what all shares sent in `n_steps` steps after step `done`.
    pub fn take(&self, turn: usize, engine: &mut Engine<F>, done: u64, n_steps: u64) {
        for signal in engine.spikes.iter_mut().filter(|spikes| spikes.is_sent()) {
            (done + 1..=done + n_steps).for_each(|step| signal.at_mut(step).clear());
        }
        for outboxes in &self.outboxes {
            let outbox = read(&outboxes[turn % 2]);
            let mut start = 0;
            for &(signal, step, end) in &outbox.ends {
                let spikes = &mut engine.spikes[signal];
                if spikes.is_sent() {
                    let (indices, values) = outbox.spikes.part(start..end);
                    spikes.at_mut(step).append(indices, values);
                }
                start = end;
            }
        }
    }
}

fn write<T>(lock: &RwLock<T>) -> RwLockWriteGuard<'_, T> {
    lock.write().unwrap_or_else(PoisonError::into_inner)
}

fn read<T>(lock: &RwLock<T>) -> RwLockReadGuard<'_, T> {
    lock.read().unwrap_or_else(PoisonError::into_inner)
}
