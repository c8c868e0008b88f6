//! Synapses with states: rows whose numbers change when spikes arrive from either side.
//!
//! ```text
//!  source ── axonal delay ──> synapse ── dendritic delay ──> sum of the target
//!                             synapse <── dendritic delay ── target
//! ```
//! A row is brought up to date when its source sends a spike: first with the spikes of the targets
//! since the last time, which are remembered, many synapses at a time; then the spike itself, for the
//! whole row at once. What is delivered is held until it is due. Each synapse goes through its own
//! spikes in their order, so it does not matter when it does: numbers that are asked for between runs are
//! those of rows that have all been brought up to date.

mod due;
mod history;
mod program;

use std::{ops::Range, sync::Arc};

use pontine_core_ir::{Path, model::SynapseModel, port::CompileError};
use pontine_mechanism::{
    LANES, Phase, Real, Scratch,
    native::{Supported, dispatch},
};
use pontine_rng::StreamKey;

use crate::{
    memory::filled,
    rows::{Rows, Weights, of_any_width},
    spike_list::SpikeList,
};
use due::{Count, CountDue, Given};
pub(crate) use history::History;
use history::{Due, N_RECENT};
use program::{Lanes, Program};

/// What the synapses of one delivery with one delay are like now.
#[derive(Clone)]
pub(crate) struct Plastic<F> {
    path: Path,
    model: Arc<SynapseModel>,
    /// The rows as they were pulled, of all delays.
    pub wired: Arc<Rows<F>>,
    /// The dendritic delay, and the rest, in steps.
    dendritic: u64,
    axonal: u64,
    /// Which of the receptor's histories its targets write, if it looks at them.
    pub history: Option<usize>,
    on_pre: Program<F>,
    on_post: Option<Program<F>>,
    /// Each parameter: one number, or one for each synapse.
    pub parameters: Vec<Vec<f64>>,
    /// By state, then by synapse.
    pub states: Vec<Vec<F>>,
    /// The step in which the last spike was at each synapse; the low 32 bits of its number.
    pub last: Vec<u32>,
    /// For each source, the step up to which spikes of targets have been taken in.
    seen: Vec<u64>,
    /// For each source, when its last spike was at its synapses, and its value, if that may coincide
    /// with later spikes of the targets.
    before: Vec<(u64, F)>,
    /// The last step whose spikes have been taken in.
    taken: u64,
    /// For each step under way, what its spikes deliver: for each of them the synapses of its row.
    held: Vec<Vec<F>>,
    pending: Vec<Pending>,
    counts: Vec<Count>,
}

/// A synapse that has yet to take in spikes of its target.
#[derive(Clone, Copy, Debug)]
struct Pending {
    place: u32,
    target: u32,
    /// The spikes of the target.
    due: Due,
}

/// What taking in spikes needs besides.
pub(crate) struct Surroundings<'a, F> {
    /// What the targets have sent.
    pub histories: &'a [History<F>],
    /// Registers of kernels.
    pub scratch: &'a mut Scratch<F>,
}

impl<F: Real> Plastic<F> {
    /// Synapses of one delay before the first step.
    ///
    /// # Errors
    /// [`CompileError`] if a parameter is refused or memory is short.
    pub fn new(
        path: &Path,
        model: &Arc<SynapseModel>,
        rows: &Rows<F>,
        wired: Arc<Rows<F>>,
        history: Option<usize>,
        (seed, dt_s): (u64, f64),
        scratch: &mut Scratch<F>,
    ) -> Result<Self, CompileError> {
        let synapse = &model.synapse;
        let dt = synapse.on_pre.units.dt_from_seconds(dt_s);
        let delay = rows.longest_delay();
        let dendritic = model.dendritic_steps(delay);
        let parameters: Vec<_> = (0..model.parameters.len()).map(|i| rows.parameter(i)).collect();
        let key = |purpose| StreamKey::new(seed, path.as_str(), purpose);
        let program =
            |side, phase, purpose| Program::new(path, side, phase, key(purpose), &parameters, dt);
        let what = path.as_str();
        let n = rows.len();
        let states = (0..synapse.states().len()).map(|_| filled(what, n, F::default()));
        let post = synapse.on_post.as_ref();
        let n_held = (dendritic as usize + 2).next_power_of_two();
        let waits = if post.is_some() && dendritic == 0 { rows.n_sources() } else { 0 };
        let mut plastic = Self {
            path: path.clone(),
            model: model.clone(),
            wired,
            dendritic: dendritic.into(),
            axonal: (delay - dendritic).into(),
            history,
            on_pre: program(&synapse.on_pre, Phase::Step, "on_pre")?,
            on_post: post.map(|post| program(post, Phase::Step, "on_post")).transpose()?,
            states: states.collect::<Result<_, _>>()?,
            last: filled(what, n, 0)?,
            seen: filled(what, if post.is_some() { rows.n_sources() } else { 0 }, 0)?,
            before: filled(what, waits, (0, F::default()))?,
            taken: 0,
            held: vec![Vec::new(); n_held],
            pending: Vec::new(),
            counts: Vec::new(),
            parameters,
        };
        let mut initial = program_of_initial(&plastic, path, key("init"), dt)?;
        plastic.start(&mut initial, rows, scratch);
        Ok(plastic)
    }

    /// First the states that the synapse gives, then those that the user gave; the weight is the row's.
    fn start(&mut self, initial: &mut Program<F>, rows: &Rows<F>, scratch: &mut Scratch<F>) {
        for source in 0..rows.n_sources() as u32 {
            for chunk in chunks(rows.row(source)) {
                let lanes = Lanes::Range(chunk);
                initial.run(scratch, &lanes, &mut self.states, 0, |i| rows.index(source, i));
            }
        }
        let n_parameters = self.parameters.len();
        for (i, state) in self.states.iter_mut().enumerate() {
            let given = match i.checked_sub(1) {
                None => Some(&rows.weights),
                Some(i) => rows.more.get(n_parameters + i).and_then(Option::as_ref),
            };
            if let Some(given) = given {
                state.iter_mut().enumerate().for_each(|(i, state)| *state = given.at(i));
            }
        }
    }

    /// The dendritic delay in steps.
    pub fn dendritic(&self) -> u64 {
        self.dendritic
    }

    /// Has the spikes of step `sent` at their synapses, if they have not been; steps come one after the
    /// other. All spikes of targets that were there before are known.
    pub fn take(
        &mut self,
        rows: &Rows<F>,
        sent: u64,
        list: &SpikeList<F>,
        around: &mut Surroundings<'_, F>,
    ) {
        if sent <= self.taken {
            return;
        }
        self.taken = sent;
        let at = sent + self.axonal;
        let slot = self.slot(sent);
        let mut held = std::mem::take(&mut self.held[slot]);
        held.clear();
        for (source, value) in list.iter() {
            if self.history.is_some() {
                // Without a dendritic delay, spikes of the targets of the same step come later.
                let until = if self.dendritic > 0 { at } else { at - 1 };
                self.catch_up(rows, source, until, around);
            }
            self.receive(rows, (source, value), at, &mut held, around);
            if let Some(before) = self.before.get_mut(source as usize) {
                *before = (at, value);
            }
        }
        self.held[slot] = held;
    }

    fn slot(&self, sent: u64) -> usize {
        (sent & (self.held.len() as u64 - 1)) as usize
    }

    /// Runs `on_pre` over a row.
    fn receive(
        &mut self,
        rows: &Rows<F>,
        (source, value): (u32, F),
        at: u64,
        held: &mut Vec<F>,
        around: &mut Surroundings<'_, F>,
    ) {
        for chunk in chunks(rows.row(source)) {
            let meet = self.on_pre.tell(&self.last[chunk.clone()], at as u32, value);
            // What was there in this step can but have been a spike of the target.
            if meet {
                self.note_coincident(rows, chunk.clone(), at, around.histories);
            }
            self.last[chunk.clone()].fill(at as u32);
            let lanes = Lanes::Range(chunk);
            let index = |place| rows.index(source, place);
            let delivered = self.on_pre.run(around.scratch, &lanes, &mut self.states, at, index);
            held.extend(delivered.iter().map(|delivered| *delivered * value));
        }
    }

    /// Tells synapses how many spikes of their targets came in step `at` before that of the source.
    #[cold]
    fn note_coincident(
        &mut self,
        rows: &Rows<F>,
        chunk: Range<usize>,
        at: u64,
        histories: &[History<F>],
    ) {
        let Some(history) = self.history.map(|i| &histories[i]) else { return };
        for (lane, place) in chunk.enumerate() {
            if self.last[place] == at as u32 {
                let value = history.at(rows.target(place), at - self.dendritic);
                self.on_pre.tell_coincident(lane, value);
            }
        }
    }

    /// Has the synapses of a source take in the spikes of their targets that were at them up to step
    /// `until`.
    fn catch_up(
        &mut self,
        rows: &Rows<F>,
        source: u32,
        until: u64,
        around: &mut Surroundings<'_, F>,
    ) {
        let Some(history) = self.history.map(|i| &around.histories[i]) else { return };
        let seen = std::mem::replace(&mut self.seen[source as usize], until);
        if history.newest() + self.dendritic <= seen {
            return;
        }
        let row = rows.row(source);
        let [seen, until] = [seen, until].map(|step| step.saturating_sub(self.dendritic));
        if self.hurry(rows, row.clone(), [seen, until], history, around.scratch) {
            return;
        }
        let mut pending = std::mem::take(&mut self.pending);
        pending.clear();
        of_any_width!(rows.targets(), targets => {
            for (place, target) in row.clone().zip(&targets[row.clone()]) {
                let target = *target as usize;
                if let Some(due) = history.due(target, seen, until) {
                    pending.push(Pending { place: place as u32, target: target as u32, due });
                }
            }
        });
        while !pending.is_empty() {
            for chunk in pending.chunks(LANES) {
                self.answer(rows, source, chunk, history, around.scratch);
            }
            pending.retain_mut(|p| match p.due.rest() {
                Some(rest) => {
                    p.due = rest;
                    true
                }
                None => false,
            });
        }
        self.pending = pending;
    }

    /// Has the synapses of a row take in what came after one step up to another, if steps of the last
    /// spikes of each target are all that there is to know; says whether it did.
    fn hurry(
        &mut self,
        rows: &Rows<F>,
        row: Range<usize>,
        span: [u64; 2],
        history: &History<F>,
        scratch: &mut Scratch<F>,
    ) -> bool {
        let Some(on_post) = &mut self.on_post else { return true };
        if !history.are_single() || !self.before.is_empty() || on_post.knows_step() {
            return false;
        }
        let level = Supported::best();
        let recent = history.recent();
        let counts = &mut self.counts;
        counts.resize(row.len(), Count::default());
        let most = of_any_width!(rows.targets(), targets => {
            let targets = &targets[row.clone()];
            dispatch(level, CountDue { targets, recent, span, counts: &mut counts[..] })
        });
        if most == N_RECENT as u8 {
            return false;
        }
        let mut first = 0;
        for chunk in chunks(row) {
            let counts = &mut counts[first..first + chunk.len()];
            let targets = (rows.targets(), chunk.clone());
            let mut given = Given { on_post, last: &mut self.last, states: &mut self.states };
            given.all(targets, counts, recent, self.dendritic as u32, scratch);
            first += chunk.len();
        }
        true
    }

    /// Runs `on_post` over some synapses of a row, each with the next spike of its target.
    fn answer(
        &mut self,
        rows: &Rows<F>,
        source: u32,
        chunk: &[Pending],
        history: &History<F>,
        scratch: &mut Scratch<F>,
    ) {
        let Some(on_post) = &mut self.on_post else { return };
        let by_step = on_post.knows_step();
        let before = self.before.get(source as usize);
        let mut places = [0; LANES];
        let sent = |p: &Pending| history.first(p.target as usize, p.due).0;
        for same in chunk.chunk_by(|a, b| !by_step || sent(a) == sent(b)) {
            on_post.begin();
            for (lane, p) in same.iter().enumerate() {
                let (sent, value) = history.first(p.target as usize, p.due);
                let at = sent.wrapping_add(self.dendritic as u32);
                on_post.tell_one(lane, at.wrapping_sub(self.last[p.place as usize]), value);
                if let Some((_, value)) = before.filter(|(step, _)| *step as u32 == at) {
                    on_post.tell_coincident(lane, *value);
                }
                self.last[p.place as usize] = at;
                places[lane] = p.place;
            }
            let lanes = Lanes::Some(&places[..same.len()]);
            let index = |place| rows.index(source, place);
            let seen = self.seen[source as usize];
            let at = sent(&same[0]).wrapping_add(self.dendritic as u32);
            // The low bits of a step not later than what has been seen.
            let step = seen - u64::from((seen as u32).wrapping_sub(at));
            on_post.run(scratch, &lanes, &mut self.states, step, index);
        }
    }

    /// Adds what the spikes of step `sent` deliver, which have been taken in.
    pub fn add(&self, rows: &Rows<F>, sent: u64, list: &SpikeList<F>, sums: &mut [F]) {
        let mut held = &self.held[self.slot(sent)][..];
        of_any_width!(rows.targets(), targets => {
            for source in list.indices() {
                let row = rows.row(*source);
                let (own, rest) = held.split_at(row.len());
                for (target, added) in targets[row].iter().zip(own) {
                    let sum = &mut sums[*target as usize];
                    *sum = *sum + *added;
                }
                held = rest;
            }
        });
    }

    /// Has all spikes taken in that are at their synapses up to step `now`, which is over: the states are
    /// those of now.
    pub fn settle<'s>(
        &mut self,
        rows: &Rows<F>,
        now: u64,
        list: impl Fn(u64) -> &'s SpikeList<F>,
        around: &mut Surroundings<'_, F>,
    ) where
        F: 's,
    {
        for sent in self.taken + 1..=now.saturating_sub(self.axonal) {
            self.take(rows, sent, list(sent), around);
        }
        if self.history.is_some() {
            for source in 0..rows.n_sources() as u32 {
                self.catch_up(rows, source, now, around);
            }
        }
    }

    /// Goes on after step `now` from states of that step; what is held is that of the steps under way.
    pub fn resume(&mut self, now: u64, mut held: impl FnMut(u64) -> Vec<F>) {
        self.taken = now.saturating_sub(self.axonal);
        self.seen.fill(now);
        self.before.fill((0, F::default()));
        self.held.iter_mut().for_each(Vec::clear);
        for sent in self.under_way(now) {
            let slot = self.slot(sent);
            self.held[slot] = held(sent);
        }
    }

    /// The steps whose spikes have been at their synapses by step `now`, but are not due yet.
    pub fn under_way(&self, now: u64) -> Range<u64> {
        let first = (now + 1).saturating_sub(self.axonal + self.dendritic).max(1);
        first..(now + 1).saturating_sub(self.axonal).max(first)
    }

    /// What the spikes of a step deliver that have been taken in.
    pub fn held(&self, sent: u64) -> &[F] {
        &self.held[self.slot(sent)]
    }

    /// Replaces a parameter by one number, or one for each synapse.
    ///
    /// # Errors
    /// [`CompileError`] if memory is short.
    pub fn set_parameter(&mut self, i: usize, values: Vec<f64>) -> Result<(), CompileError> {
        let synapse = &self.model.synapse;
        let mut parameters = self.parameters.clone();
        parameters[i] = values;
        self.on_pre.set(&self.path, &synapse.on_pre, &parameters)?;
        if let (Some(program), Some(side)) = (&mut self.on_post, &synapse.on_post) {
            program.set(&self.path, side, &parameters)?;
        }
        self.parameters = parameters;
        Ok(())
    }

    /// Bytes held.
    pub fn memory_bytes(&self) -> u64 {
        let of_states = self.states.len() * self.last.len() * size_of::<F>();
        let of_parameters: usize = self.parameters.iter().map(Vec::len).sum();
        let held: usize = self.held.iter().map(Vec::capacity).sum();
        let of_rows = self.last.len() * 4 + (self.seen.len() + 2 * self.before.len()) * 8;
        (of_states + of_parameters * 8 + held * size_of::<F>() + of_rows) as u64
    }
}

fn program_of_initial<F: Real>(
    plastic: &Plastic<F>,
    path: &Path,
    key: StreamKey,
    dt: f64,
) -> Result<Program<F>, CompileError> {
    let side = &plastic.model.synapse.on_pre;
    Program::new(path, side, Phase::Initial, key, &plastic.parameters, dt)
}

/// A row in pieces that a kernel takes at once.
fn chunks(row: Range<usize>) -> impl Iterator<Item = Range<usize>> {
    let end = row.end;
    row.step_by(LANES).map(move |first| first..end.min(first + LANES))
}

impl<F: Real> Rows<F> {
    /// A parameter of the synapses: one number, or one for each.
    fn parameter(&self, i: usize) -> Vec<f64> {
        match self.more.get(i).and_then(Option::as_ref) {
            Some(Weights::Each(values)) => values.iter().map(|value| value.to_f64()).collect(),
            Some(Weights::All(value)) => vec![value.to_f64()],
            None => Vec::new(),
        }
    }
}
