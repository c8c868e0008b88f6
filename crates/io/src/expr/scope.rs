//! What the names in an expression mean.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use pontine_core_ir::{Unit, error::nearest};

use super::array::{Array, Axis};
use crate::error::Cause;

/// Axes, parameters and words of a model file.
#[derive(Clone, Debug, Default)]
pub(crate) struct Scope {
    pub axes: BTreeMap<String, Axis>,
    pub values: BTreeMap<String, Array>,
    words: BTreeSet<Arc<str>>,
}

/// Names that every file has.
pub(crate) const BUILTIN: [&str; 2] = ["dt", "pi"];

impl Scope {
    /// Nothing but what every file has; `dt` in ms.
    pub fn new(dt_ms: f64) -> Self {
        let mut scope = Self::default();
        let ms = Unit::parse("ms").unwrap_or_default();
        scope.values.insert("dt".into(), Array::number(dt_ms, ms));
        scope.values.insert("pi".into(), Array::number(std::f64::consts::PI, Unit::NONE));
        scope
    }

    pub fn add_axis(&mut self, axis: Axis) {
        self.words.extend(axis.labels.iter().cloned());
        self.axes.insert(axis.name.to_string(), axis);
    }

    pub fn add_words(&mut self, words: impl IntoIterator<Item = Arc<str>>) {
        self.words.extend(words);
    }

    /// A parameter; the labels along an axis; or a word.
    pub fn get(&self, name: &str) -> Option<Array> {
        let value = || self.values.get(name).cloned();
        let axis = || self.axes.get(name).map(Array::labels_of);
        let word = || self.words.get(name).cloned().map(Array::word);
        value().or_else(axis).or_else(word)
    }

    pub fn unknown(&self, name: &str) -> Cause {
        let words = self.words.iter().map(|word| &**word);
        let names = self.values.keys().chain(self.axes.keys()).map(String::as_str);
        Cause::Unknown {
            what: "name",
            name: name.into(),
            nearest: nearest(name, names.chain(words)),
        }
    }

    /// # Errors
    /// If there is no such axis.
    pub fn axis(&self, name: &str) -> Result<&Axis, Cause> {
        self.axes.get(name).ok_or_else(|| Cause::Unknown {
            what: "axis",
            name: name.into(),
            nearest: nearest(name, self.axes.keys().map(String::as_str)),
        })
    }
}

/// Places to which axes are bound, as inside `for`.
pub(crate) type Bound = BTreeMap<Arc<str>, usize>;
