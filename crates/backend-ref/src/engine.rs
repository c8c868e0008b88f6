//! The running state of one share, and its steps.

use std::ops::Range;

use pontine_core_ir::{
    Path,
    port::{CompileError, RunError},
};
use pontine_mechanism::{
    Lines, Real, Scratch,
    native::{Supported, dispatch},
};

use crate::{
    arena::Column,
    array::{Array, Arrays},
    cells::{Cells, SpikeLists},
    code::{FunctionOp, HostOp},
    receptor::{Receptor, Traffic},
    recorder::{SampleRecorder, SpikeRecorder},
    rows::{Delays, Rows},
    spikes::Spikes,
    train::Train,
};

/// All numbers of one share of a running model, and its operators in the order of a step.
pub(crate) struct Engine<F> {
    /// The time step, s.
    pub dt_s: f64,
    /// Steps that a unit may be ahead of the others.
    pub slice: u32,
    /// Dense signals and sums.
    pub dense: Lines<F>,
    /// Spike signals of the whole model.
    pub spikes: Vec<Spikes<F>>,
    /// The spikes of all cells that are stepped as one.
    pub together: Vec<Spikes<F>>,
    /// Groups of cells.
    pub cells: Vec<Cells<F>>,
    /// Synaptic sums.
    pub receptors: Vec<Receptor<F>>,
    /// For each spike signal, the projections (receptor, which) that enter it into calendars.
    pub fans: Vec<Vec<(usize, usize)>>,
    /// What happens in a step.
    pub units: Vec<UnitPlan<F>>,
    /// What is recorded of spikes, by this share for all.
    pub spike_recorders: Vec<SpikeRecorder>,
    /// Signals that operators write, which must remain numbers.
    pub watched: Vec<Watched>,
    /// Registers of kernels.
    pub scratch: Scratch<F>,
    /// The instructions that array operators run with.
    pub level: Supported,
    /// Whether numbers that do not change in a run, or cells, have been written to since the last.
    pub is_stale: bool,
}

/// A signal that operators write.
pub(crate) struct Watched {
    /// Where it stands.
    pub column: Column,
    /// Its path.
    pub path: Path,
    /// Whether it is learned: it must be finite then.
    pub is_learned: bool,
}

/// Operators that touch common signals within a step, in its order, and who looks at them.
pub(crate) struct UnitPlan<F> {
    /// Operators.
    pub ops: Vec<Op<F>>,
    /// Recorders.
    pub recorders: Vec<SampleRecorder>,
}

/// One thing that happens in a step.
pub(crate) enum Op<F> {
    /// The time in s.
    Time(Column),
    /// Array operators, one after the other.
    Arrays(Vec<Array<F>>),
    /// A function.
    Function(FunctionOp),
    /// Code of the host.
    Host(HostOp),
    /// A group of cells.
    Cells(usize),
    /// Spikes at given times.
    Train(Train),
    /// All deliveries to one signal.
    Receptor(usize),
}

impl<F: Real> Engine<F> {
    /// Does `n_steps` steps after step `done`, at most a slice. Their spikes are then at hand, but
    /// have not been sent.
    ///
    /// # Errors
    /// [`RunError::Memory`] before anything has changed; others leave a broken step.
    pub fn advance(&mut self, done: u64, n_steps: u64) -> Result<(), RunError> {
        let last = done + n_steps;
        self.renew().map_err(|_| RunError::Memory { step: last })?;
        let mut recorders = self.units.iter_mut().flat_map(|unit| &mut unit.recorders);
        recorders.try_for_each(|recorder| recorder.reserve(n_steps, last))?;
        let mut recorders = self.spike_recorders.iter_mut();
        recorders.try_for_each(|recorder| recorder.reserve(n_steps, last))?;
        for unit in 0..self.units.len() {
            for step in done + 1..=last {
                self.step(unit, step)?;
            }
        }
        Ok(())
    }

    /// Holds what has been computed by step `step` against what has no result.
    ///
    /// # Errors
    /// [`RunError::Learned`] with what is learned and not finite any more; [`RunError::Invalid`] with the
    /// first signal that is no number any more.
    pub fn check(&self, step: u64) -> Result<(), RunError> {
        let numbers = |watched: &Watched| &self.dense[watched.column.range()];
        // What is infinite has no product with 0.
        let is_invalid = |watched: &&Watched| match watched.is_learned {
            true => any(numbers(watched), |x| 0.0 * x),
            false => any(numbers(watched), |x| x),
        };
        let Some(watched) = self.watched.iter().find(is_invalid) else { return Ok(()) };
        let path = watched.path.clone();
        Err(match watched.is_learned {
            true => RunError::Learned { path, step },
            false => RunError::Invalid { path, step },
        })
    }

    fn step(&mut self, unit: usize, step: u64) -> Result<(), RunError> {
        let (dense, spikes) = (&mut self.dense[..], &mut self.spikes[..]);
        let together = &mut self.together[..];
        let unit = &mut self.units[unit];
        for op in &mut unit.ops {
            match op {
                Op::Time(column) => dense[column.at] = F::from_f64(step as f64 * self.dt_s),
                Op::Arrays(ops) => {
                    dispatch(self.level, Arrays { ops, step, dense, spikes, together });
                }
                Op::Function(function) => function.run(dense, step)?,
                Op::Host(host) => host.run(dense, step, step as f64 * self.dt_s)?,
                Op::Cells(group) => {
                    let lists = SpikeLists { spikes, together };
                    self.cells[*group].step(step, &mut self.scratch, dense, lists);
                }
                Op::Train(train) => train.run(step, spikes, dense),
                Op::Receptor(receptor) => {
                    let traffic = &mut Traffic { spikes, dense };
                    self.receptors[*receptor].deliver(step, &mut self.scratch, traffic);
                }
            }
        }
        for recorder in &mut unit.recorders {
            recorder.take(step, dense, &self.cells);
        }
        Ok(())
    }

    /// Gives cells that are stepped as one their own spikes of these steps, where no operator needs
    /// them in their step.
    pub fn give_out(&mut self, steps: Range<u64>) {
        for step in steps {
            for cells in &self.cells {
                cells.give_out(step, &mut self.spikes, &self.together);
            }
        }
    }

    /// Sends and records the spikes of `n_steps` steps after step `done`, of all shares.
    pub fn settle(&mut self, done: u64, n_steps: u64) {
        for step in done + 1..=done + n_steps {
            self.fetch_rows(step);
        }
        let mut traffic = Traffic { spikes: &self.spikes, dense: &mut self.dense };
        for receptor in &mut self.receptors {
            for step in done + 1..=done + n_steps {
                receptor.send(step, &mut traffic);
                receptor.remember(step, traffic.spikes, &mut self.scratch);
            }
        }
        for recorder in &mut self.spike_recorders {
            for step in done + 1..=done + n_steps {
                recorder.take(step, self.spikes[recorder.signal].at(step));
            }
        }
    }

    /// Has the rows that will be entered into calendars brought into the cache, all at once: the
    /// places of rows first, so that nobody has to wait for one before asking for the next.
    fn fetch_rows(&self, step: u64) {
        let sent = self.fans.iter().zip(&self.spikes).filter(|(fan, _)| !fan.is_empty());
        let sent = sent.map(|(fan, spikes)| (fan, spikes.at(step)));
        let sent = sent.filter(|(_, list)| !list.is_empty());
        for fetch in [Rows::expect, Rows::fetch] {
            for (fan, list) in sent.clone() {
                for &(receptor, projection) in fan {
                    fetch(&self.receptors[receptor].projections[projection].rows, list);
                }
            }
        }
    }

    /// Finds out which projections enter the spikes of each signal into calendars.
    pub fn find_fans(&mut self) {
        self.fans = vec![Vec::new(); self.spikes.len()];
        for (receptor, sum) in self.receptors.iter().enumerate() {
            for (i, projection) in sum.projections.iter().enumerate() {
                if let Delays::Each(_) = projection.rows.delays() {
                    self.fans[projection.source].push((receptor, i));
                }
            }
        }
    }

    /// Has operators take over numbers that do not change in a run, if somebody has written to them.
    fn renew(&mut self) -> Result<(), String> {
        if self.is_stale {
            self.cells.iter_mut().try_for_each(Cells::renew)?;
            let ops = self.units.iter_mut().flat_map(|unit| &mut unit.ops);
            for op in ops {
                if let Op::Arrays(arrays) = op {
                    let renewed = arrays.iter_mut().try_for_each(|array| array.renew(&self.dense));
                    renewed.map_err(|error| error.to_string())?;
                }
            }
            self.is_stale = false;
        }
        Ok(())
    }

    /// Records step 0.
    pub fn record_initial(&mut self) -> Result<(), RunError> {
        for recorder in self.units.iter_mut().flat_map(|unit| &mut unit.recorders) {
            recorder.reserve(1, 0)?;
            recorder.take(0, &self.dense, &self.cells);
        }
        Ok(())
    }

    /// Forgets what was recorded after step `last`.
    pub fn forget_after(&mut self, last: u64) {
        let recorders = self.units.iter_mut().flat_map(|unit| &mut unit.recorders);
        recorders.for_each(|recorder| recorder.forget_after(last));
    }

    /// The spike signals that operators of this share set.
    pub fn signals_set(&self) -> Vec<usize> {
        let ops = self.units.iter().flat_map(|unit| &unit.ops);
        ops.flat_map(|op| match op {
            Op::Cells(group) => self.cells[*group].spikes().collect(),
            Op::Train(train) => vec![train.output()],
            _ => Vec::new(),
        })
        .collect()
    }

    /// Spike signals whose cells draw at random, so that many spike in one step.
    pub fn frequent_spikes(&self) -> Vec<usize> {
        let random = self.cells.iter().filter(|cells| cells.is_random());
        random.flat_map(Cells::spikes).collect()
    }

    /// Whether nobody in this share needs the spikes of a signal as a list.
    pub fn takes_counts(&self, signal: usize) -> bool {
        let spikes = &self.spikes[signal];
        let mut receptors = self.receptors.iter();
        !spikes.is_shown()
            && self.spike_recorders.iter().all(|recorder| recorder.signal != signal)
            && receptors.all(|receptor| receptor.takes_counts(signal, &spikes.own))
    }

    /// Keeps counts of a signal in place of lists.
    pub fn count_spikes(&mut self, signal: usize) -> Result<(), CompileError> {
        self.spikes[signal].count("counts of spikes", &mut self.dense)
    }

    /// Goes back to lists of all spikes that a receptor takes.
    pub fn list_spikes(&mut self, receptor: usize, now: u64) -> Result<(), CompileError> {
        let receptor = &self.receptors[receptor];
        let mut sources = receptor.projections.iter().map(|projection| projection.source);
        sources.try_for_each(|s| self.spikes[s].list("lists of spikes", &self.dense, now))
    }

    /// Chooses the route of a receptor anew, after delays have changed.
    pub fn reroute(&mut self, receptor: usize, now: u64) -> Result<(), CompileError> {
        self.receptors[receptor].reroute(now, &mut self.spikes, &mut self.dense)?;
        self.find_fans();
        Ok(())
    }

    /// Enters what is under way to a receptor anew, after weights have changed.
    pub fn resend(&mut self, receptor: usize, now: u64) {
        let mut traffic = Traffic { spikes: &self.spikes, dense: &mut self.dense };
        self.receptors[receptor].resend(now, &mut traffic);
    }

    /// Goes on after step `now`, when all states, synapses and spikes are those of that step.
    pub fn resume(&mut self, now: u64) {
        (0..self.receptors.len()).for_each(|receptor| self.resend(receptor, now));
        self.receptors.iter_mut().for_each(|receptor| receptor.recall(now, &self.spikes));
        for unit in &mut self.units {
            unit.recorders.iter_mut().for_each(SampleRecorder::clear);
            for op in &mut unit.ops {
                if let Op::Train(train) = op {
                    train.seek(now);
                }
            }
        }
        self.spike_recorders.iter_mut().for_each(SpikeRecorder::clear);
    }

    /// Bytes held.
    pub fn memory_bytes(&self) -> u64 {
        let ops = self.units.iter().flat_map(|unit| &unit.ops);
        let of_ops = ops.map(|op| match op {
            Op::Train(train) => train.memory_bytes(),
            Op::Arrays(arrays) => arrays.iter().map(Array::memory_bytes).sum(),
            _ => 0,
        });
        let recorders = self.units.iter().flat_map(|unit| &unit.recorders);
        self.dense.memory_bytes()
            + self.spikes.iter().map(Spikes::memory_bytes).sum::<u64>()
            + self.cells.iter().map(Cells::memory_bytes).sum::<u64>()
            + self.receptors.iter().map(Receptor::memory_bytes).sum::<u64>()
            + of_ops.sum::<u64>()
            + recorders.map(SampleRecorder::memory_bytes).sum::<u64>()
            + self.spike_recorders.iter().map(SpikeRecorder::memory_bytes).sum::<u64>()
    }
}

/// Whether any number has no result. Without a way out, so that several are looked at at a time: nearly
/// always all is well.
fn any<F: Real>(numbers: &[F], result: impl Fn(f64) -> f64) -> bool {
    numbers.iter().fold(false, |any, x| any | result(x.to_f64()).is_nan())
}
