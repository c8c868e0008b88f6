//! Axes and parameters, in whatever order they are written.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use pontine_core_ir::Unit;
use pontine_mechanism::lang::Expr;

use super::{
    fields::{Fields, list, text, texts},
    read::Reader,
};
use crate::{
    error::{Cause, Located},
    expr::{self, Array, Axis, BUILTIN, Bound, Cells, Scope, n_cells, names_in},
    text::quoted,
    tree::{Item, Raw},
};

/// Reads `[axes]`: lists of labels, or the name of an axis whose labels another one shares.
pub(super) fn axes(item: &Item, scope: &mut Scope) -> Result<(), Located> {
    let fields = Fields::of(item, "`axes`")?;
    for (name, item) in fields.iter().filter(|(_, item)| matches!(item.value, Raw::List(_))) {
        let labels = texts(item, &quoted(name))?;
        let mut seen = BTreeSet::new();
        if let Some(twice) = labels.iter().find(|label| !seen.insert(**label)) {
            return Err(item.fault(Cause::Twice { name: (*twice).into() }));
        }
        if labels.is_empty() {
            return Err(item.expected(&quoted(name), "at least one label"));
        }
        let labels = labels.into_iter().map(Arc::from).collect();
        scope.add_axis(Axis { name: name.into(), labels });
    }
    for (name, item) in fields.iter().filter(|(_, item)| !matches!(item.value, Raw::List(_))) {
        let other = text(item, &quoted(name))?;
        let labels = scope.axis(other).map_err(|cause| item.fault(cause))?.labels.clone();
        scope.add_axis(Axis { name: name.into(), labels });
    }
    Ok(())
}

/// A parameter as it is written.
enum Definition<'a> {
    Value(&'a Item),
    Expression(&'a Item, Expr),
    Choice(&'a Item),
    Table(&'a Item),
}

/// Reads `[parameters]` and puts their values into the scope.
pub(super) fn parameters(item: &Item, scope: &mut Scope) -> Result<(), Vec<Located>> {
    let fields = Fields::of(item, "`parameters`").map_err(|fault| vec![fault])?;
    let mut faults = Vec::new();
    let mut definitions = BTreeMap::new();
    for (name, item) in fields.iter() {
        match definition(name, item, scope) {
            Ok(definition) => drop(definitions.insert(name, definition)),
            Err(fault) => faults.push(fault),
        }
    }
    if !faults.is_empty() {
        return Err(faults);
    }
    for name in ordered(&definitions)? {
        match evaluate(name, &definitions[name], scope) {
            Ok(array) => drop(scope.values.insert(name.to_owned(), array)),
            Err(fault) => return Err(vec![fault]),
        }
    }
    Ok(())
}

fn definition<'a>(
    name: &str,
    item: &'a Item,
    scope: &mut Scope,
) -> Result<Definition<'a>, Located> {
    if BUILTIN.contains(&name) || scope.get(name).is_some() {
        return Err(item.fault(Cause::Twice { name: name.into() }));
    }
    let is_name = matches!(expr::parse(name), Ok(Expr::Name { .. })) && !name.contains('.');
    if !is_name {
        return Err(item.fault(Cause::Value {
            what: "the name of a parameter".into(),
            found: quoted(name),
            expected: "letters, digits and `_`, and no word of the language".into(),
        }));
    }
    match &item.value {
        Raw::Text(text) => {
            let expr = expr::parse(text).map_err(|cause| item.fault(cause))?;
            Ok(Definition::Expression(item, expr))
        }
        Raw::Table(table) if table.0.contains_key("choice") => {
            let fields = Fields::of(item, &quoted(name))?;
            let options = texts(fields.required("of", "the list of options")?, "`of`")?;
            scope.add_words(options.into_iter().map(Arc::from));
            Ok(Definition::Choice(item))
        }
        Raw::Table(_) => Ok(Definition::Table(item)),
        _ => Ok(Definition::Value(item)),
    }
}

/// Names of parameters such that each comes after those that it depends on.
fn ordered<'d>(
    definitions: &BTreeMap<&'d str, Definition<'_>>,
) -> Result<Vec<&'d str>, Vec<Located>> {
    let mut open: BTreeMap<&str, BTreeSet<&str>> = definitions
        .iter()
        .map(|(name, definition)| (*name, needs(definition, definitions)))
        .collect();
    let mut users = BTreeMap::<&str, Vec<&str>>::new();
    for (name, needs) in &open {
        needs.iter().for_each(|needed| users.entry(needed).or_default().push(name));
    }
    let free = |open: &BTreeMap<&str, BTreeSet<&str>>, name: &str| {
        open.get(name).is_some_and(BTreeSet::is_empty)
    };
    let mut ready: Vec<&str> =
        definitions.keys().copied().filter(|name| free(&open, name)).collect();
    let mut order = Vec::new();
    while let Some(name) = ready.pop() {
        open.remove(name);
        order.push(definitions.get_key_value(name).map_or("", |(name, _)| *name));
        for user in users.get(name).into_iter().flatten().copied() {
            if let Some(needs) = open.get_mut(user) {
                needs.remove(name);
            }
            if free(&open, user) {
                ready.push(user);
            }
        }
    }
    match open.keys().next() {
        None => Ok(order),
        Some(name) => {
            let names = open.keys().map(|name| quoted(name)).collect();
            let place = match &definitions[name] {
                Definition::Value(item)
                | Definition::Expression(item, _)
                | Definition::Choice(item)
                | Definition::Table(item) => item,
            };
            Err(vec![place.fault(Cause::Circle { names })])
        }
    }
}

fn needs<'d>(
    definition: &Definition<'_>,
    definitions: &BTreeMap<&'d str, Definition<'_>>,
) -> BTreeSet<&'d str> {
    let known = |name: &str| definitions.get_key_value(name).map(|(name, _)| *name);
    match definition {
        Definition::Expression(_, expr) => names_in(expr).into_iter().filter_map(known).collect(),
        Definition::Value(_) | Definition::Choice(_) | Definition::Table(_) => BTreeSet::new(),
    }
}

fn evaluate(name: &str, definition: &Definition<'_>, scope: &Scope) -> Result<Array, Located> {
    let reader = Reader { scope, bound: &Bound::new() };
    match definition {
        Definition::Value(item) => reader.eval(item, &quoted(name)),
        Definition::Expression(item, expr) => {
            let eval = expr::Eval { scope, bound: reader.bound };
            eval.eval(expr).map_err(|cause| item.fault(cause))
        }
        Definition::Choice(item) => choice(name, item),
        Definition::Table(item) => table(name, item, scope, &reader),
    }
}

fn choice(name: &str, item: &Item) -> Result<Array, Located> {
    let fields = Fields::of(item, &quoted(name))?;
    fields.only(&["choice", "of"])?;
    let options = texts(fields.required("of", "the list of options")?, "`of`")?;
    let choice = fields.required("choice", "one of the options")?;
    let word = text(choice, &quoted(name))?;
    if !options.contains(&word) {
        let options: Vec<_> = options.iter().map(|option| quoted(option)).collect();
        let expected = format!("one of {}", options.join(", "));
        return Err(choice.expected(&quoted(name), expected));
    }
    Ok(Array::word(word.into()))
}

/// `{ axes = […], values = […], unit = "…" }`, or `words` in place of numbers.
fn table(name: &str, item: &Item, scope: &Scope, reader: &Reader<'_>) -> Result<Array, Located> {
    let fields = Fields::of(item, &quoted(name))?;
    fields.only(&["axes", "values", "words", "unit"])?;
    let names = fields.required("axes", "the names of the table's axes")?;
    let axis = |axis: &str| scope.axis(axis).cloned().map_err(|cause| names.fault(cause));
    let axes: Vec<Axis> =
        texts(names, "`axes`")?.into_iter().map(axis).collect::<Result<_, _>>()?;
    let n = n_cells(&axes).ok_or_else(|| too_large(names))?;
    let (shape, cells) = if let Some(words) = fields.get("words") {
        words_of(words)?
    } else {
        let values = fields.required("values", "the numbers of the table")?;
        let unit = reader.unit_at(&fields)?;
        let numbers = numbers_of(reader, values, name, unit)?;
        (numbers.0, Cells::Numbers(numbers.1, unit))
    };
    let expected: Vec<usize> = axes.iter().map(|axis| axis.labels.len()).collect();
    if shape != expected || n == 0 {
        let what = quoted(name);
        let found = format!("of shape {shape:?}");
        let expected = format!("of shape {expected:?}, as its axes are");
        return Err(item.fault(Cause::Value { what, found, expected }));
    }
    Ok(Array { axes, cells })
}

/// Bare numbers are in the table's unit; quantities are converted to it.
fn numbers_of(
    reader: &Reader<'_>,
    item: &Item,
    name: &str,
    unit: Unit,
) -> Result<(Vec<usize>, Vec<f64>), Located> {
    let numbers = reader.numbers_given(item, &quoted(name), unit)?;
    Ok((numbers.shape, numbers.data))
}

fn words_of(item: &Item) -> Result<(Vec<usize>, Cells), Located> {
    let rows = list(item, "`words`")?;
    let Some(Raw::List(first)) = rows.first().map(|row| &row.value) else {
        let words: Vec<Arc<str>> = texts(item, "`words`")?.into_iter().map(Arc::from).collect();
        return Ok((vec![words.len()], Cells::Words(words)));
    };
    let mut words = Vec::new();
    for row in rows {
        let row_words = texts(row, "`words`")?;
        if row_words.len() != first.len() {
            return Err(row.expected("`words`", "rows of equal length"));
        }
        words.extend(row_words.into_iter().map(Arc::from));
    }
    Ok((vec![rows.len(), first.len()], Cells::Words(words)))
}

fn too_large(item: &Item) -> Located {
    item.fault(Cause::Limit {
        what: "the table".into(),
        found: "more cells".into(),
        limit: expr::MAX_CELLS as u64,
    })
}
