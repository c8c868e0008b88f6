//! What a connection multiplies by.

use std::sync::Arc;

use pontine_core_ir::{
    SignalId, Tensor,
    model::{Entries, OperatorKind, Role, Signal},
};

use super::learning::Parts;

/// What a connection multiplies by, and what it multiplies.
#[derive(Clone, Debug)]
pub struct Weights {
    /// The numbers: one, a diagonal, `(rows, columns)`, or those of the entries.
    pub signal: SignalId,
    /// What they multiply: `(columns,)`.
    pub x: SignalId,
    /// Length of the product.
    pub n_rows: usize,
    /// Where the numbers stand, if the matrix is sparse.
    pub entries: Option<Entries>,
}

impl Weights {
    /// Adds `a bᵀ` to the weights, or so much of it as there are entries.
    pub(super) fn add_outer(&self, parts: &mut Parts<'_, '_>, a: SignalId, b: SignalId) {
        let y = self.signal;
        let Some(Entries { rows, columns }) = &self.entries else {
            return parts.operator(OperatorKind::OuterInc { a, x: b, y });
        };
        let a = parts.gathered("rows", a, rows);
        let x = parts.gathered("columns", b, columns);
        parts.operator(OperatorKind::ElementwiseInc { a, x, y });
    }

    /// Adds to each weight the number of its row times what the weight was one step ago.
    pub(super) fn add_share(&self, parts: &mut Parts<'_, '_>, share: SignalId) {
        let x = parts.held("weights_before", self.signal, 1.0);
        let a = match &self.entries {
            Some(Entries { rows, .. }) => parts.gathered("shares", share, rows),
            None => share,
        };
        parts.operator(OperatorKind::ElementwiseInc { a, x, y: self.signal });
    }

    /// From now on the weights may change.
    pub(super) fn set_learned(&self, parts: &mut Parts<'_, '_>) {
        parts.builder.model_mut().signals[self.signal].role = Role::Parameter;
    }
}

impl Parts<'_, '_> {
    /// Elements of a vector that an index names.
    fn gathered(&mut self, name: &str, source: SignalId, index: &Arc<[u32]>) -> SignalId {
        let target = self.signal(Signal::temporary(self.path.part(name), &[index.len()]));
        self.operator(OperatorKind::Copy {
            source,
            source_index: Some(index.clone()),
            target,
            target_index: None,
            inc: false,
        });
        target
    }

    /// A constant.
    pub(super) fn constant(&mut self, name: &str, numbers: Tensor) -> SignalId {
        self.signal(Signal::constant(self.path.part(name), numbers))
    }
}
