//! `const-fold`: what follows from constants is computed once.

use std::collections::BTreeMap;

use pontine_core_ir::{
    Model, OperatorId, SignalId, Tensor,
    model::{OperatorKind, Role},
    pass::{
        Constants, Equality, Pass, PassCx, PassError, PassMeta, Repeat, Rewriter, Stage, Users,
    },
};

use super::writers::{Positions, hold, written};
use crate::registry::{PassEntry, plain};

static META: PassMeta = PassMeta {
    stage: Stage::Simplify,
    equality: Equality::Reassociate,
    repeat: Repeat::Idempotent,
    ..PassMeta::new("const-fold", "computes once what follows from constants alone")
};

inventory::submit! {
    PassEntry::<Model> { meta: &META, make: plain::<_, ConstFold>, place: module_path!() }
}

/// A signal that is written in each step by resets, copies and products of constants alone becomes a
/// constant. Its numbers are computed in double precision, in the order of a step.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ConstFold;

impl Pass<Model> for ConstFold {
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
        let constants = cx.analyses.get::<Constants>(model);
        let mut folding = Folding { model, constants: &constants, folded: BTreeMap::new() };
        for (target, writers) in written(model, &users, &positions) {
            if model.signals[target].role == Role::Temporary
                && let Some(values) = folding.values(target, &writers)
                && hold(model, &users, (target, &writers), values.clone(), edits)
            {
                folding.folded.insert(target, values);
            }
        }
        Ok(())
    }
}

struct Folding<'a> {
    model: &'a Model,
    constants: &'a Constants,
    folded: BTreeMap<SignalId, Tensor>,
}

impl Folding<'_> {
    fn constant(&self, signal: SignalId) -> Option<&Tensor> {
        self.folded.get(&signal).or_else(|| self.constants.of(signal))
    }

    /// What operators write to a signal, if all of it follows from constants.
    fn values(&self, target: SignalId, writers: &[OperatorId]) -> Option<Tensor> {
        let signal = &self.model.signals[target];
        let mut y = signal.initial.data().to_vec();
        for &writer in writers {
            self.write(&self.model.operators[writer].kind, &mut y)?;
        }
        Tensor::new(signal.initial.shape(), y)
    }

    fn write(&self, kind: &OperatorKind, y: &mut [f64]) -> Option<()> {
        match kind {
            OperatorKind::Reset { value, .. } => y.fill(*value),
            OperatorKind::Copy { source, source_index, target_index: None, inc, .. } => {
                let x = self.constant(*source)?.data();
                for (i, y) in y.iter_mut().enumerate() {
                    let from = source_index.as_ref().map_or(i, |index| index[i] as usize);
                    *y = if *inc { *y + x[from] } else { x[from] };
                }
            }
            OperatorKind::ElementwiseInc { a, x, .. } => {
                let (a, x) = (self.constant(*a)?.data(), self.constant(*x)?.data());
                // `a` may be one number, or one for each row; `x` may be one number.
                let n = y.len();
                let at = |values: &[f64], i: usize| values[i * values.len() / n];
                y.iter_mut().enumerate().for_each(|(i, y)| *y += at(a, i) * at(x, i));
            }
            OperatorKind::DotInc { a, x, .. } => {
                let (a, x) = (self.constant(*a)?.data(), self.constant(*x)?.data());
                for (row, y) in a.chunks(x.len().max(1)).zip(y) {
                    *y += row.iter().zip(x).fold(0.0, |sum, (a, x)| sum + a * x);
                }
            }
            _ => return None,
        }
        Some(())
    }
}
