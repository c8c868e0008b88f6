//! Cells in blocks of one chunk, stepped by the mechanism's kernel.

use std::sync::Arc;

use pontine_core_ir::{
    Expanded, Mechanism, Value,
    model::{Neurons, Operator},
    port::CompileError,
};
use pontine_mechanism::{BlockArgs, CHUNK, Frame, Kernel, Phase, Scratch, derive, kernel};
use pontine_rng::StreamKey;

/// The cells of one operator.
pub(super) struct Cells {
    pub n: usize,
    pub parameters: Vec<Expanded>,
    mechanism: Arc<Mechanism>,
    kernel: Box<dyn Kernel<f64>>,
    scratch: Scratch<f64>,
    key: StreamKey,
    dt: f64,
    blocks: Vec<Block>,
}

/// [`CHUNK`] cells: columns one after the other.
struct Block {
    constants: Vec<f64>,
    states: Vec<f64>,
    outputs: Vec<f64>,
}

impl Cells {
    pub fn new(
        op: &Operator,
        neurons: &Neurons,
        seed: u64,
        dt_s: f64,
    ) -> Result<Self, CompileError> {
        let m = neurons.mechanism.clone();
        let expand =
            |value: &Value, purpose: &str| value.expand(neurons.n, seed, &op.path, purpose);
        let parameters = m.parameters.iter().zip(&neurons.parameters);
        let parameters = parameters.map(|(p, v)| expand(v, &format!("parameter.{}", p.name)));
        let parameters = parameters.collect::<Result<_, _>>()?;
        let block = || Block {
            constants: Vec::new(),
            states: vec![0.0; CHUNK * m.states.len()],
            outputs: vec![0.0; CHUNK * m.outputs.len()],
        };
        let mut cells = Self {
            n: neurons.n,
            parameters,
            kernel: kernel(&m, Phase::Step),
            scratch: Scratch::new(),
            key: StreamKey::new(seed, op.path.as_str(), "step"),
            dt: m.units.dt_from_seconds(dt_s),
            blocks: (0..neurons.n.div_ceil(CHUNK)).map(|_| block()).collect(),
            mechanism: m.clone(),
        };
        cells
            .derive()
            .map_err(|message| CompileError::Parameter { path: op.path.clone(), message })?;
        let key = StreamKey::new(seed, op.path.as_str(), "init");
        let initial = kernel(&m, Phase::Initial);
        for block in 0..cells.blocks.len() {
            cells.run(&*initial, block, 0, key, &[]);
        }
        for (i, (state, value)) in m.states.iter().zip(&neurons.initial).enumerate() {
            if let Some(value) = value {
                let value = expand(value, &format!("init.{}", state.name))?;
                cells.set_state(i, |cell| value.at(cell));
            }
        }
        Ok(cells)
    }

    /// Lays parameters and what follows from them out in columns.
    pub fn derive(&mut self) -> Result<(), String> {
        let given: Vec<&[f64]> = self.parameters.iter().map(Expanded::as_slice).collect();
        let derived = derive(&self.mechanism, self.dt, &given).map_err(|e| e.to_string())?;
        let columns = given.into_iter().chain(derived.iter().map(Vec::as_slice));
        let columns: Vec<&[f64]> = columns.collect();
        for (b, block) in self.blocks.iter_mut().enumerate() {
            let at = |column: &[f64], i: usize| column.get(i).or(column.last()).copied();
            let lanes = columns.iter().flat_map(|column| {
                (0..CHUNK).map(move |lane| at(column, b * CHUNK + lane).unwrap_or_default())
            });
            block.constants = lanes.collect();
        }
        Ok(())
    }

    /// One step; `dense` has the inputs and then the receptors, one number for each cell.
    pub fn step(&mut self, n: u64, dense: &[Vec<f64>]) {
        let kernel = std::mem::replace(&mut self.kernel, Box::new(Idle));
        for block in 0..self.blocks.len() {
            self.run(&*kernel, block, n, self.key, dense);
        }
        self.kernel = kernel;
    }

    fn run(
        &mut self,
        kernel: &dyn Kernel<f64>,
        b: usize,
        n: u64,
        key: StreamKey,
        dense: &[Vec<f64>],
    ) {
        let m = &self.mechanism;
        let n_dense = m.inputs.len() + m.receptors.len();
        let lane = |column: usize, lane: usize| {
            dense.get(column).and_then(|c| c.get(b * CHUNK + lane)).copied().unwrap_or(0.0)
        };
        let arena: Vec<f64> =
            (0..n_dense).flat_map(|c| (0..CHUNK).map(move |l| lane(c, l))).collect();
        let places =
            |from: usize, n: usize| (from..from + n).map(|c| c * CHUNK).collect::<Vec<_>>();
        let block = &mut self.blocks[b];
        let mut args = BlockArgs {
            frame: Frame {
                width: CHUNK,
                first: (b * CHUNK) as u64,
                step: n,
                time: n as f64 * self.dt,
                dt: self.dt,
                key,
                parameter_at: &places(0, m.parameters.len()),
                derived_at: &places(m.parameters.len(), m.derived.len()),
                homogeneous: false,
                input_at: &places(0, m.inputs.len()),
                receptor_at: &places(m.inputs.len(), m.receptors.len()),
            },
            constants: &block.constants,
            states: &mut block.states,
            dense: &arena,
            outputs: &mut block.outputs,
        };
        kernel.run(&mut self.scratch, &mut args);
    }

    /// The values of an output in this step.
    pub fn output(&self, i: usize) -> Vec<f64> {
        self.column(|block| &block.outputs, i)
    }

    /// The values of a state; none if there is no such state.
    pub fn state(&self, i: usize) -> Option<Vec<f64>> {
        (i < self.mechanism.states.len()).then(|| self.column(|block| &block.states, i))
    }

    fn column(&self, of: impl Fn(&Block) -> &Vec<f64>, i: usize) -> Vec<f64> {
        let lanes = self.blocks.iter().flat_map(|b| &of(b)[i * CHUNK..(i + 1) * CHUNK]);
        lanes.copied().take(self.n).collect()
    }

    /// Replaces the values of a state.
    pub fn set_state(&mut self, i: usize, value: impl Fn(usize) -> f64) {
        for cell in 0..self.n {
            self.blocks[cell / CHUNK].states[i * CHUNK + cell % CHUNK] = value(cell);
        }
    }
}

/// Stands in for the kernel while that one runs.
struct Idle;

impl Kernel<f64> for Idle {
    fn run(&self, _: &mut Scratch<f64>, _: &mut BlockArgs<'_, f64>) -> bool {
        false
    }
}
