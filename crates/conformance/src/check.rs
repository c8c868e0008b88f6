//! All checks of one backend, in the order in which one should read what fails.

use std::collections::BTreeSet;

use pontine_core_ir::{
    Model,
    port::{Backend, Capability, CompileOptions},
};

use crate::{
    behaviour::{self, Behaviour},
    bench::{Outcome, advance, compile, drain, words},
    case::{Case, FIRST, SHIPPED},
    random::{self, Property},
    shipped,
    suite::Options,
};

/// One check.
pub(crate) struct Check<'a> {
    /// Its group and its name.
    pub name: String,
    /// What it needs and the backend lacks.
    pub lacking: BTreeSet<Capability>,
    /// Holds the backend against it.
    pub run: Box<dyn FnOnce() -> Outcome + Send + 'a>,
}

/// All checks of a backend: the smallest first, random ones last.
pub(crate) fn checks<'a>(backend: &'a dyn Backend, options: Options) -> Vec<Check<'a>> {
    let cases = |group: &'static str, texts: &'static [(&'static str, &'static str)]| {
        texts.iter().map(move |(name, text)| of_case(backend, group, name, text))
    };
    let behaviours = |group: &'static str| move |b| of_behaviour(backend, group, b);
    let first = cases("first", FIRST).chain(behaviour::first().map(behaviours("first")));
    let others = cases("case", SHIPPED).chain(behaviour::all().map(behaviours("behaviour")));
    let properties = random::ALL.iter().chain(shipped::ALL);
    let properties = properties.map(|property| of_property(backend, property, options));
    first.chain(others).chain(properties).collect()
}

fn of_case<'a>(
    backend: &'a dyn Backend,
    group: &str,
    name: &'static str,
    text: &'static str,
) -> Check<'a> {
    let case = Case::parse(name, text);
    let lacking = case.as_ref().map_or(BTreeSet::new(), |case| lacking(backend, &case.model));
    let run = Box::new(move || {
        let case = case.map_err(words)?;
        let mut simulation = compile(backend, &case.model)?;
        advance(simulation.as_mut(), case.n_steps)?;
        case.check(&drain(&case.model, simulation.as_mut())?)
    });
    Check { name: format!("{group}::{name}"), lacking, run }
}

fn of_behaviour<'a>(
    backend: &'a dyn Backend,
    group: &str,
    behaviour: &'static Behaviour,
) -> Check<'a> {
    let model = (behaviour.model)();
    let mut lacking = model.as_ref().map_or(BTreeSet::new(), |model| lacking(backend, model));
    lacking.extend(without(backend, behaviour.needs));
    let run = Box::new(move || (behaviour.check)(backend, &model?));
    Check { name: format!("{group}::{}", behaviour.name), lacking, run }
}

fn of_property<'a>(
    backend: &'a dyn Backend,
    property: &'static Property,
    options: Options,
) -> Check<'a> {
    Check {
        name: format!("random::{}", property.name),
        lacking: without(backend, property.needs),
        run: Box::new(move || (property.check)(backend, &options)),
    }
}

/// What of this the backend lacks.
fn without(backend: &dyn Backend, needs: &[Capability]) -> BTreeSet<Capability> {
    let offered = backend.capabilities();
    needs.iter().copied().filter(|need| !offered.contains(need)).collect()
}

/// What a model needs and the backend lacks.
fn lacking(backend: &dyn Backend, model: &Model) -> BTreeSet<Capability> {
    let missing = backend.missing(model, &CompileOptions::default());
    missing.into_iter().map(|missing| missing.capability).collect()
}
