//! Spikes of targets that wait for the synapses of a row, where the steps of the last ones are all that
//! there is to know: without branches, so that many synapses are looked at at a time.

use std::ops::Range;

use pontine_mechanism::{
    LANES, Real, Scratch,
    native::{Supported, Task, dispatch},
};

use super::{
    history::N_RECENT,
    program::{Lanes, Program},
};
use crate::rows::{Index, Narrow, of_any_width};

/// The spikes that wait for one synapse: so many of the last ones of its target.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Count {
    /// How many.
    n: u8,
    /// How many have come after them.
    later: u8,
}

/// Counts what waits for the synapses to some targets: what came after one step up to another. Returns
/// how many of the last spikes had to be looked at, at most.
pub(super) struct CountDue<'a, T> {
    pub targets: &'a [T],
    pub recent: &'a [[u32; N_RECENT]],
    pub span: [u64; 2],
    pub counts: &'a mut [Count],
}

impl<T: Index> Task for CountDue<'_, T> {
    type Output = u8;

    #[inline(always)]
    fn run(self) -> u8 {
        let [seen, until] = self.span.map(|step| step as u32);
        let mut most = 0;
        for (count, target) in self.counts.iter_mut().zip(self.targets) {
            let (mut after, mut later) = (0, 0);
            for step in self.recent[target.at()] {
                // Differences are below 2^31, so that the highest bit is the sign.
                after += seen.wrapping_sub(step) >> 31;
                later += until.wrapping_sub(step) >> 31;
            }
            most = most.max(after);
            *count = Count { n: (after - later) as u8, later: later as u8 };
        }
        most as u8
    }
}

/// What takes in the spikes of a part of a row.
pub(super) struct Given<'a, F> {
    pub on_post: &'a mut Program<F>,
    pub last: &'a mut [u32],
    pub states: &'a mut [Vec<F>],
}

impl<F: Real> Given<'_, F> {
    /// Takes in all of them, spike by spike of each target. Where most synapses have a spike to take in, all
    /// go through the program; then those alone that have.
    pub fn all(
        &mut self,
        (targets, chunk): (&Narrow, Range<usize>),
        counts: &mut [Count],
        recent: &[[u32; N_RECENT]],
        dendritic: u32,
        scratch: &mut Scratch<F>,
    ) {
        self.on_post.begin();
        let n = chunk.len();
        let mut left = counts.iter().filter(|count| count.n > 0).count();
        while 2 * left >= n {
            let mut takes = [false; LANES];
            let last = &mut self.last[chunk.clone()];
            let elapsed = self.on_post.elapsed();
            left = of_any_width!(targets, targets => {
                let targets = &targets[chunk.clone()];
                let takes = &mut takes;
                let next = Next { targets, recent, dendritic, counts, last, elapsed, takes };
                dispatch(Supported::best(), next)
            });
            self.on_post.run_some(scratch, chunk.clone(), &takes, self.states);
        }
        let (mut some, mut places) = ([0_u16; LANES], [0; LANES]);
        let mut n_some = 0;
        for (lane, count) in counts.iter().enumerate() {
            some[n_some] = lane as u16;
            n_some += usize::from(count.n > 0);
        }
        while n_some > 0 {
            let (dt, elapsed) = self.on_post.elapsed();
            let mut n_left = 0;
            for i in 0..n_some {
                let lane = some[i] as usize;
                let (count, place) = (&mut counts[lane], chunk.start + lane);
                let which = (count.later + count.n - 1) as usize;
                let at = recent[targets.get(place) as usize][which].wrapping_add(dendritic);
                elapsed[i] = F::from_f64(f64::from(at.wrapping_sub(self.last[place])) * dt);
                (self.last[place], places[i]) = (at, place as u32);
                count.n -= 1;
                some[n_left] = lane as u16;
                n_left += usize::from(count.n > 0);
            }
            let lanes = Lanes::Some(&places[..n_some]);
            self.on_post.run(scratch, &lanes, self.states, 0, |_| 0);
            n_some = n_left;
        }
    }
}

/// The next spike of each synapse of a part of a row, if there is one; returns for how many there is another.
struct Next<'a, F, T> {
    targets: &'a [T],
    recent: &'a [[u32; N_RECENT]],
    dendritic: u32,
    counts: &'a mut [Count],
    last: &'a mut [u32],
    /// The time step, and what is told.
    elapsed: (f64, &'a mut [F]),
    takes: &'a mut [bool; LANES],
}

impl<F: Real, T: Index> Task for Next<'_, F, T> {
    type Output = usize;

    #[inline(always)]
    fn run(self) -> usize {
        let Self { targets, recent, dendritic, counts, last, elapsed: (dt, elapsed), takes } = self;
        let mut left = 0;
        let synapses = targets.iter().zip(counts).zip(last).zip(elapsed).zip(takes);
        for ((((target, count), last), elapsed), takes) in synapses {
            let has = count.n > 0;
            let which = (count.later + count.n).wrapping_sub(1) as usize % N_RECENT;
            let at = recent[target.at()][which].wrapping_add(dendritic);
            let at = if has { at } else { *last };
            *elapsed = F::from_f64(f64::from(at.wrapping_sub(*last)) * dt);
            (*last, *takes) = (at, has);
            count.n -= u8::from(has);
            left += usize::from(count.n > 0);
        }
        left
    }
}
