//! Walks over programs, and what follows from them: use, and removal of what is not used.

use super::{Carry, Op, Program, Reg, Slot, Stmt};

impl Program {
    /// Calls `f` with every operation, in order, branches included.
    pub fn for_each_op<'p>(&'p self, f: &mut dyn FnMut(Reg, &'p Op)) {
        for_each_op(&self.body, f);
    }

    /// Whether the program reads `slot`.
    pub fn reads(&self, slot: Slot) -> bool {
        let mut found = false;
        self.for_each_op(&mut |_, op| found |= *op == Op::Load(slot));
        found
    }

    /// The program without operations whose result nobody reads, registers numbered anew.
    pub(crate) fn pruned(self) -> Program {
        let mut live = vec![false; self.types.len()];
        let body = prune(self.body, &mut live);
        renumber(body, &live, &self.types, self.n_sites)
    }
}

fn for_each_op<'p>(body: &'p [Stmt], f: &mut dyn FnMut(Reg, &'p Op)) {
    for stmt in body {
        match stmt {
            Stmt::Let { reg, op } => f(*reg, op),
            Stmt::Store { .. } => {}
            Stmt::If { then, otherwise, .. } => {
                for_each_op(then, f);
                for_each_op(otherwise, f);
            }
            Stmt::Loop { head, body, .. } => {
                for_each_op(head, f);
                for_each_op(body, f);
            }
        }
    }
}

/// Goes backwards, marking what is read.
fn prune(body: Vec<Stmt>, live: &mut [bool]) -> Vec<Stmt> {
    let kept = body.into_iter().rev().filter_map(|stmt| keep(stmt, live));
    let mut kept: Vec<_> = kept.collect();
    kept.reverse();
    kept
}

fn keep(stmt: Stmt, live: &mut [bool]) -> Option<Stmt> {
    match stmt {
        Stmt::Let { reg, op } => {
            if !live[reg.0 as usize] {
                return None;
            }
            op.operands().iter().for_each(|reg| live[reg.0 as usize] = true);
            Some(Stmt::Let { reg, op })
        }
        Stmt::Store { slot, value } => {
            live[value.0 as usize] = true;
            Some(Stmt::Store { slot, value })
        }
        Stmt::If { cond, then, otherwise, mut results } => {
            results.retain(|merge| live[merge.reg.0 as usize]);
            if results.is_empty() {
                return None;
            }
            for merge in &results {
                live[merge.then.0 as usize] = true;
                live[merge.otherwise.0 as usize] = true;
            }
            let (otherwise, then) = (prune(otherwise, live), prune(then, live));
            live[cond.0 as usize] = true;
            Some(Stmt::If { cond, then, otherwise, results })
        }
        Stmt::Loop { rounds, carries, head, cond, body } => {
            let (head, body, carries) = keep_loop(head, body, cond, carries, live)?;
            Some(Stmt::Loop { rounds, carries, head, cond, body })
        }
    }
}

/// A carried register that is read in the loop keeps alive what makes its next value, so this goes
/// on until nothing more is found.
fn keep_loop(
    head: Vec<Stmt>,
    body: Vec<Stmt>,
    cond: Option<Reg>,
    mut carries: Vec<Carry>,
    live: &mut [bool],
) -> Option<(Vec<Stmt>, Vec<Stmt>, Vec<Carry>)> {
    let count = |live: &[bool]| carries.iter().filter(|carry| live[carry.reg.0 as usize]).count();
    let mut found = count(live);
    if found == 0 {
        return None;
    }
    loop {
        let kept = carries.iter().filter(|carry| live[carry.reg.0 as usize]);
        let made: Vec<_> = kept.map(|carry| carry.next).chain(cond).collect();
        made.iter().for_each(|reg| live[reg.0 as usize] = true);
        let (new_body, new_head) = (prune(body.clone(), live), prune(head.clone(), live));
        if count(live) == found {
            carries.retain(|carry| live[carry.reg.0 as usize]);
            carries.iter().for_each(|carry| live[carry.first.0 as usize] = true);
            return Some((new_head, new_body, carries));
        }
        found = count(live);
    }
}

fn renumber(mut body: Vec<Stmt>, live: &[bool], types: &[super::Type], n_sites: u16) -> Program {
    let mut names = vec![Reg(0); live.len()];
    let mut kept = Vec::new();
    for (old, _) in live.iter().enumerate().filter(|(_, live)| **live) {
        names[old] = Reg(kept.len() as u32);
        kept.push(types[old]);
    }
    rename(&mut body, &|reg| names[reg.0 as usize]);
    Program { types: kept, body, n_sites }
}

fn rename(body: &mut [Stmt], name: &dyn Fn(Reg) -> Reg) {
    for stmt in body {
        match stmt {
            Stmt::Let { reg, op } => {
                *reg = name(*reg);
                *op = op.map(name);
            }
            Stmt::Store { value, .. } => *value = name(*value),
            Stmt::If { cond, then, otherwise, results } => {
                *cond = name(*cond);
                rename(then, name);
                rename(otherwise, name);
                for merge in results {
                    merge.reg = name(merge.reg);
                    merge.then = name(merge.then);
                    merge.otherwise = name(merge.otherwise);
                }
            }
            Stmt::Loop { carries, head, cond, body, .. } => {
                rename(head, name);
                rename(body, name);
                *cond = cond.map(name);
                for carry in carries {
                    carry.reg = name(carry.reg);
                    carry.first = name(carry.first);
                    carry.next = name(carry.next);
                }
            }
        }
    }
}
