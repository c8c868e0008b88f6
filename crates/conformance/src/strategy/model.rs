//! Random models: cells, synapses and arrays, made directly of signals and operators.

use std::{collections::BTreeSet, sync::Arc};

use pontine_core_ir::{
    Connectivity, ExpressionFunction, Model, Path, SignalId, SynapseList, Tensor, Value,
    model::{
        Deliver, Filter, First, Neurons, Operator, OperatorKind, Record, RecordTarget, Signal,
        SpikeList,
    },
    port::Capability,
};
use pontine_mechanism::lang::Argument;
use proptest::{
    collection::vec,
    prelude::{Just, Strategy, any, prop_oneof},
    sample::select,
};

use super::{
    mechanisms::Cell,
    value::{ValuePlan, value},
};

/// A random model of a few dozen cells.
///
/// It has cells of several mechanisms with drawn and given parameters, given and random spikes,
/// synapses with all forms of weights and delays, several on one receptor, multapses and autapses,
/// and array operators from which currents come and to which spikes go.
pub fn model() -> impl Strategy<Value = Model> {
    plan().prop_map(|plan| plan.build())
}

/// The same, made only of what a backend of these capabilities can do; cells that draw and array
/// operators are always there.
pub fn model_within(offered: BTreeSet<Capability>) -> impl Strategy<Value = Model> {
    plan().prop_map(move |plan| plan.within(&offered).build())
}

#[derive(Clone, Debug)]
struct Plan {
    seed: u64,
    groups: Vec<Group>,
    projections: Vec<Projection>,
    arrays: Vec<Array>,
}

#[derive(Clone, Debug)]
struct Group {
    kind: Kind,
    parameter: ValuePlan,
    initial: Option<ValuePlan>,
    every: f64,
    first: First,
}

#[derive(Clone, Debug)]
enum Kind {
    Cells(Cell, usize),
    /// Steps of the spikes of each cell.
    Train(Vec<Vec<u64>>),
}

#[derive(Clone, Debug)]
struct Projection {
    source: usize,
    target: usize,
    inhibitory: bool,
    synapses: Vec<(u32, u32)>,
    weight: ValuePlan,
    delay: ValuePlan,
    own_columns: bool,
}

/// Adds to the pool of signals; numbers choose among what is there.
#[derive(Clone, Debug)]
enum Array {
    Function { x: usize, which: usize },
    Dot { x: usize, rows: usize },
    Scaled { x: usize, by: f64 },
    Copy { x: usize, index: Vec<usize> },
    Filter { x: usize, decay: f64 },
    Sum { x: usize, y: usize },
    Drive { group: usize, x: usize },
}

fn plan() -> impl Strategy<Value = Plan> {
    let parts = (vec(group(), 1..5), vec(projection(), 0..7), vec(array(), 0..9));
    (0..1000u64, parts).prop_map(|(seed, (groups, projections, arrays))| Plan {
        seed,
        groups,
        projections,
        arrays,
    })
}

fn group() -> impl Strategy<Value = Group> {
    let cells = (select(&Cell::ALL[..]), prop_oneof![1..20usize, Just(16), Just(257)]);
    let train = vec(vec(1..90u64, 0..6), 1..8).prop_map(|mut cells| {
        cells.iter_mut().for_each(|steps| steps.sort_unstable());
        Kind::Train(cells)
    });
    let kind = prop_oneof![4 => cells.prop_map(|(cell, n)| Kind::Cells(cell, n)), 1 => train];
    let every = select(vec![1.0, 1.0, 2.0, 2.5, 7.0]);
    let first = select(vec![First::Zero, First::FirstStep]);
    (kind, value(), proptest::option::of(value()), every, first).prop_map(
        |(kind, parameter, initial, every, first)| Group { kind, parameter, initial, every, first },
    )
}

fn projection() -> impl Strategy<Value = Projection> {
    let ends = (any::<u8>(), any::<u8>(), any::<bool>());
    let synapses = vec((0..1000u32, 0..1000u32), 0..60);
    (ends, synapses, value(), value(), any::<bool>()).prop_map(
        |((source, target, inhibitory), synapses, weight, delay, own_columns)| Projection {
            source: source.into(),
            target: target.into(),
            inhibitory,
            synapses,
            weight,
            delay,
            own_columns,
        },
    )
}

fn array() -> impl Strategy<Value = Array> {
    let x = || any::<u8>().prop_map(usize::from);
    prop_oneof![
        (x(), x()).prop_map(|(x, which)| Array::Function { x, which }),
        (x(), 1..5usize).prop_map(|(x, rows)| Array::Dot { x, rows }),
        (x(), -2.0..2.0f64).prop_map(|(x, by)| Array::Scaled { x, by }),
        (x(), vec(x(), 1..5)).prop_map(|(x, index)| Array::Copy { x, index }),
        (x(), select(vec![0.0, 0.5, 0.9, 0.99])).prop_map(|(x, decay)| Array::Filter { x, decay }),
        (x(), x()).prop_map(|(x, y)| Array::Sum { x, y }),
        (x(), x()).prop_map(|(group, x)| Array::Drive { group, x }),
    ]
}

impl Plan {
    fn within(mut self, offered: &BTreeSet<Capability>) -> Self {
        if !offered.contains(&Capability::SpikeLists) {
            for group in &mut self.groups {
                if let Kind::Train(cells) = &group.kind {
                    group.kind = Kind::Cells(Cell::Source, cells.len());
                }
            }
        }
        if !offered.contains(&Capability::ListConnectivity) {
            self.projections.clear();
        }
        if !offered.contains(&Capability::HeterogeneousDelays) {
            for projection in &mut self.projections {
                projection.delay.make_constant();
                projection.own_columns = false;
            }
        }
        if !offered.contains(&Capability::Functions) {
            self.arrays.retain(|array| !matches!(array, Array::Function { .. }));
        }
        self
    }

    fn build(&self) -> Model {
        let mut draft = Draft::new(self.seed);
        for (i, group) in self.groups.iter().enumerate() {
            draft.group(i, group);
        }
        for (i, projection) in self.projections.iter().enumerate() {
            draft.projection(i, projection);
        }
        for (i, array) in self.arrays.iter().enumerate() {
            draft.array(i, array);
        }
        draft.record_pool();
        draft.model
    }
}

/// A model in the making.
struct Draft {
    model: Model,
    groups: Vec<Made>,
    /// Signals that array operators may read, and whether cells come before them in a step.
    pool: Vec<(SignalId, bool)>,
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
    fn new(seed: u64) -> Self {
        let model = Model::new("random", 1e-4, seed);
        let mut draft = Self { model, groups: Vec::new(), pool: Vec::new() };
        let time = draft.temporary("time", 1);
        draft.operator("time", 0, OperatorKind::Time { time });
        draft.pool.push((time, false));
        draft
    }

    fn temporary(&mut self, name: &str, n: usize) -> SignalId {
        self.model.signals.add(Signal::temporary(Path::from_text(name), &[n]))
    }

    fn constant(&mut self, name: &str, shape: &[usize], from: impl Fn(usize) -> f64) -> SignalId {
        let data: Vec<f64> = (0..shape.iter().product()).map(from).collect();
        let tensor = Tensor::new(shape, data).unwrap_or_else(|| Tensor::filled(shape, 0.0));
        self.model.signals.add(Signal::constant(Path::from_text(name), tensor))
    }

    fn operator(&mut self, path: &str, part: u16, kind: OperatorKind) {
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

    fn group(&mut self, i: usize, group: &Group) {
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
        let inputs: Vec<_> =
            (0..mechanism.inputs.len()).map(|k| self.sum(path, 10 + k as u16, n)).collect();
        let receptors: Vec<_> =
            (0..mechanism.receptors.len()).map(|k| self.sum(path, 20 + k as u16, n)).collect();
        let mut outputs = Vec::new();
        for output in &mechanism.outputs {
            let name = format!("{path}.{}", output.name);
            outputs.push(if output.name == "spikes" {
                self.model.signals.add(Signal::events(Path::from_text(&name), n, 2.0))
            } else {
                self.temporary(&name, n)
            });
        }
        let (varied, low, high) = cell.varied();
        let mut parameters: Vec<Value> =
            mechanism.parameters.iter().map(|p| p.default.into()).collect();
        if let Some(k) = mechanism.parameter_index(varied) {
            parameters[k] = group.parameter.of_cells(n, low, high);
        }
        let mut initial = vec![None; mechanism.states.len()];
        let state = cell.state().and_then(|state| mechanism.state_index(state));
        let mut exposed = Vec::new();
        if let Some(state) = state {
            initial[state] = group.initial.map(|value| value.of_cells(n, 0.0, 1.0));
            exposed.push((state, self.temporary(&format!("{path}.exposed"), n)));
        }
        let spikes = mechanism.output_index("spikes").map_or(outputs[0], |k| outputs[k]);
        let dense = outputs.iter().filter(|o| **o != spikes).chain(exposed.iter().map(|(_, s)| s));
        self.pool.extend(dense.map(|s| (*s, true)).collect::<Vec<_>>());
        let made = Made {
            cell: Some(cell),
            n,
            spikes,
            input: inputs.first().copied(),
            receptors: receptors.clone(),
        };
        let id = self.model.operators.add(Operator {
            path: Path::from_text(path),
            part: 0,
            kind: OperatorKind::Neurons(Neurons {
                mechanism,
                n,
                parameters,
                initial,
                inputs: inputs.into_iter().map(Some).collect(),
                receptors: receptors.into_iter().map(Some).collect(),
                outputs,
                exposed,
            }),
        });
        if let Some(state) = state {
            let target = RecordTarget::State(id, state);
            self.record(&format!("{path}.state"), target, group.every, group.first);
        }
        made
    }

    fn projection(&mut self, i: usize, plan: &Projection) {
        let source = &self.groups[plan.source % self.groups.len()];
        let target = &self.groups[plan.target % self.groups.len()];
        let (Some(cell), false) = (target.cell, target.receptors.is_empty()) else { return };
        let receptor = usize::from(plan.inhibitory) % target.receptors.len();
        let sign = if receptor == 1 { -1.0 } else { 1.0 };
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
        });
        self.operator(&name("projection", i), 0, kind);
    }

    fn array(&mut self, i: usize, plan: &Array) {
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
            Array::Scaled { x, by } => {
                let (x, after) = chosen(*x);
                let a = self.constant(&format!("{path}.by"), &[], |_| *by);
                let y = self.sum(&path, 0, self.model.signals[x].len());
                self.operator(&path, 1, OperatorKind::ElementwiseInc { a, x, y });
                (y, after)
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

    fn dot(&mut self, path: &str, part: u16, x: SignalId, y: SignalId) {
        let (n, rows) = (self.model.signals[x].len(), self.model.signals[y].len());
        let weight = |i: usize| (((i * 7919 + 13) % 101) as f64 / 50.0 - 1.0) / (n as f64).sqrt();
        let a = self.constant(&format!("{path}.a{part}"), &[rows, n], weight);
        self.operator(path, part, OperatorKind::DotInc { a, x, y });
    }

    fn filter(&mut self, path: &str, input: SignalId, decay: f64) -> SignalId {
        let n = self.model.signals[input].len();
        let signal = Signal::state(Path::from_text(&format!("{path}.filtered")), &[n]);
        let output = self.model.signals.add(signal);
        let filter = Filter { input, output, decay, gain: 1.0 - decay };
        self.operator(path, 9, OperatorKind::Filter(filter));
        output
    }

    fn record_pool(&mut self) {
        for (signal, _) in self.pool.clone() {
            let path = self.model.signals[signal].path.as_str().to_owned();
            let target = RecordTarget::Signal(signal);
            self.record(&format!("{path}.numbers"), target, 1.0, First::FirstStep);
        }
    }
}

/// A name that does not sort as it counts.
fn name(kind: &str, i: usize) -> String {
    let letter = char::from(b'a' + (i * 11 % 26) as u8);
    format!("{letter}_{kind}{i}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::{strategy::ValueTree, test_runner::TestRunner};

    #[test]
    fn models_within_capabilities_need_no_others() {
        let mut runner = TestRunner::deterministic();
        let offered = BTreeSet::from([
            Capability::F64,
            Capability::Mechanisms,
            Capability::RandomMechanisms,
            Capability::Arrays,
        ]);
        for _ in 0..40 {
            let model = model_within(offered.clone()).new_tree(&mut runner).unwrap().current();
            model.validate().unwrap();
            let needs: BTreeSet<_> =
                model.needs(&Default::default()).into_iter().map(|(need, _)| need).collect();
            assert!(needs.is_subset(&offered), "{needs:?}");
        }
    }

    #[test]
    fn random_models_are_valid_and_have_everything() {
        let mut runner = TestRunner::deterministic();
        let models: Vec<Model> =
            (0..40).map(|_| model().new_tree(&mut runner).unwrap().current()).collect();
        for model in &models {
            model.validate().unwrap();
        }
        let kinds: BTreeSet<&str> = models
            .iter()
            .flat_map(|model| model.operators.iter().map(|(_, op)| op.kind.name()))
            .collect();
        assert_eq!(
            kinds.into_iter().collect::<Vec<_>>(),
            [
                "copy",
                "deliver",
                "dot",
                "elementwise",
                "filter",
                "function",
                "neurons",
                "reset",
                "spike_list",
                "time"
            ]
        );
    }
}
