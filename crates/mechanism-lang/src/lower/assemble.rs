//! The order of a step: integrate, arrivals, threshold, reset.

use super::expression::{DerivedBuilder, Lowering};
use super::linear::linear;
use super::names::{Names, SPIKES, all_states};
use super::solve::integrate;
use crate::error::{At, Cause, Located};
use crate::expr::{CompareOp, Expr};
use crate::ir::{Arithmetic, Op, Program, Reg, Slot};
use crate::mechanism::{
    Derived, Input, Mechanism, Output, OutputKind, Parameter, Receptor, State, fnv1a,
};
use crate::parse::DEPTH_LIMIT;
use crate::tree::{
    AssignOp, Clamp, InputTree, MechanismTree, OnSpike, OutputTreeKind, ParameterTree,
    ReceptorTree, SpikeTree, Statement,
};
use crate::unit::Unit;

/// The compiled mechanism of a checked tree; `written` is the tree before names were completed.
pub(crate) fn assemble(
    written: &MechanismTree,
    tree: &MechanismTree,
    names: &Names,
) -> Result<Mechanism, Located> {
    let tree = &with_lets_in_place(tree)?;
    let mut derived = DerivedBuilder::new();
    let initial = initial(tree, names)?;
    let outputs = outputs(tree, names, &mut derived)?;
    let step = step(tree, names, &mut derived)?;
    let DerivedBuilder { program, texts } = derived;
    let derive = program.finish();
    let text = format!("derive\n{derive}initial\n{initial}step\n{step}");
    Ok(Mechanism {
        name: tree.name.clone(),
        doc: tree.doc.clone(),
        units: tree.units,
        parameters: parameters(tree),
        derived: texts.into_iter().map(|name| Derived { name }).collect(),
        states: states(tree, names),
        inputs: inputs(tree),
        receptors: receptors(tree),
        outputs,
        n_initial_sites: initial.n_sites,
        n_step_sites: step.n_sites,
        derive,
        initial,
        step,
        source: written.to_string(),
        hash: fnv1a(text.as_bytes()),
    })
}

fn parameters(tree: &MechanismTree) -> Vec<Parameter> {
    let one = |item: &ParameterTree| {
        let unit = tree.units.held(item.unit);
        let default = item.unit.convert(item.value, unit).unwrap_or(item.value);
        Parameter { name: item.name.clone(), unit, default, doc: item.doc.clone() }
    };
    tree.parameters.iter().map(one).collect()
}

/// The state that counts refractory steps, behind all others.
const REFRACTORY: &str = "refractory_steps";

fn states(tree: &MechanismTree, names: &Names) -> Vec<State> {
    let unit = |name: &str| names.get(name).and_then(|meaning| meaning.unit).unwrap_or(Unit::NONE);
    let visible = names.states.iter();
    let visible = visible.map(|name| State { name: name.clone(), unit: unit(name), hidden: false });
    let counter = State { name: REFRACTORY.into(), unit: Unit::NONE, hidden: true };
    visible.chain(clamp(tree).map(|_| counter)).collect()
}

fn clamp(tree: &MechanismTree) -> Option<&Clamp> {
    tree.spike.as_ref()?.clamp.as_ref()
}

fn inputs(tree: &MechanismTree) -> Vec<Input> {
    let one =
        |item: &InputTree| Input { name: item.name.clone(), unit: tree.units.held(item.unit) };
    tree.inputs.iter().map(one).collect()
}

fn receptors(tree: &MechanismTree) -> Vec<Receptor> {
    let one = |item: &ReceptorTree| Receptor {
        name: item.name.clone(),
        unit: tree.units.held(item.unit),
    };
    tree.receptors.iter().map(one).collect()
}

fn outputs(
    tree: &MechanismTree,
    names: &Names,
    derived: &mut DerivedBuilder,
) -> Result<Vec<Output>, Located> {
    let mut all = Vec::new();
    for item in &tree.outputs {
        let (kind, unit) = match &item.kind {
            OutputTreeKind::Dense { unit } => (OutputKind::Dense, tree.units.held(*unit)),
            OutputTreeKind::Events { amplitude } => {
                let index = amplitude.as_ref().map(|value| derived.index(value, names));
                (OutputKind::Events { amplitude: index.transpose()? }, Unit::NONE)
            }
        };
        all.push(Output { name: item.name.clone(), kind, unit });
    }
    if tree.spike.is_some() {
        let kind = OutputKind::Events { amplitude: None };
        all.push(Output { name: SPIKES.into(), kind, unit: Unit::NONE });
    }
    Ok(all)
}

fn initial(tree: &MechanismTree, names: &Names) -> Result<Program, Located> {
    let mut lowering = Lowering::without_derived(names);
    for (position, item) in all_states(tree).enumerate() {
        let value = lowering.value(&item.initial)?;
        lowering.program.store(Slot::State(position), value);
    }
    if clamp(tree).is_some() {
        let zero = lowering.program.constant(0.0);
        lowering.program.store(Slot::State(names.states.len()), zero);
    }
    Ok(lowering.program.finish())
}

fn step(
    tree: &MechanismTree,
    names: &Names,
    derived: &mut DerivedBuilder,
) -> Result<Program, Located> {
    let mut lowering = Lowering::new(names, derived);
    let zero = lowering.program.constant(0.0);
    lowering.values.extend(tree.outputs.iter().map(|item| (item.name.clone(), zero)));
    let refractory = Refractory::of(&mut lowering, tree);
    let held = refractory.as_ref().map(|r| (r.active, r.clamp.states.as_slice()));
    integrate(&mut lowering, tree, held)?;
    lowering.block(tree.step.as_deref().unwrap_or_default())?;
    if let Some(refractory) = &refractory {
        refractory.hold(&mut lowering)?;
    }
    for (position, item) in tree.receptors.iter().enumerate() {
        if let Some(on_spike) = &item.on_spike {
            arrivals(&mut lowering, position, on_spike, refractory.as_ref())?;
        }
    }
    let spiked = match &tree.spike {
        Some(spike) => Some(threshold(&mut lowering, spike, refractory.as_ref())?),
        None => None,
    };
    store(&mut lowering, tree, spiked)?;
    Ok(lowering.program.finish())
}

/// What is known about refractoriness at the start of a step.
struct Refractory<'a> {
    clamp: &'a Clamp,
    /// Steps left to hold.
    count: Reg,
    active: Reg,
    slot: Slot,
}

impl<'a> Refractory<'a> {
    fn of(lowering: &mut Lowering, tree: &'a MechanismTree) -> Option<Refractory<'a>> {
        let clamp = clamp(tree)?;
        let slot = Slot::State(lowering.names.states.len());
        let (count, zero) = (lowering.program.load(slot), lowering.program.constant(0.0));
        let active = lowering.program.compare(CompareOp::Gt, count, zero);
        Some(Refractory { clamp, count, active, slot })
    }

    fn clamps(&self, state: &str) -> bool {
        self.clamp.states.iter().any(|clamped| clamped == state)
    }

    /// Puts the clamped states back to where they stood.
    fn hold(&self, lowering: &mut Lowering) -> Result<(), Located> {
        for state in &self.clamp.states {
            let Some(now) = lowering.values.remove(state) else { continue };
            let before = lowering.value(&Expr::name(state))?;
            let held = lowering.program.select(self.active, before, now);
            lowering.values.insert(state.clone(), held);
        }
        Ok(())
    }

    /// Counts down, or starts anew after a spike with `duration / dt` rounded to whole steps.
    fn count(&self, lowering: &mut Lowering, spiked: Reg) -> Result<(), Located> {
        let steps = self.clamp.duration.clone().over(Expr::name("dt")).plus(Expr::number(0.5));
        let steps = lowering.derived_value(&Expr::call("floor", vec![steps]))?;
        let (one, zero) = (lowering.program.constant(1.0), lowering.program.constant(0.0));
        let less = lowering.program.binary(Arithmetic::Sub, self.count, one);
        let left = lowering.program.binary(Arithmetic::Max, less, zero);
        let next = lowering.program.select(spiked, steps, left);
        lowering.program.store(self.slot, next);
        Ok(())
    }
}

/// `state += factor · w` for the sum `w` of the weights due.
fn arrivals(
    lowering: &mut Lowering,
    receptor: usize,
    on_spike: &OnSpike,
    refractory: Option<&Refractory>,
) -> Result<(), Located> {
    let weight = lowering.program.load(Slot::Receptor(receptor));
    for statement in &on_spike.body {
        let (target, factor) = additive(lowering, statement, on_spike)?;
        let added = if matches!(factor, Expr::Number { value: 1.0, .. }) {
            weight
        } else {
            let factor = lowering.value(&factor)?;
            lowering.program.binary(Arithmetic::Mul, weight, factor)
        };
        let old = lowering.value(&Expr::name(target))?;
        let mut new = lowering.program.binary(Arithmetic::Add, old, added);
        if let Some(refractory) = refractory.filter(|refractory| refractory.clamps(target)) {
            new = lowering.program.select(refractory.active, old, new);
        }
        lowering.values.insert(target.clone(), new);
    }
    Ok(())
}

/// The target and the factor of the weight.
fn additive<'s>(
    lowering: &Lowering,
    statement: &'s Statement,
    on_spike: &OnSpike,
) -> Result<(&'s String, Expr), Located> {
    let fail = |at: At, why: String| {
        Err(at.fault(Cause::NotAdditive { weight: on_spike.weight.clone(), why }))
    };
    let Statement::Assign { target, op, value, at } = statement else {
        return fail(on_spike.at, "only `+=` and `-=` may stand here".into());
    };
    if lowering.names.state(target).is_none() {
        return fail(*at, format!("`{target}` is not a state"));
    }
    let is_weight = |name: &str| name == on_spike.weight;
    let form = match linear(value, &is_weight) {
        Ok(form) => form,
        Err(fault) => return fail(value.at(), format!("{} in `{}`", fault.why, fault.term)),
    };
    if let Some(constant) = form.constant {
        return fail(value.at(), format!("`{constant}` does not depend on `{}`", on_spike.weight));
    }
    let factor = form.factors.into_values().next().unwrap_or_else(|| Expr::number(0.0));
    if !lowering.is_constant(&factor) {
        return fail(value.at(), format!("the factor `{factor}` changes during the run"));
    }
    match op {
        AssignOp::Add => Ok((target, factor)),
        AssignOp::Sub => Ok((target, factor.negated())),
        AssignOp::Set | AssignOp::Mul | AssignOp::Div => {
            fail(*at, format!("`{}` is not `+=`", op.sign()))
        }
    }
}

/// Tests the threshold and resets; tells where there was a spike.
fn threshold(
    lowering: &mut Lowering,
    spike: &SpikeTree,
    refractory: Option<&Refractory>,
) -> Result<Reg, Located> {
    let mut spiked = lowering.value(&spike.condition)?;
    if let Some(refractory) = refractory {
        let free = lowering.program.push(Op::Not(refractory.active));
        spiked = lowering.program.push(Op::And(spiked, free));
        refractory.count(lowering, spiked)?;
    }
    lowering.branches(spiked, &spike.reset, &[])?;
    Ok(spiked)
}

fn store(
    lowering: &mut Lowering,
    tree: &MechanismTree,
    spiked: Option<Reg>,
) -> Result<(), Located> {
    let names = lowering.names;
    for (position, name) in names.states.iter().enumerate() {
        if let Some(value) = lowering.values.get(name) {
            lowering.program.store(Slot::State(position), *value);
        }
    }
    for (position, item) in tree.outputs.iter().enumerate() {
        let value = lowering.value(&Expr::Name { name: item.name.clone(), at: item.at })?;
        lowering.program.store(Slot::Output(position), value);
    }
    if let Some(spiked) = spiked {
        let (one, zero) = (lowering.program.constant(1.0), lowering.program.constant(0.0));
        let value = lowering.program.select(spiked, one, zero);
        lowering.program.store(Slot::Output(tree.outputs.len()), value);
    }
    Ok(())
}

/// The mechanism with its `let`s written out wherever they are used.
fn with_lets_in_place(tree: &MechanismTree) -> Result<MechanismTree, Located> {
    let mut known: Vec<(String, Expr)> = Vec::new();
    for item in &tree.lets {
        let value = written_out(&item.value, &known, item.at)?;
        known.push((item.name.clone(), value));
    }
    let mut tree = tree.clone();
    for equation in &mut tree.equations {
        equation.rate = written_out(&equation.rate, &known, equation.at)?;
    }
    for receptor in &mut tree.receptors {
        for equation in &mut receptor.equations {
            equation.rate = written_out(&equation.rate, &known, equation.at)?;
        }
    }
    if let Some(spike) = &mut tree.spike {
        spike.condition = written_out(&spike.condition, &known, spike.at)?;
    }
    Ok(tree)
}

/// Abbreviations of abbreviations grow fast; no equation that a human wrote is larger.
const SIZE_LIMIT: usize = 20_000;

fn written_out(expr: &Expr, known: &[(String, Expr)], at: At) -> Result<Expr, Located> {
    let value = |name: &String| known.iter().find(|(other, _)| other == name);
    let (size, height) =
        extent(expr, &|name| value(name).map(|(_, value)| extent(value, &|_| None)));
    if size > SIZE_LIMIT || height > 2 * DEPTH_LIMIT {
        return Err(at.fault(Cause::TooDeep { limit: 2 * DEPTH_LIMIT }));
    }
    Ok(expr.replaced(&|part| match part {
        Expr::Name { name, .. } => value(name).map(|(_, value)| value.clone()),
        _ => None,
    }))
}

/// The number of nodes and the height, with names counted as `of_name` says.
fn extent(expr: &Expr, of_name: &dyn Fn(&String) -> Option<(usize, usize)>) -> (usize, usize) {
    if let Expr::Name { name, .. } = expr
        && let Some(known) = of_name(name)
    {
        return known;
    }
    let below = expr.children().into_iter().map(|child| extent(child, of_name));
    let (size, height) = below.fold((0, 0), |(size, height), (s, h)| (size + s, height.max(h)));
    (size + 1, height + 1)
}
