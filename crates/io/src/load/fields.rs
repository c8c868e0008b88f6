//! The keys of one table.

use crate::{
    error::{Cause, Located},
    tree::{Item, Place, Raw, Table},
};

/// A table that is read key by key.
#[derive(Clone, Copy)]
pub(crate) struct Fields<'a> {
    table: &'a Table,
    pub place: &'a Place,
}

impl<'a> Fields<'a> {
    /// # Errors
    /// If the item is no table.
    pub fn of(item: &'a Item, what: &str) -> Result<Self, Located> {
        match &item.value {
            Raw::Table(table) => Ok(Self { table, place: &item.place }),
            _ => Err(item.expected(what, "a table")),
        }
    }

    pub fn get(&self, key: &str) -> Option<&'a Item> {
        self.table.0.get(key)
    }

    /// # Errors
    /// If the key is not there.
    pub fn required(&self, key: &str, expected: &str) -> Result<&'a Item, Located> {
        self.get(key).ok_or_else(|| {
            self.fault(Cause::Missing { key: key.into(), expected: expected.into() })
        })
    }

    /// Key and value, in order of keys.
    pub fn iter(&self) -> impl Iterator<Item = (&'a str, &'a Item)> + use<'a> {
        self.table.0.iter().map(|(key, item)| (key.as_str(), item))
    }

    pub fn fault(&self, cause: Cause) -> Located {
        Located { place: self.place.clone(), cause }
    }

    /// The keys that are not known.
    pub fn unknown(&self, known: &[&str]) -> Vec<Located> {
        let unknown = self.iter().filter(|(key, _)| !known.contains(key));
        let fault =
            |(key, item): (&str, &Item)| item.fault(Cause::unknown_key(key, known.iter().copied()));
        unknown.map(fault).collect()
    }

    /// # Errors
    /// The first key that is not known.
    pub fn only(&self, known: &[&str]) -> Result<(), Located> {
        self.unknown(known).into_iter().next().map_or(Ok(()), Err)
    }
}

/// # Errors
/// If the item is no list.
pub(crate) fn list<'a>(item: &'a Item, what: &str) -> Result<&'a [Item], Located> {
    match &item.value {
        Raw::List(items) => Ok(items),
        _ => Err(item.expected(what, "a list")),
    }
}

/// # Errors
/// If the item is no text.
pub(crate) fn text<'a>(item: &'a Item, what: &str) -> Result<&'a str, Located> {
    match &item.value {
        Raw::Text(text) => Ok(text),
        _ => Err(item.expected(what, "a text")),
    }
}

/// # Errors
/// If the item is no list of texts.
pub(crate) fn texts<'a>(item: &'a Item, what: &str) -> Result<Vec<&'a str>, Located> {
    list(item, what)?.iter().map(|item| text(item, what)).collect()
}
