//! Spikes under way, by the step in which they are due.
//!
//! ```text
//!  day:     events (target, added), in the order in which they were sent
//!           marks: where among them the spikes of a projection with one delay belong
//!  due ──>  both, in that order, are added to the one column of sums, which stays in cache
//! ```
//! A full day is spilled: what it holds so far is added to a column of its own, from which the sums of
//! that day then begin.

use std::ops::Range;

use pontine_core_ir::port::CompileError;
use pontine_mechanism::Real;

use crate::{
    arena::apart,
    memory::{bytes, filled},
    slots::Slots,
};

/// What one synapse adds to one sum.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Event<F> {
    target: u32,
    added: F,
}

/// The next free place of a day, and the end of its room.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Cursor {
    next: u32,
    end: u32,
}

/// What else is known of a day.
#[derive(Clone, Copy, Debug, Default)]
struct Day {
    /// Marks up to here have been set.
    marked: u32,
    /// Marks up to here have been served.
    served: u32,
    /// Sums begin from the column of this day.
    is_spilled: bool,
}

/// A list of events for each of the next steps.
#[derive(Debug)]
pub(crate) struct Calendar<F> {
    events: Vec<Event<F>>,
    cursors: Vec<Cursor>,
    days: Vec<Day>,
    /// For each day, how many events come before each mark.
    marks: Vec<u32>,
    n_marks: usize,
    room: u32,
    spilled: Slots,
}

/// Serves a mark: adds the spikes of its projection to these sums of the array of numbers.
pub(crate) type Serve<'a, F> = dyn FnMut(usize, Range<usize>, &mut [F]) + 'a;

/// Events that most days have room for: this part of the number of targets, but some at least.
const TARGETS_PER_EVENT: usize = 4;
const LEAST_ROOM: usize = 16;

/// How many events a day has room for.
pub(crate) fn room(n_targets: usize) -> usize {
    n_targets.div_ceil(TARGETS_PER_EVENT).max(LEAST_ROOM)
}

impl<F: Real> Calendar<F> {
    /// Empty days for as many steps as there are columns, with `n_marks` marks each.
    pub fn new(
        what: &str,
        spilled: Slots,
        n_marks: usize,
        room: usize,
    ) -> Result<Self, CompileError> {
        let n_days = spilled.n_steps() as usize;
        // Beyond 2^32 events in all, days are smaller and spilled more often.
        let room = room.min((u32::MAX as usize) / n_days).max(1);
        let mut calendar = Self {
            events: filled(what, n_days * room, Event::default())?,
            cursors: filled(what, n_days, Cursor::default())?,
            days: filled(what, n_days, Day::default())?,
            marks: filled(what, n_days * n_marks, 0)?,
            n_marks,
            room: room as u32,
            spilled,
        };
        (0..n_days).for_each(|day| calendar.begin(day));
        Ok(calendar)
    }

    /// The columns of spilled days, one for each day.
    pub fn columns(&self) -> Slots {
        self.spilled
    }

    /// Forgets everything.
    pub fn clear(&mut self, dense: &mut [F]) {
        (0..self.days.len()).for_each(|day| self.begin(day));
        dense[self.spilled.all()].fill(F::default());
    }

    /// The day of a step.
    pub fn day(&self, step: u64) -> usize {
        (step & (self.days.len() as u64 - 1)) as usize
    }

    fn begin(&mut self, day: usize) {
        self.days[day] = Day::default();
        // To clear nothing at the address of nothing costs hundreds of cycles.
        if self.n_marks > 0 {
            self.marks[day * self.n_marks..][..self.n_marks].fill(0);
        }
        self.rewind(day);
    }

    fn rewind(&mut self, day: usize) {
        let next = day as u32 * self.room;
        self.cursors[day] = Cursor { next, end: next + self.room };
    }

    fn first(&self, day: usize) -> usize {
        day * self.room as usize
    }

    /// Has mark `mark` of a step stand behind all events so far; marks come in their order.
    pub fn mark(&mut self, step: u64, mark: usize) {
        let day = self.day(step);
        self.marks[day * self.n_marks + mark] = self.cursors[day].next;
        self.days[day].marked = mark as u32 + 1;
    }

    /// Where events are put.
    pub fn pages(&mut self) -> Pages<'_, F> {
        Pages { events: &mut self.events, cursors: &mut self.cursors }
    }

    /// Adds the events of a day to these sums, and has the marks served that stand between them.
    fn add(&mut self, day: usize, sums: Range<usize>, dense: &mut [F], serve: &mut Serve<'_, F>) {
        let Day { served, marked, .. } = self.days[day];
        let mut from = self.first(day);
        for mark in served as usize..marked as usize {
            // A mark that was never set stands before all.
            let to = (self.marks[day * self.n_marks + mark] as usize).max(from);
            add_all(&self.events[from..to], &mut dense[sums.clone()]);
            serve(mark, sums.clone(), dense);
            from = to;
        }
        let to = self.cursors[day].next as usize;
        add_all(&self.events[from..to], &mut dense[sums]);
    }

    /// Makes more room in all days.
    #[cold]
    pub fn grow(&mut self) {
        let (old, room) = (self.room as usize, 2 * self.room as usize);
        let mut events = vec![Event::default(); self.days.len() * room];
        for day in 0..self.days.len() {
            events[day * room..][..old].copy_from_slice(&self.events[day * old..][..old]);
            let moved = |place: u32| place + (day * (room - old)) as u32;
            let Cursor { next, .. } = self.cursors[day];
            self.cursors[day] = Cursor { next: moved(next), end: ((day + 1) * room) as u32 };
            // A mark that was never set stands before all, at 0.
            let marks = &mut self.marks[day * self.n_marks..][..self.n_marks];
            marks.iter_mut().filter(|mark| **mark > 0).for_each(|mark| *mark = moved(*mark));
        }
        (self.events, self.room) = (events, room as u32);
    }

    /// Makes room in a day.
    #[cold]
    pub fn spill(&mut self, day: usize, dense: &mut [F], serve: &mut Serve<'_, F>) {
        self.add(day, self.spilled.column(day as u64), dense, serve);
        self.rewind(day);
        let day = &mut self.days[day];
        day.served = day.marked;
        day.is_spilled = true;
    }

    /// Adds all of a step to its sums, which are zero, and begins the day anew.
    pub fn deliver(
        &mut self,
        step: u64,
        sums: Range<usize>,
        dense: &mut [F],
        serve: &mut Serve<'_, F>,
    ) {
        let day = self.day(step);
        if self.days[day].is_spilled {
            let [spilled, sums] = apart(dense, self.spilled.column(step), sums.clone());
            sums.copy_from_slice(spilled);
            spilled.fill(F::default());
        }
        self.add(day, sums, dense, serve);
        self.begin(day);
    }

    /// Bytes held, the columns of spilled days excepted.
    pub fn memory_bytes(&self) -> u64 {
        bytes(&self.events) + bytes(&self.cursors) + bytes(&self.days) + bytes(&self.marks)
    }
}

/// The order of events is that of the sum.
fn add_all<F: Real>(events: &[Event<F>], sums: &mut [F]) {
    for event in events {
        let sum = &mut sums[event.target as usize];
        *sum = *sum + event.added;
    }
}

/// The events of all days.
pub(crate) struct Pages<'a, F> {
    events: &'a mut [Event<F>],
    /// One for each day, a power of two.
    cursors: &'a mut [Cursor],
}

impl<F: Real> Pages<'_, F> {
    /// Puts down an event for a step, if its day has room.
    #[inline(always)]
    pub fn put(&mut self, step: usize, target: usize, added: F) -> bool {
        let day = step & (self.cursors.len() - 1);
        let cursor = &mut self.cursors[day];
        if cursor.next == cursor.end {
            return false;
        }
        self.events[cursor.next as usize] = Event { target: target as u32, added };
        cursor.next += 1;
        true
    }
}

#[cfg(test)]
mod tests {
    use proptest::{collection::vec, prelude::*};

    use pontine_mechanism::Lines;

    use super::*;

    const N_TARGETS: usize = 5;
    const N_STEPS: u64 = 8;

    /// What is sent in one step: events (delay, target), and whether a mark is set for the longest
    /// delay.
    type Sent = (Vec<(u64, usize)>, bool);

    fn sent() -> impl Strategy<Value = Sent> {
        (vec((1..=N_STEPS, 0..N_TARGETS), 0..40), any::<bool>())
    }

    /// What a mark does, such that the order counts.
    fn served(sums: &mut [f64], at: usize) {
        sums[at] = sums[at] * 3.0 + 1.0;
    }

    proptest! {
        #[test]
        fn days_add_what_was_sent_in_its_order(steps in vec(sent(), 1..30), room in 1..9_usize) {
            let mut dense = Lines::new();
            let sums = Slots::new("", &mut dense, N_TARGETS, 1).unwrap();
            let columns = Slots::new("", &mut dense, N_TARGETS, N_STEPS as u32).unwrap();
            let mut calendar = Calendar::new("", columns, 1, room).unwrap();
            let mut expected = vec![vec![0.0; N_TARGETS]; steps.len() + 1 + N_STEPS as usize];
            let mut serve = |_: usize, sums: Range<usize>, dense: &mut [f64]| {
                (0..N_TARGETS).for_each(|i| served(&mut dense[sums.clone()], i));
            };
            for (step, (events, _)) in steps.iter().enumerate() {
                // The mark comes first, in each step, for the step in which the longest delay ends.
                (0..N_TARGETS).for_each(|i| served(&mut expected[step + N_STEPS as usize], i));
                calendar.mark((step as u64) + N_STEPS, 0);
                for (number, &(delay, target)) in events.iter().enumerate() {
                    let added = 0.1 + number as f64;
                    expected[step + delay as usize][target] += added;
                    while !calendar.pages().put(step + delay as usize, target, added) {
                        let day = calendar.day(step as u64 + delay);
                        calendar.spill(day, &mut dense, &mut serve);
                    }
                }
                let due = step as u64 + 1;
                let column = sums.column(due);
                calendar.deliver(due, column.clone(), &mut dense, &mut serve);
                prop_assert_eq!(&dense[column.clone()], &expected[due as usize][..]);
                dense[column].fill(0.0);
            }
        }
    }
}
