//! The kernel IR: statements per lane over typed registers, each assigned once.

mod print;
mod visit;

pub use crate::expr::CompareOp;

/// The type in which scalars are evaluated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Precision {
    /// `f32`
    F32,
    /// `f64`
    F64,
}

/// A program for one lane (one neuron, one point of a function).
///
/// Every register is assigned in one place, before its uses. Stores stand at the top level only, and no
/// statement but a store has an effect: both branches of an `If` may be executed and the results
/// selected, and a draw is a pure function of key, lane, step and site.
///
/// Loads see the values from before the program, whatever was stored meanwhile; each slot is
/// stored at most once.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Program {
    /// The type of each register.
    pub types: Vec<Type>,
    /// The statements, in order.
    pub body: Vec<Stmt>,
    /// How many draw sites there are.
    pub n_sites: u16,
}

/// Names a register of one program.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Reg(pub u32);

/// The type of a register.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Type {
    /// A number in the precision of the model.
    Scalar,
    /// A 32-bit integer.
    Int,
    /// A condition.
    Bool,
}

/// One statement.
#[derive(Clone, Debug, PartialEq)]
pub enum Stmt {
    /// Computes a register.
    Let {
        /// The register.
        reg: Reg,
        /// How.
        op: Op,
    },
    /// Writes a state, an output, or a derived parameter.
    Store {
        /// Where.
        slot: Slot,
        /// What.
        value: Reg,
    },
    /// Two branches, per lane.
    If {
        /// A `Bool`.
        cond: Reg,
        /// Where it holds.
        then: Vec<Stmt>,
        /// Where not.
        otherwise: Vec<Stmt>,
        /// The registers that are defined afterwards.
        results: Vec<Merge>,
    },
    /// Repetition, per lane: what is carried holds its first value before the first round and
    /// changes after each. A lane whose condition fails is done: nothing in it changes any more.
    Loop {
        /// The greatest number of rounds.
        rounds: u32,
        /// What changes.
        carries: Vec<Carry>,
        /// Computes the condition, at the beginning of each round.
        head: Vec<Stmt>,
        /// A `Bool` made by `head` or before; always true if absent.
        cond: Option<Reg>,
        /// The rest of a round. No draws stand in it, nor in `head`.
        body: Vec<Stmt>,
    },
}

/// A `Scalar` register that a loop changes from round to round.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Carry {
    /// The register, in the loop and behind it.
    pub reg: Reg,
    /// Its value before the first round.
    pub first: Reg,
    /// Its value after a round, made in it.
    pub next: Reg,
}

/// A register that takes its value from the branch taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Merge {
    /// The register.
    pub reg: Reg,
    /// Its value where the condition holds.
    pub then: Reg,
    /// Its value where not.
    pub otherwise: Reg,
}

/// How a register is computed.
#[derive(Clone, Debug, PartialEq)]
pub enum Op {
    /// A number, rounded to the model's precision.
    Const(f64),
    /// An integer.
    Int(i32),
    /// A condition.
    Bool(bool),
    /// Reads a slot.
    Load(Slot),
    /// A primitive of one scalar.
    Unary(Primitive, Reg),
    /// A primitive of two scalars.
    Binary(Arithmetic, Reg, Reg),
    /// `a · b + c`, rounded once.
    Fma(Reg, Reg, Reg),
    /// `a · 2^n`; see [`Real::scale`](crate::Real::scale).
    Scale(Reg, Reg),
    /// The exponent of a normal number, as `Int`.
    Exponent(Reg),
    /// The nearest whole number as `Int`; see [`Real::nearest`](crate::Real::nearest).
    Nearest(Reg),
    /// An `Int` as a scalar.
    ToScalar(Reg),
    /// Sum of two `Int`, wrapping.
    IntAdd(Reg, Reg),
    /// Bitwise and of two `Int`.
    IntAnd(Reg, Reg),
    /// Equality of two `Int`.
    IntEq(Reg, Reg),
    /// Comparison of two scalars; all but `!=` are false for NaN.
    Compare(CompareOp, Reg, Reg),
    /// Negation of a condition.
    Not(Reg),
    /// Both conditions.
    And(Reg, Reg),
    /// Either condition.
    Or(Reg, Reg),
    /// The second where the first holds, else the third; of scalars.
    Select(Reg, Reg, Reg),
    /// An elementary function; [`expand`](crate::expand) replaces it.
    Call(Elementary, Vec<Reg>),
    /// A random draw. Draws of Poisson have a mean as their argument, those of gamma
    /// a shape, others none.
    Draw(Draw, u16, Vec<Reg>),
}

/// Primitives of one scalar, each correctly rounded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Primitive {
    /// `-x`
    Neg,
    /// Without its sign.
    Abs,
    /// Square root.
    Sqrt,
    /// Greatest whole number not above.
    Floor,
    /// Least whole number not below.
    Ceil,
    /// Nearest whole number, halves to even.
    Round,
    /// Mantissa of a normal number, in `[1, 2)`.
    Mantissa,
}

/// Primitives of two scalars.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Arithmetic {
    /// `a + b`
    Add,
    /// `a - b`
    Sub,
    /// `a · b`
    Mul,
    /// `a / b`
    Div,
    /// `b` if less than `a`, else `a`.
    Min,
    /// `b` if greater than `a`, else `a`.
    Max,
}

/// Elementary functions, each a polynomial of our own; see `elementary.rs` for their errors.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Elementary {
    /// `e^x`
    Exp,
    /// `e^x - 1`
    Expm1,
    /// Natural logarithm.
    Log,
    /// `ln(1 + x)`
    Log1p,
    /// `(e^x - 1) / x`, 1 at 0.
    Exprel,
    /// Sine.
    Sin,
    /// Cosine.
    Cos,
    /// Hyperbolic tangent.
    Tanh,
    /// `x^y`
    Pow,
    /// Divided difference of `exp` at all its arguments; in derived parameters only, where the host
    /// calls [`exp_divided_difference`](crate::exp_divided_difference).
    ExpDivided,
}

/// Kinds of random draws.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Draw {
    /// Open interval (0, 1).
    Uniform,
    /// Mean 0, standard deviation 1.
    Normal,
    /// Mean 1.
    Exponential,
    /// A count with the given mean.
    Poisson,
    /// Of the gamma distribution with the given shape and scale 1.
    Gamma,
}

/// A place outside a program that it reads or writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Slot {
    /// A parameter.
    Parameter(usize),
    /// A derived parameter; written by the program `derive` only.
    Derived(usize),
    /// A state.
    State(usize),
    /// A dense input.
    Input(usize),
    /// The sum of the weights that are due at a receptor.
    Receptor(usize),
    /// An output; written only.
    Output(usize),
    /// The time step, in the mechanism's unit.
    Dt,
    /// The time at the end of this step, in the mechanism's unit.
    Time,
}

impl Op {
    /// The type of the result.
    pub fn result(&self) -> Type {
        match self {
            Op::Int(_) | Op::Exponent(_) | Op::Nearest(_) | Op::IntAdd(..) | Op::IntAnd(..) => {
                Type::Int
            }
            Op::Bool(_)
            | Op::IntEq(..)
            | Op::Compare(..)
            | Op::Not(_)
            | Op::And(..)
            | Op::Or(..) => Type::Bool,
            Op::Const(_)
            | Op::Load(_)
            | Op::Unary(..)
            | Op::Binary(..)
            | Op::Fma(..)
            | Op::Scale(..)
            | Op::ToScalar(_)
            | Op::Select(..)
            | Op::Call(..)
            | Op::Draw(..) => Type::Scalar,
        }
    }

    /// The registers that are read, in order.
    pub fn operands(&self) -> Vec<Reg> {
        match self {
            Op::Const(_) | Op::Int(_) | Op::Bool(_) | Op::Load(_) => Vec::new(),
            Op::Unary(_, a) | Op::Exponent(a) | Op::Nearest(a) | Op::ToScalar(a) | Op::Not(a) => {
                vec![*a]
            }
            Op::Binary(_, a, b)
            | Op::Scale(a, b)
            | Op::IntAdd(a, b)
            | Op::IntAnd(a, b)
            | Op::IntEq(a, b)
            | Op::Compare(_, a, b)
            | Op::And(a, b)
            | Op::Or(a, b) => vec![*a, *b],
            Op::Fma(a, b, c) | Op::Select(a, b, c) => vec![*a, *b, *c],
            Op::Call(_, args) | Op::Draw(_, _, args) => args.clone(),
        }
    }

    /// The same operation on other registers.
    pub fn map(&self, mut f: impl FnMut(Reg) -> Reg) -> Op {
        match self {
            Op::Const(_) | Op::Int(_) | Op::Bool(_) | Op::Load(_) => self.clone(),
            Op::Unary(p, a) => Op::Unary(*p, f(*a)),
            Op::Binary(p, a, b) => Op::Binary(*p, f(*a), f(*b)),
            Op::Fma(a, b, c) => Op::Fma(f(*a), f(*b), f(*c)),
            Op::Scale(a, n) => Op::Scale(f(*a), f(*n)),
            Op::Exponent(a) => Op::Exponent(f(*a)),
            Op::Nearest(a) => Op::Nearest(f(*a)),
            Op::ToScalar(a) => Op::ToScalar(f(*a)),
            Op::IntAdd(a, b) => Op::IntAdd(f(*a), f(*b)),
            Op::IntAnd(a, b) => Op::IntAnd(f(*a), f(*b)),
            Op::IntEq(a, b) => Op::IntEq(f(*a), f(*b)),
            Op::Compare(c, a, b) => Op::Compare(*c, f(*a), f(*b)),
            Op::Not(a) => Op::Not(f(*a)),
            Op::And(a, b) => Op::And(f(*a), f(*b)),
            Op::Or(a, b) => Op::Or(f(*a), f(*b)),
            Op::Select(c, a, b) => Op::Select(f(*c), f(*a), f(*b)),
            Op::Call(function, args) => Op::Call(*function, args.iter().map(|a| f(*a)).collect()),
            Op::Draw(kind, site, args) => {
                Op::Draw(*kind, *site, args.iter().map(|a| f(*a)).collect())
            }
        }
    }
}

impl Elementary {
    /// All functions with a polynomial, and their names in the language.
    pub(crate) const NAMED: [(&'static str, Elementary); 10] = [
        ("exp", Elementary::Exp),
        ("expm1", Elementary::Expm1),
        ("log", Elementary::Log),
        ("log1p", Elementary::Log1p),
        ("exprel", Elementary::Exprel),
        ("sin", Elementary::Sin),
        ("cos", Elementary::Cos),
        ("tanh", Elementary::Tanh),
        ("pow", Elementary::Pow),
        ("exp_divided", Elementary::ExpDivided),
    ];

    /// The function's name.
    pub fn name(self) -> &'static str {
        let named = Elementary::NAMED.iter().find(|(_, function)| *function == self);
        named.map_or("", |(name, _)| name)
    }
}
