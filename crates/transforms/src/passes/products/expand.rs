//! `expand-weights`: products of matrices become single weights.

use std::sync::Arc;

use pontine_core_ir::{
    Connectivity, Model, SynapseList, SynapseRow, Synapses, Value,
    connectivity::SynapseError,
    model::{Deliver, Operator, OperatorKind},
    pass::{Equality, ModelEdit, Pass, PassCx, PassError, PassMeta, Repeat, Rewriter, Stage},
};

use super::chains::{Fold, chains};
use crate::registry::PassEntry;

static META: PassMeta = PassMeta {
    stage: Stage::Simplify,
    equality: Equality::Reassociate,
    repeat: Repeat::Idempotent,
    conflicts: &["factor-weights", "fold-transforms"],
    ..PassMeta::new("expand-weights", "multiplies products of matrices out into single weights")
};

/// Synapses of one projection beyond which weights stay factored.
const LIMIT: f64 = 25e6;

inventory::submit! {
    PassEntry::<Model> {
        meta: &META,
        make: |spec| {
            spec.check_names(&["limit"])?;
            Ok(Arc::new(ExpandWeights { limit: spec.number_or("limit", LIMIT)? }))
        },
        place: module_path!(),
    }
}

/// Chains of products with constant matrices become one product, however many entries it has; weights
/// that are products of signals become a list of synapses. This is for simulators that know nothing
/// but single weights.
///
/// Factors that are learned stay, as does what would have more than `limit` entries (25 million).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ExpandWeights {
    /// The most weights in one place.
    pub limit: f64,
}

impl Pass<Model> for ExpandWeights {
    fn meta(&self) -> &PassMeta {
        &META
    }

    fn run(
        &self,
        model: &Model,
        edits: &mut Rewriter<Model>,
        cx: &PassCx<'_, Model>,
    ) -> Result<(), PassError> {
        let mut fold = Fold::new(model);
        for chain in chains(model, cx, edits) {
            // From the first full matrix to the last: what is copied on either side stays.
            let dense: Vec<usize> = chain
                .maps()
                .enumerate()
                .filter(|(_, map)| map.is_dense())
                .map(|(i, _)| i)
                .collect();
            let (Some(&first), Some(&last)) = (dense.first(), dense.last()) else { continue };
            if first == last {
                continue;
            }
            let links = &chain.links[first..=last];
            let (columns, rows) =
                (links[0].linear.map.shape().1, chain.links[last].linear.map.shape().0);
            if self.fits(
                rows as f64 * columns as f64,
                &model.operators[chain.links[last].id],
                edits,
            ) {
                fold.links(links, edits);
            }
        }
        for (id, op) in model.operators.iter() {
            let OperatorKind::Deliver(deliver) = &op.kind else { continue };
            if !deliver.connectivity.is_factored() {
                continue;
            }
            let synapses = Synapses::of(model, &op.path, deliver);
            if synapses.as_ref().is_ok_and(|s| !self.fits(s.n_expected(), op, edits)) {
                continue;
            }
            match synapses.and_then(|synapses| listed(deliver, &synapses)) {
                Err(error) => edits.refuse(op.to_string(), error.to_string()),
                Ok(deliver) => {
                    let listed = Operator { kind: OperatorKind::Deliver(deliver), ..op.clone() };
                    edits.edit(ModelEdit::ReplaceOperator(id, Box::new(listed)));
                }
            }
        }
        Ok(())
    }
}

impl ExpandWeights {
    /// Whether so many weights are wanted; it is told if not.
    fn fits(&self, n: f64, op: &Operator, edits: &mut Rewriter<Model>) -> bool {
        let fits = n <= self.limit;
        if !fits {
            edits.refuse(
                op.to_string(),
                format!("it would have {n:.0} weights, the limit is {:.0}", self.limit),
            );
        }
        fits
    }
}

/// The same synapses, one by one, by source.
fn listed(deliver: &Deliver, synapses: &Synapses) -> Result<Deliver, SynapseError> {
    let (mut list, mut weights) = (SynapseList::default(), Vec::new());
    for source in 0..synapses.n_major() {
        let mut row = SynapseRow::default();
        synapses.fill(source, &mut row);
        list.source.extend(row.minor.iter().map(|_| source as u32));
        list.target.extend(&row.minor);
        weights.extend(&row.weights);
    }
    synapses.check_pulled()?;
    list.weight = Some(weights);
    Ok(Deliver {
        connectivity: Connectivity::List(Arc::new(list)),
        weight: Value::Const(1.0),
        ..deliver.clone()
    })
}
