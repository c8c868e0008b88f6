//! Groups of cells that are stepped as one.

use pontine_core_ir::{
    Model, OperatorId, SignalId,
    model::{Neurons, OperatorKind},
    port::CompileError,
};
use pontine_mechanism::Real;

use super::{Planner, array};
use crate::{
    arena::Column,
    array::{Array, CopyOp},
    cells::{Cells, Place},
    engine::Op,
    slots::Slots,
};

/// For each group of merged operators, whether they are cells that have no receptors and draw nothing.
pub(super) fn stepped_as_one(model: &Model) -> Vec<bool> {
    let is_apart = |id: &OperatorId| {
        neurons(model, *id).is_some_and(|neurons| {
            neurons.receptors.iter().all(Option::is_none) && neurons.mechanism.n_step_sites == 0
        })
    };
    model.merged.groups().iter().map(|group| group.iter().all(is_apart)).collect()
}

fn neurons(model: &Model, id: OperatorId) -> Option<&Neurons> {
    match &model.operators[id].kind {
        OperatorKind::Neurons(neurons) => Some(neurons),
        _ => None,
    }
}

impl<'a, F: Real> Planner<'a, F> {
    /// The cells that are stepped as one with those of an operator.
    pub(super) fn stepped_as_one(&self, id: OperatorId) -> Option<&'a [OperatorId]> {
        let group = self.model.merged.group_of(id).filter(|group| self.stepped_as_one[*group])?;
        Some(&self.model.merged.groups()[group])
    }

    /// Cells of several operators as one.
    pub(super) fn joined(&mut self, group: &[OperatorId]) -> Result<Op<F>, CompileError> {
        let model = self.model;
        let path = &model.operators[group[0]].path;
        let members: Vec<&Neurons> = group.iter().filter_map(|id| neurons(model, *id)).collect();
        let n_inputs = members.first().map_or(0, |first| first.inputs.len());
        let mut inputs = Vec::with_capacity(n_inputs);
        for i in 0..n_inputs {
            let parts: Vec<_> = members.iter().map(|m| (m.inputs[i], m.n)).collect();
            inputs.push(self.joined_input(path.as_str(), &parts)?);
        }
        let mut cells = Vec::with_capacity(group.len());
        for (id, member) in group.iter().zip(&members) {
            cells.push(self.neurons(&model.operators[*id].path, member, 0..member.n)?);
        }
        match Cells::joined(path, cells, inputs)? {
            Some(joined) => Ok(self.add_cells(group, joined)),
            None => Ok(Op::Arrays(Vec::new())),
        }
    }

    /// Where an input of all members is read: where their signals stand, if they stand side by side.
    fn joined_input(
        &mut self,
        what: &str,
        parts: &[(Option<SignalId>, usize)],
    ) -> Result<Place, CompileError> {
        if parts.iter().all(|(signal, _)| signal.is_none()) {
            return Ok(Place::same(0));
        }
        let columns: Vec<Option<Column>> =
            parts.iter().map(|(signal, _)| signal.map(|s| self.layout.of(s))).collect();
        if let Some(place) = side_by_side(&columns) {
            return Ok(place);
        }
        let n = parts.iter().map(|(_, n)| n).sum();
        let mut at = Slots::new(what, &mut self.engine.dense, n, 1)?.column(0).start;
        let place = Place::each(at);
        for (source, (_, len)) in columns.into_iter().zip(parts) {
            let target = Column { at, len: *len };
            at += len;
            if let Some(source) = source {
                let (source_index, target_index) = (None, None);
                let copy = CopyOp { source, source_index, target, target_index, inc: false };
                self.push(array(Array::Copy(copy)));
            }
        }
        Ok(place)
    }
}

fn side_by_side(columns: &[Option<Column>]) -> Option<Place> {
    let first = (*columns.first()?)?;
    let mut end = first.at;
    for column in columns {
        let column = (*column)?;
        if column.at != end {
            return None;
        }
        end += column.len;
    }
    Some(Place::each(first.at))
}
