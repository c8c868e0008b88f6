//! Reading and writing numbers of a running model: each share has some of them.

pub(crate) mod synapses;

use std::{iter::zip, sync::Arc};

use pontine_core_ir::{
    Id, OperatorId, SignalId,
    model::Role,
    port::{AccessError, Address, CompileError},
};
use pontine_mechanism::Real;

use crate::{
    cells::{Cells, check_length},
    engine::Engine,
    plan::{Index, SignalPlace},
    receptor::Projection,
    rows::{Delays, Synapse, Weights},
    simulation::RefSimulation,
};

impl<F: Real> RefSimulation<F> {
    /// Numbers at an address, if there are any.
    pub fn read_at(&self, address: Address) -> Option<Vec<f64>> {
        match address {
            Address::Signal(signal) => self.read_signal(signal),
            Address::State(op, state) => {
                let mut groups = self.groups(op).peekable();
                groups.peek()?;
                let states = groups
                    .map(|(cells, member)| cells.read_state((member, state)))
                    .collect::<Option<Vec<_>>>();
                Some(states?.concat())
            }
            Address::Parameter(op, parameter) => {
                let (cells, member) = self.groups(op).next()?;
                Some(cells.read_parameter((member, parameter))?.to_vec())
            }
            Address::Weights(op) if self.has_states(op) => synapses::read_state(self, op, 0),
            Address::SynapseState(op, state) => synapses::read_state(self, op, state),
            Address::SynapseParameter(op, parameter) => {
                synapses::read_parameter(self, op, parameter)
            }
            Address::Weights(op) => {
                let equal = self.equal(op, |projection| match projection.rows.weights {
                    Weights::All(weight) => Some(weight.to_f64()),
                    Weights::Each(_) => None,
                });
                self.each_synapse(op, equal, |_, _, synapse| [synapse.weight.to_f64()])
            }
            Address::Delays(op) => {
                let equal = self.equal(op, |projection| match *projection.rows.delays() {
                    Delays::All(delay) => Some(f64::from(delay)),
                    Delays::Each(_) => None,
                });
                self.each_synapse(op, equal, |_, _, synapse| [f64::from(synapse.delay)])
            }
            Address::Synapses(op) => self.each_synapse(op, None, |source, first, synapse| {
                [f64::from(source), first + f64::from(synapse.target)]
            }),
            _ => None,
        }
    }

    fn shares(&self) -> impl Iterator<Item = (&Engine<F>, &Index)> {
        zip(&self.engines, &self.indices)
    }

    /// The cells of an operator in each share, and which of those stepped as one they are.
    fn groups(&self, op: OperatorId) -> impl Iterator<Item = (&Cells<F>, usize)> {
        self.shares().filter_map(move |(engine, index)| {
            let (group, member) = *index.groups.get(&op)?;
            Some((&engine.cells[group], member))
        })
    }

    fn read_signal(&self, signal: SignalId) -> Option<Vec<f64>> {
        let n = self.model.signals.get(signal)?.len();
        let mut values = vec![0.0; n];
        for (engine, index) in self.shares() {
            let own = index.elements[signal.index()].clone();
            match index.signal(signal) {
                Some(SignalPlace::Dense(column)) => {
                    put(&mut values[own], &engine.dense[column.range()]);
                }
                Some(SignalPlace::Spikes(spikes)) => {
                    let spikes = &engine.spikes[spikes];
                    spikes.each(self.n_steps, &engine.dense, |i, count| {
                        values[i as usize] = (spikes.amplitude * count).to_f64();
                    });
                }
                Some(SignalPlace::Sum(receptor)) => {
                    let receptor = &engine.receptors[receptor];
                    let sums = receptor.sums_of(self.n_steps, &engine.spikes, &engine.dense);
                    put(&mut values[own], &sums);
                }
                None => {}
            }
        }
        Some(values)
    }

    /// The number that is equal for all synapses of a delivery, if there is one.
    fn equal(&self, op: OperatorId, of: impl Fn(&Projection<F>) -> Option<f64>) -> Option<f64> {
        let mut shares = self.projections(op).filter(|(_, p)| p.rows.len() > 0);
        let Some((_, first)) = shares.next() else {
            return self.projections(op).find_map(|(_, projection)| of(projection));
        };
        let first = of(first)?;
        shares.all(|(_, p)| of(p).is_some_and(|v| v.to_bits() == first.to_bits())).then_some(first)
    }

    /// Projections of a delivery, of each share, with its first target.
    fn projections(&self, op: OperatorId) -> impl Iterator<Item = (f64, &Projection<F>)> {
        let receptors = self.shares().filter_map(move |(engine, index)| {
            let receptor = *index.projections.get(&op)?;
            Some(&engine.receptors[receptor])
        });
        receptors.flat_map(move |receptor| {
            let own = receptor.projections.iter().filter(move |p| p.operator == op);
            own.map(|projection| (receptor.targets.start as f64, projection))
        })
    }

    /// Where the projections of a delivery are, in the same order: engine, receptor, projection.
    fn places(&self, op: OperatorId) -> Vec<(usize, usize, usize)> {
        let mut places = Vec::new();
        for (share, (engine, index)) in self.shares().enumerate() {
            let Some(&receptor) = index.projections.get(&op) else { continue };
            let projections = engine.receptors[receptor].projections.iter().enumerate();
            let own = projections.filter(|(_, projection)| projection.operator == op);
            places.extend(own.map(|(i, _)| (share, receptor, i)));
        }
        places
    }

    /// Whether the synapses of a delivery have states.
    fn has_states(&self, op: OperatorId) -> bool {
        self.projections(op).any(|(_, projection)| projection.plastic.is_some())
    }

    /// Numbers of each synapse of a delivery, or `equal`; in order of (source, ordinal).
    fn each_synapse<const N: usize>(
        &self,
        op: OperatorId,
        equal: Option<f64>,
        numbers: impl Fn(u32, f64, Synapse<F>) -> [f64; N],
    ) -> Option<Vec<f64>> {
        let shares: Vec<_> = self.projections(op).collect();
        shares.first()?;
        if let Some(equal) = equal {
            return Some(vec![equal]);
        }
        let mut all = Vec::new();
        walk(&shares, |source, share, place| {
            let (first, projection) = shares[share];
            all.extend(numbers(source, first, projection.rows.synapse(place)));
        });
        Some(all)
    }

    /// Replaces the numbers at an address.
    pub fn write_at(&mut self, address: Address, values: &[f64]) -> Result<(), AccessError> {
        match address {
            Address::Signal(signal) => self.write_signal(address, signal, values),
            Address::State(op, state) => {
                self.groups(op).next().ok_or(AccessError::Nothing(address))?;
                let mut groups = self.groups_mut(op);
                groups.try_for_each(|(cells, member)| {
                    cells.write_state(address, (member, state), values)
                })
            }
            Address::Parameter(op, parameter) => {
                self.groups(op).next().ok_or(AccessError::Nothing(address))?;
                self.engines.iter_mut().for_each(|engine| engine.is_stale = true);
                let mut groups = self.groups_mut(op);
                groups.try_for_each(|(cells, member)| {
                    cells.write_parameter(address, (member, parameter), values)
                })
            }
            Address::Weights(op) if self.has_states(op) => {
                synapses::write_state(self, (op, 0), address, values)
            }
            Address::SynapseState(op, state) => {
                synapses::write_state(self, (op, state), address, values)
            }
            Address::SynapseParameter(op, parameter) => {
                synapses::write_parameter(self, (op, parameter), address, values)
            }
            Address::Delays(op) if self.has_states(op) => Err(AccessError::ReadOnly(address)),
            Address::Weights(op) => self.write_weights(op, address, values),
            Address::Delays(op) => self.write_delays(op, address, values),
            Address::Synapses(op) => Err(match self.projections(op).next() {
                Some(_) => AccessError::ReadOnly(address),
                None => AccessError::Nothing(address),
            }),
            _ => Err(AccessError::Nothing(address)),
        }
    }

    fn groups_mut(&mut self, op: OperatorId) -> impl Iterator<Item = (&mut Cells<F>, usize)> {
        zip(&mut self.engines, &self.indices).filter_map(move |(engine, index)| {
            let (group, member) = *index.groups.get(&op)?;
            Some((&mut engine.cells[group], member))
        })
    }

    fn write_signal(
        &mut self,
        address: Address,
        signal: SignalId,
        values: &[f64],
    ) -> Result<(), AccessError> {
        let model = self.model.signals.get(signal).ok_or(AccessError::Nothing(address))?;
        if model.is_events() {
            return Err(AccessError::ReadOnly(address));
        }
        check_length(address, values, model.len())?;
        for (engine, index) in zip(&mut self.engines, &self.indices) {
            // What is written to a sum is reset before anybody reads it.
            if let Some(SignalPlace::Dense(column)) = index.signal(signal) {
                let own = &values[index.elements[signal.index()].clone()];
                let places = &mut engine.dense[column.range()];
                zip(places, own).for_each(|(place, value)| *place = F::from_f64(*value));
                engine.is_stale |= model.role == Role::Constant;
            }
        }
        Ok(())
    }

    fn write_weights(
        &mut self,
        op: OperatorId,
        address: Address,
        values: &[f64],
    ) -> Result<(), AccessError> {
        let shares = self.dealt(op, address, values)?;
        if let Some(value) = values.iter().find(|value| !value.is_finite()) {
            return Err(AccessError::Value { address, message: format!("{value} is no weight") });
        }
        // In single precision a finite weight may become infinite.
        let all_finite = values.iter().all(|v| F::from_f64(*v).to_f64().is_finite());
        let now = self.n_steps;
        for ((share, receptor, i), values) in zip(self.places(op), shares) {
            let engine = &mut self.engines[share];
            if !all_finite {
                engine.list_spikes(receptor, now).map_err(|error| wrong(address, error))?;
            }
            let rows = Arc::make_mut(&mut engine.receptors[receptor].projections[i].rows);
            rows.weights = match &values[..] {
                [weight] if rows.len() != 1 => Weights::All(F::from_f64(*weight)),
                each => Weights::Each(each.iter().map(|v| F::from_f64(*v)).collect()),
            };
            rows.weights.compact();
            engine.resend(receptor, now);
        }
        self.rewired = true;
        Ok(())
    }

    /// Spikes under way are due by their new delays, as far back as the longest old delay.
    fn write_delays(
        &mut self,
        op: OperatorId,
        address: Address,
        values: &[f64],
    ) -> Result<(), AccessError> {
        let shares = self.dealt(op, address, values)?;
        let steps = values.iter().map(|v| steps(address, *v)).collect::<Result<Vec<_>, _>>()?;
        let shortest = steps.iter().copied().min().unwrap_or(u32::MAX);
        let now = self.n_steps;
        self.engines.iter_mut().for_each(|engine| engine.slice = engine.slice.min(shortest));
        self.rewired = true;
        for ((share, receptor, i), values) in zip(self.places(op), shares) {
            let engine = &mut self.engines[share];
            let rows = Arc::make_mut(&mut engine.receptors[receptor].projections[i].rows);
            let delays: Vec<u32> = values.iter().map(|v| *v as u32).collect();
            let new = match &delays[..] {
                [delay] if rows.len() != 1 => Ok(Delays::All(*delay)),
                each => Delays::of("delays", each),
            };
            let old = match new {
                Ok(new) => rows.set_delays(new),
                Err(error) => return Err(wrong(address, error)),
            };
            if let Err(error) = engine.reroute(receptor, now) {
                let rows = &mut engine.receptors[receptor].projections[i].rows;
                Arc::make_mut(rows).set_delays(old);
                // There was room for the old delays, and there still is.
                let _ = engine.reroute(receptor, now);
                return Err(wrong(address, error));
            }
        }
        self.level_reach(now).map_err(|error| wrong(address, error))
    }

    /// Numbers that are given for all synapses, as each share has them: one, or one for each.
    fn dealt(
        &self,
        op: OperatorId,
        address: Address,
        values: &[f64],
    ) -> Result<Vec<Vec<f64>>, AccessError> {
        let shares: Vec<_> = self.projections(op).collect();
        if shares.is_empty() {
            return Err(AccessError::Nothing(address));
        }
        if let [value] = values {
            return Ok(vec![vec![*value]; shares.len()]);
        }
        let of_products = shares.iter().any(|(_, p)| p.products.is_some());
        let n = if of_products { 1 } else { shares.iter().map(|(_, p)| p.rows.len()).sum() };
        check_length(address, values, n)?;
        let mut dealt: Vec<_> = shares.iter().map(|(_, p)| vec![0.0; p.rows.len()]).collect();
        let mut values = values.iter();
        walk(&shares, |_, share, place| {
            dealt[share][place] = values.next().copied().unwrap_or_default();
        });
        Ok(dealt)
    }
}

/// Goes through the synapses of a delivery in order of (source, ordinal): source, share, and place in
/// the share.
fn walk<F: Real>(shares: &[(f64, &Projection<F>)], mut visit: impl FnMut(u32, usize, usize)) {
    let n_sources = shares.first().map_or(0, |(_, projection)| projection.rows.n_sources());
    let mut row = Vec::new();
    for source in 0..n_sources as u32 {
        whole_row(shares, source, &mut row);
        row.iter().for_each(|&(_, share, place)| visit(source, share, place));
    }
}

/// The synapses of a source of all shares: ordinal, share, and place in the share.
fn whole_row<F: Real>(
    shares: &[(f64, &Projection<F>)],
    source: u32,
    row: &mut Vec<(u32, usize, usize)>,
) {
    row.clear();
    for (share, (_, projection)) in shares.iter().enumerate() {
        let places = projection.rows.ordinals(source);
        row.extend(places.map(|(ordinal, place)| (ordinal, share, place)));
    }
    row.sort_by_key(|&(ordinal, share, _)| (ordinal, share));
}

fn put<F: Real>(places: &mut [f64], values: &[F]) {
    zip(places, values).for_each(|(place, value)| *place = value.to_f64());
}

fn wrong(address: Address, error: CompileError) -> AccessError {
    AccessError::Value { address, message: error.to_string() }
}

fn steps(address: Address, value: f64) -> Result<u32, AccessError> {
    if value >= 1.0 && value <= f64::from(u32::MAX) && value.fract() == 0.0 {
        return Ok(value as u32);
    }
    let message = format!("{value} is no number of steps from 1");
    Err(AccessError::Value { address, message })
}
