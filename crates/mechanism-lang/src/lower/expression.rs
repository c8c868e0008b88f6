//! Expressions to registers; what is made of parameters only is computed on the host.

use std::collections::HashMap;

use super::builder::Builder;
use super::names::{Meaning, Names, What};
use crate::error::{At, Located, unknown};
use crate::expr::{BinaryOp, CompareOp, Expr, LogicOp, UnaryOp};
use crate::ir::{Arithmetic, Draw, Elementary, Op, Primitive, Reg, Slot};
use crate::unit::Unit;

/// A program in the making, and the names it can use.
pub(crate) struct Lowering<'a> {
    pub names: &'a Names,
    pub program: Builder,
    /// Values that have changed since the start of the step, and local names.
    pub values: HashMap<String, Reg>,
    derived: Option<&'a mut DerivedBuilder>,
}

/// The program of derived parameters in the making.
#[derive(Debug)]
pub(crate) struct DerivedBuilder {
    pub program: Builder,
    /// The expressions, in order.
    pub texts: Vec<String>,
}

impl DerivedBuilder {
    pub(crate) fn new() -> DerivedBuilder {
        DerivedBuilder { program: Builder::new(), texts: Vec::new() }
    }

    /// The derived parameter that holds `expr`.
    pub(crate) fn index(&mut self, expr: &Expr, names: &Names) -> Result<usize, Located> {
        let text = expr.to_string();
        if let Some(index) = self.texts.iter().position(|known| *known == text) {
            return Ok(index);
        }
        let program = std::mem::take(&mut self.program);
        let mut lowering = Lowering { names, program, values: HashMap::new(), derived: None };
        let reg = lowering.value(expr);
        self.program = lowering.program;
        self.program.store(Slot::Derived(self.texts.len()), reg?);
        self.texts.push(text);
        Ok(self.texts.len() - 1)
    }
}

impl<'a> Lowering<'a> {
    pub(crate) fn new(names: &'a Names, derived: &'a mut DerivedBuilder) -> Lowering<'a> {
        let values = HashMap::new();
        Lowering { names, program: Builder::new(), values, derived: Some(derived) }
    }

    /// A program that computes everything itself.
    pub(crate) fn without_derived(names: &'a Names) -> Lowering<'a> {
        Lowering { names, program: Builder::new(), values: HashMap::new(), derived: None }
    }

    /// The register that holds the value of `expr`.
    pub(crate) fn value(&mut self, expr: &Expr) -> Result<Reg, Located> {
        if self.derived.is_some() && self.is_worth_deriving(expr) {
            return self.derived_value(expr);
        }
        match expr {
            Expr::Number { value, unit, .. } => Ok(self.number(*value, *unit)),
            Expr::Name { name, at } => self.named(name, *at),
            Expr::Index { name, at, .. } => Err(at.fault(unknown("vector", name, Vec::new()))),
            Expr::Unary { op, operand, .. } => {
                let operand = self.value(operand)?;
                Ok(self.program.push(match op {
                    UnaryOp::Neg => Op::Unary(Primitive::Neg, operand),
                    UnaryOp::Not => Op::Not(operand),
                }))
            }
            Expr::Binary { op, left, right, .. } => {
                let (left, right) = (self.value(left)?, self.value(right)?);
                Ok(self.program.binary(arithmetic(*op), left, right))
            }
            Expr::Compare { op, left, right, .. } => {
                let (left, right) = (self.value(left)?, self.value(right)?);
                Ok(self.program.compare(*op, left, right))
            }
            Expr::Logic { op, left, right, .. } => {
                let (left, right) = (self.value(left)?, self.value(right)?);
                Ok(self.program.push(match op {
                    LogicOp::And => Op::And(left, right),
                    LogicOp::Or => Op::Or(left, right),
                }))
            }
            Expr::Conditional { condition, then, otherwise, .. } => {
                let condition = self.value(condition)?;
                let (then, otherwise) = (self.value(then)?, self.value(otherwise)?);
                Ok(self.program.select(condition, then, otherwise))
            }
            Expr::Call { name, args, at, .. } => self.call(name, args, *at),
        }
    }

    /// The value of an expression over parameters and dt, from the host.
    pub(crate) fn derived_value(&mut self, expr: &Expr) -> Result<Reg, Located> {
        let names = self.names;
        match &mut self.derived {
            Some(derived) => {
                let index = derived.index(expr, names)?;
                Ok(self.program.load(Slot::Derived(index)))
            }
            None => self.value(expr),
        }
    }

    /// Whether `expr` is made of parameters, dt and numbers only.
    pub(crate) fn is_constant(&self, expr: &Expr) -> bool {
        let own = match expr {
            Expr::Name { name, .. } if self.values.contains_key(name) => false,
            Expr::Name { name, .. } => match self.names.get(name).map(|meaning| meaning.what) {
                Some(What::Slot(slot)) => matches!(slot, Slot::Parameter(_) | Slot::Dt),
                Some(What::Constant(_)) => true,
                Some(What::Dense(_) | What::Events) | None => false,
            },
            Expr::Call { name, .. } => draw(name).is_none(),
            // A derived parameter is a number.
            Expr::Compare { .. } | Expr::Logic { .. } => false,
            _ => true,
        };
        own && expr.children().iter().all(|child| self.is_constant(child))
    }

    /// Divisions and functions are: they cost far more than the load that replaces them.
    fn is_worth_deriving(&self, expr: &Expr) -> bool {
        let costly = |expr: &Expr| {
            matches!(expr, Expr::Binary { op: BinaryOp::Div, .. } | Expr::Call { .. })
        };
        expr.any(&costly) && self.is_constant(expr)
    }

    fn number(&mut self, value: f64, unit: Option<Unit>) -> Reg {
        let unit = unit.unwrap_or(Unit::NONE);
        let held = unit.convert(value, self.names.units.held(unit));
        self.program.constant(held.unwrap_or(value))
    }

    fn named(&mut self, name: &str, at: At) -> Result<Reg, Located> {
        if let Some(reg) = self.values.get(name) {
            return Ok(*reg);
        }
        match self.names.get(name) {
            Some(Meaning { what: What::Slot(slot), .. }) => Ok(self.program.load(*slot)),
            Some(Meaning { what: What::Constant(value), .. }) => Ok(self.program.constant(*value)),
            Some(Meaning { what: What::Dense(_) | What::Events, .. }) | None => {
                Err(at.fault(unknown("name", name, self.names.values())))
            }
        }
    }

    fn call(&mut self, name: &str, args: &[Expr], at: At) -> Result<Reg, Located> {
        let args = args.iter().map(|arg| self.value(arg)).collect::<Result<Vec<_>, _>>()?;
        let name = one_name(name);
        if let Some((_, function)) = Elementary::NAMED.iter().find(|(known, _)| *known == name) {
            return Ok(self.program.call(*function, args));
        }
        if let Some(kind) = draw(name) {
            return Ok(self.draw(kind, &args));
        }
        self.primitive(name, &args).ok_or_else(|| at.fault(unknown("function", name, Vec::new())))
    }

    fn primitive(&mut self, name: &str, args: &[Reg]) -> Option<Reg> {
        let program = &mut self.program;
        Some(match (name, args) {
            ("sqrt", [x]) => program.unary(Primitive::Sqrt, *x),
            ("floor", [x]) => program.unary(Primitive::Floor, *x),
            ("ceil", [x]) => program.unary(Primitive::Ceil, *x),
            ("round", [x]) => program.unary(Primitive::Round, *x),
            ("rint", [x]) => self.nearest_even(*x),
            ("log10", [x]) => self.decadic(*x),
            ("where", [condition, a, b]) => program.select(*condition, *a, *b),
            ("abs", [x]) => program.unary(Primitive::Abs, *x),
            ("min", [a, b]) => program.binary(Arithmetic::Min, *a, *b),
            ("max", [a, b]) => program.binary(Arithmetic::Max, *a, *b),
            ("fma", [a, b, c]) => program.push(Op::Fma(*a, *b, *c)),
            ("clip", [x, low, high]) => {
                let raised = program.binary(Arithmetic::Max, *x, *low);
                program.binary(Arithmetic::Min, raised, *high)
            }
            _ => return None,
        })
    }

    /// The nearest whole number; of two that are equally near the even one, which is twice the nearest
    /// to half of `x`.
    fn nearest_even(&mut self, x: Reg) -> Reg {
        let program = &mut self.program;
        let (two, half) = (program.constant(2.0), program.constant(0.5));
        let nearest = program.unary(Primitive::Round, x);
        let halved = program.binary(Arithmetic::Mul, half, x);
        let halved = program.unary(Primitive::Round, halved);
        let even = program.binary(Arithmetic::Mul, two, halved);
        let rest = program.binary(Arithmetic::Sub, x, nearest);
        let rest = program.unary(Primitive::Abs, rest);
        let is_between = program.compare(CompareOp::Eq, rest, half);
        program.select(is_between, even, nearest)
    }

    /// `log(x) / ln 10`, the factor in two parts.
    fn decadic(&mut self, x: Reg) -> Reg {
        let program = &mut self.program;
        let natural = program.call(Elementary::Log, vec![x]);
        let [high, low] =
            [std::f64::consts::LOG10_E, LOG10_E_REST].map(|part| program.constant(part));
        let rest = program.binary(Arithmetic::Mul, natural, low);
        program.push(Op::Fma(natural, high, rest))
    }

    /// `uniform(a, b)` is `a + (b - a)·u`, `normal(m, s)` is `m + s·z`.
    fn draw(&mut self, kind: Draw, args: &[Reg]) -> Reg {
        let site = self.program.next_site();
        let has_argument = matches!(kind, Draw::Poisson | Draw::Gamma);
        let argument = if has_argument { args.to_vec() } else { Vec::new() };
        let drawn = self.program.push(Op::Draw(kind, site, argument));
        let (offset, factor) = match (kind, args) {
            (Draw::Uniform, [low, high]) => {
                (*low, self.program.binary(Arithmetic::Sub, *high, *low))
            }
            (Draw::Normal, [mean, deviation]) => (*mean, *deviation),
            _ => return drawn,
        };
        let scaled = self.program.binary(Arithmetic::Mul, factor, drawn);
        self.program.binary(Arithmetic::Add, offset, scaled)
    }
}

/// What the double nearest to log10(e) lacks.
const LOG10_E_REST: f64 = 1.098_319_650_216_765e-17;

/// A function under the name that the rest of the language knows it by: some have two.
pub(crate) fn one_name(name: &str) -> &str {
    match name {
        "ln" => "log",
        "ln_1p" => "log1p",
        "exp_m1" => "expm1",
        _ => name,
    }
}

fn arithmetic(op: BinaryOp) -> Arithmetic {
    match op {
        BinaryOp::Add => Arithmetic::Add,
        BinaryOp::Sub => Arithmetic::Sub,
        BinaryOp::Mul => Arithmetic::Mul,
        BinaryOp::Div => Arithmetic::Div,
    }
}

pub(crate) fn is_draw(name: &str) -> bool {
    draw(name).is_some()
}

fn draw(name: &str) -> Option<Draw> {
    let all = [Draw::Uniform, Draw::Normal, Draw::Exponential, Draw::Poisson, Draw::Gamma];
    all.into_iter().find(|kind| kind.name() == name)
}
