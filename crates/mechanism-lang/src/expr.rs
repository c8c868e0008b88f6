//! Expressions as trees.

use crate::error::At;
use crate::unit::Unit;

/// An expression.
///
/// Prints as text that parses back to an equal tree; places (`at`) do not take part in equality.
#[derive(Clone, Debug, PartialEq)]
pub enum Expr {
    /// A number that is not negative, with the unit written behind it. `inf` is a number.
    Number {
        /// The value as written.
        value: f64,
        /// The unit as written; `None` for a bare number.
        unit: Option<Unit>,
        /// Where it stands.
        at: At,
    },
    /// A name, dotted ones in one piece (`excitatory.i`).
    Name {
        /// The name.
        name: String,
        /// Where it stands.
        at: At,
    },
    /// `name[index, …]`.
    Index {
        /// The name.
        name: String,
        /// The indices.
        indices: Vec<Expr>,
        /// Where it stands.
        at: At,
    },
    /// `-x`, `!x`.
    Unary {
        /// The operator.
        op: UnaryOp,
        /// What it is applied to.
        operand: Box<Expr>,
        /// Where it stands.
        at: At,
    },
    /// `a + b` and the like.
    Binary {
        /// The operator.
        op: BinaryOp,
        /// Left operand.
        left: Box<Expr>,
        /// Right operand.
        right: Box<Expr>,
        /// Where the operator stands.
        at: At,
    },
    /// `a < b` and the like.
    Compare {
        /// The operator.
        op: CompareOp,
        /// Left operand.
        left: Box<Expr>,
        /// Right operand.
        right: Box<Expr>,
        /// Where the operator stands.
        at: At,
    },
    /// `a && b`, `a || b`.
    Logic {
        /// The operator.
        op: LogicOp,
        /// Left operand.
        left: Box<Expr>,
        /// Right operand.
        right: Box<Expr>,
        /// Where the operator stands.
        at: At,
    },
    /// `condition ? then : otherwise`.
    Conditional {
        /// The condition.
        condition: Box<Expr>,
        /// The value if it holds.
        then: Box<Expr>,
        /// The value if not.
        otherwise: Box<Expr>,
        /// Where the `?` stands.
        at: At,
    },
    /// `name(args)`, or `name[axes](args)` for a reduction over named axes.
    Call {
        /// The function.
        name: String,
        /// The axes, empty if there are no brackets.
        axes: Vec<String>,
        /// The arguments.
        args: Vec<Expr>,
        /// Where the name stands.
        at: At,
    },
}

/// Operators on one value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum UnaryOp {
    /// `-`
    Neg,
    /// `!`
    Not,
}

/// Arithmetic on two values.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum BinaryOp {
    /// `+`
    Add,
    /// `-`
    Sub,
    /// `*`
    Mul,
    /// `/`
    Div,
}

/// Comparisons.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CompareOp {
    /// `==`; NaN equals nothing.
    Eq,
    /// `!=`
    Ne,
    /// `<`
    Lt,
    /// `<=`
    Le,
    /// `>`
    Gt,
    /// `>=`
    Ge,
}

/// Operators on conditions; both sides are always evaluated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum LogicOp {
    /// `&&`
    And,
    /// `||`
    Or,
}

impl UnaryOp {
    /// The operator as written.
    pub fn sign(self) -> &'static str {
        match self {
            UnaryOp::Neg => "-",
            UnaryOp::Not => "!",
        }
    }
}

impl BinaryOp {
    /// The operator as written.
    pub fn sign(self) -> &'static str {
        match self {
            BinaryOp::Add => "+",
            BinaryOp::Sub => "-",
            BinaryOp::Mul => "*",
            BinaryOp::Div => "/",
        }
    }
}

impl CompareOp {
    /// The operator as written.
    pub fn sign(self) -> &'static str {
        match self {
            CompareOp::Eq => "==",
            CompareOp::Ne => "!=",
            CompareOp::Lt => "<",
            CompareOp::Le => "<=",
            CompareOp::Gt => ">",
            CompareOp::Ge => ">=",
        }
    }
}

impl LogicOp {
    /// The operator as written.
    pub fn sign(self) -> &'static str {
        match self {
            LogicOp::And => "&&",
            LogicOp::Or => "||",
        }
    }
}

impl Expr {
    /// Where the expression stands: its operator, or its first token.
    pub fn at(&self) -> At {
        match self {
            Expr::Number { at, .. }
            | Expr::Name { at, .. }
            | Expr::Index { at, .. }
            | Expr::Unary { at, .. }
            | Expr::Binary { at, .. }
            | Expr::Compare { at, .. }
            | Expr::Logic { at, .. }
            | Expr::Conditional { at, .. }
            | Expr::Call { at, .. } => *at,
        }
    }

    /// The direct parts of the expression, in order of appearance.
    pub fn children(&self) -> Vec<&Expr> {
        match self {
            Expr::Number { .. } | Expr::Name { .. } => Vec::new(),
            Expr::Index { indices, .. } => indices.iter().collect(),
            Expr::Unary { operand, .. } => vec![operand],
            Expr::Binary { left, right, .. }
            | Expr::Compare { left, right, .. }
            | Expr::Logic { left, right, .. } => vec![left, right],
            Expr::Conditional { condition, then, otherwise, .. } => {
                vec![condition, then, otherwise]
            }
            Expr::Call { args, .. } => args.iter().collect(),
        }
    }

    /// Whether this expression or a part of it satisfies `test`.
    pub fn any(&self, test: &dyn Fn(&Expr) -> bool) -> bool {
        test(self) || self.children().iter().any(|child| child.any(test))
    }

    /// The same expression with every name and index that `replace` knows put in place.
    pub(crate) fn replaced(&self, replace: &dyn Fn(&Expr) -> Option<Expr>) -> Expr {
        if let Some(expr) = replace(self) {
            return expr;
        }
        let again = |expr: &Expr| Box::new(expr.replaced(replace));
        let list = |exprs: &[Expr]| exprs.iter().map(|expr| expr.replaced(replace)).collect();
        match self {
            Expr::Number { .. } | Expr::Name { .. } => self.clone(),
            Expr::Index { name, indices, at } => {
                Expr::Index { name: name.clone(), indices: list(indices), at: *at }
            }
            Expr::Unary { op, operand, at } => {
                Expr::Unary { op: *op, operand: again(operand), at: *at }
            }
            Expr::Binary { op, left, right, at } => {
                Expr::Binary { op: *op, left: again(left), right: again(right), at: *at }
            }
            Expr::Compare { op, left, right, at } => {
                Expr::Compare { op: *op, left: again(left), right: again(right), at: *at }
            }
            Expr::Logic { op, left, right, at } => {
                Expr::Logic { op: *op, left: again(left), right: again(right), at: *at }
            }
            Expr::Conditional { condition, then, otherwise, at } => Expr::Conditional {
                condition: again(condition),
                then: again(then),
                otherwise: again(otherwise),
                at: *at,
            },
            Expr::Call { name, axes, args, at } => {
                Expr::Call { name: name.clone(), axes: axes.clone(), args: list(args), at: *at }
            }
        }
    }
}

/// Construction with the simplest of simplifications, for equations that are transformed.
impl Expr {
    pub(crate) fn number(value: f64) -> Expr {
        let at = At::default();
        if value.is_sign_negative() {
            return Expr::number(-value).negated();
        }
        Expr::Number { value, unit: None, at }
    }

    pub(crate) fn name(name: &str) -> Expr {
        Expr::Name { name: name.into(), at: At::default() }
    }

    pub(crate) fn call(name: &str, args: Vec<Expr>) -> Expr {
        Expr::Call { name: name.into(), axes: Vec::new(), args, at: At::default() }
    }

    pub(crate) fn negated(self) -> Expr {
        match self {
            Expr::Unary { op: UnaryOp::Neg, operand, .. } => *operand,
            other => Expr::Unary { op: UnaryOp::Neg, operand: Box::new(other), at: At::default() },
        }
    }

    pub(crate) fn plus(self, other: Expr) -> Expr {
        match other {
            Expr::Unary { op: UnaryOp::Neg, operand, .. } => self.binary(BinaryOp::Sub, *operand),
            other => self.binary(BinaryOp::Add, other),
        }
    }

    pub(crate) fn times(self, other: Expr) -> Expr {
        match (self, other) {
            (one, other) if one.is_one() => other,
            (other, one) if one.is_one() => other,
            (Expr::Unary { op: UnaryOp::Neg, operand, .. }, other) => {
                operand.times(other).negated()
            }
            (other, Expr::Unary { op: UnaryOp::Neg, operand, .. }) => {
                other.times(*operand).negated()
            }
            (left, right) => left.binary(BinaryOp::Mul, right),
        }
    }

    pub(crate) fn over(self, other: Expr) -> Expr {
        if other.is_one() { self } else { self.binary(BinaryOp::Div, other) }
    }

    fn is_one(&self) -> bool {
        matches!(self, Expr::Number { value: 1.0, unit: None, .. })
    }

    fn binary(self, op: BinaryOp, right: Expr) -> Expr {
        Expr::Binary { op, left: Box::new(self), right: Box::new(right), at: At::default() }
    }
}
