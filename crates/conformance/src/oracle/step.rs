//! What each operator does in a step.

use pontine_core_ir::{
    Id, OperatorId, SignalId,
    model::{Entries, Filter, Neurons, OperatorKind, SignalKind, SpikeList},
    port::RunError,
};

use super::{eval::Vector, simulation::Running};

impl Running {
    /// Does what an operator does in step `n`.
    pub fn execute(&mut self, id: OperatorId, n: u64) -> Result<(), RunError> {
        let model = self.model.clone();
        match &model.operators[id].kind {
            OperatorKind::Time { time } => self.set(*time, &[n as f64 * model.dt]),
            OperatorKind::Reset { target, value } => self.values[target.index()].fill(*value),
            OperatorKind::Copy { source, source_index, target, target_index, inc } => self.copy(
                (*source, source_index.as_deref()),
                (*target, target_index.as_deref()),
                *inc,
            ),
            OperatorKind::ElementwiseInc { a, x, y } => self.elementwise(*a, *x, *y),
            OperatorKind::DotInc { a, x, y } => self.dot(*a, *x, *y),
            OperatorKind::SparseInc { a, entries, x, y } => self.sparse(*a, entries, *x, *y),
            OperatorKind::OuterInc { a, x, y } => self.outer(*a, *x, *y),
            OperatorKind::Filter(filter) => self.filter(filter),
            OperatorKind::Function { function, time, x, y } => {
                let from = time.iter().chain(x).flat_map(|s| self.dense(*s));
                let point: Vec<f64> = from.collect();
                let out = Vector(&point).through(&self.functions[&id], function.n_outputs());
                return self.give(id, *y, &out, n);
            }
            OperatorKind::Host { x, y, .. } => return self.host(id, *x, *y, n),
            OperatorKind::Neurons(neurons) => self.neurons(id, neurons, n),
            OperatorKind::SpikeList(list) => self.spike_list(list, n),
            OperatorKind::Deliver(deliver) => self.deliver(id, deliver.target),
        }
        Ok(())
    }

    /// The numbers of a signal; events as amplitude times value.
    pub fn dense(&self, signal: SignalId) -> Vec<f64> {
        let values = &self.values[signal.index()];
        match self.model.signals[signal].kind {
            SignalKind::Dense => values.clone(),
            SignalKind::Events { amplitude } => values.iter().map(|v| amplitude * v).collect(),
        }
    }

    fn set(&mut self, signal: SignalId, values: &[f64]) {
        self.values[signal.index()].copy_from_slice(values);
    }

    fn copy(
        &mut self,
        (source, source_index): (SignalId, Option<&[u32]>),
        (target, target_index): (SignalId, Option<&[u32]>),
        inc: bool,
    ) {
        let from = self.dense(source);
        let to = &mut self.values[target.index()];
        let n = source_index.map_or(from.len(), <[u32]>::len);
        let at = |index: Option<&[u32]>, k: usize| index.map_or(k, |index| index[k] as usize);
        for k in 0..n {
            let (value, place) = (from[at(source_index, k)], &mut to[at(target_index, k)]);
            *place = if inc { *place + value } else { value };
        }
    }

    fn elementwise(&mut self, a: SignalId, x: SignalId, y: SignalId) {
        let (a, x) = (self.dense(a), self.dense(x));
        let y = &mut self.values[y.index()];
        let n = y.len();
        // One number, one for each row, or one for each element.
        let at = |v: &[f64], i: usize| v[i * v.len() / n];
        for (i, y) in y.iter_mut().enumerate() {
            *y += at(&a, i) * at(&x, i);
        }
    }

    fn outer(&mut self, a: SignalId, x: SignalId, y: SignalId) {
        let (a, x) = (self.dense(a), self.dense(x));
        for (i, y) in self.values[y.index()].iter_mut().enumerate() {
            *y += a[i / x.len()] * x[i % x.len()];
        }
    }

    fn dot(&mut self, a: SignalId, x: SignalId, y: SignalId) {
        let (a, x) = (self.dense(a), self.dense(x));
        for (row, y) in self.values[y.index()].iter_mut().enumerate() {
            let weights = &a[row * x.len()..(row + 1) * x.len()];
            *y += weights.iter().zip(&x).fold(0.0, |sum, (a, x)| sum + a * x);
        }
    }

    fn sparse(&mut self, a: SignalId, entries: &Entries, x: SignalId, y: SignalId) {
        let (a, x) = (self.dense(a), self.dense(x));
        let y = &mut self.values[y.index()];
        let mut sums = vec![0.0; y.len()];
        for ((row, column), a) in entries.iter().zip(a) {
            sums[row as usize] += a * x[column as usize];
        }
        y.iter_mut().zip(sums).for_each(|(y, sum)| *y += sum);
    }

    fn filter(&mut self, filter: &Filter) {
        let input = self.dense(filter.input);
        for (output, input) in self.values[filter.output.index()].iter_mut().zip(input) {
            let next = filter.decay * *output + filter.gain * input;
            *output = if next.abs() < Filter::TINY { 0.0 } else { next };
        }
    }

    fn host(
        &mut self,
        id: OperatorId,
        x: Option<SignalId>,
        y: SignalId,
        n: u64,
    ) -> Result<(), RunError> {
        let model = self.model.clone();
        let op = &model.operators[id];
        let input = x.map_or(Vec::new(), |x| self.dense(x));
        let Some(host) = self.hosts.get_mut(&id) else { return Ok(()) };
        let (time, mut out) = (n as f64 * model.dt, self.values[y.index()].clone());
        host.step(time, &input, &mut out).map_err(|source| {
            let name = match &op.kind {
                OperatorKind::Host { host, .. } => host.name().to_owned(),
                other => other.name().to_owned(),
            };
            RunError::Host { path: op.path.clone(), name, step: n, source }
        })?;
        self.give(id, y, &out, n)
    }

    /// Sets what a function or a host gave, if it is finite.
    fn give(&mut self, id: OperatorId, y: SignalId, out: &[f64], n: u64) -> Result<(), RunError> {
        if let Some(&value) = out.iter().find(|value| !value.is_finite()) {
            let path = self.model.operators[id].path.clone();
            return Err(RunError::NotFinite { path, step: n, value });
        }
        self.set(y, out);
        Ok(())
    }

    fn neurons(&mut self, id: OperatorId, neurons: &Neurons, n: u64) {
        let read = |signals: &[Option<SignalId>]| -> Vec<Vec<f64>> {
            let zeros = || vec![0.0; neurons.n];
            signals.iter().map(|s| s.map_or_else(zeros, |s| self.dense(s))).collect()
        };
        let (inputs, receptors) = (read(&neurons.inputs), read(&neurons.receptors));
        let Some(cells) = self.cells.get_mut(&id) else { return };
        let column = |of: &[Vec<f64>], cell: usize| of.iter().map(|c| c[cell]).collect::<Vec<_>>();
        for cell in 0..neurons.n {
            let outputs = cells.step(cell, &column(&inputs, cell), &column(&receptors, cell), n);
            for (signal, value) in neurons.outputs.iter().zip(outputs) {
                self.values[signal.index()][cell] = value;
            }
        }
        for (state, signal) in &neurons.exposed {
            self.values[signal.index()].copy_from_slice(&cells.states[*state]);
        }
    }

    fn spike_list(&mut self, list: &SpikeList, n: u64) {
        for (cell, value) in self.values[list.output.index()].iter_mut().enumerate() {
            let steps = &list.steps[list.starts[cell]..list.starts[cell + 1]];
            *value = steps.iter().filter(|&&step| step == n).count() as f64;
        }
    }

    /// The first delivery to a target brings what is due from all projections, as one sum.
    fn deliver(&mut self, id: OperatorId, target: SignalId) {
        let now = self.n + 1;
        let group = &self.groups[&target];
        let is_first = group.projections.first().is_some_and(|p| p.operator == id);
        if !is_first {
            return;
        }
        self.arrive(now, Some(target));
        let group = &self.groups[&target];
        let past = |signal: SignalId, delay: usize| {
            self.past[signal.index()].get(delay - 1).map(Vec::as_slice)
        };
        let n = self.values[target.index()].len();
        let sums = group.sums(now, n, past, |signal| self.dense(signal));
        for (y, sum) in self.values[target.index()].iter_mut().zip(sums) {
            *y += sum;
        }
    }
}
