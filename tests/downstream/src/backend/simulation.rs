//! Signals, the operators that write them, and what is recorded.

use std::{collections::BTreeMap, sync::Arc};

use pontine_core_ir::{
    Expanded, Id, Model, OperatorId, SignalId,
    model::{Filter, First, Operator, OperatorKind, Record, RecordTarget, SignalKind},
    port::{
        AccessError, Address, CompileError, Progress, RecordingSink, RunControl, RunError,
        Simulation, SimulationError,
    },
};
use pontine_mechanism::FunctionKernel;

use super::cells::Cells;

/// A model that runs.
pub(super) struct Running {
    model: Arc<Model>,
    order: Vec<OperatorId>,
    values: Vec<Vec<f64>>,
    cells: BTreeMap<OperatorId, Cells>,
    functions: BTreeMap<OperatorId, FunctionKernel>,
    /// By record: steps, indices of spikes, numbers.
    taken: Vec<(Vec<u64>, Vec<u32>, Vec<f64>)>,
    n: u64,
    begun: bool,
    broken: bool,
}

impl Running {
    pub fn new(model: Model) -> Result<Self, CompileError> {
        let mut cells = BTreeMap::new();
        let mut functions = BTreeMap::new();
        for (id, op) in model.operators.iter() {
            if let OperatorKind::Neurons(neurons) = &op.kind {
                cells.insert(id, Cells::new(op, neurons, model.seed, model.dt)?);
            } else if let OperatorKind::Function { function, .. } = &op.kind {
                functions.insert(id, FunctionKernel::new(function));
            }
        }
        let mut values = vec![Vec::new(); model.signals.capacity()];
        for (id, signal) in model.signals.iter() {
            values[id.index()] = signal.initial.data().to_vec();
        }
        Ok(Self {
            order: model.schedule()?.operators().collect(),
            values,
            cells,
            functions,
            taken: vec![Default::default(); model.records.capacity()],
            n: 0,
            begun: false,
            broken: false,
            model: Arc::new(model),
        })
    }

    fn dense(&self, signal: SignalId) -> Vec<f64> {
        let values = &self.values[signal.index()];
        match self.model.signals[signal].kind {
            SignalKind::Dense => values.clone(),
            SignalKind::Events { amplitude } => values.iter().map(|v| amplitude * v).collect(),
        }
    }

    fn one_step(&mut self) -> Result<(), RunError> {
        let (model, n) = (self.model.clone(), self.n + 1);
        self.broken = true;
        for id in self.order.clone() {
            self.execute(id, &model.operators[id], n)?;
        }
        self.broken = false;
        self.n = n;
        self.record(|record| record.takes(n));
        Ok(())
    }

    fn execute(&mut self, id: OperatorId, op: &Operator, n: u64) -> Result<(), RunError> {
        match &op.kind {
            OperatorKind::Time { time } => {
                self.values[time.index()] = vec![n as f64 * self.model.dt];
            }
            OperatorKind::Reset { target, value } => self.values[target.index()].fill(*value),
            OperatorKind::Copy { source, source_index, target, target_index, inc } => {
                let from = self.dense(*source);
                let n = source_index.as_ref().map_or(from.len(), |index| index.len());
                let at =
                    |index: &Option<Arc<[u32]>>, k| index.as_ref().map_or(k, |i| i[k] as usize);
                for k in 0..n {
                    let place = &mut self.values[target.index()][at(target_index, k)];
                    let value = from[at(source_index, k)];
                    *place = if *inc { *place + value } else { value };
                }
            }
            OperatorKind::ElementwiseInc { a, x, y } => {
                let (a, x) = (self.dense(*a), self.dense(*x));
                let n = self.values[y.index()].len();
                let at = |v: &[f64], i: usize| v[i * v.len() / n];
                for (i, y) in self.values[y.index()].iter_mut().enumerate() {
                    *y += at(&a, i) * at(&x, i);
                }
            }
            OperatorKind::SparseInc { a, entries, x, y } => {
                let (a, x) = (self.dense(*a), self.dense(*x));
                let y = &mut self.values[y.index()];
                let mut sums = vec![0.0; y.len()];
                for ((row, column), a) in entries.iter().zip(a) {
                    sums[row as usize] += a * x[column as usize];
                }
                y.iter_mut().zip(sums).for_each(|(y, sum)| *y += sum);
            }
            OperatorKind::OuterInc { a, x, y } => {
                let (a, x) = (self.dense(*a), self.dense(*x));
                for (i, y) in self.values[y.index()].iter_mut().enumerate() {
                    *y += a[i / x.len()] * x[i % x.len()];
                }
            }
            OperatorKind::DotInc { a, x, y } => {
                let (a, x) = (self.dense(*a), self.dense(*x));
                for (i, y) in self.values[y.index()].iter_mut().enumerate() {
                    let row = a[i * x.len()..].iter().zip(&x);
                    *y += row.fold(0.0, |sum, (a, x)| sum + a * x);
                }
            }
            OperatorKind::Filter(filter) => {
                let input = self.dense(filter.input);
                for (y, x) in self.values[filter.output.index()].iter_mut().zip(input) {
                    let next = filter.decay * *y + filter.gain * x;
                    *y = if next.abs() < Filter::TINY { 0.0 } else { next };
                }
            }
            OperatorKind::Function { time, x, y, .. } => {
                let point: Vec<f64> = time.iter().chain(x).flat_map(|s| self.dense(*s)).collect();
                let out = &mut self.values[y.index()];
                self.functions[&id].eval(&point, out);
                if let Some(&value) = out.iter().find(|value| !value.is_finite()) {
                    return Err(RunError::NotFinite { path: op.path.clone(), step: n, value });
                }
            }
            OperatorKind::Neurons(neurons) => {
                let signals = neurons.inputs.iter().chain(&neurons.receptors);
                let dense: Vec<_> =
                    signals.map(|s| s.map_or(Vec::new(), |s| self.dense(s))).collect();
                let Some(cells) = self.cells.get_mut(&id) else { return Ok(()) };
                cells.step(n, &dense);
                for (i, signal) in neurons.outputs.iter().enumerate() {
                    self.values[signal.index()] = cells.output(i);
                }
                for (state, signal) in &neurons.exposed {
                    self.values[signal.index()] = cells.state(*state).unwrap_or_default();
                }
            }
            // Declared as lacking, so no model that was accepted has them.
            OperatorKind::SpikeList(_) | OperatorKind::Deliver(_) | OperatorKind::Host { .. } => {}
        }
        Ok(())
    }

    fn begin(&mut self) {
        if !std::mem::replace(&mut self.begun, true) {
            self.record(|record| record.first == First::Zero);
        }
    }

    fn record(&mut self, wanted: impl Fn(&Record) -> bool) {
        let model = self.model.clone();
        for (id, record) in model.records.iter().filter(|(_, record)| wanted(record)) {
            let row = match record.target {
                RecordTarget::Events(signal) => self.values[signal.index()].clone(),
                RecordTarget::Signal(signal) => self.dense(signal),
                RecordTarget::State(op, state) => {
                    self.cells.get(&op).and_then(|cells| cells.state(state)).unwrap_or_default()
                }
            };
            let all: Vec<u32> = (0..row.len() as u32).collect();
            let chosen = record.subset.as_deref().unwrap_or(&all);
            let (steps, indices, numbers) = &mut self.taken[id.index()];
            if let RecordTarget::Events(_) = record.target {
                for i in all.iter().filter(|i| chosen.contains(i) && row[**i as usize] != 0.0) {
                    steps.push(self.n);
                    indices.push(*i);
                    numbers.push(row[*i as usize]);
                }
            } else {
                steps.push(self.n);
                numbers.extend(chosen.iter().map(|&i| row[i as usize]));
            }
        }
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
        let found = match address {
            Address::Signal(id) => self.model.signals.get(id).map(|_| self.dense(id)),
            Address::State(id, i) => self.cells.get(&id).and_then(|cells| cells.state(i)),
            Address::Parameter(id, i) => {
                let parameter = self.cells.get(&id).and_then(|cells| cells.parameters.get(i));
                parameter.map(|parameter| parameter.as_slice().to_vec())
            }
            _ => None,
        };
        found.ok_or(AccessError::Nothing(address))
    }

    fn write(&mut self, address: Address, values: &[f64]) -> Result<(), AccessError> {
        let expected = self.read(address)?.len();
        let length = |expected| AccessError::Length { address, found: values.len(), expected };
        match address {
            Address::Parameter(id, i) => {
                let cells = self.cells.get_mut(&id).ok_or(AccessError::Nothing(address))?;
                cells.parameters[i] = match values {
                    [value] => Expanded::Const(*value),
                    _ if values.len() == cells.n => Expanded::Dense(values.to_vec()),
                    _ => return Err(length(cells.n)),
                };
                cells.derive().map_err(|message| AccessError::Value { address, message })
            }
            _ if values.len() != expected => Err(length(expected)),
            Address::State(id, i) => {
                let cells = self.cells.get_mut(&id).ok_or(AccessError::Nothing(address))?;
                cells.set_state(i, |cell| values[cell]);
                Ok(())
            }
            Address::Signal(id) if !self.model.signals[id].is_events() => {
                self.values[id.index()] = values.to_vec();
                Ok(())
            }
            _ => Err(AccessError::ReadOnly(address)),
        }
    }

    fn drain(&mut self, sink: &mut dyn RecordingSink) -> Result<(), SimulationError> {
        self.begin();
        for (id, record) in self.model.records.iter() {
            let (steps, indices, numbers) = std::mem::take(&mut self.taken[id.index()]);
            match record.target {
                RecordTarget::Events(_) => sink.events(id, &steps, &indices, &numbers)?,
                RecordTarget::Signal(_) | RecordTarget::State(..) => {
                    sink.samples(id, &steps, &numbers)?;
                }
            }
        }
        Ok(())
    }

    fn memory_bytes(&self) -> u64 {
        self.values.iter().map(|values| 8 * values.len() as u64).sum()
    }

    fn n_synapses(&self) -> u64 {
        0
    }
}
