//! `fold-transforms`: two products with constants, one behind the other, become one.

use std::ops::Range;

use pontine_core_ir::{
    Block, Connectivity, Factors, Model, OperatorId, Path, SignalId,
    model::{Deliver, Operator, OperatorKind},
    pass::{
        Constants, Equality, ModelEdit, Pass, PassCx, PassError, PassMeta, Repeat, Rewriter, Stage,
        Users,
    },
};

use super::{
    chains::{Chain, Fold, chains, cheapest, product},
    map::{Dense, Map},
};
use crate::registry::{PassEntry, plain};

static META: PassMeta = PassMeta {
    stage: Stage::Simplify,
    equality: Equality::Reassociate,
    repeat: Repeat::Idempotent,
    ..PassMeta::new(
        "fold-transforms",
        "makes one product of several with constants where that costs no more",
    )
};

inventory::submit! {
    PassEntry::<Model> { meta: &META, make: plain::<_, FoldTransforms>, place: module_path!() }
}

/// `T (D x)` becomes `(T D) x` where `T D` has no more entries than both have, `T` and `D` being
/// constants and `D x` of no use to anybody else. Longer chains are cut where the sum of entries is
/// least. Numbers that are copied, scaled or picked by index in between go along. Weights that are
/// products of signals are treated alike.
///
/// What may be learned, and what a record takes, is left alone.
///
/// # Examples
/// ```
/// use pontine_core_ir::Model;
/// use pontine_transforms::Pipeline;
///
/// let model = Model::parse(
///     "model dt=0.001 seed=0 \"\"
///      signal %0 \"x\" dense [2] state = [1.0, 0.0]
///      signal %1 \"d\" dense [3, 2] constant = [1.0, 0.0, 0.0, 1.0, 1.0, 1.0]
///      signal %2 \"decoded\" dense [3] temporary = [0.0, 0.0, 0.0]
///      signal %3 \"t\" dense [1, 3] constant = [0.5, 0.5, 2.0]
///      signal %4 \"y\" dense [1] temporary = [0.0]
///      operator \"d\" 0 reset %2 0.0
///      operator \"d\" 1 dot %1 * %0 -> %2
///      operator \"t\" 0 reset %4 0.0
///      operator \"t\" 1 dot %3 * %2 -> %4
///      record \"y\" signal %4 every=1.0 first=first_step unit=\"\"",
/// )
/// .unwrap();
/// let (model, _) = Pipeline::parse("fold-transforms")?.apply_model(model, &mut ())?;
/// assert_eq!(model.operators.len(), 2);
/// let folded = model.signal("t.folded1").unwrap();
/// assert_eq!(model.signals[folded].initial.data(), [2.5, 2.5]);
/// # Ok::<(), pontine_transforms::PipelineError>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct FoldTransforms;

impl Pass<Model> for FoldTransforms {
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
            for run in cheapest(chain.links.len(), |run| cost(&chain, run)) {
                if run.len() > 1 {
                    fold.links(&chain.links[run], edits);
                }
            }
        }
        let constants = cx.analyses.get::<Constants>(model);
        let users = cx.analyses.get::<Users>(model);
        for (id, op) in model.operators.iter() {
            if let OperatorKind::Deliver(deliver) = &op.kind {
                let mut products =
                    Products { model, constants: &constants, users: &users, fold: &mut fold };
                products.simplify((id, op), deliver, edits);
            }
        }
        Ok(())
    }
}

/// The entries of the product of some links; `None` if no operator does what they do.
fn cost(chain: &Chain, run: Range<usize>) -> Option<usize> {
    let maps: Vec<&Map> = chain.maps().skip(run.start).take(run.len()).collect();
    let (first, last) = (maps.first()?, maps.last()?);
    let are_copies = || chain.links[run.clone()].iter().all(|link| link.linear.constants.is_none());
    if maps.len() == 1 {
        Some(first.cost())
    } else if are_copies() {
        None
    } else if maps.iter().any(|map| map.is_dense()) {
        Some(last.shape().0 * first.shape().1)
    } else {
        maps.iter().all(|map| map.is_diagonal()).then(|| first.cost())
    }
}

/// Weights that are products of signals.
struct Products<'a, 'f> {
    model: &'a Model,
    constants: &'a Constants,
    users: &'a Users,
    fold: &'f mut Fold<'a>,
}

impl Products<'_, '_> {
    fn simplify(
        &mut self,
        (id, op): (OperatorId, &Operator),
        deliver: &Deliver,
        edits: &mut Rewriter<Model>,
    ) {
        let connectivity = match &deliver.connectivity {
            Connectivity::Rule(_) | Connectivity::List(_) => return,
            Connectivity::Factored(factors) => {
                self.factors(&op.path, factors, edits).map(Connectivity::Factored)
            }
            Connectivity::Blocks(blocks) => {
                let mut changed = false;
                let mut of = |block: &Block| match self.factors(&op.path, &block.factors, edits) {
                    None => block.clone(),
                    Some(factors) => {
                        changed = true;
                        Block { factors, ..block.clone() }
                    }
                };
                let blocks = blocks.iter().map(&mut of).collect();
                changed.then_some(Connectivity::Blocks(blocks))
            }
        };
        if let Some(connectivity) = connectivity {
            let kind = OperatorKind::Deliver(Deliver { connectivity, ..deliver.clone() });
            edits.edit(ModelEdit::ReplaceOperator(id, Box::new(Operator { kind, ..op.clone() })));
        }
    }

    fn factors(
        &mut self,
        path: &Path,
        factors: &Factors,
        edits: &mut Rewriter<Model>,
    ) -> Option<Factors> {
        let signals: Vec<SignalId> = [Some(factors.decoders), factors.transform, factors.encoders]
            .into_iter()
            .flatten()
            .collect();
        let maps: Vec<Option<Map>> = signals.iter().map(|&signal| self.map(signal)).collect();
        let shape = |i: usize| self.model.signals[signals[i]].initial.as_matrix();
        let runs = cheapest(signals.len(), |run| {
            let is_constant = maps[run.clone()].iter().all(Option::is_some);
            let (_, columns) = shape(run.start)?;
            let (rows, _) = shape(run.end - 1)?;
            (run.len() == 1 || is_constant).then_some(rows * columns)
        });
        if runs.len() == signals.len() {
            return None;
        }
        let mut left = Vec::new();
        for run in runs {
            left.push(match &maps[run.clone()] {
                [_] => signals[run.start],
                several => {
                    let numbers = product(several.iter().flatten())?.tensor()?;
                    self.fold.constant(path, "folded", numbers, edits)
                }
            });
        }
        // Decoders are always there; what is left besides them has a place of its own.
        let encoders = left.get(1).copied();
        Some(Factors { decoders: *left.first()?, transform: None, encoders })
    }

    fn map(&self, signal: SignalId) -> Option<Map> {
        let is_seen = !self.users.of(signal).records.is_empty();
        let numbers = self.constants.of(signal).filter(|_| !is_seen)?;
        Dense::of(numbers).map(Map::Dense)
    }
}

#[cfg(test)]
mod tests;
