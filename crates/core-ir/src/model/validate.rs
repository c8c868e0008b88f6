//! When a model is whole. The rules:
//!
//! 1. dt is positive and finite.
//! 2. Every signal that an operator or record names is in the model; operators have unique (path,
//!    part), signals and records unique paths.
//! 3. At most one setter and one updater for each signal; no operator writes a constant.
//! 4. Shapes fit: `dot` joins (rows, columns) to (columns,) and (rows,), `outer` the other way
//!    round, `sparse` by the places of its numbers, `elementwise` equal, single, or for `a` row by row numbers, copies equal counts, filters equal lengths, functions and hosts the length
//!    of their vectors; indices stay within their signals.
//! 5. Neurons have one value for each parameter, one place for each state, input, receptor and
//!    output; their signals have one element per cell; event outputs, and no others, are events
//!    signals; exposed states are there, and dense.
//! 6. Events are read as dense, read of the past, and set; nothing else writes them.
//! 7. A delivery goes from events to dense; its windows and lists stay within both. Factors are dense
//!    matrices that fit one another, the windows of their blocks name each cell at most once, and their
//!    weight and delay are numbers. Synapses with states have a value for each parameter; if they have
//!    `on_post`, spikes of their targets, one element for each.
//! 8. Initial values are finite; values given per element have the right number.
//! 9. Merged operators are in the model, each in one group, and alike.
//! 10. The operators can be put in order.
//!
//! All faults are collected; order is looked at only if the rest is whole.

mod factored;

use std::{collections::HashSet, hash::Hash};

use pontine_mechanism::OutputKind;

use super::{
    Deliver, Entries, Model, Neurons, Operator, OperatorKind, OrderError, RecordTarget, Role,
    Signal, SynapseModel,
};
use crate::{
    connectivity::{Connectivity, SynapseList, Window},
    error::Faults,
    id::SignalId,
    path::Path,
    value::{Value, ValueError},
};

/// One rule broken.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum ModelFault {
    /// A time step that is not one.
    #[error("dt is {dt} s, but must be positive and finite")]
    Dt {
        /// The step.
        dt: f64,
    },
    /// An id that names nothing.
    #[error("{operator} names a signal that is not in the model")]
    Dangling {
        /// Who names it.
        operator: String,
    },
    /// Two things of one name.
    #[error("there are two {what} `{name}`")]
    Twice {
        /// Operators, signals, records.
        what: &'static str,
        /// The name.
        name: String,
    },
    /// A constant is written.
    #[error("{operator} writes the constant `{signal}`")]
    WritesConstant {
        /// Who writes.
        operator: String,
        /// What.
        signal: Path,
    },
    /// Shapes that do not fit.
    #[error("{operator}: {message}")]
    Shape {
        /// The operator.
        operator: String,
        /// What does not fit.
        message: String,
    },
    /// Operators that cannot happen as one.
    #[error("{message}")]
    Merged {
        /// Which, and why.
        message: String,
    },
    /// An initial value that is not finite.
    #[error("`{signal}` starts from a value that is not finite")]
    NotFinite {
        /// The signal.
        signal: Path,
    },
    /// A value that cannot be expanded.
    #[error(transparent)]
    Value(#[from] ValueError),
    /// No order.
    #[error(transparent)]
    Order(#[from] OrderError),
}

impl Model {
    /// Holds the model against the rules at the head of this file.
    ///
    /// # Errors
    /// All the rules broken.
    pub fn validate(&self) -> Result<(), Faults<ModelFault>> {
        let mut check = Check { model: self, faults: Vec::new() };
        check.head();
        check.signals();
        for (_, op) in self.operators.iter() {
            check.operator(op);
        }
        check.merged();
        check.records();
        if check.faults.is_empty() {
            check.order();
        }
        Faults::check(check.faults)
    }
}

struct Check<'a> {
    model: &'a Model,
    faults: Vec<ModelFault>,
}

impl Check<'_> {
    fn head(&mut self) {
        let dt = self.model.dt;
        if !(dt > 0.0 && dt.is_finite()) {
            self.faults.push(ModelFault::Dt { dt });
        }
        let model = self.model;
        let operator = |(path, part): (&Path, u16)| format!("{path} {part}");
        self.unique("operators", model.operators.iter().map(|(_, op)| op.key()), operator);
        let path = |path: &Path| path.to_string();
        self.unique("signals", model.signals.iter().map(|(_, s)| &s.path), path);
        self.unique("records", model.records.iter().map(|(_, r)| &r.path), path);
    }

    fn merged(&mut self) {
        let mut seen = HashSet::new();
        for group in self.model.merged.groups() {
            let first = group.first().and_then(|id| self.model.operators.get(*id));
            for id in group.iter() {
                let message = match (first, self.model.operators.get(*id)) {
                    (_, None) | (None, _) => {
                        "an operator that is not in the model is merged".into()
                    }
                    (_, Some(op)) if !seen.insert(*id) => format!("{op} is merged twice"),
                    (Some(first), Some(op)) if !first.kind.is_like(&op.kind) => {
                        format!("{op} is not like {first}, but merged with it")
                    }
                    _ => continue,
                };
                self.faults.push(ModelFault::Merged { message });
            }
        }
    }

    fn unique<K: Copy + Eq + Hash>(
        &mut self,
        what: &'static str,
        keys: impl Iterator<Item = K>,
        name: impl Fn(K) -> String,
    ) {
        let mut seen = HashSet::with_capacity(keys.size_hint().0);
        for key in keys {
            if !seen.insert(key) {
                self.faults.push(ModelFault::Twice { what, name: name(key) });
            }
        }
    }

    fn signals(&mut self) {
        for (_, signal) in self.model.signals.iter() {
            if !signal.initial.data().iter().all(|x| x.is_finite()) {
                self.faults.push(ModelFault::NotFinite { signal: signal.path.clone() });
            }
        }
    }

    fn order(&mut self) {
        if let Err(error) = self.model.schedule() {
            self.faults.push(error.into());
        }
    }

    fn operator(&mut self, op: &Operator) {
        let access = op.access(self.model.dt);
        let written = access.sets.iter().chain(&access.incs).chain(&access.updates);
        let past = access.reads_past.iter().map(|(s, _)| s);
        if written
            .clone()
            .chain(&access.reads)
            .chain(past)
            .any(|s| self.model.signals.get(*s).is_none())
        {
            return self.faults.push(ModelFault::Dangling { operator: op.to_string() });
        }
        for signal in written {
            self.writes(op, &self.model.signals[*signal], &access.sets, *signal);
        }
        self.shapes(op);
    }

    fn writes(&mut self, op: &Operator, signal: &Signal, sets: &[SignalId], id: SignalId) {
        if signal.role == Role::Constant {
            let signal = signal.path.clone();
            self.faults.push(ModelFault::WritesConstant { operator: op.to_string(), signal });
        } else if signal.is_events() && !(sets.contains(&id) && may_set_events(&op.kind)) {
            self.shape(op, format!("the spikes of `{}` come from its cells alone", signal.path));
        }
    }

    fn shape(&mut self, op: &Operator, message: String) {
        self.faults.push(ModelFault::Shape { operator: op.to_string(), message });
    }

    fn shapes(&mut self, op: &Operator) {
        let message = match &op.kind {
            OperatorKind::Time { time } => self.lengths(&[(*time, 1)]),
            OperatorKind::Reset { .. } => None,
            OperatorKind::Copy { source, source_index, target, target_index, .. } => {
                self.copy((*source, source_index.as_deref()), (*target, target_index.as_deref()))
            }
            OperatorKind::ElementwiseInc { a, x, y } => self.elementwise(*a, *x, *y),
            OperatorKind::DotInc { a, x, y } => self.matrix(*a, *x, *y),
            OperatorKind::SparseInc { a, entries, x, y } => self.sparse(*a, entries, *x, *y),
            OperatorKind::OuterInc { a, x, y } => self.matrix(*y, *x, *a),
            OperatorKind::Filter(filter) => {
                let n = self.len(filter.input);
                let gains = [filter.decay, filter.gain].iter().all(|g| g.is_finite());
                self.lengths(&[(filter.output, n)])
                    .or((!gains).then(|| "decay and gain must be finite".into()))
            }
            OperatorKind::Function { function, time, x, y } => {
                let n_in = time.map_or(0, |_| 1) + x.map_or(0, |x| self.len(x));
                let takes = (function.n_inputs() != n_in)
                    .then(|| format!("takes {} numbers, but gets {n_in}", function.n_inputs()));
                takes.or_else(|| self.lengths(&[(*y, function.n_outputs())]))
            }
            OperatorKind::Host { .. } => None,
            OperatorKind::Neurons(neurons) => self.neurons(op, neurons),
            OperatorKind::SpikeList(list) => {
                let n = list.starts.len().saturating_sub(1);
                let sorted = list.starts.is_sorted()
                    && list.starts.last().is_some_and(|&e| e == list.steps.len());
                let cells = || list.starts.windows(2).all(|w| list.steps[w[0]..w[1]].is_sorted());
                let whole = sorted && cells() && list.steps.iter().all(|&s| s > 0);
                self.lengths(&[(list.output, n)])
                    .or((!whole).then(|| "steps must be ascending, from 1".into()))
            }
            OperatorKind::Deliver(deliver) => self.deliver(deliver),
        };
        if let Some(message) = message {
            self.shape(op, message);
        }
    }

    fn len(&self, signal: SignalId) -> usize {
        self.model.signals[signal].len()
    }

    /// The first signal that has not the length it needs.
    fn lengths(&self, needed: &[(SignalId, usize)]) -> Option<String> {
        let (signal, n) = needed.iter().find(|(signal, n)| self.len(*signal) != *n)?;
        let signal = &self.model.signals[*signal];
        Some(format!("`{}` has {} elements, but {n} are needed", signal.path, signal.len()))
    }

    fn copy(
        &self,
        source: (SignalId, Option<&[u32]>),
        target: (SignalId, Option<&[u32]>),
    ) -> Option<String> {
        for (signal, index) in [source, target] {
            if let Some(i) =
                index.and_then(|index| index.iter().find(|&&i| i as usize >= self.len(signal)))
            {
                let signal = &self.model.signals[signal];
                return Some(format!(
                    "index {i} is beyond `{}`, which has {} elements",
                    signal.path,
                    signal.len()
                ));
            }
        }
        let count = |(signal, index): (SignalId, Option<&[u32]>)| {
            index.map_or(self.len(signal), <[u32]>::len)
        };
        let (from, to) = (count(source), count(target));
        (from != to).then(|| format!("{from} elements cannot be copied to {to}"))
    }

    fn sparse(&self, a: SignalId, entries: &Entries, x: SignalId, y: SignalId) -> Option<String> {
        let (n, [rows, columns]) = (self.len(a), [y, x].map(|signal| self.len(signal)));
        if [entries.rows.len(), entries.columns.len()] != [n; 2] {
            let places = entries.rows.len().min(entries.columns.len());
            return Some(format!("{n} numbers have {places} places"));
        }
        let beyond =
            |(row, column): &(u32, u32)| *row as usize >= rows || *column as usize >= columns;
        let (row, column) = entries.iter().find(beyond)?;
        Some(format!("place ({row}, {column}) is beyond {rows} rows and {columns} columns"))
    }

    fn elementwise(&self, a: SignalId, x: SignalId, y: SignalId) -> Option<String> {
        let n = self.len(y);
        let fits = |signal| self.len(signal) == n || self.len(signal) == 1;
        let rows = self.model.signals[y].initial.shape().first();
        let by_row = rows == Some(&self.len(a)) && self.len(x) == n;
        (!(fits(a) || by_row) || !fits(x))
            .then(|| format!("{} and {} elements do not make {n}", self.len(a), self.len(x)))
    }

    /// Whether a matrix leads from `x` to `y`.
    fn matrix(&self, a: SignalId, x: SignalId, y: SignalId) -> Option<String> {
        let shape = self.model.signals[a].initial.shape();
        let fits = *shape == [self.len(y), self.len(x)];
        (!fits).then(|| {
            format!("a matrix {shape:?} does not join {} to {} elements", self.len(x), self.len(y))
        })
    }

    fn neurons(&mut self, op: &Operator, neurons: &Neurons) -> Option<String> {
        let m = &neurons.mechanism;
        let counts = [
            ("parameters", neurons.parameters.len(), m.parameters.len()),
            ("states", neurons.initial.len(), m.states.len()),
            ("inputs", neurons.inputs.len(), m.inputs.len()),
            ("receptors", neurons.receptors.len(), m.receptors.len()),
            ("outputs", neurons.outputs.len(), m.outputs.len()),
        ];
        if let Some((what, found, expected)) =
            counts.into_iter().find(|(_, found, expected)| found != expected)
        {
            return Some(format!("has {found} {what}, but `{}` has {expected}", m.name));
        }
        for (parameter, value) in m.parameters.iter().zip(&neurons.parameters) {
            self.value(value, neurons.n, &op.path, &format!("parameter.{}", parameter.name));
        }
        for (state, value) in m.states.iter().zip(&neurons.initial) {
            if let Some(value) = value {
                self.value(value, neurons.n, &op.path, &format!("init.{}", state.name));
            }
        }
        let inputs = neurons.inputs.iter().chain(&neurons.receptors).flatten();
        let outputs = neurons.outputs.iter().chain(neurons.exposed.iter().map(|(_, s)| s));
        let all: Vec<_> = inputs.chain(outputs).map(|s| (*s, neurons.n)).collect();
        self.lengths(&all).or_else(|| self.outputs(neurons))
    }

    /// The first output whose signal is of the wrong kind.
    fn outputs(&self, neurons: &Neurons) -> Option<String> {
        let m = &neurons.mechanism;
        let kinds = m.outputs.iter().map(|output| match output.kind {
            OutputKind::Events { .. } => (&output.name, true),
            OutputKind::Dense => (&output.name, false),
        });
        let mut outputs: Vec<_> = kinds.zip(neurons.outputs.iter().copied()).collect();
        for &(state, signal) in &neurons.exposed {
            let Some(state) = m.states.get(state) else {
                return Some(format!("`{}` has no state {state} to expose", m.name));
            };
            outputs.push(((&state.name, false), signal));
        }
        let is_wrong = |&((_, is_events), signal): &((_, bool), SignalId)| {
            self.model.signals[signal].is_events() != is_events
        };
        let ((name, is_events), signal) = outputs.into_iter().find(is_wrong)?;
        let kind = if is_events { "carries no spikes" } else { "carries spikes" };
        Some(format!("`{}` {kind}, unlike `{name}`", self.model.signals[signal].path))
    }

    fn value(&mut self, value: &Value, n: usize, path: &Path, purpose: &str) {
        if let Err(error) = value.check(n, path, purpose) {
            self.faults.push(error.into());
        }
    }

    fn deliver(&self, deliver: &Deliver) -> Option<String> {
        if !self.model.signals[deliver.source].is_events() {
            return Some(format!(
                "`{}` carries no spikes",
                self.model.signals[deliver.source].path
            ));
        }
        if let Some(fault) = deliver.synapse.as_ref().and_then(|s| self.synapse(deliver, s)) {
            return Some(fault);
        }
        if deliver.connectivity.is_factored() {
            return factored::fault(self.model, deliver);
        }
        let sides = [(deliver.source, true), (deliver.target, false)];
        sides.into_iter().find_map(|(signal, is_source)| {
            let largest = match &deliver.connectivity {
                Connectivity::Rule(rule) => {
                    largest(if is_source { &rule.source } else { &rule.target })
                }
                Connectivity::List(list) => largest_of(list, is_source),
                Connectivity::Factored(_) | Connectivity::Blocks(_) => None,
            };
            let signal = &self.model.signals[signal];
            let beyond = largest.filter(|&i| i as usize >= signal.len())?;
            Some(format!("cell {beyond} is beyond `{}`, which has {}", signal.path, signal.len()))
        })
    }

    fn synapse(&self, deliver: &Deliver, synapse: &SynapseModel) -> Option<String> {
        let name = &synapse.synapse.name;
        let counts = [synapse.parameters.len(), synapse.initial.len() + 1];
        let needed = [synapse.synapse.parameters().len(), synapse.synapse.states().len()];
        if deliver.connectivity.is_factored() {
            return Some(format!("there are no single synapses for `{name}`"));
        }
        if counts != needed {
            return Some(format!("`{name}` has {needed:?} parameters and states, not {counts:?}"));
        }
        if !(0.0..=1.0).contains(&synapse.dendritic) {
            return Some(format!("{} is no part of a delay", synapse.dendritic));
        }
        match synapse.post {
            None if synapse.synapse.on_post.is_some() => {
                Some(format!("`{name}` needs the spikes of the targets"))
            }
            None => None,
            Some(post) if !self.model.signals[post].is_events() => {
                Some(format!("`{}` carries no spikes", self.model.signals[post].path))
            }
            Some(post) => self.lengths(&[(post, self.len(deliver.target))]),
        }
    }

    fn records(&mut self) {
        for (_, record) in self.model.records.iter() {
            let n = match record.target {
                RecordTarget::Events(signal) | RecordTarget::Signal(signal) => {
                    self.model.signals.get(signal).map(Signal::len)
                }
                RecordTarget::State(operator, state) => {
                    match self.model.operators.get(operator).map(|op| &op.kind) {
                        Some(OperatorKind::Neurons(n)) if state < n.mechanism.states.len() => {
                            Some(n.n)
                        }
                        _ => None,
                    }
                }
            };
            let operator = format!("record `{}`", record.path);
            if let RecordTarget::Events(signal) = record.target
                && let Some(signal) = self.model.signals.get(signal).filter(|s| !s.is_events())
            {
                let message = format!("`{}` carries no spikes", signal.path);
                self.faults.push(ModelFault::Shape { operator, message });
                continue;
            }
            let Some(n) = n else {
                self.faults.push(ModelFault::Dangling { operator });
                continue;
            };
            let subset = record.subset.as_deref().unwrap_or_default();
            if let Some(i) = subset.iter().find(|&&i| i as usize >= n) {
                self.faults.push(ModelFault::Shape {
                    operator,
                    message: format!("index {i} is beyond {n} elements"),
                });
            } else if !(record.every >= 1.0) {
                let message = format!("an interval of {} steps is shorter than one", record.every);
                self.faults.push(ModelFault::Shape { operator, message });
            }
        }
    }
}

fn may_set_events(kind: &OperatorKind) -> bool {
    matches!(kind, OperatorKind::Neurons(_) | OperatorKind::SpikeList(_))
}

fn largest(window: &Window) -> Option<u32> {
    match window {
        Window::All(n) => n.checked_sub(1).map(|n| n as u32),
        Window::Some(indices) => indices.iter().max().copied(),
    }
}

fn largest_of(list: &SynapseList, is_source: bool) -> Option<u32> {
    if is_source { &list.source } else { &list.target }.iter().max().copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(lines: &str, expected: &str) {
        let text = format!(
            "model dt=0.001 seed=0 \"\"\nsignal %0 \"a\" dense [2] temporary = [0.0, 0.0]\n\
             signal %1 \"b\" dense [3] temporary = [0.0, 0.0, 0.0]\nsignal %2 \"c\" dense [2] constant = [0.0, 0.0]\n\
             signal %3 \"s\" events [2] amplitude=1.0\n{lines}"
        );
        assert_eq!(Model::parse(&text).unwrap().validate().unwrap_err().to_string(), expected);
    }

    #[test]
    fn every_fault_is_told_with_the_operator() {
        check(
            "operator \"x\" 0 copy %0 -> %1 set\noperator \"y\" 0 dot %0 * %0 -> %0\n",
            "copy of `x`: 2 elements cannot be copied to 3\n\
             dot of `y`: a matrix [2] does not join 2 to 2 elements",
        );
    }

    #[test]
    fn sparse_numbers_have_places_within_the_matrix() {
        let sparse = |places: &str| format!("operator \"s\" 0 sparse %2 * %0 -> %1 {places}\n");
        check(
            &sparse("[[0, 0], [1, 2]]"),
            "sparse of `s`: place (1, 2) is beyond 3 rows and 2 columns",
        );
        check(&sparse("[[0, 0]]"), "sparse of `s`: 2 numbers have 1 places");
    }

    #[test]
    fn constants_and_spikes_are_not_written_by_anybody() {
        check("operator \"x\" 0 reset %2 0.0\n", "reset of `x` writes the constant `c`");
        check(
            "operator \"x\" 0 reset %3 0.0\n",
            "reset of `x`: the spikes of `s` come from its cells alone",
        );
    }

    #[test]
    fn a_delivery_stays_within_its_signals() {
        check(
            "operator \"p\" 0 deliver %3 -> %0 list [[0, 2]] weight=1.0 delay=1.0\n",
            "deliver of `p`: cell 2 is beyond `a`, which has 2",
        );
    }

    #[test]
    fn spikes_are_recorded_where_there_are_spikes() {
        check(
            "record \"r\" events %0 every=1.0 first=zero unit=\"\"\n",
            "record `r`: `a` carries no spikes",
        );
    }

    #[test]
    fn outputs_go_where_their_kind_belongs() {
        let cells = |ports: &str| {
            format!(
                "mechanism \"mechanism C {{ units population state v = 0 mV output spikes events \
                 step {{ emit spikes 1 }} }}\"\noperator \"c\" 0 neurons 2 C; {ports}\n"
            )
        };
        check(&cells("output spikes=%0"), "neurons of `c`: `a` carries no spikes, unlike `spikes`");
        check(
            &format!(
                "signal %4 \"t\" events [2] amplitude=1.0\n{}",
                cells("output spikes=%3; expose v=%4")
            ),
            "neurons of `c`: `t` carries spikes, unlike `v`",
        );
    }

    #[test]
    fn only_what_is_alike_is_merged() {
        let operators = "operator \"x\" 0 reset %0 0.0\noperator \"y\" 0 copy %0 -> %1[0, 1] set\n";
        check(
            &format!("{operators}merged \"x\" 0; \"y\" 0\n"),
            "copy of `y` is not like reset of `x`, but merged with it",
        );
        check(&format!("{operators}merged \"x\" 0; \"x\" 0\n"), "reset of `x` is merged twice");
    }

    #[test]
    fn an_order_is_needed() {
        check(
            "operator \"x\" 0 copy %0[0] -> %0[1] set\n",
            "operators wait for one another within one step: copy of `x`; a synapse on one of the connections breaks the loop",
        );
    }
}
