//! Statements of `step`, `on_spike` and `spike` blocks.

use super::Parser;
use crate::error::Located;
use crate::token::Kind;
use crate::tree::{AssignOp, Let, Statement};

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

    fn emit(&mut self) -> Result<Statement, Located> {
        let at = self.at();
        self.expect_word("emit")?;
        let output = self.name("the name of an output")?;
        Ok(Statement::Emit { output, value: self.expression()?, at })
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
