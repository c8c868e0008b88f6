//! Statements of `step`, `on_spike` and `spike` blocks.

use super::Parser;
use crate::error::Located;
use crate::synapse::DELIVERED;
use crate::token::Kind;
use crate::tree::{AssignOp, Let, Statement};

/// So far a loop may count: more rounds would take longer than anybody waits for a step.
const COUNT_LIMIT: u32 = 1_000_000;

impl Parser<'_> {
    /// `{ statements }`
    pub(super) fn block(&mut self) -> Result<Vec<Statement>, Located> {
        self.expect_sign("{")?;
        let mut statements = Vec::new();
        while !self.eat_sign("}") {
            if !self.eat_sign(";") {
                statements.push(self.statement()?);
            }
        }
        Ok(statements)
    }

    pub(super) fn statement(&mut self) -> Result<Statement, Located> {
        match &self.peek().kind {
            Kind::Word(word) if word == "let" => Ok(Statement::Let(self.let_item()?)),
            Kind::Word(word) if word == "if" => self.nested(Parser::if_statement),
            Kind::Word(word) if word == "emit" => self.emit(),
            Kind::Word(word) if word == "deliver" && !self.assigns() => self.deliver(),
            Kind::Word(word) if word == "for" && self.ahead(2).kind == Kind::Word("in".into()) => {
                self.nested(Parser::for_statement)
            }
            _ => self.assignment(),
        }
    }

    /// `let name = value`
    pub(super) fn let_item(&mut self) -> Result<Let, Located> {
        self.expect_word("let")?;
        let at = self.at();
        let name = self.name("a name")?;
        self.expect_sign("=")?;
        Ok(Let { name, value: self.expression()?, at })
    }

    fn if_statement(&mut self) -> Result<Statement, Located> {
        let at = self.at();
        self.expect_word("if")?;
        let condition = self.expression()?;
        let then = self.block()?;
        let otherwise = match self.eat_word("else") {
            true if self.is_word("if") => vec![self.nested(Parser::if_statement)?],
            true => self.block()?,
            false => Vec::new(),
        };
        Ok(Statement::If { condition, then, otherwise, at })
    }

    /// `for name in first..end while condition { … }`
    fn for_statement(&mut self) -> Result<Statement, Located> {
        self.expect_word("for")?;
        let at = self.at();
        let name = self.name("the name of a counter")?;
        self.expect_word("in")?;
        let first = self.whole_number()?;
        self.expect_sign("..")?;
        let end = self.whole_number()?;
        let condition = self.eat_word("while").then(|| self.expression()).transpose()?;
        Ok(Statement::For { name, first, end, condition, body: self.block()?, at })
    }

    fn whole_number(&mut self) -> Result<u32, Located> {
        match self.peek().kind {
            Kind::Number(value) if value.fract() == 0.0 && value <= f64::from(COUNT_LIMIT) => {
                self.advance();
                Ok(value as u32)
            }
            _ => Err(self.unexpected(&format!("a whole number up to {COUNT_LIMIT}"))),
        }
    }

    fn emit(&mut self) -> Result<Statement, Located> {
        let at = self.at();
        self.expect_word("emit")?;
        let output = self.name("the name of an output")?;
        Ok(Statement::Emit { output, value: self.expression()?, at })
    }

    /// Whether a sign of assignment follows the word at hand.
    fn assigns(&self) -> bool {
        AssignOp::ALL.into_iter().any(|op| self.ahead(1).kind == Kind::Sign(op.sign()))
    }

    /// `deliver value`
    fn deliver(&mut self) -> Result<Statement, Located> {
        let at = self.at();
        self.advance();
        let (target, op) = (DELIVERED.into(), AssignOp::Add);
        Ok(Statement::Assign { target, op, value: self.expression()?, at })
    }

    fn assignment(&mut self) -> Result<Statement, Located> {
        let at = self.at();
        let target = self.dotted("a statement or `}`")?;
        let op = AssignOp::ALL.into_iter().find(|op| self.is_sign(op.sign()));
        let op = op.ok_or_else(|| self.unexpected("`=`, `+=`, `-=`, `*=` or `/=`"))?;
        self.advance();
        Ok(Statement::Assign { target, op, value: self.expression()?, at })
    }
}
