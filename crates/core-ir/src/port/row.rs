//! Connectors, and the rows that they give.

use crate::path::Path;

/// Which side the rows of a [`RowSource`] belong to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Major {
    /// Row i holds the targets of source i.
    Source,
    /// Row i holds the sources of target i.
    Target,
}

/// A connector with its parameters: turns two sets of cells into rows.
pub trait Rule: std::fmt::Debug + Send + Sync {
    /// Prepares what all rows need; called once per projection.
    ///
    /// # Errors
    /// [`RuleError`] if the connector cannot join sets of these sizes.
    fn prepare(&self, cx: &RuleContext<'_>) -> Result<Box<dyn RowSource>, RuleError>;
}

/// What a connector may know.
#[derive(Clone, Copy, Debug)]
pub struct RuleContext<'a> {
    /// Number of cells on the source side.
    pub n_source: usize,
    /// Number of cells on the target side.
    pub n_target: usize,
    /// Whether both sides are one and the same set of cells.
    pub same_cells: bool,
    /// The model's seed.
    pub seed: u64,
    /// The projection's path; with the seed and a purpose it keys all draws.
    pub path: &'a Path,
}

/// Why a connector cannot join two sets.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error("{rule}: {message}")]
pub struct RuleError {
    /// The connector.
    pub rule: String,
    /// What is wrong.
    pub message: String,
}

/// Rows of synapses, each a pure function of its index.
pub trait RowSource: Send + Sync {
    /// Which side the rows belong to.
    fn major(&self) -> Major;

    /// Number of rows.
    fn n_major(&self) -> usize;

    /// Number of synapses in all rows: exact, or the mean of the distribution.
    fn n_expected(&self) -> f64;

    /// Adds the synapses of row `i` to an empty buffer. A row is a multiset in a stable order; the
    /// place in the row is the ordinal of the synapse.
    fn fill(&self, i: usize, row: &mut RowBuf);
}

/// One row.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct RowBuf {
    /// Indices on the other side.
    pub minor: Vec<u32>,
    /// One column for each synaptic variable that the rows carry themselves (weight, delay in ms);
    /// none for a connector that only says who is joined.
    pub columns: Vec<Vec<f64>>,
    pub(crate) scratch: Vec<f64>,
}

impl RowBuf {
    /// Empties the buffer and keeps its memory.
    pub fn clear(&mut self) {
        self.minor.clear();
        self.columns.iter_mut().for_each(Vec::clear);
    }
}
