//! Groups of cells that are stepped as one.

use std::{collections::BTreeMap, ops::Range};

use pontine_core_ir::{
    Model, OperatorId, SignalId,
    model::{Neurons, OperatorKind, Role},
    port::CompileError,
};
use pontine_mechanism::Real;

use super::{
    Planner, array,
    encoded::join_encodings,
    moves::{delay_copies, join_moves},
    ranges::Ranges,
};
use crate::{
    arena::Column,
    array::{Array, Columns, CopyOp, Product, WIDEST, rounds},
    cells::{Cells, Place},
    engine::{Engine, Op},
    slots::Slots,
    spikes::Spikes,
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
            Some(joined) => self.add_cells(group, joined),
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

impl<F: Real> Planner<'_, F> {
    /// Does what array operators have in common at once, and finds out which cells' spikes others still
    /// take by themselves.
    pub(super) fn join_products(&mut self) -> Result<(), CompileError> {
        let constants = self.constants();
        let Engine { units, cells, spikes, .. } = &mut self.engine;
        let mut heard: Vec<bool> = spikes.iter().map(|s| s.is_sent() || s.is_shown()).collect();
        let places = Places::new(cells);
        for unit in units {
            let columns = |group: usize| cells[group].columns(spikes);
            unit.ops = delay_copies(std::mem::take(&mut unit.ops), &constants, columns);
            for op in &mut unit.ops {
                if let Op::Arrays(arrays) = op {
                    let joined = join_arrays(std::mem::take(arrays), &places, spikes)?;
                    *arrays = join_moves(join_encodings(joined, &constants)?)?;
                    let taken = arrays.iter().filter_map(Array::spikes);
                    taken.for_each(|signal| heard[signal] = true);
                }
            }
        }
        cells.iter_mut().for_each(|cells| cells.find_heard(|signal| heard[signal]));
        Ok(())
    }

    /// Where numbers stand that no operator changes.
    fn constants(&self) -> Ranges {
        let constants = self.model.signals.iter().filter(|(_, s)| s.role == Role::Constant);
        Ranges::of(constants.filter_map(|(id, _)| self.layout.get(id)).collect())
    }
}

/// Where spikes of cells that are stepped as one are listed: the list and its length, and which of
/// the cells are those of each signal.
struct Places(BTreeMap<usize, (usize, usize, Range<usize>)>);

impl Places {
    fn new<F: Real>(cells: &[Cells<F>]) -> Self {
        let of_cells = |cells: &Cells<F>| {
            let n = cells.n();
            let places = cells.listed_spikes();
            places.map(move |(signal, list, range)| (signal, (list, n, range))).collect::<Vec<_>>()
        };
        Self(cells.iter().flat_map(of_cells).collect())
    }
}

/// What products have in common that are done at once.
#[derive(PartialEq)]
struct Kin {
    cells: usize,
    n_cells: usize,
    amplitude: u64,
}

fn join_arrays<F: Real>(
    arrays: Vec<Array<F>>,
    places: &Places,
    spikes: &[Spikes<F>],
) -> Result<Vec<Array<F>>, CompileError> {
    let (mut joined, mut run, mut kin) = (Vec::with_capacity(arrays.len()), Vec::new(), None);
    for array in arrays {
        let product = product(&array, places, spikes);
        if product.is_none() || product.as_ref().map(|(kin, _)| kin) != kin.as_ref() {
            put_run(std::mem::take(&mut run), kin.take(), &mut joined)?;
        }
        match product {
            Some((of, product)) => {
                run.push((array, product));
                kin = Some(of);
            }
            None => joined.push(array),
        }
    }
    put_run(run, kin, &mut joined)?;
    Ok(joined)
}

/// A small product with the spikes of cells that are stepped as one.
fn product<F: Real>(
    array: &Array<F>,
    places: &Places,
    spikes: &[Spikes<F>],
) -> Option<(Kin, Product)> {
    let Array::SpikeTiled { a, x, y } = array else { return None };
    let &(cells, n_cells, ref range) = places.0.get(x)?;
    let amplitude = spikes[*x].amplitude.to_f64().to_bits();
    let kin = Kin { cells, n_cells, amplitude };
    let is_small = y.len <= WIDEST;
    let product = Product { source: a.source, first: range.start, n: range.len(), y: *y };
    is_small.then_some((kin, product))
}

fn put_run<F: Real>(
    run: Vec<(Array<F>, Product)>,
    kin: Option<Kin>,
    to: &mut Vec<Array<F>>,
) -> Result<(), CompileError> {
    let (arrays, products): (Vec<_>, Vec<_>) = run.into_iter().unzip();
    // Every spike of the cells is looked at, so that it must be of use to some of them.
    let is_worth_it = |kin: &Kin| {
        let firsts: BTreeMap<_, _> = products.iter().map(|p: &Product| (p.first, p.n)).collect();
        firsts.len() > 1 && 2 * firsts.values().sum::<usize>() >= kin.n_cells
    };
    match kin.filter(is_worth_it).zip(rounds(&products)) {
        None => to.extend(arrays),
        Some((Kin { cells, n_cells, amplitude }, rounds)) => {
            let amplitude = F::from_f64(f64::from_bits(amplitude));
            for round in rounds {
                let a = Columns::new("products with spikes", round, n_cells)?;
                to.push(Array::Columns { a, cells, amplitude });
            }
        }
    }
    Ok(())
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
