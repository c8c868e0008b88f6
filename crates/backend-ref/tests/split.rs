//! The reference backend passes the same in shares, however small, each with its own thread.

use std::collections::BTreeSet;

use pontine_backend_ref::ReferenceSplit;
use pontine_core_ir::{
    Model,
    port::{Backend, Capability, CompileError, CompileOptions, Estimate, Simulation},
};

/// Three threads, whatever the options say.
struct InThree;

const SPLIT: ReferenceSplit = ReferenceSplit { cells_per_thread: 1 };

impl Backend for InThree {
    fn name(&self) -> &str {
        SPLIT.name()
    }

    fn capabilities(&self) -> BTreeSet<Capability> {
        SPLIT.capabilities()
    }

    fn estimate(&self, model: &Model, options: &CompileOptions) -> Result<Estimate, CompileError> {
        SPLIT.estimate(model, options)
    }

    fn compile(
        &self,
        model: &Model,
        options: &CompileOptions,
    ) -> Result<Box<dyn Simulation>, CompileError> {
        SPLIT.compile(model, &CompileOptions { threads: 3, ..options.clone() })
    }
}

fn main() {
    pontine_conformance::run(&InThree)
}
