//! Evaluates a program for one lane; for the host's few values, and as the plain reading of the IR.

use pontine_mechanism_lang::{
    Arithmetic, Carry, CompareOp, Draw, Elementary, Op, Primitive, Program, Real, Reg, Slot, Stmt,
    exp_divided_difference,
};

use crate::native::{Supported, Task, dispatch};

/// What a program reads and writes.
pub(crate) trait Lane<F> {
    fn load(&self, slot: Slot) -> F;
    fn store(&mut self, slot: Slot, value: F);
    fn draw(&self, kind: Draw, site: u16, mean: Option<F>) -> F;
}

/// The content of a register.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Value<F> {
    Scalar(F),
    Int(i32),
    Bool(bool),
}

/// Runs an expanded program; `registers` is scratch space.
pub(crate) fn evaluate<F: Real>(
    program: &Program,
    registers: &mut Vec<Value<F>>,
    lane: &mut impl Lane<F>,
) {
    registers.clear();
    registers.resize(program.types.len(), Value::Bool(false));
    evaluate_at(Supported::best(), &program.body, registers, lane);
}

/// Runs the statements of an expanded program with the instructions of a level: at the baseline of
/// x86-64 a fused operation is a call. There is a register for each that the program names.
pub(crate) fn evaluate_at<F: Real>(
    level: Supported,
    body: &[Stmt],
    registers: &mut [Value<F>],
    lane: &mut impl Lane<F>,
) {
    Evaluator { level, registers, lane }.dispatch(body);
}

struct Evaluator<'a, F, L> {
    level: Supported,
    registers: &'a mut [Value<F>],
    lane: &'a mut L,
}

/// Statements to run.
struct Block<'e, 'a, 's, F, L>(&'e mut Evaluator<'a, F, L>, &'s [Stmt]);

impl<F: Real, L: Lane<F>> Task for Block<'_, '_, '_, F, L> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        // A closure would be a function of its own, without the level's instructions.
        for stmt in self.1 {
            self.0.statement(stmt);
        }
    }
}

impl<F: Real, L: Lane<F>> Evaluator<'_, F, L> {
    /// A block. What is within it is compiled for the level as a call of its own.
    #[inline(never)]
    fn dispatch(&mut self, body: &[Stmt]) {
        dispatch(self.level, Block(self, body));
    }

    #[inline(always)]
    fn statement(&mut self, stmt: &Stmt) {
        match stmt {
            Stmt::Let { reg, op } => self.registers[reg.0 as usize] = self.op(op),
            Stmt::Store { slot, value } => {
                let value = self.scalar(*value);
                self.lane.store(*slot, value);
            }
            Stmt::If { cond, then, otherwise, results } => {
                let taken = self.bool(*cond);
                let body = if taken { then } else { otherwise };
                if !body.is_empty() {
                    self.dispatch(body);
                }
                for merge in results {
                    let from = if taken { merge.then } else { merge.otherwise };
                    self.registers[merge.reg.0 as usize] = self.registers[from.0 as usize];
                }
            }
            Stmt::Loop { rounds, carries, head, cond, body } => {
                self.repeat(*rounds, carries, [head, body], *cond);
            }
        }
    }

    fn repeat(
        &mut self,
        rounds: u32,
        carries: &[Carry],
        [head, body]: [&[Stmt]; 2],
        cond: Option<Reg>,
    ) {
        let mut values: Vec<_> = carries.iter().map(|carry| self.scalar(carry.first)).collect();
        for round in 0..=rounds {
            for (carry, value) in carries.iter().zip(&values) {
                self.registers[carry.reg.0 as usize] = Value::Scalar(*value);
            }
            if round == rounds {
                break;
            }
            self.dispatch(head);
            if cond.is_some_and(|cond| !self.bool(cond)) {
                break;
            }
            self.dispatch(body);
            values = carries.iter().map(|carry| self.scalar(carry.next)).collect();
        }
    }

    #[inline(always)]
    fn scalar(&self, reg: Reg) -> F {
        match self.registers[reg.0 as usize] {
            Value::Scalar(value) => value,
            Value::Int(value) => F::from_i32(value),
            Value::Bool(_) => F::default(),
        }
    }

    #[inline(always)]
    fn int(&self, reg: Reg) -> i32 {
        match self.registers[reg.0 as usize] {
            Value::Int(value) => value,
            Value::Scalar(_) | Value::Bool(_) => 0,
        }
    }

    #[inline(always)]
    fn bool(&self, reg: Reg) -> bool {
        matches!(self.registers[reg.0 as usize], Value::Bool(true))
    }

    #[inline(always)]
    fn op(&self, op: &Op) -> Value<F> {
        match op {
            Op::Int(value) => Value::Int(*value),
            Op::Exponent(a) => Value::Int(self.scalar(*a).exponent()),
            Op::Nearest(a) => Value::Int(self.scalar(*a).nearest()),
            Op::IntAdd(a, b) => Value::Int(self.int(*a).wrapping_add(self.int(*b))),
            Op::IntAnd(a, b) => Value::Int(self.int(*a) & self.int(*b)),
            Op::Bool(value) => Value::Bool(*value),
            Op::IntEq(a, b) => Value::Bool(self.int(*a) == self.int(*b)),
            Op::Compare(op, a, b) => Value::Bool(compare(*op, self.scalar(*a), self.scalar(*b))),
            Op::Not(a) => Value::Bool(!self.bool(*a)),
            Op::And(a, b) => Value::Bool(self.bool(*a) & self.bool(*b)),
            Op::Or(a, b) => Value::Bool(self.bool(*a) | self.bool(*b)),
            _ => Value::Scalar(self.scalar_op(op)),
        }
    }

    #[inline(always)]
    fn scalar_op(&self, op: &Op) -> F {
        match op {
            Op::Const(value) => F::from_f64(*value),
            Op::Load(slot) => self.lane.load(*slot),
            Op::Unary(primitive, a) => unary(*primitive, self.scalar(*a)),
            Op::Binary(arithmetic, a, b) => binary(*arithmetic, self.scalar(*a), self.scalar(*b)),
            Op::Fma(a, b, c) => self.scalar(*a).fused(self.scalar(*b), self.scalar(*c)),
            Op::Scale(a, n) => self.scalar(*a).scale(self.int(*n)),
            Op::ToScalar(a) => F::from_i32(self.int(*a)),
            Op::Select(c, a, b) => self.scalar(if self.bool(*c) { *a } else { *b }),
            Op::Call(Elementary::ExpDivided, args) => {
                let args: Vec<f64> = args.iter().map(|a| self.scalar(*a).to_f64()).collect();
                F::from_f64(exp_divided_difference(&args))
            }
            Op::Draw(kind, site, args) => {
                self.lane.draw(*kind, *site, args.first().map(|mean| self.scalar(*mean)))
            }
            // Programs are expanded, and `op` has taken all others.
            _ => F::default(),
        }
    }
}

#[inline(always)]
pub(crate) fn compare<F: Real>(op: CompareOp, a: F, b: F) -> bool {
    match op {
        CompareOp::Eq => a == b,
        CompareOp::Ne => a != b,
        CompareOp::Lt => a < b,
        CompareOp::Le => a <= b,
        CompareOp::Gt => a > b,
        CompareOp::Ge => a >= b,
    }
}

#[inline(always)]
pub(crate) fn unary<F: Real>(primitive: Primitive, a: F) -> F {
    match primitive {
        Primitive::Neg => -a,
        Primitive::Abs => a.abs(),
        Primitive::Sqrt => a.sqrt(),
        Primitive::Floor => a.floor(),
        Primitive::Ceil => a.ceil(),
        Primitive::Round => a.round(),
        Primitive::Mantissa => a.mantissa(),
    }
}

#[inline(always)]
pub(crate) fn binary<F: Real>(arithmetic: Arithmetic, a: F, b: F) -> F {
    match arithmetic {
        Arithmetic::Add => a + b,
        Arithmetic::Sub => a - b,
        Arithmetic::Mul => a * b,
        Arithmetic::Div => a / b,
        Arithmetic::Min => a.least(b),
        Arithmetic::Max => a.greatest(b),
    }
}
