//! A pass over models: filters that hardly remember anything forget all of it.

use std::sync::Arc;

use pontine_core_ir::{
    Model,
    model::{Filter, Operator, OperatorKind},
    pass::{
        Equality, ModelEdit, Pass, PassCx, PassError, PassMeta, Repeat, Rewriter, Stage, Users,
    },
};
use pontine_transforms::PassEntry;

static META: PassMeta = PassMeta {
    stage: Stage::Redesign,
    equality: Equality::Redesign,
    repeat: Repeat::Idempotent,
    ..PassMeta::new(
        "snap-filters",
        "turns filters that keep less than `below` into delays of one step",
    )
};

inventory::submit! {
    PassEntry::<Model> {
        meta: &META,
        make: |spec| {
            spec.check_names(&["below"])?;
            Ok(Arc::new(SnapFilters { below: spec.number_or("below", 1e-3)? }))
        },
        place: module_path!(),
    }
}

struct SnapFilters {
    below: f64,
}

impl Pass<Model> for SnapFilters {
    fn meta(&self) -> &PassMeta {
        &META
    }

    fn run(
        &self,
        model: &Model,
        edits: &mut Rewriter<Model>,
        cx: &PassCx<'_, Model>,
    ) -> Result<(), PassError> {
        if !(0.0..1.0).contains(&self.below) {
            let message = format!("`below` is {}, but must be from 0 to less than 1", self.below);
            return Err(PassError { message });
        }
        let users = cx.analyses.get::<Users>(model);
        for (id, op) in model.operators.iter() {
            let OperatorKind::Filter(filter) = &op.kind else { continue };
            if filter.decay <= 0.0 || filter.decay >= self.below {
                continue;
            }
            if !users.of(filter.output).records.is_empty() {
                edits.refuse(op.to_string(), "a record takes its output");
                continue;
            }
            // What a steady input gives stays as it was.
            let gain = filter.gain / (1.0 - filter.decay);
            let kind = OperatorKind::Filter(Filter { decay: 0.0, gain, ..filter.clone() });
            let snapped = Operator { kind, ..op.clone() };
            edits.edit(ModelEdit::ReplaceOperator(id, Box::new(snapped)));
        }
        Ok(())
    }
}
