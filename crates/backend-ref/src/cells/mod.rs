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
    Kernel, Phase, Real, Scratch, derive, kernel,
    native::{Supported, Task, dispatch, mask},
};
use pontine_rng::StreamKey;

use crate::{arena::Column, memory::bytes, slots::Slots, spike_list::SpikeList, spikes::Spikes};
use body::{Block, Body, Moment};
use parameters::Parameters;
pub(crate) use parameters::Place;

/// Cells of one mechanism: those of one group, or of several that are stepped as one.
pub(crate) struct Cells<F> {
    mechanism: Arc<Mechanism>,
    /// The time step in the mechanism's unit.
    dt: f64,
    key: StreamKey,
    kernel: Box<dyn Kernel<F>>,
    /// The groups, in the order of their cells.
    members: Vec<Member>,
    body: Body<F>,
    level: Supported,
    /// Whether parameters were written since they were laid out.
    is_stale: bool,
    /// Where the spikes of all groups are listed, for each output that is spikes, if there are several
    /// groups.
    together: Vec<Option<usize>>,
    /// Spike signals that others take by themselves while a step is done.
    heard: Vec<usize>,
    /// Whether others read numbers or states of them.
    shows: bool,
    /// The spikes that others read as dense.
    shown: Vec<usize>,
}

/// One group of cells.
struct Member {
    /// Its cells among all that are stepped as one.
    cells: Range<usize>,
    /// Its cells in this share among those of all shares.
    own: Range<usize>,
    /// Number of its cells in all shares.
    n: usize,
    /// Its parameters as they were given: each one number, or one for each cell of all shares.
    given: Vec<Vec<f64>>,
    outputs: Vec<Output>,
    exposed: Vec<(usize, Column)>,
    /// Whether others take its spikes by themselves while a step is done.
    is_heard: bool,
}

/// The spikes of each signal, and those of cells that are stepped as one.
pub(crate) struct SpikeLists<'a, F> {
    /// By signal.
    pub spikes: &'a mut [Spikes<F>],
    /// Of all cells that are stepped as one.
    pub together: &'a mut [Spikes<F>],
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
        let parameters = Parameters::new(&mechanism, dt, &given, cells.clone());
        let parameters = parameters.map_err(wrong)?;
        let (inputs, receptors) = (ports.inputs, ports.receptors);
        let member = Member {
            cells: 0..cells.len(),
            own: cells.clone(),
            n: neurons.n,
            given,
            outputs: ports.outputs,
            exposed: ports.exposed,
            is_heard: true,
        };
        let mut cells = Self {
            dt,
            key: StreamKey::new(seed, path.as_str(), "step"),
            kernel: kernel(&mechanism, Phase::Step),
            body: Body::new(path, cells, &mechanism, parameters, inputs, receptors)?,
            shows: member.shows(),
            members: vec![member],
            mechanism,
            level: Supported::best(),
            is_stale: false,
            together: Vec::new(),
            heard: Vec::new(),
            shown: Vec::new(),
        };
        cells.initialise(path, neurons, seed, scratch)?;
        Ok(cells)
    }

    /// Groups of one mechanism as one, each in its state; inputs of all of them are read at these places.
    /// They have no receptors and draw nothing.
    pub fn joined(
        path: &Path,
        groups: Vec<Self>,
        inputs: Vec<Place>,
    ) -> Result<Option<Self>, CompileError> {
        let n = groups.iter().map(|group| group.body.n()).sum();
        let mut states = vec![Vec::with_capacity(n); groups.first().map_or(0, Self::n_states)];
        for group in &groups {
            for (state, values) in states.iter_mut().enumerate() {
                values.extend((0..group.body.n()).map(|i| group.body.state(state, i)));
            }
        }
        let mut groups = groups.into_iter();
        let Some(mut joined) = groups.next() else { return Ok(None) };
        for group in groups {
            for member in group.members {
                let first = joined.members.last().map_or(0, |last| last.cells.end);
                let cells = first..first + member.cells.len();
                joined.members.push(Member { cells, ..member });
            }
        }
        let wrong = |message| CompileError::Parameter { path: path.clone(), message };
        let parameters = joined.parameters().map_err(wrong)?;
        let mechanism = &joined.mechanism;
        joined.shows = joined.members.iter().any(Member::shows);
        // What is not connected reads zeros.
        let receptors = vec![Place::same(0); mechanism.receptors.len()];
        joined.body = Body::new(path, 0..n, mechanism, parameters, inputs, receptors)?;
        for (state, values) in states.iter().enumerate() {
            joined.body.set_state(state, |i| values[i].to_f64());
        }
        Ok(Some(joined))
    }

    fn n_states(&self) -> usize {
        self.mechanism.states.len()
    }

    /// The parameters of all groups, laid out.
    fn parameters(&self) -> Result<Parameters<F>, String> {
        if let [only] = &self.members[..] {
            return Parameters::new(&self.mechanism, self.dt, &only.given, only.own.clone());
        }
        let n_parameters = self.mechanism.parameters.len();
        let given: Vec<_> = (0..n_parameters).map(|i| self.given_to_all(i)).collect();
        Parameters::new(&self.mechanism, self.dt, &given, 0..self.body_len())
    }

    fn body_len(&self) -> usize {
        self.members.last().map_or(0, |last| last.cells.end)
    }

    /// One number if all groups have the same, else one for each cell of this share.
    fn given_to_all(&self, parameter: usize) -> Vec<f64> {
        let given = |member: &Member| member.given[parameter].clone();
        let first = self.members.first().map(given).unwrap_or_default();
        if let [value] = first[..]
            && self.members.iter().all(|m| m.given[parameter][..] == [value])
        {
            return first;
        }
        let of_cells = |member: &Member| match &member.given[parameter][..] {
            &[value] => vec![value; member.own.len()],
            values => values[member.own.clone()].to_vec(),
        };
        self.members.iter().flat_map(of_cells).collect()
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
                let values = value.expand(neurons.n, seed, path, &purpose)?;
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
        lists: SpikeLists<'_, F>,
    ) {
        let SpikeLists { spikes, together } = lists;
        self.begin(step, dense, spikes);
        self.together.iter().flatten().for_each(|list| together[*list].at_mut(step).clear());
        let time = F::from_f64(step as f64 * self.dt);
        let moment = Moment { step, time, dt: F::from_f64(self.dt), key: self.key };
        let mut first = 0;
        for block in body::blocks(self.body.n()) {
            let any = self.body.run(&*self.kernel, scratch, block, &moment, dense);
            self.body.clear_sums(block, dense);
            let end = block.first + block.valid;
            let within = self.members[first..].iter().take_while(|m| m.cells.start < end).count();
            let members = first..first + within;
            if self.shows {
                members.clone().for_each(|i| self.show(&self.members[i], block, dense));
            }
            match &self.members[..] {
                [only] => only.send(&self.body, (block, any, self.level), step, spikes, dense),
                _ if any => self.share_out(members.clone(), block, step, (spikes, together)),
                _ => {}
            }
            let ends_here = self.members[members.clone()].last().is_none_or(|m| m.cells.end <= end);
            first = if ends_here { members.end } else { members.end - 1 };
        }
        for &signal in &self.shown {
            if spikes[signal].counts().is_none() {
                spikes[signal].show(step, dense);
            }
        }
    }

    /// What a step reads and writes.
    pub fn columns(&self, spikes: &[Spikes<F>]) -> Vec<Column> {
        let outputs = self.members.iter().flat_map(|member| &member.outputs);
        let outputs = outputs.filter_map(|output| match *output {
            Output::Dense(column) => Some(column),
            Output::Spikes(signal) => spikes[signal].shown_at(),
        });
        let exposed = self.members.iter().flat_map(|member| &member.exposed);
        self.body.columns().chain(outputs).chain(exposed.map(|(_, column)| *column)).collect()
    }

    /// Finds out which spikes others read as dense.
    pub fn find_shown(&mut self, spikes: &[Spikes<F>]) {
        self.shown = self.spikes().filter(|signal| spikes[*signal].is_shown()).collect();
    }

    /// Numbers and states that others read, of those cells of a block that are of one group.
    fn show(&self, member: &Member, block: Block, dense: &mut [F]) {
        let (lanes, first) = member.within(block);
        let mut put = |column: Column, values: &[F]| {
            let values = &values[lanes.clone()];
            dense[column.at + first..][..values.len()].copy_from_slice(values);
        };
        for (i, output) in member.outputs.iter().enumerate() {
            if let Output::Dense(column) = *output {
                put(column, self.body.output(i, block));
            }
        }
        for &(state, column) in &member.exposed {
            put(column, self.body.state_of_block(state, block));
        }
    }

    /// Spikes of a block of cells of several groups: found all at once, and given to those that are
    /// heard by themselves.
    fn share_out(
        &self,
        members: Range<usize>,
        block: Block,
        step: u64,
        (spikes, together): (&mut [Spikes<F>], &mut [Spikes<F>]),
    ) {
        for (output, list) in self.listed() {
            let all = together[list].at_mut(step);
            let from = all.len();
            let counts = self.body.output(output, block);
            dispatch(self.level, Collect { counts, first: block.first, spikes: all });
            let heard = self.members[members.clone()].iter().filter(|member| member.is_heard);
            heard.for_each(|member| member.take(output, (all, from), spikes, step));
        }
    }

    /// Gives groups that nobody hears by themselves their spikes of a step.
    pub fn give_out(&self, step: u64, spikes: &mut [Spikes<F>], together: &[Spikes<F>]) {
        for (output, list) in self.listed() {
            for member in self.members.iter().filter(|member| !member.is_heard) {
                if let Output::Spikes(signal) = member.outputs[output] {
                    spikes[signal].at_mut(step).clear();
                    member.take(output, (together[list].at(step), 0), spikes, step);
                }
            }
        }
    }

    /// Has spikes of all groups listed together, if there are several; `list` makes a list for so many
    /// cells.
    pub fn list_together(
        &mut self,
        mut list: impl FnMut(usize) -> Result<usize, CompileError>,
    ) -> Result<(), CompileError> {
        if let [first, _, ..] = &self.members[..] {
            for output in &first.outputs {
                let is_spikes = matches!(output, Output::Spikes(_));
                self.together.push(is_spikes.then(|| list(self.body.n())).transpose()?);
            }
        }
        Ok(())
    }

    fn listed(&self) -> impl Iterator<Item = (usize, usize)> + '_ {
        let listed = self.together.iter().enumerate();
        listed.filter_map(|(output, list)| Some((output, (*list)?)))
    }

    /// Signals of groups whose spikes are listed together: the list, and which of the cells are theirs.
    pub fn listed_spikes(&self) -> impl Iterator<Item = (usize, usize, Range<usize>)> + '_ {
        self.members.iter().flat_map(move |member| {
            self.listed().filter_map(move |(output, list)| match member.outputs[output] {
                Output::Spikes(signal) => Some((signal, list, member.cells.clone())),
                Output::Dense(_) => None,
            })
        })
    }

    /// Number of cells in this share.
    pub fn n(&self) -> usize {
        self.body.n()
    }

    /// Finds out whose spikes others take by themselves: those of `heard` signals.
    pub fn find_heard(&mut self, heard: impl Fn(usize) -> bool) {
        if self.members.len() > 1 {
            for member in &mut self.members {
                let is_heard = |output: &Output| matches!(output, Output::Spikes(s) if heard(*s));
                member.is_heard = member.outputs.iter().any(is_heard);
            }
        }
        let members = self.members.iter().filter(|member| member.is_heard);
        self.heard = members.flat_map(Member::spikes).collect();
    }

    /// Lays parameters out anew, if they were written.
    pub fn renew(&mut self) -> Result<(), String> {
        if self.is_stale {
            self.body.parameters = self.parameters()?;
            self.body.find();
            self.is_stale = false;
        }
        Ok(())
    }

    fn begin(&self, step: u64, dense: &mut [F], spikes: &mut [Spikes<F>]) {
        for &signal in &self.shown {
            if spikes[signal].counts().is_none() {
                spikes[signal].hide(step - 1, dense);
            }
        }
        for &signal in &self.heard {
            if spikes[signal].counts().is_none() {
                spikes[signal].at_mut(step).clear();
            }
        }
    }

    /// The spike signals that it sets.
    pub fn spikes(&self) -> impl Iterator<Item = usize> + '_ {
        self.members.iter().flat_map(Member::spikes)
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

    /// The cells of one group in this share, among all of the group.
    pub fn cells(&self, member: usize) -> Range<usize> {
        self.members[member].own.clone()
    }

    /// Calls `put` with the values of a state of one group, in order of the cells; those in `subset`,
    /// if given, by their indices in this share.
    pub fn each_state(
        &self,
        (member, state): (usize, usize),
        subset: Option<&[u32]>,
        mut put: impl FnMut(F),
    ) {
        let cells = self.members[member].cells.clone();
        match subset {
            None => cells.for_each(|i| put(self.body.state(state, i))),
            Some(subset) => {
                subset.iter().for_each(|&i| put(self.body.state(state, cells.start + i as usize)));
            }
        }
    }

    /// The values of a state of the cells of one group in this share, if there is such a state.
    pub fn read_state(&self, (member, state): (usize, usize)) -> Option<Vec<f64>> {
        self.mechanism.states.get(state)?;
        let mut values = Vec::with_capacity(self.members[member].cells.len());
        self.each_state((member, state), None, |value| values.push(value.to_f64()));
        Some(values)
    }

    /// Replaces the values of a state of one group; those of the cells of all shares are given.
    pub fn write_state(
        &mut self,
        address: Address,
        (member, state): (usize, usize),
        values: &[f64],
    ) -> Result<(), AccessError> {
        self.mechanism.states.get(state).ok_or(AccessError::Nothing(address))?;
        let Member { cells, own, n, .. } = &self.members[member];
        check_length(address, values, *n)?;
        self.body.set_states(state, cells.start, &values[own.clone()]);
        Ok(())
    }

    /// A parameter of one group as it was given: one number, or one for each cell of all shares.
    pub fn read_parameter(&self, (member, parameter): (usize, usize)) -> Option<&[f64]> {
        self.members[member].given.get(parameter).map(Vec::as_slice)
    }

    /// Replaces a parameter of one group, by one number or one for each cell of all shares; what is
    /// derived follows before the next step.
    pub fn write_parameter(
        &mut self,
        address: Address,
        (member, parameter): (usize, usize),
        values: &[f64],
    ) -> Result<(), AccessError> {
        let Member { given, n, .. } = &self.members[member];
        let mut given = given.clone();
        let place = given.get_mut(parameter).ok_or(AccessError::Nothing(address))?;
        if values.len() != 1 {
            check_length(address, values, *n)?;
        }
        *place = values.to_vec();
        // Only to hear what the mechanism says of them.
        let slices: Vec<&[f64]> = given.iter().map(Vec::as_slice).collect();
        derive(&self.mechanism, self.dt, &slices)
            .map_err(|error| AccessError::Value { address, message: error.to_string() })?;
        self.members[member].given = given;
        self.is_stale = true;
        Ok(())
    }

    /// Bytes held.
    pub fn memory_bytes(&self) -> u64 {
        let given = self.members.iter().flat_map(|member| &member.given);
        self.body.memory_bytes() + given.map(bytes).sum::<u64>()
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

impl Member {
    /// Whether others read numbers or states of it.
    fn shows(&self) -> bool {
        let is_dense = |output: &Output| matches!(output, Output::Dense(_));
        !self.exposed.is_empty() || self.outputs.iter().any(is_dense)
    }

    /// The spike signals that it sets.
    fn spikes(&self) -> impl Iterator<Item = usize> + '_ {
        self.outputs.iter().filter_map(|output| match output {
            Output::Spikes(signal) => Some(*signal),
            Output::Dense(_) => None,
        })
    }

    /// Its part of the spikes of all groups, which it may have from one of them on.
    fn take<F: Real>(
        &self,
        output: usize,
        (all, from): (&SpikeList<F>, usize),
        spikes: &mut [Spikes<F>],
        step: u64,
    ) {
        let Output::Spikes(signal) = self.outputs[output] else { return };
        let place =
            |cell: usize| from + all.indices()[from..].partition_point(|i| (*i as usize) < cell);
        let (indices, values) = all.part(place(self.cells.start)..place(self.cells.end));
        let to = spikes[signal].at_mut(step);
        let (to_indices, to_values) = to.room(indices.len());
        let own = indices.iter().map(|i| i - self.cells.start as u32);
        to_indices.iter_mut().zip(own).for_each(|(to, index)| *to = index);
        to_values[..values.len()].copy_from_slice(values);
        to.add(values.len());
    }

    /// The lanes of a block that are its cells, and the first of these cells.
    fn within(&self, block: Block) -> (Range<usize>, usize) {
        let first = self.cells.start.max(block.first);
        let end = self.cells.end.min(block.first + block.valid);
        (first - block.first..end - block.first, first - self.cells.start)
    }

    /// Spikes of a block, all of whose cells are its own; none if there were not `any`.
    fn send<F: Real>(
        &self,
        body: &Body<F>,
        (block, any, level): (Block, bool, Supported),
        step: u64,
        spikes: &mut [Spikes<F>],
        dense: &mut [F],
    ) {
        for (i, output) in self.outputs.iter().enumerate() {
            let Output::Spikes(signal) = *output else { continue };
            let (counts, spikes) = (body.output(i, block), &mut spikes[signal]);
            match spikes.counts() {
                Some(slots) => {
                    dense[slots.column(step)][block.first..][..counts.len()]
                        .copy_from_slice(counts);
                }
                None if any => {
                    let first = spikes.own.start + block.first;
                    dispatch(level, Collect { counts, first, spikes: spikes.at_mut(step) });
                }
                None => {}
            }
        }
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

/// Lists the counts that are not 0. Which ones is found without asking each of them; they are written
/// by eights, so that how many there are is seldom a surprise.
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
    let (indices, values) = spikes.room(n.next_multiple_of(8));
    let (indices, values) = (indices.as_chunks_mut::<8>().0, values.as_chunks_mut::<8>().0);
    for (indices, values) in indices.iter_mut().zip(values).take(n.div_ceil(8)) {
        for (index, value) in indices.iter_mut().zip(values) {
            let lane = left.trailing_zeros() as usize % WIDE;
            (*index, *value) = ((first + lane) as u32, counts[lane]);
            left &= left.wrapping_sub(1);
        }
    }
    spikes.add(n);
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
