//! Cells of one mechanism: states in blocks, stepped by the mechanism's kernel.

mod body;
mod parameters;

use std::{ops::Range, sync::Arc};

use pontine_core_ir::{
    Mechanism, Path, Value,
    model::Neurons,
    port::{AccessError, Address, CompileError},
};
use pontine_mechanism::{
    Kernel, Phase, Real, Scratch, kernel,
    native::{Supported, Task, dispatch, mask},
};
use pontine_rng::StreamKey;

use crate::{
    arena::Column,
    slots::Slots,
    spikes::{SpikeList, Spikes},
};
use body::{Block, Body, Moment};
use parameters::Parameters;
pub(crate) use parameters::Place;

/// One group of cells.
pub(crate) struct Cells<F> {
    mechanism: Arc<Mechanism>,
    /// The time step in the mechanism's unit.
    dt: f64,
    key: StreamKey,
    kernel: Box<dyn Kernel<F>>,
    outputs: Vec<Output>,
    exposed: Vec<(usize, Column)>,
    body: Body<F>,
    level: Supported,
    /// Number of cells in all shares.
    n: usize,
}

/// What the cells are joined to.
pub(crate) struct Ports {
    /// Where each input is read.
    pub inputs: Vec<Place>,
    /// Where the sum of each receptor is read.
    pub receptors: Vec<Place>,
    /// Where each output goes.
    pub outputs: Vec<Output>,
    /// States shown to others.
    pub exposed: Vec<(usize, Column)>,
}

/// Where an output goes.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Output {
    /// To a spike signal.
    Spikes(usize),
    /// To a column.
    Dense(Column),
}

impl<F: Real> Cells<F> {
    /// Some of the cells of a group, in their initial state.
    pub fn new(
        path: &Path,
        neurons: &Neurons,
        cells: Range<usize>,
        ports: Ports,
        seed: u64,
        dt_s: f64,
        scratch: &mut Scratch<F>,
    ) -> Result<Self, CompileError> {
        let mechanism = neurons.mechanism.clone();
        let dt = mechanism.units.dt_from_seconds(dt_s);
        let wrong = |message| CompileError::Parameter { path: path.clone(), message };
        let given = given(path, neurons, seed)?;
        let parameters = Parameters::new(&mechanism, dt, given, cells.clone());
        let parameters = parameters.map_err(wrong)?;
        let (inputs, receptors) = (ports.inputs, ports.receptors);
        let mut cells = Self {
            dt,
            key: StreamKey::new(seed, path.as_str(), "step"),
            kernel: kernel(&mechanism, Phase::Step),
            body: Body::new(path, cells, &mechanism, parameters, inputs, receptors)?,
            outputs: ports.outputs,
            exposed: ports.exposed,
            mechanism,
            level: Supported::best(),
            n: neurons.n,
        };
        cells.initialise(path, neurons, seed, scratch)?;
        Ok(cells)
    }

    /// First the states that the mechanism gives, then those that the user gave.
    fn initialise(
        &mut self,
        path: &Path,
        neurons: &Neurons,
        seed: u64,
        scratch: &mut Scratch<F>,
    ) -> Result<(), CompileError> {
        let key = StreamKey::new(seed, path.as_str(), "init");
        let moment = Moment { step: 0, time: F::default(), dt: F::from_f64(self.dt), key };
        self.body.draw_initial(&*kernel(&self.mechanism, Phase::Initial), scratch, &moment);
        for (state, value) in neurons.initial.iter().enumerate() {
            if let Some(value) = value {
                let purpose = format!("init.{}", self.mechanism.states[state].name);
                let values = value.expand(self.n, seed, path, &purpose)?;
                self.body.set_state(state, |i| values.at(i));
            }
        }
        Ok(())
    }

    /// Does step `step`.
    pub fn step(
        &mut self,
        step: u64,
        scratch: &mut Scratch<F>,
        dense: &mut [F],
        spikes: &mut [Spikes<F>],
    ) {
        self.begin(step, dense, spikes);
        let time = F::from_f64(step as f64 * self.dt);
        let moment = Moment { step, time, dt: F::from_f64(self.dt), key: self.key };
        for block in body::blocks(self.body.n()) {
            let any = self.body.run(&*self.kernel, scratch, block, &moment, dense);
            self.body.clear_sums(block, dense);
            for (i, output) in self.outputs.iter().enumerate() {
                let values = self.body.output(i, block);
                match *output {
                    Output::Spikes(signal) => {
                        let values = Counts { values, any, level: self.level };
                        put(values, block, step, &mut spikes[signal], dense);
                    }
                    Output::Dense(column) => {
                        dense[column.at + block.first..][..block.valid].copy_from_slice(values);
                    }
                }
            }
            for &(state, column) in &self.exposed {
                let values = self.body.state_of_block(state, block);
                dense[column.at + block.first..][..block.valid].copy_from_slice(values);
            }
        }
        for signal in self.spikes() {
            if spikes[signal].counts().is_none() {
                spikes[signal].show(step, dense);
            }
        }
    }

    fn begin(&self, step: u64, dense: &mut [F], spikes: &mut [Spikes<F>]) {
        for signal in self.spikes() {
            if spikes[signal].counts().is_none() {
                spikes[signal].begin(step, dense);
            }
        }
    }

    /// The spike signals that it sets.
    pub fn spikes(&self) -> impl Iterator<Item = usize> + '_ {
        self.outputs.iter().filter_map(|output| match output {
            Output::Spikes(signal) => Some(*signal),
            Output::Dense(_) => None,
        })
    }

    /// Whether spikes come from random draws.
    pub fn is_random(&self) -> bool {
        self.mechanism.n_step_sites > 0
    }

    /// Has the sum of a receptor read where it runs.
    pub fn read_sums(&mut self, receptor: usize, sums: &Slots) {
        self.body.receptors[receptor] = Place::sum(sums);
        self.body.find();
    }

    /// The cells of this share, among all of the group.
    pub fn cells(&self) -> Range<usize> {
        self.body.cells.clone()
    }

    /// Calls `put` with the values of a state, in order of the cells; those in `subset`, if given,
    /// by their indices in this share.
    pub fn each_state(&self, state: usize, subset: Option<&[u32]>, mut put: impl FnMut(F)) {
        match subset {
            None => (0..self.body.n()).for_each(|i| put(self.body.state(state, i))),
            Some(cells) => cells.iter().for_each(|&i| put(self.body.state(state, i as usize))),
        }
    }

    /// The values of a state of the cells of this share, if there is such a state.
    pub fn read_state(&self, state: usize) -> Option<Vec<f64>> {
        let mut values = Vec::with_capacity(self.body.n());
        self.mechanism.states.get(state)?;
        self.each_state(state, None, |value| values.push(value.to_f64()));
        Some(values)
    }

    /// Replaces the values of a state; those of the cells of all shares are given.
    pub fn write_state(
        &mut self,
        address: Address,
        state: usize,
        values: &[f64],
    ) -> Result<(), AccessError> {
        self.mechanism.states.get(state).ok_or(AccessError::Nothing(address))?;
        check_length(address, values, self.n)?;
        self.body.set_state(state, |i| values[i]);
        Ok(())
    }

    /// A parameter as it was given: one number, or one for each cell of all shares.
    pub fn read_parameter(&self, parameter: usize) -> Option<&[f64]> {
        self.body.parameters.given.get(parameter).map(Vec::as_slice)
    }

    /// Replaces a parameter, by one number or one for each cell of all shares; what is derived
    /// follows.
    pub fn write_parameter(
        &mut self,
        address: Address,
        parameter: usize,
        values: &[f64],
    ) -> Result<(), AccessError> {
        let mut given = self.body.parameters.given.clone();
        let place = given.get_mut(parameter).ok_or(AccessError::Nothing(address))?;
        if values.len() != 1 {
            check_length(address, values, self.n)?;
        }
        *place = values.to_vec();
        self.body.parameters = Parameters::new(&self.mechanism, self.dt, given, self.cells())
            .map_err(|message| AccessError::Value { address, message })?;
        self.body.find();
        Ok(())
    }

    /// Bytes held.
    pub fn memory_bytes(&self) -> u64 {
        self.body.memory_bytes()
    }
}

/// Whether there is one value for each of `expected` elements.
pub(crate) fn check_length(
    address: Address,
    values: &[f64],
    expected: usize,
) -> Result<(), AccessError> {
    let found = values.len();
    if found == expected { Ok(()) } else { Err(AccessError::Length { address, found, expected }) }
}

fn given(path: &Path, neurons: &Neurons, seed: u64) -> Result<Vec<Vec<f64>>, CompileError> {
    let of = |(value, name): (&Value, &String)| {
        let purpose = format!("parameter.{name}");
        Ok(value.expand(neurons.n, seed, path, &purpose)?.as_slice().to_vec())
    };
    let names = neurons.mechanism.parameters.iter().map(|parameter| &parameter.name);
    neurons.parameters.iter().zip(names).map(of).collect()
}

/// What the cells of one block put out.
#[derive(Clone, Copy)]
struct Counts<'a, F> {
    values: &'a [F],
    /// If not, all are zero.
    any: bool,
    /// The instructions to look at them with.
    level: Supported,
}

/// Puts the counts of one block where spikes are kept.
fn put<F: Real>(
    counts: Counts<'_, F>,
    block: Block,
    step: u64,
    spikes: &mut Spikes<F>,
    dense: &mut [F],
) {
    let Counts { values, any, level } = counts;
    match spikes.counts() {
        Some(slots) => {
            dense[slots.column(step)][block.first..][..block.valid].copy_from_slice(values);
        }
        None if any => {
            let first = spikes.own.start + block.first;
            dispatch(level, Collect { counts: values, first, spikes: spikes.at_mut(step) });
        }
        None => {}
    }
}

/// Turns counts into events.
struct Collect<'a, F> {
    counts: &'a [F],
    first: usize,
    spikes: &'a mut SpikeList<F>,
}

impl<F: Real> Task for Collect<'_, F> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        let (wide, rest) = self.counts.as_chunks::<WIDE>();
        let mut first = self.first;
        for counts in wide {
            collect(counts, first, self.spikes);
            first += WIDE;
        }
        if !rest.is_empty() {
            let mut counts = [F::default(); WIDE];
            counts.iter_mut().zip(rest).for_each(|(to, count)| *to = *count);
            collect(&counts, first, self.spikes);
        }
    }
}

/// How many counts are looked at together.
const WIDE: usize = 64;

/// Lists the counts that are not 0. Which ones is found without asking each of them.
#[inline(always)]
fn collect<F: Real>(counts: &[F; WIDE], first: usize, spikes: &mut SpikeList<F>) {
    let mut spiking = [false; WIDE];
    for (spiking, count) in spiking.iter_mut().zip(counts) {
        *spiking = *count != F::default();
    }
    let mut left = mask(&spiking);
    let n = left.count_ones() as usize;
    if n == 0 {
        return;
    }
    let (mut indices, mut values) = ([0; WIDE], [F::default(); WIDE]);
    for (index, value) in indices.iter_mut().zip(&mut values).take(n) {
        let lane = left.trailing_zeros() as usize % WIDE;
        (*index, *value) = ((first + lane) as u32, counts[lane]);
        left &= left.wrapping_sub(1);
    }
    spikes.append(&indices[..n], &values[..n]);
}

#[cfg(test)]
mod tests {
    use pontine_mechanism::Level;
    use proptest::prelude::{Just, Strategy, prop_assert_eq, prop_oneof, proptest};

    use super::*;

    fn counts() -> impl Strategy<Value = Vec<f32>> {
        let count = prop_oneof![3 => Just(0.0), 1 => Just(-0.0), 2 => Just(1.0), 1 => -3.0f32..3.0];
        proptest::collection::vec(count, 0..300)
    }

    proptest! {
        #[test]
        fn each_count_that_is_not_0_is_listed_once(counts in counts(), first in 0usize..9) {
            let expected: Vec<_> =
                (first as u32..).zip(counts.clone()).filter(|(_, count)| *count != 0.0).collect();
            for level in Level::ALL {
                let mut spikes = SpikeList::default();
                let collect = Collect { counts: &counts, first, spikes: &mut spikes };
                dispatch(Supported::of(level), collect);
                prop_assert_eq!(spikes.iter().collect::<Vec<_>>(), &expected[..]);
            }
        }
    }
}
