//! Functions of vectors at points.

use std::cell::RefCell;

use pontine_mechanism_lang::{Draw, Function, Op, Precision, Slot, Stmt, expand};

use crate::batch::{At, Batches};
use crate::native::{Level, Supported, dispatch};
use crate::scalar::{Lane, Value, evaluate_at};

/// A [`Function`] ready to be evaluated.
///
/// ```
/// use pontine_mechanism::{Argument, Function, FunctionKernel};
///
/// let square = Function::parse("x[0] * x[0], -x[1]", &[Argument::new("x", 2)], &[])?;
/// let mut out = [0.0; 2];
/// FunctionKernel::new(&square).eval(&[3.0, 4.0], &mut out);
/// assert_eq!(out, [9.0, -4.0]);
/// # Ok::<(), pontine_mechanism::LangError>(())
/// ```
#[derive(Clone, Debug)]
pub struct FunctionKernel {
    code: Code,
    n_inputs: usize,
    n_outputs: usize,
    level: Supported,
}

#[derive(Clone, Debug)]
enum Code {
    Batches(Batches),
    /// Of what repeats itself.
    Statements {
        body: Vec<Stmt>,
        /// What registers hold at the start: constants stand in theirs.
        registers: Vec<Value<f64>>,
    },
}

impl FunctionKernel {
    /// Prepares a function.
    pub fn new(function: &Function) -> FunctionKernel {
        let program = expand(function.program(), Precision::F64);
        let code = Batches::new(&program, function.n_inputs()).map(Code::Batches);
        FunctionKernel {
            code: code.unwrap_or_else(|| {
                let mut registers = vec![Value::Bool(false); program.types.len()];
                Code::Statements { body: settle(program.body, &mut registers), registers }
            }),
            n_inputs: function.n_inputs(),
            n_outputs: function.n_outputs(),
            level: Supported::best(),
        }
    }

    /// The same with the instructions of `level`, or of the baseline where this CPU lacks them.
    pub fn at(self, level: Level) -> FunctionKernel {
        FunctionKernel { level: Supported::of(level), ..self }
    }

    /// The function's value at one point. Allocates nothing after a thread's first call.
    ///
    /// # Shapes
    /// `args`: all arguments, flattened in order. `out`: all outputs.
    ///
    /// # Panics
    /// If either slice is shorter than that.
    pub fn eval(&self, args: &[f64], out: &mut [f64]) {
        let (args, out) = (&args[..self.n_inputs], &mut out[..self.n_outputs]);
        match &self.code {
            Code::Batches(batches) => WORDS.with_borrow_mut(|words| {
                dispatch(self.level, At { batches, words, arguments: args, results: out });
            }),
            Code::Statements { body, registers: first } => {
                REGISTERS.with_borrow_mut(|registers| {
                    registers.clear();
                    registers.extend_from_slice(first);
                    evaluate_at(self.level, body, registers, &mut Point { args, out });
                });
            }
        }
    }
}

/// Puts constants where they belong, and leaves the statements that have something to do.
fn settle(body: Vec<Stmt>, registers: &mut [Value<f64>]) -> Vec<Stmt> {
    let mut left = Vec::new();
    for stmt in body {
        match stmt {
            Stmt::Let { reg, op: Op::Const(value) } => {
                registers[reg.0 as usize] = Value::Scalar(value);
            }
            Stmt::Let { reg, op: Op::Int(value) } => registers[reg.0 as usize] = Value::Int(value),
            Stmt::Let { reg, op: Op::Bool(value) } => {
                registers[reg.0 as usize] = Value::Bool(value);
            }
            Stmt::If { cond, then, otherwise, results } => {
                let [then, otherwise] = [then, otherwise].map(|body| settle(body, registers));
                left.push(Stmt::If { cond, then, otherwise, results });
            }
            Stmt::Loop { rounds, carries, head, cond, body } => {
                let [head, body] = [head, body].map(|body| settle(body, registers));
                left.push(Stmt::Loop { rounds, carries, head, cond, body });
            }
            Stmt::Let { .. } | Stmt::Store { .. } => left.push(stmt),
        }
    }
    left
}

thread_local! {
    static WORDS: RefCell<Vec<u64>> = const { RefCell::new(Vec::new()) };
    static REGISTERS: RefCell<Vec<Value<f64>>> = const { RefCell::new(Vec::new()) };
}

struct Point<'a> {
    args: &'a [f64],
    out: &'a mut [f64],
}

impl Lane<f64> for Point<'_> {
    #[inline(always)]
    fn load(&self, slot: Slot) -> f64 {
        match slot {
            Slot::Input(i) => self.args[i],
            // Functions have no other slots.
            _ => 0.0,
        }
    }

    #[inline(always)]
    fn store(&mut self, slot: Slot, value: f64) {
        if let Slot::Output(i) = slot {
            self.out[i] = value;
        }
    }

    fn draw(&self, _: Draw, _: u16, _: Option<f64>) -> f64 {
        0.0
    }
}
