//! Flat code over a few columns.

use pontine_mechanism_lang::{Arithmetic, CompareOp, Draw, Primitive};

use super::loops::Then;
use crate::block::Frame;

/// Flat code.
#[derive(Clone, Debug, Default)]
pub(super) struct Code {
    pub instructions: Vec<Instruction<Operand>>,
    pub sizes: Sizes,
    pub constants: Vec<f64>,
    pub n_scalars: usize,
    pub n_ints: usize,
    pub n_bools: usize,
    pub n_counters: usize,
}

/// Where a scalar value lies while code is made.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Column {
    Register(usize),
    Constant(usize),
    Parameter(usize),
    Derived(usize),
    State(usize),
    Input(usize),
    Receptor(usize),
    Dt,
    Time,
}

/// Where the columns of a kind lie. What is written is cut out, so some lie before it or behind it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Arena {
    Constants,
    Clock,
    Registers,
    RegistersBehind,
    Parameters,
    Dense,
    States,
    StatesBehind,
}

impl Arena {
    pub(super) const COUNT: usize = 8;
}

/// A column to read: in an arena, at a place of the list that [`Sizes`] describes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Operand {
    pub arena: Arena,
    pub place: usize,
}

/// How many columns there are. The list of places begins with those of columns one behind the other
/// in arenas of our own, then come the states', parameters', derived parameters', inputs' and
/// receptors'.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Sizes {
    pub own: usize,
    pub states: usize,
    pub parameters: usize,
    pub derived: usize,
    pub inputs: usize,
    pub receptors: usize,
}

impl Sizes {
    /// Fills the list of places.
    pub(super) fn places<F>(&self, frame: &Frame<'_, F>, at_once: usize, places: &mut Vec<usize>) {
        places.clear();
        places.extend((0..self.own).map(|i| i * at_once));
        places.extend((0..self.states).map(|i| i * frame.width));
        places.extend_from_slice(&frame.parameter_at[..self.parameters]);
        places.extend_from_slice(&frame.derived_at[..self.derived]);
        places.extend_from_slice(&frame.input_at[..self.inputs]);
        places.extend_from_slice(&frame.receptor_at[..self.receptors]);
    }

    /// The operand for a column while `target` is written.
    pub(super) fn operand(&self, column: Column, target: Option<Target>) -> Operand {
        let parameters = self.own + self.states;
        let derived = parameters + self.parameters;
        let inputs = derived + self.derived;
        let receptors = inputs + self.inputs;
        let (arena, place) = match (column, target) {
            (Column::Constant(i), _) => (Arena::Constants, i),
            (Column::Dt, _) => (Arena::Clock, 0),
            (Column::Time, _) => (Arena::Clock, 1),
            (Column::Register(i), Some(Target::Register(written))) if i > written => {
                (Arena::RegistersBehind, i - written - 1)
            }
            (Column::Register(i), _) => (Arena::Registers, i),
            (Column::State(i), Some(Target::State(written))) if i > written => {
                (Arena::StatesBehind, self.own + i - written - 1)
            }
            (Column::State(i), _) => (Arena::States, self.own + i),
            (Column::Parameter(i), _) => (Arena::Parameters, parameters + i),
            (Column::Derived(i), _) => (Arena::Parameters, derived + i),
            (Column::Input(i), _) => (Arena::Dense, inputs + i),
            (Column::Receptor(i), _) => (Arena::Dense, receptors + i),
        };
        Operand { arena, place }
    }
}

/// Where a scalar result goes. Apart from registers, nothing reads there what is written.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Target {
    Register(usize),
    State(usize),
    Output(usize),
}

/// One operation on whole columns, by the type of its result, or a step elsewhere in the code.
#[derive(Clone, Debug)]
pub(super) enum Instruction<C> {
    Scalar(Target, ScalarOp<C>),
    Int(usize, IntOp<C>),
    Bool(usize, BoolOp<C>),
    SkipIfNone {
        cond: usize,
        to: usize,
    },
    SkipIfAll {
        cond: usize,
        to: usize,
    },
    /// Sets a counter of rounds to zero.
    Begin {
        counter: usize,
    },
    /// Goes back to `to` unless all rounds are done.
    Repeat {
        counter: usize,
        rounds: u32,
        to: usize,
    },
}

/// `usize` operands are columns of integers or conditions.
#[derive(Clone, Debug)]
pub(super) enum ScalarOp<C> {
    Unary(Primitive, C),
    Binary(Arithmetic, [C; 2]),
    /// `(a first b) then c`, rounded twice: a result that only one other operation reads.
    Chain(Arithmetic, Then, [C; 3]),
    /// `((a first b) second c) then d`, rounded thrice; the last adds or multiplies.
    LongChain(Arithmetic, Then, Then, [C; 4]),
    /// Products summed in order, each operation rounded, from a first summand if there is one.
    Sum(Option<C>, Vec<[C; 2]>),
    /// `left op right ? a : b`: a comparison that only one selection reads.
    Choose(CompareOp, [C; 4]),
    /// `a` where the size of `b` is below the limit, else `b`; columns `limit, a, b`.
    Flush([C; 3]),
    /// `flushed(x factor) + summand`; columns `x` and `factor, limit, low, summand`.
    Decay(C, [C; 4]),
    /// The same where `x` is what is written; columns `factor, limit, low, summand`.
    DecayInPlace([C; 4]),
    Fma([C; 3]),
    Scale(C, usize),
    ToScalar(usize),
    Select(usize, [C; 2]),
    /// 1 where it holds, 0 elsewhere.
    Condition(usize),
    Copy(C),
    Draw {
        kind: Draw,
        site: u16,
        mean: Option<C>,
    },
}

#[derive(Clone, Debug)]
pub(super) enum IntOp<C> {
    Value(i32),
    Exponent(C),
    Nearest(C),
    Add(usize, usize),
    And(usize, usize),
    Select { cond: usize, a: usize, b: usize },
}

#[derive(Clone, Debug)]
pub(super) enum BoolOp<C> {
    Value(bool),
    Compare(CompareOp, C, C),
    IntEq(usize, usize),
    Not(usize),
    And(usize, usize),
    AndNot(usize, usize),
    Or(usize, usize),
    Copy(usize),
    Select { cond: usize, a: usize, b: usize },
}

impl<C: Copy> Instruction<C> {
    /// The same on other columns, each told what is written.
    pub(super) fn map<D>(&self, f: impl Fn(C, Option<Target>) -> D) -> Instruction<D> {
        match self {
            Instruction::Scalar(to, op) => Instruction::Scalar(*to, op.map(|c| f(c, Some(*to)))),
            Instruction::Int(to, op) => Instruction::Int(*to, op.map(|c| f(c, None))),
            Instruction::Bool(to, op) => Instruction::Bool(*to, op.map(|c| f(c, None))),
            Instruction::SkipIfNone { cond, to } => {
                Instruction::SkipIfNone { cond: *cond, to: *to }
            }
            Instruction::SkipIfAll { cond, to } => Instruction::SkipIfAll { cond: *cond, to: *to },
            Instruction::Begin { counter } => Instruction::Begin { counter: *counter },
            Instruction::Repeat { counter, rounds, to } => {
                Instruction::Repeat { counter: *counter, rounds: *rounds, to: *to }
            }
        }
    }
}

impl<C: Copy> ScalarOp<C> {
    fn map<D>(&self, f: impl Fn(C) -> D) -> ScalarOp<D> {
        match self {
            ScalarOp::Unary(primitive, a) => ScalarOp::Unary(*primitive, f(*a)),
            ScalarOp::Binary(arithmetic, columns) => ScalarOp::Binary(*arithmetic, columns.map(f)),
            ScalarOp::Chain(first, then, columns) => ScalarOp::Chain(*first, *then, columns.map(f)),
            ScalarOp::LongChain(first, second, then, columns) => {
                ScalarOp::LongChain(*first, *second, *then, columns.map(f))
            }
            ScalarOp::Sum(first, products) => ScalarOp::Sum(
                first.map(&f),
                products.iter().map(|product| product.map(&f)).collect(),
            ),
            ScalarOp::Choose(op, columns) => ScalarOp::Choose(*op, columns.map(f)),
            ScalarOp::Flush(columns) => ScalarOp::Flush(columns.map(f)),
            ScalarOp::Decay(x, columns) => ScalarOp::Decay(f(*x), columns.map(f)),
            ScalarOp::DecayInPlace(columns) => ScalarOp::DecayInPlace(columns.map(f)),
            ScalarOp::Fma(columns) => ScalarOp::Fma(columns.map(f)),
            ScalarOp::Scale(a, n) => ScalarOp::Scale(f(*a), *n),
            ScalarOp::ToScalar(a) => ScalarOp::ToScalar(*a),
            ScalarOp::Select(cond, columns) => ScalarOp::Select(*cond, columns.map(f)),
            ScalarOp::Condition(cond) => ScalarOp::Condition(*cond),
            ScalarOp::Copy(a) => ScalarOp::Copy(f(*a)),
            ScalarOp::Draw { kind, site, mean } => {
                ScalarOp::Draw { kind: *kind, site: *site, mean: mean.map(f) }
            }
        }
    }
}

impl<C: Copy> IntOp<C> {
    fn map<D>(&self, f: impl Fn(C) -> D) -> IntOp<D> {
        match self {
            IntOp::Value(value) => IntOp::Value(*value),
            IntOp::Exponent(a) => IntOp::Exponent(f(*a)),
            IntOp::Nearest(a) => IntOp::Nearest(f(*a)),
            IntOp::Add(a, b) => IntOp::Add(*a, *b),
            IntOp::And(a, b) => IntOp::And(*a, *b),
            IntOp::Select { cond, a, b } => IntOp::Select { cond: *cond, a: *a, b: *b },
        }
    }
}

impl<C: Copy> BoolOp<C> {
    fn map<D>(&self, f: impl Fn(C) -> D) -> BoolOp<D> {
        match self {
            BoolOp::Value(value) => BoolOp::Value(*value),
            BoolOp::Compare(op, a, b) => BoolOp::Compare(*op, f(*a), f(*b)),
            BoolOp::IntEq(a, b) => BoolOp::IntEq(*a, *b),
            BoolOp::Not(a) => BoolOp::Not(*a),
            BoolOp::And(a, b) => BoolOp::And(*a, *b),
            BoolOp::AndNot(a, b) => BoolOp::AndNot(*a, *b),
            BoolOp::Or(a, b) => BoolOp::Or(*a, *b),
            BoolOp::Copy(a) => BoolOp::Copy(*a),
            BoolOp::Select { cond, a, b } => BoolOp::Select { cond: *cond, a: *a, b: *b },
        }
    }
}
