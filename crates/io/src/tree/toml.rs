//! TOML as a tree with lines.

use std::ops::Range;

use toml::{
    Spanned,
    de::{DeTable, DeValue, Error},
};

use super::{Item, Place, Raw, Table};
use crate::error::{Cause, Located};

/// Most faults of syntax that are told: the later ones tend to follow from the first.
const MOST_ERRORS: usize = 5;

pub(super) fn parse(text: &str) -> Result<Item, Vec<Located>> {
    let lines = Lines::new(text);
    let (table, errors) = DeTable::parse_recoverable(text);
    if !errors.is_empty() {
        let told = errors.iter().take(MOST_ERRORS);
        return Err(told.map(|error| lines.syntax(error)).collect());
    }
    let place = Place::Line(1);
    let value = Raw::Table(table_of(table.into_inner(), &|span| lines.place(span))?);
    Ok(Item { value, place })
}

/// One value, all of it at one place; `None` if the text is not a TOML value.
pub(super) fn parse_value(text: &str, place: &Place) -> Option<Item> {
    let value = DeValue::parse(text).ok()?;
    item(value, &|_| place.clone()).ok()
}

/// Turns spans into places.
type Places<'p> = dyn Fn(Range<usize>) -> Place + 'p;

fn table_of(table: DeTable<'_>, places: &Places<'_>) -> Result<Table, Vec<Located>> {
    let entry = |(key, value): (Spanned<_>, _)| {
        let key: std::borrow::Cow<'_, str> = key.into_inner();
        Ok((key.into_owned(), item(value, places)?))
    };
    table.into_iter().map(entry).collect::<Result<_, _>>().map(Table)
}

/// The parser has bounded the depth.
fn item(value: Spanned<DeValue<'_>>, places: &Places<'_>) -> Result<Item, Vec<Located>> {
    let place = places(value.span());
    let wrong = |found: &str, expected: &str| {
        let cause = Cause::Value {
            what: "the value".into(),
            found: found.into(),
            expected: expected.into(),
        };
        Err(vec![Located { place: place.clone(), cause }])
    };
    let value = match value.into_inner() {
        DeValue::String(text) => Raw::Text(text.into_owned()),
        DeValue::Boolean(value) => Raw::Bool(value),
        DeValue::Integer(whole) => match i64::from_str_radix(whole.as_str(), whole.radix()) {
            Ok(value) => Raw::Whole(value),
            Err(_) => return wrong(whole.as_str(), "a whole number of 64 bits"),
        },
        DeValue::Float(float) => match float.as_str().parse::<f64>() {
            Ok(value) => Raw::Number(value),
            Err(_) => return wrong(float.as_str(), "a number"),
        },
        DeValue::Datetime(date) => return wrong(&date.to_string(), "a number or a text"),
        DeValue::Array(items) => {
            Raw::List(items.into_iter().map(|i| item(i, places)).collect::<Result<_, _>>()?)
        }
        DeValue::Table(table) => Raw::Table(table_of(table, places)?),
    };
    Ok(Item { value, place })
}

/// Where the lines of a text begin.
struct Lines<'t> {
    text: &'t str,
    starts: Vec<usize>,
}

impl<'t> Lines<'t> {
    fn new(text: &'t str) -> Self {
        let after = text.match_indices('\n').map(|(i, _)| i + 1);
        Self { text, starts: std::iter::once(0).chain(after).collect() }
    }

    /// The line where a value begins; for a text of several lines, that of its first line.
    fn place(&self, span: Range<usize>) -> Place {
        let line = self.starts.partition_point(|start| *start <= span.start);
        let written = self.text.get(span.start..).unwrap_or_default();
        let several = ["'''\n", "\"\"\"\n", "'''\r\n", "\"\"\"\r\n"];
        let opened = several.iter().any(|open| written.starts_with(open));
        Place::Line(line + usize::from(opened))
    }

    fn syntax(&self, error: &Error) -> Located {
        let place = self.place(error.span().unwrap_or(0..0));
        Located { place, cause: Cause::Syntax { message: error.message().to_owned() } }
    }
}
