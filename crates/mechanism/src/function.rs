//! Functions of vectors at points.

use std::cell::RefCell;

use pontine_mechanism_lang::{Draw, Function, Precision, Program, Slot, expand};

use crate::scalar::{Lane, Value, evaluate};

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
    program: Program,
    n_inputs: usize,
    n_outputs: usize,
}

impl FunctionKernel {
    /// Prepares a function.
    pub fn new(function: &Function) -> FunctionKernel {
        FunctionKernel {
            program: expand(function.program(), Precision::F64),
            n_inputs: function.n_inputs(),
            n_outputs: function.n_outputs(),
        }
    }

    /// The function's value at one point. Allocates nothing after a thread's first call.
    ///
    /// # Shapes
    /// `args`: all arguments, flattened in order. `out`: all outputs.
    ///
    /// # Panics
    /// If either slice is shorter than that.
    pub fn eval(&self, args: &[f64], out: &mut [f64]) {
        let mut point = Point { args: &args[..self.n_inputs], out: &mut out[..self.n_outputs] };
        REGISTERS.with_borrow_mut(|registers| evaluate(&self.program, registers, &mut point));
    }
}

thread_local! {
    static REGISTERS: RefCell<Vec<Value<f64>>> = const { RefCell::new(Vec::new()) };
}

struct Point<'a> {
    args: &'a [f64],
    out: &'a mut [f64],
}

impl Lane<f64> for Point<'_> {
    fn load(&self, slot: Slot) -> f64 {
        match slot {
            Slot::Input(i) => self.args[i],
            // Functions have no other slots.
            _ => 0.0,
        }
    }

    fn store(&mut self, slot: Slot, value: f64) {
        if let Slot::Output(i) = slot {
            self.out[i] = value;
        }
    }

    fn draw(&self, _: Draw, _: u16, _: Option<f64>) -> f64 {
        0.0
    }
}
