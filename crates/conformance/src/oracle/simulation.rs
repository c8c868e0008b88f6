//! A model that runs: its state, and what the port asks of it.

use std::{
    collections::{BTreeMap, VecDeque},
    sync::Arc,
};

use pontine_core_ir::{
    Expanded, Id, Model, OperatorId, SignalId,
    model::{First, OperatorKind, RecordTarget},
    port::{
        AccessError, Address, CompileError, HostStep, Progress, RecordingSink, RunControl,
        RunError, Simulation, SimulationError,
    },
};

use super::{
    cells::Cells,
    eval::Evaluator,
    plastic::Plastic,
    record::Track,
    synapses::{Group, Projection, groups},
};

/// A model that runs.
pub(super) struct Running {
    pub model: Arc<Model>,
    /// Operators in the order of a step.
    pub order: Vec<OperatorId>,
    /// By signal: its numbers, or the value of each cell's event.
    pub values: Vec<Vec<f64>>,
    /// By signal: the events of the steps before, latest first.
    pub past: Vec<VecDeque<Vec<f64>>>,
    pub cells: BTreeMap<OperatorId, Cells>,
    pub hosts: BTreeMap<OperatorId, Box<dyn HostStep>>,
    pub functions: BTreeMap<OperatorId, Evaluator>,
    pub groups: BTreeMap<SignalId, Group>,
    pub n: u64,
    tracks: Vec<Track>,
    longest_delay: usize,
    /// Initial samples have been taken; they wait for the first run, so that they see what was
    /// written before.
    begun: bool,
    broken: bool,
}

impl Running {
    /// A model at step 0.
    pub fn new(model: Model) -> Result<Self, CompileError> {
        let capacity = model.signals.capacity();
        let mut running = Self {
            order: model.schedule()?.operators().collect(),
            values: vec![Vec::new(); capacity],
            past: vec![VecDeque::new(); capacity],
            cells: BTreeMap::new(),
            hosts: BTreeMap::new(),
            functions: BTreeMap::new(),
            groups: groups(&model, model.seed)?,
            n: 0,
            tracks: model.records.iter().map(|(id, record)| Track::new(id, record)).collect(),
            longest_delay: 1,
            begun: false,
            broken: false,
            model: Arc::new(model),
        };
        let model = running.model.clone();
        for (id, signal) in model.signals.iter() {
            running.values[id.index()] = signal.initial.data().to_vec();
        }
        for id in running.order.clone() {
            running.prepare(id)?;
        }
        running.reach_back();
        Ok(running)
    }

    /// Finds how far back events are needed.
    fn reach_back(&mut self) {
        let projections = self.groups.values().flat_map(|g| &g.projections);
        self.longest_delay = projections.map(Projection::longest).max().unwrap_or(1);
    }

    fn prepare(&mut self, id: OperatorId) -> Result<(), CompileError> {
        let model = self.model.clone();
        let op = &model.operators[id];
        match &op.kind {
            OperatorKind::Neurons(neurons) => {
                self.cells.insert(id, Cells::new(op, neurons, model.seed, model.dt)?);
            }
            OperatorKind::Host { host, .. } => {
                let step = host.make_step(model.dt, model.seed).map_err(|source| {
                    CompileError::Host { path: op.path.clone(), name: host.name().into(), source }
                })?;
                self.hosts.insert(id, step);
            }
            OperatorKind::Function { function, .. } => {
                self.functions.insert(id, Evaluator::new(function.program()));
            }
            OperatorKind::Time { .. }
            | OperatorKind::Reset { .. }
            | OperatorKind::Copy { .. }
            | OperatorKind::ElementwiseInc { .. }
            | OperatorKind::DotInc { .. }
            | OperatorKind::SparseInc { .. }
            | OperatorKind::OuterInc { .. }
            | OperatorKind::Filter(_)
            | OperatorKind::SpikeList(_)
            | OperatorKind::Deliver(_) => {}
        }
        Ok(())
    }

    fn one_step(&mut self) -> Result<(), RunError> {
        self.broken = true;
        for i in 0..self.order.len() {
            self.execute(self.order[i], self.n + 1)?;
        }
        self.broken = false;
        self.n += 1;
        self.remember();
        self.record();
        Ok(())
    }

    /// Makes this step's events part of the past.
    fn remember(&mut self) {
        for (id, _) in self.model.signals.iter().filter(|(_, s)| s.is_events()) {
            let past = &mut self.past[id.index()];
            past.push_front(self.values[id.index()].clone());
            past.truncate(self.longest_delay + 1);
        }
        self.arrive(self.n, None);
    }

    /// The spikes that are at synapses with states in step `now`: those that are delivered to `target`
    /// right away, or all others at its end.
    pub fn arrive(&mut self, now: u64, target: Option<SignalId>) {
        let (past, newest) = (&self.past, self.n);
        let event = |signal: SignalId, step: u64, cell: u32| {
            let events = past[signal.index()].get((newest - step) as usize);
            events.map_or(0.0, |events| events[cell as usize])
        };
        for (signal, group) in &mut self.groups {
            if target.is_none_or(|target| target == *signal) {
                group.arrive(now, target.is_some(), &event);
            }
        }
    }

    fn begin(&mut self) {
        if self.begun {
            return;
        }
        self.begun = true;
        for i in 0..self.tracks.len() {
            if self.tracks[i].record.first == First::Zero {
                self.take(i, 0);
            }
        }
    }

    fn record(&mut self) {
        for i in 0..self.tracks.len() {
            if self.tracks[i].record.takes(self.n) {
                self.take(i, self.n);
            }
        }
    }

    fn take(&mut self, track: usize, n: u64) {
        match self.tracks[track].record.target {
            RecordTarget::Events(signal) => {
                self.tracks[track].spikes(n, &self.values[signal.index()]);
            }
            RecordTarget::Signal(signal) => {
                let row = self.dense(signal);
                self.tracks[track].sample(n, &row);
            }
            RecordTarget::State(id, state) => {
                if let Some(cells) = self.cells.get(&id) {
                    self.tracks[track].sample(n, &cells.states[state]);
                }
            }
        }
    }

    fn projection(&self, id: OperatorId) -> Option<&Projection> {
        self.groups.values().flat_map(|g| &g.projections).find(|p| p.operator == id)
    }

    fn plastic(&self, id: OperatorId) -> Option<&Plastic> {
        self.projection(id)?.plastic.as_ref()
    }

    fn plastic_mut(&mut self, id: OperatorId) -> Option<&mut Plastic> {
        let mut projections = self.groups.values_mut().flat_map(|g| &mut g.projections);
        projections.find(|p| p.operator == id)?.plastic.as_mut()
    }

    /// A state of all synapses: one number, or one for each.
    fn write_synapses(
        &mut self,
        address: Address,
        (id, i): (OperatorId, usize),
        values: &[f64],
    ) -> Result<(), AccessError> {
        let plastic = self.plastic_mut(id);
        let state = plastic.and_then(|p| p.states.get_mut(i));
        let state = state.ok_or(AccessError::Nothing(address))?;
        match values {
            [value] => state.fill(*value),
            each if each.len() == state.len() => state.copy_from_slice(each),
            _ => {
                let (found, expected) = (values.len(), state.len());
                return Err(AccessError::Length { address, found, expected });
            }
        }
        Ok(())
    }

    fn place(&mut self, address: Address) -> Result<Place<'_>, AccessError> {
        let nothing = AccessError::Nothing(address);
        match address {
            Address::Signal(id) => {
                let signal = self.model.signals.get(id).ok_or(nothing)?;
                if signal.is_events() {
                    return Err(AccessError::ReadOnly(address));
                }
                Ok(Place::Each(&mut self.values[id.index()]))
            }
            Address::State(id, i) => {
                let cells = self.cells.get_mut(&id).ok_or(nothing.clone())?;
                Ok(Place::Each(cells.states.get_mut(i).ok_or(nothing)?))
            }
            Address::Parameter(id, i) => {
                let cells = self.cells.get_mut(&id).ok_or(nothing.clone())?;
                let n = cells.n;
                Ok(Place::Value(cells.parameters.get_mut(i).ok_or(nothing)?, n))
            }
            Address::SynapseState(id, i) => {
                let plastic = self.plastic_mut(id).ok_or(nothing.clone())?;
                Ok(Place::Each(plastic.states.get_mut(i).ok_or(nothing)?))
            }
            Address::SynapseParameter(id, i) => {
                let plastic = self.plastic_mut(id).ok_or(nothing.clone())?;
                let n = plastic.states[0].len();
                Ok(Place::Value(plastic.parameters.get_mut(i).ok_or(nothing)?, n))
            }
            Address::Delays(id) if self.plastic_mut(id).is_some() => {
                Err(AccessError::ReadOnly(address))
            }
            Address::Weights(id) | Address::Delays(id) | Address::Synapses(id) => {
                let mut projections = self.groups.values_mut().flat_map(|g| &mut g.projections);
                let found = projections.find(|p| p.operator == id).ok_or(nothing)?;
                let n = found.n_values();
                match address {
                    Address::Weights(_) => Ok(Place::Value(&mut found.weights, n)),
                    Address::Delays(_) => Ok(Place::Value(&mut found.delays, n)),
                    _ => Err(AccessError::ReadOnly(address)),
                }
            }
            _ => Err(nothing),
        }
    }
}

/// Where numbers can be written.
enum Place<'a> {
    /// One number for each element.
    Each(&'a mut [f64]),
    /// One number for all of so many elements, or one for each.
    Value(&'a mut Expanded, usize),
}

/// Delays are whole numbers of steps, weights are finite.
fn check_values(address: Address, values: &[f64]) -> Result<(), AccessError> {
    let (is_fit, what): (fn(&f64) -> bool, _) = match address {
        Address::Delays(_) => (|&v| v >= 1.0 && v.fract() == 0.0, "number of steps from 1"),
        Address::Weights(_) => (|v| v.is_finite(), "weight"),
        Address::SynapseState(..) | Address::SynapseParameter(..) => (|v| v.is_finite(), "number"),
        _ => return Ok(()),
    };
    match values.iter().find(|value| !is_fit(value)) {
        Some(value) => {
            Err(AccessError::Value { address, message: format!("{value} is no {what}") })
        }
        None => Ok(()),
    }
}

impl Simulation for Running {
    fn run_steps(&mut self, n_steps: u64, control: &mut dyn RunControl) -> Result<u64, RunError> {
        if self.broken {
            return Err(RunError::Broken);
        }
        self.begin();
        for done in 1..=n_steps {
            self.one_step()?;
            if control.progress(Progress { done, total: n_steps }).is_break() {
                return Ok(done);
            }
        }
        Ok(n_steps)
    }

    fn n_steps(&self) -> u64 {
        self.n
    }

    fn reset(&mut self, seed: Option<u64>) -> Result<(), CompileError> {
        let mut model = (*self.model).clone();
        model.seed = seed.unwrap_or(model.seed);
        *self = Self::new(model)?;
        Ok(())
    }

    fn read(&self, address: Address) -> Result<Vec<f64>, AccessError> {
        let nothing = || AccessError::Nothing(address);
        match address {
            Address::Signal(id) => {
                self.model.signals.get(id).ok_or_else(nothing)?;
                Ok(self.dense(id))
            }
            Address::State(id, i) => {
                let cells = self.cells.get(&id).ok_or_else(nothing)?;
                cells.states.get(i).cloned().ok_or_else(nothing)
            }
            Address::Parameter(id, i) => {
                let cells = self.cells.get(&id).ok_or_else(nothing)?;
                Ok(cells.parameters.get(i).ok_or_else(nothing)?.as_slice().to_vec())
            }
            Address::SynapseState(id, i) => {
                let plastic = self.plastic(id).ok_or_else(nothing)?;
                plastic.states.get(i).cloned().ok_or_else(nothing)
            }
            Address::SynapseParameter(id, i) => {
                let plastic = self.plastic(id).ok_or_else(nothing)?;
                Ok(plastic.parameters.get(i).ok_or_else(nothing)?.as_slice().to_vec())
            }
            Address::Weights(id) if self.plastic(id).is_some() => {
                self.read(Address::SynapseState(id, 0))
            }
            Address::Weights(id) => {
                Ok(self.projection(id).ok_or_else(nothing)?.weights.as_slice().to_vec())
            }
            Address::Delays(id) => {
                Ok(self.projection(id).ok_or_else(nothing)?.delays.as_slice().to_vec())
            }
            Address::Synapses(id) => {
                let ends = &self.projection(id).ok_or_else(nothing)?.ends;
                Ok(ends.iter().flat_map(|&(s, t)| [f64::from(s), f64::from(t)]).collect())
            }
            _ => Err(nothing()),
        }
    }

    fn write(&mut self, address: Address, values: &[f64]) -> Result<(), AccessError> {
        check_values(address, values)?;
        let state = match address {
            Address::Weights(id) if self.plastic(id).is_some() => Some((id, 0)),
            Address::SynapseState(id, i) => Some((id, i)),
            _ => None,
        };
        if let Some((id, i)) = state {
            return self.write_synapses(address, (id, i), values);
        }
        let length = |expected| AccessError::Length { address, found: values.len(), expected };
        match self.place(address)? {
            Place::Each(numbers) if numbers.len() == values.len() => {
                numbers.copy_from_slice(values);
            }
            Place::Each(numbers) => return Err(length(numbers.len())),
            Place::Value(value, n) if values.len() == n => {
                *value = Expanded::Dense(values.to_vec())
            }
            Place::Value(value, n) => match values {
                [constant] => *value = Expanded::Const(*constant),
                _ => return Err(length(n)),
            },
        }
        if let Address::SynapseParameter(id, _) = address
            && let Some(plastic) = self.plastic_mut(id)
        {
            plastic.derive();
        }
        if let Address::Parameter(id, _) = address
            && let Some(cells) = self.cells.get_mut(&id)
        {
            cells.derive();
        }
        self.reach_back();
        Ok(())
    }

    fn drain(&mut self, sink: &mut dyn RecordingSink) -> Result<(), SimulationError> {
        self.begin();
        for track in &mut self.tracks {
            let is_events = matches!(track.record.target, RecordTarget::Events(_));
            track.drain(is_events, sink)?;
        }
        Ok(())
    }

    fn memory_bytes(&self) -> u64 {
        let signals: usize = self.values.iter().map(Vec::len).sum();
        let states: usize = self.cells.values().map(|c| c.n * c.states.len()).sum();
        let tracks: usize = self.tracks.iter().map(Track::bytes).sum();
        (8 * (signals + states) + tracks) as u64 + 24 * self.n_synapses()
    }

    fn n_synapses(&self) -> u64 {
        self.groups.values().flat_map(|g| &g.projections).map(|p| p.ends.len() as u64).sum()
    }
}
