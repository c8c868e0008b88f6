//! `remove-identity-muls`: a product with one is a copy.

use pontine_core_ir::{
    Model, SignalId, Tensor,
    model::OperatorKind,
    pass::{
        Constants, Equality, ModelEdit, Pass, PassCx, PassError, PassMeta, Repeat, Rewriter, Stage,
    },
};

use crate::registry::{PassEntry, plain};

static META: PassMeta = PassMeta {
    stage: Stage::Simplify,
    equality: Equality::Reassociate,
    repeat: Repeat::Idempotent,
    ..PassMeta::new(
        "remove-identity-muls",
        "turns products with ones and with unit matrices into copies",
    )
};

inventory::submit! {
    PassEntry::<Model> { meta: &META, make: plain::<_, RemoveIdentityMuls>, place: module_path!() }
}

/// A product with constant ones, element by element, or with a constant unit matrix adds the other
/// factor: it becomes a copy. Spikes are left to their product, which costs only what there are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RemoveIdentityMuls;

impl Pass<Model> for RemoveIdentityMuls {
    fn meta(&self) -> &PassMeta {
        &META
    }

    fn run(
        &self,
        model: &Model,
        edits: &mut Rewriter<Model>,
        cx: &PassCx<'_, Model>,
    ) -> Result<(), PassError> {
        let constants = cx.analyses.get::<Constants>(model);
        let are_alike = |x: SignalId, y: SignalId| {
            let [x, y] = [x, y].map(|signal| &model.signals[signal]);
            !x.is_events() && x.len() == y.len()
        };
        for (id, op) in model.operators.iter() {
            let copied = match op.kind {
                OperatorKind::ElementwiseInc { a, x, y } => {
                    let one = |signal| constants.value(signal) == Some(1.0);
                    let x_alone = (one(a) && are_alike(x, y)).then_some((x, y));
                    x_alone.or((one(x) && are_alike(a, y)).then_some((a, y)))
                }
                OperatorKind::DotInc { a, x, y } => {
                    let is_unit = constants.of(a).is_some_and(is_unit_matrix);
                    (is_unit && are_alike(x, y)).then_some((x, y))
                }
                _ => None,
            };
            if let Some((source, target)) = copied {
                let (source_index, target_index) = (None, None);
                let kind =
                    OperatorKind::Copy { source, source_index, target, target_index, inc: true };
                let copy = pontine_core_ir::model::Operator { kind, ..op.clone() };
                edits.edit(ModelEdit::ReplaceOperator(id, Box::new(copy)));
            }
        }
        Ok(())
    }
}

fn is_unit_matrix(a: &Tensor) -> bool {
    let Some((rows, columns)) = a.as_matrix() else { return false };
    let is_right = |(i, value): (usize, &f64)| *value == f64::from(i % (columns + 1) == 0);
    rows == columns && rows > 0 && a.data().iter().enumerate().all(is_right)
}
