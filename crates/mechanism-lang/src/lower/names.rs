//! What each name of a mechanism means.

use std::collections::BTreeMap;

use crate::error::{At, Cause, Located};
use crate::expr::Expr;
use crate::ir::Slot;
use crate::tree::{
    Equation, MechanismTree, OnSpike, OutputTreeKind, ParameterTree, ReceptorTree, StateTree,
    Statement,
};
use crate::unit::{Unit, UnitSystem};

/// The names of one mechanism.
#[derive(Debug)]
pub(crate) struct Names {
    entries: BTreeMap<String, Meaning>,
    pub units: UnitSystem,
    /// States in order, without hidden ones.
    pub states: Vec<String>,
}

/// What a name stands for.
#[derive(Clone, Debug)]
pub(crate) struct Meaning {
    pub what: What,
    /// Its unit; `None` fits everything.
    pub unit: Option<Unit>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum What {
    Slot(Slot),
    /// An output that takes values.
    Dense(usize),
    /// An output that takes spikes.
    Events,
    Constant(f64),
}

/// The output that a `spike when` adds.
pub(crate) const SPIKES: &str = "spikes";

impl Names {
    pub(crate) fn of(tree: &MechanismTree) -> Result<Names, Vec<Located>> {
        let mut names =
            Names { entries: builtin(tree.units), units: tree.units, states: Vec::new() };
        let mut faults = Vec::new();
        names.add_ports(tree, &mut faults);
        names.add_states(tree, &mut faults);
        let shadowing = tree.spike.is_some() && names.entries.contains_key(SPIKES);
        if shadowing {
            faults.push(tree.at.fault(Cause::Duplicate { name: SPIKES.into() }));
        }
        if faults.is_empty() { Ok(names) } else { Err(faults) }
    }

    /// Nothing but inputs, as in a function.
    pub(crate) fn of_inputs(inputs: &[String]) -> Names {
        let (entries, states) = (BTreeMap::new(), Vec::new());
        let mut names = Names { entries, units: UnitSystem::Nef, states };
        names.set("pi", What::Constant(std::f64::consts::PI), None);
        for (position, input) in inputs.iter().enumerate() {
            names.set(input, What::Slot(Slot::Input(position)), None);
        }
        names
    }

    pub(crate) fn get(&self, name: &str) -> Option<&Meaning> {
        self.entries.get(name)
    }

    pub(crate) fn state(&self, name: &str) -> Option<usize> {
        self.states.iter().position(|state| state == name)
    }

    /// All names that have a value.
    pub(crate) fn values(&self) -> Vec<String> {
        let value = |meaning: &Meaning| !matches!(meaning.what, What::Events | What::Dense(_));
        let found = self.entries.iter().filter(|(_, meaning)| value(meaning));
        found.map(|(name, _)| name.clone()).collect()
    }

    pub(crate) fn named(&self, wanted: impl Fn(What) -> bool) -> Vec<String> {
        let found = self.entries.iter().filter(|(_, meaning)| wanted(meaning.what));
        found.map(|(name, _)| name.clone()).collect()
    }

    fn set(&mut self, name: &str, what: What, unit: Option<Unit>) {
        self.entries.insert(name.into(), Meaning { what, unit });
    }

    fn add(
        &mut self,
        name: &str,
        at: At,
        meaning: (What, Option<Unit>),
        faults: &mut Vec<Located>,
    ) {
        if self.entries.contains_key(name) {
            faults.push(at.fault(Cause::Duplicate { name: name.into() }));
        }
        self.set(name, meaning.0, meaning.1);
    }

    fn add_ports(&mut self, tree: &MechanismTree, faults: &mut Vec<Located>) {
        let units = tree.units;
        for (i, item) in tree.parameters.iter().enumerate() {
            let meaning = (What::Slot(Slot::Parameter(i)), Some(units.held(item.unit)));
            self.add(&item.name, item.at, meaning, faults);
        }
        for (i, item) in tree.inputs.iter().enumerate() {
            let meaning = (What::Slot(Slot::Input(i)), Some(units.held(item.unit)));
            self.add(&item.name, item.at, meaning, faults);
        }
        for (i, item) in tree.receptors.iter().enumerate() {
            if tree.receptors[..i].iter().any(|other| other.name == item.name) {
                faults.push(item.at.fault(Cause::Duplicate { name: item.name.clone() }));
            }
        }
        for (i, item) in tree.outputs.iter().enumerate() {
            let meaning = match item.kind {
                OutputTreeKind::Events { .. } => (What::Events, None),
                OutputTreeKind::Dense { unit } => (What::Dense(i), Some(units.held(unit))),
            };
            self.add(&item.name, item.at, meaning, faults);
        }
    }

    /// States in order: the mechanism's own, then those of receptors.
    fn add_states(&mut self, tree: &MechanismTree, faults: &mut Vec<Located>) {
        for (i, item) in all_states(tree).enumerate() {
            let unit = item.unit.map(|unit| tree.units.held(unit));
            let unit = unit.or_else(|| super::check::unit_of_initial(&item.initial, self));
            self.add(&item.name, item.at, (What::Slot(Slot::State(i)), unit), faults);
            self.states.push(item.name.clone());
        }
    }
}

/// All states with their full names.
pub(crate) fn all_states(tree: &MechanismTree) -> impl Iterator<Item = &StateTree> {
    tree.states.iter().chain(tree.receptors.iter().flat_map(|receptor| &receptor.states))
}

/// All equations with the full names of their states.
pub(crate) fn all_equations(tree: &MechanismTree) -> impl Iterator<Item = &Equation> {
    tree.equations.iter().chain(tree.receptors.iter().flat_map(|receptor| &receptor.equations))
}

fn builtin(units: UnitSystem) -> BTreeMap<String, Meaning> {
    let time = Some(units.time());
    let pi = What::Constant(std::f64::consts::PI);
    BTreeMap::from([
        ("dt".into(), Meaning { what: What::Slot(Slot::Dt), unit: time }),
        ("t".into(), Meaning { what: What::Slot(Slot::Time), unit: time }),
        ("pi".into(), Meaning { what: pi, unit: Some(Unit::NONE) }),
    ])
}

/// The same mechanism with the states and parameters of receptors under their full names; such parameters are the
/// mechanism's, behind its own.
pub(crate) fn with_dotted_receptors(tree: &MechanismTree) -> MechanismTree {
    let receptors = tree.receptors.iter().map(dotted).collect();
    let full = |receptor: &ReceptorTree, item: &ParameterTree| ParameterTree {
        name: format!("{}.{}", receptor.name, item.name),
        ..item.clone()
    };
    let of = |receptor: &ReceptorTree| -> Vec<_> {
        receptor.parameters.iter().map(|item| full(receptor, item)).collect()
    };
    let parameters = tree.parameters.iter().cloned().chain(tree.receptors.iter().flat_map(of));
    MechanismTree { parameters: parameters.collect(), receptors, ..tree.clone() }
}

fn dotted(receptor: &ReceptorTree) -> ReceptorTree {
    let states = receptor.states.iter().map(|state| state.name.clone());
    let local: Vec<_> = states.chain(receptor.parameters.iter().map(|p| p.name.clone())).collect();
    let full = |name: &str| format!("{}.{name}", receptor.name);
    let name = |name: &String| if local.contains(name) { full(name) } else { name.clone() };
    let expr = |expr: &Expr| {
        expr.replaced(&|expr| match expr {
            Expr::Name { name, at } if local.contains(name) => {
                Some(Expr::Name { name: full(name), at: *at })
            }
            _ => None,
        })
    };
    let on_spike = receptor.on_spike.as_ref().map(|on_spike| OnSpike {
        body: renamed(&on_spike.body, &name, &expr),
        ..on_spike.clone()
    });
    let state = |item: &StateTree| StateTree {
        name: full(&item.name),
        initial: expr(&item.initial),
        ..item.clone()
    };
    let equation = |item: &Equation| Equation {
        state: name(&item.state),
        rate: expr(&item.rate),
        at: item.at,
    };
    ReceptorTree {
        parameters: Vec::new(),
        states: receptor.states.iter().map(state).collect(),
        equations: receptor.equations.iter().map(equation).collect(),
        on_spike,
        ..receptor.clone()
    }
}

fn renamed(
    body: &[Statement],
    name: &dyn Fn(&String) -> String,
    expr: &dyn Fn(&Expr) -> Expr,
) -> Vec<Statement> {
    let one = |statement: &Statement| match statement {
        Statement::Let(item) => {
            Statement::Let(crate::tree::Let { value: expr(&item.value), ..item.clone() })
        }
        Statement::Assign { target, op, value, at } => {
            Statement::Assign { target: name(target), op: *op, value: expr(value), at: *at }
        }
        Statement::If { condition, then, otherwise, at } => Statement::If {
            condition: expr(condition),
            then: renamed(then, name, expr),
            otherwise: renamed(otherwise, name, expr),
            at: *at,
        },
        Statement::For { name: counter, first, end, condition, body, at } => Statement::For {
            name: counter.clone(),
            first: *first,
            end: *end,
            condition: condition.as_ref().map(expr),
            body: renamed(body, name, expr),
            at: *at,
        },
        Statement::Emit { output, value, at } => {
            Statement::Emit { output: output.clone(), value: expr(value), at: *at }
        }
    };
    body.iter().map(one).collect()
}
