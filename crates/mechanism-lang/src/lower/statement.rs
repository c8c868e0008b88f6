//! Statements: assignments become new values of names, branches merge what they changed.

use std::collections::{BTreeSet, HashMap};

use super::expression::Lowering;
use crate::error::Located;
use crate::expr::Expr;
use crate::ir::{Arithmetic, Carry, Reg, Stmt, Type};
use crate::tree::{AssignOp, Statement};

impl Lowering<'_> {
    /// Runs a block; local names end with it.
    pub(crate) fn block(&mut self, body: &[Statement]) -> Result<(), Located> {
        let mut locals = Vec::new();
        for statement in body {
            if let Statement::Let(item) = statement {
                locals.push(item.name.clone());
            }
            self.statement(statement)?;
        }
        for name in &locals {
            self.values.remove(name);
        }
        Ok(())
    }

    fn statement(&mut self, statement: &Statement) -> Result<(), Located> {
        match statement {
            Statement::Let(item) => {
                let value = self.value(&item.value)?;
                self.values.insert(item.name.clone(), value);
            }
            Statement::Assign { target, op, value, at } => {
                let value = self.value(value)?;
                let combined = match combination(*op) {
                    None => value,
                    Some(arithmetic) => {
                        let old = self.value(&Expr::Name { name: target.clone(), at: *at })?;
                        self.program.binary(arithmetic, old, value)
                    }
                };
                self.values.insert(target.clone(), combined);
            }
            Statement::Emit { output, value, at } => {
                let value = self.value(value)?;
                let old = self.value(&Expr::Name { name: output.clone(), at: *at })?;
                let sum = self.program.binary(Arithmetic::Add, old, value);
                self.values.insert(output.clone(), sum);
            }
            Statement::If { condition, then, otherwise, .. } => {
                let condition = self.value(condition)?;
                self.branches(condition, then, otherwise)?;
            }
            Statement::For { name, first, end, condition, body, .. } => {
                if first < end {
                    self.repeat(name, [*first, *end], condition.as_ref(), body)?;
                }
            }
        }
        Ok(())
    }

    /// Runs `then` where `cond` holds and `otherwise` where not.
    pub(crate) fn branches(
        &mut self,
        cond: Reg,
        then: &[Statement],
        otherwise: &[Statement],
    ) -> Result<(), Located> {
        let before = self.values.clone();
        let (then, after_then) = self.branch(then, &before)?;
        let (otherwise, after_otherwise) = self.branch(otherwise, &before)?;
        let changed = changes(&before, [&after_then, &after_otherwise]);
        let mut pairs = Vec::new();
        for name in &changed {
            let value = |after: &HashMap<String, Reg>, lowering: &mut Self| match after.get(name) {
                Some(reg) => Ok(*reg),
                None => lowering.value(&Expr::name(name)),
            };
            pairs.push((value(&after_then, self)?, value(&after_otherwise, self)?));
        }
        self.values = before;
        let regs = self.program.join(cond, [then, otherwise], &pairs);
        self.values.extend(changed.into_iter().zip(regs));
        Ok(())
    }

    /// Runs `body` for each value of `counter`, as long as `condition` holds.
    fn repeat(
        &mut self,
        counter: &str,
        [first, end]: [u32; 2],
        condition: Option<&Expr>,
        body: &[Statement],
    ) -> Result<(), Located> {
        let mut changed = BTreeSet::new();
        assigned(body, &mut changed);
        let mut carries = vec![(counter.to_string(), self.program.constant(f64::from(first)))];
        for name in changed {
            let before = self.value(&Expr::name(&name))?;
            carries.push((name, before));
        }
        let regs: Vec<_> = carries.iter().map(|_| self.program.fresh(Type::Scalar)).collect();
        let names = carries.iter().map(|(name, _)| name.clone());
        self.values.extend(names.zip(regs.iter().copied()));
        let head = self.part(|lowering| condition.map(|c| lowering.value(c)).transpose());
        let (cond, head) = head?;
        let round = self.part(|lowering| {
            lowering.block(body)?;
            let one = lowering.program.constant(1.0);
            let counted = lowering.program.binary(Arithmetic::Add, regs[0], one);
            lowering.values.insert(counter.to_string(), counted);
            Ok(())
        });
        let ((), body) = round?;
        let carry = |((name, first), reg): (&(String, Reg), &Reg)| {
            let next = self.values.get(name).copied().unwrap_or(*reg);
            Carry { reg: *reg, first: *first, next }
        };
        let all = carries.iter().zip(&regs).map(carry).collect();
        let names = carries.iter().map(|(name, _)| name.clone());
        self.values.extend(names.zip(regs.iter().copied()));
        self.values.remove(counter);
        self.program.repeat(Stmt::Loop { rounds: end - first, carries: all, head, cond, body });
        Ok(())
    }

    /// What `make` writes, as statements of their own.
    pub(crate) fn part<T>(
        &mut self,
        make: impl FnOnce(&mut Self) -> Result<T, Located>,
    ) -> Result<(T, Vec<Stmt>), Located> {
        self.program.open();
        let made = make(self);
        let statements = self.program.close();
        Ok((made?, statements))
    }

    fn branch(
        &mut self,
        body: &[Statement],
        before: &HashMap<String, Reg>,
    ) -> Result<(Vec<Stmt>, HashMap<String, Reg>), Located> {
        self.values = before.clone();
        self.program.open();
        let result = self.block(body);
        let statements = self.program.close();
        result?;
        Ok((statements, std::mem::take(&mut self.values)))
    }
}

fn combination(op: AssignOp) -> Option<Arithmetic> {
    match op {
        AssignOp::Set => None,
        AssignOp::Add => Some(Arithmetic::Add),
        AssignOp::Sub => Some(Arithmetic::Sub),
        AssignOp::Mul => Some(Arithmetic::Mul),
        AssignOp::Div => Some(Arithmetic::Div),
    }
}

/// The states and outputs that statements assign.
fn assigned(body: &[Statement], names: &mut BTreeSet<String>) {
    for statement in body {
        match statement {
            Statement::Let(_) => {}
            Statement::Assign { target, .. } => drop(names.insert(target.clone())),
            Statement::Emit { output, .. } => drop(names.insert(output.clone())),
            Statement::If { then, otherwise, .. } => {
                assigned(then, names);
                assigned(otherwise, names);
            }
            Statement::For { body, .. } => assigned(body, names),
        }
    }
}

/// The names whose value differs after one of the branches, in a fixed order.
fn changes(before: &HashMap<String, Reg>, after: [&HashMap<String, Reg>; 2]) -> Vec<String> {
    let changed = |values: &HashMap<String, Reg>| {
        let new = values.iter().filter(|(name, reg)| before.get(*name) != Some(reg));
        new.map(|(name, _)| name.clone()).collect::<Vec<_>>()
    };
    let all: BTreeSet<_> = after.into_iter().flat_map(changed).collect();
    all.into_iter().collect()
}
