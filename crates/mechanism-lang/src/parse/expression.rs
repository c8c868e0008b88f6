//! Expressions, by precedence climbing along the ladder in `print::binding`.

use super::{DEPTH_LIMIT, Parser, is_keyword, may_follow};
use crate::error::{At, Cause, Located};
use crate::expr::{BinaryOp, CompareOp, Expr, LogicOp, UnaryOp};
use crate::print::binding;
use crate::token::Kind;
use crate::unit::Unit;

/// An expression and the height of its tree.
///
/// Long chains (`a + b + c + …`) make tall trees without deep recursion of the parser, yet all that
/// walks them recurses; so height is bounded as well.
struct Tall {
    expr: Expr,
    height: usize,
}

impl Parser<'_> {
    pub(super) fn expression(&mut self) -> Result<Expr, Located> {
        Ok(self.conditional()?.expr)
    }

    fn conditional(&mut self) -> Result<Tall, Located> {
        let condition = self.climb(binding::OR)?;
        let at = self.at();
        if !self.eat_sign("?") {
            return Ok(condition);
        }
        let then = self.nested(Parser::conditional)?;
        self.expect_sign(":")?;
        let otherwise = self.nested(Parser::conditional)?;
        let height = condition.height.max(then.height).max(otherwise.height);
        let [condition, then, otherwise] =
            [condition, then, otherwise].map(|tall| Box::new(tall.expr));
        tall(Expr::Conditional { condition, then, otherwise, at }, height)
    }

    /// Operators that bind at least as tightly as `least`; all associate to the left.
    fn climb(&mut self, least: u8) -> Result<Tall, Located> {
        let mut left = self.nested(Parser::unary)?;
        while let Some(infix) = self.infix().filter(|infix| infix.binding() >= least) {
            let at = self.at();
            self.advance();
            let right = self.nested(|parser| parser.climb(infix.binding() + 1))?;
            let height = left.height.max(right.height);
            left = tall(infix.join(left.expr, right.expr, at), height)?;
        }
        Ok(left)
    }

    fn infix(&self) -> Option<Infix> {
        let Kind::Sign(sign) = self.peek().kind else { return None };
        INFIXES.iter().find(|(text, _)| *text == sign).map(|(_, infix)| *infix)
    }

    fn unary(&mut self) -> Result<Tall, Located> {
        let at = self.at();
        let op = match self.peek().kind {
            Kind::Sign("-") => UnaryOp::Neg,
            Kind::Sign("!") => UnaryOp::Not,
            _ => return self.primary(),
        };
        self.advance();
        let operand = self.nested(Parser::unary)?;
        tall(Expr::Unary { op, operand: Box::new(operand.expr), at }, operand.height)
    }

    fn primary(&mut self) -> Result<Tall, Located> {
        let at = self.at();
        match self.peek().kind.clone() {
            Kind::Number(value) => {
                self.advance();
                let unit = self.unit_behind_number()?;
                Ok(Tall { expr: Expr::Number { value, unit, at }, height: 1 })
            }
            Kind::Word(word) if word == "inf" => {
                self.advance();
                let unit = self.unit_behind_number()?;
                Ok(Tall { expr: Expr::Number { value: f64::INFINITY, unit, at }, height: 1 })
            }
            Kind::Word(word) if !is_keyword(&word) => {
                self.advance();
                self.named(word, at)
            }
            Kind::Sign("(") => {
                self.advance();
                let inner = self.conditional()?;
                self.expect_sign(")")?;
                Ok(inner)
            }
            _ => Err(self.unexpected("an expression")),
        }
    }

    /// What follows a name: nothing, indices, arguments, or axes and arguments.
    fn named(&mut self, name: String, at: At) -> Result<Tall, Located> {
        let mut indices = Vec::new();
        if self.eat_sign("[") {
            indices = self.comma_separated(Parser::conditional)?;
            self.expect_sign("]")?;
        }
        if self.is_sign("(") {
            return self.call(name, indices, at);
        }
        if indices.is_empty() {
            return Ok(Tall { expr: Expr::Name { name, at }, height: 1 });
        }
        let (indices, height) = list(indices);
        tall(Expr::Index { name, indices, at }, height)
    }

    fn call(&mut self, name: String, axes: Vec<Tall>, at: At) -> Result<Tall, Located> {
        let axes = axes.into_iter().map(|axis| self.axis(axis.expr)).collect::<Result<_, _>>()?;
        self.expect_sign("(")?;
        let mut args = Vec::new();
        if !self.is_sign(")") {
            args = self.comma_separated(Parser::conditional)?;
        }
        self.expect_sign(")")?;
        let (args, height) = list(args);
        tall(Expr::Call { name, axes, args, at }, height)
    }

    fn axis(&self, expr: Expr) -> Result<String, Located> {
        let expected =
            || Cause::Unexpected { found: format!("`{expr}`"), expected: "an axis".into() };
        match &expr {
            Expr::Name { name, .. } => Ok(name.clone()),
            other => Err(other.at().fault(expected())),
        }
    }

    /// A unit behind a number, on the same line: `mV`, `mV/ms`, `1/ms`, without blanks inside.
    ///
    /// A word that is being assigned to begins the next statement, whatever it is called; any other
    /// that begins nothing must be a unit.
    pub(super) fn unit_behind_number(&mut self) -> Result<Option<Unit>, Located> {
        let number = &self.tokens[self.position.saturating_sub(1)];
        if self.at().line != number.at.line {
            return Ok(None);
        }
        let starts = match &self.peek().kind {
            Kind::Word(word) => !may_follow(word) && !self.is_assigned() && !self.begins_equation(),
            Kind::Number(_) => true,
            Kind::Sign(_) | Kind::End => false,
        };
        if starts { self.unit().map(Some) } else { Ok(None) }
    }

    fn is_assigned(&self) -> bool {
        matches!(self.ahead(1).kind, Kind::Sign("=" | "+=" | "-=" | "*=" | "/="))
    }

    /// A unit: the longest run of adjacent tokens that is one.
    pub(super) fn unit(&mut self) -> Result<Unit, Located> {
        let start = self.peek().start;
        let mut length = 1;
        while self.joins_unit(length) {
            length += 1;
        }
        let text = |length: usize| &self.text[start..self.ahead(length - 1).end];
        let longest = (1..=length).rev().find_map(|n| Some((n, text(n).parse::<Unit>().ok()?)));
        let cause = || self.at().fault(Cause::UnknownUnit { unit: text(length).into() });
        let (used, unit) = longest.ok_or_else(cause)?;
        (0..used).for_each(|_| self.advance());
        Ok(unit)
    }

    fn joins_unit(&self, distance: usize) -> bool {
        let (before, token) = (self.ahead(distance - 1), self.ahead(distance));
        let part = match &token.kind {
            Kind::Sign(sign) => matches!(*sign, "/" | "*" | "^" | "-"),
            Kind::Word(_) | Kind::Number(_) => matches!(before.kind, Kind::Sign(_)),
            Kind::End => false,
        };
        part && before.end == token.start && distance < 16
    }
}

#[derive(Clone, Copy)]
enum Infix {
    Binary(BinaryOp),
    Compare(CompareOp),
    Logic(LogicOp),
}

const INFIXES: [(&str, Infix); 12] = [
    ("+", Infix::Binary(BinaryOp::Add)),
    ("-", Infix::Binary(BinaryOp::Sub)),
    ("*", Infix::Binary(BinaryOp::Mul)),
    ("/", Infix::Binary(BinaryOp::Div)),
    ("==", Infix::Compare(CompareOp::Eq)),
    ("!=", Infix::Compare(CompareOp::Ne)),
    ("<", Infix::Compare(CompareOp::Lt)),
    ("<=", Infix::Compare(CompareOp::Le)),
    (">", Infix::Compare(CompareOp::Gt)),
    (">=", Infix::Compare(CompareOp::Ge)),
    ("&&", Infix::Logic(LogicOp::And)),
    ("||", Infix::Logic(LogicOp::Or)),
];

impl Infix {
    fn binding(self) -> u8 {
        match self {
            Infix::Binary(op) => op.binding(),
            Infix::Compare(op) => op.binding(),
            Infix::Logic(op) => op.binding(),
        }
    }

    fn join(self, left: Expr, right: Expr, at: At) -> Expr {
        let (left, right) = (Box::new(left), Box::new(right));
        match self {
            Infix::Binary(op) => Expr::Binary { op, left, right, at },
            Infix::Compare(op) => Expr::Compare { op, left, right, at },
            Infix::Logic(op) => Expr::Logic { op, left, right, at },
        }
    }
}

fn list(parts: Vec<Tall>) -> (Vec<Expr>, usize) {
    let height = parts.iter().map(|part| part.height).max().unwrap_or(0);
    (parts.into_iter().map(|part| part.expr).collect(), height)
}

fn tall(expr: Expr, below: usize) -> Result<Tall, Located> {
    if below >= DEPTH_LIMIT {
        return Err(expr.at().fault(Cause::TooDeep { limit: DEPTH_LIMIT }));
    }
    Ok(Tall { expr, height: below + 1 })
}
