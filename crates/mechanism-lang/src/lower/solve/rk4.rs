//! The classical Runge-Kutta method of fourth order.
//!
//! ```text
//!  k1 = f(t, x)   k2 = f(t + dt/2, x + k1 dt/2)   k3 = f(t + dt/2, x + k2 dt/2)   k4 = f(t + dt, x + k3 dt)
//!  x(t + dt) = x + ((k1 + k4) + 2 (k2 + k3)) dt/6
//! ```

use super::super::expression::Lowering;
use super::{Held, with_reciprocals};
use crate::error::Located;
use crate::expr::Expr;
use crate::ir::{Arithmetic, Reg};
use crate::tree::Equation;

/// The new value of each equation's state. States that are held have no slope, so that the others
/// see them where they are held.
pub(super) fn updates(
    lowering: &mut Lowering,
    equations: &[&Equation],
    held: Held,
) -> Result<Vec<Reg>, Located> {
    let before = lowering.values.clone();
    let start: Vec<Reg> = equations
        .iter()
        .map(|equation| lowering.value(&Expr::name(&equation.state)))
        .collect::<Result<_, _>>()?;
    let mut stages = Stages { lowering, equations, held, start };
    let slopes = stages.slopes();
    stages.lowering.values = before;
    let [k1, k2, k3, k4] = slopes?;
    let sixth = stages.share(6.0)?;
    let program = &mut stages.lowering.program;
    let two = program.constant(2.0);
    let mut update = |i: usize| {
        let ends = program.binary(Arithmetic::Add, k1[i], k4[i]);
        let middle = program.binary(Arithmetic::Add, k2[i], k3[i]);
        let middle = program.binary(Arithmetic::Mul, two, middle);
        let sum = program.binary(Arithmetic::Add, ends, middle);
        let change = program.binary(Arithmetic::Mul, sum, sixth);
        program.binary(Arithmetic::Add, stages.start[i], change)
    };
    Ok((0..equations.len()).map(&mut update).collect())
}

struct Stages<'s, 'l> {
    lowering: &'s mut Lowering<'l>,
    equations: &'s [&'s Equation],
    held: Held<'s>,
    start: Vec<Reg>,
}

impl Stages<'_, '_> {
    fn slopes(&mut self) -> Result<[Vec<Reg>; 4], Located> {
        let (half, whole) = (self.share(2.0)?, self.lowering.value(&Expr::name("dt"))?);
        let end = self.lowering.value(&Expr::name("t"))?;
        let begin = self.lowering.program.binary(Arithmetic::Sub, end, whole);
        let middle = self.lowering.program.binary(Arithmetic::Sub, end, half);
        self.lowering.values.insert("t".into(), begin);
        let k1 = self.slope()?;
        self.advance(&k1, half, middle);
        let k2 = self.slope()?;
        self.advance(&k2, half, middle);
        let k3 = self.slope()?;
        self.advance(&k3, whole, end);
        let k4 = self.slope()?;
        Ok([k1, k2, k3, k4])
    }

    /// `dt / n`, from the host.
    fn share(&mut self, n: f64) -> Result<Reg, Located> {
        self.lowering.derived_value(&Expr::name("dt").over(Expr::number(n)))
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

    /// Goes from the start along slopes, to the time given.
    fn advance(&mut self, slopes: &[Reg], by: Reg, time: Reg) {
        for ((equation, start), slope) in self.equations.iter().zip(&self.start).zip(slopes) {
            let program = &mut self.lowering.program;
            let change = program.binary(Arithmetic::Mul, *slope, by);
            let there = program.binary(Arithmetic::Add, *start, change);
            self.lowering.values.insert(equation.state.clone(), there);
        }
        self.lowering.values.insert("t".into(), time);
    }
}
