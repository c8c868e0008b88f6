//! Native kernels: what the macros print, and the code around it.
//!
//! A user meets [`Level`] here, and who has other loops for each level [`Task`] and [`dispatch`]; all else
//! is called by code that the macros made.

mod dispatch;
mod prefetch;
mod sparse;

use std::marker::PhantomData;

pub use inventory;
pub use pontine_mechanism_lang::Draw;
pub use pontine_mechanism_lang::Real;

pub use crate::block::Frame;
use crate::block::{BlockArgs, CHUNK, Kernel, LANES};
use crate::draw::{Place, Tables, draw as draw_column};
use crate::interpreter::Scratch;
pub use crate::registry::NativeKernel;
pub use dispatch::{Level, Supported, Task, dispatch};
pub use prefetch::prefetch;
pub use sparse::{count, gather, lanes, mask, scatter};

/// The step of one mechanism in one precision, as loops over lanes.
///
/// Implemented by the macros. The arenas are parameters of their own, so that the compiler knows
/// them not to overlap.
pub trait Body<F: Real>: Send + Sync + 'static {
    /// How many columns of scalars, integers and conditions it needs for values that are kept
    /// between its loops.
    const COLUMNS: [usize; 3];

    /// Whether any spike was emitted; nothing if a column lies outside its arena.
    fn run(
        frame: &Frame<'_, F>,
        constants: &[F],
        dense: &[F],
        states: &mut [F],
        outputs: &mut [F],
        columns: Columns<'_, F>,
    ) -> Option<bool>;
}

/// Columns of [`LANES`] for values that are kept between loops.
#[derive(Debug)]
pub struct Columns<'a, F> {
    /// Scalars.
    pub scalars: &'a mut [F],
    /// Integers.
    pub ints: &'a mut [i32],
    /// Conditions.
    pub bools: &'a mut [bool],
    /// What [`draw`] keeps.
    pub draws: Draws<'a>,
}

/// What draws keep from step to step.
#[derive(Debug)]
pub struct Draws<'a>(pub(crate) &'a mut Tables);

/// A body as a kernel, at one level of instructions.
#[derive(Debug)]
pub(crate) struct Native<B> {
    level: Supported,
    body: PhantomData<fn() -> B>,
}

impl<B> Native<B> {
    pub(crate) fn new(level: Level) -> Native<B> {
        Native { level: Supported::of(level), body: PhantomData }
    }
}

impl<F: Real, B: Body<F>> Kernel<F> for Native<B> {
    fn run(&self, scratch: &mut Scratch<F>, args: &mut BlockArgs<'_, F>) -> bool {
        let frame = &args.frame;
        assert!(frame.width.is_multiple_of(CHUNK) && frame.width <= LANES, "width {}", frame.width);
        let step = Step::<F, B> {
            frame,
            constants: args.constants,
            dense: args.dense,
            states: args.states,
            outputs: args.outputs,
            columns: scratch.columns(B::COLUMNS),
            body: PhantomData,
        };
        let emitted = dispatch(self.level, step);
        assert!(emitted.is_some(), "a column lies outside its arena");
        emitted == Some(true)
    }
}

/// One call of a body.
struct Step<'a, F, B> {
    frame: &'a Frame<'a, F>,
    constants: &'a [F],
    dense: &'a [F],
    states: &'a mut [F],
    outputs: &'a mut [F],
    columns: Columns<'a, F>,
    body: PhantomData<B>,
}

impl<F: Real, B: Body<F>> Task for Step<'_, F, B> {
    type Output = Option<bool>;

    #[inline(always)]
    fn run(self) -> Option<bool> {
        B::run(self.frame, self.constants, self.dense, self.states, self.outputs, self.columns)
    }
}

/// Fills a column with draws.
pub fn draw<F: Real>(
    draws: &mut Draws<'_>,
    frame: &Frame<'_, F>,
    kind: Draw,
    site: u16,
    mean: Option<&[F]>,
    to: &mut [F],
) {
    let place = Place { key: frame.key, first: frame.first, step: frame.step, site };
    draw_column(draws.0, kind, place, mean, to);
}

/// Whether a condition holds in any lane.
#[inline(always)]
pub fn any(conditions: &[bool]) -> bool {
    conditions.iter().fold(false, |any, condition| any | condition)
}

/// Whether a condition holds in all lanes.
#[inline(always)]
pub fn all(conditions: &[bool]) -> bool {
    conditions.iter().fold(true, |all, condition| all & condition)
}
