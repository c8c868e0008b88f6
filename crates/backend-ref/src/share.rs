//! Who does what: the parts of a model, shared out among threads.
//!
//! Operators that touch common signals within a step are a unit; units meet only in spikes of steps
//! before. A unit of nothing but cells and the sums that they read is split by its cells; any other
//! belongs to one share. Each share owns the cells that it steps, the synapses onto them, and all
//! numbers of both.

use std::{collections::BTreeMap, ops::Range};

use pontine_core_ir::{
    Id, Model, OperatorId, SignalId,
    model::{Access, Deliver, Neurons, OperatorKind, RecordTarget, Role, Schedule},
};

/// Operators that belong together.
#[derive(Debug)]
pub(crate) struct Unit {
    /// In the order of a step.
    pub operators: Vec<OperatorId>,
    owner: Owner,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Owner {
    /// Every share has some of its cells.
    All,
    /// One share has it whole.
    One(usize),
}

/// The shares of a model.
#[derive(Debug)]
pub(crate) struct Shares {
    /// How many.
    pub n: usize,
    /// Steps that a unit may be ahead of the others.
    pub slice: u32,
    /// All units.
    pub units: Vec<Unit>,
    /// The unit that writes each signal.
    unit_of: Vec<Option<usize>>,
    /// Signals that only one receptor of cells reads, and only as a sum that begins at zero.
    fused: BTreeMap<SignalId, (OperatorId, usize)>,
}

impl Shares {
    /// Shares a model out.
    pub fn new(model: &Model, schedule: &Schedule, n: usize) -> Self {
        let mut loads = vec![0; n];
        let units: Vec<Unit> = units(model, schedule)
            .into_iter()
            .map(|operators| {
                let owner = match splits(model, &operators) {
                    true => Owner::All,
                    false => Owner::One(lightest(&mut loads, cost(model, &operators))),
                };
                Unit { operators, owner }
            })
            .collect();
        let mut unit_of = vec![None; model.signals.capacity()];
        for (i, unit) in units.iter().enumerate() {
            for signal in written(model, &unit.operators) {
                unit_of[signal.index()] = Some(i);
            }
        }
        Self { n, slice: slice(model, schedule), units, unit_of, fused: fused(model) }
    }

    /// Whether a share does anything of a unit.
    pub fn takes_part(&self, unit: &Unit, share: usize) -> bool {
        unit.owner == Owner::All || unit.owner == Owner::One(share)
    }

    /// Whether a share needs the numbers of a signal: those that nobody writes are everywhere.
    pub fn has(&self, signal: SignalId, share: usize) -> bool {
        self.owner(signal).is_none_or(|owner| owner == Owner::All || owner == Owner::One(share))
    }

    /// The elements of a signal that a share owns, or reads if nobody writes them.
    pub fn elements(&self, model: &Model, signal: SignalId, share: usize) -> Range<usize> {
        let n = model.signals[signal].len();
        match self.owner(signal) {
            Some(Owner::All) => n * share / self.n..n * (share + 1) / self.n,
            Some(Owner::One(one)) if one != share => 0..0,
            Some(Owner::One(_)) | None => 0..n,
        }
    }

    /// The cells of a unit of `n` that a share owns.
    pub fn cells(&self, unit: &Unit, n: usize, share: usize) -> Range<usize> {
        match unit.owner {
            Owner::All => n * share / self.n..n * (share + 1) / self.n,
            Owner::One(one) if one == share => 0..n,
            Owner::One(_) => 0..0,
        }
    }

    /// The cells and the receptor that alone read this sum, if nobody else looks at it.
    pub fn fused(&self, signal: SignalId) -> Option<(OperatorId, usize)> {
        self.fused.get(&signal).copied()
    }

    fn owner(&self, signal: SignalId) -> Option<Owner> {
        self.unit_of[signal.index()].map(|unit| self.units[unit].owner)
    }
}

/// The most steps of a slice: longer ones save nothing, but need memory for their spikes.
const LONGEST_SLICE: u32 = 16;

/// What may fail within a step goes step by step, so that all stands at the last whole one.
fn slice(model: &Model, schedule: &Schedule) -> u32 {
    let may_fail = |kind: &OperatorKind| {
        matches!(kind, OperatorKind::Function { .. } | OperatorKind::Host { .. })
    };
    if model.operators.iter().any(|(_, op)| may_fail(&op.kind)) {
        return 1;
    }
    schedule.slice.unwrap_or(LONGEST_SLICE).min(LONGEST_SLICE)
}

/// The share with the least to do, which gets more to do.
fn lightest(loads: &mut [usize], cost: usize) -> usize {
    let lightest = (0..loads.len()).min_by_key(|&i| loads[i]).unwrap_or(0);
    loads[lightest] += cost;
    lightest
}

/// Hosts may talk to one another where we do not see it, so all of them are in one unit.
fn units(model: &Model, schedule: &Schedule) -> Vec<Vec<OperatorId>> {
    let mut unit_of = BTreeMap::new();
    let mut n = 0;
    let mut with_hosts = None;
    for part in &schedule.parts {
        let is_host =
            |id: &OperatorId| matches!(model.operators[*id].kind, OperatorKind::Host { .. });
        let has_hosts = part.iter().any(is_host);
        let unit = with_hosts.filter(|_| has_hosts).unwrap_or(n);
        if has_hosts {
            with_hosts = Some(unit);
        }
        n = n.max(unit + 1);
        unit_of.extend(part.iter().map(|id| (*id, unit)));
    }
    let mut units = vec![Vec::new(); n];
    for id in schedule.operators() {
        units[unit_of[&id]].push(id);
    }
    units
}

/// What operators set, add to or update.
fn written(model: &Model, operators: &[OperatorId]) -> Vec<SignalId> {
    let accesses = operators.iter().map(|id| model.operators[*id].access(model.dt));
    accesses.flat_map(|a| [a.sets, a.incs, a.updates].concat()).collect()
}

fn cost(model: &Model, operators: &[OperatorId]) -> usize {
    written(model, operators).iter().map(|signal| 1 + model.signals[*signal].len()).sum()
}

/// One group of cells, and nothing else but sums that it reads; all of one element for each cell.
fn splits(model: &Model, operators: &[OperatorId]) -> bool {
    let kinds = || operators.iter().map(|id| &model.operators[*id].kind);
    let mut groups = kinds().filter_map(|kind| match kind {
        OperatorKind::Neurons(neurons) => Some(neurons),
        _ => None,
    });
    let (Some(neurons), None) = (groups.next(), groups.next()) else { return false };
    let is_receptor = |signal: &SignalId| neurons.receptors.contains(&Some(*signal));
    let written = written(model, operators);
    // What changes within a step and is needed whole by every share cannot be split.
    let reads_written = |deliver: &Deliver| {
        deliver.connectivity.factors().any(|(_, factor)| written.contains(&factor))
    };
    kinds().all(|kind| match kind {
        OperatorKind::Neurons(_) => true,
        OperatorKind::Deliver(deliver) => is_receptor(&deliver.target) && !reads_written(deliver),
        OperatorKind::Reset { target, .. } => is_receptor(target),
        _ => false,
    }) && written.iter().all(|s| model.signals[*s].len() == neurons.n)
}

fn fused(model: &Model) -> BTreeMap<SignalId, (OperatorId, usize)> {
    let mut uses = vec![Uses::default(); model.signals.capacity()];
    for (id, op) in model.operators.iter() {
        note(&mut uses, id, &op.kind, op.access(model.dt));
    }
    for (_, record) in model.records.iter() {
        if let RecordTarget::Signal(signal) = record.target {
            uses[signal.index()].others += 1;
        }
    }
    let temporary = model.signals.iter().filter(|(_, s)| s.role == Role::Temporary);
    temporary.filter_map(|(id, _)| Some((id, uses[id.index()].only_reader()?))).collect()
}

/// How a signal is used.
#[derive(Clone, Debug, Default)]
struct Uses {
    resets: usize,
    deliveries: usize,
    receptors: Vec<(OperatorId, usize)>,
    others: usize,
}

impl Uses {
    fn only_reader(&self) -> Option<(OperatorId, usize)> {
        match (self.resets, self.others, &self.receptors[..]) {
            (1, 0, [only]) if self.deliveries > 0 => Some(*only),
            _ => None,
        }
    }
}

fn note(uses: &mut [Uses], id: OperatorId, kind: &OperatorKind, access: Access) {
    match kind {
        OperatorKind::Reset { target, value } if value.to_bits() == 0 => {
            uses[target.index()].resets += 1;
        }
        // A sum of products cannot be told once more after the step: its factors may have changed.
        // Nor can one of synapses whose states have changed.
        OperatorKind::Deliver(deliver)
            if deliver.connectivity.is_factored() || deliver.synapse.is_some() =>
        {
            let touched = [access.incs, access.reads];
            touched.iter().flatten().for_each(|s| uses[s.index()].others += 1);
        }
        OperatorKind::Deliver(deliver) => uses[deliver.target.index()].deliveries += 1,
        OperatorKind::Neurons(neurons) => note_cells(uses, id, neurons),
        _ => {
            let touched = [access.sets, access.incs, access.reads, access.updates];
            touched.iter().flatten().for_each(|s| uses[s.index()].others += 1);
        }
    }
}

fn note_cells(uses: &mut [Uses], id: OperatorId, neurons: &Neurons) {
    for (i, signal) in neurons.receptors.iter().enumerate() {
        if let Some(signal) = signal {
            uses[signal.index()].receptors.push((id, i));
        }
    }
    for signal in neurons.inputs.iter().flatten() {
        uses[signal.index()].others += 1;
    }
}
