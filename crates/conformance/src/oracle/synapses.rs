//! Projections onto one target, and the sum of what is due in a step in the normative order.

use std::collections::BTreeMap;

use pontine_core_ir::{
    Block, Expanded, Model, OperatorId, SignalId, SynapseRow, Synapses, Value,
    connectivity::SynapseError,
    model::{Deliver, Operator, OperatorKind},
    port::{CompileError, Major},
};

use super::plastic::{PartsOf, Plastic};

/// The synapses of one projection, ordered by (source, ordinal).
pub(super) struct Projection {
    pub operator: OperatorId,
    pub source: SignalId,
    /// Source and target of each.
    pub ends: Vec<(u32, u32)>,
    pub weights: Expanded,
    /// In steps.
    pub delays: Expanded,
    /// The products that the weights are, if there are no single synapses.
    pub blocks: Vec<Block>,
    /// The states of single synapses, if they have any.
    pub plastic: Option<Plastic>,
}

/// All projections onto one signal, ordered by path.
#[derive(Default)]
pub(super) struct Group {
    pub projections: Vec<Projection>,
}

impl Group {
    /// The spikes that are at synapses with states in step `now`; see [`Plastic::arrive`].
    pub fn arrive(&mut self, now: u64, early: bool, event: &dyn Fn(SignalId, u64, u32) -> f64) {
        for Projection { source, ends, delays, plastic, .. } in &mut self.projections {
            if let Some(plastic) = plastic {
                plastic.arrive(&PartsOf { source: *source, ends, delays }, now, early, event);
            }
        }
    }
}

/// What one event adds to one target.
struct Due {
    /// Steps since the event was sent.
    age: u64,
    projection: usize,
    /// Which synapse or block.
    synapse: usize,
    target: usize,
    value: f64,
}

impl Projection {
    fn new(
        model: &Model,
        id: OperatorId,
        op: &Operator,
        deliver: &Deliver,
        seed: u64,
    ) -> Result<Self, CompileError> {
        match deliver.connectivity.is_factored() {
            true => Ok(Self::of_products(model, id, deliver)),
            false => {
                let mut projection = Self::of_synapses(id, op, deliver, seed, model.dt)?;
                if let Some(synapse) = &deliver.synapse {
                    let plastic = Plastic::new(model, &op.path, deliver, synapse, &projection)?;
                    projection.plastic = Some(plastic);
                }
                Ok(projection)
            }
        }
    }

    fn of_products(model: &Model, id: OperatorId, deliver: &Deliver) -> Self {
        let number = |value: &Value| if let Value::Const(value) = value { *value } else { 0.0 };
        let steps = (number(&deliver.delay) / (model.dt * 1e3)).round();
        Self {
            operator: id,
            source: deliver.source,
            ends: Vec::new(),
            weights: Expanded::Const(number(&deliver.weight)),
            delays: Expanded::Const(steps),
            blocks: deliver.blocks(model),
            plastic: None,
        }
    }

    fn of_synapses(
        id: OperatorId,
        op: &Operator,
        deliver: &Deliver,
        seed: u64,
        dt_s: f64,
    ) -> Result<Self, CompileError> {
        let synapses = prepared(op, deliver, seed, dt_s)?;
        let all = pulled(&synapses)?;
        let weights = synapses.constant_weight();
        let delays = synapses.constant_delay();
        Ok(Self {
            operator: id,
            source: deliver.source,
            ends: all.iter().map(|(ends, ..)| *ends).collect(),
            weights: expanded(weights, all.iter().map(|(_, w, _)| w.unwrap_or_default())),
            delays: expanded(
                delays.map(f64::from),
                all.iter().map(|(.., d)| f64::from(d.unwrap_or_default())),
            ),
            blocks: Vec::new(),
            plastic: None,
        })
    }

    /// How many weights or delays may be given at once, besides one.
    pub fn n_values(&self) -> usize {
        if self.blocks.is_empty() { self.ends.len() } else { 1 }
    }

    /// The longest delay in steps.
    pub fn longest(&self) -> usize {
        self.delays.as_slice().iter().fold(1.0, |a: f64, b| a.max(*b)) as usize
    }
}

/// Ends, weight and delay of each synapse, the last two where they differ.
type Pulled = Vec<((u32, u32), Option<f64>, Option<u32>)>;

fn pulled(synapses: &Synapses) -> Result<Pulled, SynapseError> {
    let mut all = Vec::new();
    let mut row = SynapseRow::default();
    for i in 0..synapses.n_major() {
        synapses.fill(i, &mut row);
        let major = synapses.major_index(i);
        for (k, &minor) in row.minor.iter().enumerate() {
            let ends = match synapses.major() {
                Major::Source => (major, minor),
                Major::Target => (minor, major),
            };
            all.push((ends, row.weights.get(k).copied(), row.delays.get(k).copied()));
        }
    }
    synapses.check_pulled()?;
    // Stable: synapses of one source stay in the order of rows and of places in them.
    all.sort_by_key(|((source, _), ..)| *source);
    Ok(all)
}

/// The weights of synapses, or what stands in their place.
pub(super) fn column(synapses: &Synapses) -> Result<Expanded, SynapseError> {
    let all = pulled(synapses)?;
    let each = all.iter().map(|(_, w, _)| w.unwrap_or_default());
    Ok(expanded(synapses.constant_weight(), each))
}

/// What a block adds to its targets for these events, if any of its sources sent one; each sum runs
/// from zero in ascending index.
fn product(
    block: &Block,
    scale: f64,
    events: &[f64],
    numbers: impl Fn(SignalId) -> Vec<f64>,
) -> Option<Vec<f64>> {
    let n = block.source.len();
    let mut columns: Vec<usize> = (0..n).collect();
    columns.sort_by_key(|&k| block.source.at(k));
    let event = |k: usize| events[block.source.at(k) as usize];
    columns.retain(|&k| event(k) != 0.0);
    if columns.is_empty() {
        return None;
    }
    let decoders = numbers(block.factors.decoders);
    let decoded = |row: &[f64]| columns.iter().fold(0.0, |sum, &k| sum + row[k] * event(k));
    let mut x: Vec<f64> = decoders.chunks(n).map(decoded).collect();
    for factor in [block.factors.transform, block.factors.encoders].into_iter().flatten() {
        let row = |row: &[f64]| row.iter().zip(&x).fold(0.0, |sum, (a, x)| sum + a * x);
        x = numbers(factor).chunks(x.len()).map(row).collect();
    }
    Some(x.iter().map(|x| scale * x).collect())
}

/// The rows of a projection, as its rule or list gives them.
pub(super) fn prepared(
    op: &Operator,
    deliver: &Deliver,
    seed: u64,
    dt_s: f64,
) -> Result<Synapses, CompileError> {
    let (weight, delay) = (&deliver.weight, &deliver.delay);
    Ok(Synapses::new(&deliver.connectivity, weight, delay, &op.path, seed, dt_s)?)
}

fn expanded(constant: Option<f64>, each: impl Iterator<Item = f64>) -> Expanded {
    match constant {
        Some(constant) => Expanded::Const(constant),
        None => Expanded::Dense(each.collect()),
    }
}

impl Group {
    /// What is due at each of `n_targets` in this step, from single synapses and then from products; `past(signal, d)` are the events that the
    /// signal sent `d` steps ago, and `numbers` those of a signal now.
    pub fn sums<'a>(
        &self,
        now: u64,
        n_targets: usize,
        past: impl Fn(SignalId, usize) -> Option<&'a [f64]>,
        numbers: impl Fn(SignalId) -> Vec<f64>,
    ) -> Vec<f64> {
        let mut sums = vec![0.0; n_targets];
        let all = [self.due_of_synapses(now, &past), self.due_of_blocks(&past, numbers)];
        for mut due in all {
            due.sort_by_key(|d| (std::cmp::Reverse(d.age), d.projection, d.synapse));
            due.iter().for_each(|due| sums[due.target] += due.value);
        }
        sums
    }

    fn due_of_synapses<'a>(
        &self,
        now: u64,
        past: impl Fn(SignalId, usize) -> Option<&'a [f64]>,
    ) -> Vec<Due> {
        let mut due = Vec::new();
        for (p, projection) in self.projections.iter().enumerate() {
            for (s, &(source, target)) in projection.ends.iter().enumerate() {
                let delay = projection.delays.at(s);
                if let Some(plastic) = &projection.plastic {
                    let held = |sent| plastic.delivered.get(&(sent, s)).copied();
                    if let Some(value) = now.checked_sub(delay as u64).and_then(held) {
                        let (age, target) = (delay as u64, target as usize);
                        due.push(Due { age, projection: p, synapse: s, target, value });
                    }
                    continue;
                }
                let sent = past(projection.source, delay as usize);
                let event = sent.map_or(0.0, |events| events[source as usize]);
                if event != 0.0 {
                    let value = projection.weights.at(s) * event;
                    let target = target as usize;
                    due.push(Due { age: delay as u64, projection: p, synapse: s, target, value });
                }
            }
        }
        due
    }

    fn due_of_blocks<'a>(
        &self,
        past: impl Fn(SignalId, usize) -> Option<&'a [f64]>,
        numbers: impl Fn(SignalId) -> Vec<f64>,
    ) -> Vec<Due> {
        let mut due = Vec::new();
        for (p, projection) in self.projections.iter().enumerate() {
            for (b, block) in projection.blocks.iter().enumerate() {
                let (delay, scale) = (projection.delays.at(0), projection.weights.at(0));
                let sent = past(projection.source, delay as usize);
                let added = sent.and_then(|events| product(block, scale, events, &numbers));
                for (j, value) in added.into_iter().flatten().enumerate() {
                    let target = block.target.at(j) as usize;
                    due.push(Due { age: delay as u64, projection: p, synapse: b, target, value });
                }
            }
        }
        due
    }
}

/// The projections of a model by the signal that they add to.
pub(super) fn groups(model: &Model, seed: u64) -> Result<BTreeMap<SignalId, Group>, CompileError> {
    let mut deliveries: Vec<_> = model
        .operators
        .iter()
        .filter_map(|(id, op)| match &op.kind {
            OperatorKind::Deliver(deliver) => Some((id, op, deliver)),
            _ => None,
        })
        .collect();
    deliveries.sort_by(|a, b| a.1.key().cmp(&b.1.key()));
    let mut groups = BTreeMap::<SignalId, Group>::new();
    for (id, op, deliver) in deliveries {
        let projection = Projection::new(model, id, op, deliver, seed)?;
        groups.entry(deliver.target).or_default().projections.push(projection);
    }
    Ok(groups)
}
