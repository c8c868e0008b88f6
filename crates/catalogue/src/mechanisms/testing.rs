//! A few cells of one mechanism in one block.

use pontine_core_ir::registry;
use pontine_mechanism::{
    BlockArgs, CHUNK, Frame, Kernel, Mechanism, Phase, Scratch, Solver, derive, kernel,
};
use pontine_rng::StreamKey;
use std::sync::Arc;

/// One block of cells with equal parameters.
pub(super) struct Cells {
    pub(super) mechanism: Arc<Mechanism>,
    dt: f64,
    n_steps: u64,
    kernel: Box<dyn Kernel<f64>>,
    constants: Vec<f64>,
    states: Vec<f64>,
    outputs: Vec<f64>,
}

impl Cells {
    /// Cells with defaults but for the parameters named; `dt` is in the mechanism's unit.
    pub(super) fn new(name: &str, dt: f64, parameters: &[(&str, f64)]) -> Self {
        Self::of(registry::mechanism(name).unwrap(), dt, parameters)
    }

    /// The same with another solver than the text's own.
    pub(super) fn solved_by(
        name: &str,
        solver: Solver,
        dt: f64,
        parameters: &[(&str, f64)],
    ) -> Self {
        let mechanism = registry::mechanism(name).unwrap().with_solver(solver).unwrap();
        Self::of(Arc::new(mechanism), dt, parameters)
    }

    fn of(mechanism: Arc<Mechanism>, dt: f64, parameters: &[(&str, f64)]) -> Self {
        let mut values: Vec<_> = mechanism.parameters.iter().map(|p| [p.default]).collect();
        for (name, value) in parameters {
            values[mechanism.parameter_index(name).unwrap()] = [*value];
        }
        let columns: Vec<&[f64]> = values.iter().map(|v| &v[..]).collect();
        let derived = derive(&mechanism, dt, &columns).unwrap().concat();
        let constants =
            values.concat().into_iter().chain(derived).flat_map(|v| [v; CHUNK]).collect();
        let mut cells = Self {
            dt,
            n_steps: 0,
            kernel: kernel(&mechanism, Phase::Initial),
            constants,
            states: vec![0.0; mechanism.states.len() * CHUNK],
            outputs: vec![0.0; mechanism.outputs.len() * CHUNK],
            mechanism,
        };
        cells.run(&[], &[]);
        cells.kernel = kernel(&cells.mechanism, Phase::Step);
        cells
    }

    /// One step with these inputs and these sums of weights, the same for every cell.
    pub(super) fn step(&mut self, inputs: &[f64], receptors: &[f64]) {
        self.n_steps += 1;
        self.run(inputs, receptors);
    }

    fn run(&mut self, inputs: &[f64], receptors: &[f64]) {
        let m = &self.mechanism;
        let padded = |values: &[f64], n: usize| {
            (0..n).map(|i| values.get(i).copied().unwrap_or(0.0)).collect::<Vec<_>>()
        };
        let all = [padded(inputs, m.inputs.len()), padded(receptors, m.receptors.len())].concat();
        let dense: Vec<f64> = all.into_iter().flat_map(|v| [v; CHUNK]).collect();
        let at = |first: usize, n: usize| (first..first + n).map(|i| i * CHUNK).collect::<Vec<_>>();
        let mut args = BlockArgs {
            frame: Frame {
                width: CHUNK,
                first: 0,
                step: self.n_steps,
                time: self.n_steps as f64 * self.dt,
                dt: self.dt,
                key: StreamKey::new(1, "Population:p", "step"),
                parameter_at: &at(0, m.parameters.len()),
                derived_at: &at(m.parameters.len(), m.derived.len()),
                homogeneous: true,
                input_at: &at(0, m.inputs.len()),
                receptor_at: &at(m.inputs.len(), m.receptors.len()),
            },
            constants: &self.constants,
            states: &mut self.states,
            dense: &dense,
            outputs: &mut self.outputs,
        };
        self.kernel.run(&mut Scratch::new(), &mut args);
    }

    /// The state of the first cell.
    pub(super) fn state(&self, name: &str) -> f64 {
        self.states[self.mechanism.state_index(name).unwrap() * CHUNK]
    }

    /// Sets the state of every cell.
    pub(super) fn set(&mut self, name: &str, value: f64) {
        let first = self.mechanism.state_index(name).unwrap() * CHUNK;
        self.states[first..first + CHUNK].fill(value);
    }

    /// The only output, of each cell.
    pub(super) fn outputs(&self) -> &[f64] {
        &self.outputs[..CHUNK]
    }
}

/// What a source of current injects in each of 39 steps, and what is recorded of it in samples 0 to 39.
pub(super) fn currents(cells: &mut Cells) -> (Vec<f64>, Vec<f64>) {
    let (mut injected, mut recorded) = (Vec::new(), vec![cells.state("i")]);
    for _ in 1..40 {
        cells.step(&[], &[]);
        injected.push(cells.outputs()[0]);
        recorded.push(cells.state("i"));
    }
    (injected, recorded)
}
