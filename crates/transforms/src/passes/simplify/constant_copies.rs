//! `remove-constant-copies`: a copy of what never changes need not be made again.

use std::collections::BTreeMap;

use pontine_core_ir::{
    Model, OperatorId, SignalId, Tensor,
    model::{Operator, OperatorKind, Role},
    pass::{
        Constants, Equality, ModelEdit, Pass, PassCx, PassError, PassMeta, Repeat, Rewriter, Stage,
        Users,
    },
};

use super::super::writers::{Positions, hold, written};
use crate::registry::{PassEntry, plain};

static META: PassMeta = PassMeta {
    stage: Stage::Simplify,
    equality: Equality::Reassociate,
    repeat: Repeat::Free,
    ..PassMeta::new(
        "remove-constant-copies",
        "turns copies of constants into resets, and into constants",
    )
};

inventory::submit! {
    PassEntry::<Model> { meta: &META, make: plain::<_, RemoveConstantCopies>, place: module_path!() }
}

/// A signal that is set by a copy of constant numbers, and written by nothing else, becomes a constant;
/// a set copy of one number becomes a reset; one number that is the first to be added to a reset signal
/// is added to the reset.
///
/// What goes lets others stand earlier in the step; where that puts a constant first among what is added
/// to a signal, a second application finds it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RemoveConstantCopies;

impl Pass<Model> for RemoveConstantCopies {
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
        let mut copies = Copies { model, constants: &constants, known: BTreeMap::new() };
        // What has become a constant may be copied by others.
        for (target, writers) in written(model, &users, &positions) {
            copies.simplify(target, &writers, &users, edits);
        }
        Ok(())
    }
}

struct Copies<'a> {
    model: &'a Model,
    constants: &'a Constants,
    /// What has become constant.
    known: BTreeMap<SignalId, Tensor>,
}

impl Copies<'_> {
    fn simplify(
        &mut self,
        target: SignalId,
        writers: &[OperatorId],
        users: &Users,
        edits: &mut Rewriter<Model>,
    ) {
        let Some((&set, incs)) = writers.split_first() else { return };
        let Some(values) = self.written(set, false) else { return };
        let is_copy = matches!(self.model.operators[set].kind, OperatorKind::Copy { .. });
        if is_copy
            && incs.is_empty()
            && hold(self.model, users, (target, &[set]), values.clone(), edits)
        {
            self.known.insert(target, values);
            return;
        }
        let Some(mut value) = one_number(&values) else { return };
        // Those behind another that is added first would be added to another number.
        let numbers =
            incs.iter().map_while(|&inc| Some((inc, one_number(&self.written(inc, true)?)?)));
        let added: Vec<(OperatorId, f64)> = numbers.collect();
        for &(inc, number) in &added {
            value += number;
            edits.edit(ModelEdit::RemoveOperator(inc, "the reset adds what it added".into()));
        }
        if is_copy || !added.is_empty() {
            let kind = OperatorKind::Reset { target, value };
            let reset = Operator { kind, ..self.model.operators[set].clone() };
            edits.edit(ModelEdit::ReplaceOperator(set, Box::new(reset)));
        }
        if added.len() == incs.len() && self.model.signals[target].role == Role::Temporary {
            let shape = self.model.signals[target].initial.shape();
            self.known.insert(target, Tensor::filled(shape, value));
        }
    }

    /// The numbers that an operator sets all elements of its target to, or adds to them.
    fn written(&self, id: OperatorId, incs: bool) -> Option<Tensor> {
        let shape = |target: &SignalId| self.model.signals[*target].initial.shape();
        match &self.model.operators[id].kind {
            OperatorKind::Reset { target, value } if !incs => {
                Some(Tensor::filled(shape(target), *value))
            }
            OperatorKind::Copy { source, source_index, target, target_index: None, inc }
                if *inc == incs =>
            {
                let values = self.known.get(source).or_else(|| self.constants.of(*source))?.data();
                match source_index {
                    None => Tensor::new(shape(target), values),
                    Some(index) => {
                        let picked: Option<Vec<f64>> =
                            index.iter().map(|&i| values.get(i as usize).copied()).collect();
                        Tensor::new(shape(target), picked?)
                    }
                }
            }
            _ => None,
        }
    }
}

fn one_number(values: &Tensor) -> Option<f64> {
    let first = *values.data().first()?;
    values.data().iter().all(|value| value.to_bits() == first.to_bits()).then_some(first)
}
