//! From a model to an engine at step 0.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use pontine_core_ir::{
    Id, Model, OperatorId, Path, SignalId, Synapses,
    model::{Deliver, Neurons, Operator, OperatorKind, RecordTarget, SignalKind},
    port::{CompileError, HostOperator},
};
use pontine_mechanism::{FunctionKernel, Real, Scratch};

use crate::{
    arena::{Column, Layout},
    array::{Array, CopyOp},
    cells::{Cells, Output, Place, Ports},
    code::{FunctionOp, HostOp},
    engine::{Engine, Op},
    memory::filled,
    receptor::{Projection, Receptor},
    recorder::{Recorder, Source},
    rows::{Rows, Sides},
    spikes::Spikes,
    train::Train,
};

/// The synapses of all deliveries.
pub(crate) type Wiring<F> = BTreeMap<OperatorId, Arc<Rows<F>>>;

/// Where things of the model are in the engine.
#[derive(Debug, Default)]
pub(crate) struct Index {
    signals: Vec<Option<SignalPlace>>,
    /// Groups of cells.
    pub groups: BTreeMap<OperatorId, usize>,
    /// Receptor and projection of each delivery.
    pub projections: BTreeMap<OperatorId, (usize, usize)>,
}

/// Where a signal is.
#[derive(Clone, Copy, Debug)]
pub(crate) enum SignalPlace {
    /// Numbers.
    Dense(Column),
    /// Spikes.
    Spikes(usize),
}

impl Index {
    /// Where a signal is, if the model has it.
    pub fn signal(&self, signal: SignalId) -> Option<SignalPlace> {
        self.signals.get(signal.index()).copied().flatten()
    }
}

/// Pulls the synapses of all deliveries.
///
/// # Errors
/// [`CompileError`] if a connector, its weights or delays are wrong, or memory is short.
pub(crate) fn wire<F: Real>(model: &Model) -> Result<Wiring<F>, CompileError> {
    let deliveries = model.operators.iter().filter_map(|(id, op)| match &op.kind {
        OperatorKind::Deliver(deliver) => Some((id, &op.path, deliver)),
        _ => None,
    });
    deliveries
        .map(|(id, path, deliver)| {
            let sides = Sides {
                n_source: model.signals[deliver.source].len(),
                n_target: model.signals[deliver.target].len(),
            };
            let rows = Rows::pull(&synapses(model, path, deliver)?, sides, path)?;
            Ok((id, Arc::new(rows)))
        })
        .collect()
}

/// The synapses of one delivery, ready to be pulled.
pub(crate) fn synapses(
    model: &Model,
    path: &Path,
    deliver: &Deliver,
) -> Result<Synapses, CompileError> {
    let Deliver { connectivity, weight, delay, .. } = deliver;
    Ok(Synapses::new(connectivity, weight, delay, path, model.seed, model.dt)?)
}

/// Lays the model out around its synapses, at step 0.
///
/// # Errors
/// [`CompileError`] if the operators have no order, a parameter or host is refused, or memory is
/// short.
pub(crate) fn assemble<F: Real>(
    model: &Model,
    wiring: &Wiring<F>,
) -> Result<(Engine<F>, Index), CompileError> {
    let schedule = model.schedule()?;
    let mut planner = Planner::new(model, wiring)?;
    for id in schedule.operators() {
        planner.operator(id)?;
    }
    planner.recorders();
    Ok((planner.engine, planner.index))
}

struct Planner<'a, F> {
    model: &'a Model,
    wiring: &'a Wiring<F>,
    layout: Layout,
    /// Deliveries to each signal, in order of (path, part).
    deliveries: BTreeMap<SignalId, Vec<OperatorId>>,
    /// Signals that are zero up to here in the step.
    zeroed: BTreeSet<SignalId>,
    index: Index,
    engine: Engine<F>,
}

impl<'a, F: Real> Planner<'a, F> {
    fn new(model: &'a Model, wiring: &'a Wiring<F>) -> Result<Self, CompileError> {
        let layout = Layout::new(model);
        let engine = Engine {
            dt_s: model.dt,
            dense: filled("the signals of the model", layout.len, F::default())?,
            spikes: Vec::new(),
            cells: Vec::new(),
            receptors: Vec::new(),
            plan: Vec::new(),
            recorders: Vec::new(),
            scratch: Scratch::default(),
        };
        let mut planner = Self {
            model,
            wiring,
            layout,
            deliveries: deliveries(model),
            zeroed: BTreeSet::new(),
            index: Index::default(),
            engine,
        };
        planner.signals();
        Ok(planner)
    }

    fn signals(&mut self) {
        self.index.signals = vec![None; self.model.signals.capacity()];
        for (id, signal) in self.model.signals.iter() {
            let column = self.layout.get(id);
            let place = match signal.kind {
                SignalKind::Dense => {
                    let column = self.layout.of(id);
                    let initial = signal.initial.data().iter().map(|&value| F::from_f64(value));
                    self.engine.dense[column.range()]
                        .iter_mut()
                        .zip(initial)
                        .for_each(|(place, value)| *place = value);
                    SignalPlace::Dense(column)
                }
                SignalKind::Events { amplitude } => {
                    let amplitude = F::from_f64(amplitude);
                    self.engine.spikes.push(Spikes::new(signal.len(), amplitude, column));
                    SignalPlace::Spikes(self.engine.spikes.len() - 1)
                }
            };
            self.index.signals[id.index()] = Some(place);
        }
    }

    fn operator(&mut self, id: OperatorId) -> Result<(), CompileError> {
        let model = self.model;
        let op = &model.operators[id];
        let planned = match &op.kind {
            OperatorKind::Neurons(neurons) => self.neurons(id, &op.path, neurons)?,
            OperatorKind::Deliver(deliver) => match self.deliver(op, deliver)? {
                Some(planned) => planned,
                None => return Ok(()),
            },
            OperatorKind::SpikeList(list) => {
                let output = self.spikes_of(list.output).unwrap_or_default();
                Op::Train(Train::new(op.path.as_str(), list, output)?)
            }
            OperatorKind::Time { time } => Op::Time(self.layout.of(*time)),
            OperatorKind::Function { function, time, x, y } => {
                let reads = time.iter().chain(x).map(|&s| self.layout.of(s)).collect();
                let kernel = FunctionKernel::new(function);
                Op::Function(FunctionOp::new(&op.path, kernel, reads, self.layout.of(*y)))
            }
            OperatorKind::Host { host, x, y } => self.host(&op.path, &**host, *x, *y)?,
            OperatorKind::Reset { target, value } => {
                if value.to_bits() == 0 {
                    self.zeroed.insert(*target);
                }
                let (target, value) = (self.layout.of(*target), F::from_f64(*value));
                Op::Array(Array::Reset { target, value })
            }
            OperatorKind::Copy { source, source_index, target, target_index, inc } => {
                Op::Array(Array::Copy(CopyOp {
                    source: self.layout.of(*source),
                    source_index: source_index.clone(),
                    target: self.layout.of(*target),
                    target_index: target_index.clone(),
                    inc: *inc,
                }))
            }
            OperatorKind::ElementwiseInc { a, x, y } => {
                let [a, x, y] = [a, x, y].map(|&signal| self.layout.of(signal));
                Op::Array(Array::Elementwise { a, x, y })
            }
            OperatorKind::DotInc { a, x, y } => Op::Array(self.dot(*a, *x, *y)),
            OperatorKind::Filter(filter) => Op::Array(Array::Filter {
                input: self.layout.of(filter.input),
                output: self.layout.of(filter.output),
                decay: F::from_f64(filter.decay),
                gain: F::from_f64(filter.gain),
            }),
        };
        for signal in op.access(model.dt).incs {
            self.zeroed.remove(&signal);
        }
        self.engine.plan.push(planned);
        Ok(())
    }

    fn dot(&self, a: SignalId, x: SignalId, y: SignalId) -> Array<F> {
        let (a, y) = (self.layout.of(a), self.layout.of(y));
        match self.spikes_of(x) {
            Some(x) => Array::SpikeDot { a, x, y },
            None => Array::Dot { a, x: self.layout.of(x), y },
        }
    }

    fn host(
        &self,
        path: &Path,
        host: &dyn HostOperator,
        x: Option<SignalId>,
        y: SignalId,
    ) -> Result<Op<F>, CompileError> {
        let step = host.make_step(self.model.dt, self.model.seed).map_err(|source| {
            CompileError::Host { path: path.clone(), name: host.name().to_owned(), source }
        })?;
        let x = x.map(|x| self.layout.of(x));
        Ok(Op::Host(HostOp::new(path, host.name(), step, x, self.layout.of(y))))
    }

    fn neurons(
        &mut self,
        id: OperatorId,
        path: &Path,
        neurons: &Neurons,
    ) -> Result<Op<F>, CompileError> {
        let read = |signal: &Option<SignalId>| match signal {
            Some(signal) => Place::each(self.layout.of(*signal).at),
            None => Place::same(0),
        };
        let output = |signal: &SignalId| match self.spikes_of(*signal) {
            Some(spikes) => Output::Spikes(spikes),
            None => Output::Dense(self.layout.of(*signal)),
        };
        let ports = Ports {
            inputs: neurons.inputs.iter().map(read).collect(),
            receptors: neurons.receptors.iter().map(read).collect(),
            outputs: neurons.outputs.iter().map(output).collect(),
            exposed: neurons
                .exposed
                .iter()
                .map(|&(s, signal)| (s, self.layout.of(signal)))
                .collect(),
        };
        let model = self.model;
        let scratch = &mut self.engine.scratch;
        let cells = Cells::new(path, neurons, ports, model.seed, model.dt, scratch)?;
        self.engine.cells.push(cells);
        let group = self.engine.cells.len() - 1;
        self.index.groups.insert(id, group);
        Ok(Op::Cells(group))
    }

    /// The receptor stands where the first of its deliveries stands; all are of one level.
    fn deliver(&mut self, op: &Operator, deliver: &Deliver) -> Result<Option<Op<F>>, CompileError> {
        let Some(ids) = self.deliveries.remove(&deliver.target) else { return Ok(None) };
        let receptor = self.engine.receptors.len();
        for (i, id) in ids.iter().enumerate() {
            self.index.projections.insert(*id, (receptor, i));
        }
        let projections = ids.iter().filter_map(|id| self.projection(*id)).collect();
        let target = self.layout.of(deliver.target);
        let in_place = self.zeroed.contains(&deliver.target);
        let spikes = &mut self.engine.spikes;
        let name = op.path.as_str();
        let sum = Receptor::new(name, target, projections, in_place, spikes)?;
        self.engine.receptors.push(sum);
        Ok(Some(Op::Receptor(receptor)))
    }

    fn projection(&self, operator: OperatorId) -> Option<Projection<F>> {
        let OperatorKind::Deliver(deliver) = &self.model.operators[operator].kind else {
            return None;
        };
        let rows = self.wiring.get(&operator)?.clone();
        Some(Projection { operator, source: self.spikes_of(deliver.source)?, rows })
    }

    fn spikes_of(&self, signal: SignalId) -> Option<usize> {
        match self.index.signal(signal)? {
            SignalPlace::Spikes(spikes) => Some(spikes),
            SignalPlace::Dense(_) => None,
        }
    }

    fn recorders(&mut self) {
        for (id, record) in self.model.records.iter() {
            let source = match record.target {
                RecordTarget::Events(signal) => self.spikes_of(signal).map(Source::Spikes),
                RecordTarget::Signal(signal) => self.layout.get(signal).map(Source::Column),
                RecordTarget::State(op, state) => {
                    self.index.groups.get(&op).map(|&group| Source::State(group, state))
                }
            };
            let n = match record.target {
                RecordTarget::Events(signal) | RecordTarget::Signal(signal) => {
                    self.model.signals[signal].len()
                }
                RecordTarget::State(..) => record.width(self.model),
            };
            if let Some(source) = source {
                self.engine.recorders.push(Recorder::new(id, record, source, n));
            }
        }
    }
}

fn deliveries(model: &Model) -> BTreeMap<SignalId, Vec<OperatorId>> {
    let mut deliveries = BTreeMap::<SignalId, Vec<OperatorId>>::new();
    for (id, op) in model.operators.iter() {
        if let OperatorKind::Deliver(deliver) = &op.kind {
            deliveries.entry(deliver.target).or_default().push(id);
        }
    }
    for ids in deliveries.values_mut() {
        ids.sort_by(|a, b| model.operators[*a].key().cmp(&model.operators[*b].key()));
    }
    deliveries
}
