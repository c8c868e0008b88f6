//! Programs of the kernel IR for one cell at a time, with real branches.

use pontine_mechanism::lang::{
    Arithmetic, CompareOp, Draw, Op, Precision, Primitive, Program, Real, Reg, Slot, Stmt,
    exp_divided_difference, expand,
};

/// What a program reads from around it.
pub(crate) trait World {
    /// The number in a slot, as it was before the program.
    fn load(&self, slot: Slot) -> f64;

    /// A draw of this kind at this site; `mean` counts for Poisson only.
    fn draw(&self, kind: Draw, site: u16, mean: f64) -> f64;
}

/// A program whose elementary functions are written out.
#[derive(Clone, Debug)]
pub(crate) struct Evaluator(Program);

impl Evaluator {
    pub fn new(program: &Program) -> Self {
        Self(expand(program, Precision::F64))
    }

    /// Runs the program and hands every store to `store`.
    pub fn run(&self, world: &dyn World, store: &mut dyn FnMut(Slot, f64)) {
        let registers = vec![Number::Scalar(0.0); self.0.types.len()];
        Frame { world, registers }.block(&self.0.body, store);
    }
}

/// What a register holds. The programs are typed, so a register is never read as another kind.
#[derive(Clone, Copy)]
enum Number {
    Scalar(f64),
    Int(i32),
    Condition(bool),
}

struct Frame<'a> {
    world: &'a dyn World,
    registers: Vec<Number>,
}

impl Frame<'_> {
    fn block(&mut self, body: &[Stmt], store: &mut dyn FnMut(Slot, f64)) {
        for statement in body {
            match statement {
                Stmt::Let { reg, op } => self.registers[reg.0 as usize] = self.number(op),
                Stmt::Store { slot, value } => store(*slot, self.scalar(*value)),
                Stmt::If { cond, then, otherwise, results } => {
                    let holds = self.condition(*cond);
                    self.block(if holds { then } else { otherwise }, store);
                    for merge in results {
                        let taken = if holds { merge.then } else { merge.otherwise };
                        self.registers[merge.reg.0 as usize] = self.registers[taken.0 as usize];
                    }
                }
                Stmt::Loop { rounds, carries, head, cond, body } => {
                    let first = carries.iter().map(|carry| (carry.reg, carry.first)).collect();
                    self.assign(first);
                    for _ in 0..*rounds {
                        self.block(head, store);
                        if cond.is_some_and(|cond| !self.condition(cond)) {
                            break;
                        }
                        self.block(body, store);
                        self.assign(carries.iter().map(|carry| (carry.reg, carry.next)).collect());
                    }
                }
            }
        }
    }

    /// Gives each first register the number of the second, all at once.
    fn assign(&mut self, pairs: Vec<(Reg, Reg)>) {
        let numbers: Vec<_> =
            pairs.iter().map(|(_, from)| self.registers[from.0 as usize]).collect();
        for ((to, _), number) in pairs.into_iter().zip(numbers) {
            self.registers[to.0 as usize] = number;
        }
    }

    fn scalar(&self, reg: Reg) -> f64 {
        match self.registers[reg.0 as usize] {
            Number::Scalar(value) => value,
            Number::Int(value) => f64::from(value),
            Number::Condition(holds) => f64::from(u8::from(holds)),
        }
    }

    fn int(&self, reg: Reg) -> i32 {
        match self.registers[reg.0 as usize] {
            Number::Int(value) => value,
            Number::Scalar(value) => value.to_i32(),
            Number::Condition(holds) => i32::from(holds),
        }
    }

    fn condition(&self, reg: Reg) -> bool {
        match self.registers[reg.0 as usize] {
            Number::Condition(holds) => holds,
            Number::Scalar(value) => value != 0.0,
            Number::Int(value) => value != 0,
        }
    }

    fn number(&self, op: &Op) -> Number {
        use Number::{Condition, Int, Scalar};
        match op {
            Op::Const(value) => Scalar(*value),
            Op::Int(value) => Int(*value),
            Op::Bool(value) => Condition(*value),
            Op::Load(slot) => Scalar(self.world.load(*slot)),
            Op::Unary(primitive, a) => Scalar(unary(*primitive, self.scalar(*a))),
            Op::Binary(arithmetic, a, b) => {
                Scalar(binary(*arithmetic, self.scalar(*a), self.scalar(*b)))
            }
            Op::Fma(a, b, c) => Scalar(self.scalar(*a).fused(self.scalar(*b), self.scalar(*c))),
            Op::Scale(a, n) => Scalar(Real::scale(self.scalar(*a), self.int(*n))),
            Op::Exponent(a) => Int(Real::exponent(self.scalar(*a))),
            Op::Nearest(a) => Int(self.scalar(*a).nearest()),
            Op::ToScalar(n) => Scalar(f64::from(self.int(*n))),
            Op::IntAdd(a, b) => Int(self.int(*a).wrapping_add(self.int(*b))),
            Op::IntAnd(a, b) => Int(self.int(*a) & self.int(*b)),
            Op::IntEq(a, b) => Condition(self.int(*a) == self.int(*b)),
            Op::Compare(how, a, b) => Condition(compare(*how, self.scalar(*a), self.scalar(*b))),
            Op::Not(a) => Condition(!self.condition(*a)),
            Op::And(a, b) => Condition(self.condition(*a) && self.condition(*b)),
            Op::Or(a, b) => Condition(self.condition(*a) || self.condition(*b)),
            Op::Select(cond, a, b) => {
                Scalar(self.scalar(if self.condition(*cond) { *a } else { *b }))
            }
            // Written-out programs call nothing but divided differences.
            Op::Call(_, args) => {
                let args: Vec<_> = args.iter().map(|a| self.scalar(*a)).collect();
                Scalar(exp_divided_difference(&args))
            }
            Op::Draw(kind, site, args) => {
                let mean = args.first().map_or(0.0, |a| self.scalar(*a));
                Scalar(self.world.draw(*kind, *site, mean))
            }
        }
    }
}

fn unary(primitive: Primitive, a: f64) -> f64 {
    match primitive {
        Primitive::Neg => -a,
        Primitive::Abs => Real::abs(a),
        Primitive::Sqrt => Real::sqrt(a),
        Primitive::Floor => Real::floor(a),
        Primitive::Ceil => Real::ceil(a),
        Primitive::Round => Real::round(a),
        Primitive::Mantissa => Real::mantissa(a),
    }
}

fn binary(arithmetic: Arithmetic, a: f64, b: f64) -> f64 {
    match arithmetic {
        Arithmetic::Add => a + b,
        Arithmetic::Sub => a - b,
        Arithmetic::Mul => a * b,
        Arithmetic::Div => a / b,
        Arithmetic::Min => a.least(b),
        Arithmetic::Max => a.greatest(b),
    }
}

fn compare(how: CompareOp, a: f64, b: f64) -> bool {
    match how {
        CompareOp::Eq => a == b,
        CompareOp::Ne => a != b,
        CompareOp::Lt => a < b,
        CompareOp::Le => a <= b,
        CompareOp::Gt => a > b,
        CompareOp::Ge => a >= b,
    }
}

/// Inputs in, outputs out: the world of a function of vectors.
pub(crate) struct Vector<'a>(pub &'a [f64]);

impl World for Vector<'_> {
    fn load(&self, slot: Slot) -> f64 {
        match slot {
            Slot::Input(i) => self.0[i],
            Slot::Parameter(_)
            | Slot::Derived(_)
            | Slot::State(_)
            | Slot::Receptor(_)
            | Slot::Output(_)
            | Slot::Dt
            | Slot::Time => 0.0,
        }
    }

    fn draw(&self, _: Draw, _: u16, _: f64) -> f64 {
        0.0
    }
}

impl Vector<'_> {
    /// The `n_out` outputs of a function at this point.
    pub fn through(&self, function: &Evaluator, n_out: usize) -> Vec<f64> {
        let mut out = vec![0.0; n_out];
        function.run(self, &mut |slot, value| {
            if let Slot::Output(i) = slot {
                out[i] = value;
            }
        });
        out
    }
}
