//! A small backend of our own: cells by pontine's interpreter, arrays by plain loops.

mod cells;
mod simulation;

use std::collections::BTreeSet;

use pontine_core_ir::{
    Model,
    port::{Backend, Capability, CompileError, CompileOptions, Estimate, Simulation},
};

use simulation::Running;

/// A backend without synapses, given spikes and hosts.
#[derive(Clone, Copy, Debug, Default)]
pub struct Sketch;

impl Backend for Sketch {
    fn name(&self) -> &str {
        "sketch"
    }

    fn capabilities(&self) -> BTreeSet<Capability> {
        [
            Capability::F64,
            Capability::Mechanisms,
            Capability::RandomMechanisms,
            Capability::Arrays,
            Capability::Functions,
        ]
        .into()
    }

    fn estimate(&self, model: &Model, _: &CompileOptions) -> Result<Estimate, CompileError> {
        let numbers: usize = model.signals.iter().map(|(_, signal)| signal.len()).sum();
        Ok(Estimate { bytes: 8.0 * numbers as f64, ..Estimate::default() })
    }

    fn compile(
        &self,
        model: &Model,
        options: &CompileOptions,
    ) -> Result<Box<dyn Simulation>, CompileError> {
        match self.missing(model, options).into_iter().next() {
            Some(missing) => Err(missing.into()),
            None => Ok(Box::new(Running::new(model.clone())?)),
        }
    }
}
