//! Sums to come: one for each target and each of the next steps.

use pontine_core_ir::port::CompileError;
use pontine_mechanism::Real;

use crate::{
    memory::{bytes, filled},
    rows::{PerSynapse, Rows},
    spikes::SpikeList,
};

/// Running sums of the next `n_steps` steps, each begun at zero.
#[derive(Debug)]
pub(crate) struct Ring<F> {
    sums: Vec<F>,
    n_targets: usize,
    n_steps: usize,
    /// Which row of sums is due in the next step.
    head: usize,
}

impl<F: Real> Ring<F> {
    /// Room for `n_targets` targets and delays of up to `n_steps` steps.
    pub fn new(what: &str, n_targets: usize, n_steps: u32) -> Result<Self, CompileError> {
        let n_steps = n_steps as usize;
        let n = n_targets.saturating_mul(n_steps);
        Ok(Self { sums: filled(what, n, F::default())?, n_targets, n_steps, head: 0 })
    }

    /// Adds what is due in this step to the target, and goes on to the next.
    pub fn deliver(&mut self, target: &mut [F]) {
        let due = &mut self.sums[self.head * self.n_targets..][..self.n_targets];
        for (target, sum) in target.iter_mut().zip(due) {
            *target = *target + *sum;
            *sum = F::default();
        }
        self.head = (self.head + 1) % self.n_steps;
    }

    /// Adds the spikes of `age` steps ago, as far as they are due in steps to come. The step of the
    /// spikes is over: those of age 0 and delay 1 are due in the next.
    pub fn send(&mut self, rows: &Rows<F>, spikes: &SpikeList<F>, age: u32) {
        match &rows.delays {
            PerSynapse::All(delay) => self.send_at(rows, spikes, *delay, age),
            PerSynapse::Each(delays) => {
                for (source, value) in spikes.iter() {
                    self.send_row(rows, delays, source, value, age);
                }
            }
        }
    }

    fn send_at(&mut self, rows: &Rows<F>, spikes: &SpikeList<F>, delay: u32, age: u32) {
        if delay > age {
            let at = self.begin(delay - age);
            let sums = &mut self.sums[at..][..self.n_targets];
            spikes.iter().for_each(|(source, value)| rows.add_row(source, value, sums));
        }
    }

    fn send_row(&mut self, rows: &Rows<F>, delays: &[u32], source: u32, value: F, age: u32) {
        for synapse in rows.row(source) {
            if delays[synapse] > age {
                let at = self.begin(delays[synapse] - age) + rows.targets[synapse] as usize;
                self.sums[at] = self.sums[at] + rows.weights.at(synapse) * value;
            }
        }
    }

    /// Nothing is to come.
    pub fn clear(&mut self) {
        self.sums.fill(F::default());
    }

    /// Where the sums due in `steps` steps begin; 1 is the next step.
    #[inline]
    fn begin(&self, steps: u32) -> usize {
        let place = self.head + steps as usize - 1;
        let place = if place >= self.n_steps { place - self.n_steps } else { place };
        place * self.n_targets
    }

    /// Bytes held.
    pub fn memory_bytes(&self) -> u64 {
        bytes(&self.sums)
    }
}
