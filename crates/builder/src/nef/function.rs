//! Functions: at evaluation points while building, or as an operator while running.

use std::sync::Arc;

use ndarray::{Array2, ArrayView2};
use pontine_core_ir::{
    Function, Native, Path, SignalId, Tensor,
    model::{OperatorKind, Signal},
    port::{HostError, HostOperator, HostStep},
};
use pontine_mechanism::FunctionKernel;

use crate::{builder::Builder, error::BuildError};

/// The function at each point: (points, size_out).
pub(crate) fn at_points(
    path: &Path,
    function: &Function,
    points: ArrayView2<'_, f64>,
) -> Result<Array2<f64>, BuildError> {
    let values = match function {
        Function::Expression(expression) => {
            let kernel = FunctionKernel::new(expression);
            rows(points, expression.n_outputs(), |x, y| kernel.eval(x, y))
        }
        Function::Native(native) => rows(points, native.size_out, |x, y| (native.code)(x, y)),
        Function::Table(table) => given(path, table, points.nrows())?,
    };
    match values.rows().into_iter().position(|row| row.iter().any(|y| !y.is_finite())) {
        None => Ok(values),
        Some(i) => Err(BuildError::Unsupported {
            path: path.clone(),
            message: format!("its function is not finite at evaluation point {}", points.row(i)),
        }),
    }
}

fn rows(
    points: ArrayView2<'_, f64>,
    size_out: usize,
    mut function: impl FnMut(&[f64], &mut [f64]),
) -> Array2<f64> {
    let mut values = Array2::zeros((points.nrows(), size_out));
    let mut out = vec![0.0; size_out];
    for (point, mut value) in points.rows().into_iter().zip(values.rows_mut()) {
        function(&point.to_vec(), &mut out);
        value.iter_mut().zip(&out).for_each(|(value, out)| *value = *out);
    }
    values
}

fn given(path: &Path, table: &Tensor, n_points: usize) -> Result<Array2<f64>, BuildError> {
    let (rows, columns) = table.as_matrix().unwrap_or_default();
    let fits = if rows == n_points {
        Array2::from_shape_vec((rows, columns), table.data().to_vec()).ok()
    } else {
        None
    };
    fits.ok_or_else(|| BuildError::Shape {
        path: path.clone(),
        what: "the function's table".into(),
        found: table.shape().to_vec(),
        expected: vec![n_points, columns],
    })
}

/// An operator that computes the function of `x` in each step, and of time if it has an argument
/// `t` (an expression) or if it is native and `native_time` is given.
pub(super) fn in_steps(
    builder: &mut Builder<'_>,
    path: &Path,
    function: &Function,
    x: Option<SignalId>,
    output: Signal,
    native_time: bool,
) -> Result<SignalId, BuildError> {
    let kind = |builder: &mut Builder<'_>, y| match function {
        Function::Expression(expression) => {
            let has =
                |name: &str| expression.arguments().iter().any(|a| a.name == name && a.size > 0);
            let time = has("t").then(|| builder.time());
            let x = x.filter(|_| has("x"));
            Ok(OperatorKind::Function { function: expression.clone(), time, x, y })
        }
        Function::Native(native) => {
            let host = Arc::new(HostFunction { native: native.clone(), native_time });
            Ok(OperatorKind::Host { host, x, y })
        }
        Function::Table(_) => Err(BuildError::Unsupported {
            path: path.clone(),
            message: "a table is known at evaluation points only, so it needs an ensemble to \
                      decode from"
                .into(),
        }),
    };
    let y = builder.signal(output);
    let kind = kind(builder, y)?;
    builder.operator(path, kind);
    Ok(y)
}

/// Native code as a host operator without state.
#[derive(Debug)]
struct HostFunction {
    native: Native,
    /// Whether its argument begins with the time.
    native_time: bool,
}

struct HostFunctionStep {
    native: Native,
    argument: Vec<f64>,
    /// Where the input begins in the argument.
    start: usize,
}

impl HostOperator for HostFunction {
    fn name(&self) -> &str {
        &self.native.name
    }

    fn make_step(&self, _: f64, _: u64) -> Result<Box<dyn HostStep>, HostError> {
        Ok(Box::new(HostFunctionStep {
            argument: vec![0.0; self.native.size_in],
            start: usize::from(self.native_time),
            native: self.native.clone(),
        }))
    }
}

impl HostStep for HostFunctionStep {
    fn step(&mut self, time_s: f64, input: &[f64], output: &mut [f64]) -> Result<(), HostError> {
        self.argument[..self.start].fill(time_s);
        self.argument[self.start..].copy_from_slice(input);
        (self.native.code)(&self.argument, output);
        match output.iter().find(|y| !y.is_finite()) {
            None => Ok(()),
            Some(y) => Err(format!("`{}` gave {y} at {time_s} s", self.native.name).into()),
        }
    }

    /// A function gives the same for the same, so there is nothing to keep.
    fn save(&self) -> Option<Vec<u64>> {
        Some(vec![])
    }

    fn restore(&mut self, _: &[u64]) -> Result<(), HostError> {
        Ok(())
    }
}
