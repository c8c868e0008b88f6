//! Who watches a run: a bar on the terminal, and Ctrl-C.

use std::{
    io::{self, IsTerminal},
    ops::ControlFlow,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Instant,
};

use indicatif::{ProgressBar, ProgressStyle};
use pontine_core_ir::port::{Progress, RunControl};

/// The exit status of a command that Ctrl-C ended, as shells have it: 128 + the number of the signal.
pub(crate) const INTERRUPTED: u8 = 130;

/// Whether the run is to end.
#[derive(Clone, Debug, Default)]
pub(crate) struct Interrupt(Arc<AtomicBool>);

impl Interrupt {
    /// From now on Ctrl-C asks the run to end, and once more ends the process at once. Where that
    /// cannot be had, Ctrl-C does what it always did.
    pub fn listen() -> Self {
        use signal_hook::{consts::SIGINT, flag};
        let asked = Self::default();
        // The second signal finds the flag that the first one sets; so the order matters.
        let armed =
            flag::register_conditional_shutdown(SIGINT, INTERRUPTED.into(), asked.0.clone());
        if armed.is_ok() {
            drop(flag::register(SIGINT, asked.0.clone()));
        }
        asked
    }

    pub fn is_asked(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// A bar on the terminal; nothing where the output goes elsewhere.
pub(crate) struct Bar {
    bar: ProgressBar,
    dt_s: f64,
    started: Instant,
}

impl Bar {
    pub fn new(n_steps: u64, dt_s: f64, shown: bool) -> Self {
        let bar = if shown && io::stderr().is_terminal() {
            ProgressBar::new(n_steps).with_style(style())
        } else {
            ProgressBar::hidden()
        };
        Self { bar, dt_s, started: Instant::now() }
    }

    /// The control of a run that goes on until it is asked to end.
    pub fn until(&self, interrupt: Interrupt) -> Control<'_> {
        Control { bar: self, interrupt }
    }

    pub fn clear(&self) {
        self.bar.finish_and_clear();
    }

    fn show(&self, done: u64) {
        if self.bar.is_hidden() {
            return;
        }
        let of_s = self.bar.length().unwrap_or(0) as f64 * self.dt_s;
        let (time_s, wall_s) = (done as f64 * self.dt_s, self.started.elapsed().as_secs_f64());
        self.bar
            .set_message(format!("{time_s:.2} of {of_s:.2} s, {:.2} × real time", time_s / wall_s));
        self.bar.set_position(done);
    }
}

fn style() -> ProgressStyle {
    let template = "{bar:40.cyan} {percent:>3} %  {msg}, {eta} left";
    ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar())
}

/// What a run reports to, and what may end it.
pub(crate) struct Control<'b> {
    bar: &'b Bar,
    interrupt: Interrupt,
}

impl Control<'_> {
    pub fn is_asked_to_end(&self) -> bool {
        self.interrupt.is_asked()
    }

    /// The control of a stretch of steps after so many others.
    pub fn after(&self, done: u64) -> impl RunControl + '_ {
        Stretch { control: self, done }
    }
}

struct Stretch<'c> {
    control: &'c Control<'c>,
    done: u64,
}

impl RunControl for Stretch<'_> {
    fn progress(&mut self, progress: Progress) -> ControlFlow<()> {
        self.control.bar.show(self.done + progress.done);
        match self.control.is_asked_to_end() {
            true => ControlFlow::Break(()),
            false => ControlFlow::Continue(()),
        }
    }
}
