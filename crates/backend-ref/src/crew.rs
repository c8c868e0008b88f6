//! Runs the shares of a model together: one thread for each.
//!
//! All shares do a slice of steps, meet, take in the spikes of all, and go on. What a share does is
//! the same whoever runs it, so that one thread may also do all shares in turn.

use std::{
    panic::resume_unwind,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
};

use pontine_core_ir::port::{Progress, RunControl, RunError};
use pontine_mechanism::Real;

use crate::{
    barrier::{Attendance, Barrier},
    engine::Engine,
    exchange::Exchange,
};

/// The most steps between two questions to the [`RunControl`].
const STRETCH: u64 = 64;

/// Fewer steps than this are not worth starting threads.
const WORTH_THREADS: u64 = 8;

/// Which steps to do.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Span {
    /// Steps that are done already.
    pub done: u64,
    /// Steps to do.
    pub n_steps: u64,
    /// Steps that shares may do before they meet.
    pub slice: u32,
}

impl Span {
    /// How many steps follow after `done` of its own, before shares meet.
    fn next(&self, done: u64) -> u64 {
        (self.n_steps - done).min(self.slice.into())
    }

    /// Does the next steps of a share; what they made is looked at where the control is asked.
    fn advance<F: Real>(&self, engine: &mut Engine<F>, done: u64) -> Result<(), RunError> {
        let n = self.next(done);
        engine.advance(self.done + done, n)?;
        if self.pauses(done + n) { engine.check(self.done + done + n) } else { Ok(()) }
    }

    /// Whether the control is asked after so many steps: always after whole slices, so that none
    /// is cut short for it.
    fn pauses(&self, done: u64) -> bool {
        let slice = u64::from(self.slice).max(1);
        let stretch = slice * (STRETCH / slice).max(1);
        done == self.n_steps || done.is_multiple_of(stretch)
    }
}

/// Runs all shares, and returns how many steps were done.
///
/// # Errors
/// The error of the first share that has one, with the number of whole steps that were done.
pub(crate) fn run<F: Real>(
    engines: &mut [Engine<F>],
    exchange: &Exchange<F>,
    span: Span,
    control: &mut dyn RunControl,
) -> Result<u64, (u64, RunError)> {
    match engines {
        [only] => alone(only, span, control),
        _ if span.n_steps < WORTH_THREADS => in_turn(engines, exchange, span, control),
        _ => together(engines, exchange, span, control),
    }
}

fn alone<F: Real>(
    engine: &mut Engine<F>,
    span: Span,
    control: &mut dyn RunControl,
) -> Result<u64, (u64, RunError)> {
    let mut done = 0;
    while done < span.n_steps {
        let n = span.next(done);
        span.advance(engine, done).map_err(|error| (done, error))?;
        engine.settle(span.done + done, n);
        done += n;
        if span.pauses(done) && asks_to_end(control, span, done) {
            break;
        }
    }
    Ok(done)
}

fn in_turn<F: Real>(
    engines: &mut [Engine<F>],
    exchange: &Exchange<F>,
    span: Span,
    control: &mut dyn RunControl,
) -> Result<u64, (u64, RunError)> {
    let mut done = 0;
    while done < span.n_steps {
        let (n, before) = (span.next(done), span.done + done);
        for (share, engine) in engines.iter_mut().enumerate() {
            span.advance(engine, done).map_err(|error| (done, error))?;
            exchange.put(share, 0, engine, before, n);
        }
        for engine in engines.iter_mut() {
            exchange.take(0, engine, before, n);
            engine.settle(before, n);
        }
        done += n;
        if span.pauses(done) && asks_to_end(control, span, done) {
            break;
        }
    }
    Ok(done)
}

fn asks_to_end(control: &mut dyn RunControl, span: Span, done: u64) -> bool {
    control.progress(Progress { done, total: span.n_steps }).is_break()
}

/// What the threads of one run share.
struct Crew<'a, F> {
    exchange: &'a Exchange<F>,
    barrier: Barrier,
    span: Span,
    /// The turn after which the control wants no more steps.
    ends_in: AtomicUsize,
    /// The first turn in which a share failed.
    failed_in: AtomicUsize,
    /// Errors by share.
    errors: Mutex<Vec<(usize, RunError)>>,
}

fn together<F: Real>(
    engines: &mut [Engine<F>],
    exchange: &Exchange<F>,
    span: Span,
    control: &mut dyn RunControl,
) -> Result<u64, (u64, RunError)> {
    let crew = Crew {
        exchange,
        barrier: Barrier::new(engines.len()),
        span,
        ends_in: AtomicUsize::new(usize::MAX),
        failed_in: AtomicUsize::new(usize::MAX),
        errors: Mutex::new(Vec::new()),
    };
    let Some((first, others)) = engines.split_first_mut() else { return Ok(0) };
    let done = thread::scope(|scope| {
        let crew = &crew;
        let others: Vec<_> = others
            .iter_mut()
            .enumerate()
            .map(|(i, engine)| scope.spawn(move || crew.work(i + 1, engine, |_| false)))
            .collect();
        let done = crew.work(0, first, |done| asks_to_end(control, span, done));
        for other in others {
            other.join().unwrap_or_else(|panic| resume_unwind(panic));
        }
        done
    });
    let mut errors = crew.errors.into_inner().unwrap_or_else(PoisonError::into_inner);
    errors.sort_by_key(|(share, _)| *share);
    match errors.into_iter().next() {
        Some((_, error)) => Err((done, error)),
        None => Ok(done),
    }
}

impl<F: Real> Crew<'_, F> {
    /// Does the steps of one share; the first asks whether to end.
    fn work(
        &self,
        share: usize,
        engine: &mut Engine<F>,
        mut asks_to_end: impl FnMut(u64) -> bool,
    ) -> u64 {
        let _attendance = Attendance(&self.barrier);
        let mut done = 0;
        for turn in 0.. {
            if done == self.span.n_steps {
                break;
            }
            let (n, before) = (self.span.next(done), self.span.done + done);
            if let Err(error) = self.span.advance(engine, done) {
                self.fail(share, turn, error);
            }
            self.exchange.put(share, turn, engine, before, n);
            // Asked before the others are met, the control needs no meeting of its own.
            if self.span.pauses(done + n) && asks_to_end(done + n) {
                self.ends_in.store(turn, Ordering::Release);
            }
            // Others may have failed in a later turn already.
            if self.barrier.wait().is_err() || self.failed_in.load(Ordering::Acquire) <= turn {
                break;
            }
            self.exchange.take(turn, engine, before, n);
            engine.settle(before, n);
            done += n;
            if self.ends_in.load(Ordering::Acquire) <= turn {
                break;
            }
        }
        done
    }

    fn fail(&self, share: usize, turn: usize, error: RunError) {
        self.errors.lock().unwrap_or_else(PoisonError::into_inner).push((share, error));
        self.failed_in.fetch_min(turn, Ordering::AcqRel);
    }
}
