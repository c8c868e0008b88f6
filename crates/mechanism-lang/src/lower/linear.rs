//! Expressions as linear forms in some of their names.

use std::collections::BTreeMap;

use crate::expr::{BinaryOp, Expr, UnaryOp};

/// `Σ factor · variable + constant`.
#[derive(Clone, Debug, Default)]
pub(crate) struct Linear {
    /// The factors, free of variables.
    pub factors: BTreeMap<String, Expr>,
    /// The rest, free of variables; `None` for 0.
    pub constant: Option<Expr>,
}

/// Why an expression is not linear, and the term that is not.
#[derive(Clone, Debug)]
pub(crate) struct NotLinear {
    pub why: &'static str,
    pub term: String,
}

/// Which names are variables.
pub(crate) type Variables<'a> = &'a dyn Fn(&str) -> bool;

/// Writes `expr` as a linear form in `variables`.
pub(crate) fn linear(expr: &Expr, variables: Variables) -> Result<Linear, NotLinear> {
    let holds = |expr: &Expr| matches!(expr, Expr::Name { name, .. } if variables(name));
    if !expr.any(&holds) {
        return Ok(Linear { constant: Some(expr.clone()), ..Linear::default() });
    }
    let fail = |why| Err(NotLinear { why, term: expr.to_string() });
    match expr {
        Expr::Name { name, .. } => Ok(Linear::variable(name)),
        Expr::Unary { op: UnaryOp::Neg, operand, .. } => {
            Ok(linear(operand, variables)?.map(Expr::negated))
        }
        Expr::Binary { op, left, right, .. } => {
            let (left, right) = (linear(left, variables)?, linear(right, variables)?);
            match op {
                BinaryOp::Add => Ok(left.plus(right)),
                BinaryOp::Sub => Ok(left.plus(right.map(Expr::negated))),
                BinaryOp::Mul if right.is_constant() => Ok(left.scaled(&right)),
                BinaryOp::Mul if left.is_constant() => Ok(right.scaled(&left)),
                BinaryOp::Mul => fail("a product"),
                BinaryOp::Div if right.is_constant() => Ok(left.divided(&right)),
                BinaryOp::Div => fail("a division"),
            }
        }
        Expr::Conditional { .. } => fail("a condition"),
        Expr::Call { .. } => fail("a function"),
        _ => fail("a term"),
    }
}

impl Linear {
    fn variable(name: &str) -> Linear {
        Linear { factors: BTreeMap::from([(name.into(), Expr::number(1.0))]), constant: None }
    }

    fn is_constant(&self) -> bool {
        self.factors.is_empty()
    }

    fn map(self, f: impl Fn(Expr) -> Expr) -> Linear {
        let factors = self.factors.into_iter().map(|(name, factor)| (name, f(factor))).collect();
        Linear { factors, constant: self.constant.map(f) }
    }

    fn plus(mut self, other: Linear) -> Linear {
        for (name, factor) in other.factors {
            let sum = match self.factors.remove(&name) {
                Some(present) => present.plus(factor),
                None => factor,
            };
            self.factors.insert(name, sum);
        }
        self.constant = sum(self.constant, other.constant);
        self
    }

    fn scaled(self, by: &Linear) -> Linear {
        match &by.constant {
            Some(by) => self.map(|factor| factor.times(by.clone())),
            None => Linear::default(),
        }
    }

    /// By the reciprocal, which the host computes if it is made of parameters.
    fn divided(self, by: &Linear) -> Linear {
        let by = by.constant.clone().unwrap_or_else(|| Expr::number(0.0));
        self.map(|factor| factor.times(Expr::number(1.0).over(by.clone())))
    }
}

/// The sum of two terms, either of which may be absent.
pub(crate) fn sum(left: Option<Expr>, right: Option<Expr>) -> Option<Expr> {
    match (left, right) {
        (Some(left), Some(right)) => Some(left.plus(right)),
        (left, right) => left.or(right),
    }
}
