//! Names, types and dimensions of everything that is written, before anything is transformed.

use super::expression::{is_draw, one_name};
use super::names::{Meaning, Names, What, all_equations, all_states};
use crate::error::{At, Cause, Located, unknown};
use crate::expr::{BinaryOp, Expr, UnaryOp};
use crate::ir::{Elementary, Slot};
use crate::tree::{AssignOp, Let, MechanismTree, OutputTreeKind, Statement};
use crate::unit::Unit;

/// The kind of a value.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Kind {
    /// A number; `None` fits every dimension.
    Number(Option<Unit>),
    Condition,
}

impl Kind {
    fn name(self) -> &'static str {
        match self {
            Kind::Number(_) => "number",
            Kind::Condition => "condition",
        }
    }
}

/// Finds every fault of a mechanism that does not depend on its solver.
pub(crate) fn check(tree: &MechanismTree, names: &Names) -> Result<(), Vec<Located>> {
    let mut checker = Checker::new(names);
    checker.parameters(tree);
    checker.initial_values(tree);
    checker.outputs(tree);
    checker.lets(&tree.lets);
    checker.equations(tree);
    checker.threshold(tree);
    checker.locals.clear();
    checker.receptors(tree);
    checker.step(tree);
    checker.reset(tree);
    checker.finish()
}

/// Finds every fault of a function's outputs.
pub(crate) fn check_function(outputs: &[Expr], names: &Names) -> Result<(), Vec<Located>> {
    let mut checker = Checker::new(names);
    for expr in outputs {
        checker.kind(expr);
        checker.no_draws(expr, "the value of a function depends on its arguments alone");
    }
    checker.finish()
}

/// The unit of an initial value, if it is known.
pub(crate) fn unit_of_initial(expr: &Expr, names: &Names) -> Option<Unit> {
    match Checker::new(names).kind(expr) {
        Kind::Number(unit) => unit,
        Kind::Condition => None,
    }
}

/// An equation may be evaluated in several parts, so that a draw in it would be several.
const NO_DRAWS: &str = "equations take no draws; draw in a `step` block";

struct Checker<'a> {
    names: &'a Names,
    /// Local names, the innermost last.
    locals: Vec<(String, Kind)>,
    /// How many loops enclose the statement at hand.
    n_loops: usize,
    faults: Vec<Located>,
}

impl<'a> Checker<'a> {
    fn new(names: &'a Names) -> Checker<'a> {
        Checker { names, locals: Vec::new(), n_loops: 0, faults: Vec::new() }
    }

    fn finish(self) -> Result<(), Vec<Located>> {
        if self.faults.is_empty() { Ok(()) } else { Err(self.faults) }
    }

    fn fault(&mut self, at: At, cause: Cause) {
        self.faults.push(at.fault(cause));
    }

    fn parameters(&mut self, tree: &MechanismTree) {
        for item in &tree.parameters {
            if item.value.is_nan() {
                self.fault(item.at, Cause::Number { text: item.value.to_string() });
            }
        }
    }

    fn initial_values(&mut self, tree: &MechanismTree) {
        for item in all_states(tree) {
            let kind = self.number(&item.initial);
            let written = item.unit.map(|unit| self.names.units.held(unit));
            self.same("initial value", item.at, written, kind);
            self.only_constant(&item.initial, "an initial value is made of parameters and draws");
        }
    }

    fn outputs(&mut self, tree: &MechanismTree) {
        for item in &tree.outputs {
            if let OutputTreeKind::Events { amplitude: Some(value) } = &item.kind {
                self.number(value);
                let why = "an amplitude is made of parameters and dt";
                self.only_constant(value, why);
                self.no_draws(value, why);
            }
        }
    }

    /// A mechanism's `let`s are known to equations and to the threshold condition.
    fn lets(&mut self, lets: &[Let]) {
        for item in lets {
            self.no_draws(&item.value, NO_DRAWS);
            self.bind(item);
        }
    }

    fn bind(&mut self, item: &Let) {
        let kind = self.kind(&item.value);
        self.declare(&item.name, item.at, kind);
    }

    /// Adds a local name.
    fn declare(&mut self, name: &str, at: At, kind: Kind) {
        let taken = self.names.get(name).is_some();
        if taken || self.locals.iter().any(|(local, _)| local == name) {
            self.fault(at, Cause::Duplicate { name: name.into() });
        }
        self.locals.push((name.into(), kind));
    }

    fn equations(&mut self, tree: &MechanismTree) {
        let mut seen: Vec<&str> = Vec::new();
        for item in all_equations(tree) {
            let rate = self.number(&item.rate);
            self.no_draws(&item.rate, NO_DRAWS);
            match self.names.state(&item.state) {
                None => {
                    let cause = unknown("state", &item.state, self.names.states.clone());
                    self.fault(item.at, cause);
                }
                Some(_) if seen.contains(&item.state.as_str()) => {
                    self.fault(item.at, Cause::Duplicate { name: format!("d{}/dt", item.state) });
                }
                Some(_) => {
                    let unit = self.names.get(&item.state).and_then(|meaning| meaning.unit);
                    let expected = unit.map(|unit| unit.per(self.names.units.time()));
                    self.same(&format!("d{}/dt", item.state), item.at, expected, rate);
                }
            }
            seen.push(&item.state);
        }
        if !seen.is_empty() && tree.solver.is_none() {
            let what = "equations need a solver: `solve exact`, `solve exponential_euler`, \
                        `solve euler`, `solve rk4` or `solve rk45`";
            self.fault(tree.at, Cause::Missing { what: what.into() });
        }
    }

    fn receptors(&mut self, tree: &MechanismTree) {
        for item in &tree.receptors {
            let Some(on_spike) = &item.on_spike else {
                let what = format!("receptor `{}` does nothing without `on_spike`", item.name);
                self.fault(item.at, Cause::Missing { what });
                continue;
            };
            let unit = self.names.units.held(item.unit);
            self.locals.push((on_spike.weight.clone(), Kind::Number(Some(unit))));
            self.block(&on_spike.body);
            self.locals.pop();
        }
    }

    fn step(&mut self, tree: &MechanismTree) {
        self.block(tree.step.as_deref().unwrap_or_default());
    }

    fn threshold(&mut self, tree: &MechanismTree) {
        if let Some(spike) = &tree.spike {
            self.condition(&spike.condition);
        }
    }

    fn reset(&mut self, tree: &MechanismTree) {
        let Some(spike) = &tree.spike else { return };
        self.block(&spike.reset);
        let Some(clamp) = &spike.clamp else { return };
        let duration = self.number(&clamp.duration);
        self.same("refractory period", clamp.at, Some(self.names.units.time()), duration);
        let why = "a refractory period is made of parameters";
        self.only_constant(&clamp.duration, why);
        self.no_draws(&clamp.duration, why);
        for state in &clamp.states {
            if self.names.state(state).is_none() {
                self.fault(clamp.at, unknown("state", state, self.names.states.clone()));
            }
        }
    }

    fn block(&mut self, body: &[Statement]) {
        let outer = self.locals.len();
        body.iter().for_each(|statement| self.statement(statement));
        self.locals.truncate(outer);
    }

    fn statement(&mut self, statement: &Statement) {
        match statement {
            Statement::Let(item) => self.bind(item),
            Statement::Assign { target, op, value, at } => self.assign(target, *op, value, *at),
            Statement::If { condition, then, otherwise, .. } => {
                self.condition(condition);
                self.block(then);
                self.block(otherwise);
            }
            Statement::For { name, condition, body, at, .. } => {
                let outer = self.locals.len();
                self.declare(name, *at, Kind::Number(Some(Unit::NONE)));
                self.n_loops += 1;
                condition.iter().for_each(|condition| self.condition(condition));
                self.block(body);
                self.n_loops -= 1;
                self.locals.truncate(outer);
            }
            Statement::Emit { output, value, at } => {
                self.number(value);
                if !matches!(self.names.get(output), Some(Meaning { what: What::Events, .. })) {
                    let available = self.names.named(|what| what == What::Events);
                    self.fault(*at, unknown("output of events", output, available));
                }
            }
        }
    }

    fn assign(&mut self, target: &str, op: AssignOp, value: &Expr, at: At) {
        let value = self.number(value);
        let assignable = |what| matches!(what, What::Slot(Slot::State(_)) | What::Dense(_));
        match self.names.get(target) {
            Some(meaning) if assignable(meaning.what) => {
                let adds = matches!(op, AssignOp::Set | AssignOp::Add | AssignOp::Sub);
                let unit = if adds { meaning.unit } else { Some(Unit::NONE) };
                if meaning.unit.is_some() {
                    self.same(&format!("`{target} {}`", op.sign()), at, unit, value);
                }
            }
            Some(_) => {
                let available = self.names.named(assignable);
                self.fault(at, Cause::NotAssignable { name: target.into(), available });
            }
            None => {
                let available = self.names.named(assignable);
                self.fault(at, unknown("state or output", target, available));
            }
        }
    }

    /// Reports everything that changes during a run, in an expression that is evaluated before it.
    fn only_constant(&mut self, expr: &Expr, why: &'static str) {
        if let Expr::Name { name, at } = expr {
            let slot = match self.names.get(name) {
                Some(Meaning { what: What::Slot(slot), .. }) => *slot,
                _ => Slot::Dt,
            };
            if !matches!(slot, Slot::Parameter(_) | Slot::Dt) {
                self.fault(*at, Cause::NotAllowed { name: name.clone(), why });
            }
        }
        expr.children().into_iter().for_each(|child| self.only_constant(child, why));
    }

    fn no_draws(&mut self, expr: &Expr, why: &'static str) {
        if let Expr::Call { name, at, .. } = expr
            && is_draw(name)
        {
            self.fault(*at, Cause::NotAllowed { name: name.clone(), why });
        }
        expr.children().into_iter().for_each(|child| self.no_draws(child, why));
    }

    fn condition(&mut self, expr: &Expr) {
        let found = self.kind(expr);
        if found != Kind::Condition {
            let cause = Cause::TypeMismatch { expected: "condition", found: found.name() };
            self.fault(expr.at(), cause);
        }
    }

    /// The unit of an expression that must be a number.
    fn number(&mut self, expr: &Expr) -> Option<Unit> {
        match self.kind(expr) {
            Kind::Number(unit) => unit,
            found @ Kind::Condition => {
                let cause = Cause::TypeMismatch { expected: "number", found: found.name() };
                self.fault(expr.at(), cause);
                None
            }
        }
    }

    fn same(
        &mut self,
        what: &str,
        at: At,
        left: Option<Unit>,
        right: Option<Unit>,
    ) -> Option<Unit> {
        if let (Some(left), Some(right)) = (left, right)
            && left != right
        {
            let name = |unit: Unit| if unit.is_none() { "1".into() } else { unit.to_string() };
            let (left, right) = (name(left), name(right));
            self.fault(at, Cause::UnitMismatch { what: what.into(), left, right });
            return None;
        }
        left.or(right)
    }

    fn kind(&mut self, expr: &Expr) -> Kind {
        match expr {
            Expr::Number { unit, .. } => Kind::Number(unit.map(|unit| self.names.units.held(unit))),
            Expr::Name { name, at } => self.name(name, *at),
            Expr::Index { name, at, .. } => {
                self.fault(*at, unknown("vector", name, Vec::new()));
                Kind::Number(None)
            }
            Expr::Unary { op: UnaryOp::Neg, operand, .. } => Kind::Number(self.number(operand)),
            Expr::Unary { op: UnaryOp::Not, operand, .. } => {
                self.condition(operand);
                Kind::Condition
            }
            Expr::Binary { op, left, right, at } => {
                Kind::Number(self.binary(*op, left, right, *at))
            }
            Expr::Compare { op, left, right, at } => {
                let (a, b) = (self.number(left), self.number(right));
                self.same(&format!("`{}`", op.sign()), *at, a, b);
                Kind::Condition
            }
            Expr::Logic { left, right, .. } => {
                self.condition(left);
                self.condition(right);
                Kind::Condition
            }
            Expr::Conditional { condition, then, otherwise, at } => {
                self.condition(condition);
                let (a, b) = (self.number(then), self.number(otherwise));
                Kind::Number(self.same("`?:`", *at, a, b))
            }
            Expr::Call { name, axes, args, at } => Kind::Number(self.call(name, axes, args, *at)),
        }
    }

    fn name(&mut self, name: &str, at: At) -> Kind {
        if let Some((_, kind)) = self.locals.iter().rev().find(|(local, _)| local == name) {
            return *kind;
        }
        match self.names.get(name) {
            Some(Meaning { what: What::Events, .. }) | None => {
                let mut available = self.names.values();
                available.extend(self.locals.iter().map(|(local, _)| local.clone()));
                self.fault(at, unknown("name", name, available));
                Kind::Number(None)
            }
            Some(meaning) => Kind::Number(meaning.unit),
        }
    }

    fn binary(&mut self, op: BinaryOp, left: &Expr, right: &Expr, at: At) -> Option<Unit> {
        let (a, b) = (self.number(left), self.number(right));
        match op {
            BinaryOp::Add | BinaryOp::Sub => self.same(&format!("`{}`", op.sign()), at, a, b),
            BinaryOp::Mul => Some(a?.times(b?)),
            BinaryOp::Div => Some(a?.per(b?)),
        }
    }

    fn call(&mut self, name: &str, axes: &[String], args: &[Expr], at: At) -> Option<Unit> {
        if let ("where", [], [condition, then, otherwise]) = (name, axes, args) {
            self.condition(condition);
            let (a, b) = (self.number(then), self.number(otherwise));
            return self.same("`where`", at, a, b);
        }
        let units: Vec<_> = args.iter().map(|arg| self.number(arg)).collect();
        let Some(signature) = Signature::of(name) else {
            let available = Signature::all().map(|(name, _)| name.into()).collect();
            self.fault(at, unknown("function", name, available));
            return None;
        };
        if self.n_loops > 0 && is_draw(name) {
            let why = "each round would draw the same number; draw before the loop";
            self.fault(at, Cause::NotAllowed { name: name.into(), why });
        }
        if !signature.takes(args.len()) || !axes.is_empty() {
            let expected = signature.counts.map(|n| n.to_string()).to_vec();
            let expected = if expected[0] == expected[1] {
                expected[0].clone()
            } else {
                expected.join(" or ")
            };
            let (function, found) = (name.into(), args.len());
            self.fault(at, Cause::Arity { function, expected, found });
            return None;
        }
        match signature.units {
            Units::Plain => {
                for unit in units {
                    self.same(name, at, Some(Unit::NONE), unit);
                }
                Some(Unit::NONE)
            }
            Units::Same => units.into_iter().fold(None, |a, b| self.same(name, at, a, b)),
            Units::Free => None,
        }
    }
}

/// What a function takes and gives.
struct Signature {
    /// The two numbers of arguments that are allowed.
    counts: [usize; 2],
    units: Units,
}

enum Units {
    /// Bare numbers to a bare number.
    Plain,
    /// All of one unit, which the result has, too.
    Same,
    /// Not checked.
    Free,
}

impl Signature {
    fn takes(&self, count: usize) -> bool {
        self.counts.contains(&count)
    }

    fn of(name: &str) -> Option<Signature> {
        let name = one_name(name);
        Signature::all().find(|(known, _)| *known == name).map(|(_, signature)| signature)
    }

    fn all() -> impl Iterator<Item = (&'static str, Signature)> {
        let elementary = Elementary::NAMED.iter().filter_map(|(name, function)| {
            let count = match function {
                Elementary::ExpDivided => return None,
                Elementary::Pow => 2,
                _ => 1,
            };
            let units = if count == 2 { Units::Free } else { Units::Plain };
            Some((*name, Signature { counts: [count; 2], units }))
        });
        let others = [
            ("sqrt", [1, 1], Units::Free),
            ("floor", [1, 1], Units::Same),
            ("ceil", [1, 1], Units::Same),
            ("round", [1, 1], Units::Same),
            ("rint", [1, 1], Units::Same),
            ("log10", [1, 1], Units::Plain),
            ("abs", [1, 1], Units::Same),
            ("min", [2, 2], Units::Same),
            ("max", [2, 2], Units::Same),
            ("clip", [3, 3], Units::Same),
            ("fma", [3, 3], Units::Free),
            ("where", [3, 3], Units::Free),
            ("uniform", [0, 2], Units::Same),
            ("normal", [0, 2], Units::Same),
            ("exponential", [0, 0], Units::Plain),
            ("poisson", [1, 1], Units::Plain),
            ("gamma", [1, 1], Units::Plain),
        ];
        elementary.chain(others.map(|(name, counts, units)| (name, Signature { counts, units })))
    }
}
