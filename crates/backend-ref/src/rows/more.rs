//! What rows hold besides where synapses have states: their other numbers, and their ordinals.

use std::collections::BTreeMap;

use pontine_core_ir::port::CompileError;
use pontine_mechanism::Real;

use super::{Delays, Narrow, Rows, Weights};
use crate::memory::{extend, filled, reserve};

/// Finds the ordinal of each synapse in the whole row of all shares.
///
/// # Errors
/// [`CompileError`] if memory is short.
pub(crate) fn rank<F: Real>(what: &str, shares: &mut [Rows<F>]) -> Result<(), CompileError> {
    let mut ranks = Vec::with_capacity(shares.len());
    for rows in shares.iter() {
        ranks.push(filled(what, rows.len(), 0)?);
    }
    let mut row = Vec::new();
    for source in 0..shares.first().map_or(0, Rows::n_sources) as u32 {
        row.clear();
        for (share, rows) in shares.iter().enumerate() {
            row.extend(rows.ordinals(source).map(|(ordinal, place)| (ordinal, share, place)));
        }
        row.sort_by_key(|&(ordinal, share, _)| (ordinal, share));
        for (rank, &(_, share, place)) in row.iter().enumerate() {
            ranks[share][place] = rank as u32;
        }
    }
    for (rows, ranks) in shares.iter_mut().zip(ranks) {
        rows.ranks = ranks;
    }
    Ok(())
}

impl<F: Real> Rows<F> {
    /// Where the targets stand.
    pub fn targets(&self) -> &Narrow {
        &self.targets
    }

    /// The target of synapse `i`, counted from the first of this share.
    pub fn target(&self, i: usize) -> usize {
        self.targets.get(i) as usize
    }

    /// What synapse `i` of a source draws by: its source, and its ordinal in the whole row.
    #[inline]
    pub fn index(&self, source: u32, i: usize) -> u64 {
        (u64::from(source) << 32) | u64::from(self.ranks.get(i).copied().unwrap_or_default())
    }

    /// The same synapses as rows of one delay each, shortest first; their ordinals are known.
    ///
    /// # Errors
    /// [`CompileError`] if memory is short.
    pub fn by_delay(&self, what: &str) -> Result<Vec<Self>, CompileError> {
        let Delays::Each(delays) = &self.delays else { return Ok(vec![self.clone()]) };
        if self.len() == 0 {
            return Ok(vec![Self { delays: Delays::All(1), ..self.clone() }]);
        }
        let mut counts = BTreeMap::<u32, usize>::new();
        delays.iter().for_each(|delay| *counts.entry(delay).or_default() += 1);
        let mut parts = BTreeMap::<u32, Self>::new();
        for (delay, n) in counts {
            parts.insert(delay, self.empty_part(what, delay, n)?);
        }
        for source in 0..self.n_sources() as u32 {
            for place in self.row(source) {
                if let Some(part) = parts.get_mut(&delays.get(place)) {
                    part.adopt(what, self, place)?;
                }
            }
            parts.values_mut().for_each(|part| part.starts.push(part.targets.len()));
        }
        parts.values_mut().for_each(Rows::measure);
        Ok(parts.into_values().collect())
    }

    fn empty_part(&self, what: &str, delay: u32, n: usize) -> Result<Self, CompileError> {
        let room = |column: &Weights<F>| -> Result<_, CompileError> {
            Ok(match column {
                Weights::All(value) => Weights::All(*value),
                Weights::Each(_) => {
                    let mut values = Vec::new();
                    reserve(what, &mut values, n)?;
                    Weights::Each(values)
                }
            })
        };
        let mut part = Self {
            starts: vec![0],
            targets: Narrow::up_to(self.targets.max().unwrap_or(0)),
            weights: room(&self.weights)?,
            delays: Delays::All(delay),
            longest_delay: delay,
            ahead: self.ahead,
            ordinals: BTreeMap::new(),
            more: Vec::new(),
            ranks: Vec::new(),
        };
        for column in &self.more {
            part.more.push(column.as_ref().map(room).transpose()?);
        }
        part.targets.reserve(what, n)?;
        Ok(part)
    }

    /// Appends a synapse of other rows.
    fn adopt(&mut self, what: &str, other: &Self, place: usize) -> Result<(), CompileError> {
        let target = other.targets.get(place);
        self.targets.extend(what, target, std::iter::once(target))?;
        let more = self.more.iter_mut().flatten().zip(other.more.iter().flatten());
        for (to, from) in std::iter::once((&mut self.weights, &other.weights)).chain(more) {
            if let Weights::Each(values) = to {
                extend(what, values, std::iter::once(from.at(place)))?;
            }
        }
        if let Some(rank) = other.ranks.get(place) {
            extend(what, &mut self.ranks, std::iter::once(*rank))?;
        }
        Ok(())
    }
}
