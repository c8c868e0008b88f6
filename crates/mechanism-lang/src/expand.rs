//! Elementary functions to primitives.

use crate::elementary::{self, Arith};
use crate::ir::{
    Arithmetic, Carry, CompareOp, Elementary, Merge, Op, Precision, Primitive, Program, Reg, Stmt,
    Type,
};
use crate::lower::Builder;

/// The same program with every elementary function replaced by its polynomial, so that what is left
/// are primitives on which all evaluators agree bit for bit.
///
/// Divided differences of `exp`, which stand in derived parameters only, stay: the host evaluates
/// them with [`exp_divided_difference`](crate::exp_divided_difference).
pub fn expand(program: &Program, precision: Precision) -> Program {
    let mut expander = Expander {
        emit: Emit { builder: Builder::new(), precision },
        names: vec![Reg(0); program.types.len()],
    };
    expander.emit.builder.set_sites(program.n_sites);
    expander.block(&program.body);
    expander.emit.builder.finish()
}

struct Expander {
    emit: Emit,
    /// Old registers to new ones.
    names: Vec<Reg>,
}

impl Expander {
    fn name(&self, reg: Reg) -> Reg {
        self.names[reg.0 as usize]
    }

    fn block(&mut self, body: &[Stmt]) {
        body.iter().for_each(|stmt| self.statement(stmt));
    }

    fn statement(&mut self, stmt: &Stmt) {
        match stmt {
            Stmt::Let { reg, op } => self.names[reg.0 as usize] = self.op(op),
            Stmt::Store { slot, value } => {
                let value = self.name(*value);
                self.emit.builder.store(*slot, value);
            }
            Stmt::If { cond, then, otherwise, results } => {
                let cond = self.name(*cond);
                let branches = [then, otherwise].map(|body| self.branch(body));
                self.join(cond, branches, results);
            }
            Stmt::Loop { rounds, carries, head, cond, body } => {
                self.repeat(*rounds, carries, [head, body], *cond);
            }
        }
    }

    fn branch(&mut self, body: &[Stmt]) -> Vec<Stmt> {
        self.emit.builder.open();
        self.block(body);
        self.emit.builder.close()
    }

    fn join(&mut self, cond: Reg, branches: [Vec<Stmt>; 2], results: &[Merge]) {
        let pair = |merge: &Merge| (self.name(merge.then), self.name(merge.otherwise));
        let pairs: Vec<_> = results.iter().map(pair).collect();
        let regs = self.emit.builder.join(cond, branches, &pairs);
        for (merge, reg) in results.iter().zip(regs) {
            self.names[merge.reg.0 as usize] = reg;
        }
    }

    fn repeat(&mut self, rounds: u32, old: &[Carry], parts: [&[Stmt]; 2], cond: Option<Reg>) {
        let firsts: Vec<_> = old.iter().map(|carry| self.name(carry.first)).collect();
        for carry in old {
            self.names[carry.reg.0 as usize] = self.emit.builder.fresh(Type::Scalar);
        }
        let [head, body] = parts.map(|part| self.branch(part));
        let renamed = |(carry, first): (&Carry, Reg)| {
            let (reg, next) = (self.name(carry.reg), self.name(carry.next));
            Carry { reg, first, next }
        };
        let carries = old.iter().zip(firsts).map(renamed).collect();
        let cond = cond.map(|cond| self.name(cond));
        self.emit.builder.repeat(Stmt::Loop { rounds, carries, head, cond, body });
    }

    fn op(&mut self, op: &Op) -> Reg {
        let op = op.map(|reg| self.name(reg));
        match &op {
            Op::Call(function, args) => self.call(*function, args, &op),
            _ => self.emit.builder.push(op),
        }
    }

    fn call(&mut self, function: Elementary, args: &[Reg], op: &Op) -> Reg {
        let (emit, x) = (&mut self.emit, args[0]);
        match function {
            Elementary::Exp => elementary::exp(emit, x),
            Elementary::Expm1 => elementary::expm1(emit, x),
            Elementary::Log => elementary::log(emit, x),
            Elementary::Log1p => elementary::log1p(emit, x),
            Elementary::Exprel => elementary::exprel(emit, x),
            Elementary::Sin => elementary::sin(emit, x),
            Elementary::Cos => elementary::cos(emit, x),
            Elementary::Tanh => elementary::tanh(emit, x),
            Elementary::Pow => elementary::pow(emit, x, args[1]),
            Elementary::ExpDivided => emit.builder.push(op.clone()),
        }
    }
}

/// Emits each operation as IR.
struct Emit {
    builder: Builder,
    precision: Precision,
}

impl Arith for Emit {
    type V = Reg;
    type I = Reg;
    type B = Reg;

    fn precision(&self) -> Precision {
        self.precision
    }
    fn c(&mut self, value: f64) -> Reg {
        self.builder.constant(value)
    }
    fn add(&mut self, a: Reg, b: Reg) -> Reg {
        self.builder.binary(Arithmetic::Add, a, b)
    }
    fn sub(&mut self, a: Reg, b: Reg) -> Reg {
        self.builder.binary(Arithmetic::Sub, a, b)
    }
    fn fma(&mut self, a: Reg, b: Reg, c: Reg) -> Reg {
        self.builder.push(Op::Fma(a, b, c))
    }
    fn mul(&mut self, a: Reg, b: Reg) -> Reg {
        self.builder.binary(Arithmetic::Mul, a, b)
    }
    fn div(&mut self, a: Reg, b: Reg) -> Reg {
        self.builder.binary(Arithmetic::Div, a, b)
    }
    fn min(&mut self, a: Reg, b: Reg) -> Reg {
        self.builder.binary(Arithmetic::Min, a, b)
    }
    fn max(&mut self, a: Reg, b: Reg) -> Reg {
        self.builder.binary(Arithmetic::Max, a, b)
    }
    fn neg(&mut self, a: Reg) -> Reg {
        self.builder.unary(Primitive::Neg, a)
    }
    fn abs(&mut self, a: Reg) -> Reg {
        self.builder.unary(Primitive::Abs, a)
    }
    fn floor(&mut self, a: Reg) -> Reg {
        self.builder.unary(Primitive::Floor, a)
    }
    fn mantissa(&mut self, a: Reg) -> Reg {
        self.builder.unary(Primitive::Mantissa, a)
    }
    fn exponent(&mut self, a: Reg) -> Reg {
        self.builder.push(Op::Exponent(a))
    }
    fn scale(&mut self, a: Reg, n: Reg) -> Reg {
        self.builder.push(Op::Scale(a, n))
    }
    fn nearest(&mut self, a: Reg) -> Reg {
        self.builder.push(Op::Nearest(a))
    }
    fn to_scalar(&mut self, n: Reg) -> Reg {
        self.builder.push(Op::ToScalar(n))
    }
    fn int(&mut self, n: i32) -> Reg {
        self.builder.push(Op::Int(n))
    }
    fn int_add(&mut self, a: Reg, b: Reg) -> Reg {
        self.builder.push(Op::IntAdd(a, b))
    }
    fn int_and(&mut self, a: Reg, b: Reg) -> Reg {
        self.builder.push(Op::IntAnd(a, b))
    }
    fn int_eq(&mut self, a: Reg, b: Reg) -> Reg {
        self.builder.push(Op::IntEq(a, b))
    }
    fn compare(&mut self, op: CompareOp, a: Reg, b: Reg) -> Reg {
        self.builder.compare(op, a, b)
    }
    fn select(&mut self, cond: Reg, a: Reg, b: Reg) -> Reg {
        self.builder.select(cond, a, b)
    }
    fn rarely<const N: usize>(
        &mut self,
        cond: Reg,
        make: impl FnOnce(&mut Self) -> [Reg; N],
        b: [Reg; N],
    ) -> [Reg; N] {
        self.builder.open();
        let made = make(self);
        let statements = self.builder.close();
        let pairs: [(Reg, Reg); N] = std::array::from_fn(|i| (made[i], b[i]));
        let joined = self.builder.join(cond, [statements, Vec::new()], &pairs);
        std::array::from_fn(|i| joined[i])
    }
}
