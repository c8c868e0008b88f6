//! Processes as code of the host: their draws are NumPy's, in Nengo's order.

use std::sync::Arc;

use pontine_core_ir::{
    ObjId, Spec,
    port::{HostError, HostOperator, HostStep},
};
use pontine_nef::process::{self, Process, ProcessStep};
use pontine_rng::RandomState;

use crate::{builder::Builder, error::BuildError};

/// The host operator of a process of `size` elements, which it fits.
///
/// Nengo draws seeds of processes in the order in which it runs operators; here a process without a
/// seed of its own takes the seed of its object.
pub(super) fn host(
    builder: &Builder<'_>,
    id: ObjId,
    spec: &Spec,
    size: usize,
) -> Result<Arc<dyn HostOperator>, BuildError> {
    let path = builder.path(id);
    let process = process::process(spec).map_err(|e| builder.lookup(id, e))?;
    let own =
        process::seed(spec).map_err(|source| BuildError::Spec { path: path.clone(), source })?;
    let seed = own.unwrap_or(builder.seed(id));
    let host = ProcessHost { name: spec.kind.clone(), process, size, seed };
    // Tried out now, so that what does not fit is a fault of the build.
    host.start(builder.dt()).map_err(|source| BuildError::Process { path, source })?;
    Ok(Arc::new(host))
}

#[derive(Debug)]
struct ProcessHost {
    name: String,
    process: Box<dyn Process>,
    size: usize,
    seed: u32,
}

impl ProcessHost {
    fn start(&self, dt_s: f64) -> Result<Box<dyn ProcessStep>, process::ProcessError> {
        self.process.start(dt_s, self.size, RandomState::new(self.seed))
    }
}

impl HostOperator for ProcessHost {
    fn name(&self) -> &str {
        &self.name
    }

    fn make_step(&self, dt_s: f64, _: u64) -> Result<Box<dyn HostStep>, HostError> {
        Ok(Box::new(Step(self.start(dt_s)?)))
    }
}

struct Step(Box<dyn ProcessStep>);

impl HostStep for Step {
    fn step(&mut self, time_s: f64, _: &[f64], output: &mut [f64]) -> Result<(), HostError> {
        Ok(self.0.step(time_s, output)?)
    }
}
