//! Synapses with states, one at a time, and each spike when it comes.

use std::collections::BTreeMap;

use pontine_core_ir::{
    Expanded, Model, Path, SignalId, Synapses, Value,
    model::{Deliver, SynapseModel},
    port::CompileError,
};
use pontine_mechanism::{
    Mechanism,
    lang::{Draw, Slot},
};
use pontine_rng::{StreamKey, sample};

use super::{
    eval::{Evaluator, World},
    synapses::{Projection, column},
};

/// States of the synapses of one projection.
pub(super) struct Plastic {
    pub post: Option<SignalId>,
    dendritic: Vec<u64>,
    /// By parameter.
    pub parameters: Vec<Expanded>,
    /// By state, then by synapse.
    pub states: Vec<Vec<f64>>,
    on_pre: Side,
    on_post: Option<Side>,
    /// By synapse: when the last spike came, from which side, and how many at once.
    last: Vec<(u64, Option<From>, f64)>,
    /// What is under way, by the step of emission and synapse.
    pub delivered: BTreeMap<(u64, usize), f64>,
    /// By synapse, what it draws by.
    index: Vec<u64>,
}

#[derive(Clone, Copy, PartialEq)]
enum From {
    Pre,
    Post,
}

/// One side, and what follows from the parameters, by synapse.
struct Side {
    derive: Evaluator,
    step: Evaluator,
    derived: Vec<Vec<f64>>,
    key: StreamKey,
    dt: f64,
}

impl Side {
    fn new(mechanism: &Mechanism, n: usize, key: StreamKey, dt_s: f64) -> Self {
        Self {
            derive: Evaluator::new(&mechanism.derive),
            step: Evaluator::new(&mechanism.step),
            derived: vec![vec![0.0; mechanism.derived.len()]; n],
            key,
            dt: mechanism.units.dt_from_seconds(dt_s),
        }
    }
}

impl Plastic {
    pub fn new(
        model: &Model,
        path: &Path,
        deliver: &Deliver,
        synapse: &SynapseModel,
        projection: &Projection,
    ) -> Result<Self, CompileError> {
        let n = projection.ends.len();
        let key = |purpose| StreamKey::new(model.seed, path.as_str(), purpose);
        let expand = |value: &Value, purpose: &str| -> Result<Expanded, CompileError> {
            let (seed, dt) = (model.seed, model.dt);
            let numbers = Synapses::of_variable(deliver, value, purpose, path, seed, dt)?;
            Ok(column(&numbers)?)
        };
        let mechanism = &synapse.synapse;
        let mut values = Vec::new();
        for (purpose, value) in synapse.variables() {
            values.push(value.map(|value| expand(value, &purpose)).transpose()?);
        }
        let initial = values.split_off(synapse.parameters.len());
        let side = |side: &Mechanism, purpose| Side::new(side, n, key(purpose), model.dt);
        let mut plastic = Self {
            post: mechanism.on_post.as_ref().and(synapse.post),
            dendritic: (0..n)
                .map(|s| synapse.dendritic_steps(projection.delays.at(s) as u32).into())
                .collect(),
            parameters: values.into_iter().flatten().collect(),
            states: vec![vec![0.0; n]; mechanism.states().len()],
            on_pre: side(&mechanism.on_pre, "on_pre"),
            on_post: mechanism.on_post.as_ref().map(|post| side(post, "on_post")),
            last: vec![(0, None, 0.0); n],
            delivered: BTreeMap::new(),
            index: indices(&projection.ends),
        };
        plastic.derive();
        let begin = Evaluator::new(&mechanism.on_pre.initial);
        for s in 0..n {
            plastic.run(&begin, (s, 0, key("init")), &plastic.on_pre.derived[s].clone(), [0.0; 3]);
        }
        for (state, value) in plastic.states[1..].iter_mut().zip(&initial) {
            if let Some(value) = value {
                *state = (0..n).map(|s| value.at(s)).collect();
            }
        }
        plastic.states[0] = (0..n).map(|s| projection.weights.at(s)).collect();
        Ok(plastic)
    }

    /// Computes what follows from the parameters.
    pub fn derive(&mut self) {
        for side in std::iter::once(&mut self.on_pre).chain(&mut self.on_post) {
            for (s, derived) in side.derived.iter_mut().enumerate() {
                let mut new = derived.clone();
                let parameters = &self.parameters;
                let around = Around {
                    parameters,
                    derived: &[],
                    states: &[],
                    told: [0.0; 3],
                    at: (s, 0, side.key, 0),
                    dt: side.dt,
                };
                side.derive.run(&around, &mut |slot, value| {
                    if let Slot::Derived(i) = slot {
                        new[i] = value;
                    }
                });
                *derived = new;
            }
        }
    }

    /// The spikes that are at their synapses in step `now`: those that are delivered in it right away
    /// (`early`), or all others at its end. `event` gives what a cell of a signal sent in a step.
    pub fn arrive(
        &mut self,
        projection: &PartsOf<'_>,
        now: u64,
        early: bool,
        event: &dyn Fn(SignalId, u64, u32) -> f64,
    ) {
        let longest = projection.delays.as_slice().iter().fold(0.0, |a: f64, b| a.max(*b)) as u64;
        self.delivered = self.delivered.split_off(&(now.saturating_sub(longest), 0));
        for s in 0..projection.ends.len() {
            let (source, target) = projection.ends[s];
            let (delay, dendritic) = (projection.delays.at(s) as u64, self.dendritic[s]);
            let axonal = delay - dendritic;
            let from_post = |me: &mut Self| {
                if let Some(post) = me.post
                    && now > dendritic
                {
                    me.answer(s, now, event(post, now - dendritic, target));
                }
            };
            let from_pre = |me: &mut Self| {
                if now > axonal {
                    let value = event(projection.source, now - axonal, source);
                    me.receive(s, now, now - axonal, value);
                }
            };
            match (dendritic == 0, early) {
                (true, true) => from_pre(self),
                (true, false) => from_post(self),
                (false, true) => {}
                (false, false) => {
                    from_post(self);
                    from_pre(self);
                }
            }
        }
    }

    fn receive(&mut self, s: usize, now: u64, sent: u64, value: f64) {
        if value == 0.0 {
            return;
        }
        let told = self.told(s, now, value, From::Post, self.on_pre.dt);
        let derived = self.on_pre.derived[s].clone();
        let step = self.on_pre.step.clone();
        let delivered = self.run(&step, (s, now, self.on_pre.key), &derived, told);
        self.last[s] = (now, Some(From::Pre), value);
        self.delivered.insert((sent, s), delivered * value);
    }

    fn answer(&mut self, s: usize, now: u64, value: f64) {
        let Some(side) = self.on_post.as_ref().filter(|_| value != 0.0) else { return };
        let (step, derived, key, dt) =
            (side.step.clone(), side.derived[s].clone(), side.key, side.dt);
        let told = self.told(s, now, value, From::Pre, dt);
        self.run(&step, (s, now, key), &derived, told);
        self.last[s] = (now, Some(From::Post), value);
    }

    /// Time since the last spike, how many there are, and how many of the other side in this step.
    fn told(&self, s: usize, now: u64, value: f64, other: From, dt: f64) -> [f64; 3] {
        let (last, from, before) = self.last[s];
        let coincides = last == now && from == Some(other);
        [(now - last) as f64 * dt, value, if coincides { before } else { 0.0 }]
    }

    /// Runs a program for one synapse; returns what it delivers.
    fn run(
        &mut self,
        program: &Evaluator,
        (s, step, key): (usize, u64, StreamKey),
        derived: &[f64],
        told: [f64; 3],
    ) -> f64 {
        let states: Vec<f64> = self.states.iter().map(|state| state[s]).collect();
        let around = Around {
            parameters: &self.parameters,
            derived,
            states: &states,
            told,
            at: (s, step, key, self.index[s]),
            dt: self.on_pre.dt,
        };
        let (mut stored, mut delivered) = (Vec::new(), 0.0);
        program.run(&around, &mut |slot, value| match slot {
            Slot::State(i) => stored.push((i, value)),
            Slot::Output(_) => delivered = value,
            _ => {}
        });
        stored.into_iter().for_each(|(i, value)| self.states[i][s] = value);
        delivered
    }
}

/// What is needed of a projection beside its states.
pub(super) struct PartsOf<'a> {
    pub source: SignalId,
    pub ends: &'a [(u32, u32)],
    pub delays: &'a Expanded,
}

/// Source, and ordinal among the synapses of the source.
fn indices(ends: &[(u32, u32)]) -> Vec<u64> {
    let rank = |s: usize| ends[..s].iter().rev().take_while(|end| end.0 == ends[s].0).count();
    (0..ends.len()).map(|s| (u64::from(ends[s].0) << 32) | rank(s) as u64).collect()
}

/// What one synapse sees of one spike.
struct Around<'a> {
    parameters: &'a [Expanded],
    derived: &'a [f64],
    states: &'a [f64],
    told: [f64; 3],
    /// Synapse, step, key, and what it draws by.
    at: (usize, u64, StreamKey, u64),
    dt: f64,
}

impl World for Around<'_> {
    fn load(&self, slot: Slot) -> f64 {
        match slot {
            Slot::Parameter(i) => self.parameters[i].at(self.at.0),
            Slot::Derived(i) => self.derived[i],
            Slot::State(i) => self.states[i],
            Slot::Input(i) => self.told[i],
            Slot::Receptor(_) | Slot::Output(_) => 0.0,
            Slot::Dt => self.dt,
            Slot::Time => self.at.1 as f64 * self.dt,
        }
    }

    fn draw(&self, kind: Draw, site: u16, mean: f64) -> f64 {
        let (_, step, key, index) = self.at;
        let stream = &mut key.paired_stream(index, step as u32, site);
        match kind {
            Draw::Uniform => stream.uniform(),
            Draw::Normal => sample::standard_normal(stream),
            Draw::Exponential => sample::exponential(stream, 1.0),
            Draw::Poisson => sample::poisson(stream, mean) as f64,
            Draw::Gamma => sample::gamma(stream, mean, 1.0),
        }
    }
}
