//! Programs as text. The text is canonical: equal programs print equally, and hashes are taken of it.

use std::fmt::{self, Display, Formatter};

use super::{Arithmetic, Carry, Draw, Merge, Op, Primitive, Program, Reg, Slot, Stmt};

impl Display for Program {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        block(f, &self.body, 0)
    }
}

impl Display for Reg {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "%{}", self.0)
    }
}

impl Display for Slot {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Slot::Parameter(i) => write!(f, "parameter[{i}]"),
            Slot::Derived(i) => write!(f, "derived[{i}]"),
            Slot::State(i) => write!(f, "state[{i}]"),
            Slot::Input(i) => write!(f, "input[{i}]"),
            Slot::Receptor(i) => write!(f, "receptor[{i}]"),
            Slot::Output(i) => write!(f, "output[{i}]"),
            Slot::Dt => f.write_str("dt"),
            Slot::Time => f.write_str("time"),
        }
    }
}

impl Display for Op {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(&mnemonic(self))?;
        self.operands().iter().try_for_each(|reg| write!(f, " {reg}"))
    }
}

fn mnemonic(op: &Op) -> String {
    match op {
        Op::Const(value) => format!("const {value:?}"),
        Op::Int(value) => format!("int {value}"),
        Op::Bool(value) => format!("bool {value}"),
        Op::Load(slot) => format!("load {slot}"),
        Op::Unary(primitive, _) => primitive.name().into(),
        Op::Binary(arithmetic, ..) => arithmetic.name().into(),
        Op::Fma(..) => "fma".into(),
        Op::Scale(..) => "scale".into(),
        Op::Exponent(_) => "exponent".into(),
        Op::Nearest(_) => "nearest".into(),
        Op::ToScalar(_) => "to_scalar".into(),
        Op::IntAdd(..) => "int_add".into(),
        Op::IntAnd(..) => "int_and".into(),
        Op::IntEq(..) => "int_eq".into(),
        Op::Compare(compare, ..) => compare.sign().into(),
        Op::Not(_) => "not".into(),
        Op::And(..) => "and".into(),
        Op::Or(..) => "or".into(),
        Op::Select(..) => "select".into(),
        Op::Call(function, _) => format!("call {}", function.name()),
        Op::Draw(kind, site, _) => format!("draw {} {site}", kind.name()),
    }
}

impl Primitive {
    /// The primitive's name in printed programs.
    pub fn name(self) -> &'static str {
        match self {
            Primitive::Neg => "neg",
            Primitive::Abs => "abs",
            Primitive::Sqrt => "sqrt",
            Primitive::Floor => "floor",
            Primitive::Ceil => "ceil",
            Primitive::Round => "round",
            Primitive::Mantissa => "mantissa",
        }
    }
}

impl Arithmetic {
    /// The primitive's name in printed programs.
    pub fn name(self) -> &'static str {
        match self {
            Arithmetic::Add => "add",
            Arithmetic::Sub => "sub",
            Arithmetic::Mul => "mul",
            Arithmetic::Div => "div",
            Arithmetic::Min => "min",
            Arithmetic::Max => "max",
        }
    }
}

impl Draw {
    /// The draw's name in the language.
    pub fn name(self) -> &'static str {
        match self {
            Draw::Uniform => "uniform",
            Draw::Normal => "normal",
            Draw::Exponential => "exponential",
            Draw::Poisson => "poisson",
            Draw::Gamma => "gamma",
        }
    }
}

fn block(f: &mut Formatter<'_>, body: &[Stmt], depth: usize) -> fmt::Result {
    body.iter().try_for_each(|stmt| statement(f, stmt, depth))
}

fn statement(f: &mut Formatter<'_>, stmt: &Stmt, depth: usize) -> fmt::Result {
    let indent = "    ".repeat(depth);
    match stmt {
        Stmt::Let { reg, op } => writeln!(f, "{indent}{reg} = {op}"),
        Stmt::Store { slot, value } => writeln!(f, "{indent}store {slot} {value}"),
        Stmt::If { cond, then, otherwise, results } => {
            writeln!(f, "{indent}if {cond} {{")?;
            block(f, then, depth + 1)?;
            writeln!(f, "{indent}}} else {{")?;
            block(f, otherwise, depth + 1)?;
            writeln!(f, "{indent}}}")?;
            results.iter().try_for_each(|Merge { reg, then, otherwise }| {
                writeln!(f, "{indent}{reg} = either {then} {otherwise}")
            })
        }
        Stmt::Loop { rounds, carries, head, cond, body } => {
            carries.iter().try_for_each(|Carry { reg, first, .. }| {
                writeln!(f, "{indent}{reg} = carried {first}")
            })?;
            writeln!(f, "{indent}loop {rounds} {{")?;
            block(f, head, depth + 1)?;
            if let Some(cond) = cond {
                writeln!(f, "{indent}}} while {cond} {{")?;
            }
            block(f, body, depth + 1)?;
            carries.iter().try_for_each(|Carry { reg, next, .. }| {
                writeln!(f, "{indent}    {reg} = next {next}")
            })?;
            writeln!(f, "{indent}}}")
        }
    }
}
