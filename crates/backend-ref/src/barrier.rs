//! Where threads wait for one another: they spin for a while, then sleep.

use std::{
    hint::spin_loop,
    sync::{
        Condvar, Mutex, PoisonError,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    thread,
};

/// Looks before a thread goes to sleep: some tens of microseconds, as a look may take 140 cycles.
const N_LOOKS: u32 = 1000;

/// A meeting point of `n` threads, used again and again.
#[derive(Debug)]
pub(crate) struct Barrier {
    n: usize,
    n_looks: u32,
    arrived: AtomicUsize,
    meeting: AtomicUsize,
    broken: AtomicBool,
    lock: Mutex<()>,
    woken: Condvar,
}

/// Somebody panicked and will not come.
#[derive(Debug, PartialEq)]
pub(crate) struct Broken;

impl Barrier {
    /// A meeting point of `n` threads.
    pub fn new(n: usize) -> Self {
        // Where threads share a core, the others need it while one waits.
        let spins = thread::available_parallelism().is_ok_and(|cores| cores.get() >= n);
        Self {
            n,
            n_looks: if spins { N_LOOKS } else { 0 },
            arrived: AtomicUsize::new(0),
            meeting: AtomicUsize::new(0),
            broken: AtomicBool::new(false),
            lock: Mutex::new(()),
            woken: Condvar::new(),
        }
    }

    /// Waits until all have come.
    pub fn wait(&self) -> Result<(), Broken> {
        let meeting = self.meeting.load(Ordering::Acquire);
        if self.arrived.fetch_add(1, Ordering::AcqRel) + 1 == self.n {
            self.arrived.store(0, Ordering::Relaxed);
            self.wake(|| self.meeting.store(meeting.wrapping_add(1), Ordering::Release));
        } else {
            self.until(|| self.meeting.load(Ordering::Acquire) != meeting);
        }
        if self.broken.load(Ordering::Acquire) { Err(Broken) } else { Ok(()) }
    }

    fn until(&self, met: impl Fn() -> bool) {
        let met = || met() || self.broken.load(Ordering::Acquire);
        for _ in 0..self.n_looks {
            if met() {
                return;
            }
            spin_loop();
        }
        let mut guard = self.lock.lock().unwrap_or_else(PoisonError::into_inner);
        while !met() {
            guard = self.woken.wait(guard).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// A change under the lock is seen by whoever is about to sleep.
    fn wake(&self, change: impl FnOnce()) {
        {
            let _guard = self.lock.lock().unwrap_or_else(PoisonError::into_inner);
            change();
        }
        self.woken.notify_all();
    }
}

/// Lets the others go if its thread panics.
pub(crate) struct Attendance<'a>(pub &'a Barrier);

impl Drop for Attendance<'_> {
    fn drop(&mut self) {
        if thread::panicking() {
            self.0.wake(|| self.0.broken.store(true, Ordering::Release));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_goes_on_before_all_have_come() {
        let n = 5;
        let (barrier, count) = (Barrier::new(n), AtomicUsize::new(0));
        thread::scope(|scope| {
            for _ in 0..n {
                scope.spawn(|| {
                    for round in 1..=200 {
                        count.fetch_add(1, Ordering::Relaxed);
                        assert_eq!(barrier.wait(), Ok(()));
                        assert!(count.load(Ordering::Relaxed) >= round * n);
                    }
                });
            }
        });
        assert_eq!(count.into_inner(), 200 * n);
    }

    #[test]
    fn who_panics_is_not_waited_for() {
        let barrier = Barrier::new(2);
        let waited = thread::scope(|scope| {
            let panics = scope.spawn(|| {
                let _attendance = Attendance(&barrier);
                panic!("on purpose");
            });
            let waits = scope.spawn(|| barrier.wait());
            assert!(panics.join().is_err());
            waits.join()
        });
        assert_eq!(waited.ok(), Some(Err(Broken)));
    }
}
