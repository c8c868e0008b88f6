//! Functions are values: an expression, a table, or native code.

use std::{fmt, sync::Arc};

use pontine_mechanism as mechanism;

use crate::tensor::Tensor;

/// A function of a vector, as connections and nodes use it.
#[derive(Clone, Debug, PartialEq)]
pub enum Function {
    /// Text in the mechanism language: can be saved and runs everywhere. Connections name their
    /// argument `x`, nodes have `t` (s) and `x`.
    Expression(Arc<mechanism::Function>),
    /// Values at the evaluation points of a connection: `(n_points, size_out)`.
    Table(Tensor),
    /// Code of this process; cannot be saved.
    Native(Native),
}

/// Code of this process as a function.
#[derive(Clone)]
pub struct Native {
    /// What messages call it.
    pub name: Arc<str>,
    /// Length of the argument.
    pub size_in: usize,
    /// Length of the result.
    pub size_out: usize,
    /// The code: (argument, result).
    pub code: Arc<dyn Fn(&[f64], &mut [f64]) + Send + Sync>,
}

impl Function {
    /// Wraps a closure.
    pub fn native(
        name: &str,
        size_in: usize,
        size_out: usize,
        code: impl Fn(&[f64], &mut [f64]) + Send + Sync + 'static,
    ) -> Self {
        Self::Native(Native { name: name.into(), size_in, size_out, code: Arc::new(code) })
    }

    /// Length of the result.
    pub fn size_out(&self) -> usize {
        match self {
            Self::Expression(function) => function.n_out(),
            Self::Table(values) => values.as_matrix().map_or(0, |(_, columns)| columns),
            Self::Native(native) => native.size_out,
        }
    }
}

impl PartialEq for Native {
    /// Equal if it is the same code.
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.code, &other.code)
    }
}

impl fmt::Debug for Native {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "native {}({}) -> {}", self.name, self.size_in, self.size_out)
    }
}
