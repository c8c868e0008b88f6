//! `remove-zero-incs`: what adds zero goes.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use pontine_core_ir::{
    Model, SignalId, Tensor,
    model::{OperatorKind, Role},
    pass::{
        Constants, Equality, ModelEdit, Pass, PassCx, PassError, PassMeta, Repeat, Rewriter, Stage,
        Users, Uses,
    },
};

use super::super::writers::Positions;
use crate::registry::PassEntry;

static META: PassMeta = PassMeta {
    stage: Stage::Simplify,
    equality: Equality::Reassociate,
    repeat: Repeat::Idempotent,
    ..PassMeta::new("remove-zero-incs", "removes operators that add zero")
};

inventory::submit! {
    PassEntry::<Model> {
        meta: &META,
        make: |spec| {
            spec.check_names(&["ieee"])?;
            Ok(Arc::new(RemoveZeroIncs { ieee: spec.bool_or("ieee", false)? }))
        },
        place: module_path!(),
    }
}

/// An operator that adds a constant zero, or a product with one, is removed. Zeros of parameters stay:
/// learning may change them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RemoveZeroIncs {
    /// Whether products stay whose other factor is not known: zero times an infinity is no number.
    pub ieee: bool,
}

impl Pass<Model> for RemoveZeroIncs {
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
        let users = cx.analyses.get::<Users>(model);
        let positions = cx.analyses.get::<Positions>(model);
        let mut zeros = Zeros { constants: &constants, left: BTreeSet::new(), ieee: self.ieee };
        let mut uses: BTreeMap<SignalId, Uses> = BTreeMap::new();
        // What adds nothing may leave a zero behind that others add.
        for id in positions.in_order(model.operators.ids()) {
            let Some(target) = zeros.adds_to(&model.operators[id].kind) else { continue };
            edits.edit(ModelEdit::RemoveOperator(id, "it adds zero".into()));
            let left = uses.entry(target).or_insert_with(|| users.of(target).clone());
            left.incs.retain(|other| *other != id);
            let only = left.only_writer().map(|writer| &model.operators[writer].kind);
            let is_temporary = model.signals[target].role == Role::Temporary;
            if is_temporary && matches!(only, Some(OperatorKind::Reset { value: 0.0, .. })) {
                zeros.left.insert(target);
            }
        }
        Ok(())
    }
}

/// Signals that are known to be zero.
struct Zeros<'a> {
    constants: &'a Constants,
    /// Those to which nothing is added any more.
    left: BTreeSet<SignalId>,
    ieee: bool,
}

impl Zeros<'_> {
    /// The signal that an operator adds zero to.
    fn adds_to(&self, kind: &OperatorKind) -> Option<SignalId> {
        match *kind {
            OperatorKind::Copy { source, target, inc: true, .. } => {
                self.is_zero(source).then_some(target)
            }
            OperatorKind::ElementwiseInc { a, x, y }
            | OperatorKind::DotInc { a, x, y }
            | OperatorKind::SparseInc { a, x, y, .. }
            | OperatorKind::OuterInc { a, x, y } => {
                (self.is_zero_product(a, x) || self.is_zero_product(x, a)).then_some(y)
            }
            _ => None,
        }
    }

    fn is_zero_product(&self, zero: SignalId, other: SignalId) -> bool {
        let is_finite = || {
            let other = self.constants.of(other);
            other.is_some_and(|values| values.data().iter().all(|value| value.is_finite()))
        };
        self.is_zero(zero) && (!self.ieee || is_finite() || self.left.contains(&other))
    }

    fn is_zero(&self, signal: SignalId) -> bool {
        let all_zero = |values: &Tensor| values.data().iter().all(|value| *value == 0.0);
        self.constants.of(signal).is_some_and(all_zero) || self.left.contains(&signal)
    }
}
