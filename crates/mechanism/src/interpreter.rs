//! Runs an expanded program operation by operation, each over a whole block.
//!
//! Registers are columns; an operation's result never shares a column with its operands, so that
//! the loops vectorise. Parameters, states and inputs are read where they lie, and states are
//! written at the end.

mod compile;
mod loops;

use pontine_mechanism_lang::{Mechanism, OutputKind, Precision, Program, Real, expand};

use crate::block::{BlockArgs, CHUNK, Frame, Kernel, LANES, Phase};
use crate::draw::{Place, Tables, draw};
use crate::lines::Lines;
use crate::native::{Columns, Draws, Level, Supported, Task, dispatch};
use compile::{Code, Column, Instruction, compile};
use loops::{
    all, any, binary, chain, choose, compare, condition, each, each2, each3, holds, unary,
};

/// Lanes that go through a program together: registers should stay in the first cache.
const AT_ONCE: usize = 256;

/// The program of one phase, ready to run on blocks.
#[derive(Clone, Debug)]
pub struct Interpreter<F> {
    code: Code,
    /// One splatted column per constant.
    constants: Vec<Aligned<F>>,
    /// The outputs that carry events.
    events: Vec<usize>,
    level: Supported,
}

/// Registers of an interpreter. One per thread serves all interpreters of a precision; it grows to
/// the needs of the largest.
#[derive(Debug, Default)]
pub struct Scratch<F> {
    scalars: Vec<Register<F>>,
    ints: Vec<Register<i32>>,
    /// Conditions as 1 and 0, so that selecting does not change the width of lanes.
    bools: Vec<Register<F>>,
    dt: Register<F>,
    time: Register<F>,
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

    fn prepare(&mut self, code: &Code, dt: F, time: F) {
        grow(&mut self.scalars, code.n_scalars);
        grow(&mut self.ints, code.n_ints);
        grow(&mut self.bools, code.n_bools);
        at_least(&mut self.counters, code.n_counters);
        splat(&mut self.dt, dt);
        splat(&mut self.time, time);
    }
}

/// A register that is taken out while it is written.
type Register<T> = Option<Box<Aligned<T>>>;

/// A column on the boundary of a cache line: else every vector would lie across two.
#[derive(Clone, Debug)]
#[repr(align(64))]
struct Aligned<T>([T; AT_ONCE]);

/// The lanes of a register; none of one that is taken out.
#[inline(always)]
fn lanes<T>(register: &Register<T>, width: usize) -> &[T] {
    register.as_ref().map_or(&[], |column| &column.0[..width])
}

/// Fills a column with one value, unless it is full of it already.
fn splat<F: Real>(column: &mut Register<F>, value: F) {
    match column {
        Some(column) if column.0[0] == value => {}
        Some(column) => column.0.fill(value),
        None => *column = Some(Box::new(Aligned([value; AT_ONCE]))),
    }
}

fn at_least<T: Clone + Default>(column: &mut Vec<T>, length: usize) -> &mut [T] {
    if column.len() < length {
        column.resize(length, T::default());
    }
    column
}

fn grow<T: Copy + Default>(columns: &mut Vec<Register<T>>, count: usize) {
    while columns.len() < count {
        columns.push(Some(Box::new(Aligned([T::default(); AT_ONCE]))));
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
        let splat = |value: &f64| Aligned([F::from_f64(*value); AT_ONCE]);
        let constants = code.constants.iter().map(splat).collect();
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
        scratch.prepare(&self.code, args.frame.dt, args.frame.time);
        dispatch(self.level, Run { interpreter: self, scratch, args })
    }
}

/// One call of an interpreter.
struct Run<'r, 'a, F> {
    interpreter: &'r Interpreter<F>,
    scratch: &'r mut Scratch<F>,
    args: &'r mut BlockArgs<'a, F>,
}

impl<F: Real> Task for Run<'_, '_, F> {
    type Output = bool;

    #[inline(always)]
    fn run(self) -> bool {
        let Run { interpreter, scratch, args } = self;
        let mut emitted = false;
        for first in (0..args.frame.width).step_by(AT_ONCE) {
            let width = AT_ONCE.min(args.frame.width - first);
            emitted |= interpreter.part(scratch, &mut Part { args, first, width });
        }
        emitted
    }
}

/// Some lanes of a block.
struct Part<'r, 'a, F> {
    args: &'r mut BlockArgs<'a, F>,
    /// The first of them.
    first: usize,
    width: usize,
}

impl<F> Part<'_, '_, F> {
    /// These lanes of the column that begins at `at` in an arena.
    #[inline(always)]
    fn of<'c>(&self, arena: &'c [F], at: usize) -> &'c [F] {
        &arena[at + self.first..][..self.width]
    }

    /// Where column `i` of states or outputs begins.
    #[inline(always)]
    fn column_at(&self, i: usize) -> usize {
        i * self.args.frame.width
    }
}

impl<F: Real> Interpreter<F> {
    #[inline(always)]
    fn part(&self, scratch: &mut Scratch<F>, part: &mut Part<'_, '_, F>) -> bool {
        let mut position = 0;
        while let Some(instruction) = self.code.instructions.get(position) {
            position = match instruction {
                Instruction::SkipIfNone { cond, to } => {
                    let none = !any(lanes(&scratch.bools[*cond], part.width));
                    if none { *to } else { position + 1 }
                }
                Instruction::SkipIfAll { cond, to } => {
                    let all = all(lanes(&scratch.bools[*cond], part.width));
                    if all { *to } else { position + 1 }
                }
                Instruction::Begin { counter } => {
                    scratch.counters[*counter] = 0;
                    position + 1
                }
                Instruction::Repeat { counter, rounds, to } => {
                    scratch.counters[*counter] += 1;
                    if scratch.counters[*counter] < *rounds { *to } else { position + 1 }
                }
                _ => {
                    self.execute(instruction, scratch, part);
                    position + 1
                }
            };
        }
        let column = |output: &usize| part.of(part.args.outputs, part.column_at(*output));
        self.events.iter().any(|output| any(column(output)))
    }

    #[inline(always)]
    fn column<'c>(
        &'c self,
        column: Column,
        scratch: &'c Scratch<F>,
        part: &'c Part<'_, '_, F>,
    ) -> &'c [F] {
        let (width, args) = (part.width, &part.args);
        match column {
            Column::Register(i) => lanes(&scratch.scalars[i], width),
            Column::Constant(i) => &self.constants[i].0[..width],
            Column::Parameter(i) => part.of(args.constants, args.frame.parameter_at[i]),
            Column::Derived(i) => part.of(args.constants, args.frame.derived_at[i]),
            Column::State(i) => part.of(args.states, part.column_at(i)),
            Column::Input(i) => part.of(args.dense, args.frame.input_at[i]),
            Column::Receptor(i) => part.of(args.dense, args.frame.receptor_at[i]),
            Column::Dt => lanes(&scratch.dt, width),
            Column::Time => lanes(&scratch.time, width),
        }
    }

    /// Takes the result's column out of the scratch space meanwhile, so that operands can be
    /// borrowed from there.
    #[inline(always)]
    fn execute(
        &self,
        instruction: &Instruction,
        scratch: &mut Scratch<F>,
        part: &mut Part<'_, '_, F>,
    ) {
        match instruction.result() {
            compile::Result::Scalar(to) => {
                let Some(mut column) = scratch.scalars[to].take() else { return };
                let mut tables = std::mem::take(&mut scratch.tables);
                self.scalar(instruction, &mut column.0[..part.width], &mut tables, scratch, part);
                scratch.tables = tables;
                scratch.scalars[to] = Some(column);
            }
            compile::Result::Int(to) => {
                let Some(mut column) = scratch.ints[to].take() else { return };
                self.int(instruction, &mut column.0[..part.width], scratch, part);
                scratch.ints[to] = Some(column);
            }
            compile::Result::Bool(to) => {
                let Some(mut column) = scratch.bools[to].take() else { return };
                self.bool(instruction, &mut column.0[..part.width], scratch, part);
                scratch.bools[to] = Some(column);
            }
            compile::Result::None => self.store(instruction, scratch, part),
        }
    }

    #[inline(always)]
    fn scalar(
        &self,
        op: &Instruction,
        to: &mut [F],
        tables: &mut Tables,
        scratch: &Scratch<F>,
        part: &Part<'_, '_, F>,
    ) {
        let column = |column: &Column| self.column(*column, scratch, part);
        let int = |i: &usize| lanes(&scratch.ints[*i], part.width);
        let bool = |i: &usize| lanes(&scratch.bools[*i], part.width);
        match op {
            Instruction::Unary { primitive, a, .. } => unary(*primitive, to, column(a)),
            Instruction::Binary { arithmetic, a, b, .. } => {
                binary(*arithmetic, to, column(a), column(b));
            }
            Instruction::Chain { first, then, a, b, c, .. } => {
                chain(*first, *then, to, [column(a), column(b), column(c)]);
            }
            Instruction::Flush { limit, a, b, .. } => {
                each3(
                    to,
                    column(limit),
                    column(a),
                    column(b),
                    |limit, a, b| {
                        if b.abs() < limit { a } else { b }
                    },
                );
            }
            Instruction::Choose { op, left, right, a, b, .. } => {
                choose(*op, to, [column(left), column(right), column(a), column(b)]);
            }
            Instruction::Fma { a, b, c, .. } => {
                each3(to, column(a), column(b), column(c), |a, b, c| a.fused(b, c));
            }
            Instruction::Scale { a, n, .. } => each2(to, column(a), int(n), |a, n| a.scale(n)),
            Instruction::ToScalar { a, .. } => each(to, int(a), F::from_i32),
            Instruction::Select { cond, a, b, .. } => {
                each3(to, bool(cond), column(a), column(b), |c, a, b| if holds(c) { a } else { b });
            }
            Instruction::Copy { a, .. } => to.copy_from_slice(column(a)),
            Instruction::Draw { kind, site, mean, .. } => {
                let Frame { key, step, first, .. } = part.args.frame;
                let first = first.wrapping_add(part.first as u64);
                let place = Place { key, first, step, site: *site };
                let mean = mean.as_ref().map(column);
                draw(tables, *kind, place, mean, to);
            }
            _ => {}
        }
    }

    #[inline(always)]
    fn int(&self, op: &Instruction, to: &mut [i32], scratch: &Scratch<F>, part: &Part<'_, '_, F>) {
        let column = |column: &Column| self.column(*column, scratch, part);
        let int = |i: &usize| lanes(&scratch.ints[*i], part.width);
        let bool = |i: &usize| lanes(&scratch.bools[*i], part.width);
        match op {
            Instruction::Int { value, .. } => to.fill(*value),
            Instruction::Exponent { a, .. } => each(to, column(a), F::exponent),
            Instruction::Nearest { a, .. } => each(to, column(a), F::nearest),
            Instruction::IntAdd { a, b, .. } => each2(to, int(a), int(b), i32::wrapping_add),
            Instruction::IntAnd { a, b, .. } => each2(to, int(a), int(b), |a, b| a & b),
            Instruction::SelectInt { cond, a, b, .. } => {
                each3(to, bool(cond), int(a), int(b), |c, a, b| if holds(c) { a } else { b });
            }
            _ => {}
        }
    }

    #[inline(always)]
    fn bool(&self, op: &Instruction, to: &mut [F], scratch: &Scratch<F>, part: &Part<'_, '_, F>) {
        let column = |column: &Column| self.column(*column, scratch, part);
        let int = |i: &usize| lanes(&scratch.ints[*i], part.width);
        let bool = |i: &usize| lanes(&scratch.bools[*i], part.width);
        match op {
            Instruction::Bool { value, .. } => to.fill(condition(*value)),
            Instruction::Compare { op, a, b, .. } => compare(*op, to, column(a), column(b)),
            Instruction::IntEq { a, b, .. } => each2(to, int(a), int(b), |a, b| condition(a == b)),
            Instruction::Not { a, .. } => each(to, bool(a), |a| F::from_i32(1) - a),
            Instruction::And { a, b, .. } => each2(to, bool(a), bool(b), |a, b| a * b),
            Instruction::AndNot { a, b, .. } => {
                each2(to, bool(a), bool(b), |a, b| if holds(b) { F::default() } else { a });
            }
            Instruction::Or { a, b, .. } => each2(to, bool(a), bool(b), F::greatest),
            Instruction::CopyBool { a, .. } => to.copy_from_slice(bool(a)),
            Instruction::SelectBool { cond, a, b, .. } => {
                each3(to, bool(cond), bool(a), bool(b), |c, a, b| if holds(c) { a } else { b });
            }
            _ => {}
        }
    }

    #[inline(always)]
    fn store(&self, op: &Instruction, scratch: &Scratch<F>, part: &mut Part<'_, '_, F>) {
        let (arena, i, register) = match op {
            Instruction::StoreState { state, a } => (&mut *part.args.states, *state, *a),
            Instruction::StoreOutput { output, a } => (&mut *part.args.outputs, *output, *a),
            _ => return,
        };
        let at = i * part.args.frame.width + part.first;
        arena[at..][..part.width].copy_from_slice(lanes(&scratch.scalars[register], part.width));
    }
}
