//! From a plan to the signals and operators of a model.

use std::sync::Arc;

use pontine_core_ir::{
    Connectivity, ExpressionFunction, Mechanism, Model, Path, SignalId, SynapseList, Tensor, Value,
    model::{
        Deliver, Entries, Filter, First, Neurons, Operator, OperatorKind, Record, RecordTarget,
        Signal, SpikeList,
    },
};
use pontine_mechanism::{
    OutputKind,
    lang::{Argument, Parameter},
};

use super::{super::mechanisms::Cell, Array, Group, Kind, Projection, products::Ends};

/// A model in the making.
pub(super) struct Draft {
    pub model: Model,
    groups: Vec<Made>,
    /// Signals that array operators may read, and whether cells come before them in a step.
    pub(super) pool: Vec<(SignalId, bool)>,
}

/// A group as it was made.
struct Made {
    cell: Option<Cell>,
    n: usize,
    spikes: SignalId,
    input: Option<SignalId>,
    receptors: Vec<SignalId>,
}

impl Draft {
    pub fn new(seed: u64) -> Self {
        let model = Model::new("random", 1e-4, seed);
        let mut draft = Self { model, groups: Vec::new(), pool: Vec::new() };
        let time = draft.temporary("time", 1);
        draft.operator("time", 0, OperatorKind::Time { time });
        draft.pool.push((time, false));
        draft
    }

    pub(super) fn temporary(&mut self, name: &str, n: usize) -> SignalId {
        self.model.signals.add(Signal::temporary(Path::from_text(name), &[n]))
    }

    pub(super) fn constant(
        &mut self,
        name: &str,
        shape: &[usize],
        from: impl Fn(usize) -> f64,
    ) -> SignalId {
        let data: Vec<f64> = (0..shape.iter().product()).map(from).collect();
        let tensor = Tensor::new(shape, data).unwrap_or_else(|| Tensor::filled(shape, 0.0));
        self.model.signals.add(Signal::constant(Path::from_text(name), tensor))
    }

    pub(super) fn operator(&mut self, path: &str, part: u16, kind: OperatorKind) {
        self.model.operators.add(Operator { path: Path::from_text(path), part, kind });
    }

    /// A signal that is zero at the beginning of each step, so that others can add to it.
    fn sum(&mut self, path: &str, part: u16, n: usize) -> SignalId {
        let target = self.temporary(&format!("{path}.{part}"), n);
        self.operator(path, part, OperatorKind::Reset { target, value: 0.0 });
        target
    }

    fn record(&mut self, name: &str, target: RecordTarget, every: f64, first: First) {
        let path = Path::from_text(name);
        let unit = String::new();
        self.model.records.add(Record { path, target, subset: None, every, first, unit });
    }

    pub fn group(&mut self, i: usize, group: &Group) {
        let path = name("group", i);
        let made = match &group.kind {
            Kind::Cells(cell, n) => self.cells(&path, *cell, *n, group),
            Kind::Train(cells) => self.train(&path, cells),
        };
        self.record(&path, RecordTarget::Events(made.spikes), 1.0, First::FirstStep);
        self.pool.push((made.spikes, true));
        self.groups.push(made);
    }

    fn train(&mut self, path: &str, cells: &[Vec<u64>]) -> Made {
        let n = cells.len();
        let output = Signal::events(Path::from_text(&format!("{path}.spikes")), n, 1.0);
        let output = self.model.signals.add(output);
        let mut starts = vec![0];
        for cell in cells {
            starts.push(starts[starts.len() - 1] + cell.len());
        }
        let steps = cells.concat().into();
        let list = SpikeList { output, steps, starts: starts.into() };
        self.operator(path, 0, OperatorKind::SpikeList(list));
        Made { cell: None, n, spikes: output, input: None, receptors: Vec::new() }
    }

    fn cells(&mut self, path: &str, cell: Cell, n: usize, group: &Group) -> Made {
        // The mechanisms are this crate's own and are tested to compile.
        let Ok(mechanism) = cell.mechanism() else { return self.train(path, &[vec![]]) };
        let state = cell.state().and_then(|state| mechanism.state_index(state));
        let mut initial = vec![None; mechanism.states.len()];
        let mut exposed = Vec::new();
        if let Some(state) = state {
            initial[state] = group.initial.map(|value| value.of_cells(n, 0.0, 1.0));
            exposed.push((state, self.temporary(&format!("{path}.exposed"), n)));
        }
        let neurons = Neurons {
            n,
            parameters: parameters(cell, &mechanism, n, group),
            initial,
            inputs: self.sums(path, 10, mechanism.inputs.len(), n),
            receptors: self.sums(path, 20, mechanism.receptors.len(), n),
            outputs: self.outputs(path, &mechanism, n),
            exposed,
            mechanism,
        };
        let made = self.made(cell, &neurons);
        let path = Path::from_text(path);
        let kind = OperatorKind::Neurons(neurons);
        let id = self.model.operators.add(Operator { path: path.clone(), part: 0, kind });
        if let Some(state) = state {
            let target = RecordTarget::State(id, state);
            self.record(&format!("{path}.state"), target, group.every, group.first);
        }
        made
    }

    fn sums(&mut self, path: &str, from: u16, count: usize, n: usize) -> Vec<Option<SignalId>> {
        (from..from + count as u16).map(|part| Some(self.sum(path, part, n))).collect()
    }

    fn outputs(&mut self, path: &str, mechanism: &Mechanism, n: usize) -> Vec<SignalId> {
        let mut outputs = Vec::new();
        for output in &mechanism.outputs {
            let name = format!("{path}.{}", output.name);
            outputs.push(match output.kind {
                OutputKind::Events { .. } => {
                    self.model.signals.add(Signal::events(Path::from_text(&name), n, 2.0))
                }
                OutputKind::Dense => self.temporary(&name, n),
            });
        }
        outputs
    }

    /// What others may join to; numbers that come out go to the pool.
    fn made(&mut self, cell: Cell, neurons: &Neurons) -> Made {
        let outputs = &neurons.outputs;
        let spikes = neurons.mechanism.output_index("spikes").map_or(outputs[0], |k| outputs[k]);
        let dense = outputs.iter().filter(|output| **output != spikes);
        self.pool.extend(dense.chain(neurons.exposed.iter().map(|(_, s)| s)).map(|s| (*s, true)));
        Made {
            cell: Some(cell),
            n: neurons.n,
            spikes,
            input: neurons.inputs.first().copied().flatten(),
            receptors: neurons.receptors.iter().flatten().copied().collect(),
        }
    }

    pub fn projection(&mut self, i: usize, plan: &Projection) {
        let source = &self.groups[plan.source % self.groups.len()];
        let target = &self.groups[plan.target % self.groups.len()];
        let (Some(cell), false) = (target.cell, target.receptors.is_empty()) else { return };
        let receptor = usize::from(plan.inhibitory) % target.receptors.len();
        let sign = if receptor == 1 { -1.0 } else { 1.0 };
        if let Some(products) = &plan.products {
            let target = (target.receptors[receptor], target.n);
            let ends = Ends { source: (source.spikes, source.n), target };
            let scale = sign * cell.weight();
            return self.products(&name("projection", i), plan, products, ends, scale);
        }
        let mut list = SynapseList::default();
        for &(s, t) in &plan.synapses {
            list.source.push(s % source.n as u32);
            list.target.push(t % target.n as u32);
        }
        if plan.own_columns {
            let n = plan.synapses.len();
            let each = |k: usize| sign * cell.weight() * (1.0 + 0.1 * (k % 7) as f64);
            list.weight = Some((0..n).map(each).collect());
            list.delay = Some((0..n).map(|k| 0.1 + 0.1 * (k * k % 23) as f64).collect());
        }
        let weight = sign * cell.weight();
        let kind = OperatorKind::Deliver(Deliver {
            source: source.spikes,
            target: target.receptors[receptor],
            connectivity: Connectivity::List(Arc::new(list)),
            weight: plan.weight.of_synapses(weight.min(2.0 * weight), weight.max(2.0 * weight)),
            delay: plan.delay.of_synapses(0.1, 2.0),
            synapse: None,
        });
        self.operator(&name("projection", i), 0, kind);
    }

    pub fn array(&mut self, i: usize, plan: &Array) {
        let path = name("array", i);
        let chosen = |x: usize| self.pool[x % self.pool.len()];
        let (made, after_cells) = match plan {
            Array::Function { x, which } => {
                let (x, after) = chosen(*x);
                (self.function(&path, x, *which), after)
            }
            Array::Dot { x, rows } => {
                let (x, after) = chosen(*x);
                let y = self.sum(&path, 0, *rows);
                self.dot(&path, 1, x, y);
                (y, after)
            }
            Array::Sparse { x, places, sorted } => {
                let (x, after) = chosen(*x);
                let y = self.sum(&path, 0, 3);
                self.sparse(&path, x, y, places, *sorted);
                (y, after)
            }
            Array::Scaled { x, by } => {
                let (x, after) = chosen(*x);
                let a = self.constant(&format!("{path}.by"), &[], |_| *by);
                let y = self.sum(&path, 0, self.model.signals[x].len());
                self.operator(&path, 1, OperatorKind::ElementwiseInc { a, x, y });
                (y, after)
            }
            Array::Outer { x, y } => {
                let ((x, after_x), (y, after_y)) = (chosen(*x), chosen(*y));
                let (a, x) = (self.product(&path, 0, x, 2), self.product(&path, 2, y, 3));
                let [y, scaled] = [4, 5].map(|part| self.sum(&path, part, 6));
                for matrix in [y, scaled] {
                    self.model.signals[matrix].initial = Tensor::filled(&[2, 3], 0.0);
                }
                self.operator(&path, 6, OperatorKind::OuterInc { a, x, y });
                self.operator(&path, 7, OperatorKind::ElementwiseInc { a, x: y, y: scaled });
                (scaled, after_x || after_y)
            }
            Array::Copy { x, index } => {
                let (source, after) = chosen(*x);
                let n = self.model.signals[source].len();
                let index: Arc<[u32]> = index.iter().map(|i| (i % n) as u32).collect();
                let target = self.temporary(&format!("{path}.copy"), index.len() + 1);
                let kind = OperatorKind::Copy {
                    source,
                    target_index: Some((1..=index.len() as u32).collect()),
                    source_index: Some(index),
                    target,
                    inc: false,
                };
                self.operator(&path, 0, kind);
                (target, after)
            }
            Array::Filter { x, decay } => {
                let (x, _) = chosen(*x);
                (self.filter(&path, x, *decay), false)
            }
            Array::Sum { x, y } => {
                let ((x, after_x), (y, after_y)) = (chosen(*x), chosen(*y));
                let target = self.sum(&path, 0, 2);
                self.dot(&path, 1, x, target);
                self.dot(&path, 2, y, target);
                (target, after_x || after_y)
            }
            Array::Drive { group, x } => {
                let (x, after) = chosen(*x);
                // A state in between keeps cells from waiting for themselves.
                let x = if after { self.filter(&path, x, 0.8) } else { x };
                let group = &self.groups[group % self.groups.len()];
                if let Some(input) = group.input {
                    self.dot(&path, 3, x, input);
                }
                return;
            }
        };
        self.pool.push((made, after_cells));
    }

    fn function(&mut self, path: &str, x: SignalId, which: usize) -> SignalId {
        let texts = [
            "sin(x[0]), x[0] / 2 - 1",
            "x[0] > 0.5 ? 1 : tanh(x[0])",
            "exp(-x[0] * x[0])",
            "max(x[0], 0), min(x[0], 1), abs(x[0])",
            "log1p(abs(x[0])) * cos(x[0])",
        ];
        let text = texts[which % texts.len()];
        let argument = [Argument::new("x", self.model.signals[x].len())];
        let function = match ExpressionFunction::parse(text, &argument, &[]) {
            Ok(function) => Arc::new(function),
            // The texts are tested to compile for every length from 1.
            Err(_) => return x,
        };
        let y = self.temporary(&format!("{path}.f"), function.n_outputs());
        self.operator(path, 0, OperatorKind::Function { function, time: None, x: Some(x), y });
        y
    }

    fn product(&mut self, path: &str, part: u16, x: SignalId, rows: usize) -> SignalId {
        let y = self.sum(path, part, rows);
        self.dot(path, part + 1, x, y);
        y
    }

    fn dot(&mut self, path: &str, part: u16, x: SignalId, y: SignalId) {
        let (n, rows) = (self.model.signals[x].len(), self.model.signals[y].len());
        let weight = |i: usize| (((i * 7919 + 13) % 101) as f64 / 50.0 - 1.0) / (n as f64).sqrt();
        let a = self.constant(&format!("{path}.a{part}"), &[rows, n], weight);
        self.operator(path, part, OperatorKind::DotInc { a, x, y });
    }

    /// A product with numbers at some places, in the order of rows and columns if `sorted`.
    fn sparse(
        &mut self,
        path: &str,
        x: SignalId,
        y: SignalId,
        places: &[(usize, usize)],
        sorted: bool,
    ) {
        let (n_rows, n_columns) = (self.model.signals[y].len(), self.model.signals[x].len());
        let within = |&(row, column): &(usize, usize)| (row % n_rows, column % n_columns);
        let mut places: Vec<_> = places.iter().map(within).collect();
        if sorted {
            places.sort_unstable();
        }
        let number = |k: usize| ((k * 31 + 7) % 19) as f64 / 10.0 - 0.9;
        let a = self.constant(&format!("{path}.entries"), &[places.len()], number);
        let entries = Entries {
            rows: places.iter().map(|place| place.0 as u32).collect(),
            columns: places.iter().map(|place| place.1 as u32).collect(),
        };
        self.operator(path, 1, OperatorKind::SparseInc { a, entries, x, y });
    }

    pub(super) fn filter(&mut self, path: &str, input: SignalId, decay: f64) -> SignalId {
        let n = self.model.signals[input].len();
        let signal = Signal::state(Path::from_text(&format!("{path}.filtered")), &[n]);
        let output = self.model.signals.add(signal);
        let filter = Filter { input, output, decay, gain: 1.0 - decay };
        self.operator(path, 9, OperatorKind::Filter(filter));
        output
    }

    pub fn record_pool(&mut self) {
        for (signal, _) in self.pool.clone() {
            let path = self.model.signals[signal].path.as_str().to_owned();
            let target = RecordTarget::Signal(signal);
            self.record(&format!("{path}.numbers"), target, 1.0, First::FirstStep);
        }
    }
}

fn parameters(cell: Cell, mechanism: &Mechanism, n: usize, group: &Group) -> Vec<Value> {
    let (varied, low, high) = cell.varied();
    let value = |p: &Parameter| {
        if p.name == varied { group.parameter.of_cells(n, low, high) } else { p.default.into() }
    };
    mechanism.parameters.iter().map(value).collect()
}

/// A name that does not sort as it counts.
fn name(kind: &str, i: usize) -> String {
    let letter = char::from(b'a' + (i * 11 % 26) as u8);
    format!("{letter}_{kind}{i}")
}
