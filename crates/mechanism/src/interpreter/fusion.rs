//! Operations that their only reader computes along.

use pontine_mechanism_lang::{Arithmetic, CompareOp, Op, Primitive, Program, Reg};

use super::uses::Uses;

/// Products that are summed in one pass.
const MOST_PRODUCTS: usize = 4;

/// What computes which register, and which of these are computed along by their only reader.
pub(super) struct Fusion<'p> {
    definitions: Vec<Option<&'p Op>>,
    fused: Vec<bool>,
}

impl<'p> Fusion<'p> {
    pub(super) fn of(program: &'p Program, uses: &Uses) -> Fusion<'p> {
        let n = program.types.len();
        let fusion = Fusion { definitions: vec![None; n], fused: vec![false; n] };
        let mut search = Search { uses, candidates: vec![None; n], fusion };
        program.for_each_op(&mut |reg, op| search.op(reg, op));
        search.fusion
    }

    /// The operation of a register that its reader computes along.
    pub(super) fn of_register(&self, reg: Reg) -> Option<&'p Op> {
        self.definitions[reg.0 as usize].filter(|_| self.fused[reg.0 as usize])
    }

    /// Operands are read where the reader of the fused operation stands.
    pub(super) fn extend(&self, last_read: &mut [usize]) {
        // Readers stand behind what they read, so theirs is known first.
        for reg in (0..self.fused.len()).rev().filter(|reg| self.fused[*reg]) {
            for operand in self.definitions[reg].map(Op::operands).into_iter().flatten() {
                let operand = operand.0 as usize;
                last_read[operand] = last_read[operand].max(last_read[reg]);
            }
        }
    }

    /// The factors of a product that is computed along.
    pub(super) fn product(&self, reg: Reg) -> Option<[Reg; 2]> {
        match self.of_register(reg) {
            Some(Op::Binary(Arithmetic::Mul, x, y)) => Some([*x, *y]),
            _ => None,
        }
    }

    /// What `a + b` sums: a first summand that is no product, if there is one, and products.
    pub(super) fn summands(&self, a: Reg, b: Reg) -> Option<(Option<Reg>, Vec<[Reg; 2]>)> {
        let (mut before, product) = match (self.product(a), self.product(b)) {
            (Some(first), Some(second)) => ((None, vec![first]), second),
            (None, Some(product)) => (self.before(a), product),
            (Some(product), None) => (self.before(b), product),
            (None, None) => return None,
        };
        before.1.push(product);
        Some(before)
    }

    fn before(&self, reg: Reg) -> (Option<Reg>, Vec<[Reg; 2]>) {
        let sum = match self.of_register(reg) {
            Some(Op::Binary(Arithmetic::Add, a, b)) => self.summands(*a, *b),
            _ => None,
        };
        sum.unwrap_or((Some(reg), Vec::new()))
    }
}

/// What an operation could be computed along as.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Candidate {
    /// A sum, a difference or a product of two columns.
    Simple(Arithmetic),
    /// A product that is read twice.
    SharedProduct,
    /// One of two columns, one of which is itself a simple candidate.
    Chain,
    /// A sum of so many products, perhaps with a first summand.
    Sum(usize),
    Compare(CompareOp),
    Abs,
    Not,
    /// A selection of a low value where the size of another is small.
    Flush,
}

struct Search<'p, 'u> {
    uses: &'u Uses,
    /// What could be computed along, until its reader is found.
    candidates: Vec<Option<Candidate>>,
    fusion: Fusion<'p>,
}

impl<'p> Search<'p, '_> {
    fn op(&mut self, reg: Reg, op: &'p Op) {
        self.fusion.definitions[reg.0 as usize] = Some(op);
        let candidate = match op {
            Op::Binary(arithmetic, a, b) => self.binary(*arithmetic, *a, *b),
            Op::Select(cond, _, b) => self.comparison(*cond, *b),
            Op::And(_, b) => {
                self.take_if(*b, |candidate| candidate == Candidate::Not);
                None
            }
            Op::Compare(op, ..) => Some(Candidate::Compare(*op)),
            Op::Unary(Primitive::Abs, _) => Some(Candidate::Abs),
            Op::Not(_) => Some(Candidate::Not),
            _ => None,
        };
        self.candidates[reg.0 as usize] = match (self.uses.count[reg.0 as usize], candidate) {
            (1, candidate) => candidate,
            (2, Some(Candidate::Simple(Arithmetic::Mul))) => Some(Candidate::SharedProduct),
            _ => None,
        };
    }

    fn binary(&mut self, arithmetic: Arithmetic, a: Reg, b: Reg) -> Option<Candidate> {
        match arithmetic {
            Arithmetic::Add => self.sum(a, b),
            Arithmetic::Sub | Arithmetic::Mul => self.chain(arithmetic, a, b),
            Arithmetic::Max => {
                self.take_simple(a);
                None
            }
            Arithmetic::Div | Arithmetic::Min => None,
        }
    }

    fn sum(&mut self, a: Reg, b: Reg) -> Option<Candidate> {
        if self.decay(a) || self.decay(b) {
            return None;
        }
        let products = [a, b].map(|reg| match self.candidates[reg.0 as usize] {
            Some(Candidate::Simple(Arithmetic::Mul)) => (1, true),
            Some(Candidate::Sum(n)) if n < MOST_PRODUCTS => (n, false),
            _ => (0, false),
        });
        match products {
            [(n, a_is_product), (m, b_is_product)] if a_is_product || b_is_product => {
                // A sum that is not to be continued, or no product: a first summand.
                if n > 0 {
                    self.take(a);
                }
                if m > 0 {
                    self.take(b);
                }
                Some(Candidate::Sum(n + m))
            }
            _ => self.chain(Arithmetic::Add, a, b),
        }
    }

    /// One of the two operands is computed along, if it can be.
    fn chain(&mut self, arithmetic: Arithmetic, a: Reg, b: Reg) -> Option<Candidate> {
        if self.take_simple(a) || self.take_simple(b) {
            return Some(Candidate::Chain);
        }
        let is_chain = |candidate| matches!(candidate, Candidate::Chain | Candidate::Sum(1));
        let is_last = matches!(arithmetic, Arithmetic::Add | Arithmetic::Mul);
        if is_last && (self.take_if(a, is_chain) || self.take_if(b, is_chain)) {
            return None;
        }
        Some(Candidate::Simple(arithmetic))
    }

    /// A product, flushed: with what is added to it, one pass.
    fn decay(&mut self, reg: Reg) -> bool {
        let Some(Candidate::Flush) = self.candidates[reg.0 as usize] else { return false };
        let Some(Op::Select(_, _, product)) = self.fusion.definitions[reg.0 as usize] else {
            return false;
        };
        let is_shared = self.candidates[product.0 as usize] == Some(Candidate::SharedProduct);
        if is_shared {
            self.take(reg);
            self.take(*product);
        }
        is_shared
    }

    /// A comparison, and with it the size of `b` where it asks whether that is small.
    fn comparison(&mut self, cond: Reg, b: Reg) -> Option<Candidate> {
        let Some(Candidate::Compare(op)) = self.candidates[cond.0 as usize] else { return None };
        let size = self.fusion.definitions[cond.0 as usize].map(Op::operands)?[0];
        let is_of_b = |op: &Op| matches!(op, Op::Unary(Primitive::Abs, x) if *x == b);
        let is_flush = op == CompareOp::Lt
            && self.candidates[size.0 as usize] == Some(Candidate::Abs)
            && self.fusion.definitions[size.0 as usize].is_some_and(is_of_b);
        if is_flush {
            self.take(size);
        }
        self.take(cond);
        is_flush.then_some(Candidate::Flush)
    }

    fn take_simple(&mut self, reg: Reg) -> bool {
        self.take_if(reg, |candidate| matches!(candidate, Candidate::Simple(_)))
    }

    fn take_if(&mut self, reg: Reg, fits: impl Fn(Candidate) -> bool) -> bool {
        let fits = self.candidates[reg.0 as usize].is_some_and(fits);
        if fits {
            self.take(reg);
        }
        fits
    }

    fn take(&mut self, reg: Reg) {
        self.candidates[reg.0 as usize] = None;
        self.fusion.fused[reg.0 as usize] = true;
    }
}
