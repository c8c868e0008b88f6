//! From a model to an engine at step 0.

mod encoded;
mod joined;
mod moves;
mod ranges;

use std::{
    collections::{BTreeMap, BTreeSet},
    ops::Range,
    sync::Arc,
};

use pontine_core_ir::{
    Connectivity, Id, Model, OperatorId, Path, RecordId, SignalId, Synapses,
    model::{
        Deliver, Entries, Neurons, Operator, OperatorKind, Record, RecordTarget, Role, SignalKind,
        SynapseModel,
    },
    port::{CompileError, HostOperator},
};
use pontine_mechanism::{FunctionKernel, Real, Scratch, native::Supported};

use crate::{
    arena::{Column, Layout},
    array::{Array, ByRow, BySpikes, CopyOp, Sparse, SparseRows, Tiles, columns_ascend},
    cells::{Cells, Output, Place, Ports},
    code::{FunctionOp, HostOp},
    engine::{Engine, Op, UnitPlan, Watched},
    factored::Products,
    memory::zeros,
    plastic::{History, Plastic},
    receptor::{Goal, Projection, Receptor},
    recorder::{SampleRecorder, Source, SpikeRecorder},
    rows::{Delays, Rows},
    share::{Shares, Unit},
    spikes::Spikes,
    train::Train,
};

/// For each share, the synapses of its deliveries.
pub(crate) type Wiring<F> = Vec<BTreeMap<OperatorId, Arc<Rows<F>>>>;

/// Where things of the model are in the engine of one share.
#[derive(Debug, Default)]
pub(crate) struct Index {
    signals: Vec<Option<SignalPlace>>,
    /// Cells, and which of those stepped as one they are.
    pub groups: BTreeMap<OperatorId, (usize, usize)>,
    /// Receptor of each delivery.
    pub projections: BTreeMap<OperatorId, usize>,
    /// Receptors of sums that are no signal of their own.
    pub sums: BTreeMap<SignalId, usize>,
    /// The elements of each signal that this share has.
    pub elements: Vec<Range<usize>>,
}

/// Where a signal is.
#[derive(Clone, Copy, Debug)]
pub(crate) enum SignalPlace {
    /// Numbers.
    Dense(Column),
    /// Spikes.
    Spikes(usize),
    /// A sum that cells read where it runs: a receptor.
    Sum(usize),
}

impl Index {
    /// Where a signal is, if the model has it and this share knows it.
    pub fn signal(&self, signal: SignalId) -> Option<SignalPlace> {
        let sum = self.sums.get(&signal).map(|receptor| SignalPlace::Sum(*receptor));
        self.signals.get(signal.index()).copied().flatten().or(sum)
    }
}

/// The synapses of one delivery, ready to be pulled. Where weights are products, there are none, but
/// the scale and the delay stand in the place of theirs.
pub(crate) fn synapses(
    model: &Model,
    path: &Path,
    deliver: &Deliver,
) -> Result<Synapses, CompileError> {
    let Deliver { connectivity, weight, delay, .. } = deliver;
    let none = Connectivity::List(Arc::default());
    let connectivity = if connectivity.is_factored() { &none } else { connectivity };
    Ok(Synapses::new(connectivity, weight, delay, path, model.seed, model.dt)?)
}

/// Lays one share of the model out around its synapses, at step 0.
///
/// # Errors
/// [`CompileError`] if a parameter or host is refused, or memory is short.
pub(crate) fn assemble<F: Real>(
    model: &Model,
    shares: &Shares,
    share: usize,
    wiring: &Wiring<F>,
) -> Result<(Engine<F>, Index), CompileError> {
    let mut planner = Planner::new(model, shares, share, wiring)?;
    for unit in &shares.units {
        if shares.takes_part(unit, share) {
            planner.engine.units.push(UnitPlan { ops: Vec::new(), recorders: Vec::new() });
            for id in &unit.operators {
                planner.operator(*id, unit)?;
            }
        }
    }
    planner.finish()?;
    Ok((planner.engine, planner.index))
}

struct Planner<'a, F> {
    model: &'a Model,
    shares: &'a Shares,
    share: usize,
    wiring: &'a Wiring<F>,
    layout: Layout,
    /// Deliveries to each signal, in order of (path, part).
    deliveries: BTreeMap<SignalId, Vec<OperatorId>>,
    /// The unit of each signal and group of cells.
    units: Units,
    /// Whether each group of merged operators is cells that are stepped as one.
    stepped_as_one: Vec<bool>,
    index: Index,
    engine: Engine<F>,
}

/// Where those who record find the unit that makes what they record.
#[derive(Default)]
struct Units {
    of_signal: BTreeMap<SignalId, usize>,
    of_cells: BTreeMap<OperatorId, usize>,
}

impl<'a, F: Real> Planner<'a, F> {
    fn new(
        model: &'a Model,
        shares: &'a Shares,
        share: usize,
        wiring: &'a Wiring<F>,
    ) -> Result<Self, CompileError> {
        let layout = Layout::new(model, shares, share);
        let engine = Engine {
            dt_s: model.dt,
            slice: shares.slice,
            dense: zeros("the signals of the model", layout.len)?,
            spikes: Vec::new(),
            together: Vec::new(),
            cells: Vec::new(),
            receptors: Vec::new(),
            fans: Vec::new(),
            units: Vec::new(),
            spike_recorders: Vec::new(),
            watched: Vec::new(),
            scratch: Scratch::default(),
            level: Supported::best(),
            is_stale: true,
        };
        let mut planner = Self {
            model,
            shares,
            share,
            wiring,
            layout,
            deliveries: deliveries(model),
            units: Units::default(),
            stepped_as_one: joined::stepped_as_one(model),
            index: Index::default(),
            engine,
        };
        planner.signals()?;
        Ok(planner)
    }

    fn signals(&mut self) -> Result<(), CompileError> {
        self.index.signals = vec![None; self.model.signals.capacity()];
        self.index.elements = vec![0..0; self.model.signals.capacity()];
        let travelling = travelling(self.model);
        for (id, signal) in self.model.signals.iter() {
            let own = self.shares.elements(self.model, id, self.share);
            self.index.elements[id.index()] = own.clone();
            self.index.signals[id.index()] = match signal.kind {
                SignalKind::Dense => self.layout.get(id).map(|column| {
                    let initial = &signal.initial.data()[own];
                    let places = &mut self.engine.dense[column.range()];
                    places.iter_mut().zip(initial).for_each(|(p, v)| *p = F::from_f64(*v));
                    SignalPlace::Dense(column)
                }),
                SignalKind::Events { amplitude } => {
                    let amplitude = F::from_f64(amplitude);
                    let column = self.layout.get(id);
                    let what = signal.path.as_str();
                    // What nobody sends or records is needed in its step alone.
                    let slice = travelling.contains(&id).then_some(self.shares.slice);
                    let spikes = Spikes::new(what, signal.len(), amplitude, own, column, slice)?;
                    self.engine.spikes.push(spikes);
                    Some(SignalPlace::Spikes(self.engine.spikes.len() - 1))
                }
            };
        }
        Ok(())
    }

    fn operator(&mut self, id: OperatorId, unit: &Unit) -> Result<(), CompileError> {
        let model = self.model;
        let op = &model.operators[id];
        let at = self.engine.units.len() - 1;
        let access = op.access(model.dt);
        for signal in access.sets.iter().chain(&access.incs).chain(&access.updates) {
            self.units.of_signal.insert(*signal, at);
        }
        let planned = match &op.kind {
            OperatorKind::Neurons(neurons) => {
                self.units.of_cells.insert(id, at);
                match self.stepped_as_one(id) {
                    Some(group) if group[0] == id => self.joined(group)?,
                    Some(_) => return Ok(()),
                    None => {
                        let cells = self.shares.cells(unit, neurons.n, self.share);
                        let cells = self.neurons(&op.path, neurons, cells)?;
                        self.add_cells(&[id], cells)?
                    }
                }
            }
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
            OperatorKind::Host { host, x, y } => self.host((&op.path, op.part), &**host, *x, *y)?,
            OperatorKind::Reset { target, .. } if self.shares.fused(*target).is_some() => {
                return Ok(());
            }
            OperatorKind::Reset { target, value } => {
                let (target, value) = (self.layout.of(*target), F::from_f64(*value));
                array(Array::Reset { target, value })
            }
            OperatorKind::Copy { source, source_index, target, target_index, inc } => {
                array(Array::Copy(CopyOp {
                    source: self.layout.of(*source),
                    source_index: source_index.clone(),
                    target: self.layout.of(*target),
                    target_index: target_index.clone(),
                    inc: *inc,
                }))
            }
            OperatorKind::ElementwiseInc { a, x, y } => {
                let [a, x, y] = [a, x, y].map(|&signal| self.layout.of(signal));
                array(Array::Elementwise { a, x, y })
            }
            OperatorKind::DotInc { a, x, y } => array(self.dot(&op.path, *a, *x, *y)?),
            OperatorKind::SparseInc { a, entries, x, y } => {
                array(self.sparse(&op.path, *a, entries, *x, *y)?)
            }
            OperatorKind::OuterInc { a, x, y } => {
                let [a, x, y] = [a, x, y].map(|&signal| self.layout.of(signal));
                array(Array::Outer { a, x, y })
            }
            OperatorKind::Filter(filter) => array(Array::Filter {
                input: self.layout.of(filter.input),
                output: self.layout.of(filter.output),
                decay: F::from_f64(filter.decay),
                gain: F::from_f64(filter.gain),
            }),
        };
        self.push(planned);
        Ok(())
    }

    /// Adds to what the last unit does.
    fn push(&mut self, planned: Op<F>) {
        let Some(UnitPlan { ops, .. }) = self.engine.units.last_mut() else { return };
        match (planned, ops.last_mut()) {
            (Op::Arrays(new), Some(Op::Arrays(arrays))) => {
                for array in new {
                    if !arrays.last_mut().is_some_and(|last| last.join(&array)) {
                        arrays.push(array);
                    }
                }
            }
            (planned, _) => ops.push(planned),
        }
    }

    /// What does not change is laid out anew.
    fn dot(
        &self,
        path: &Path,
        a: SignalId,
        x: SignalId,
        y: SignalId,
    ) -> Result<Array<F>, CompileError> {
        let is_constant = self.model.signals[a].role == Role::Constant;
        let n_columns = self.model.signals[x].len();
        let (a, y) = (self.layout.of(a), self.layout.of(y));
        Ok(match (self.spikes_of(x), is_constant) {
            (Some(x), false) => Array::SpikeDot { a, x, y },
            (None, false) => Array::Dot { a, x: self.layout.of(x), y },
            (Some(x), true) => {
                Array::SpikeTiled { a: Tiles::new(path.as_str(), a, n_columns)?, x, y }
            }
            (None, true) => {
                let x = self.layout.of(x);
                Array::Tiled { a: Tiles::new(path.as_str(), a, n_columns)?, x, y }
            }
        })
    }

    fn sparse(
        &self,
        path: &Path,
        a: SignalId,
        entries: &Entries,
        x: SignalId,
        y: SignalId,
    ) -> Result<Array<F>, CompileError> {
        let is_constant = self.model.signals[a].role == Role::Constant;
        let (numbers, y) = (self.layout.of(a), self.layout.of(y));
        let n_columns = self.model.signals[x].len();
        let sparse = Sparse { numbers, entries, n_columns, n_rows: y.len };
        let what = path.as_str();
        Ok(match self.spikes_of(x).filter(|_| is_constant && columns_ascend(entries)) {
            Some(x) => Array::SpikeSparse { a: BySpikes::new(what, sparse)?, x, y },
            None => {
                let x = self.layout.of(x);
                match is_constant {
                    true => Array::SparseRows { a: SparseRows::new(what, sparse)?, x, y },
                    false => Array::Entries { a: ByRow::new(what, sparse)?, x, y },
                }
            }
        })
    }

    fn host(
        &self,
        at: (&Path, u16),
        host: &dyn HostOperator,
        x: Option<SignalId>,
        y: SignalId,
    ) -> Result<Op<F>, CompileError> {
        let step = host.make_step(self.model.dt, self.model.seed).map_err(|source| {
            CompileError::Host { path: at.0.clone(), name: host.name().to_owned(), source }
        })?;
        let x = x.map(|x| self.layout.of(x));
        Ok(Op::Host(HostOp::new(at, host.name(), step, x, self.layout.of(y))))
    }

    fn neurons(
        &mut self,
        path: &Path,
        neurons: &Neurons,
        cells: Range<usize>,
    ) -> Result<Cells<F>, CompileError> {
        // Sums that run elsewhere are found when their receptor is laid out.
        let read = |signal: &Option<SignalId>| match signal {
            Some(signal) if self.shares.fused(*signal).is_none() => {
                let ahead = cells.start - self.index.elements[signal.index()].start;
                Place::each(self.layout.of(*signal).at + ahead)
            }
            _ => Place::same(0),
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
        Cells::new(path, neurons, cells, ports, model.seed, model.dt, scratch)
    }

    fn add_cells(
        &mut self,
        members: &[OperatorId],
        mut cells: Cells<F>,
    ) -> Result<Op<F>, CompileError> {
        cells.find_shown(&self.engine.spikes);
        let together = &mut self.engine.together;
        cells.list_together(|n| {
            together.push(Spikes::new("spikes", n, F::default(), 0..n, None, None)?);
            Ok(together.len() - 1)
        })?;
        let group = self.engine.cells.len();
        self.engine.cells.push(cells);
        let places = members.iter().enumerate().map(|(i, id)| (*id, (group, i)));
        self.index.groups.extend(places);
        Ok(Op::Cells(group))
    }

    /// The receptor stands where the first of its deliveries stands; all are of one level.
    fn deliver(&mut self, op: &Operator, deliver: &Deliver) -> Result<Option<Op<F>>, CompileError> {
        let signal = deliver.target;
        let Some(ids) = self.deliveries.remove(&signal) else { return Ok(None) };
        let receptor = self.engine.receptors.len();
        let (mut projections, mut histories) = (Vec::with_capacity(ids.len()), Vec::new());
        for id in &ids {
            self.index.projections.insert(*id, receptor);
            projections.extend(self.projection(*id, &mut histories)?);
        }
        if self.shares.fused(signal).is_some() {
            self.index.sums.insert(signal, receptor);
        }
        // Cells that read sums where they run are joined to them in the end.
        let goal = Goal::Signal(self.layout.get(signal));
        let targets = self.index.elements[signal.index()].clone();
        let name = op.path.as_str();
        let Engine { spikes, dense, .. } = &mut self.engine;
        let sum = Receptor::new(name, goal, targets, projections, histories, spikes, dense)?;
        self.engine.receptors.push(sum);
        Ok(Some(Op::Receptor(receptor)))
    }

    /// The synapses of a delivery; a projection for each delay, where they have states.
    fn projection(
        &mut self,
        operator: OperatorId,
        histories: &mut Vec<History<F>>,
    ) -> Result<Vec<Projection<F>>, CompileError> {
        let model = self.model;
        let op = &model.operators[operator];
        let OperatorKind::Deliver(deliver) = &op.kind else { return Ok(Vec::new()) };
        let rows = self.wiring.get(self.share).and_then(|wired| wired.get(&operator));
        let Some((rows, source)) = rows.zip(self.spikes_of(deliver.source)) else {
            return Ok(Vec::new());
        };
        if let Some(synapse) = &deliver.synapse {
            let history = self.history(deliver, synapse, histories);
            let parts = match rows.delays() {
                Delays::All(_) => vec![rows.clone()],
                Delays::Each(_) => {
                    rows.by_delay(op.path.as_str())?.into_iter().map(Arc::new).collect()
                }
            };
            let keyed = (model.seed, model.dt);
            let scratch = &mut self.engine.scratch;
            let part = |part: Arc<Rows<F>>| {
                let wired = rows.clone();
                let plastic =
                    Plastic::new(&op.path, synapse, &part, wired, history, keyed, scratch)?;
                let (products, plastic) = (None, Some(plastic));
                Ok(Projection { operator, source, rows: part, products, plastic })
            };
            return parts.into_iter().map(part).collect();
        }
        let products = match deliver.connectivity.is_factored() {
            false => None,
            true => {
                let own = &self.index.elements[deliver.target.index()];
                let (blocks, dense) = (deliver.blocks(model), &mut self.engine.dense);
                let column = |signal| self.layout.of(signal);
                Some(Products::new(op.path.as_str(), &blocks, own, column, dense)?)
            }
        };
        Ok(vec![Projection { operator, source, rows: rows.clone(), products, plastic: None }])
    }

    /// Which of the receptor's histories is that of the targets, if the synapses look at it.
    fn history(
        &self,
        deliver: &Deliver,
        synapse: &SynapseModel,
        histories: &mut Vec<History<F>>,
    ) -> Option<usize> {
        synapse.synapse.on_post.as_ref()?;
        let signal = self.spikes_of(synapse.post?)?;
        let known = histories.iter().position(|history| history.signal == signal);
        Some(known.unwrap_or_else(|| {
            let n_targets = self.index.elements[deliver.target.index()].len();
            histories.push(History::new(signal, n_targets, 0));
            histories.len() - 1
        }))
    }

    fn spikes_of(&self, signal: SignalId) -> Option<usize> {
        match self.index.signal(signal)? {
            SignalPlace::Spikes(spikes) => Some(spikes),
            SignalPlace::Dense(_) | SignalPlace::Sum(_) => None,
        }
    }

    fn finish(&mut self) -> Result<(), CompileError> {
        self.join_sums();
        self.join_products()?;
        self.watch();
        self.engine.find_fans();
        // What nobody writes is recorded by the first share, beside all units.
        self.engine.units.push(UnitPlan { ops: Vec::new(), recorders: Vec::new() });
        self.recorders();
        Ok(())
    }

    /// Signals that are written; what has no result comes to stand in one of them sooner or later.
    fn watch(&mut self) {
        let written = self.units.of_signal.keys();
        let dense = written.filter(|signal| !self.model.signals[**signal].is_events());
        let column = |id: &SignalId| {
            let signal = &self.model.signals[*id];
            let (column, is_learned) = (self.layout.get(*id)?, signal.role == Role::Parameter);
            Some(Watched { column, path: signal.path.clone(), is_learned })
        };
        self.engine.watched = dense.filter_map(column).collect();
        // What is learned goes first: others have no result because of it.
        self.engine.watched.sort_by_key(|watched| !watched.is_learned);
    }

    /// Joins cells to the sums that only they read.
    fn join_sums(&mut self) {
        for (signal, receptor) in &self.index.sums {
            if let Some((op, which)) = self.shares.fused(*signal)
                && let Some(&(group, _)) = self.index.groups.get(&op)
            {
                let receptor = &mut self.engine.receptors[*receptor];
                receptor.goal = Goal::Cells;
                self.engine.cells[group].read_sums(which, &receptor.sums);
            }
        }
    }

    fn recorders(&mut self) {
        for (id, record) in self.model.records.iter() {
            match record.target {
                RecordTarget::Events(signal) => self.record_spikes(id, record, signal),
                RecordTarget::Signal(signal) => self.record_signal(id, record, signal),
                RecordTarget::State(op, state) => self.record_state(id, record, op, state),
            }
        }
    }

    /// All shares know all spikes, so that the first can record them.
    fn record_spikes(&mut self, id: RecordId, record: &Record, signal: SignalId) {
        if let Some(spikes) = self.spikes_of(signal)
            && self.share == 0
        {
            let n = self.model.signals[signal].len();
            self.engine.spike_recorders.push(SpikeRecorder::new(id, record, spikes, n));
        }
    }

    fn record_signal(&mut self, id: RecordId, record: &Record, signal: SignalId) {
        let own = self.index.elements[signal.index()].clone();
        let unit = self.units.of_signal.get(&signal).copied();
        if let Some(column) = self.layout.get(signal)
            && (unit.is_some() || self.share == 0)
        {
            let source = Source::Column(column);
            self.recorders_of(unit).push(SampleRecorder::new(id, record, source, own));
        }
    }

    fn record_state(&mut self, id: RecordId, record: &Record, op: OperatorId, state: usize) {
        if let Some(&(group, member)) = self.index.groups.get(&op) {
            let own = self.engine.cells[group].cells(member);
            let unit = self.units.of_cells.get(&op).copied();
            let source = Source::State(group, (member, state));
            self.recorders_of(unit).push(SampleRecorder::new(id, record, source, own));
        }
    }

    fn recorders_of(&mut self, unit: Option<usize>) -> &mut Vec<SampleRecorder> {
        let last = self.engine.units.len() - 1;
        &mut self.engine.units[unit.unwrap_or(last)].recorders
    }
}

/// Spike signals that projections or recorders take after the step.
fn travelling(model: &Model) -> BTreeSet<SignalId> {
    let sent = model.operators.iter().flat_map(|(_, op)| match &op.kind {
        OperatorKind::Deliver(deliver) => {
            let post = deliver.synapse.as_ref().and_then(|synapse| synapse.post);
            [Some(deliver.source), post]
        }
        _ => [None; 2],
    });
    let sent = sent.flatten();
    let recorded = model.records.iter().filter_map(|(_, record)| match record.target {
        RecordTarget::Events(signal) => Some(signal),
        _ => None,
    });
    sent.chain(recorded).collect()
}

fn array<F>(array: Array<F>) -> Op<F> {
    Op::Arrays(vec![array])
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
