//! States of cells in blocks, and what a kernel needs to step one block.

use pontine_core_ir::{Mechanism, Path, port::CompileError};
use pontine_mechanism::{BlockArgs, Kernel, LANES, Real, Scratch};
use pontine_rng::StreamKey;

use super::parameters::{Parameters, Place};
use crate::{
    arena::padded,
    memory::{bytes, filled},
};

/// Cells `first..first + valid`, in lanes `0..width`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Block {
    /// Index of the cell in lane 0.
    pub first: usize,
    /// Number of cells.
    pub valid: usize,
    /// Number of lanes; those beyond the cells compute what nobody reads.
    pub width: usize,
}

/// The blocks of `n` cells: all of [`LANES`], but the last.
pub(super) fn blocks(n: usize) -> impl Iterator<Item = Block> {
    (0..n).step_by(LANES).map(move |first| {
        let valid = LANES.min(n - first);
        Block { first, valid, width: padded(valid) }
    })
}

/// When a step ends, and what its draws are keyed by.
#[derive(Clone, Copy, Debug)]
pub(super) struct Moment {
    /// Which step.
    pub step: u64,
    /// Its end, in the unit of the mechanism.
    pub time: f64,
    /// The time step, in the unit of the mechanism.
    pub dt: f64,
    /// The key of its draws.
    pub key: StreamKey,
}

/// States, parameters, and where inputs are read.
///
/// State s of cell i stands in block i / [`LANES`], at `s · width + i mod LANES`.
pub(super) struct Body<F> {
    /// Number of cells.
    pub n: usize,
    /// Parameters.
    pub parameters: Parameters<F>,
    n_states: usize,
    states: Vec<F>,
    inputs: Vec<Place>,
    receptors: Vec<Place>,
    at: Columns,
    outputs: Vec<F>,
}

/// Columns of the block at hand; kept, so that a step allocates nothing.
#[derive(Default)]
struct Columns {
    parameters: Vec<usize>,
    derived: Vec<usize>,
    inputs: Vec<usize>,
    receptors: Vec<usize>,
}

impl<F: Real> Body<F> {
    /// Cells whose states are all zero.
    pub fn new(
        path: &Path,
        n: usize,
        mechanism: &Mechanism,
        parameters: Parameters<F>,
        inputs: Vec<Place>,
        receptors: Vec<Place>,
    ) -> Result<Self, CompileError> {
        let n_states = mechanism.states.len();
        let states = filled(path.as_str(), padded(n).saturating_mul(n_states), F::default())?;
        let at = Columns::default();
        let outputs = vec![F::default(); mechanism.outputs.len() * LANES];
        Ok(Self { n, parameters, n_states, states, inputs, receptors, at, outputs })
    }

    /// Runs the program of initial values, which reads no signals.
    pub fn draw_initial(
        &mut self,
        kernel: &dyn Kernel<F>,
        scratch: &mut Scratch<F>,
        moment: Moment,
    ) {
        let zeros = [F::default(); LANES];
        let ports = (std::mem::take(&mut self.inputs), std::mem::take(&mut self.receptors));
        self.inputs = vec![Place::same(0); ports.0.len()];
        self.receptors = vec![Place::same(0); ports.1.len()];
        for block in blocks(self.n) {
            self.run(kernel, scratch, block, moment, &zeros);
        }
        (self.inputs, self.receptors) = ports;
    }

    /// Runs a kernel over one block.
    pub fn run(
        &mut self,
        kernel: &dyn Kernel<F>,
        scratch: &mut Scratch<F>,
        block: Block,
        moment: Moment,
        dense: &[F],
    ) {
        let Block { first, width, .. } = block;
        self.at.seek(&self.parameters, &self.inputs, &self.receptors, first);
        let n_outputs = self.outputs.len() / LANES;
        let mut args = BlockArgs {
            width,
            first: first as u64,
            step: moment.step,
            time: F::from_f64(moment.time),
            dt: F::from_f64(moment.dt),
            key: moment.key,
            constants: &self.parameters.constants,
            parameter_at: &self.at.parameters,
            derived_at: &self.at.derived,
            homogeneous: self.parameters.homogeneous,
            states: &mut self.states[first * self.n_states..][..width * self.n_states],
            dense,
            input_at: &self.at.inputs,
            receptor_at: &self.at.receptors,
            outputs: &mut self.outputs[..width * n_outputs],
        };
        kernel.run(scratch, &mut args);
    }

    /// What the last run put out for the cells of its block.
    pub fn output(&self, output: usize, block: Block) -> &[F] {
        &self.outputs[output * block.width..][..block.valid]
    }

    /// A state of the cells of a block.
    pub fn state_of_block(&self, state: usize, block: Block) -> &[F] {
        &self.states[block.first * self.n_states + state * block.width..][..block.valid]
    }

    /// A state of one cell.
    pub fn state(&self, state: usize, cell: usize) -> F {
        self.states[self.place(state, cell)]
    }

    /// Sets a state of all cells.
    pub fn set_state(&mut self, state: usize, value: impl Fn(usize) -> f64) {
        for cell in 0..self.n {
            let place = self.place(state, cell);
            self.states[place] = F::from_f64(value(cell));
        }
    }

    fn place(&self, state: usize, cell: usize) -> usize {
        let first = cell - cell % LANES;
        let width = padded(LANES.min(self.n - first));
        first * self.n_states + state * width + cell % LANES
    }

    /// Bytes held.
    pub fn memory_bytes(&self) -> u64 {
        self.parameters.memory_bytes() + bytes(&self.states)
    }
}

impl Columns {
    fn seek<F>(
        &mut self,
        parameters: &Parameters<F>,
        inputs: &[Place],
        receptors: &[Place],
        first: usize,
    ) {
        seek(&mut self.parameters, &parameters.places, first);
        seek(&mut self.derived, &parameters.derived, first);
        seek(&mut self.inputs, inputs, first);
        seek(&mut self.receptors, receptors, first);
    }
}

fn seek(at: &mut Vec<usize>, places: &[Place], first: usize) {
    at.clear();
    at.extend(places.iter().map(|place| place.of_block(first)));
}
