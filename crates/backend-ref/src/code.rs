//! Functions, and code of the host.

use pontine_core_ir::{
    Path,
    port::{HostStep, RunError},
};
use pontine_mechanism::{FunctionKernel, Real};

use crate::arena::Column;

/// `y = f(t, x)`, evaluated in f64 and rounded.
pub(crate) struct FunctionOp {
    path: Path,
    kernel: FunctionKernel,
    /// Columns of the arguments.
    reads: Vec<Column>,
    y: Column,
    arguments: Vec<f64>,
    results: Vec<f64>,
}

/// `y = host(t, x)`.
pub(crate) struct HostOp {
    /// The object.
    pub path: Path,
    /// Which of the object's operators it is.
    pub part: u16,
    /// What the host calls it.
    pub name: String,
    /// The code.
    pub step: Box<dyn HostStep>,
    /// Read.
    pub x: Option<Column>,
    /// Set.
    pub y: Column,
    arguments: Vec<f64>,
    results: Vec<f64>,
}

impl FunctionOp {
    /// A function of the numbers in these columns, one after the other.
    pub fn new(path: &Path, kernel: FunctionKernel, reads: Vec<Column>, y: Column) -> Self {
        let arguments = vec![0.0; reads.iter().map(|c| c.len).sum()];
        Self { path: path.clone(), kernel, reads, y, arguments, results: vec![0.0; y.len] }
    }

    /// Does it once.
    pub fn run<F: Real>(&mut self, dense: &mut [F], step: u64) -> Result<(), RunError> {
        let values = self.reads.iter().flat_map(|column| &dense[column.range()]);
        self.arguments.iter_mut().zip(values).for_each(|(a, v)| *a = v.to_f64());
        self.kernel.eval(&self.arguments, &mut self.results);
        put(&self.path, &self.results, &mut dense[self.y.range()], step)
    }
}

impl HostOp {
    /// Code that has been started.
    pub fn new(
        (path, part): (&Path, u16),
        name: &str,
        step: Box<dyn HostStep>,
        x: Option<Column>,
        y: Column,
    ) -> Self {
        let arguments = vec![0.0; x.map_or(0, |x| x.len)];
        let results = vec![0.0; y.len];
        let (path, name) = (path.clone(), name.to_owned());
        Self { path, part, name, step, x, y, arguments, results }
    }

    /// Does it once.
    pub fn run<F: Real>(
        &mut self,
        dense: &mut [F],
        step: u64,
        time_s: f64,
    ) -> Result<(), RunError> {
        if let Some(x) = self.x {
            let values = &dense[x.range()];
            self.arguments.iter_mut().zip(values).for_each(|(a, v)| *a = v.to_f64());
        }
        self.step.step(time_s, &self.arguments, &mut self.results).map_err(|source| {
            RunError::Host { path: self.path.clone(), name: self.name.clone(), step, source }
        })?;
        put(&self.path, &self.results, &mut dense[self.y.range()], step)
    }
}

fn put<F: Real>(path: &Path, values: &[f64], y: &mut [F], step: u64) -> Result<(), RunError> {
    if let Some(&value) = values.iter().find(|v| !v.is_finite()) {
        return Err(RunError::NotFinite { path: path.clone(), step, value });
    }
    y.iter_mut().zip(values).for_each(|(y, &value)| *y = F::from_f64(value));
    Ok(())
}
