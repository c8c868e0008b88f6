//! The whole state as bytes, keyed by stable paths, so that any layout and any number of threads can
//! go on from it.
//!
//! Sums under way are not kept: they follow from the spikes under way. Synapses are kept if they were
//! written; else they follow from the seed.

mod bytes;

use pontine_core_ir::{
    OperatorId, SignalId,
    model::{Deliver, Operator, OperatorKind},
    port::{AccessError, Address, CompileError, Simulation, Snapshot},
};
use pontine_mechanism::Real;

use crate::{
    access::synapses, code::HostOp, engine::Op, plan::SignalPlace, simulation::RefSimulation,
    spikes::Spikes,
};
use bytes::{Column, Columns};

impl<F: Real> Snapshot for RefSimulation<F> {
    fn save(&self) -> Vec<u8> {
        let mut columns = Columns::new();
        columns.insert("model".into(), Column::Whole(self.shape()));
        columns.insert("run".into(), Column::Whole(self.progress()));
        for (name, address) in self.addresses(self.rewired) {
            let values = self.read(address).unwrap_or_default();
            columns.insert(name, Column::Real(values));
        }
        for (name, op) in self.deliveries_with_states() {
            let (last, held) = synapses::save(self, op);
            columns.insert(format!("last {name}"), Column::Whole(last));
            columns.insert(format!("held {name}"), Column::Real(held));
        }
        for host in self.hosts() {
            columns.insert(host.column(), Column::Whole(host.step.save().unwrap_or_default()));
        }
        for (id, signal) in self.model.signals.iter().filter(|(_, s)| s.is_events()) {
            let (reach, ends, values) = self.spikes_under_way(id);
            columns.insert(format!("reach {}", signal.path), Column::Whole(vec![reach]));
            columns.insert(format!("spikes {}", signal.path), Column::Whole(ends));
            columns.insert(format!("counts {}", signal.path), Column::Real(values));
        }
        bytes::write(&columns)
    }

    fn restore(&mut self, bytes: &[u8]) -> Result<(), AccessError> {
        let columns = bytes::read(bytes).map_err(AccessError::Snapshot)?;
        let run = self.check(&columns).map_err(AccessError::Snapshot)?;
        if run.seed != self.model.seed || self.rewired || self.broken {
            self.rewind(run.seed).map_err(|error| AccessError::Snapshot(error.to_string()))?;
        }
        // Until all is in place there is no whole state.
        self.broken = true;
        self.n_steps = run.n_steps;
        self.begun = run.begun;
        synapses::forget(self, run.n_steps);
        for (name, address) in self.addresses(run.rewired) {
            if let Some(Column::Real(values)) = columns.get(&name) {
                let written = self.write(address, values);
                written.map_err(|error| AccessError::Snapshot(error.to_string()))?;
            }
        }
        self.put_hosts(&columns).map_err(AccessError::Snapshot)?;
        let put = self.put_spikes(&columns);
        put.map_err(|error| AccessError::Snapshot(error.to_string()))?;
        let now = self.n_steps;
        self.engines.iter_mut().for_each(|engine| engine.resume(now));
        for (name, op) in self.deliveries_with_states() {
            let last = whole(columns.get(&format!("last {name}")));
            let held = real(columns.get(&format!("held {name}")));
            synapses::restore(self, op, last, held).map_err(AccessError::Snapshot)?;
        }
        self.broken = false;
        Ok(())
    }
}

/// How far a run had come.
struct Run {
    seed: u64,
    n_steps: u64,
    begun: bool,
    rewired: bool,
}

impl<F: Real> RefSimulation<F> {
    /// Whether all that changes while it runs is known: hosts may keep what they remember to
    /// themselves.
    pub(crate) fn is_closed(&self) -> bool {
        self.hosts().all(|host| host.step.save().is_some())
    }

    fn hosts(&self) -> impl Iterator<Item = &HostOp> {
        let ops = self.engines.iter().flat_map(|engine| &engine.units).flat_map(|unit| &unit.ops);
        ops.filter_map(|op| if let Op::Host(host) = op { Some(host) } else { None })
    }

    fn put_hosts(&mut self, columns: &Columns) -> Result<(), String> {
        let engines = self.engines.iter_mut();
        let ops = engines.flat_map(|engine| &mut engine.units).flat_map(|unit| &mut unit.ops);
        for op in ops {
            let Op::Host(host) = op else { continue };
            let words = whole(columns.get(&host.column()));
            let put = host.step.restore(words);
            put.map_err(|error| format!("`{}`: {error}", host.path))?;
        }
        Ok(())
    }

    /// What two models must have in common: dt, precision, signals and operators.
    fn shape(&self) -> Vec<u64> {
        let mut shape = vec![self.model.dt.to_bits(), size_of::<F>() as u64];
        for (_, signal) in self.model.signals.iter() {
            shape.extend([hash(signal.path.as_str()), signal.len() as u64]);
        }
        for (_, op) in self.model.operators.iter() {
            shape.extend([hash(op.path.as_str()), hash(op.kind.name())]);
        }
        shape
    }

    fn progress(&self) -> Vec<u64> {
        let flags = [self.begun, self.rewired, self.broken].map(u64::from);
        [&[self.model.seed, self.n_steps][..], &flags].concat()
    }

    fn check(&self, columns: &Columns) -> Result<Run, String> {
        if columns.get("model") != Some(&Column::Whole(self.shape())) {
            return Err("it has other objects, another time step or another precision".into());
        }
        let run = match columns.get("run") {
            Some(Column::Whole(run)) => match run[..] {
                [seed, n_steps, begun, rewired, 0] => {
                    Run { seed, n_steps, begun: begun != 0, rewired: rewired != 0 }
                }
                [_, _, _, _, _] => return Err("it was taken after a step that failed".into()),
                _ => return Err("`run` is damaged".into()),
            },
            _ => return Err("`run` is missing".into()),
        };
        let mut needed = self.addresses(run.rewired).into_iter();
        if let Some((name, _)) =
            needed.find(|(name, _)| !matches!(columns.get(name), Some(Column::Real(_))))
        {
            return Err(format!("`{name}` is missing"));
        }
        match self.hosts().find(|host| !columns.contains_key(&host.column())) {
            Some(host) => Err(format!("`{}` is missing", host.column())),
            None => Ok(run),
        }
    }

    /// Everything that can be read and written, by name; weights and delays if they were written.
    fn addresses(&self, with_synapses: bool) -> Vec<(String, Address)> {
        let mut addresses = Vec::new();
        for (id, signal) in self.model.signals.iter().filter(|(_, s)| !s.is_events()) {
            addresses.push((format!("signal {}", signal.path), Address::Signal(id)));
        }
        for (id, op) in self.model.operators.iter() {
            match &op.kind {
                OperatorKind::Neurons(neurons) => {
                    let mechanism = &neurons.mechanism;
                    let n_parameters = mechanism.parameters.len();
                    addresses.extend((0..n_parameters).map(|i| {
                        named(
                            op,
                            "parameter",
                            &mechanism.parameters[i].name,
                            Address::Parameter(id, i),
                        )
                    }));
                    addresses.extend((0..mechanism.states.len()).map(|i| {
                        named(op, "state", &mechanism.states[i].name, Address::State(id, i))
                    }));
                }
                OperatorKind::Deliver(Deliver { synapse: Some(model), .. }) => {
                    let synapse = &model.synapse;
                    addresses.extend(synapse.parameters().iter().enumerate().map(|(i, p)| {
                        named(op, "synapse parameter", &p.name, Address::SynapseParameter(id, i))
                    }));
                    addresses.extend(synapse.states().iter().enumerate().map(|(i, s)| {
                        named(op, "synapse state", &s.name, Address::SynapseState(id, i))
                    }));
                }
                OperatorKind::Deliver(_) if with_synapses => {
                    addresses.push(named(op, "synapses", "delay", Address::Delays(id)));
                    addresses.push(named(op, "synapses", "weight", Address::Weights(id)));
                }
                _ => {}
            }
        }
        addresses
    }

    /// Deliveries whose synapses have states, by name.
    fn deliveries_with_states(&self) -> Vec<(String, OperatorId)> {
        let all = self.model.operators.iter().filter_map(|(id, op)| match &op.kind {
            OperatorKind::Deliver(deliver) if deliver.synapse.is_some() => {
                Some((format!("synapses {} {}", op.path, op.part), id))
            }
            _ => None,
        });
        all.collect()
    }

    /// How long spikes are kept; step and index, and count, of each.
    fn spikes_under_way(&self, signal: SignalId) -> (u64, Vec<u64>, Vec<f64>) {
        let (mut reach, mut all) = (1, Vec::new());
        for (engine, index) in self.engines.iter().zip(&self.indices) {
            let Some(SignalPlace::Spikes(i)) = index.signal(signal) else { continue };
            let spikes = &engine.spikes[i];
            reach = u64::from(spikes.reach());
            for step in spikes.steps_kept(self.n_steps) {
                spikes.each(step, &engine.dense, |cell, count| {
                    if spikes.own.contains(&(cell as usize)) {
                        all.push((step, u64::from(cell), count.to_f64()));
                    }
                });
            }
        }
        all.sort_by_key(|&(step, cell, _)| (step, cell));
        let ends = all.iter().flat_map(|&(step, cell, _)| [step, cell]).collect();
        (reach, ends, all.iter().map(|&(.., count)| count).collect())
    }

    fn put_spikes(&mut self, columns: &Columns) -> Result<(), CompileError> {
        let now = self.n_steps;
        for (id, signal) in self.model.signals.iter().filter(|(_, s)| s.is_events()) {
            let column = |what: &str| columns.get(&format!("{what} {}", signal.path));
            let [reach, ends] = [column("reach"), column("spikes")].map(whole);
            let counts = real(column("counts"));
            let reach = reach.first().map_or(1, |reach| *reach as u32);
            for (engine, index) in self.engines.iter_mut().zip(&self.indices) {
                let Some(SignalPlace::Spikes(i)) = index.signal(id) else { continue };
                let (spikes, dense) = (&mut engine.spikes[i], &mut engine.dense[..]);
                spikes.reach_back(signal.path.as_str(), reach, now, dense)?;
                spikes.forget(dense);
                for (&[step, cell], &count) in ends.as_chunks().0.iter().zip(counts) {
                    if keeps(spikes, step, cell, now) {
                        spikes.put(step, cell as u32, F::from_f64(count), dense);
                    }
                }
                spikes.show(now, dense);
            }
        }
        Ok(())
    }
}

impl HostOp {
    /// The name of what it remembers.
    fn column(&self) -> String {
        format!("host {} {}", self.path, self.part)
    }
}

fn whole(column: Option<&Column>) -> &[u64] {
    if let Some(Column::Whole(values)) = column { values } else { &[] }
}

fn real(column: Option<&Column>) -> &[f64] {
    if let Some(Column::Real(values)) = column { values } else { &[] }
}

fn keeps<F: Real>(spikes: &Spikes<F>, step: u64, cell: u64, now: u64) -> bool {
    let ours = spikes.counts().is_none() || spikes.own.contains(&(cell as usize));
    ours && cell < spikes.n as u64 && spikes.steps_kept(now).contains(&step)
}

fn named(op: &Operator, what: &str, name: &str, address: Address) -> (String, Address) {
    (format!("{what} {} {} {name}", op.path, op.part), address)
}

/// FNV-1a.
fn hash(text: &str) -> u64 {
    let mix = |hash: u64, byte: u8| (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3);
    text.bytes().fold(0xcbf2_9ce4_8422_2325, mix)
}
