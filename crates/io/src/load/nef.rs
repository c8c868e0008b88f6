//! Networks, ensembles, nodes, custom objects and connections.

use std::sync::Arc;

use pontine_core_ir::{
    Config, Connection, ConnectionOptions, Custom, EndObject, Endpoint, Ensemble, EnsembleOptions,
    Function, LearningRule, Node, ObjId, Param, Spec, Subnetwork, Tensor, Transform, Unit,
    UnitSystem, error::nearest, registry,
};
use pontine_mechanism::{FunctionKernel, lang::Argument};

use super::{
    Loader, fields,
    fields::Fields,
    hertz,
    read::{Reader, tensor},
    recording::interval,
    second, transform,
};
use crate::{
    error::{Cause, Located},
    text::quoted,
    tree::{Item, Raw},
};

type Read = Result<Option<ObjId>, Located>;

pub(super) const NETWORK_KEYS: &[&str] = &["label", "seed", "within", "defaults"];
const DEFAULTS: &[&str] =
    &["ensemble", "connection", "probe_synapse", "probe_sample_every", "probe_solver"];
pub(super) const ENSEMBLE_KEYS: &[&str] = &[
    "label",
    "seed",
    "within",
    "n_neurons",
    "dimensions",
    "radius",
    "encoders",
    "intercepts",
    "max_rates",
    "eval_points",
    "n_eval_points",
    "neuron_type",
    "gain",
    "bias",
    "normalize_encoders",
    "noise",
];
pub(super) const NODE_KEYS: &[&str] =
    &["label", "seed", "within", "output", "size_in", "size", "process", "size_out"];
pub(super) const CUSTOM_KEYS: &[&str] =
    &["label", "seed", "within", "object", "size_in", "size_out"];
pub(super) const CONNECTION_KEYS: &[&str] = &[
    "label",
    "seed",
    "within",
    "pre",
    "post",
    "function",
    "transform",
    "learning",
    "synapse",
    "solver",
    "eval_points",
    "scale_eval_points",
];

/// The most dimensions or neurons.
const MAX_SIZE: u64 = u32::MAX as u64;

/// The largest matrix that is computed from an expression.
const MAX_MATRIX: usize = 1 << 24;

/// Components of the vector that a function takes.
const MAX_ARGUMENT: usize = 1 << 18;

/// A network within the network.
pub(super) fn network(loader: &mut Loader<'_>, reader: &Reader<'_>, fields: &Fields<'_>) -> Read {
    let label = reader.text_at(fields, "label")?;
    let parent = loader.parent(reader, fields)?;
    let mut network = Subnetwork::default();
    network.label = label.clone();
    network.seed = reader.seed(fields)?;
    if let Some(item) = fields.get("defaults") {
        network.config = defaults(reader, item)?;
    }
    let id = loader.network.add_in(parent.id, network).into();
    loader.declare(fields, &parent, label.as_deref(), id)
}

/// Defaults of the objects of a network.
pub(super) fn defaults(reader: &Reader<'_>, item: &Item) -> Result<Config, Located> {
    let fields = Fields::of(item, "`defaults`")?;
    fields.only(DEFAULTS)?;
    let mut config = Config::default();
    if let Some(item) = fields.get("ensemble") {
        let ensemble = Fields::of(item, "`ensemble`")?;
        ensemble.only(&ENSEMBLE_KEYS[5..])?;
        config.ensemble = ensemble_options(reader, &ensemble)?;
    }
    if let Some(item) = fields.get("connection") {
        let connection = Fields::of(item, "`connection`")?;
        connection.only(&CONNECTION_KEYS[7..])?;
        let rules = connection.get("learning").map(|item| learning_rules(reader, item));
        config.learning = rules.transpose()?;
        config.connection = connection_options(reader, &connection)?;
    }
    if let Some(item) = fields.get("probe_synapse") {
        config.probe_synapse = Some(synapse(reader, item)?);
    }
    config.probe_sample_every = interval(reader, &fields, "probe_sample_every")?;
    config.probe_solver =
        fields.get("probe_solver").map(|item| solver(reader, item)).transpose()?;
    Ok(config)
}

/// Neurons that represent a vector.
pub(super) fn ensemble(loader: &mut Loader<'_>, reader: &Reader<'_>, fields: &Fields<'_>) -> Read {
    let label = reader.text_at(fields, "label")?;
    let n_neurons = fields.required("n_neurons", "the number of neurons")?;
    let n_neurons = reader.count(n_neurons, "`n_neurons`", MAX_SIZE)?;
    let dimensions = reader.count_at(fields, "dimensions", MAX_SIZE)?.unwrap_or(1);
    let mut ensemble = Ensemble::new(n_neurons as usize, dimensions as usize);
    ensemble.label = label.clone();
    ensemble.seed = reader.seed(fields)?;
    ensemble.options = ensemble_options(reader, fields)?;
    let parent = loader.parent(reader, fields)?;
    let id = loader.network.add_in(parent.id, ensemble).into();
    loader.declare(fields, &parent, label.as_deref(), id)
}

fn ensemble_options(reader: &Reader<'_>, fields: &Fields<'_>) -> Result<EnsembleOptions, Located> {
    let samples = |key: &str, unit: Unit| {
        fields.get(key).map(|item| reader.samples(item, &quoted(key), unit)).transpose()
    };
    Ok(EnsembleOptions {
        radius: reader.number_at(fields, "radius", Unit::NONE)?,
        encoders: samples("encoders", Unit::NONE)?,
        intercepts: samples("intercepts", Unit::NONE)?,
        max_rates: samples("max_rates", hertz())?,
        eval_points: samples("eval_points", Unit::NONE)?,
        n_eval_points: reader.count_at(fields, "n_eval_points", MAX_SIZE)?.map(|n| n as usize),
        neuron_type: fields.get("neuron_type").map(|item| neuron_type(reader, item)).transpose()?,
        gain: samples("gain", Unit::NONE)?,
        bias: samples("bias", Unit::NONE)?,
        normalize_encoders: flag_at(reader, fields, "normalize_encoders")?,
        noise: fields.get("noise").map(|item| noise(reader, item)).transpose()?,
    })
}

/// `"none"`, or a process.
fn noise(reader: &Reader<'_>, item: &Item) -> Result<Option<Spec>, Located> {
    match &item.value {
        Raw::Text(text) if text == "none" => Ok(None),
        _ => process(reader, item).map(Some),
    }
}

/// A kind whose times are in s and whose highest frequency, if it has one, is in Hz.
fn process(reader: &Reader<'_>, item: &Item) -> Result<Spec, Located> {
    let kind = reader.text(kind_of(item), "`process`")?;
    known_of_kind(item, &kind)?;
    let is_signal = kind == "WhiteSignal";
    if let Some(spec) = pieces(reader, item)? {
        return Ok(spec);
    }
    let unit = |name: &str| match name {
        "period" | "presentation_time" | "times" | "tau" | "t" | "delay" => second(),
        "high" if is_signal => hertz(),
        _ => Unit::NONE,
    };
    reader.spec(item, "`process`", "kind", &unit)
}

/// `Piecewise` of functions of `t` (s): a text stands for one, or for several numbers after commas.
fn pieces(reader: &Reader<'_>, item: &Item) -> Result<Option<Spec>, Located> {
    let Raw::Table(table) = &item.value else { return Ok(None) };
    let Some(Item { value: Raw::List(pieces), .. }) = table.0.get("values") else {
        return Ok(None);
    };
    let is_number = |piece: &Item| reader.numbers(piece, "`values`", Unit::NONE).is_ok();
    if reader.text(kind_of(item), "`process`")? != "Piecewise" || pieces.iter().all(is_number) {
        return Ok(None);
    }
    let text = |piece: &Item| match &piece.value {
        Raw::Text(text) => {
            let function = reader.function(text, &[Argument::new("t", 1)], UnitSystem::Nef);
            Ok(function.map_err(|cause| piece.fault(cause))?.to_string())
        }
        _ => {
            let numbers = reader.numbers(piece, "`values`", Unit::NONE)?.data;
            Ok(numbers.iter().map(f64::to_string).collect::<Vec<_>>().join(", "))
        }
    };
    let texts = pieces.iter().map(text).collect::<Result<Vec<_>, Located>>()?;
    let mut rest = table.clone();
    rest.0.remove("values");
    let rest = Item { value: Raw::Table(rest), place: item.place.clone() };
    let second = |name: &str| if name == "times" { second() } else { Unit::NONE };
    let spec = reader.spec(&rest, "`process`", "kind", &second)?;
    Ok(Some(spec.with("values", texts.join("; ").as_str())))
}

fn flag_at(reader: &Reader<'_>, fields: &Fields<'_>, key: &str) -> Result<Option<bool>, Located> {
    fields.get(key).map(|item| reader.flag(item, &quoted(key))).transpose()
}

/// Parameters of a neuron type, and of its base, are in the units of their mechanisms.
fn neuron_type(reader: &Reader<'_>, item: &Item) -> Result<Spec, Located> {
    let kind = kind_of(item);
    let name = reader.text(kind, "`neuron_type`")?;
    let mut mechanisms = Vec::new();
    if !is_without_mechanism(&name) {
        let entry = registry::neuron_type(&name);
        let mechanism = entry.and_then(|entry| registry::mechanism(entry.name));
        mechanisms.push(mechanism.map_err(|error| kind.fault(error.into()))?);
    }
    if let Raw::Table(table) = &item.value
        && let Some(base) = table.0.get("base")
        && let Ok(entry) = registry::neuron_type(&reader.text(kind_of(base), "`base`")?)
    {
        mechanisms.extend(registry::mechanism(entry.name));
    }
    let own = ["base", "amplitude"];
    let parameters = mechanisms.iter().flat_map(|mechanism| &mechanism.parameters);
    known_parameters(item, own.into_iter().chain(parameters.map(|p| p.name.as_str())))?;
    let unit = |name: &str| {
        let mut parameters = mechanisms.iter().flat_map(|mechanism| &mechanism.parameters);
        parameters.find(|p| p.name == name).map_or(Unit::NONE, |p| p.unit)
    };
    reader.spec(item, "`neuron_type`", "kind", &unit)
}

/// Names are looked at before the units of what stands behind them.
fn known_parameters<'k>(
    item: &Item,
    known: impl Iterator<Item = &'k str> + Clone,
) -> Result<(), Located> {
    let Raw::Table(table) = &item.value else { return Ok(()) };
    let is_known = |name: &str| {
        name == "kind" || name.starts_with("initial_") || known.clone().any(|known| known == name)
    };
    match table.0.iter().find(|(name, _)| !is_known(name)) {
        None => Ok(()),
        Some((name, item)) => {
            let nearest = nearest(name, known.clone());
            Err(item.fault(Cause::Unknown { what: "parameter", name: name.clone(), nearest }))
        }
    }
}

/// The same of a synapse or a process that this house has.
fn known_of_kind(item: &Item, name: &str) -> Result<(), Located> {
    let known: &[&str] = match name {
        "Lowpass" | "Alpha" => &["tau"],
        "Triangle" => &["t"],
        "Delay" => &["delay"],
        "LinearFilter" => &["num", "den", "analog", "method"],
        "WhiteNoise" => &["dist", "scale", "seed"],
        "FilteredNoise" => &["dist", "scale", "synapse", "seed"],
        "BrownNoise" => &["dist", "seed"],
        "WhiteSignal" => &["period", "high", "rms", "y0", "seed"],
        "PresentInput" => &["inputs", "presentation_time", "seed"],
        "Piecewise" => &["times", "values", "interpolation", "seed"],
        _ => return Ok(()),
    };
    known_parameters(item, known.iter().copied())
}

fn kind_of(item: &Item) -> &Item {
    match &item.value {
        Raw::Table(table) => table.0.get("kind").unwrap_or(item),
        _ => item,
    }
}

/// Neuron types that no mechanism of their name stands for.
fn is_without_mechanism(name: &str) -> bool {
    ["Direct", "StochasticSpiking", "PoissonSpiking"].contains(&name)
}

/// An input, a function, or a point that passes values on.
pub(super) fn node(loader: &mut Loader<'_>, reader: &Reader<'_>, fields: &Fields<'_>) -> Read {
    let label = reader.text_at(fields, "label")?;
    let size_in = reader.count_at(fields, "size_in", MAX_SIZE)?.map(|n| n as usize);
    let mut node = match (fields.get("output"), fields.get("size")) {
        (None, None) if fields.get("process").is_some() => {
            let item = fields.required("process", "a kind with its parameters")?;
            let size_out = reader.count_at(fields, "size_out", MAX_SIZE)?.map(|n| n as usize);
            let size_out = size_out.or(size_in).unwrap_or(1);
            let node = Node::process(process(reader, item)?, size_out);
            Node { size_in: size_in.unwrap_or(0), ..node }
        }
        (None, Some(size)) if size_in.is_none() => {
            Node::passthrough(reader.count(size, "`size`", MAX_SIZE)? as usize)
        }
        (Some(output), None) => with_output(reader, output, size_in.unwrap_or(0))?,
        _ => {
            let expected =
                "`output`, `process`, or `size` for a node that passes its input on".into();
            return Err(fields.fault(Cause::Missing { key: "output".into(), expected }));
        }
    };
    node.label = label.clone();
    node.seed = reader.seed(fields)?;
    let parent = loader.parent(reader, fields)?;
    let id = loader.network.add_in(parent.id, node).into();
    loader.declare(fields, &parent, label.as_deref(), id)
}

/// A text is a function of `t` (s) and of the input `x`; numbers are constant.
fn with_output(reader: &Reader<'_>, item: &Item, size_in: usize) -> Result<Node, Located> {
    let Raw::Text(text) = &item.value else {
        let numbers = reader.numbers(item, "`output`", Unit::NONE)?;
        let mut node = Node::constant(numbers.data);
        node.size_in = size_in;
        return Ok(node);
    };
    let mut arguments = vec![Argument::new("t", 1)];
    within_argument(item, size_in)?;
    if size_in > 0 {
        arguments.push(Argument::new("x", size_in));
    }
    let function = reader.function(text, &arguments, UnitSystem::Nef);
    let function = function.map_err(|cause| item.fault(cause))?;
    Ok(Node::function(Function::Expression(Arc::new(function)), size_in))
}

/// An object of a kind of somebody else's: `object = { kind = …, … }`.
pub(super) fn custom(loader: &mut Loader<'_>, reader: &Reader<'_>, fields: &Fields<'_>) -> Read {
    let label = reader.text_at(fields, "label")?;
    let item = fields.required("object", "a kind with its parameters")?;
    let spec = reader.spec(item, "`object`", "kind", &|_| Unit::NONE)?;
    let size = |key| Ok(reader.count_at(fields, key, MAX_SIZE)?.unwrap_or(0) as usize);
    let mut custom = Custom::new(spec, size("size_in")?, size("size_out")?);
    custom.label = label.clone();
    custom.seed = reader.seed(fields)?;
    let parent = loader.parent(reader, fields)?;
    let id = loader.network.add_in(parent.id, custom).into();
    loader.declare(fields, &parent, label.as_deref(), id)
}

/// Carries a vector from one object to another.
pub(super) fn connection(
    loader: &mut Loader<'_>,
    reader: &Reader<'_>,
    fields: &Fields<'_>,
) -> Read {
    let label = reader.text_at(fields, "label")?;
    let parent = loader.parent(reader, fields)?;
    let end = |key: &str| {
        let item = fields.required(key, "the label of an object")?;
        let text = reader.text(item, &quoted(key))?;
        let end = loader.names.endpoint(&loader.network, &parent.prefix, &text);
        end.map_err(|cause| item.fault(cause))
    };
    let mut connection = Connection::new(end("pre")?, end("post")?);
    connection.label = label.clone();
    connection.seed = reader.seed(fields)?;
    if let Some(item) = fields.get("function") {
        let size = loader.size(&connection.pre, true);
        connection.function = Some(of_vector(reader, item, size)?);
    }
    if let Some(item) = fields.get("transform") {
        connection.transform = match transform::of_kind(reader, item)? {
            Some(transform) => transform,
            None => Transform::Dense(loader.transform(reader, item, &connection)?),
        };
    }
    if let Some(item) = fields.get("learning") {
        connection.learning = Some(learning_rules(reader, item)?);
    }
    connection.options = connection_options(reader, fields)?;
    let id = loader.network.add_in(parent.id, connection).into();
    loader.declare(fields, &parent, label.as_deref(), id)
}

fn connection_options(
    reader: &Reader<'_>,
    fields: &Fields<'_>,
) -> Result<ConnectionOptions, Located> {
    let get = |key: &str| fields.get(key);
    Ok(ConnectionOptions {
        synapse: get("synapse").map(|item| synapse(reader, item)).transpose()?,
        solver: get("solver").map(|item| solver(reader, item)).transpose()?,
        eval_points: get("eval_points")
            .map(|item| reader.samples(item, "`eval_points`", Unit::NONE))
            .transpose()?,
        scale_eval_points: flag_at(reader, fields, "scale_eval_points")?,
    })
}

/// A function of the vector `x`.
fn of_vector(reader: &Reader<'_>, item: &Item, size: usize) -> Result<Function, Located> {
    let text = fields::text(item, "`function`")?;
    within_argument(item, size)?;
    let arguments = [Argument::new("x", size)];
    let function = reader.function(text, &arguments, UnitSystem::Nef);
    Ok(Function::Expression(Arc::new(function.map_err(|cause| item.fault(cause))?)))
}

/// Each component of an argument has a name while the function is read.
fn within_argument(item: &Item, size: usize) -> Result<(), Located> {
    if size <= MAX_ARGUMENT {
        return Ok(());
    }
    let (what, found) = ("the argument `x` of `function`".into(), format!("{size} components"));
    Err(item.fault(Cause::Limit { what, found, limit: MAX_ARGUMENT as u64 }))
}

/// `"none"`, a time constant of a lowpass filter, or a kind whose times are `tau…` and `delay`.
pub(super) fn synapse(reader: &Reader<'_>, item: &Item) -> Result<Option<Spec>, Located> {
    match &item.value {
        Raw::Text(text) if text == "none" => Ok(None),
        Raw::Table(_) => {
            known_of_kind(item, &reader.text(kind_of(item), "`synapse`")?)?;
            let time = |name: &str| name.starts_with("tau") || ["delay", "t"].contains(&name);
            let unit = |name: &str| if time(name) { second() } else { Unit::NONE };
            reader.spec(item, "`synapse`", "kind", &unit).map(Some)
        }
        _ => {
            let tau = reader.number(item, "`synapse`", second())?;
            Ok(Some(Spec::new("Lowpass").with("tau", tau)))
        }
    }
}

/// One learning rule, a list of them, or `"none"`.
pub(super) fn learning_rules(
    reader: &Reader<'_>,
    item: &Item,
) -> Result<Vec<LearningRule>, Located> {
    match &item.value {
        Raw::List(rules) => rules.iter().map(|rule| learning_rule(reader, rule)).collect(),
        Raw::Text(text) if text == "none" => Ok(Vec::new()),
        _ => Ok(vec![learning_rule(reader, item)?]),
    }
}

/// A kind whose synapses are given as those of connections are.
fn learning_rule(reader: &Reader<'_>, item: &Item) -> Result<LearningRule, Located> {
    let Raw::Table(table) = &item.value else {
        return Ok(Spec::new(reader.text(item, "`learning`")?).into());
    };
    let mut rest = table.clone();
    rest.0.retain(|name, _| !name.ends_with("_synapse"));
    let rest = Item { value: Raw::Table(rest), place: item.place.clone() };
    let mut spec = reader.spec(&rest, "`learning`", "kind", &|_| Unit::NONE)?;
    for (name, item) in table.0.iter().filter(|(name, _)| name.ends_with("_synapse")) {
        let none = || Param::Text("none".to_owned());
        spec.params.insert(name.clone(), synapse(reader, item)?.map_or_else(none, Param::from));
    }
    Ok(spec.into())
}

pub(super) fn solver(reader: &Reader<'_>, item: &Item) -> Result<Spec, Located> {
    reader.spec(item, "`solver`", "kind", &|_| Unit::NONE)
}

impl Loader<'_> {
    /// Dimensions of one end; 0 if it is not there, which the network's own check reports.
    fn size(&self, end: &Endpoint, as_source: bool) -> usize {
        let whole = self.network.size_of(&end.object, as_source).unwrap_or(0);
        end.slice.as_ref().map_or(whole, |slice| slice.len())
    }

    /// A number, a diagonal, a matrix, or an expression of row `i` and column `j`; in the unit of
    /// `post` per that of `pre`.
    fn transform(
        &self,
        reader: &Reader<'_>,
        item: &Item,
        connection: &Connection,
    ) -> Result<Tensor, Located> {
        self.known_port(item, &connection.pre, true)?;
        self.known_port(item, &connection.post, false)?;
        let (before, after) = (self.unit(&connection.pre), self.unit(&connection.post));
        let unit = after.per(before);
        if let Raw::Table(table) = &item.value
            && let Some(expression) = table.0.get("expression")
        {
            let fields = Fields::of(item, "`transform`")?;
            let function =
                reader.function_in(&fields, expression, "`transform`", unit, &["i", "j"])?;
            let rows = self.size(&connection.post, false);
            let columns = connection
                .function
                .as_ref()
                .map_or_else(|| self.size(&connection.pre, true), Function::size_out);
            return matrix(item, "`transform`", &FunctionKernel::new(&function), rows, columns);
        }
        let numbers = reader.numbers(item, "`transform`", unit)?;
        tensor(item, "`transform`", numbers)
    }

    /// A port is looked at before what is measured there.
    fn known_port(&self, item: &Item, end: &Endpoint, as_source: bool) -> Result<(), Located> {
        let EndObject::Population { population, port } = &end.object else { return Ok(()) };
        let Some(population) = self.network.populations.get(*population) else { return Ok(()) };
        let mechanism = &population.mechanism;
        let mut known: Vec<&str> = match as_source {
            true => mechanism.outputs.iter().map(|output| output.name.as_str()).collect(),
            false => mechanism.inputs.iter().map(|input| input.name.as_str()).collect(),
        };
        match as_source {
            true => {
                known.extend(mechanism.states.iter().map(|state| state.name.as_str()));
                known.extend(population.spike_times.is_some().then_some("spikes"));
            }
            false => known.extend(mechanism.receptors.iter().map(|r| r.name.as_str())),
        }
        if known.contains(&port.as_str()) {
            return Ok(());
        }
        let what = if as_source { "output or state" } else { "input or receptor" };
        let nearest = nearest(port, known);
        Err(item.fault(Cause::Unknown { what, name: port.clone(), nearest }))
    }

    /// What the numbers at one end of a connection are measured in; spikes are read as rates, and a
    /// receptor takes what arrives in a second.
    fn unit(&self, end: &Endpoint) -> Unit {
        let EndObject::Population { population, port } = &end.object else { return Unit::NONE };
        let Some(population) = self.network.populations.get(*population) else {
            return Unit::NONE;
        };
        let mechanism = &population.mechanism;
        let input = mechanism.inputs.iter().find(|i| i.name == *port).map(|i| i.unit);
        let receptor = || mechanism.receptors.iter().find(|r| r.name == *port).map(|r| r.unit);
        let state = || mechanism.states.iter().find(|s| s.name == *port).map(|s| s.unit);
        let dense = || {
            let output = mechanism.outputs.iter().find(|o| o.name == *port)?;
            matches!(output.kind, pontine_mechanism::lang::OutputKind::Dense).then_some(output.unit)
        };
        // What arrives in a second.
        let receptor = || receptor().map(|unit| unit.per(second()));
        input.or_else(receptor).or_else(state).or_else(dense).unwrap_or_else(hertz)
    }
}

/// A matrix whose numbers are a function of row and column.
pub(super) fn matrix(
    item: &Item,
    what: &str,
    function: &FunctionKernel,
    rows: usize,
    columns: usize,
) -> Result<Tensor, Located> {
    let n = rows.checked_mul(columns).filter(|n| *n <= MAX_MATRIX).ok_or_else(|| {
        let found = format!("{rows} × {columns} numbers");
        let (what, limit) = (what.to_owned(), MAX_MATRIX as u64);
        item.fault(Cause::Limit { what, found, limit })
    })?;
    let mut data = vec![0.0; n];
    for (k, number) in data.iter_mut().enumerate() {
        let (i, j) = (k / columns.max(1), k % columns.max(1));
        function.eval(&[i as f64, j as f64], std::slice::from_mut(number));
    }
    Tensor::new(&[rows, columns], data).ok_or_else(|| item.expected(what, "a matrix"))
}
