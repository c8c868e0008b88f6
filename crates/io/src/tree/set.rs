//! Setting one value of a tree from outside, by its path.

use super::{Item, Place, Raw, Table, parse_value};
use crate::{
    error::{Cause, Located},
    text::cut,
};

/// Puts the value written in `text` at `path`: keys joined by dots, objects of a list by their label
/// or their number. Only the last key may be new, and not among parameters.
pub(crate) fn set(root: &mut Item, path: &str, text: &str) -> Result<(), Located> {
    let place = Place::Setting(path.to_owned());
    let keys: Vec<&str> = path.split('.').collect();
    if let [key] = keys[..]
        && is_parameter(root, key)
    {
        let nearest = Some(format!("parameters.{key}"));
        let cause = Cause::Unknown { what: "key", name: key.to_owned(), nearest };
        return Err(Located { place, cause });
    }
    if keys[0] == "model" {
        has_model(root)?;
    }
    let (last, before) = keys.split_last().unwrap_or((&"", &[]));
    let mut item = root;
    for key in before {
        item = child(item, key, &place)?;
    }
    let new_allowed = before != ["parameters"];
    let value = parse_value(text, &place);
    match &mut item.value {
        Raw::Table(table) if new_allowed || table.0.contains_key(*last) => {
            put(table, last, value);
            Ok(())
        }
        Raw::List(_) => {
            *child(item, last, &place)? = value;
            Ok(())
        }
        other => Err(missing(other, last, &place)),
    }
}

/// A file without the section is at fault, not what is set in it.
fn has_model(root: &Item) -> Result<(), Located> {
    let Raw::Table(sections) = &root.value else { return Ok(()) };
    if sections.0.contains_key("model") {
        return Ok(());
    }
    let expected = "a table with the name of the model".to_owned();
    Err(root.fault(Cause::Missing { key: "model".into(), expected }))
}

/// Whether a key that stands alone is the name of a parameter, and of nothing else.
fn is_parameter(root: &Item, key: &str) -> bool {
    let Raw::Table(sections) = &root.value else { return false };
    let parameters = sections.0.get("parameters").map(|item| &item.value);
    !sections.0.contains_key(key)
        && matches!(parameters, Some(Raw::Table(table)) if table.0.contains_key(key))
}

/// Adds a text to the list `record` of the section `model`.
pub(crate) fn record(root: &mut Item, text: &str) -> Result<(), Located> {
    has_model(root)?;
    let place = Place::Option(format!("--record {}", cut(text)));
    let model = child(root, "model", &place)?;
    let Raw::Table(table) = &mut model.value else {
        return Err(model.expected("`model`", "a table"));
    };
    let empty = || Item { value: Raw::List(Vec::new()), place: place.clone() };
    let list = table.0.entry("record".into()).or_insert_with(empty);
    match &mut list.value {
        Raw::List(items) => items.push(Item { value: Raw::Text(text.to_owned()), place }),
        _ => return Err(list.expected("`record`", "a list")),
    }
    Ok(())
}

/// A choice keeps its options.
fn put(table: &mut Table, key: &str, value: Item) {
    match table.0.get_mut(key).map(|item| &mut item.value) {
        Some(Raw::Table(choice)) if choice.0.contains_key("choice") => {
            choice.0.insert("choice".into(), value);
        }
        _ => drop(table.0.insert(key.to_owned(), value)),
    }
}

fn child<'a>(item: &'a mut Item, key: &str, place: &Place) -> Result<&'a mut Item, Located> {
    let fault = missing(&item.value, key, place);
    let found = match &mut item.value {
        Raw::Table(table) => table.0.get_mut(key),
        Raw::List(items) => {
            let labelled = items.iter().position(|item| label(item) == Some(key));
            labelled.or_else(|| key.parse().ok()).and_then(|i: usize| items.get_mut(i))
        }
        _ => None,
    };
    found.ok_or(fault)
}

fn label(item: &Item) -> Option<&str> {
    let Raw::Table(table) = &item.value else { return None };
    match &table.0.get("label")?.value {
        Raw::Text(text) => Some(text),
        _ => None,
    }
}

fn missing(within: &Raw, key: &str, place: &Place) -> Located {
    let known: Vec<&str> = match within {
        Raw::Table(table) => table.0.keys().map(String::as_str).collect(),
        Raw::List(items) => items.iter().filter_map(label).collect(),
        _ => Vec::new(),
    };
    Located { place: place.clone(), cause: Cause::unknown_key(key, known.into_iter()) }
}
