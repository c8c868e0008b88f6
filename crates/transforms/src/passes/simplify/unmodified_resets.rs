//! `remove-unmodified-resets`: what is only ever reset holds its value.

use pontine_core_ir::{
    Model, Tensor,
    model::OperatorKind,
    pass::{Equality, Pass, PassCx, PassError, PassMeta, Repeat, Rewriter, Stage, Users},
};

use super::super::writers::hold;
use crate::registry::{PassEntry, plain};

static META: PassMeta = PassMeta {
    stage: Stage::Simplify,
    equality: Equality::Reassociate,
    repeat: Repeat::Idempotent,
    ..PassMeta::new(
        "remove-unmodified-resets",
        "lets signals that are only ever reset hold that value",
    )
};

inventory::submit! {
    PassEntry::<Model> { meta: &META, make: plain::<_, RemoveUnmodifiedResets>, place: module_path!() }
}

/// A signal that nothing but a reset writes becomes a constant of that value.
///
/// # Examples
/// ```
/// use pontine_core_ir::{Model, model::Role};
/// use pontine_transforms::Pipeline;
///
/// let model = Model::parse(
///     "model dt=0.001 seed=0 \"\"
///      signal %0 \"x\" dense [2] temporary = [0.0, 0.0]
///      operator \"x\" 0 reset %0 0.5",
/// )
/// .unwrap();
/// let pipeline = Pipeline::parse("remove-unmodified-resets")?;
/// let (model, _) = pipeline.apply_model(model, &mut ())?;
/// let (_, x) = model.signals.iter().next().unwrap();
/// assert_eq!((x.role, x.initial.data()), (Role::Constant, &[0.5, 0.5][..]));
/// assert!(model.operators.is_empty());
/// # Ok::<(), pontine_transforms::PipelineError>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RemoveUnmodifiedResets;

impl Pass<Model> for RemoveUnmodifiedResets {
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
        for (id, op) in model.operators.iter() {
            if let OperatorKind::Reset { target, value } = op.kind
                && users.of(target).only_writer() == Some(id)
            {
                let values = Tensor::filled(model.signals[target].initial.shape(), value);
                hold(model, &users, (target, &[id]), values, edits);
            }
        }
        Ok(())
    }
}
