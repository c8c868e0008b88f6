//! Functions are values: an expression, a table, or native code.

use std::{fmt, sync::Arc};

use pontine_mechanism::{
    self as mechanism,
    lang::{Argument, LangError},
};

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

/// From an argument to a result.
pub type NativeCode = dyn Fn(&[f64], &mut [f64]) + Send + Sync;

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
    pub code: Arc<NativeCode>,
}

impl Function {
    /// An expression for a node: of time `t` (s) and, if `size_in > 0`, of the input `x`.
    ///
    /// # Errors
    /// What the language finds wrong with the text.
    pub fn expression(text: &str, size_in: usize) -> Result<Self, LangError> {
        let mut arguments = vec![Argument::new("t", 1)];
        if size_in > 0 {
            arguments.push(Argument::new("x", size_in));
        }
        Ok(Self::Expression(Arc::new(mechanism::Function::parse(text, &arguments, &[])?)))
    }

    /// An expression for a connection: of the decoded vector `x`.
    ///
    /// # Errors
    /// What the language finds wrong with the text.
    pub fn of_vector(text: &str, size_in: usize) -> Result<Self, LangError> {
        let arguments = [Argument::new("x", size_in)];
        Ok(Self::Expression(Arc::new(mechanism::Function::parse(text, &arguments, &[])?)))
    }

    /// A closure of a vector, for a connection; sizes are those of its arrays.
    ///
    /// # Examples
    /// ```
    /// use pontine_core_ir::Function;
    /// let product = Function::of(|[x, y]: [f64; 2]| [x * y]);
    /// assert_eq!(product.size_out(), 1);
    /// ```
    pub fn of<F, const IN: usize, const OUT: usize>(code: F) -> Self
    where
        F: Fn([f64; IN]) -> [f64; OUT] + Send + Sync + 'static,
    {
        let native = move |x: &[f64], y: &mut [f64]| y.copy_from_slice(&code(array(x)));
        Self::native(std::any::type_name::<F>(), IN, OUT, native)
    }

    /// A closure of time (s), for a node.
    pub fn of_time<F, const OUT: usize>(code: F) -> Self
    where
        F: Fn(f64) -> [f64; OUT] + Send + Sync + 'static,
    {
        let native = move |t: &[f64], y: &mut [f64]| y.copy_from_slice(&code(t[0]));
        Self::native(std::any::type_name::<F>(), 1, OUT, native)
    }

    /// A closure of time (s) and the input, for a node.
    pub fn of_time_and<F, const IN: usize, const OUT: usize>(code: F) -> Self
    where
        F: Fn(f64, [f64; IN]) -> [f64; OUT] + Send + Sync + 'static,
    {
        let native = move |x: &[f64], y: &mut [f64]| y.copy_from_slice(&code(x[0], array(&x[1..])));
        Self::native(std::any::type_name::<F>(), IN + 1, OUT, native)
    }

    /// Wraps code whose sizes are known when the program runs only. Like every function it must give the
    /// same result for the same argument: what remembers something is a host
    /// ([`NodeOutput::Host`](crate::NodeOutput::Host)).
    pub fn native(
        name: &str,
        size_in: usize,
        size_out: usize,
        code: impl Fn(&[f64], &mut [f64]) + Send + Sync + 'static,
    ) -> Self {
        Self::Native(Native { name: name.into(), size_in, size_out, code: Arc::new(code) })
    }

    /// Code that computes it: (argument, result). None for a table, which has no arguments.
    ///
    /// # Examples
    /// ```
    /// use pontine_core_ir::Function;
    /// let wave = Function::expression("2 * t, 1", 0).unwrap().code().unwrap();
    /// let mut result = [0.0; 2];
    /// wave(&[0.5], &mut result);
    /// assert_eq!(result, [1.0, 1.0]);
    /// ```
    pub fn code(&self) -> Option<Arc<NativeCode>> {
        match self {
            Self::Expression(function) => {
                let kernel = mechanism::FunctionKernel::new(function);
                Some(Arc::new(move |x: &[f64], y: &mut [f64]| kernel.eval(x, y)))
            }
            Self::Native(native) => Some(native.code.clone()),
            Self::Table(_) => None,
        }
    }

    /// Length of the result.
    pub fn size_out(&self) -> usize {
        match self {
            Self::Expression(function) => function.n_outputs(),
            Self::Table(values) => values.as_matrix().map_or(0, |(_, columns)| columns),
            Self::Native(native) => native.size_out,
        }
    }
}

/// What validation found to have this length.
fn array<const N: usize>(x: &[f64]) -> [f64; N] {
    std::array::from_fn(|i| x[i])
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
