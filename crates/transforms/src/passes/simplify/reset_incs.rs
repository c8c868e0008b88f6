//! `remove-reset-incs`: what is added to zero first is set.

use pontine_core_ir::{
    Model,
    model::{Operator, OperatorKind},
    pass::{
        Equality, ModelEdit, Pass, PassCx, PassError, PassMeta, Repeat, Rewriter, Stage, Users,
    },
};

use super::super::writers::Positions;
use crate::registry::{PassEntry, plain};

static META: PassMeta = PassMeta {
    stage: Stage::Simplify,
    equality: Equality::Reassociate,
    repeat: Repeat::Free,
    ..PassMeta::new("remove-reset-incs", "lets the copy that is first added to a zero set it")
};

inventory::submit! {
    PassEntry::<Model> { meta: &META, make: plain::<_, RemoveResetIncs>, place: module_path!() }
}

/// Where the first that is added to a signal reset to zero is a copy to all of its elements, the copy
/// sets the signal and the reset goes. Of products there is no form that sets.
///
/// What goes lets others stand earlier in the step, so that a second application may find more.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RemoveResetIncs;

impl Pass<Model> for RemoveResetIncs {
    fn meta(&self) -> &PassMeta {
        &META
    }

    fn run(
        &self,
        model: &Model,
        edits: &mut Rewriter<Model>,
        cx: &PassCx<'_, Model>,
    ) -> Result<(), PassError> {
        let users = cx.analyses.get::<Users>(model);
        let positions = cx.analyses.get::<Positions>(model);
        for (id, op) in model.operators.iter() {
            let OperatorKind::Reset { target, value: 0.0 } = op.kind else { continue };
            let Some(first) = positions.first(&users.of(target).incs) else { continue };
            let first_op = &model.operators[first];
            if let OperatorKind::Copy { source, source_index, target_index: None, .. } =
                &first_op.kind
            {
                let kind = OperatorKind::Copy {
                    source: *source,
                    source_index: source_index.clone(),
                    target,
                    target_index: None,
                    inc: false,
                };
                let set = Operator { kind, ..first_op.clone() };
                edits.edit(ModelEdit::ReplaceOperator(first, Box::new(set)));
                edits.edit(ModelEdit::RemoveOperator(id, "a copy sets what it reset".into()));
            }
        }
        Ok(())
    }
}
