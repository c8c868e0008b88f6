//! Equations to updates of one step.

mod exact;
mod rk4;
mod rk45;

use super::expression::Lowering;
use super::linear::{NotLinear, linear};
use super::names::all_equations;
use crate::error::{At, Cause, Located};
use crate::expr::{BinaryOp, CompareOp, Expr};
use crate::ir::{Primitive, Reg};
use crate::tree::{Equation, MechanismTree, Solver};

/// Brings every state that has an equation to the end of the step.
///
/// All new values follow from those at the start of the step. States that decay to 0
/// become 0 below [`TINY`].
pub(crate) fn integrate(
    lowering: &mut Lowering,
    tree: &MechanismTree,
    held: Held,
) -> Result<(), Located> {
    let Some(solver) = tree.solver else { return Ok(()) };
    let equations: Vec<_> = all_equations(tree).collect();
    let clamped = tree.spike.iter().flat_map(|spike| &spike.clamp).flat_map(|clamp| &clamp.states);
    let clamped: Vec<_> = clamped.cloned().collect();
    let updates = match solver {
        Solver::Exact => exact::updates(lowering, &equations, &clamped)?,
        Solver::ExponentialEuler => each(lowering, &equations, exponential_euler)?,
        Solver::Euler => each(lowering, &equations, |lowering, one| Ok(euler(lowering, one)))?,
        Solver::Rk4 => rk4::updates(lowering, &equations, held)?,
        Solver::Rk45 => {
            let tolerance = tree.tolerance.unwrap_or(rk45::TOLERANCE);
            rk45::updates(lowering, &equations, held, tolerance)?
        }
    };
    let decaying = decaying(lowering, &equations);
    let flush = |(update, decays)| if decays { flushed(lowering, update) } else { update };
    let updates: Vec<_> = updates.into_iter().zip(decaying).map(flush).collect();
    let named = equations.iter().map(|equation| equation.state.clone());
    lowering.values.extend(named.zip(updates));
    Ok(())
}

/// The condition under which some states are held, and which.
pub(crate) type Held<'a> = Option<(Reg, &'a [String])>;

/// What decays would in time become subnormal, on which arithmetic is many times slower (and which
/// some devices treat as 0). This is far above subnormal numbers of either precision, so that
/// products with propagators are normal too, and far below anything that matters.
const TINY: f64 = 1e-30;

fn flushed(lowering: &mut Lowering, value: Reg) -> Reg {
    let program = &mut lowering.program;
    let (size, tiny) = (program.unary(Primitive::Abs, value), program.constant(TINY));
    let vanishes = program.compare(CompareOp::Lt, size, tiny);
    let zero = program.constant(0.0);
    program.select(vanishes, zero, value)
}

/// Which equations decay to 0: all that are sums of states times factors, of states that decay, too.
fn decaying(lowering: &Lowering, equations: &[&Equation]) -> Vec<bool> {
    let is_state = |name: &str| lowering.names.state(name).is_some();
    let sources = |equation: &&Equation| -> Option<Vec<String>> {
        let form = linear(&equation.rate, &is_state).ok()?;
        form.constant.is_none().then(|| form.factors.into_keys().collect())
    };
    let sources: Vec<_> = equations.iter().map(sources).collect();
    let mut decay: Vec<bool> = sources.iter().map(Option::is_some).collect();
    // Who depends on what does not decay does not either.
    for _ in equations {
        for i in 0..equations.len() {
            let settles = |name: &String| {
                let position = equations.iter().position(|equation| equation.state == *name);
                position.is_some_and(|position| decay[position])
            };
            decay[i] = decay[i] && sources[i].iter().flatten().all(settles);
        }
    }
    decay
}

fn each(
    lowering: &mut Lowering,
    equations: &[&Equation],
    update: impl Fn(&Lowering, &Equation) -> Result<Expr, Located>,
) -> Result<Vec<Reg>, Located> {
    let one = |equation: &&Equation| {
        let expr = update(lowering, equation)?;
        lowering.value(&expr)
    };
    equations.iter().map(one).collect()
}

/// `x + dt · f`
fn euler(lowering: &Lowering, equation: &Equation) -> Expr {
    let rate = with_reciprocals(lowering, &equation.rate);
    Expr::name(&equation.state).plus(rate.times(Expr::name("dt")))
}

/// Divisions by parameters as products with reciprocals, which the host computes.
fn with_reciprocals(lowering: &Lowering, expr: &Expr) -> Expr {
    expr.replaced(&|part| match part {
        Expr::Binary { op: BinaryOp::Div, left, right, .. }
            if lowering.is_constant(right) && !lowering.is_constant(left) =>
        {
            let reciprocal = Expr::number(1.0).over(right.as_ref().clone());
            Some(with_reciprocals(lowering, left).times(reciprocal))
        }
        _ => None,
    })
}

/// `x' = a x + b` with `a`, `b` as they stand at the start of the step:
/// `x e^(a dt) + b dt exprel(a dt)`.
fn exponential_euler(lowering: &Lowering, equation: &Equation) -> Result<Expr, Located> {
    let own = |name: &str| name == equation.state;
    let form = linear(&equation.rate, &own).map_err(|fault| {
        not_linear(equation.at, Solver::ExponentialEuler, &equation.state, fault, Solver::Euler)
    })?;
    let (x, dt) = (Expr::name(&equation.state), Expr::name("dt"));
    let Some(a) = form.factors.get(&equation.state) else { return Ok(euler(lowering, equation)) };
    let z = a.clone().times(dt.clone());
    let weight = dt.times(Expr::call("exprel", vec![z.clone()]));
    if !lowering.is_constant(a) {
        // The same, with one exponential instead of two: x + f dt exprel(a dt).
        return Ok(x.plus(with_reciprocals(lowering, &equation.rate).times(weight)));
    }
    let decayed = x.times(Expr::call("exp", vec![z]));
    Ok(match form.constant {
        Some(b) => decayed.plus(b.times(weight)),
        None => decayed,
    })
}

fn not_linear(at: At, solver: Solver, state: &str, fault: NotLinear, instead: Solver) -> Located {
    at.fault(Cause::NotLinear {
        solver: solver.name(),
        state: state.into(),
        why: fault.why,
        term: fault.term,
        instead: instead.name(),
    })
}
