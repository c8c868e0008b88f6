//! Runs an expanded program operation by operation, each over a whole block.
//!
//! Registers are columns; an operation's result never shares a column with its operands (one
//! decays in place), so that the loops vectorise. Parameters, states and inputs are read where they
//! lie; a state is written when its old value is not needed any more.

mod code;
mod compile;
mod fusion;
mod loops;
mod run;
mod uses;

use std::sync::Arc;

use pontine_mechanism_lang::{Mechanism, OutputKind, Precision, Program, Real, expand};

use crate::block::{BlockArgs, CHUNK, Frame, Kernel, LANES, Phase};
use crate::draw::Tables;
use crate::lines::Lines;
use crate::native::{Columns, Draws, Level, Supported, dispatch};
use code::Code;
use compile::compile;
use run::Run;

/// Lanes that go through a program together: registers should stay in the first cache.
const fn at_once<F>() -> usize {
    2048 / size_of::<F>()
}

/// The program of one phase, ready to run on blocks.
#[derive(Clone, Debug)]
pub struct Interpreter<F> {
    code: Code,
    /// A column for each constant.
    constants: Arc<Lines<F>>,
    /// The outputs that carry events.
    events: Vec<usize>,
    level: Supported,
}

/// Registers of an interpreter. One per thread serves all interpreters of a precision; it grows to
/// the needs of the largest.
#[derive(Debug, Default)]
pub struct Scratch<F> {
    scalars: Lines<F>,
    ints: Lines<i32>,
    /// Conditions as 1 and 0, so that selecting does not change the width of lanes.
    bools: Lines<F>,
    /// The time step and the time.
    clock: Lines<F>,
    /// Where columns begin.
    places: Vec<usize>,
    /// Columns of native kernels, one behind the other.
    kept: (Lines<F>, Lines<i32>, Lines<bool>),
    tables: Tables,
    /// Rounds of loops.
    counters: Vec<u32>,
}

impl<F: Real> Scratch<F> {
    /// No registers yet.
    pub fn new() -> Scratch<F> {
        Scratch::default()
    }

    /// Has lane i draw by index `lanes[i]` in place of its own, in kernels whose frame begins at lane 0;
    /// by its own again, if there are none.
    pub fn key_lanes(&mut self, lanes: impl IntoIterator<Item = u64>) {
        self.tables.lanes.clear();
        self.tables.lanes.extend(lanes);
    }

    /// So many columns of scalars, integers and conditions.
    pub(crate) fn columns(&mut self, counts: [usize; 3]) -> Columns<'_, F> {
        let (scalars, ints, bools) = &mut self.kept;
        Columns {
            scalars: scalars.at_least(counts[0] * LANES),
            ints: ints.at_least(counts[1] * LANES),
            bools: bools.at_least(counts[2] * LANES),
            draws: Draws(&mut self.tables),
        }
    }

    fn prepare(&mut self, code: &Code, frame: &Frame<'_, F>) {
        let width = at_once::<F>();
        self.scalars.at_least(code.n_scalars * width);
        self.ints.at_least(code.n_ints * width);
        self.bools.at_least(code.n_bools * width);
        if self.counters.len() < code.n_counters {
            self.counters.resize(code.n_counters, 0);
        }
        let (dt, time) = self.clock.at_least(2 * width).split_at_mut(width);
        splat(dt, frame.dt);
        splat(time, frame.time);
        code.sizes.places(frame, width, &mut self.places);
    }
}

/// Fills a column with one value, unless it is full of it already.
fn splat<F: Real>(column: &mut [F], value: F) {
    if column.first() != Some(&value) {
        column.fill(value);
    }
}

impl<F: Real> Interpreter<F> {
    /// Compiles one phase of a mechanism.
    pub fn new(mechanism: &Mechanism, phase: Phase) -> Interpreter<F> {
        let program = match phase {
            Phase::Initial => &mechanism.initial,
            Phase::Step => &mechanism.step,
        };
        let is_events = |output: &usize| {
            let kind = mechanism.outputs[*output].kind;
            phase == Phase::Step && matches!(kind, OutputKind::Events { .. })
        };
        let events = (0..mechanism.outputs.len()).filter(is_events).collect();
        Interpreter { events, ..Interpreter::of_program(program) }
    }

    /// Compiles a program that stores states and outputs only; none of these carries events.
    pub fn of_program(program: &Program) -> Interpreter<F> {
        let code = compile(&expand(program, F::PRECISION));
        let mut constants = Lines::new();
        let width = at_once::<F>();
        for (column, value) in
            constants.at_least(code.constants.len() * width).chunks_mut(width).zip(&code.constants)
        {
            column.fill(F::from_f64(*value));
        }
        let constants = Arc::new(constants);
        Interpreter { code, constants, events: Vec::new(), level: Supported::best() }
    }

    /// The same with the instructions of `level`, or of the baseline where this CPU lacks them.
    pub fn at(self, level: Level) -> Interpreter<F> {
        Interpreter { level: Supported::of(level), ..self }
    }

    /// In which precision it computes.
    pub fn precision(&self) -> Precision {
        F::PRECISION
    }
}

impl<F: Real> Kernel<F> for Interpreter<F> {
    fn run(&self, scratch: &mut Scratch<F>, args: &mut BlockArgs<'_, F>) -> bool {
        debug_assert!(args.frame.width.is_multiple_of(CHUNK) && args.frame.width <= LANES);
        scratch.prepare(&self.code, &args.frame);
        dispatch(self.level, Run { interpreter: self, scratch, args })
    }
}
