//! The synapses of one projection as compressed rows by source.
//!
//! A share of a network holds the synapses of its own targets, which it counts from zero, so that
//! their indices are narrow. Weights and delays that are equal for all are kept once.

mod add;
mod more;
pub(crate) mod narrow;
mod pull;

use std::{collections::BTreeMap, ops::Range};

use pontine_core_ir::port::CompileError;
use pontine_mechanism::Real;

use crate::memory::bytes;
use add::Ahead;
pub(crate) use more::rank;
pub(crate) use narrow::{Index, Narrow, of_any_width};
pub(crate) use pull::{Sides, pull};

/// One weight for all synapses, or one for each.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Weights<F> {
    /// The same everywhere.
    All(F),
    /// In the order of the synapses.
    Each(Vec<F>),
}

/// One delay for all synapses, or one for each; in steps, at least 1.
#[derive(Clone, Debug)]
pub(crate) enum Delays {
    /// The same everywhere.
    All(u32),
    /// In the order of the synapses.
    Each(Narrow),
}

/// Synapses ordered by (source, ordinal).
#[derive(Clone, Debug)]
pub(crate) struct Rows<F> {
    /// Where the row of each source begins; one more than there are sources.
    starts: Vec<usize>,
    /// Targets of the synapses, counted from the first of this share.
    targets: Narrow,
    /// Their weights.
    pub weights: Weights<F>,
    delays: Delays,
    /// The longest of them.
    longest_delay: u32,
    ahead: Ahead,
    /// Ordinals in the whole row, where other shares hold synapses between those of this one.
    ordinals: BTreeMap<u32, Vec<u32>>,
    /// Other numbers of the synapses, where these have states.
    pub more: Vec<Option<Weights<F>>>,
    /// Ordinals in the whole row of all shares, where somebody needs to know.
    ranks: Vec<u32>,
}

/// One synapse, as its row has it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Synapse<F> {
    /// Its target, counted from the first of this share.
    pub target: u32,
    /// Its weight.
    pub weight: F,
    /// Its delay in steps.
    pub delay: u32,
}

impl<F: Real> Rows<F> {
    /// Number of synapses.
    pub fn len(&self) -> usize {
        self.targets.len()
    }

    /// Number of sources.
    pub fn n_sources(&self) -> usize {
        self.starts.len() - 1
    }

    /// The synapses of a source.
    #[inline]
    pub fn row(&self, source: u32) -> Range<usize> {
        self.starts[source as usize]..self.starts[source as usize + 1]
    }

    /// Synapse `i` of this share.
    pub fn synapse(&self, i: usize) -> Synapse<F> {
        Synapse {
            target: self.targets.get(i),
            weight: self.weights.at(i),
            delay: self.delays.at(i),
        }
    }

    /// Places of the synapses of a source, with their ordinals in its whole row; these ascend. Where
    /// targets ascend along the row, the ordinal is given up to a constant of the share.
    pub fn ordinals(&self, source: u32) -> impl Iterator<Item = (u32, usize)> + '_ {
        let known = self.ordinals.get(&source);
        let row = self.row(source);
        let rank = |place: usize| self.ranks.get(place).copied();
        row.enumerate().map(move |(k, place)| {
            (rank(place).unwrap_or_else(|| known.map_or(0, |ordinals| ordinals[k])), place)
        })
    }

    /// Their delays.
    pub fn delays(&self) -> &Delays {
        &self.delays
    }

    /// Replaces the delays, and returns the old ones.
    pub fn set_delays(&mut self, delays: Delays) -> Delays {
        let old = std::mem::replace(&mut self.delays, delays);
        self.measure();
        old
    }

    fn measure(&mut self) {
        self.longest_delay = self.delays.longest();
        let delay_width = match &self.delays {
            Delays::All(_) => 0,
            Delays::Each(delays) => delays.width(),
        };
        let widths = [self.targets.width(), delay_width];
        self.ahead = Ahead::of::<F>(self.len(), self.n_sources(), widths);
    }

    /// The longest delay, in steps.
    pub fn longest_delay(&self) -> u32 {
        self.longest_delay
    }

    /// Whether each of these sources, and no other, has one synapse: to the target of its own place.
    pub fn is_diagonal(&self, sources: Range<usize>) -> bool {
        let own = |i: usize| {
            let row = self.row((sources.start + i) as u32);
            row == (i..i + 1) && self.targets.get(i) as usize == i
        };
        sources.end <= self.n_sources()
            && self.len() == sources.len()
            && (0..sources.len()).all(own)
    }

    /// Bytes held.
    pub fn memory_bytes(&self) -> u64 {
        let ordinals: u64 = self.ordinals.values().map(bytes).sum();
        bytes(&self.starts)
            + self.targets.bytes()
            + self.weights.bytes()
            + self.delays.bytes()
            + self.more.iter().flatten().map(Weights::bytes).sum::<u64>()
            + bytes(&self.ranks)
            + ordinals
    }

    /// Keeps what is equal once, and gives back memory beyond what is needed.
    fn settle(&mut self) {
        self.weights.compact();
        self.delays.compact();
        self.measure();
        self.targets.shrink();
        if let Weights::Each(weights) = &mut self.weights {
            weights.shrink_to_fit();
        }
        if let Delays::Each(delays) = &mut self.delays {
            delays.shrink();
        }
    }
}

impl<F: Real> Weights<F> {
    /// The weight of synapse `i`.
    #[inline]
    pub fn at(&self, i: usize) -> F {
        match self {
            Self::All(weight) => *weight,
            Self::Each(weights) => weights[i],
        }
    }

    /// Keeps one weight if all are equal.
    pub fn compact(&mut self) {
        if let Self::Each(weights) = self
            && let Some(&first) = weights.first()
            && weights.iter().all(|w| *w == first)
        {
            *self = Self::All(first);
        }
    }

    /// Whether no weight is infinite or not a number, so that weight · 0 is zero.
    pub fn are_finite(&self) -> bool {
        let finite = |w: &F| w.to_f64().is_finite();
        match self {
            Self::All(weight) => finite(weight),
            Self::Each(weights) => weights.iter().all(finite),
        }
    }

    fn bytes(&self) -> u64 {
        match self {
            Self::All(_) => 0,
            Self::Each(weights) => bytes(weights),
        }
    }
}

impl Delays {
    /// One delay for each synapse, or one for all if all are equal.
    pub fn of(what: &str, delays: &[u32]) -> Result<Self, CompileError> {
        let max = delays.iter().copied().max().unwrap_or(1);
        let mut each = Narrow::up_to(max);
        each.reserve(what, delays.len())?;
        each.extend(what, max, delays.iter().copied())?;
        let mut delays = Self::Each(each);
        delays.compact();
        Ok(delays)
    }

    /// The delay of synapse `i`.
    #[inline]
    pub fn at(&self, i: usize) -> u32 {
        match self {
            Self::All(delay) => *delay,
            Self::Each(delays) => delays.get(i),
        }
    }

    fn longest(&self) -> u32 {
        match self {
            Self::All(delay) => *delay,
            Self::Each(delays) => delays.max().unwrap_or(1),
        }
    }

    /// Keeps one delay if all are equal.
    fn compact(&mut self) {
        if let Self::Each(delays) = self
            && delays.len() > 0
            && delays.all_equal()
        {
            *self = Self::All(delays.get(0));
        }
    }

    fn bytes(&self) -> u64 {
        match self {
            Self::All(_) => 0,
            Self::Each(delays) => delays.bytes(),
        }
    }
}
