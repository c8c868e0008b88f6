//! Trees to canonical text, which parses back to an equal tree.

use std::fmt::{self, Display, Formatter};

use crate::expr::{BinaryOp, CompareOp, Expr, LogicOp};
use crate::tree::{
    Clamp, Equation, InputTree, Let, MechanismTree, OnSpike, OutputTree, OutputTreeKind,
    ParameterTree, ReceptorTree, SpikeTree, StateTree, Statement,
};
use crate::unit::Unit;

/// How tightly an operator binds; the parser climbs the same ladder.
pub(crate) mod binding {
    pub(crate) const CONDITIONAL: u8 = 1;
    pub(crate) const OR: u8 = 2;
    pub(crate) const AND: u8 = 3;
    pub(crate) const EQUALITY: u8 = 4;
    pub(crate) const ORDER: u8 = 5;
    pub(crate) const SUM: u8 = 6;
    pub(crate) const PRODUCT: u8 = 7;
    pub(crate) const UNARY: u8 = 8;
    pub(crate) const PRIMARY: u8 = 9;
}

impl LogicOp {
    pub(crate) fn binding(self) -> u8 {
        match self {
            LogicOp::Or => binding::OR,
            LogicOp::And => binding::AND,
        }
    }
}

impl CompareOp {
    pub(crate) fn binding(self) -> u8 {
        match self {
            CompareOp::Eq | CompareOp::Ne => binding::EQUALITY,
            CompareOp::Lt | CompareOp::Le | CompareOp::Gt | CompareOp::Ge => binding::ORDER,
        }
    }
}

impl BinaryOp {
    pub(crate) fn binding(self) -> u8 {
        match self {
            BinaryOp::Add | BinaryOp::Sub => binding::SUM,
            BinaryOp::Mul | BinaryOp::Div => binding::PRODUCT,
        }
    }
}

fn binding_of(expr: &Expr) -> u8 {
    match expr {
        Expr::Number { .. } | Expr::Name { .. } | Expr::Index { .. } | Expr::Call { .. } => {
            binding::PRIMARY
        }
        Expr::Unary { .. } => binding::UNARY,
        Expr::Binary { op, .. } => op.binding(),
        Expr::Compare { op, .. } => op.binding(),
        Expr::Logic { op, .. } => op.binding(),
        Expr::Conditional { .. } => binding::CONDITIONAL,
    }
}

impl Display for Expr {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Expr::Number { value, unit, .. } => quantity(f, *value, unit.unwrap_or(Unit::NONE)),
            Expr::Name { name, .. } => f.write_str(name),
            Expr::Index { name, indices, .. } => write!(f, "{name}[{}]", Commas(indices)),
            Expr::Unary { op, operand, .. } => {
                f.write_str(op.sign())?;
                child(f, operand, binding::UNARY)
            }
            Expr::Binary { op, left, right, .. } => infix(f, left, op.sign(), right, op.binding()),
            Expr::Compare { op, left, right, .. } => infix(f, left, op.sign(), right, op.binding()),
            Expr::Logic { op, left, right, .. } => infix(f, left, op.sign(), right, op.binding()),
            Expr::Conditional { condition, then, otherwise, .. } => {
                child(f, condition, binding::OR)?;
                write!(f, " ? {then} : {otherwise}")
            }
            Expr::Call { name, axes, args, .. } if axes.is_empty() => {
                write!(f, "{name}({})", Commas(args))
            }
            Expr::Call { name, axes, args, .. } => {
                write!(f, "{name}[{}]({})", axes.join(", "), Commas(args))
            }
        }
    }
}

fn infix(f: &mut Formatter<'_>, left: &Expr, sign: &str, right: &Expr, level: u8) -> fmt::Result {
    child(f, left, level)?;
    write!(f, " {sign} ")?;
    child(f, right, level + 1)
}

fn child(f: &mut Formatter<'_>, expr: &Expr, least: u8) -> fmt::Result {
    if binding_of(expr) < least { write!(f, "({expr})") } else { write!(f, "{expr}") }
}

fn quantity(f: &mut Formatter<'_>, value: f64, unit: Unit) -> fmt::Result {
    let digits = format!("{value:?}");
    f.write_str(digits.strip_suffix(".0").unwrap_or(&digits))?;
    if unit.is_none() { Ok(()) } else { write!(f, " {unit}") }
}

/// A list with commas.
pub(crate) struct Commas<'a>(pub &'a [Expr]);

impl Display for Commas<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        for (position, expr) in self.0.iter().enumerate() {
            let comma = if position > 0 { ", " } else { "" };
            write!(f, "{comma}{expr}")?;
        }
        Ok(())
    }
}

impl Display for MechanismTree {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        doc(f, &self.doc, 0)?;
        writeln!(f, "mechanism {} {{", self.name)?;
        writeln!(f, "    units {}", self.units.name())?;
        self.parameters.iter().try_for_each(|item| write!(f, "{item}"))?;
        self.inputs.iter().try_for_each(|item| write!(f, "{item}"))?;
        self.receptors.iter().try_for_each(|item| write!(f, "{item}"))?;
        self.states.iter().try_for_each(|item| state(f, item, 1))?;
        self.outputs.iter().try_for_each(|item| write!(f, "{item}"))?;
        self.lets.iter().try_for_each(|item| let_line(f, item, 1))?;
        self.equations.iter().try_for_each(|item| equation(f, item, 1))?;
        if let Some(step) = &self.step {
            writeln!(f, "    step {{")?;
            block(f, step, 2)?;
            writeln!(f, "    }}")?;
        }
        if let Some(spike) = &self.spike {
            write!(f, "{spike}")?;
        }
        if let Some(solver) = self.solver {
            write!(f, "    solve {}", solver.name())?;
            if let Some(tolerance) = self.tolerance {
                f.write_str(" tolerance ")?;
                quantity(f, tolerance, Unit::NONE)?;
            }
            writeln!(f)?;
        }
        writeln!(f, "}}")
    }
}

impl Display for ParameterTree {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        parameter(f, self, 1)
    }
}

fn parameter(f: &mut Formatter<'_>, item: &ParameterTree, level: usize) -> fmt::Result {
    doc(f, &item.doc, level)?;
    write!(f, "{:1$}parameter {2} = ", "", 4 * level, item.name)?;
    if item.value.is_sign_negative() {
        f.write_str("-")?;
    }
    quantity(f, item.value.abs(), item.unit)?;
    writeln!(f)
}

impl Display for InputTree {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        writeln!(f, "    input {}{}", self.name, Spaced(self.unit))
    }
}

impl Display for ReceptorTree {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        writeln!(f, "    receptor {}{} {{", self.name, Spaced(self.unit))?;
        self.parameters.iter().try_for_each(|item| parameter(f, item, 2))?;
        self.states.iter().try_for_each(|item| state(f, item, 2))?;
        self.equations.iter().try_for_each(|item| equation(f, item, 2))?;
        if let Some(OnSpike { weight, body, .. }) = &self.on_spike {
            writeln!(f, "        on_spike({weight}) {{")?;
            block(f, body, 3)?;
            writeln!(f, "        }}")?;
        }
        writeln!(f, "    }}")
    }
}

impl Display for OutputTree {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "    output {}", self.name)?;
        match &self.kind {
            OutputTreeKind::Events { amplitude: None } => writeln!(f, " events"),
            OutputTreeKind::Events { amplitude: Some(value) } => {
                writeln!(f, " events amplitude {value}")
            }
            OutputTreeKind::Dense { unit } => writeln!(f, " dense{}", Spaced(*unit)),
        }
    }
}

impl Display for SpikeTree {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        writeln!(f, "    spike when {} {{", self.condition)?;
        block(f, &self.reset, 2)?;
        if let Some(Clamp { duration, states, .. }) = &self.clamp {
            write!(f, "        refractory {duration}")?;
            if !states.is_empty() {
                write!(f, " clamps {}", states.join(", "))?;
            }
            writeln!(f)?;
        }
        writeln!(f, "    }}")
    }
}

/// A unit with a space before it, or nothing.
struct Spaced(Unit);

impl Display for Spaced {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        if self.0.is_none() { Ok(()) } else { write!(f, " {}", self.0) }
    }
}

fn indent(f: &mut Formatter<'_>, depth: usize) -> fmt::Result {
    write!(f, "{:width$}", "", width = 4 * depth)
}

fn doc(f: &mut Formatter<'_>, text: &str, depth: usize) -> fmt::Result {
    for line in text.lines() {
        indent(f, depth)?;
        let space = if line.is_empty() { "" } else { " " };
        writeln!(f, "//{space}{line}")?;
    }
    Ok(())
}

fn state(f: &mut Formatter<'_>, state: &StateTree, depth: usize) -> fmt::Result {
    indent(f, depth)?;
    let unit = Spaced(state.unit.unwrap_or(Unit::NONE));
    writeln!(f, "state {}{unit} = {}", state.name, state.initial)
}

fn let_line(f: &mut Formatter<'_>, item: &Let, depth: usize) -> fmt::Result {
    indent(f, depth)?;
    writeln!(f, "let {} = {}", item.name, item.value)
}

fn equation(f: &mut Formatter<'_>, item: &Equation, depth: usize) -> fmt::Result {
    indent(f, depth)?;
    writeln!(f, "d{}/dt = {}", item.state, item.rate)
}

fn block(f: &mut Formatter<'_>, statements: &[Statement], depth: usize) -> fmt::Result {
    statements.iter().try_for_each(|item| {
        indent(f, depth)?;
        statement(f, item, depth)?;
        writeln!(f)
    })
}

fn statement(f: &mut Formatter<'_>, item: &Statement, depth: usize) -> fmt::Result {
    match item {
        Statement::Let(Let { name, value, .. }) => write!(f, "let {name} = {value}"),
        Statement::Assign { target, op, value, .. } => {
            write!(f, "{target} {} {value}", op.sign())
        }
        Statement::Emit { output, value, .. } => write!(f, "emit {output} {value}"),
        Statement::If { condition, then, otherwise, .. } => {
            writeln!(f, "if {condition} {{")?;
            block(f, then, depth + 1)?;
            indent(f, depth)?;
            f.write_str("}")?;
            alternative(f, otherwise, depth)
        }
        Statement::For { name, first, end, condition, body, .. } => {
            write!(f, "for {name} in {first}..{end} ")?;
            if let Some(condition) = condition {
                write!(f, "while {condition} ")?;
            }
            writeln!(f, "{{")?;
            block(f, body, depth + 1)?;
            indent(f, depth)?;
            f.write_str("}")
        }
    }
}

fn alternative(f: &mut Formatter<'_>, otherwise: &[Statement], depth: usize) -> fmt::Result {
    match otherwise {
        [] => Ok(()),
        [nested @ Statement::If { .. }] => {
            f.write_str(" else ")?;
            statement(f, nested, depth)
        }
        many => {
            writeln!(f, " else {{")?;
            block(f, many, depth + 1)?;
            indent(f, depth)?;
            f.write_str("}")
        }
    }
}
