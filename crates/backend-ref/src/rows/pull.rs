//! From a connector to rows: each share gets the synapses of its own targets.
//!
//! Rows of sources are appended as they come. Rows of targets are pulled twice, which they allow
//! since they are pure functions of their index: once to count, once to place.

use std::ops::Range;

use pontine_core_ir::{
    Path, SynapseRow, Synapses,
    connectivity::SynapseError,
    port::{CompileError, Major},
};
use pontine_mechanism::Real;

use super::{Delays, Narrow, Rows, Weights, add::Ahead};
use crate::memory::{extend, filled, reserve};

/// How many cells stand on either side of a projection, and who owns the targets.
#[derive(Clone, Debug)]
pub(crate) struct Sides {
    /// Elements of the source signal.
    pub n_source: usize,
    /// Elements of the target signal.
    pub n_target: usize,
    /// Targets of each share: ranges that follow one another; empty ones may stand anywhere.
    pub shares: Vec<Range<usize>>,
}

/// Pulls all synapses, into rows for each share.
///
/// Synapses of one source and target come in the order of (row, place in the row).
///
/// # Errors
/// [`CompileError`] if the connector names cells that are not there, or memory is short.
pub(crate) fn pull<F: Real>(
    synapses: &Synapses,
    sides: &Sides,
    path: &Path,
) -> Result<Vec<Rows<F>>, CompileError> {
    let puller = Puller { synapses, sides, path };
    let mut shares = match synapses.major() {
        Major::Source => puller.by_source(),
        Major::Target => puller.by_target(),
    }?;
    synapses.check_pulled()?;
    shares.iter_mut().for_each(Rows::settle);
    Ok(shares)
}

struct Puller<'a> {
    synapses: &'a Synapses,
    sides: &'a Sides,
    path: &'a Path,
}

/// All synapses of one source, in their order.
#[derive(Default)]
struct SourceRow {
    targets: Vec<u32>,
    weights: Vec<f64>,
    delays: Vec<u32>,
}

impl SourceRow {
    fn clear(&mut self) {
        self.targets.clear();
        self.weights.clear();
        self.delays.clear();
    }

    fn take(&mut self, row: &SynapseRow) {
        self.targets.extend_from_slice(&row.minor);
        self.weights.extend_from_slice(&row.weights);
        self.delays.extend_from_slice(&row.delays);
    }
}

impl Puller<'_> {
    fn empty<F: Real>(&self, share: &Range<usize>) -> Rows<F> {
        Rows {
            starts: Vec::new(),
            targets: Narrow::up_to(share.len().saturating_sub(1) as u32),
            weights: match self.synapses.constant_weight() {
                Some(weight) => Weights::All(F::from_f64(weight)),
                None => Weights::Each(Vec::new()),
            },
            delays: match self.synapses.constant_delay() {
                Some(delay) => Delays::All(delay),
                None => Delays::Each(Narrow::up_to(0)),
            },
            longest_delay: 1,
            ahead: Ahead::default(),
            ordinals: Default::default(),
            more: Vec::new(),
            ranks: Vec::new(),
        }
    }

    fn by_source<F: Real>(&self) -> Result<Vec<Rows<F>>, CompileError> {
        let Self { synapses, sides, path } = self;
        let mut shares = self.reserved()?;
        let mut order: Vec<usize> = (0..synapses.n_major()).collect();
        order.sort_by_key(|&i| synapses.major_index(i));
        let (mut row, mut whole) = (SynapseRow::default(), SourceRow::default());
        for same in order.chunk_by(|&a, &b| synapses.major_index(a) == synapses.major_index(b)) {
            let source = synapses.major_index(same[0]);
            within(path, &[source], sides.n_source)?;
            whole.clear();
            for &i in same {
                synapses.fill(i, &mut row);
                within(path, &row.minor, sides.n_target)?;
                whole.take(&row);
            }
            self.deal(source, &whole, &mut shares)?;
        }
        for rows in &mut shares {
            rows.starts.resize(sides.n_source + 1, rows.targets.len());
        }
        Ok(shares)
    }

    /// Empty rows with the room that they will hardly exceed.
    fn reserved<F: Real>(&self) -> Result<Vec<Rows<F>>, CompileError> {
        let (what, n_target) = (self.path.as_str(), self.sides.n_target.max(1) as f64);
        let one = |share: &Range<usize>| {
            let mut rows = self.empty::<F>(share);
            let n = likely(self.synapses.n_expected() * share.len() as f64 / n_target);
            reserve(what, &mut rows.starts, self.sides.n_source + 1)?;
            rows.targets.reserve(what, n)?;
            if let Weights::Each(weights) = &mut rows.weights {
                reserve(what, weights, n)?;
            }
            if let Delays::Each(delays) = &mut rows.delays {
                delays.reserve(what, n)?;
            }
            Ok(rows)
        };
        self.sides.shares.iter().map(one).collect()
    }

    /// Gives each share its synapses of one source.
    fn deal<F: Real>(
        &self,
        source: u32,
        row: &SourceRow,
        shares: &mut [Rows<F>],
    ) -> Result<(), CompileError> {
        let what = self.path.as_str();
        let is_alone = self.sides.shares.len() == 1;
        let ascends = is_alone || row.targets.is_sorted();
        for (rows, share) in shares.iter_mut().zip(&self.sides.shares) {
            if is_alone {
                rows.append(what, source, share, row, 0..row.targets.len())?;
            } else if ascends {
                let place = |cell: usize| row.targets.partition_point(|&t| (t as usize) < cell);
                rows.append(what, source, share, row, place(share.start)..place(share.end))?;
            } else {
                let is_ours = |&k: &u32| share.contains(&(row.targets[k as usize] as usize));
                let ours: Vec<u32> = (0..row.targets.len() as u32).filter(is_ours).collect();
                rows.append(what, source, share, row, ours.iter().map(|&k| k as usize))?;
                rows.ordinals.insert(source, ours);
            }
        }
        Ok(())
    }

    fn by_target<F: Real>(&self) -> Result<Vec<Rows<F>>, CompileError> {
        let Self { synapses, sides, path } = self;
        let what = path.as_str();
        let mut shares: Vec<Rows<F>> = sides.shares.iter().map(|s| self.empty(s)).collect();
        for rows in &mut shares {
            rows.starts = filled(what, sides.n_source + 1, 0)?;
        }
        let mut row = SynapseRow::default();
        for i in 0..synapses.n_major() {
            synapses.fill_ends(i, &mut row);
            within(path, &row.minor, sides.n_source)?;
            within(path, &[synapses.major_index(i)], sides.n_target)?;
            if let Some(owner) = self.owner(i) {
                let starts = &mut shares[owner].starts;
                row.minor.iter().for_each(|&source| starts[source as usize + 1] += 1);
            }
        }
        let mut next = Vec::new();
        for rows in &mut shares {
            next.push(rows.make_room(what)?);
        }
        // Where targets do not ascend, other shares may hold what stands between ours.
        let mixes = shares.len() > 1
            && !(0..synapses.n_major()).is_sorted_by_key(|i| synapses.major_index(i));
        for i in 0..synapses.n_major() {
            if let Some(owner) = self.owner(i) {
                let target = synapses.major_index(i) as usize - sides.shares[owner].start;
                synapses.fill(i, &mut row);
                shares[owner].place(what, target as u32, &row, &mut next[owner])?;
                if mixes {
                    shares[owner].note(i as u32, &row.minor);
                }
            }
        }
        Ok(shares)
    }

    fn owner(&self, i: usize) -> Option<usize> {
        let target = self.synapses.major_index(i) as usize;
        self.sides.shares.iter().position(|share| share.contains(&target))
    }
}

impl<F: Real> Rows<F> {
    fn append(
        &mut self,
        what: &str,
        source: u32,
        share: &Range<usize>,
        row: &SourceRow,
        places: impl ExactSizeIterator<Item = usize> + Clone,
    ) -> Result<(), CompileError> {
        self.starts.resize(source as usize + 1, self.targets.len());
        let first = share.start as u32;
        let last = share.len().saturating_sub(1) as u32;
        self.targets.extend(what, last, places.clone().map(|k| row.targets[k] - first))?;
        if let Weights::Each(weights) = &mut self.weights {
            extend(what, weights, places.clone().map(|k| F::from_f64(row.weights[k])))?;
        }
        if let Delays::Each(delays) = &mut self.delays {
            let longest = places.clone().map(|k| row.delays[k]).max().unwrap_or(1);
            delays.extend(what, longest, places.map(|k| row.delays[k]))?;
        }
        Ok(())
    }

    /// Turns counts into starts, and returns where the next synapse of each source goes.
    fn make_room(&mut self, what: &str) -> Result<Vec<usize>, CompileError> {
        let n_source = self.starts.len() - 1;
        for source in 0..n_source {
            self.starts[source + 1] += self.starts[source];
        }
        let n = self.starts[n_source];
        self.targets = self.targets.zeros(what, n)?;
        if let Weights::Each(weights) = &mut self.weights {
            *weights = filled(what, n, F::default())?;
        }
        if let Delays::Each(delays) = &mut self.delays {
            *delays = delays.zeros(what, n)?;
        }
        let mut next = filled(what, n_source, 0)?;
        next.copy_from_slice(&self.starts[..n_source]);
        Ok(next)
    }

    fn place(
        &mut self,
        what: &str,
        target: u32,
        row: &SynapseRow,
        next: &mut [usize],
    ) -> Result<(), CompileError> {
        for (ordinal, &source) in row.minor.iter().enumerate() {
            let at = next[source as usize];
            next[source as usize] += 1;
            self.targets.set(what, at, target)?;
            if let Weights::Each(weights) = &mut self.weights {
                weights[at] = F::from_f64(row.weights[ordinal]);
            }
            if let Delays::Each(delays) = &mut self.delays {
                delays.set(what, at, row.delays[ordinal])?;
            }
        }
        Ok(())
    }
}

impl<F> Rows<F> {
    /// Keeps the order of a synapse to each of these sources.
    fn note(&mut self, ordinal: u32, sources: &[u32]) {
        for &source in sources {
            self.ordinals.entry(source).or_default().push(ordinal);
        }
    }
}

/// A number that a random count of this mean hardly exceeds, so that columns need not grow.
fn likely(mean: f64) -> usize {
    (mean + 4.0 * mean.sqrt()) as usize
}

/// Connectors come from anywhere, so what they name is looked at before it is used as an index.
fn within(path: &Path, cells: &[u32], n: usize) -> Result<(), CompileError> {
    match cells.iter().find(|&&cell| cell as usize >= n) {
        None => Ok(()),
        Some(cell) => Err(CompileError::Synapse(SynapseError::List {
            path: path.clone(),
            message: format!("the connector names cell {cell} of {n}"),
        })),
    }
}

#[cfg(test)]
mod tests;
