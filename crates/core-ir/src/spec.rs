//! Names as specifications: a kind and its parameters, resolved through a registry when used.

use std::{collections::BTreeMap, fmt, sync::Arc};

/// A distribution, solver, synapse, process, connector or neuron type, by name.
///
/// # Examples
/// ```
/// use pontine_core_ir::Spec;
/// let synapse = Spec::new("Lowpass").with("tau", 0.005);
/// assert_eq!(synapse.to_string(), "Lowpass(tau=0.005)");
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Spec {
    /// The name under which the kind is registered.
    pub kind: String,
    /// Its parameters; those left out take the kind's defaults.
    pub params: BTreeMap<String, Param>,
}

/// One parameter of a [`Spec`].
#[derive(Clone, Debug, PartialEq)]
pub enum Param {
    /// A number, in the unit that the kind documents.
    Number(f64),
    /// A switch.
    Bool(bool),
    /// A word.
    Text(String),
    /// Several numbers.
    Array(Arc<[f64]>),
    /// Another specification.
    Spec(Box<Spec>),
}

/// What is wrong with the parameters of a specification.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum SpecError {
    /// Nothing is registered under this name.
    #[error("no {role} is called `{kind}`{}", crate::error::nearest_hint(.nearest))]
    UnknownKind {
        /// What was looked for: "distribution", "connector", …
        role: &'static str,
        /// The name given.
        kind: String,
        /// The nearest registered name.
        nearest: Option<String>,
    },
    /// The kind has no such parameter.
    #[error("`{kind}` has no parameter `{name}`{}", crate::error::nearest_hint(.nearest))]
    UnknownParameter {
        /// The kind.
        kind: String,
        /// The name given.
        name: String,
        /// The nearest parameter of the kind.
        nearest: Option<String>,
    },
    /// The kind needs this parameter.
    #[error("`{kind}` needs a parameter `{name}`")]
    Missing {
        /// The kind.
        kind: String,
        /// The parameter left out.
        name: &'static str,
    },
    /// The parameter has a value that the kind cannot take.
    #[error("`{kind}`: `{name}` is {found}, but must be {expected}")]
    Value {
        /// The kind.
        kind: String,
        /// The parameter.
        name: String,
        /// What it was.
        found: String,
        /// What it has to be.
        expected: &'static str,
    },
}

impl Spec {
    /// A kind with the defaults of its parameters.
    pub fn new(kind: impl Into<String>) -> Self {
        Self { kind: kind.into(), params: BTreeMap::new() }
    }

    /// The same with one parameter set.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<Param>) -> Self {
        self.params.insert(name.to_owned(), value.into());
        self
    }

    /// Refuses parameters that the kind does not know.
    ///
    /// # Errors
    /// [`SpecError::UnknownParameter`] for the first one that is not in `known`.
    pub fn check_names(&self, known: &[&str]) -> Result<(), SpecError> {
        match self.params.keys().find(|name| !known.contains(&name.as_str())) {
            None => Ok(()),
            Some(name) => Err(SpecError::UnknownParameter {
                kind: self.kind.clone(),
                name: name.clone(),
                nearest: crate::error::nearest(name, known.iter().copied()),
            }),
        }
    }

    /// A parameter that must be given as a finite or infinite, but not undefined, number.
    ///
    /// # Errors
    /// [`SpecError::Missing`] or [`SpecError::Value`].
    pub fn number(&self, name: &'static str) -> Result<f64, SpecError> {
        match self.params.get(name) {
            None => Err(SpecError::Missing { kind: self.kind.clone(), name }),
            Some(Param::Number(value)) if !value.is_nan() => Ok(*value),
            Some(other) => Err(self.wrong(name, other, "a number")),
        }
    }

    /// A number, or the default where it was left out.
    ///
    /// # Errors
    /// [`SpecError::Value`] if it is not a number.
    pub fn number_or(&self, name: &'static str, default: f64) -> Result<f64, SpecError> {
        if self.params.contains_key(name) { self.number(name) } else { Ok(default) }
    }

    /// A switch, or the default where it was left out.
    ///
    /// # Errors
    /// [`SpecError::Value`] if it is not a switch.
    pub fn bool_or(&self, name: &'static str, default: bool) -> Result<bool, SpecError> {
        match self.params.get(name) {
            None => Ok(default),
            Some(Param::Bool(value)) => Ok(*value),
            Some(other) => Err(self.wrong(name, other, "true or false")),
        }
    }

    /// A whole number of things.
    ///
    /// # Errors
    /// [`SpecError::Missing`], or [`SpecError::Value`] if it is negative, broken or beyond 2^53.
    pub fn count(&self, name: &'static str) -> Result<u64, SpecError> {
        let value = self.number(name)?;
        let wrong = |expected| Err(self.wrong(name, &Param::Number(value), expected));
        match value {
            _ if !(value >= 0.0 && value.fract() == 0.0) => wrong("a whole number, not negative"),
            _ if value > 2f64.powi(53) => wrong("at most 2^53"),
            _ => Ok(value as u64),
        }
    }

    /// The error that says what a parameter should have been.
    pub fn wrong(&self, name: &str, found: &Param, expected: &'static str) -> SpecError {
        SpecError::Value {
            kind: self.kind.clone(),
            name: name.into(),
            found: found.to_string(),
            expected,
        }
    }
}

impl fmt::Display for Spec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}(", self.kind)?;
        for (i, (name, value)) in self.params.iter().enumerate() {
            write!(f, "{}{name}={value}", if i == 0 { "" } else { ", " })?;
        }
        f.write_str(")")
    }
}

impl fmt::Display for Param {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(value) => write!(f, "{value:?}"),
            Self::Bool(value) => write!(f, "{value}"),
            Self::Text(value) => write!(f, "{value:?}"),
            Self::Array(values) => write!(f, "{values:?}"),
            Self::Spec(spec) => write!(f, "{spec}"),
        }
    }
}

impl From<&str> for Spec {
    /// A kind with the defaults of its parameters.
    fn from(kind: &str) -> Self {
        Self::new(kind)
    }
}

impl From<f64> for Param {
    fn from(value: f64) -> Self {
        Self::Number(value)
    }
}

impl From<bool> for Param {
    fn from(value: bool) -> Self {
        Self::Bool(value)
    }
}

impl From<&str> for Param {
    fn from(value: &str) -> Self {
        Self::Text(value.to_owned())
    }
}

impl From<Vec<f64>> for Param {
    fn from(values: Vec<f64>) -> Self {
        Self::Array(values.into())
    }
}

impl From<Spec> for Param {
    fn from(spec: Spec) -> Self {
        Self::Spec(Box::new(spec))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_misspelt_parameter_is_answered_with_the_nearest() {
        let error =
            Spec::new("Uniform").with("hihg", 1.0).check_names(&["low", "high"]).unwrap_err();
        assert_eq!(error.to_string(), "`Uniform` has no parameter `hihg`; did you mean `high`?");
    }

    #[test]
    fn a_count_must_be_whole() {
        let spec = Spec::new("fixed_total_number").with("n", 2.5);
        assert_eq!(
            spec.count("n").unwrap_err().to_string(),
            "`fixed_total_number`: `n` is 2.5, but must be a whole number, not negative"
        );
        let spec = Spec::new("fixed_total_number").with("n", 1e30);
        assert_eq!(
            spec.count("n").unwrap_err().to_string(),
            "`fixed_total_number`: `n` is 1e30, but must be at most 2^53"
        );
    }
}
