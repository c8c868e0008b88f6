//! A model file as a tree of values, each with its place; one tree for TOML and JSON.

mod json;
mod print;
mod set;
mod toml;

use std::{collections::BTreeMap, fmt, path::Path};

pub(crate) use print::print;
pub(crate) use set::{record, set};

use crate::{
    error::{Cause, Located, ModelFileError},
    text::{cut, number},
};

/// Where something stands in a model file.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Place {
    /// A line of a TOML file, or of a text that is no JSON, from 1.
    Line(usize),
    /// A JSON pointer.
    Pointer(String),
    /// A value that was set from outside, by its path.
    Setting(String),
    /// An option of the command line, with its dashes.
    Option(String),
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Line(line) => write!(f, "{line}"),
            Self::Pointer(pointer) if pointer.is_empty() => write!(f, "/"),
            Self::Pointer(pointer) => write!(f, "{pointer}"),
            Self::Setting(path) => write!(f, "--set {path}"),
            Self::Option(option) => f.write_str(option),
        }
    }
}

/// The syntax of a model file; the schema is the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// TOML.
    Toml,
    /// JSON.
    Json,
}

impl Format {
    /// The format that the name of a file ends in.
    ///
    /// # Errors
    /// [`ModelFileError::Format`] if it is neither `.toml` nor `.json`.
    pub fn of(path: &Path) -> Result<Self, ModelFileError> {
        match path.extension().and_then(|extension| extension.to_str()) {
            Some("toml") => Ok(Self::Toml),
            Some("json") => Ok(Self::Json),
            _ => Err(ModelFileError::Format { path: path.to_owned() }),
        }
    }
}

/// A value and its place.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Item {
    pub value: Raw,
    pub place: Place,
}

/// A value as it is written.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Raw {
    Bool(bool),
    Whole(i64),
    Number(f64),
    Text(String),
    List(Vec<Item>),
    Table(Table),
}

/// Values by key.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Table(pub BTreeMap<String, Item>);

impl Raw {
    /// What it is, for messages.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Bool(_) => "a switch",
            Self::Whole(_) | Self::Number(_) => "a number",
            Self::Text(_) => "a text",
            Self::List(_) => "a list",
            Self::Table(_) => "a table",
        }
    }
}

impl Item {
    /// An error that stands here.
    pub fn fault(&self, cause: Cause) -> Located {
        Located { place: self.place.clone(), cause }
    }

    /// The error that something else was expected here.
    pub fn expected(&self, what: &str, expected: impl Into<String>) -> Located {
        let found = match &self.value {
            Raw::Text(text) => format!("{:?}", cut(text)),
            Raw::Whole(value) => value.to_string(),
            Raw::Number(value) => number(*value),
            Raw::Bool(value) => value.to_string(),
            other => other.kind().to_owned(),
        };
        self.fault(Cause::Value { what: what.to_owned(), found, expected: expected.into() })
    }
}

/// The text at some keys, if there is one.
pub(crate) fn text_at<'i>(item: &'i Item, keys: &[&str]) -> Option<&'i str> {
    match (&item.value, keys) {
        (Raw::Text(text), []) => Some(text),
        (Raw::Table(table), [key, rest @ ..]) => text_at(table.0.get(*key)?, rest),
        _ => None,
    }
}

/// Reads a text.
pub(crate) fn parse(text: &str, format: Format) -> Result<Item, Vec<Located>> {
    match format {
        Format::Toml => toml::parse(text),
        Format::Json => json::parse(text).map_err(|fault| vec![fault]),
    }
}

/// Reads a value as it is written on the command line: as TOML if it is such a value, else as text.
pub(crate) fn parse_value(text: &str, place: &Place) -> Item {
    toml::parse_value(text, place)
        .unwrap_or_else(|| Item { value: Raw::Text(text.to_owned()), place: place.clone() })
}
