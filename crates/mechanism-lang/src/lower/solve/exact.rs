//! The exact propagator of a linear system without cycles.
//!
//! For `x' = A x + b` with `b` constant over the step, and `A` triangular in some order of the
//! states, the entry `(i, j)` of `e^(A dt)` is a sum over the paths from `i` to `j` along which
//! states depend on one another:
//!
//! ```text
//!  P_ij = Σ_paths (Π factors along the path) · dt^k · exp[λ_0 dt, …, λ_k dt]
//!  Q_ij = Σ_paths (Π factors along the path) · dt^(k+1) · exp[λ_0 dt, …, λ_k dt, 0]
//!  x(dt) = P x + Q b
//! ```
//!
//! with the divided differences of `exp` at the diagonal's `λ`, which are finite where time
//! constants are equal. All of `P` and `Q` are derived parameters.

use std::collections::BTreeMap;

use super::super::expression::Lowering;
use super::super::linear::{Linear, NotLinear, linear, sum};
use super::super::names::What;
use super::not_linear;
use crate::error::{Cause, Located};
use crate::expr::Expr;
use crate::ir::{Arithmetic, Reg, Slot};
use crate::tree::{Equation, Solver};

/// The new value of each equation's state.
pub(super) fn updates(
    lowering: &mut Lowering,
    equations: &[&Equation],
    clamped: &[String],
) -> Result<Vec<Reg>, Located> {
    let system = System::of(lowering, equations)?;
    system.check_cycles()?;
    system.check_clamps(clamped)?;
    (0..equations.len()).map(|i| system.update(lowering, i)).collect()
}

struct System<'a> {
    equations: &'a [&'a Equation],
    rows: Vec<Row>,
}

/// One equation: factors of states, factors of inputs, and the rest.
struct Row {
    /// By position of the state's equation.
    states: BTreeMap<usize, Expr>,
    inputs: BTreeMap<String, Expr>,
    /// Over parameters.
    constant: Option<Expr>,
    /// Constant over the step, but not linear in inputs.
    other: Option<Expr>,
}

/// A path along which states depend on one another, from the one that is updated.
struct Path {
    /// Positions of equations.
    nodes: Vec<usize>,
    /// The product of the factors along it.
    product: Expr,
}

impl<'a> System<'a> {
    fn of(lowering: &Lowering, equations: &'a [&'a Equation]) -> Result<System<'a>, Located> {
        let row = |equation: &&Equation| {
            Row::of(lowering, equations, equation).map_err(|fault| {
                let instead = Solver::ExponentialEuler;
                not_linear(equation.at, Solver::Exact, &equation.state, fault, instead)
            })
        };
        let rows = equations.iter().map(row).collect::<Result<_, _>>()?;
        Ok(System { equations, rows })
    }

    fn name(&self, node: usize) -> String {
        self.equations[node].state.clone()
    }

    /// The other states that `node` depends on.
    fn sources(&self, node: usize) -> impl Iterator<Item = (usize, &Expr)> {
        let others = self.rows[node].states.iter().filter(move |(source, _)| **source != node);
        others.map(|(source, factor)| (*source, factor))
    }

    /// Takes away states that depend on none that is left, until none is left or all are in or
    /// behind a cycle.
    fn check_cycles(&self) -> Result<(), Located> {
        let mut left: Vec<usize> = (0..self.rows.len()).collect();
        loop {
            let depends =
                |node: &usize| self.sources(*node).any(|(source, _)| left.contains(&source));
            let still: Vec<usize> = left.iter().copied().filter(depends).collect();
            if still.is_empty() {
                return Ok(());
            }
            if still.len() == left.len() {
                let states = still.iter().map(|node| self.name(*node)).collect();
                return Err(self.equations[still[0]].at.fault(Cause::Cycle { states }));
            }
            left = still;
        }
    }

    fn check_clamps(&self, clamped: &[String]) -> Result<(), Located> {
        for (node, equation) in self.equations.iter().enumerate() {
            let held = |source: usize| clamped.contains(&self.equations[source].state);
            let source = self.sources(node).map(|(source, _)| source).find(|source| held(*source));
            if let (Some(source), false) = (source, clamped.contains(&equation.state)) {
                let (state, clamped) = (self.name(node), self.name(source));
                return Err(equation.at.fault(Cause::ClampedCoupling { state, clamped }));
            }
        }
        Ok(())
    }

    fn paths(&self, from: usize) -> Vec<Path> {
        let mut paths = vec![Path { nodes: vec![from], product: Expr::number(1.0) }];
        let mut position = 0;
        while position < paths.len() {
            let path = &paths[position];
            let last = path.nodes[path.nodes.len() - 1];
            let longer = |(source, factor): (usize, &Expr)| Path {
                nodes: path.nodes.iter().copied().chain([source]).collect(),
                product: path.product.clone().times(factor.clone()),
            };
            let found: Vec<_> = self.sources(last).map(longer).collect();
            paths.extend(found);
            position += 1;
        }
        paths
    }

    /// `λ dt` of a node.
    fn exponent(&self, node: usize) -> Expr {
        match self.rows[node].states.get(&node) {
            Some(rate) => rate.clone().times(Expr::name("dt")),
            None => Expr::number(0.0),
        }
    }

    /// The path's part of `P`.
    fn propagator(&self, path: &Path) -> Expr {
        let exponents: Vec<_> = path.nodes.iter().map(|node| self.exponent(*node)).collect();
        let power = dt_power(path.nodes.len() - 1);
        path.product.clone().times(power).times(divided(exponents))
    }

    /// The path's part of `Q`.
    fn response(&self, path: &Path) -> Expr {
        let mut exponents: Vec<_> = path.nodes.iter().map(|node| self.exponent(*node)).collect();
        exponents.push(Expr::number(0.0));
        path.product.clone().times(dt_power(path.nodes.len())).times(divided(exponents))
    }

    /// `Σ_j P_ij x_j + Σ_k R_ik u_k + C_i + Σ_j Q_ij other_j`
    fn update(&self, lowering: &mut Lowering, node: usize) -> Result<Reg, Located> {
        let mut states: BTreeMap<usize, Expr> = BTreeMap::new();
        let mut inputs: BTreeMap<String, Expr> = BTreeMap::new();
        let mut constant = None;
        let mut others = Vec::new();
        for path in self.paths(node) {
            let end = path.nodes[path.nodes.len() - 1];
            let (row, response) = (&self.rows[end], self.response(&path));
            accumulate(&mut states, end, self.propagator(&path));
            for (input, factor) in &row.inputs {
                accumulate(&mut inputs, input.clone(), factor.clone().times(response.clone()));
            }
            let driven = row.constant.clone().map(|value| value.times(response.clone()));
            constant = sum(constant, driven);
            others.extend(row.other.clone().map(|other| (other, response)));
        }
        let mut total = Total { lowering, sum: None };
        if let Some(factor) = states.remove(&node) {
            total.add(&Expr::name(&self.name(node)), &factor)?;
        }
        for (source, factor) in &states {
            total.add(&Expr::name(&self.name(*source)), factor)?;
        }
        for (input, factor) in &inputs {
            total.add(&Expr::name(input), factor)?;
        }
        for (other, factor) in &others {
            total.add(other, factor)?;
        }
        total.add_constant(constant.as_ref())?;
        total.finish()
    }
}

/// A sum of products with derived parameters in the making.
struct Total<'l, 'n> {
    lowering: &'l mut Lowering<'n>,
    sum: Option<Reg>,
}

impl Total<'_, '_> {
    fn add(&mut self, value: &Expr, factor: &Expr) -> Result<(), Located> {
        let value = self.lowering.value(value)?;
        let term = if matches!(factor, Expr::Number { value: 1.0, .. }) {
            value
        } else {
            let factor = self.lowering.derived_value(factor)?;
            self.lowering.program.binary(Arithmetic::Mul, value, factor)
        };
        self.push(term);
        Ok(())
    }

    fn add_constant(&mut self, constant: Option<&Expr>) -> Result<(), Located> {
        if let Some(constant) = constant {
            let term = self.lowering.derived_value(constant)?;
            self.push(term);
        }
        Ok(())
    }

    fn push(&mut self, term: Reg) {
        let joined = |sum| self.lowering.program.binary(Arithmetic::Add, sum, term);
        self.sum = Some(self.sum.map_or(term, joined));
    }

    fn finish(self) -> Result<Reg, Located> {
        let zero = |lowering: &mut Lowering| lowering.program.constant(0.0);
        Ok(self.sum.unwrap_or_else(|| zero(self.lowering)))
    }
}

impl Row {
    fn of(lowering: &Lowering, all: &[&Equation], own: &Equation) -> Result<Row, NotLinear> {
        let names = lowering.names;
        let is_state = |name: &str| names.state(name).is_some();
        let is_input = |name: &str| {
            let what = names.get(name).map(|meaning| meaning.what);
            matches!(what, Some(What::Slot(Slot::Input(_))))
        };
        let Linear { mut factors, constant } = linear(&own.rate, &is_state)?;
        if let Some(factor) = factors.values().find(|factor| !lowering.is_constant(factor)) {
            return Err(NotLinear { why: "a factor that changes", term: factor.to_string() });
        }
        let mut row =
            Row { states: BTreeMap::new(), inputs: BTreeMap::new(), constant, other: None };
        for (position, equation) in all.iter().enumerate() {
            if let Some(factor) = factors.remove(&equation.state) {
                row.states.insert(position, factor);
            }
        }
        // States without an equation stay as they are during the step.
        let still = factors.into_iter().map(|(name, factor)| factor.times(Expr::name(&name)));
        row.other = still.fold(None, |total, term| sum(total, Some(term)));
        row.separate_inputs(lowering, &is_input)?;
        Ok(row)
    }

    fn separate_inputs(
        &mut self,
        lowering: &Lowering,
        is_input: &dyn Fn(&str) -> bool,
    ) -> Result<(), NotLinear> {
        let Some(constant) = self.constant.take() else { return Ok(()) };
        let is_time = |expr: &Expr| matches!(expr, Expr::Name { name, .. } if name == "t");
        if constant.any(&is_time) {
            return Err(NotLinear { why: "the time", term: constant.to_string() });
        }
        let fine = |factor: &Expr| lowering.is_constant(factor);
        match linear(&constant, is_input) {
            Ok(form) if form.factors.values().chain(&form.constant).all(fine) => {
                (self.inputs, self.constant) = (form.factors, form.constant);
            }
            _ => self.other = sum(self.other.take(), Some(constant)),
        }
        Ok(())
    }
}

fn accumulate<K: Ord>(totals: &mut BTreeMap<K, Expr>, key: K, term: Expr) {
    let sum = match totals.remove(&key) {
        Some(present) => present.plus(term),
        None => term,
    };
    totals.insert(key, sum);
}

fn dt_power(power: usize) -> Expr {
    (0..power).fold(Expr::number(1.0), |product, _| product.times(Expr::name("dt")))
}

/// `exp[…]`, in its simplest form.
fn divided(mut exponents: Vec<Expr>) -> Expr {
    let zero = |expr: &Expr| matches!(expr, Expr::Number { value: 0.0, .. });
    match exponents.as_slice() {
        [only] if zero(only) => Expr::number(1.0),
        [_] => Expr::call("exp", exponents),
        [first, second] if zero(first) && zero(second) => Expr::number(1.0),
        [_, second] if zero(second) => Expr::call("exprel", vec![exponents.swap_remove(0)]),
        _ => Expr::call("exp_divided", exponents),
    }
}
