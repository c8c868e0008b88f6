//! Runs flat code on the lanes of a block.

use pontine_mechanism_lang::Real;

use super::code::{Arena, BoolOp, Instruction, IntOp, Operand, ScalarOp, Target};
use super::loops::{
    Same, all, any, binary, chain, choose, compare, condition, decay, each, each2, each3, flushed,
    holds, long_chain, sum, unary,
};
use super::{Interpreter, Scratch, at_once};
use crate::block::{BlockArgs, Frame};
use crate::draw::{Place, Tables, draw};
use crate::native::Task;

/// One call of an interpreter.
pub(super) struct Run<'r, 'a, F> {
    pub interpreter: &'r Interpreter<F>,
    pub scratch: &'r mut Scratch<F>,
    pub args: &'r mut BlockArgs<'a, F>,
}

impl<F: Real> Task for Run<'_, '_, F> {
    type Output = bool;

    #[inline(always)]
    fn run(self) -> bool {
        let Run { interpreter, scratch, args } = self;
        let width = args.frame.width;
        let mut written = Written {
            registers: &mut scratch.scalars,
            ints: &mut scratch.ints,
            bools: &mut scratch.bools,
            counters: &mut scratch.counters,
            tables: &mut scratch.tables,
            states: args.states,
            outputs: args.outputs,
        };
        let mut emitted = false;
        for first in (0..width).step_by(at_once::<F>()) {
            let mut fixed = Fixed {
                arenas: [&[]; Arena::COUNT],
                firsts: [0; Arena::COUNT],
                places: &scratch.places,
                frame: &args.frame,
                first,
                width: at_once::<F>().min(width - first),
            };
            // Columns that are the same in every lane need not be read further on.
            let of_parameters = if args.frame.homogeneous { 0 } else { first };
            fixed.set(Arena::Constants, &interpreter.constants, 0);
            fixed.set(Arena::Clock, &scratch.clock, 0);
            fixed.set(Arena::Parameters, args.constants, of_parameters);
            fixed.set(Arena::Dense, args.dense, first);
            fixed.set(Arena::States, &[], first);
            fixed.set(Arena::StatesBehind, &[], first);
            emitted |= fixed.part(interpreter, &mut written);
        }
        emitted
    }
}

/// What is the same for all operations on some lanes of a block.
struct Fixed<'c, F> {
    /// By [`Arena`]; empty are those in which something is written.
    arenas: [&'c [F]; Arena::COUNT],
    /// Which lane of an arena's columns is the first to read.
    firsts: [usize; Arena::COUNT],
    places: &'c [usize],
    frame: &'c Frame<'c, F>,
    /// The first of the lanes.
    first: usize,
    width: usize,
}

/// What is written.
struct Written<'c, F> {
    registers: &'c mut [F],
    ints: &'c mut [i32],
    bools: &'c mut [F],
    counters: &'c mut [u32],
    tables: &'c mut Tables,
    states: &'c mut [F],
    outputs: &'c mut [F],
}

/// What an operation may read.
struct Operands<'c, F> {
    fixed: &'c Fixed<'c, F>,
    /// Registers and states, without that which is written.
    registers: [&'c [F]; 2],
    states: [&'c [F]; 2],
    ints: Others<'c, i32>,
    bools: Others<'c, F>,
}

/// Columns of which one may be written.
struct Others<'c, T> {
    before: &'c [T],
    behind: &'c [T],
    written: usize,
}

impl<'c, T> Others<'c, T> {
    #[inline(always)]
    fn all(before: &'c [T]) -> Others<'c, T> {
        Others { before, behind: &[], written: usize::MAX }
    }

    #[inline(always)]
    fn column(&self, i: usize, stride: usize, width: usize) -> &'c [T] {
        let is_behind = i > self.written;
        let arena = if is_behind { self.behind } else { self.before };
        let i = if is_behind { i - self.written - 1 } else { i };
        &arena[i * stride..][..width]
    }
}

impl<'c, F: Real> Operands<'c, F> {
    #[inline(always)]
    fn column(&self, operand: &Operand) -> &'c [F] {
        let arena = match operand.arena {
            Arena::Registers => self.registers[0],
            Arena::RegistersBehind => self.registers[1],
            Arena::States => self.states[0],
            Arena::StatesBehind => self.states[1],
            arena => self.fixed.arenas[arena as usize],
        };
        let at = self.fixed.places[operand.place] + self.fixed.firsts[operand.arena as usize];
        &arena[at..][..self.fixed.width]
    }

    /// Whether every lane of a column has the same value.
    #[inline(always)]
    fn is_same(&self, operand: &Operand) -> bool {
        match operand.arena {
            Arena::Constants | Arena::Clock => true,
            Arena::Parameters => self.fixed.frame.homogeneous,
            _ => false,
        }
    }

    #[inline(always)]
    fn columns<const N: usize>(&self, operands: &[Operand; N]) -> [&'c [F]; N] {
        // Not by `map`, which is not inlined and so loses the vectors' width.
        let mut found: [&[F]; N] = [&[]; N];
        for (found, operand) in found.iter_mut().zip(operands) {
            *found = self.column(operand);
        }
        found
    }

    #[inline(always)]
    fn int(&self, i: &usize) -> &'c [i32] {
        self.ints.column(*i, at_once::<F>(), self.fixed.width)
    }

    #[inline(always)]
    fn bool(&self, i: &usize) -> &'c [F] {
        self.bools.column(*i, at_once::<F>(), self.fixed.width)
    }
}

/// Column `i`, and what lies before it and behind it.
#[inline(always)]
fn cut<T>(arena: &mut [T], i: usize, stride: usize) -> (&mut [T], [&[T]; 2]) {
    let (before, rest) = arena.split_at_mut(i * stride);
    let (column, behind) = rest.split_at_mut(stride);
    (column, [before, behind])
}

impl<'c, F: Real> Fixed<'c, F> {
    #[inline(always)]
    fn set(&mut self, arena: Arena, columns: &'c [F], first: usize) {
        self.arenas[arena as usize] = columns;
        self.firsts[arena as usize] = first;
    }

    #[inline(always)]
    fn part(&self, interpreter: &Interpreter<F>, written: &mut Written<'_, F>) -> bool {
        let instructions = &interpreter.code.instructions[..];
        let mut position = 0;
        while let Some(instruction) = instructions.get(position) {
            position = self.step(position, instruction, written);
        }
        let stride = self.frame.width;
        let column =
            |output: &usize| &written.outputs[output * stride + self.first..][..self.width];
        interpreter.events.iter().any(|output| any(column(output)))
    }

    /// Carries out one instruction; tells the position of the next.
    #[inline(always)]
    fn step(
        &self,
        position: usize,
        instruction: &Instruction<Operand>,
        written: &mut Written<'_, F>,
    ) -> usize {
        match instruction {
            Instruction::Scalar(to, op) => self.scalar(*to, op, written),
            Instruction::Int(to, op) => self.int(*to, op, written),
            Instruction::Bool(to, op) => self.bool(*to, op, written),
            Instruction::SkipIfNone { cond, to } => {
                if !any(&written.bools[cond * at_once::<F>()..][..self.width]) {
                    return *to;
                }
            }
            Instruction::SkipIfAll { cond, to } => {
                if all(&written.bools[cond * at_once::<F>()..][..self.width]) {
                    return *to;
                }
            }
            Instruction::Begin { counter } => written.counters[*counter] = 0,
            Instruction::Repeat { counter, rounds, to } => {
                written.counters[*counter] += 1;
                if written.counters[*counter] < *rounds {
                    return *to;
                }
            }
        }
        position + 1
    }

    #[inline(always)]
    fn scalar(&self, target: Target, op: &ScalarOp<Operand>, written: &mut Written<'_, F>) {
        let (width, first, stride) = (self.width, self.first, self.frame.width);
        let (registers, states) = (&mut *written.registers, &mut *written.states);
        let (to, registers, states) = match target {
            Target::Register(i) => {
                let (column, registers) = cut(registers, i, at_once::<F>());
                (&mut column[..width], registers, [&*states, &[]])
            }
            Target::State(i) => {
                let (column, states) = cut(states, i, stride);
                (&mut column[first..][..width], [&*registers, &[]], states)
            }
            Target::Output(i) => {
                let column = &mut written.outputs[i * stride + first..][..width];
                (column, [&*registers, &[]], [&*states, &[]])
            }
        };
        let (ints, bools) = (Others::all(written.ints), Others::all(written.bools));
        let from = Operands { fixed: self, registers, states, ints, bools };
        scalar(op, to, written.tables, &from);
    }

    #[inline(always)]
    fn int(&self, to: usize, op: &IntOp<Operand>, written: &mut Written<'_, F>) {
        let (column, [before, behind]) = cut(written.ints, to, at_once::<F>());
        let (registers, states) = ([&*written.registers, &[]], [&*written.states, &[]]);
        let ints = Others { before, behind, written: to };
        let bools = Others::all(written.bools);
        let from = Operands { fixed: self, registers, states, ints, bools };
        int(op, &mut column[..self.width], &from);
    }

    #[inline(always)]
    fn bool(&self, to: usize, op: &BoolOp<Operand>, written: &mut Written<'_, F>) {
        let (column, [before, behind]) = cut(written.bools, to, at_once::<F>());
        let (registers, states) = ([&*written.registers, &[]], [&*written.states, &[]]);
        let bools = Others { before, behind, written: to };
        let ints = Others::all(written.ints);
        let from = Operands { fixed: self, registers, states, ints, bools };
        bool(op, &mut column[..self.width], &from);
    }
}

#[inline(always)]
fn scalar<F: Real>(
    op: &ScalarOp<Operand>,
    to: &mut [F],
    tables: &mut Tables,
    from: &Operands<'_, F>,
) {
    match op {
        ScalarOp::Unary(primitive, a) => unary(*primitive, to, from.column(a)),
        ScalarOp::Binary(arithmetic, columns) => binary(*arithmetic, to, from.columns(columns)),
        ScalarOp::Chain(first, then, columns) => chain(*first, *then, to, from.columns(columns)),
        ScalarOp::LongChain(first, second, then, columns) => {
            long_chain([*second, *then], *first, to, from.columns(columns));
        }
        ScalarOp::Sum(first, products) => {
            summed(to, first.as_ref().map(|first| from.column(first)), products, from);
        }
        ScalarOp::Choose(op, columns) => choose(*op, to, from.columns(columns)),
        ScalarOp::Flush(columns) => {
            let [limit, a, b] = from.columns(columns);
            each3(to, limit, a, b, |limit, a, b| flushed(b, limit, a));
        }
        ScalarOp::DecayInPlace(operands) => decayed(to, operands, from),
        ScalarOp::Decay(x, operands) => {
            to.copy_from_slice(from.column(x));
            decayed(to, operands, from);
        }
        ScalarOp::Fma(columns) => {
            let [a, b, c] = from.columns(columns);
            each3(to, a, b, c, |a, b, c| a.fused(b, c));
        }
        ScalarOp::Scale(a, n) => each2(to, from.column(a), from.int(n), |a, n| a.scale(n)),
        ScalarOp::ToScalar(a) => each(to, from.int(a), F::from_i32),
        ScalarOp::Select(cond, columns) => {
            let [a, b] = from.columns(columns);
            each3(to, from.bool(cond), a, b, |c, a, b| if holds(c) { a } else { b });
        }
        ScalarOp::Condition(cond) => to.copy_from_slice(from.bool(cond)),
        ScalarOp::Copy(a) => to.copy_from_slice(from.column(a)),
        ScalarOp::Draw { kind, site, mean } => {
            let Frame { key, step, first, .. } = from.fixed.frame;
            let first = first.wrapping_add(from.fixed.first as u64);
            let place = Place { key: *key, first, step: *step, site: *site };
            let mean = mean.as_ref().map(|mean| from.column(mean));
            draw(tables, *kind, place, mean, to);
        }
    }
}

#[inline(always)]
fn summed<F: Real>(
    to: &mut [F],
    first: Option<&[F]>,
    products: &[[Operand; 2]],
    from: &Operands<'_, F>,
) {
    match products {
        [a, b] => sum_of(to, first, [a, b], from),
        [a, b, c] => sum_of(to, first, [a, b, c], from),
        [a, b, c, d] => sum_of(to, first, [a, b, c, d], from),
        // The compiler makes no others.
        _ => {}
    }
}

#[inline(always)]
fn sum_of<F: Real, const N: usize>(
    to: &mut [F],
    first: Option<&[F]>,
    products: [&[Operand; 2]; N],
    from: &Operands<'_, F>,
) {
    let (mut x, mut factors): ([&[F]; N], [&[F]; N]) = ([&[]; N], [&[]; N]);
    let (mut all_same, mut same) = (true, [Same(F::default()); N]);
    for (k, [a, b]) in products.into_iter().enumerate() {
        (x[k], factors[k]) = (from.column(a), from.column(b));
        (all_same, same[k]) = (all_same && from.is_same(b), Same(factors[k][0]));
    }
    if all_same {
        sum(to, first, x, same);
    } else {
        sum(to, first, x, factors);
    }
}

/// `to = flushed(to factor) + summand`; operands `factor, limit, low, summand`.
#[inline(always)]
fn decayed<F: Real>(to: &mut [F], operands: &[Operand; 4], from: &Operands<'_, F>) {
    let [factor, limit, low, summand] = from.columns(operands);
    if operands[..3].iter().all(|operand| from.is_same(operand)) {
        decay(to, [Same(factor[0]), Same(limit[0]), Same(low[0])], summand);
    } else {
        decay(to, [factor, limit, low], summand);
    }
}

#[inline(always)]
fn int<F: Real>(op: &IntOp<Operand>, to: &mut [i32], from: &Operands<'_, F>) {
    match op {
        IntOp::Value(value) => to.fill(*value),
        IntOp::Exponent(a) => each(to, from.column(a), F::exponent),
        IntOp::Nearest(a) => each(to, from.column(a), F::nearest),
        IntOp::Add(a, b) => each2(to, from.int(a), from.int(b), i32::wrapping_add),
        IntOp::And(a, b) => each2(to, from.int(a), from.int(b), |a, b| a & b),
        IntOp::Select { cond, a, b } => {
            let (cond, a, b) = (from.bool(cond), from.int(a), from.int(b));
            each3(to, cond, a, b, |c, a, b| if holds(c) { a } else { b });
        }
    }
}

#[inline(always)]
fn bool<F: Real>(op: &BoolOp<Operand>, to: &mut [F], from: &Operands<'_, F>) {
    match op {
        BoolOp::Value(value) => to.fill(condition(*value)),
        BoolOp::Compare(op, a, b) => compare(*op, to, from.column(a), from.column(b)),
        BoolOp::IntEq(a, b) => each2(to, from.int(a), from.int(b), |a, b| condition(a == b)),
        BoolOp::Not(a) => each(to, from.bool(a), |a| F::from_i32(1) - a),
        BoolOp::And(a, b) => each2(to, from.bool(a), from.bool(b), |a, b| a * b),
        BoolOp::AndNot(a, b) => {
            each2(to, from.bool(a), from.bool(b), |a, b| if holds(b) { F::default() } else { a });
        }
        BoolOp::Or(a, b) => each2(to, from.bool(a), from.bool(b), F::greatest),
        BoolOp::Copy(a) => to.copy_from_slice(from.bool(a)),
        BoolOp::Select { cond, a, b } => {
            let (cond, a, b) = (from.bool(cond), from.bool(a), from.bool(b));
            each3(to, cond, a, b, |c, a, b| if holds(c) { a } else { b });
        }
    }
}
