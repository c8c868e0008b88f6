//! The Runge-Kutta method of Cash and Karp: of fifth order, with an estimate of its error from one of fourth.
//!
//! ```text
//!  e = max over states of |h Σ (b_j - b*_j) k_j| / (tolerance (|x| + 1/1000))
//!  e <= 1: the step h is done, else it is tried again; the next h is h · clip(0.9 / e^(1/4), 1/5, 4)
//! ```
//!
//! Each neuron parts the step of the grid into equal steps of its own, as many as its error asks for and at
//! most 256; the first trial is the whole. Nothing is kept from one step of the grid to the next.

use super::super::expression::Lowering;
use super::{Held, with_reciprocals};
use crate::error::Located;
use crate::expr::{CompareOp, Expr};
use crate::ir::{Arithmetic, Carry, Op, Primitive, Reg, Stmt, Type};
use crate::tree::Equation;

/// Error per step, in parts of a state, if no other tolerance is given.
pub(crate) const TOLERANCE: f64 = 1e-6;

/// States nearer to 0 than this are not followed in finer parts, in whatever unit they are held.
const SMALL: f64 = 1e-3;

/// The shortest step, in parts of that of the grid: it is done whatever its error.
const SHORTEST: f64 = 1.0 / 256.0;

/// More rounds than any series of steps takes.
const ROUNDS: u32 = 1 << 16;

/// Where in the step each stage stands.
const NODES: [f64; 6] = [0.0, 0.2, 0.3, 0.6, 1.0, 0.875];

/// Along which slopes each stage but the first is reached.
const STAGES: [&[f64]; 5] = [
    &[0.2],
    &[3.0 / 40.0, 9.0 / 40.0],
    &[0.3, -0.9, 1.2],
    &[-11.0 / 54.0, 2.5, -70.0 / 27.0, 35.0 / 27.0],
    &[1631.0 / 55296.0, 175.0 / 512.0, 575.0 / 13824.0, 44275.0 / 110592.0, 253.0 / 4096.0],
];

/// The result of fifth order.
const RESULT: [f64; 6] = [37.0 / 378.0, 0.0, 250.0 / 621.0, 125.0 / 594.0, 0.0, 512.0 / 1771.0];

/// The result of fourth order.
const LESS: [f64; 6] =
    [2825.0 / 27648.0, 0.0, 18575.0 / 48384.0, 13525.0 / 55296.0, 277.0 / 14336.0, 0.25];

/// The new value of each equation's state. States that are held have no slope.
pub(super) fn updates(
    lowering: &mut Lowering,
    equations: &[&Equation],
    held: Held,
    tolerance: f64,
) -> Result<Vec<Reg>, Located> {
    let before = lowering.values.clone();
    let (dt, end) = (lowering.value(&Expr::name("dt"))?, lowering.value(&Expr::name("t"))?);
    let start = |equation: &&Equation| lowering.value(&Expr::name(&equation.state));
    let starts = equations.iter().map(start).collect::<Result<Vec<_>, _>>()?;
    let first: Vec<Reg> = [dt, dt].into_iter().chain(starts).collect();
    let regs: Vec<Reg> = first.iter().map(|_| lowering.program.fresh(Type::Scalar)).collect();
    let (cond, head) = lowering.part(|lowering| {
        let zero = lowering.program.constant(0.0);
        Ok(lowering.program.compare(CompareOp::Gt, regs[0], zero))
    })?;
    let round = lowering.part(|lowering| {
        let (left, step, states) = (regs[0], regs[1], regs[2..].to_vec());
        Round { lowering, equations, held, dt, end, left, step, states, tolerance }.next()
    });
    lowering.values = before;
    let (next, body) = round?;
    let carries = regs.iter().zip(first).zip(next);
    let carries = carries.map(|((reg, first), next)| Carry { reg: *reg, first, next }).collect();
    let cond = Some(cond);
    lowering.program.repeat(Stmt::Loop { rounds: ROUNDS, carries, head, cond, body });
    Ok(regs[2..].to_vec())
}

/// One trial of a step.
struct Round<'s, 'l> {
    lowering: &'s mut Lowering<'l>,
    equations: &'s [&'s Equation],
    held: Held<'s>,
    dt: Reg,
    /// The end of the step of the grid.
    end: Reg,
    /// How much of it is left.
    left: Reg,
    /// The longest step that should do.
    step: Reg,
    states: Vec<Reg>,
    tolerance: f64,
}

impl Round<'_, '_> {
    /// What is left, the next step, and the states after it.
    fn next(mut self) -> Result<Vec<Reg>, Located> {
        let (parts, taken) = self.taken();
        let slopes = self.slopes(taken)?;
        let results: Vec<Reg> =
            (0..self.states.len()).map(|i| self.moved(i, &slopes, &RESULT, taken)).collect();
        let excess = self.excess(&slopes, taken);
        let shortest = self.times(self.dt, SHORTEST);
        let one = self.constant(1.0);
        let program = &mut self.lowering.program;
        let too_far = program.compare(CompareOp::Gt, excess, one);
        let longer = program.compare(CompareOp::Gt, taken, shortest);
        let again = program.push(Op::And(too_far, longer));
        let rest = program.binary(Arithmetic::Sub, self.left, taken);
        let whole = program.compare(CompareOp::Le, parts, one);
        let zero = program.constant(0.0);
        let rest = program.select(whole, zero, rest);
        let left = program.select(again, self.left, rest);
        let step = self.step_after(taken, excess, shortest);
        let select = |(old, new): (&Reg, &Reg)| self.lowering.program.select(again, *old, *new);
        let states: Vec<Reg> = self.states.iter().zip(&results).map(select).collect();
        Ok([left, step].into_iter().chain(states).collect())
    }

    /// Into how many equal steps the rest is parted, and one of them.
    fn taken(&mut self) -> (Reg, Reg) {
        let program = &mut self.lowering.program;
        let parts = program.binary(Arithmetic::Div, self.left, self.step);
        let parts = program.unary(Primitive::Ceil, parts);
        let taken = program.binary(Arithmetic::Div, self.left, parts);
        (parts, taken)
    }

    /// The slopes of all stages, each of all states.
    fn slopes(&mut self, taken: Reg) -> Result<Vec<Vec<Reg>>, Located> {
        let begin = self.lowering.program.binary(Arithmetic::Sub, self.end, self.left);
        let mut slopes: Vec<Vec<Reg>> = Vec::new();
        for (stage, node) in NODES.iter().enumerate() {
            let later = self.times(taken, *node);
            let time = self.lowering.program.binary(Arithmetic::Add, begin, later);
            self.lowering.values.insert("t".into(), time);
            for i in 0..self.states.len() {
                let there = match stage {
                    0 => self.states[i],
                    _ => self.moved(i, &slopes, STAGES[stage - 1], taken),
                };
                self.lowering.values.insert(self.equations[i].state.clone(), there);
            }
            slopes.push(self.slope()?);
        }
        Ok(slopes)
    }

    /// The rates of all states as they stand.
    fn slope(&mut self) -> Result<Vec<Reg>, Located> {
        let rate = |equation: &&Equation| {
            let rate = with_reciprocals(self.lowering, &equation.rate);
            let rate = self.lowering.value(&rate)?;
            Ok(match self.held {
                Some((active, states)) if states.contains(&equation.state) => {
                    let zero = self.lowering.program.constant(0.0);
                    self.lowering.program.select(active, zero, rate)
                }
                _ => rate,
            })
        };
        self.equations.iter().map(rate).collect()
    }

    /// `x_i + taken · Σ factor_j slope_ji`
    fn moved(&mut self, i: usize, slopes: &[Vec<Reg>], factors: &[f64], taken: Reg) -> Reg {
        let sum = self.sum(i, slopes, factors);
        let program = &mut self.lowering.program;
        let change = program.binary(Arithmetic::Mul, sum, taken);
        program.binary(Arithmetic::Add, self.states[i], change)
    }

    fn sum(&mut self, i: usize, slopes: &[Vec<Reg>], factors: &[f64]) -> Reg {
        let mut sum = None;
        for (slope, factor) in slopes.iter().zip(factors).filter(|(_, factor)| **factor != 0.0) {
            let term = self.times(slope[i], *factor);
            let add = |sum| self.lowering.program.binary(Arithmetic::Add, sum, term);
            sum = Some(sum.map_or(term, add));
        }
        sum.unwrap_or_else(|| self.constant(0.0))
    }

    /// The error in parts of what is tolerated, of the state where it is greatest.
    fn excess(&mut self, slopes: &[Vec<Reg>], taken: Reg) -> Reg {
        let difference: Vec<f64> =
            RESULT.iter().zip(LESS).map(|(more, less)| more - less).collect();
        let (small, tolerance) = (self.constant(SMALL), self.constant(self.tolerance));
        let mut greatest = self.constant(0.0);
        for i in 0..self.states.len() {
            let sum = self.sum(i, slopes, &difference);
            let program = &mut self.lowering.program;
            let error = program.binary(Arithmetic::Mul, sum, taken);
            let error = program.unary(Primitive::Abs, error);
            let size = program.unary(Primitive::Abs, self.states[i]);
            let size = program.binary(Arithmetic::Add, size, small);
            let tolerated = program.binary(Arithmetic::Mul, size, tolerance);
            let part = program.binary(Arithmetic::Div, error, tolerated);
            greatest = program.binary(Arithmetic::Max, greatest, part);
        }
        greatest
    }

    /// The longest step that should do after one of this error.
    fn step_after(&mut self, taken: Reg, excess: Reg, shortest: Reg) -> Reg {
        let [most, low, high] = [0.9, 0.2, 4.0].map(|value| self.constant(value));
        let program = &mut self.lowering.program;
        let root = program.unary(Primitive::Sqrt, excess);
        let root = program.unary(Primitive::Sqrt, root);
        let factor = program.binary(Arithmetic::Div, most, root);
        let factor = program.binary(Arithmetic::Max, low, factor);
        let factor = program.binary(Arithmetic::Min, high, factor);
        let step = program.binary(Arithmetic::Mul, taken, factor);
        program.binary(Arithmetic::Max, shortest, step)
    }

    fn times(&mut self, value: Reg, factor: f64) -> Reg {
        let factor = self.constant(factor);
        self.lowering.program.binary(Arithmetic::Mul, value, factor)
    }

    fn constant(&mut self, value: f64) -> Reg {
        self.lowering.program.constant(value)
    }
}
