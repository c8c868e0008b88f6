//! The cells of one neuron operator, one after the other.

use pontine_core_ir::{
    Expanded, Path, Value,
    model::{Neurons, Operator},
    port::CompileError,
};
use pontine_mechanism::lang::{Draw, Slot};
use pontine_rng::{StreamKey, sample};

use super::eval::{Evaluator, World};

/// Parameters, derived parameters and states of all cells.
pub(super) struct Cells {
    pub n: usize,
    pub parameters: Vec<Expanded>,
    /// By state, then by cell.
    pub states: Vec<Vec<f64>>,
    /// By cell.
    derived: Vec<Vec<f64>>,
    derive: Evaluator,
    step: Evaluator,
    n_outputs: usize,
    key: StreamKey,
    /// In the unit of the mechanism.
    dt: f64,
}

impl Cells {
    /// The cells before the first step.
    pub fn new(
        op: &Operator,
        neurons: &Neurons,
        seed: u64,
        dt_s: f64,
    ) -> Result<Self, CompileError> {
        let m = &neurons.mechanism;
        let expand =
            |value: &Value, purpose: &str| value.expand(neurons.n, seed, &op.path, purpose);
        let parameters = m.parameters.iter().zip(&neurons.parameters);
        let mut cells = Self {
            n: neurons.n,
            parameters: parameters
                .map(|(p, value)| expand(value, &format!("parameter.{}", p.name)))
                .collect::<Result<_, _>>()?,
            states: vec![vec![0.0; neurons.n]; m.states.len()],
            derived: vec![vec![0.0; m.derived.len()]; neurons.n],
            derive: Evaluator::new(&m.derive),
            step: Evaluator::new(&m.step),
            n_outputs: m.outputs.len(),
            key: StreamKey::new(seed, op.path.as_str(), "step"),
            dt: m.units.dt_from_seconds(dt_s),
        };
        cells.derive();
        cells.start(&Evaluator::new(&m.initial), &op.path, seed);
        for ((state, value), column) in m.states.iter().zip(&neurons.initial).zip(&mut cells.states)
        {
            if let Some(value) = value {
                let expanded = expand(value, &format!("init.{}", state.name))?;
                *column = (0..neurons.n).map(|i| expanded.at(i)).collect();
            }
        }
        Ok(cells)
    }

    /// Computes what follows from the parameters.
    pub fn derive(&mut self) {
        for cell in 0..self.n {
            let mut derived = vec![0.0; self.derived[cell].len()];
            self.derive.run(&self.around(cell, &[], &[], 0, self.key), &mut |slot, value| {
                if let Slot::Derived(i) = slot {
                    derived[i] = value;
                }
            });
            self.derived[cell] = derived;
        }
    }

    /// The mechanism's own initial states.
    fn start(&mut self, initial: &Evaluator, path: &Path, seed: u64) {
        let key = StreamKey::new(seed, path.as_str(), "init");
        for cell in 0..self.n {
            let mut stored = Vec::new();
            initial.run(&self.around(cell, &[], &[], 0, key), &mut |slot, value| {
                stored.push((slot, value));
            });
            self.keep(cell, &stored);
        }
    }

    /// One step of one cell; returns its outputs.
    pub fn step(&mut self, cell: usize, inputs: &[f64], receptors: &[f64], n: u64) -> Vec<f64> {
        let mut stored = Vec::new();
        let around = self.around(cell, inputs, receptors, n, self.key);
        self.step.run(&around, &mut |slot, value| stored.push((slot, value)));
        self.keep(cell, &stored)
    }

    /// Takes over what a program stored.
    fn keep(&mut self, cell: usize, stored: &[(Slot, f64)]) -> Vec<f64> {
        let mut outputs = vec![0.0; self.n_outputs];
        for &(slot, value) in stored {
            match slot {
                Slot::State(i) => self.states[i][cell] = value,
                Slot::Output(i) => outputs[i] = value,
                Slot::Parameter(_)
                | Slot::Derived(_)
                | Slot::Input(_)
                | Slot::Receptor(_)
                | Slot::Dt
                | Slot::Time => {}
            }
        }
        outputs
    }

    fn around<'a>(
        &'a self,
        cell: usize,
        inputs: &'a [f64],
        receptors: &'a [f64],
        n: u64,
        key: StreamKey,
    ) -> Around<'a> {
        Around { cells: self, cell, inputs, receptors, n, key }
    }
}

/// What one cell sees in one step.
struct Around<'a> {
    cells: &'a Cells,
    cell: usize,
    inputs: &'a [f64],
    receptors: &'a [f64],
    n: u64,
    key: StreamKey,
}

impl World for Around<'_> {
    fn load(&self, slot: Slot) -> f64 {
        match slot {
            Slot::Parameter(i) => self.cells.parameters[i].at(self.cell),
            Slot::Derived(i) => self.cells.derived[self.cell][i],
            Slot::State(i) => self.cells.states[i][self.cell],
            Slot::Input(i) => self.inputs[i],
            Slot::Receptor(i) => self.receptors[i],
            Slot::Output(_) => 0.0,
            Slot::Dt => self.cells.dt,
            Slot::Time => self.n as f64 * self.cells.dt,
        }
    }

    fn draw(&self, kind: Draw, site: u16, mean: f64) -> f64 {
        let stream = &mut self.key.paired_stream(self.cell as u64, self.n as u32, site);
        match kind {
            Draw::Uniform => stream.uniform(),
            Draw::Normal => sample::standard_normal(stream),
            Draw::Exponential => sample::exponential(stream, 1.0),
            Draw::Poisson => sample::poisson(stream, mean) as f64,
            Draw::Gamma => sample::gamma(stream, mean, 1.0),
        }
    }
}
