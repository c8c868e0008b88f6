//! States of cells in blocks, and what a kernel needs to step one block.

use std::ops::Range;

use pontine_core_ir::{Mechanism, Path, port::CompileError};
use pontine_mechanism::{BlockArgs, Frame, Kernel, LANES, Lines, Real, Scratch};
use pontine_rng::StreamKey;

use super::parameters::{Parameters, Place};
use crate::{
    arena::{Column, padded},
    memory::zeros,
};

/// Cells `first..first + valid` of this share, in lanes `0..width`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Block {
    /// Which block.
    pub index: usize,
    /// The cell in lane 0, counted from the first of this share.
    pub first: usize,
    /// Number of cells.
    pub valid: usize,
    /// Number of lanes; those beyond the cells compute what nobody reads.
    pub width: usize,
}

/// The blocks of `n` cells: all of [`LANES`], but the last.
pub(super) fn blocks(n: usize) -> impl Iterator<Item = Block> {
    (0..n).step_by(LANES).enumerate().map(move |(index, first)| {
        let valid = LANES.min(n - first);
        Block { index, first, valid, width: padded(valid) }
    })
}

/// When a step ends, and what its draws are keyed by.
#[derive(Clone, Copy, Debug)]
pub(super) struct Moment<F> {
    /// Which step.
    pub step: u64,
    /// Its end, in the unit of the mechanism.
    pub time: F,
    /// The time step, in the unit of the mechanism.
    pub dt: F,
    /// The key of its draws.
    pub key: StreamKey,
}

/// States, parameters, and where inputs are read.
///
/// State s of cell i stands in block i / [`LANES`], at `s · width + i mod LANES`.
pub(super) struct Body<F> {
    /// The cells of this share, among all of the group.
    pub cells: Range<usize>,
    /// Parameters.
    pub parameters: Parameters<F>,
    /// Where the sum of each receptor is read.
    pub receptors: Vec<Place>,
    inputs: Vec<Place>,
    n_states: usize,
    states: Lines<F>,
    outputs: Lines<F>,
    parameter_at: Table,
    derived_at: Table,
    input_at: Table,
    receptor_at: Table,
}

/// Where columns begin, block by block: a step need not compute it.
#[derive(Debug, Default)]
struct Table {
    n: usize,
    at: Vec<usize>,
}

impl Table {
    fn new(places: &[Place], n_cells: usize) -> Self {
        let of_block = |block: Block| places.iter().map(move |p| p.of_block(block.first));
        Self { n: places.len(), at: blocks(n_cells).flat_map(of_block).collect() }
    }

    #[inline]
    fn of(&self, block: Block) -> &[usize] {
        &self.at[block.index * self.n..][..self.n]
    }
}

impl<F: Real> Body<F> {
    /// Cells whose states are all zero.
    pub fn new(
        path: &Path,
        cells: Range<usize>,
        mechanism: &Mechanism,
        parameters: Parameters<F>,
        inputs: Vec<Place>,
        receptors: Vec<Place>,
    ) -> Result<Self, CompileError> {
        let n_states = mechanism.states.len();
        let n = padded(cells.len()).saturating_mul(n_states);
        let mut body = Self {
            states: zeros(path.as_str(), n)?,
            outputs: zeros(path.as_str(), mechanism.outputs.len() * LANES)?,
            parameter_at: Table::default(),
            derived_at: Table::default(),
            input_at: Table::default(),
            receptor_at: Table::default(),
            cells,
            parameters,
            receptors,
            inputs,
            n_states,
        };
        body.find();
        Ok(body)
    }

    /// What a step reads, and what it clears.
    pub fn columns(&self) -> impl Iterator<Item = Column> + '_ {
        let places = self.inputs.iter().chain(&self.receptors);
        places.filter_map(|place| place.column(self.n()))
    }

    /// Number of cells in this share.
    pub fn n(&self) -> usize {
        self.cells.len()
    }

    /// Finds out where columns begin, after parameters have been laid out.
    pub fn find(&mut self) {
        let n = self.n();
        self.parameter_at = Table::new(&self.parameters.places, n);
        self.derived_at = Table::new(&self.parameters.derived, n);
        self.input_at = Table::new(&self.inputs, n);
        self.receptor_at = Table::new(&self.receptors, n);
    }

    /// Runs the program of initial values, which reads no signals.
    pub fn draw_initial(
        &mut self,
        kernel: &dyn Kernel<F>,
        scratch: &mut Scratch<F>,
        moment: &Moment<F>,
    ) {
        let zeros = [F::default(); LANES];
        let unread = |places: &mut Vec<Place>| {
            let n = places.len();
            std::mem::replace(places, vec![Place::same(0); n])
        };
        let ports = (unread(&mut self.inputs), unread(&mut self.receptors));
        self.find();
        for block in blocks(self.n()) {
            self.run(kernel, scratch, block, moment, &zeros);
        }
        (self.inputs, self.receptors) = ports;
        self.find();
    }

    /// Runs a kernel over one block; tells whether any of its lanes has spiked.
    pub fn run(
        &mut self,
        kernel: &dyn Kernel<F>,
        scratch: &mut Scratch<F>,
        block: Block,
        moment: &Moment<F>,
        dense: &[F],
    ) -> bool {
        let Block { first, width, .. } = block;
        let n_outputs = self.outputs.len() / LANES;
        let mut args = BlockArgs {
            frame: Frame {
                width,
                first: (self.cells.start + first) as u64,
                step: moment.step,
                time: moment.time,
                dt: moment.dt,
                key: moment.key,
                parameter_at: self.parameter_at.of(block),
                derived_at: self.derived_at.of(block),
                homogeneous: self.parameters.homogeneous,
                input_at: self.input_at.of(block),
                receptor_at: self.receptor_at.of(block),
            },
            constants: &self.parameters.constants,
            states: &mut self.states[first * self.n_states..][..width * self.n_states],
            dense,
            outputs: &mut self.outputs[..width * n_outputs],
        };
        kernel.run(scratch, &mut args)
    }

    /// What the last run put out for the cells of its block.
    pub fn output(&self, output: usize, block: Block) -> &[F] {
        &self.outputs[output * block.width..][..block.valid]
    }

    /// Clears the sums that cells read where they run, for the block that has read them.
    pub fn clear_sums(&self, block: Block, dense: &mut [F]) {
        for place in self.receptors.iter().filter(|place| place.is_sum) {
            dense[place.of_block(block.first)..][..block.width].fill(F::default());
        }
    }

    /// A state of the cells of a block.
    pub fn state_of_block(&self, state: usize, block: Block) -> &[F] {
        &self.states[block.first * self.n_states + state * block.width..][..block.valid]
    }

    /// A state of one cell of this share.
    pub fn state(&self, state: usize, cell: usize) -> F {
        self.states[self.place(state, cell)]
    }

    /// Sets a state of all cells of this share, by their indices among all.
    pub fn set_state(&mut self, state: usize, value: impl Fn(usize) -> f64) {
        for cell in 0..self.n() {
            let place = self.place(state, cell);
            self.states[place] = F::from_f64(value(self.cells.start + cell));
        }
    }

    /// Sets a state of the cells of this share from `first` on.
    pub fn set_states(&mut self, state: usize, first: usize, values: &[f64]) {
        for (i, value) in values.iter().enumerate() {
            let place = self.place(state, first + i);
            self.states[place] = F::from_f64(*value);
        }
    }

    fn place(&self, state: usize, cell: usize) -> usize {
        let first = cell - cell % LANES;
        let width = padded(LANES.min(self.n() - first));
        first * self.n_states + state * width + cell % LANES
    }

    /// Bytes held.
    pub fn memory_bytes(&self) -> u64 {
        self.parameters.memory_bytes() + self.states.memory_bytes()
    }
}
