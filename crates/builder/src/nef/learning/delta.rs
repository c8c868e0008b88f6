//! What a rule changes, as a signal: nobody but a probe needs it, since rules add to a matrix in place.
//!
//! A rule adds in a step what follows from all that was known when the step before ended. To be seen in
//! that step, it is computed once more from what filters will hold at its end.

use std::collections::BTreeMap;

use pontine_core_ir::{
    Path, SignalId, Tensor,
    model::{Filter, OperatorKind, Role, Signal},
};

use crate::{builder::Builder, error::BuildError};

/// The signal of the change, in the shape of what is changed.
pub(in crate::nef) fn delta(
    builder: &mut Builder<'_>,
    path: &Path,
) -> Result<SignalId, BuildError> {
    let changes = changes(builder, path);
    let Some(&target) = changes.first().and_then(target) else {
        let message = "its learning rule changes nothing that could be told".to_owned();
        return Err(BuildError::Unsupported { path: path.clone(), message });
    };
    let shape = builder.model().signals[target].initial.shape().to_vec();
    let delta = builder.signal(Signal::temporary(path.part("delta"), &shape));
    builder.operator(path, OperatorKind::Reset { target: delta, value: 0.0 });
    let mut end = EndOfStep { builder, path, known: BTreeMap::new() };
    for change in changes {
        end.again(change, delta)?;
    }
    Ok(delta)
}

/// What the rule adds to something that is learned.
fn changes(builder: &Builder<'_>, path: &Path) -> Vec<OperatorKind> {
    let model = builder.model();
    let is_learned = |kind: &OperatorKind| {
        target(kind).is_some_and(|&target| model.signals[target].role == Role::Parameter)
    };
    let own = model.operators.iter().filter(|(_, op)| op.path == *path && is_learned(&op.kind));
    own.map(|(_, op)| op.kind.clone()).collect()
}

/// Signals as they will be when the step ends.
struct EndOfStep<'b, 'n> {
    builder: &'b mut Builder<'n>,
    path: &'b Path,
    known: BTreeMap<SignalId, SignalId>,
}

impl EndOfStep<'_, '_> {
    fn of(&mut self, signal: SignalId) -> Result<SignalId, BuildError> {
        if let Some(&known) = self.known.get(&signal) {
            return Ok(known);
        }
        let found = match self.filter_of(signal) {
            Some(filter) => self.filtered(&filter)?,
            None => self.computed(signal)?,
        };
        self.known.insert(signal, found);
        Ok(found)
    }

    fn filter_of(&self, signal: SignalId) -> Option<Filter> {
        self.builder.model().operators.iter().find_map(|(_, op)| match &op.kind {
            OperatorKind::Filter(filter) if filter.output == signal => Some(filter.clone()),
            _ => None,
        })
    }

    fn filtered(&mut self, filter: &Filter) -> Result<SignalId, BuildError> {
        let y = self.sum(filter.output);
        if filter.decay != 0.0 {
            self.add("decay", filter.decay, filter.output, y);
        }
        self.add("gain", filter.gain, filter.input, y);
        Ok(y)
    }

    /// What is computed in a step of others is computed of those; what is only added to, goes on from
    /// what it is.
    fn computed(&mut self, signal: SignalId) -> Result<SignalId, BuildError> {
        let operators = self.builder.model().operators.iter().map(|(_, op)| &op.kind);
        let mut operators: Vec<OperatorKind> =
            operators.filter(|kind| target(kind) == Some(&signal)).cloned().collect();
        if operators.is_empty() {
            return Ok(signal);
        }
        let y = self.fresh(signal);
        match operators.iter().position(sets) {
            Some(setter) => {
                let setter = operators.remove(setter);
                self.again(setter, y)?;
            }
            None => self.copy(signal, y),
        }
        for operator in operators {
            self.again(operator, y)?;
        }
        Ok(y)
    }

    /// The same operator, of what others will be, to another target.
    fn again(&mut self, kind: OperatorKind, to: SignalId) -> Result<(), BuildError> {
        let kind = match kind {
            OperatorKind::Reset { value, .. } => OperatorKind::Reset { target: to, value },
            OperatorKind::Copy { source, source_index, target_index, inc, .. } => {
                let source = self.of(source)?;
                OperatorKind::Copy { source, source_index, target: to, target_index, inc }
            }
            OperatorKind::ElementwiseInc { a, x, .. } => {
                OperatorKind::ElementwiseInc { a: self.of(a)?, x: self.of(x)?, y: to }
            }
            OperatorKind::DotInc { a, x, .. } => {
                OperatorKind::DotInc { a: self.of(a)?, x: self.of(x)?, y: to }
            }
            OperatorKind::SparseInc { a, entries, x, .. } => {
                OperatorKind::SparseInc { a: self.of(a)?, entries, x: self.of(x)?, y: to }
            }
            OperatorKind::OuterInc { a, x, .. } => {
                OperatorKind::OuterInc { a: self.of(a)?, x: self.of(x)?, y: to }
            }
            OperatorKind::Function { function, time, x, .. } => {
                let x = x.map(|x| self.of(x)).transpose()?;
                OperatorKind::Function { function, time, x, y: to }
            }
            other => {
                let message =
                    format!("its change cannot be told: it follows from a {}", other.name());
                return Err(BuildError::Unsupported { path: self.path.clone(), message });
            }
        };
        self.builder.operator(self.path, kind);
        Ok(())
    }

    fn fresh(&mut self, like: SignalId) -> SignalId {
        let signal = &self.builder.model().signals[like];
        let shape = signal.initial.shape().to_vec();
        let path = signal.path.part("at_end").part(self.path.as_str());
        self.builder.signal(Signal::temporary(path, &shape))
    }

    fn sum(&mut self, like: SignalId) -> SignalId {
        let y = self.fresh(like);
        self.builder.operator(self.path, OperatorKind::Reset { target: y, value: 0.0 });
        y
    }

    fn add(&mut self, name: &str, factor: f64, x: SignalId, y: SignalId) {
        let path = self.builder.model().signals[y].path.part(name);
        let a = self.builder.signal(Signal::constant(path, Tensor::scalar(factor)));
        self.builder.operator(self.path, OperatorKind::ElementwiseInc { a, x, y });
    }

    fn copy(&mut self, source: SignalId, target: SignalId) {
        let (source_index, target_index, inc) = (None, None, false);
        let kind = OperatorKind::Copy { source, source_index, target, target_index, inc };
        self.builder.operator(self.path, kind);
    }
}

/// What an operator sets or adds to.
fn target(kind: &OperatorKind) -> Option<&SignalId> {
    match kind {
        OperatorKind::Reset { target, .. } | OperatorKind::Copy { target, .. } => Some(target),
        OperatorKind::ElementwiseInc { y, .. }
        | OperatorKind::DotInc { y, .. }
        | OperatorKind::SparseInc { y, .. }
        | OperatorKind::OuterInc { y, .. }
        | OperatorKind::Function { y, .. }
        | OperatorKind::Host { y, .. } => Some(y),
        OperatorKind::Time { .. }
        | OperatorKind::Filter(_)
        | OperatorKind::Neurons(_)
        | OperatorKind::SpikeList(_)
        | OperatorKind::Deliver(_) => None,
    }
}

fn sets(kind: &OperatorKind) -> bool {
    match kind {
        OperatorKind::Copy { inc, .. } => !inc,
        other => matches!(other, OperatorKind::Reset { .. } | OperatorKind::Function { .. }),
    }
}
