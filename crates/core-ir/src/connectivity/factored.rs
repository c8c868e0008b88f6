//! Weights as products of signals, `scale · E T D`, and their expansion into rows.

use super::{SynapseError, Window};
use crate::{
    id::SignalId,
    model::{Deliver, Model, Operator},
    network::Factor,
    path::Path,
    port::{Major, RowBuf, RowSource},
    tensor::Tensor,
};

/// A matrix of weights as the signals that it is the product of: `W = scale · E T D`, the scale
/// being the weight of the projection.
///
/// The signals are not copied: they are read in each step, and learning rules may write them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Factors {
    /// E, `(targets, d_out)`; the identity if absent.
    pub encoders: Option<SignalId>,
    /// T, `(d_out, d_in)`; the identity if absent.
    pub transform: Option<SignalId>,
    /// D, `(d_in, sources)`.
    pub decoders: SignalId,
}

/// A product over some cells on either side: column k of D belongs to the k-th of the source
/// window, row j of E to the j-th of the target window.
#[derive(Clone, Debug, PartialEq)]
pub struct Block {
    /// Sources, each at most once.
    pub source: Window,
    /// Targets, each at most once.
    pub target: Window,
    /// What is multiplied.
    pub factors: Factors,
}

impl Factors {
    /// The signal that holds a factor, if it is there.
    pub fn get(&self, factor: Factor) -> Option<SignalId> {
        match factor {
            Factor::Decoders => Some(self.decoders),
            Factor::Transform => self.transform,
            Factor::Encoders => self.encoders,
        }
    }

    /// The signals of the factors that are there, to be changed.
    pub fn signals_mut(&mut self) -> impl Iterator<Item = &mut SignalId> {
        let Self { encoders, transform, decoders } = self;
        encoders.iter_mut().chain(transform).chain(std::iter::once(decoders))
    }

    /// The factors that are there, by name: those that spikes meet first, first.
    pub fn named(&self) -> impl Iterator<Item = (&'static str, SignalId)> + '_ {
        Factor::ALL.into_iter().filter_map(|factor| Some((factor.name(), self.get(factor)?)))
    }
}

/// Rows of weights that are multiplied out when they are pulled, by source; zeros are synapses, too.
pub(super) struct FactoredRows {
    blocks: Vec<Numbers>,
    n_sources: usize,
}

/// The numbers of the factors of a block.
struct Numbers {
    /// Source and column of D, in ascending order.
    columns: Vec<(u32, usize)>,
    target: Window,
    scale: f64,
    decoders: Tensor,
    /// T and E, if they are there.
    behind: Vec<Tensor>,
}

impl FactoredRows {
    /// Those of a valid model's delivery, with these numbers of the signals.
    pub fn new(
        model: &Model,
        deliver: &Deliver,
        scale: f64,
        numbers: impl Fn(SignalId) -> Tensor,
    ) -> Self {
        let n_sources = model.signals[deliver.source].len();
        let blocks = deliver.blocks(model).into_iter();
        Self { blocks: blocks.map(|b| Numbers::new(b, scale, &numbers)).collect(), n_sources }
    }
}

/// Refuses factors that anything in the model writes.
pub(super) fn check_constant(
    model: &Model,
    path: &Path,
    deliver: &Deliver,
) -> Result<(), SynapseError> {
    for (factor, signal) in deliver.connectivity.factors() {
        if let Some(by) = writer(model, signal) {
            let (path, signal) = (path.clone(), model.signals[signal].path.clone());
            return Err(SynapseError::Learned { path, factor, signal, by: by.path.clone() });
        }
    }
    Ok(())
}

/// The first operator, by path, that writes a signal.
fn writer(model: &Model, signal: SignalId) -> Option<&Operator> {
    let operators = model.operators.iter().map(|(_, op)| op);
    let writers = operators.filter(|op| {
        let access = op.access(model.dt);
        access.sets.iter().chain(&access.incs).chain(&access.updates).any(|s| *s == signal)
    });
    writers.min_by(|a, b| a.key().cmp(&b.key()))
}

impl Numbers {
    fn new(block: Block, scale: f64, numbers: impl Fn(SignalId) -> Tensor) -> Self {
        let Block { source, target, factors } = block;
        let mut columns: Vec<_> = (0..source.len()).map(|k| (source.at(k), k)).collect();
        columns.sort_unstable();
        let behind = factors.transform.into_iter().chain(factors.encoders).map(&numbers);
        let behind = behind.collect();
        Self { columns, target, scale, decoders: numbers(factors.decoders), behind }
    }

    fn column(&self, source: u32) -> Option<usize> {
        let place = self.columns.binary_search_by_key(&source, |(source, _)| *source).ok()?;
        Some(self.columns[place].1)
    }

    /// The weights of a column of D, one for each target: what a single spike would add.
    fn weights(&self, column: usize) -> impl Iterator<Item = f64> + use<> {
        let n = self.columns.len();
        let decoded = self.decoders.data().iter().skip(column).step_by(n).copied();
        let weights = self.behind.iter().fold(decoded.collect(), |x: Vec<f64>, a| times(a, &x));
        let scale = self.scale;
        weights.into_iter().map(move |weight| scale * weight)
    }
}

fn times(a: &Tensor, x: &[f64]) -> Vec<f64> {
    let rows = a.data().chunks(x.len().max(1));
    rows.map(|row| row.iter().zip(x).fold(0.0, |sum, (a, x)| sum + a * x)).collect()
}

impl RowSource for FactoredRows {
    fn major(&self) -> Major {
        Major::Source
    }

    fn n_major(&self) -> usize {
        self.n_sources
    }

    fn n_expected(&self) -> f64 {
        self.blocks.iter().map(|b| b.columns.len() as f64 * b.target.len() as f64).sum()
    }

    fn fill(&self, i: usize, row: &mut RowBuf) {
        row.columns.resize(2, Vec::new());
        for block in &self.blocks {
            let Some(column) = block.column(i as u32) else { continue };
            for (j, weight) in block.weights(column).enumerate() {
                row.minor.push(block.target.at(j));
                row.columns[0].push(weight);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        connectivity::{SynapseRow, Synapses},
        model::OperatorKind,
    };

    const HEAD: &str = "model dt=0.001 seed=0 \"\"
signal %0 \"spikes\" events [3] amplitude=1.0
signal %1 \"sum\" dense [2] temporary = [0.0, 0.0]
signal %2 \"d\" dense [1, 3] parameter = [1.0, 0.0, -2.0]
signal %3 \"e\" dense [2, 1] constant = [3.0, 0.5]
signal %4 \"t\" dense [1, 1] constant = [10.0]
signal %5 \"small\" dense [1, 2] constant = [1.0, 4.0]
";

    fn synapses(lines: &str) -> Result<Synapses, SynapseError> {
        let model = Model::parse(&format!("{HEAD}{lines}")).unwrap();
        model.validate().unwrap();
        let mut operators = model.operators.iter().map(|(_, op)| op);
        let deliver = operators.find_map(|op| match &op.kind {
            OperatorKind::Deliver(deliver) => Some((&op.path, deliver)),
            _ => None,
        });
        let (path, deliver) = deliver.unwrap();
        Synapses::of(&model, path, deliver)
    }

    fn row(synapses: &Synapses, i: usize) -> Vec<(u32, f64)> {
        let mut row = SynapseRow::default();
        synapses.fill(i, &mut row);
        row.minor.into_iter().zip(row.weights).collect()
    }

    #[test]
    fn products_expand_to_what_single_spikes_add() {
        let synapses = synapses(
            "operator \"p\" 0 deliver %0 -> %1 factored encoders=%3 transform=%4 decoders=%2 \
             weight=0.5 delay=2.0",
        )
        .unwrap();
        assert_eq!((synapses.n_major(), synapses.n_expected()), (3, 6.0));
        assert_eq!((synapses.constant_delay(), synapses.constant_weight()), (Some(2), None));
        assert_eq!(row(&synapses, 0), [(0, 15.0), (1, 2.5)]);
        assert_eq!(row(&synapses, 1), [(0, 0.0), (1, 0.0)]);
        assert_eq!(row(&synapses, 2), [(0, -30.0), (1, -5.0)]);
    }

    #[test]
    fn blocks_expand_one_after_the_other() {
        let synapses = synapses(
            "operator \"p\" 0 deliver %0 -> %1 blocks [2, 0] -> [1] decoders=%5; \
             3 -> [1, 0] encoders=%3 decoders=%2 weight=1.0 delay=1.0",
        )
        .unwrap();
        assert_eq!(row(&synapses, 0), [(1, 4.0), (1, 3.0), (0, 0.5)]);
        assert_eq!(row(&synapses, 1), [(1, 0.0), (0, 0.0)]);
        assert_eq!(row(&synapses, 2), [(1, 1.0), (1, -6.0), (0, -1.0)]);
        assert_eq!(synapses.n_expected(), 8.0);
    }

    #[test]
    fn what_is_learned_is_not_expanded() {
        let lines = "operator \"p\" 0 deliver %0 -> %1 factored encoders=%3 decoders=%2 weight=1.0 \
                     delay=1.0\noperator \"rule\" 0 outer %4 * %0 -> %2";
        assert_eq!(
            synapses(lines).err().unwrap().to_string(),
            "`p`: the decoders `d` are learned by `rule`, so the weights cannot be expanded"
        );
    }

    #[test]
    fn a_weight_that_grows_beyond_all_numbers_is_told() {
        let synapses = synapses(
            "operator \"p\" 0 deliver %0 -> %1 factored encoders=%3 decoders=%2 weight=1e308 \
             delay=1.0",
        )
        .unwrap();
        row(&synapses, 0);
        let error = synapses.check_pulled().unwrap_err();
        assert_eq!(error.to_string(), "`p`: a weight of inf cannot be used");
    }
}
