//! A tree as text again.

use serde::{Serialize, Serializer, ser::SerializeMap};

use super::{Format, Item, Raw, Table};
use crate::error::{Cause, Located};

/// Keys that a reader looks for first, in this order; all others follow by name.
const FIRST: [&str; 26] = [
    "name",
    "description",
    "for",
    "when",
    "label",
    "kind",
    "within",
    "source",
    "target",
    "cells",
    "model",
    "axes",
    "parameters",
    "defaults",
    "mechanism",
    "network",
    "population",
    "view",
    "ensemble",
    "node",
    "custom",
    "projection",
    "connection",
    "probe",
    "recorder",
    "reference",
];

/// The tree in a format.
///
/// # Errors
/// If the format has no way to write a value.
pub(crate) fn print(item: &Item, format: Format) -> Result<String, Located> {
    if let (Format::Json, Some(number)) = (format, not_finite(item)) {
        return Err(number.expected("the number", "finite, since JSON has no other numbers"));
    }
    let failed = |message: String| item.fault(Cause::Syntax { message });
    match format {
        Format::Toml => ::toml::to_string_pretty(item).map_err(|error| failed(error.to_string())),
        Format::Json => match serde_json::to_string_pretty(item) {
            Ok(text) => Ok(text + "\n"),
            Err(error) => Err(failed(error.to_string())),
        },
    }
}

fn not_finite(item: &Item) -> Option<&Item> {
    match &item.value {
        Raw::Number(value) if !value.is_finite() => Some(item),
        Raw::List(items) => items.iter().find_map(not_finite),
        Raw::Table(table) => table.0.values().find_map(not_finite),
        Raw::Bool(_) | Raw::Whole(_) | Raw::Number(_) | Raw::Text(_) => None,
    }
}

impl Serialize for Item {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        match &self.value {
            Raw::Bool(value) => to.serialize_bool(*value),
            Raw::Whole(value) => to.serialize_i64(*value),
            Raw::Number(value) => to.serialize_f64(*value),
            Raw::Text(value) => to.serialize_str(value),
            Raw::List(items) => to.collect_seq(items),
            Raw::Table(table) => table.serialize(to),
        }
    }
}

impl Serialize for Table {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let mut entries: Vec<_> = self.0.iter().collect();
        let rank = |key: &str| FIRST.iter().position(|first| *first == key).unwrap_or(FIRST.len());
        entries.sort_by_key(|(key, _)| rank(key));
        let mut map = to.serialize_map(Some(entries.len()))?;
        for (key, value) in entries {
            map.serialize_entry(key, value)?;
        }
        map.end()
    }
}

#[cfg(test)]
mod tests {
    use proptest::{collection, prelude::*};

    use super::*;
    use crate::tree::{Place, parse};

    /// Places of two formats differ.
    fn bare(item: &Item) -> Item {
        let value = match &item.value {
            Raw::List(items) => Raw::List(items.iter().map(bare).collect()),
            Raw::Table(table) => {
                let bared = table.0.iter().map(|(key, item)| (key.clone(), bare(item)));
                Raw::Table(Table(bared.collect()))
            }
            plain => plain.clone(),
        };
        Item { value, place: Place::Line(0) }
    }

    fn check_round_trip(item: &Item, format: Format) {
        let text = print(item, format).unwrap();
        assert_eq!(bare(&parse(&text, format).unwrap()), bare(item), "{text}");
    }

    #[test]
    fn the_head_comes_first_and_tables_of_a_list_have_heads() {
        let text = "[[population]]\nsize = 3\nlabel = \"E\"\nparameters = { b = 1.0, a = 2 }\n\
                    [model]\ntime = \"1 s\"\nname = \"m\"\n";
        let item = parse(text, Format::Toml).unwrap();
        let expected = "[model]\nname = \"m\"\ntime = \"1 s\"\n\n[[population]]\nlabel = \"E\"\n\
                        size = 3\n\n[population.parameters]\na = 2\nb = 1.0\n";
        assert_eq!(print(&item, Format::Toml).unwrap(), expected);
    }

    #[test]
    fn numbers_that_json_has_not_are_refused_with_their_place() {
        let item = parse("a = 1\nb = [inf]", Format::Toml).unwrap();
        let fault = print(&item, Format::Json).unwrap_err();
        assert_eq!(fault.place, Place::Line(2));
        assert!(fault.cause.to_string().contains("inf, but must be finite"), "{}", fault.cause);
        check_round_trip(&item, Format::Toml);
    }

    fn any_value() -> impl Strategy<Value = Raw> {
        let item = |value| Item { value, place: Place::Line(0) };
        let number = prop_oneof![any::<f64>().prop_filter("finite", |x| x.is_finite()), Just(-0.0)];
        let leaf = prop_oneof![
            any::<bool>().prop_map(Raw::Bool),
            any::<i64>().prop_map(Raw::Whole),
            number.prop_map(Raw::Number),
            any::<String>().prop_map(Raw::Text),
        ];
        leaf.prop_recursive(4, 32, 4, move |inner| {
            let list = collection::vec(inner.clone().prop_map(item), 0..4).prop_map(Raw::List);
            let table = collection::btree_map(any::<String>(), inner.prop_map(item), 0..4);
            prop_oneof![list, table.prop_map(|table| Raw::Table(Table(table)))]
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(128))]
        #[test]
        fn what_is_printed_reads_back(
            table in collection::btree_map("[a-z]{1,9}|.{0,3}", any_value(), 0..5),
        ) {
            let item = |value| Item { value, place: Place::Line(0) };
            let table = table.into_iter().map(|(key, value)| (key, item(value))).collect();
            let item = item(Raw::Table(Table(table)));
            check_round_trip(&item, Format::Toml);
            check_round_trip(&item, Format::Json);
        }
    }
}
