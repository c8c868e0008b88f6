//! Weights of projections as products of arrays.

use std::{collections::HashSet, sync::Arc};

use super::{Connector, Network, NetworkFault, Projection};
use crate::{path::Path, tensor::Tensor, value::Value};

/// A matrix of weights as a product of arrays, `W = weight · E T D`: the spikes of the sources are
/// decoded into few numbers, which are encoded for the targets. It is never multiplied out.
#[derive(Clone, Debug, PartialEq)]
pub struct Factored {
    /// D, `(d_in, sources)`.
    pub decoders: Tensor,
    /// T, `(d_out, d_in)`; the identity if absent.
    pub transform: Option<Tensor>,
    /// E, `(targets, d_out)`; the identity if absent.
    pub encoders: Option<Tensor>,
}

/// A product over some cells on either side.
#[derive(Clone, Debug, PartialEq)]
pub struct FactoredBlock {
    /// The sources, in the order of the columns of D; all if absent.
    pub source: Option<Arc<[u32]>>,
    /// The targets, in the order of the rows of E; all if absent.
    pub target: Option<Arc<[u32]>>,
    /// What is multiplied.
    pub product: Factored,
}

/// Which factor of a product.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Factor {
    /// D.
    Decoders,
    /// T.
    Transform,
    /// E.
    Encoders,
}

impl Factor {
    /// All, in the order in which spikes meet them.
    pub const ALL: [Self; 3] = [Self::Decoders, Self::Transform, Self::Encoders];

    /// Its name in files, paths and messages.
    pub fn name(self) -> &'static str {
        match self {
            Self::Decoders => "decoders",
            Self::Transform => "transform",
            Self::Encoders => "encoders",
        }
    }
}

impl Factored {
    /// A product of decoders and encoders.
    pub fn new(decoders: Tensor, encoders: Tensor) -> Self {
        Self { decoders, transform: None, encoders: Some(encoders) }
    }

    /// The factors that are there, those that spikes meet first, first.
    pub fn factors(&self) -> impl Iterator<Item = (Factor, &Tensor)> {
        let all = [Some(&self.decoders), self.transform.as_ref(), self.encoders.as_ref()];
        Factor::ALL.into_iter().zip(all).filter_map(|(factor, tensor)| Some((factor, tensor?)))
    }

    /// How many numbers spikes are decoded into.
    pub fn n_decoded(&self) -> usize {
        self.decoders.shape().first().copied().unwrap_or(0)
    }

    /// What is wrong with it between so many sources and targets.
    fn fault(&self, path: &Path, n_source: usize, n_target: usize) -> Option<NetworkFault> {
        let mut size = n_source;
        for (factor, tensor) in self.factors() {
            match *tensor.shape() {
                [rows, columns] if columns == size && rows > 0 => size = rows,
                ref found => {
                    let rows = found.first().copied().unwrap_or(1);
                    return Some(NetworkFault::Shape {
                        path: path.clone(),
                        what: factor.name(),
                        found: found.to_vec(),
                        expected: vec![rows.max(1), size],
                    });
                }
            }
        }
        (size != n_target).then(|| NetworkFault::Size {
            path: path.clone(),
            what: "what comes out of its factors",
            found: size,
            expected: n_target,
        })
    }
}

/// All that is wrong with the products of a projection.
pub(super) fn faults(network: &Network, path: &Path, projection: &Projection) -> Vec<NetworkFault> {
    let sizes = [network.n_cells(projection.source), network.n_cells(projection.target)];
    let [Some(n_source), Some(n_target)] = sizes else { return Vec::new() };
    let blocks: &[FactoredBlock] = match &projection.connector {
        Connector::Rule(_) | Connector::List(_) => return unlearned(path, projection),
        Connector::Factored(product) => {
            let fault = product.fault(path, n_source, n_target);
            return fault.into_iter().chain(numbers(path, projection)).collect();
        }
        Connector::Blocks(blocks) => blocks,
    };
    let what = "the number of blocks";
    let empty = blocks.is_empty().then(|| NetworkFault::Empty { path: path.clone(), what });
    let of_blocks = blocks.iter().flat_map(|block| of_block(path, block, n_source, n_target));
    of_blocks.chain(empty).chain(numbers(path, projection)).collect()
}

fn of_block(
    path: &Path,
    block: &FactoredBlock,
    n_source: usize,
    n_target: usize,
) -> Vec<NetworkFault> {
    let len = |indices: &Option<Arc<[u32]>>, n| indices.as_ref().map_or(n, |i| i.len());
    let sides = (len(&block.source, n_source), len(&block.target, n_target));
    let cells = cells(path, block.source.as_deref(), n_source);
    let cells = cells.or_else(|| self::cells(path, block.target.as_deref(), n_target));
    cells.into_iter().chain(block.product.fault(path, sides.0, sides.1)).collect()
}

/// The first index that cannot stand.
fn cells(path: &Path, indices: Option<&[u32]>, n: usize) -> Option<NetworkFault> {
    let mut seen = HashSet::new();
    indices.unwrap_or_default().iter().find_map(|&index| {
        let what = match index as usize >= n {
            true => "beyond the cells that its blocks join",
            false if !seen.insert(index) => "twice in a block",
            false => return None,
        };
        Some(NetworkFault::View { path: path.clone(), index, what })
    })
}

fn numbers(path: &Path, projection: &Projection) -> Option<NetworkFault> {
    let is_number = |value: &Value| matches!(value, Value::Const(_));
    let fits = is_number(&projection.weight) && is_number(&projection.delay);
    let what = "a product of arrays has one weight, its scale, and one delay";
    (!fits).then(|| NetworkFault::Misplaced { path: path.clone(), what })
}

fn unlearned(path: &Path, projection: &Projection) -> Vec<NetworkFault> {
    let what = "only a projection whose weights are products of arrays learns";
    let learns = !projection.learning.is_empty();
    learns.then(|| NetworkFault::Misplaced { path: path.clone(), what }).into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        id::PopulationId,
        network::{LearningRule, Population},
        spec::Spec,
    };

    fn between(
        network: &mut Network,
        a: PopulationId,
        connector: Connector,
        weight: impl Into<Value>,
    ) -> Projection {
        let population = &network.populations[a];
        Projection {
            label: Some("p".into()),
            source: a.into(),
            target: a.into(),
            receptor: population.mechanism.receptors[0].name.clone(),
            connector,
            weight: weight.into(),
            delay: 1.0.into(),
            learning: Vec::new(),
            synapse: None,
        }
    }

    #[track_caller]
    fn check(connector: Connector, change: impl Fn(&mut Projection), expected: &str) {
        let mut network = Network::new("");
        let text =
            "mechanism Cell { units nef receptor in { on_spike(w) { v += w } } state v = 0 }";
        let mechanism = pontine_mechanism::Mechanism::parse(text).unwrap();
        let a = network.add(Population::of(Arc::new(mechanism), 3));
        let mut projection = between(&mut network, a, connector, 1.0);
        change(&mut projection);
        network.add(projection);
        assert_eq!(network.validate().unwrap_err().to_string(), expected);
    }

    fn product(decoders: &[usize], encoders: &[usize]) -> Factored {
        Factored::new(Tensor::filled(decoders, 0.1), Tensor::filled(encoders, 0.1))
    }

    #[test]
    fn factors_fit_one_another_and_their_cells() {
        let of = |decoders: &[usize], encoders: &[usize]| {
            Connector::Factored(product(decoders, encoders))
        };
        check(
            of(&[2, 4], &[3, 2]),
            |_| {},
            "`Projection:p`: decoders has shape [2, 4], but [2, 3] is needed",
        );
        check(
            of(&[2, 3], &[3, 1]),
            |_| {},
            "`Projection:p`: encoders has shape [3, 1], but [3, 2] is needed",
        );
        check(
            of(&[2, 3], &[4, 2]),
            |_| {},
            "`Projection:p`: what comes out of its factors has size 4, but 3 is needed",
        );
    }

    #[test]
    fn a_product_has_one_scale_and_one_delay() {
        check(
            Connector::Factored(product(&[2, 3], &[3, 2])),
            |projection| projection.delay = Spec::new("uniform").into(),
            "`Projection:p`: a product of arrays has one weight, its scale, and one delay",
        );
    }

    #[test]
    fn blocks_name_cells_that_are_there_once() {
        let block = |source: &[u32], target: &[u32]| {
            let product = product(&[1, source.len()], &[target.len(), 1]);
            let (source, target) = (Some(source.into()), Some(target.into()));
            Connector::Blocks([FactoredBlock { source, target, product }].into())
        };
        check(
            block(&[0, 3], &[1]),
            |_| {},
            "`Projection:p`: index 3 is beyond the cells that its blocks join",
        );
        check(
            Connector::Blocks([].into()),
            |_| {},
            "`Projection:p`: the number of blocks must be at least 1",
        );
        check(block(&[0], &[1, 1]), |_| {}, "`Projection:p`: index 1 is twice in a block");
    }

    #[test]
    fn single_synapses_do_not_learn() {
        check(
            Connector::Rule(Spec::new("all_to_all")),
            |projection| projection.learning = vec![LearningRule::from(Spec::new("PES"))],
            "`Projection:p`: only a projection whose weights are products of arrays learns",
        );
    }
}
