//! JSON as a tree with pointers.

use std::{collections::BTreeMap, fmt};

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};

use super::{Item, Place, Raw, Table};
use crate::error::{Cause, Located};

/// `serde_json` bounds the depth.
pub(super) fn parse(text: &str) -> Result<Item, Located> {
    let mut reader = serde_json::Deserializer::from_str(text);
    let read = At(String::new()).deserialize(&mut reader).and_then(|item| {
        reader.end()?;
        Ok(item)
    });
    read.map_err(|error| syntax(&error))
}

/// What is no JSON has no pointer: it is told by its line, as in TOML, and the column stays.
fn syntax(error: &serde_json::Error) -> Located {
    let (line, told) = (error.line(), error.to_string());
    let message = told.replace(&format!(" at line {line} column "), " at column ");
    Located { place: Place::Line(line.max(1)), cause: Cause::Syntax { message } }
}

/// Reads the value at a pointer.
struct At(String);

impl At {
    fn child(&self, key: impl fmt::Display) -> At {
        let escaped = key.to_string().replace('~', "~0").replace('/', "~1");
        At(format!("{}/{escaped}", self.0))
    }

    fn item<E>(self, value: Raw) -> Result<Item, E> {
        Ok(Item { value, place: Place::Pointer(self.0) })
    }
}

impl<'de> DeserializeSeed<'de> for At {
    type Value = Item;

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<Item, D::Error> {
        from.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for At {
    type Value = Item;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a switch, a number, a text, a list or a table")
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Item, E> {
        self.item(Raw::Bool(value))
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Item, E> {
        self.item(Raw::Whole(value))
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Item, E> {
        match i64::try_from(value) {
            Ok(value) => self.item(Raw::Whole(value)),
            Err(_) => Err(E::custom(format!("{value} is larger than 2^63 - 1"))),
        }
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Item, E> {
        self.item(Raw::Number(value))
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<Item, E> {
        self.item(Raw::Text(value.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Item, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = list.next_element_seed(self.child(items.len()))? {
            items.push(item);
        }
        self.item(Raw::List(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Item, A::Error> {
        let mut entries = BTreeMap::new();
        while let Some(key) = map.next_key::<String>()? {
            let item = map.next_value_seed(self.child(&key))?;
            if entries.insert(key.clone(), item).is_some() {
                return Err(A::Error::custom(format!("`{key}` is there twice")));
            }
        }
        self.item(Raw::Table(Table(entries)))
    }
}
