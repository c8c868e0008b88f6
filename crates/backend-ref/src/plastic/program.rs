//! One side of a synapse, run over some synapses at a time.

use std::{ops::Range, sync::Arc};

use pontine_core_ir::{Mechanism, Path, port::CompileError};
use pontine_mechanism::{
    BlockArgs, DeriveError, Frame, Kernel, LANES, Phase, Real, Scratch, derive, kernel, lang::Slot,
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

    /// Sets what lane `lane` is told: steps since the last spike, how many there are, and how many of the
    /// other side were before.
    #[inline]
    pub fn tell(&mut self, lane: usize, elapsed: u32, spikes: F, coincident: F) {
        self.inputs[lane] = F::from_f64(f64::from(elapsed) * self.dt);
        self.inputs[LANES + lane] = spikes;
        self.inputs[2 * LANES + lane] = coincident;
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
        for (state, from) in states.iter_mut().zip(self.states.chunks(width)) {
            lanes.scatter(from, state);
        }
        &self.outputs[..n]
    }
}

fn column<F: Real>(values: &[f64]) -> Weights<F> {
    match values {
        [value] => Weights::All(F::from_f64(*value)),
        each => Weights::Each(each.iter().map(|value| F::from_f64(*value)).collect()),
    }
}
