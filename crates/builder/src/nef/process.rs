//! Processes as code of the host: their draws are NumPy's, in Nengo's order.

use std::sync::Arc;

use pontine_core_ir::{
    ObjId, Path, Spec,
    port::{HostError, HostOperator, HostStep},
};
use pontine_nef::process::{self, Process, ProcessStep};
use pontine_rng::{RandomState, StreamKey};

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
    // A seed of its own stays what it is.
    let drawn_by = own.is_none().then_some(builder.model().seed);
    let name = spec.kind.clone();
    let host = ProcessHost { name, process, size, seed, drawn_by, path: path.clone() };
    // Tried out now, so that what does not fit is a fault of the build.
    host.start(builder.dt(), seed).map_err(|source| BuildError::Process { path, source })?;
    Ok(Arc::new(host))
}

/// The seed of an object's draws in steps once the model is run with another seed than it was built
/// with.
pub(super) fn reseeded(path: &Path, model_seed: u64) -> u32 {
    StreamKey::new(model_seed, path.as_str(), "step").words()[0]
}

#[derive(Debug)]
struct ProcessHost {
    name: String,
    process: Box<dyn Process>,
    size: usize,
    seed: u32,
    /// The seed of the model that its own comes from, unless that is its own.
    drawn_by: Option<u64>,
    path: Path,
}

impl ProcessHost {
    fn start(&self, dt_s: f64, seed: u32) -> Result<Box<dyn ProcessStep>, process::ProcessError> {
        self.process.start(dt_s, self.size, RandomState::new(seed))
    }
}

impl HostOperator for ProcessHost {
    fn name(&self) -> &str {
        &self.name
    }

    fn make_step(&self, dt_s: f64, seed: u64) -> Result<Box<dyn HostStep>, HostError> {
        let is_other = self.drawn_by.is_some_and(|own| own != seed);
        let seed = if is_other { reseeded(&self.path, seed) } else { self.seed };
        Ok(Box::new(Step(self.start(dt_s, seed)?)))
    }
}

struct Step(Box<dyn ProcessStep>);

impl HostStep for Step {
    fn step(&mut self, time_s: f64, _: &[f64], output: &mut [f64]) -> Result<(), HostError> {
        Ok(self.0.step(time_s, output)?)
    }

    fn save(&self) -> Option<Vec<u64>> {
        self.0.save()
    }

    fn restore(&mut self, words: &[u64]) -> Result<(), HostError> {
        if self.0.restore(words) {
            Ok(())
        } else {
            Err("the words are no state of its process".into())
        }
    }
}
