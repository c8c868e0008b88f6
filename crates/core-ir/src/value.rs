//! Parameters, weights and delays as what they were written as, expanded only when they must be.

use std::{fmt, sync::Arc};

use pontine_mechanism::{Function, FunctionKernel};
use pontine_rng::StreamKey;

use crate::{
    path::Path,
    registry::{LookupError, sampler},
    spec::Spec,
};

/// One number for all, one for each, a distribution, or an expression of the index.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// The same number everywhere.
    Const(f64),
    /// One number for each element.
    Dense(Arc<[f64]>),
    /// Drawn for each element from its own keyed stream.
    Distribution(Spec),
    /// Computed: arguments are `i` (the element's index) for cells, `i` and `j` (indices of source
    /// and target) for synapses.
    Expression(Arc<Function>),
}

/// A value written out.
#[derive(Clone, Debug, PartialEq)]
pub enum Expanded {
    /// The same number everywhere.
    Const(f64),
    /// One number for each element.
    Dense(Vec<f64>),
}

/// Why a value could not be expanded.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum ValueError {
    /// The distribution is unknown or has wrong parameters.
    #[error("`{path}`: {purpose}: {source}")]
    Lookup {
        /// Whose value it is.
        path: Path,
        /// Which value it is.
        purpose: String,
        /// The cause.
        source: LookupError,
    },
    /// Something that is not a number.
    #[error("`{path}`: {purpose} is not a number")]
    NotANumber {
        /// Whose value it is.
        path: Path,
        /// Which value it is.
        purpose: String,
    },
    /// There are more or fewer numbers than elements.
    #[error("`{path}`: {purpose} has {found} numbers for {expected} elements")]
    Length {
        /// Whose value it is.
        path: Path,
        /// Which value it is.
        purpose: String,
        /// How many numbers were given.
        found: usize,
        /// How many are needed.
        expected: usize,
    },
    /// The expression takes other arguments or gives other than one number.
    #[error(
        "`{path}`: {purpose}: the expression `{expression}` must give one number from {expected}"
    )]
    Expression {
        /// Whose value it is.
        path: Path,
        /// Which value it is.
        purpose: String,
        /// The expression.
        expression: String,
        /// The arguments it may use.
        expected: &'static str,
    },
}

impl Value {
    /// Checks the value for `n` elements without expanding it.
    ///
    /// # Errors
    /// [`ValueError`] as [`Value::expand`].
    pub fn check(&self, n: usize, path: &Path, purpose: &str) -> Result<(), ValueError> {
        match self {
            Self::Const(value) => a_number(&[*value], path, purpose),
            Self::Dense(numbers) if numbers.len() == n => a_number(numbers, path, purpose),
            Self::Dense(numbers) => Err(ValueError::Length {
                path: path.clone(),
                purpose: purpose.into(),
                found: numbers.len(),
                expected: n,
            }),
            Self::Distribution(spec) => sampler(spec).map(drop).map_err(|source| {
                ValueError::Lookup { path: path.clone(), purpose: purpose.into(), source }
            }),
            Self::Expression(function) => check_arity(function, 1, "`i`", path, purpose),
        }
    }

    /// Writes the value out for elements 0 to n - 1, with draws keyed by (seed, path, purpose).
    ///
    /// # Errors
    /// [`ValueError`] if the distribution is unknown, the numbers are too many or too few, or the
    /// expression is not one of the element's index.
    pub fn expand(
        &self,
        n: usize,
        seed: u64,
        path: &Path,
        purpose: &str,
    ) -> Result<Expanded, ValueError> {
        self.check(n, path, purpose)?;
        Ok(match self {
            Self::Const(value) => Expanded::Const(*value),
            Self::Dense(numbers) => Expanded::Dense(numbers.to_vec()),
            Self::Distribution(spec) => {
                let sampler = sampler(spec).map_err(|source| ValueError::Lookup {
                    path: path.clone(),
                    purpose: purpose.into(),
                    source,
                })?;
                let key = StreamKey::new(seed, path.as_str(), purpose);
                Expanded::Dense(
                    (0..n as u64).map(|i| sampler.draw(&mut key.paired_stream(i, 0, 0))).collect(),
                )
            }
            Self::Expression(function) => {
                let kernel = FunctionKernel::new(function);
                let mut out = [0.0];
                let mut at = |i: usize| {
                    kernel.eval(&[i as f64], &mut out);
                    out[0]
                };
                Expanded::Dense((0..n).map(&mut at).collect())
            }
        })
    }
}

fn a_number(numbers: &[f64], path: &Path, purpose: &str) -> Result<(), ValueError> {
    if !numbers.iter().any(|value| value.is_nan()) {
        return Ok(());
    }
    Err(ValueError::NotANumber { path: path.clone(), purpose: purpose.into() })
}

/// Whether a function takes `n_arguments` numbers and gives one.
pub(crate) fn check_arity(
    function: &Function,
    n_arguments: usize,
    expected: &'static str,
    path: &Path,
    purpose: &str,
) -> Result<(), ValueError> {
    if function.n_inputs() == n_arguments && function.n_outputs() == 1 {
        return Ok(());
    }
    Err(ValueError::Expression {
        path: path.clone(),
        purpose: purpose.into(),
        expression: function.to_string(),
        expected,
    })
}

impl Expanded {
    /// The number of element `i`.
    pub fn at(&self, i: usize) -> f64 {
        match self {
            Self::Const(value) => *value,
            Self::Dense(numbers) => numbers[i],
        }
    }

    /// One number, or one for each element.
    pub fn as_slice(&self) -> &[f64] {
        match self {
            Self::Const(value) => std::slice::from_ref(value),
            Self::Dense(numbers) => numbers,
        }
    }
}

impl From<f64> for Value {
    fn from(value: f64) -> Self {
        Self::Const(value)
    }
}

impl From<Vec<f64>> for Value {
    fn from(values: Vec<f64>) -> Self {
        Self::Dense(values.into())
    }
}

impl From<Spec> for Value {
    fn from(spec: Spec) -> Self {
        Self::Distribution(spec)
    }
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Const(value) => write!(f, "{value:?}"),
            Self::Dense(values) => write!(f, "{values:?}"),
            Self::Distribution(spec) => write!(f, "{spec}"),
            Self::Expression(function) => write!(f, "{:?}", function.to_string()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn draws_depend_on_path_and_purpose_and_not_on_how_many_are_drawn() {
        let value = Value::from(Spec::new("uniform").with("low", 0.0).with("high", 1.0));
        let path = Path::from_text("Population:E");
        let draw = |n, purpose| match value.expand(n, 7, &path, purpose).unwrap() {
            Expanded::Dense(numbers) => numbers,
            Expanded::Const(_) => panic!("a distribution is not constant"),
        };
        assert_eq!(draw(3, "init.v"), draw(5, "init.v")[..3]);
        assert_ne!(draw(3, "init.v"), draw(3, "init.w"));
    }

    #[test]
    fn what_is_not_a_number_is_refused() {
        let path = Path::from_text("Population:E");
        let error = Value::Const(f64::NAN).check(1, &path, "parameter.cm").unwrap_err();
        assert_eq!(error.to_string(), "`Population:E`: parameter.cm is not a number");
    }

    #[test]
    fn a_wrong_number_of_values_names_the_object() {
        let error = Value::from(vec![1.0, 2.0])
            .expand(3, 0, &Path::from_text("Population:E"), "parameter.cm")
            .unwrap_err();
        assert_eq!(error.to_string(), "`Population:E`: parameter.cm has 2 numbers for 3 elements");
    }
}
