//! Mechanisms, populations, views and projections.

use std::sync::Arc;

use pontine_core_ir::{
    Connector, Mechanism, ObjId, Population, PopulationView, Projection, Spec, SynapseList, Unit,
    Value, error::nearest, registry,
};
use pontine_mechanism::{LangError, Solver};

use super::{Loader, fields, fields::Fields, millisecond, nef, product, read::Reader, synapse};
use crate::{
    error::{Cause, Located},
    expr,
    text::quoted,
    tree::{Item, Place, Raw},
};

type Read = Result<Option<ObjId>, Located>;

pub(super) const POPULATION_KEYS: &[&str] =
    &["label", "size", "cell", "solver", "parameters", "initial", "spike_times", "within"];
pub(super) const VIEW_KEYS: &[&str] = &["label", "population", "indices", "range", "within"];
pub(super) const PROJECTION_KEYS: &[&str] = &[
    "label",
    "source",
    "target",
    "receptor",
    "connector",
    "weight",
    "delay",
    "learning",
    "synapse",
    "within",
];

/// The most cells that a view may name.
const MAX_VIEW: u64 = 1 << 24;

/// Equations of the file's own.
pub(super) fn mechanism(loader: &mut Loader<'_>, _: &Reader<'_>, fields: &Fields<'_>) -> Read {
    let item = fields.required("text", "equations in the mechanism language")?;
    let text = fields::text(item, "`text`")?;
    let mechanism = Mechanism::parse(text).map_err(|error| located(item, error))?;
    let name = mechanism.name.clone();
    let registered = registry::mechanisms().get(&name).is_ok();
    if registered || loader.mechanisms.contains_key(&name) {
        return Err(item.fault(Cause::Twice { name }));
    }
    loader.mechanisms.insert(name, Arc::new(mechanism));
    Ok(None)
}

/// A fault of a text in its line of the file.
pub(super) fn located(item: &Item, error: LangError) -> Located {
    let line = error.faults.first().map_or(1, |fault| fault.line) as usize;
    let place = match &item.place {
        Place::Line(first) => Place::Line(first + line.saturating_sub(1)),
        other => other.clone(),
    };
    Located { place, cause: expr::language(error) }
}

/// Cells of one mechanism.
pub(super) fn population(
    loader: &mut Loader<'_>,
    reader: &Reader<'_>,
    fields: &Fields<'_>,
) -> Read {
    let label = reader.text_at(fields, "label")?;
    let size = fields.required("size", "the number of cells")?;
    let size = reader.count(size, "`size`", u64::from(u32::MAX))?;
    let cell = fields.required("cell", "the name of a mechanism")?;
    let mechanism = loader.mechanism(&reader.text(cell, "`cell`")?).map_err(|c| cell.fault(c))?;
    let mechanism = solved(loader, reader, fields, mechanism)?;
    let mut population = Population::of(mechanism, size as usize);
    population.label = label.clone();
    if let Some(item) = fields.get("parameters") {
        for (name, item) in Fields::of(item, "`parameters`")?.iter() {
            let unit = population.parameter_unit(name).map_err(|e| item.fault(e.into()))?;
            let value = reader.value(item, &quoted(name), unit, &["i"])?;
            population.parameters.insert(name.to_owned(), value);
        }
    }
    if let Some(item) = fields.get("initial") {
        for (name, item) in Fields::of(item, "`initial`")?.iter() {
            let unit = population.state_unit(name).map_err(|e| item.fault(e.into()))?;
            let value = reader.value(item, &quoted(name), unit, &["i"])?;
            population.initial.insert(name.to_owned(), value);
        }
    }
    if let Some(item) = fields.get("spike_times") {
        population.spike_times = Some(spike_times(reader, item)?);
    }
    let parent = loader.parent(reader, fields)?;
    let id = loader.network.add_in(parent.id, population).into();
    loader.declare(fields, &parent, label.as_deref(), id)
}

/// The mechanism with the solver that is asked for; cells of one mechanism share one solver, since
/// the text of a model holds each name once.
fn solved(
    loader: &mut Loader<'_>,
    reader: &Reader<'_>,
    fields: &Fields<'_>,
    mechanism: Arc<Mechanism>,
) -> Result<Arc<Mechanism>, Located> {
    let place = fields.get("solver").or_else(|| fields.get("cell"));
    let mechanism = match fields.get("solver") {
        None => mechanism,
        Some(item) => {
            let solver = solver(item, &reader.text(item, "`solver`")?)?;
            let other = mechanism.with_solver(solver);
            Arc::new(other.map_err(|error| item.fault(expr::language(error)))?)
        }
    };
    let name = mechanism.name.clone();
    let first = loader.solved.entry(name).or_insert_with(|| mechanism.clone());
    match place {
        Some(item) if **first != *mechanism => {
            let expected = format!("that of all cells of kind `{}`", mechanism.name);
            Err(item.expected("`solver`", &expected))
        }
        _ => Ok(mechanism),
    }
}

fn solver(item: &Item, name: &str) -> Result<Solver, Located> {
    name.parse().map_err(|_| {
        let nearest = nearest(name, Solver::ALL.iter().map(|solver| solver.name()));
        item.fault(Cause::Unknown { what: "solver", name: name.to_owned(), nearest })
    })
}

/// One list of times for each cell: `[["1 ms", …], …]` or `{ values = [[1, …], …], unit = "ms" }`.
fn spike_times(reader: &Reader<'_>, item: &Item) -> Result<Arc<[Vec<f64>]>, Located> {
    let what = "`spike_times`";
    let (rows, unit) = match &item.value {
        Raw::Table(_) => {
            let fields = Fields::of(item, what)?;
            fields.only(&["values", "unit"])?;
            let values = fields.required("values", "a list of times for each cell")?;
            (values, Some(reader.unit_at(&fields)?))
        }
        _ => (item, None),
    };
    let row = |row: &Item| {
        fields::list(row, what)?;
        let numbers = match unit {
            None => reader.numbers(row, what, millisecond())?,
            Some(unit) => {
                let mut numbers = reader.numbers_given(row, what, unit)?;
                let convert = |time: f64| unit.convert(time, millisecond());
                for time in &mut numbers.data {
                    *time =
                        convert(*time).ok_or_else(|| item.expected("`unit`", "a unit of time"))?;
                }
                numbers
            }
        };
        if numbers.shape.len() == 1 { Ok(numbers.data) } else { Err(row.expected(what, "a list")) }
    };
    Ok(fields::list(rows, what)?.iter().map(row).collect::<Result<Vec<_>, _>>()?.into())
}

/// Some cells of a population: `indices = […]`, or `range = [start, end]`.
pub(super) fn view(loader: &mut Loader<'_>, reader: &Reader<'_>, fields: &Fields<'_>) -> Read {
    let label = reader.text_at(fields, "label")?;
    let parent = loader.parent(reader, fields)?;
    let item = fields.required("population", "the label of a population")?;
    let name = reader.text(item, "`population`")?;
    let cells = loader.names.cells(&parent.prefix, &name).map_err(|cause| item.fault(cause))?;
    let pontine_core_ir::Cells::Population(population) = cells else {
        return Err(item.expected("`population`", "a whole population"));
    };
    let indices = view_indices(reader, fields)?;
    let view = PopulationView { label: label.clone(), population, indices };
    let id = loader.network.add_in(parent.id, view).into();
    loader.declare(fields, &parent, label.as_deref(), id)
}

fn view_indices(reader: &Reader<'_>, fields: &Fields<'_>) -> Result<Arc<[u32]>, Located> {
    let index = |item: &Item| reader.count(item, "the index of a cell", u64::from(u32::MAX));
    if let Some(item) = fields.get("indices") {
        let indices = fields::list(item, "`indices`")?.iter();
        return indices.map(|item| Ok(index(item)? as u32)).collect();
    }
    let item = fields.required("range", "`[start, end]`, or `indices` in its place")?;
    let [start, end] = fields::list(item, "`range`")? else {
        return Err(item.expected("`range`", "`[start, end]`"));
    };
    let (start, end) = (index(start)?, index(end)?);
    if end.saturating_sub(start) > MAX_VIEW {
        let (what, found) = ("`range`".into(), end.saturating_sub(start).to_string());
        return Err(item.fault(Cause::Limit { what, found, limit: MAX_VIEW }));
    }
    Ok((start as u32..end as u32).collect())
}

/// Synapses between cells.
pub(super) fn projection(
    loader: &mut Loader<'_>,
    reader: &Reader<'_>,
    fields: &Fields<'_>,
) -> Read {
    let parent = loader.parent(reader, fields)?;
    let cells = |key: &str| {
        let item = fields.required(key, "the label of a population or view")?;
        let name = reader.text(item, &quoted(key))?;
        loader.names.cells(&parent.prefix, &name).map_err(|cause| item.fault(cause))
    };
    let (source, target) = (cells("source")?, cells("target")?);
    let population = loader.network.population_of(target);
    let population = population.and_then(|id| loader.network.populations.get(id));
    let target_item = fields.required("target", "the label of a population or view")?;
    let population = population
        .ok_or_else(|| target_item.expected("`target`", "a population or a view of one"))?;
    let item = fields.required("receptor", "a receptor of the target's cells")?;
    let receptor = reader.text(item, "`receptor`")?;
    let unit = receptor_unit(&population.mechanism, &receptor).map_err(|c| item.fault(c))?;
    let value = |key: &str, unit: Unit| {
        let item = fields.required(key, &format!("a quantity in {}", expr::unit_name(unit)))?;
        reader.value(item, &quoted(key), unit, &["i", "j"])
    };
    let (mut weight, mut delay) = (value("weight", unit)?, value("delay", millisecond())?);
    let item = fields.required("connector", "a connector, such as { kind = \"one_to_one\" }")?;
    let connector = connector(reader, item, &mut weight, &mut delay)?;
    let label = reader.text_at(fields, "label")?;
    let learning = fields.get("learning").map(|item| nef::learning_rules(reader, item));
    let learning = learning.transpose()?.unwrap_or_default();
    let synapse = fields.get("synapse");
    let synapse =
        synapse.map(|item| synapse::of_projection(loader, reader, item, unit)).transpose()?;
    let projection =
        Projection { label, source, target, receptor, connector, weight, delay, learning, synapse };
    Ok(Some(loader.network.add_in(parent.id, projection).into()))
}

fn receptor_unit(mechanism: &Mechanism, name: &str) -> Result<Unit, Cause> {
    let found = mechanism.receptors.iter().find(|receptor| receptor.name == name);
    found.map(|receptor| receptor.unit).ok_or_else(|| Cause::Unknown {
        what: "receptor",
        name: name.into(),
        nearest: nearest(name, mechanism.receptors.iter().map(|r| r.name.as_str())),
    })
}

/// A rule; a product; or `{ kind = "list", pairs = [[source, target], …] }`, whose weights and delays may be
/// lists beside it.
fn connector(
    reader: &Reader<'_>,
    item: &Item,
    weight: &mut Value,
    delay: &mut Value,
) -> Result<Connector, Located> {
    if let Raw::Table(table) = &item.value
        && let Some(Raw::Text(kind)) = table.0.get("kind").map(|kind| &kind.value)
    {
        match kind.as_str() {
            "list" => return pairs(reader, item, weight, delay),
            kind if product::is_product(kind) => return product::connector(reader, item, kind),
            _ => {}
        }
    }
    let spec: Spec = reader.spec(item, "`connector`", "kind", &|_| Unit::NONE)?;
    registry::rule(&spec).map_err(|error| item.fault(error.into()))?;
    Ok(Connector::Rule(spec))
}

fn pairs(
    reader: &Reader<'_>,
    item: &Item,
    weight: &mut Value,
    delay: &mut Value,
) -> Result<Connector, Located> {
    let fields = Fields::of(item, "`connector`")?;
    fields.only(&["kind", "pairs"])?;
    let pairs = fields.required("pairs", "a list of [source, target]")?;
    let mut list = SynapseList::default();
    for pair in fields::list(pairs, "`pairs`")? {
        let [source, target] = fields::list(pair, "a pair")? else {
            return Err(pair.expected("a pair", "[source, target]"));
        };
        let index = |item: &Item| reader.count(item, "the index of a cell", u64::from(u32::MAX));
        list.source.push(index(source)? as u32);
        list.target.push(index(target)? as u32);
    }
    let n = list.source.len();
    let column = |value: &mut Value, what: &str| {
        let Value::Dense(numbers) = value else { return Ok(None) };
        if numbers.len() != n {
            let expected = format!("one of each of the {n} pairs");
            return Err(item.expected(&format!("the list of {what}"), expected));
        }
        let numbers = numbers.to_vec();
        *value = Value::Const(0.0);
        Ok(Some(numbers))
    };
    list.weight = column(weight, "weights")?;
    list.delay = column(delay, "delays")?;
    Ok(Connector::List(Arc::new(list)))
}

impl Loader<'_> {
    /// A mechanism of the file, or a registered one.
    pub(super) fn mechanism(&self, name: &str) -> Result<Arc<Mechanism>, Cause> {
        if let Some(mechanism) = self.mechanisms.get(name) {
            return Ok(mechanism.clone());
        }
        registry::mechanism(name).map_err(|error| {
            let own = nearest(name, self.mechanisms.keys().map(String::as_str));
            match own {
                _ if self.mechanism_lost => Cause::Lost { name: name.into() },
                Some(_) => Cause::Unknown { what: "mechanism", name: name.into(), nearest: own },
                None => error.into(),
            }
        })
    }
}
