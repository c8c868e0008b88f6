//! Who reads what.

use pontine_mechanism_lang::{Program, Reg, Slot, Stmt};

/// Who reads what, statements counted as the compiler counts them.
pub(super) struct Uses {
    now: usize,
    /// The last statement that reads a register.
    pub last_read: Vec<usize>,
    /// How many read it.
    pub count: Vec<usize>,
    /// Where a register is stored.
    pub stored: Vec<Option<Slot>>,
    /// What has been read in the loop at hand.
    seen: Vec<Reg>,
}

impl Uses {
    pub(super) fn of(program: &Program) -> Uses {
        let n = program.types.len();
        let (last_read, count, stored) = (vec![0; n], vec![0; n], vec![None; n]);
        let mut uses = Uses { now: 0, last_read, count, stored, seen: Vec::new() };
        uses.block(&program.body);
        uses
    }

    fn block(&mut self, body: &[Stmt]) {
        for stmt in body {
            self.now += 1;
            match stmt {
                Stmt::Let { op, .. } => op.operands().into_iter().for_each(|reg| self.read(reg)),
                Stmt::Store { slot, value } => {
                    self.read(*value);
                    self.stored[value.0 as usize] = Some(*slot);
                    self.last_read[value.0 as usize] = usize::MAX;
                }
                Stmt::If { cond, then, otherwise, results } => {
                    self.block(then);
                    self.block(otherwise);
                    self.now += 1;
                    self.read(*cond);
                    for merge in results {
                        self.read(merge.then);
                        self.read(merge.otherwise);
                    }
                }
                Stmt::Loop { carries, head, cond, body, .. } => {
                    carries.iter().for_each(|carry| self.read(carry.first));
                    let before = std::mem::take(&mut self.seen);
                    self.block(head);
                    cond.iter().for_each(|cond| self.read(*cond));
                    self.block(body);
                    self.now += 1;
                    carries.iter().for_each(|carry| {
                        self.read(carry.next);
                        self.read(carry.reg);
                    });
                    // Each round reads all of it again.
                    let seen = std::mem::replace(&mut self.seen, before);
                    for reg in &seen {
                        self.last_read[reg.0 as usize] = self.now;
                    }
                    self.seen.extend(seen);
                }
            }
        }
    }

    fn read(&mut self, reg: Reg) {
        let reg = reg.0 as usize;
        self.count[reg] += 1;
        self.seen.push(Reg(reg as u32));
        self.last_read[reg] = self.last_read[reg].max(self.now);
    }
}
