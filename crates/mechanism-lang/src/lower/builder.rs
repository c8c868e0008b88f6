//! Writes programs: numbers registers, reuses equal operations, opens and closes branches.

use std::collections::HashMap;

use crate::ir::{
    Arithmetic, CompareOp, Elementary, Merge, Op, Primitive, Program, Reg, Slot, Stmt, Type,
};

/// A program in the making.
#[derive(Debug, Default)]
pub(crate) struct Builder {
    types: Vec<Type>,
    /// The open blocks, innermost last.
    blocks: Vec<Block>,
    n_sites: u16,
}

#[derive(Debug, Default)]
struct Block {
    body: Vec<Stmt>,
    /// Operations of this block by their text, for reuse. A draw's text holds its site.
    known: HashMap<String, Reg>,
}

impl Builder {
    pub(crate) fn new() -> Builder {
        Builder { blocks: vec![Block::default()], ..Builder::default() }
    }

    /// The finished program, without what nobody reads.
    pub(crate) fn finish(mut self) -> Program {
        let body = self.blocks.pop().map(|block| block.body).unwrap_or_default();
        Program { types: self.types, body, n_sites: self.n_sites }.pruned()
    }

    /// The register that holds the result of `op`.
    pub(crate) fn push(&mut self, op: Op) -> Reg {
        let text = op.to_string();
        if let Some(reg) = self.blocks.iter().find_map(|block| block.known.get(&text)) {
            return *reg;
        }
        let reg = self.fresh(op.result());
        let block = self.innermost();
        block.known.insert(text, reg);
        block.body.push(Stmt::Let { reg, op });
        reg
    }

    pub(crate) fn store(&mut self, slot: Slot, value: Reg) {
        self.innermost().body.push(Stmt::Store { slot, value });
    }

    pub(crate) fn next_site(&mut self) -> u16 {
        self.n_sites += 1;
        self.n_sites - 1
    }

    pub(crate) fn type_of(&self, reg: Reg) -> Type {
        self.types[reg.0 as usize]
    }

    pub(crate) fn open(&mut self) {
        self.blocks.push(Block::default());
    }

    pub(crate) fn close(&mut self) -> Vec<Stmt> {
        self.blocks.pop().map(|block| block.body).unwrap_or_default()
    }

    /// Joins two closed branches; the results are merged pairwise.
    pub(crate) fn join(
        &mut self,
        cond: Reg,
        [then, otherwise]: [Vec<Stmt>; 2],
        pairs: &[(Reg, Reg)],
    ) -> Vec<Reg> {
        let merge = |builder: &mut Builder, (then, otherwise): &(Reg, Reg)| {
            let reg = builder.fresh(builder.type_of(*then));
            Merge { reg, then: *then, otherwise: *otherwise }
        };
        let results: Vec<_> = pairs.iter().map(|pair| merge(self, pair)).collect();
        let regs = results.iter().map(|merge| merge.reg).collect();
        self.innermost().body.push(Stmt::If { cond, then, otherwise, results });
        regs
    }

    /// Adds a loop, made of closed parts.
    pub(crate) fn repeat(&mut self, stmt: Stmt) {
        self.innermost().body.push(stmt);
    }

    /// Continues another program's numbering, for expansion.
    pub(crate) fn fresh(&mut self, ty: Type) -> Reg {
        self.types.push(ty);
        Reg(self.types.len() as u32 - 1)
    }

    pub(crate) fn set_sites(&mut self, n_sites: u16) {
        self.n_sites = n_sites;
    }

    fn innermost(&mut self) -> &mut Block {
        if self.blocks.is_empty() {
            self.blocks.push(Block::default());
        }
        let last = self.blocks.len() - 1;
        &mut self.blocks[last]
    }
}

/// Abbreviations.
impl Builder {
    pub(crate) fn constant(&mut self, value: f64) -> Reg {
        self.push(Op::Const(value))
    }

    pub(crate) fn load(&mut self, slot: Slot) -> Reg {
        self.push(Op::Load(slot))
    }

    pub(crate) fn unary(&mut self, primitive: Primitive, a: Reg) -> Reg {
        self.push(Op::Unary(primitive, a))
    }

    pub(crate) fn binary(&mut self, arithmetic: Arithmetic, a: Reg, b: Reg) -> Reg {
        self.push(Op::Binary(arithmetic, a, b))
    }

    pub(crate) fn compare(&mut self, compare: CompareOp, a: Reg, b: Reg) -> Reg {
        self.push(Op::Compare(compare, a, b))
    }

    pub(crate) fn select(&mut self, cond: Reg, a: Reg, b: Reg) -> Reg {
        self.push(Op::Select(cond, a, b))
    }

    pub(crate) fn call(&mut self, function: Elementary, args: Vec<Reg>) -> Reg {
        self.push(Op::Call(function, args))
    }
}
