//! One side of a synapse, run over some synapses at a time.

use std::{ops::Range, sync::Arc};

use pontine_core_ir::{Mechanism, Path, port::CompileError};
use pontine_mechanism::{
    BlockArgs, DeriveError, Frame, Kernel, LANES, Phase, Real, Scratch, derive, kernel,
    lang::Slot,
    native::{Supported, Task, dispatch},
};
use pontine_rng::StreamKey;

use crate::{arena::padded, memory::filled, rows::Weights};

/// The inputs of a synapse, in their order.
const N_INPUTS: usize = 3;

/// Which synapses, at most [`LANES`].
#[derive(Clone, Debug)]
pub(super) enum Lanes<'a> {
    /// Those of a part of a row.
    Range(Range<usize>),
    /// Some.
    Some(&'a [u32]),
}

impl Lanes<'_> {
    pub fn len(&self) -> usize {
        match self {
            Self::Range(range) => range.len(),
            Self::Some(places) => places.len(),
        }
    }

    /// The synapse of a lane.
    #[inline]
    pub fn at(&self, lane: usize) -> usize {
        match self {
            Self::Range(range) => range.start + lane,
            Self::Some(places) => places[lane] as usize,
        }
    }

    fn gather<F: Copy>(&self, column: &[F], to: &mut [F]) {
        match self {
            Self::Range(range) => to[..range.len()].copy_from_slice(&column[range.clone()]),
            Self::Some(places) => {
                to.iter_mut().zip(*places).for_each(|(to, place)| *to = column[*place as usize]);
            }
        }
    }

    fn scatter<F: Copy>(&self, from: &[F], column: &mut [F]) {
        match self {
            Self::Range(range) => column[range.clone()].copy_from_slice(&from[..range.len()]),
            Self::Some(places) => {
                from.iter().zip(*places).for_each(|(from, place)| column[*place as usize] = *from);
            }
        }
    }
}

/// One side: its kernel, and the numbers that it reads and writes.
#[derive(Clone)]
pub(super) struct Program<F> {
    kernel: Arc<dyn Kernel<F>>,
    key: StreamKey,
    /// Parameters and derived ones.
    columns: Vec<Weights<F>>,
    n_parameters: usize,
    homogeneous: bool,
    /// Where the column of each parameter and derived one begins.
    at: Vec<usize>,
    constants: Vec<F>,
    inputs: Vec<F>,
    states: Vec<F>,
    outputs: Vec<F>,
    is_random: bool,
    reads_time: bool,
    dt: f64,
    /// The number of spikes that all lanes are told, if it is the same.
    all_told: Option<F>,
    /// Whether any lane is told of coincident spikes.
    is_coincident: bool,
    level: Supported,
}

impl<F: Real> Program<F> {
    /// One side of a synapse, with each parameter one number or one for each synapse; `dt` is in the
    /// synapse's unit.
    ///
    /// # Errors
    /// [`CompileError`] if memory is short.
    pub fn new(
        path: &Path,
        side: &Mechanism,
        phase: Phase,
        key: StreamKey,
        parameters: &[Vec<f64>],
        dt: f64,
    ) -> Result<Self, CompileError> {
        let n_sites = if phase == Phase::Step { side.n_step_sites } else { side.n_initial_sites };
        let mut program = Self {
            kernel: Arc::from(kernel(side, phase)),
            key,
            columns: Vec::new(),
            n_parameters: parameters.len(),
            homogeneous: true,
            at: Vec::new(),
            constants: Vec::new(),
            inputs: filled(path.as_str(), N_INPUTS * LANES, F::default())?,
            states: filled(path.as_str(), side.states.len() * LANES, F::default())?,
            outputs: filled(path.as_str(), side.outputs.len() * LANES, F::default())?,
            is_random: n_sites > 0,
            reads_time: side.step.reads(Slot::Time),
            dt,
            all_told: None,
            is_coincident: false,
            level: Supported::best(),
        };
        program.set(path, side, parameters)?;
        Ok(program)
    }

    /// Replaces the parameters.
    ///
    /// # Errors
    /// As [`Program::new`].
    pub fn set(
        &mut self,
        path: &Path,
        side: &Mechanism,
        parameters: &[Vec<f64>],
    ) -> Result<(), CompileError> {
        let slices: Vec<&[f64]> = parameters.iter().map(Vec::as_slice).collect();
        let wrong = |error: DeriveError| CompileError::Parameter {
            path: path.clone(),
            message: error.to_string(),
        };
        let derived = derive(side, self.dt, &slices).map_err(wrong)?;
        self.columns = parameters.iter().chain(&derived).map(|values| column(values)).collect();
        self.homogeneous = self.columns.iter().all(|c| matches!(c, Weights::All(_)));
        self.at = (0..self.columns.len()).map(|i| i * LANES).collect();
        self.constants = filled(path.as_str(), self.columns.len() * LANES, F::default())?;
        for (column, to) in self.columns.iter().zip(self.constants.chunks_mut(LANES)) {
            if let Weights::All(value) = column {
                to.fill(*value);
            }
        }
        Ok(())
    }

    /// Whether the step is more than the time since the last: it draws, or reads the time.
    pub fn knows_step(&self) -> bool {
        self.is_random || self.reads_time
    }

    /// Tells synapses that spikes come in step `at`, all of this value; `last` are those before. Says
    /// whether any of those came in the same step.
    pub fn tell(&mut self, last: &[u32], at: u32, spikes: F) -> bool {
        self.begin();
        if self.all_told != Some(spikes) {
            self.inputs[LANES..2 * LANES].fill(spikes);
            self.all_told = Some(spikes);
        }
        let to = &mut self.inputs[..last.len()];
        dispatch(self.level, Elapsed { last, at, dt: self.dt, to })
    }

    /// Tells one synapse of so many spikes, so many steps after those before.
    #[inline]
    pub fn tell_one(&mut self, lane: usize, elapsed: u32, spikes: F) {
        self.inputs[lane] = F::from_f64(f64::from(elapsed) * self.dt);
        if self.all_told != Some(spikes) {
            self.inputs[LANES + lane] = spikes;
            self.all_told = None;
        }
    }

    /// The time step, and where synapses are told of the time that has passed; each of one spike.
    pub fn elapsed(&mut self) -> (f64, &mut [F]) {
        let one = F::from_i32(1);
        if self.all_told != Some(one) {
            self.inputs[LANES..2 * LANES].fill(one);
            self.all_told = Some(one);
        }
        (self.dt, &mut self.inputs[..LANES])
    }

    /// Tells one synapse how many spikes of the other side came in this step before.
    pub fn tell_coincident(&mut self, lane: usize, spikes: F) {
        self.inputs[2 * LANES + lane] = spikes;
        self.is_coincident = true;
    }

    /// Forgets what was told of coincident spikes.
    pub fn begin(&mut self) {
        if self.is_coincident {
            self.inputs[2 * LANES..].fill(F::default());
            self.is_coincident = false;
        }
    }

    /// Runs it over some synapses in step `step`; the index of each is what it draws by. Returns what is
    /// delivered.
    pub fn run(
        &mut self,
        scratch: &mut Scratch<F>,
        lanes: &Lanes<'_>,
        states: &mut [Vec<F>],
        step: u64,
        index: impl Fn(usize) -> u64,
    ) -> &[F] {
        let (n, width) = (lanes.len(), padded(lanes.len()));
        self.compute(scratch, lanes, states, step, index);
        for (state, from) in states.iter_mut().zip(self.states.chunks(width)) {
            lanes.scatter(from, state);
        }
        &self.outputs[..n]
    }

    /// Runs it over a part of a row, of which those synapses stay as they are that do not take part.
    pub fn run_some(
        &mut self,
        scratch: &mut Scratch<F>,
        row: Range<usize>,
        takes: &[bool; LANES],
        states: &mut [Vec<F>],
    ) {
        let width = padded(row.len());
        self.compute(scratch, &Lanes::Range(row.clone()), states, 0, |_| 0);
        for (state, from) in states.iter_mut().zip(self.states.chunks(width)) {
            let to = &mut state[row.clone()];
            dispatch(self.level, Choose { to, from, takes });
        }
    }

    fn compute(
        &mut self,
        scratch: &mut Scratch<F>,
        lanes: &Lanes<'_>,
        states: &[Vec<F>],
        step: u64,
        index: impl Fn(usize) -> u64,
    ) {
        let (n, width) = (lanes.len(), padded(lanes.len()));
        for (state, to) in states.iter().zip(self.states.chunks_mut(width)) {
            lanes.gather(state, to);
        }
        if !self.homogeneous {
            for (column, to) in self.columns.iter().zip(self.constants.chunks_mut(LANES)) {
                if let Weights::Each(values) = column {
                    lanes.gather(values, to);
                }
            }
        }
        if self.is_random {
            scratch.key_lanes((0..n).map(|lane| index(lanes.at(lane))));
        }
        let (parameter_at, derived_at) = self.at.split_at(self.n_parameters);
        let dt = self.dt;
        let mut args = BlockArgs {
            frame: Frame {
                width,
                first: 0,
                step,
                time: F::from_f64(step as f64 * dt),
                dt: F::from_f64(dt),
                key: self.key,
                parameter_at,
                derived_at,
                homogeneous: self.homogeneous,
                input_at: &[0, LANES, 2 * LANES],
                receptor_at: &[],
            },
            constants: &self.constants,
            states: &mut self.states[..width * states.len()],
            dense: &self.inputs,
            outputs: &mut self.outputs[..],
        };
        self.kernel.run(scratch, &mut args);
        if self.is_random {
            scratch.key_lanes([]);
        }
    }
}

/// The time since the last spike of each synapse; whether any of those was in this step.
struct Elapsed<'a, F> {
    last: &'a [u32],
    at: u32,
    dt: f64,
    to: &'a mut [F],
}

impl<F: Real> Task for Elapsed<'_, F> {
    type Output = bool;

    #[inline(always)]
    fn run(self) -> bool {
        let mut meets = false;
        for (to, last) in self.to.iter_mut().zip(self.last) {
            meets |= *last == self.at;
            *to = F::from_f64(f64::from(self.at.wrapping_sub(*last)) * self.dt);
        }
        meets
    }
}

/// New numbers for those who take part.
struct Choose<'a, F> {
    to: &'a mut [F],
    from: &'a [F],
    takes: &'a [bool; LANES],
}

impl<F: Real> Task for Choose<'_, F> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        for ((to, from), takes) in self.to.iter_mut().zip(self.from).zip(self.takes) {
            *to = if *takes { *from } else { *to };
        }
    }
}

fn column<F: Real>(values: &[f64]) -> Weights<F> {
    match values {
        [value] => Weights::All(F::from_f64(*value)),
        each => Weights::Each(each.iter().map(|value| F::from_f64(*value)).collect()),
    }
}
