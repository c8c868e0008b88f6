//! Synapses: first-order filters and delays as operators of their own, all others as cells whose
//! states are those of the filter.
//!
//! Whatever the kind, its output changes at the end of the step, as in Nengo.

use std::{
    collections::BTreeMap,
    fmt::Write,
    sync::{Arc, Mutex, PoisonError},
};

use pontine_core_ir::{
    Mechanism, SignalId, Spec, Value, inventory,
    model::{Filter, Neurons, OperatorKind, Signal},
};
use pontine_nef::synapse::{Discrete, FirstOrder, KINDS, StateSpace, discrete};

use crate::{
    builder::Builder,
    error::BuildError,
    registry::{FilterSite, SynapseEntry},
    warning::Warning,
};

macro_rules! offer {
    ($($kind:literal),*) => {
        $(inventory::submit! { SynapseEntry { kind: $kind, build, place: module_path!() } })*
    };
}

offer!("Alpha", "Delay", "LinearFilter", "Lowpass", "Triangle");

/// Passes its input on, one step later.
const ONE_STEP: FirstOrder = FirstOrder { decay: 0.0, gain: 1.0 };

fn build(
    builder: &mut Builder<'_>,
    site: &FilterSite,
    spec: &Spec,
) -> Result<SignalId, BuildError> {
    let synapse = discrete(spec, builder.dt());
    let synapse = synapse.map_err(|source| BuildError::Spec { path: site.path.clone(), source })?;
    match synapse {
        Discrete::Gain(gain) => Ok(filter(builder, site, FirstOrder { decay: 0.0, gain })),
        Discrete::FirstOrder(filters) => match filters[..] {
            [one] => Ok(filter(builder, site, one)),
            _ => one_step_later(builder, site, Cells::of_filters(&filters, site)?),
        },
        Discrete::StateSpace(space) => one_step_later(builder, site, Cells::of_space(&space)),
        Discrete::Taps(weights) => one_step_later(builder, site, Cells::of_taps(&weights)),
        Discrete::Delay(0) => {
            let delay_s = spec.number_or("delay", 0.0).unwrap_or_default();
            builder.warn(Warning::ShortDelay { path: site.path.clone(), delay_s });
            Ok(delay(builder, site, 1))
        }
        Discrete::Delay(n_steps) => Ok(delay(builder, site, n_steps)),
    }
}

/// The same within the step, as a process of a node; a kind of another crate's takes a step there too.
pub(super) fn at_once(
    builder: &mut Builder<'_>,
    site: &FilterSite,
    spec: &Spec,
) -> Result<SignalId, BuildError> {
    if !KINDS.contains(&spec.kind.as_str()) {
        return builder.synapse(site, spec);
    }
    let synapse = discrete(spec, builder.dt());
    let synapse = synapse.map_err(|source| BuildError::Spec { path: site.path.clone(), source })?;
    let cells = match synapse {
        Discrete::Delay(n_steps) if n_steps > 0 => return Ok(delay(builder, site, n_steps)),
        Discrete::Delay(_) => Cells::of_gain(1.0),
        Discrete::Gain(gain) => Cells::of_gain(gain),
        Discrete::FirstOrder(filters) => Cells::of_filters(&filters, site)?,
        Discrete::StateSpace(space) => Cells::of_space(&space),
        Discrete::Taps(weights) => Cells::of_taps(&weights),
    };
    cells.build(builder, site, "out")
}

fn filter(builder: &mut Builder<'_>, site: &FilterSite, filter: FirstOrder) -> SignalId {
    filter_named(builder, site, "filtered", filter)
}

fn filter_named(
    builder: &mut Builder<'_>,
    site: &FilterSite,
    name: &str,
    FirstOrder { decay, gain }: FirstOrder,
) -> SignalId {
    let output = builder.signal(Signal::state(site.path.part(name), &[site.size]));
    let filter = Filter { input: site.input, output, decay, gain };
    builder.operator(&site.path, OperatorKind::Filter(filter));
    output
}

/// One step after the other.
fn delay(builder: &mut Builder<'_>, site: &FilterSite, n_steps: usize) -> SignalId {
    let mut site = site.clone();
    for step in 1..n_steps {
        site.input = filter_named(builder, &site, &format!("delayed.{step}"), ONE_STEP);
    }
    filter(builder, &site, ONE_STEP)
}

fn one_step_later(
    builder: &mut Builder<'_>,
    site: &FilterSite,
    cells: Cells,
) -> Result<SignalId, BuildError> {
    let y = cells.build(builder, site, "filter")?;
    Ok(filter(builder, &FilterSite { input: y, ..site.clone() }, ONE_STEP))
}

/// Cells that filter their input: a mechanism as text, and values of its parameters.
struct Cells {
    text: String,
    parameters: Vec<Value>,
}

impl Cells {
    /// Without a state.
    fn of_gain(gain: f64) -> Self {
        Self { parameters: vec![Value::Const(gain)], ..Self::of_order(0, true) }
    }

    /// A filter of first order for all elements, or for each.
    fn of_filters(filters: &[FirstOrder], site: &FilterSite) -> Result<Self, BuildError> {
        if ![1, site.size].contains(&filters.len()) {
            return Err(BuildError::Shape {
                path: site.path.clone(),
                what: "the synapse's `tau`".into(),
                found: vec![filters.len()],
                expected: vec![site.size],
            });
        }
        let numbers = |number: fn(&FirstOrder) -> f64| match filters {
            [one] => Value::Const(number(one)),
            _ => Value::Dense(filters.iter().map(number).collect()),
        };
        let parameters = vec![numbers(|f| f.decay), numbers(|f| f.gain), Value::Const(1.0)];
        Ok(Self { parameters, ..Self::of_order(1, false) })
    }

    fn of_space(space: &StateSpace) -> Self {
        let mut cells = Self::of_order(space.b.len(), space.is_direct());
        let direct = space.is_direct().then_some(&space.d);
        let numbers = space.a.iter().chain(&space.b).chain(&space.c).chain(direct);
        cells.parameters = numbers.map(|&number| Value::Const(number)).collect();
        cells
    }

    /// `x ← A x + B u`; `y = C x` after that, or `y = C x + D u` before.
    fn of_order(n: usize, is_direct: bool) -> Self {
        let sum = |terms: &mut dyn Iterator<Item = String>| terms.collect::<Vec<_>>().join(" + ");
        let next = |i: usize| {
            let states = (0..n).map(|j| format!("a_{i}_{j} * x_{j}"));
            sum(&mut states.chain([format!("b_{i} * u")]))
        };
        let direct = is_direct.then(|| "d * u".to_owned());
        let output = sum(&mut (0..n).map(|i| format!("c_{i} * x_{i}")).chain(direct));
        let names = (0..n * n).map(|k| format!("a_{}_{}", k / n, k % n));
        let names = names.chain((0..n).map(|i| format!("b_{i}")));
        let names = names.chain((0..n).map(|i| format!("c_{i}")));
        let names = names.chain(is_direct.then(|| "d".to_owned()));
        let mut step: Vec<String> = (0..n).map(|i| format!("let next_{i} = {}", next(i))).collect();
        step.extend((0..n).map(|i| format!("x_{i} = next_{i}")));
        step.insert(if is_direct { 0 } else { step.len() }, format!("y = {output}"));
        let name = if is_direct { "DirectFilter" } else { "LinearFilter" };
        Self { text: text(&format!("{name}{n}"), names, n, &step), parameters: vec![] }
    }

    /// The input and the last ones, weighted.
    fn of_taps(weights: &[f64]) -> Self {
        let n = weights.len() - 1;
        let names = (0..=n).map(|i| format!("w_{i}"));
        let last = (0..n).map(|i| format!("w_{} * x_{i}", i + 1));
        let output: Vec<String> = ["w_0 * u".to_owned()].into_iter().chain(last).collect();
        let mut step = vec![format!("y = {}", output.join(" + "))];
        step.extend((1..n).rev().map(|i| format!("x_{i} = x_{}", i - 1)));
        step.extend((n > 0).then(|| "x_0 = u".to_owned()));
        let parameters = weights.iter().map(|&weight| Value::Const(weight)).collect();
        Self { text: text(&format!("Taps{}", n + 1), names, n, &step), parameters }
    }

    /// Adds them; the signal of their output, which has this name.
    fn build(
        self,
        builder: &mut Builder<'_>,
        site: &FilterSite,
        name: &str,
    ) -> Result<SignalId, BuildError> {
        let mechanism = compiled(&self.text).map_err(|message| BuildError::Unsupported {
            path: site.path.clone(),
            message: format!("its synapse cannot be computed: {message}"),
        })?;
        let y = builder.signal(Signal::temporary(site.path.part(name), &[site.size]));
        let neurons = Neurons {
            n: site.size,
            parameters: self.parameters,
            initial: vec![None; mechanism.states.len()],
            inputs: vec![Some(site.input)],
            receptors: vec![],
            outputs: vec![y],
            exposed: vec![],
            mechanism,
        };
        builder.operator(&site.path, OperatorKind::Neurons(neurons));
        Ok(y)
    }
}

/// A mechanism with an input `u`, states `x_i`, and an output `y`.
fn text(
    name: &str,
    parameters: impl Iterator<Item = String>,
    n_states: usize,
    step: &[String],
) -> String {
    let mut text = format!("mechanism {name} {{\n    units nef\n");
    for parameter in parameters {
        let _ = writeln!(text, "    parameter {parameter} = 0");
    }
    text.push_str("    input u\n");
    for i in 0..n_states {
        let _ = writeln!(text, "    state x_{i} = 0");
    }
    let _ = write!(
        text,
        "    output y dense\n    step {{\n        {}\n    }}\n}}\n",
        step.join("\n        ")
    );
    text
}

/// Each text is compiled once.
fn compiled(text: &str) -> Result<Arc<Mechanism>, String> {
    static COMPILED: Mutex<BTreeMap<String, Arc<Mechanism>>> = Mutex::new(BTreeMap::new());
    let mut compiled = COMPILED.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(mechanism) = compiled.get(text) {
        return Ok(mechanism.clone());
    }
    let mechanism = Arc::new(Mechanism::parse(text).map_err(|error| error.to_string())?);
    compiled.insert(text.to_owned(), mechanism.clone());
    Ok(mechanism)
}
