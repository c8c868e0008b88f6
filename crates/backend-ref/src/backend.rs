//! The backend as the port sees it.

use std::collections::BTreeSet;

use pontine_core_ir::{
    Model,
    model::OperatorKind,
    port::{Backend, Capability, CompileError, CompileOptions, Estimate, Precision, Simulation},
};

use crate::{estimate::estimate, simulation::RefSimulation};

/// The reference backend: threads of the CPU, f64 or f32, the same bits everywhere.
///
/// A thread is used for each 4,096 cells, at most as many as the options allow: smaller shares would
/// wait for one another longer than they compute.
///
/// # Examples
/// ```
/// use pontine_backend_ref::Reference;
/// use pontine_core_ir::{
///     Model,
///     port::{Address, Backend, CompileOptions, Unattended},
/// };
///
/// let model = Model::parse(
///     "model dt=0.001 seed=0 \"lowpass\"
///      signal %0 \"in\" dense [1] constant = [1.0]
///      signal %1 \"out\" dense [1] state = [0.0]
///      operator \"synapse\" 0 filter %0 -> %1 decay=0.5 gain=0.5",
/// )
/// .unwrap();
/// let mut simulation = Reference.compile(&model, &CompileOptions::default()).unwrap();
/// simulation.run_steps(2, &mut Unattended).unwrap();
/// let out = model.signal("out").unwrap();
/// assert_eq!(simulation.read(Address::Signal(out)).unwrap(), [0.75]);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Reference;

/// The reference backend with a thread for each so many cells: for tests and measurements.
///
/// # Examples
/// ```
/// use pontine_backend_ref::ReferenceSplit;
/// use pontine_core_ir::port::Backend;
///
/// let always_splits = ReferenceSplit { cells_per_thread: 1 };
/// assert_eq!(always_splits.name(), "ref");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReferenceSplit {
    /// The fewest cells that a thread is used for.
    pub cells_per_thread: usize,
}

/// A barrier costs about a microsecond, as much as some thousand steps of a cell.
const CELLS_PER_THREAD: usize = 4096;

impl Backend for Reference {
    fn name(&self) -> &str {
        "ref"
    }

    fn capabilities(&self) -> BTreeSet<Capability> {
        BTreeSet::from([
            Capability::F64,
            Capability::F32,
            Capability::Threads,
            Capability::Mechanisms,
            Capability::RandomMechanisms,
            Capability::SpikeLists,
            Capability::RuleConnectivity,
            Capability::ListConnectivity,
            Capability::FactoredConnectivity,
            Capability::HeterogeneousDelays,
            Capability::SynapseMechanisms,
            Capability::PostsynapticSpikes,
            Capability::Arrays,
            Capability::Functions,
            Capability::Hosts,
            Capability::Snapshots,
        ])
    }

    fn estimate(&self, model: &Model, options: &CompileOptions) -> Result<Estimate, CompileError> {
        estimate(model, size(options.precision))
    }

    fn compile(
        &self,
        model: &Model,
        options: &CompileOptions,
    ) -> Result<Box<dyn Simulation>, CompileError> {
        ReferenceSplit { cells_per_thread: CELLS_PER_THREAD }.compile(model, options)
    }
}

impl Backend for ReferenceSplit {
    fn name(&self) -> &str {
        Reference.name()
    }

    fn capabilities(&self) -> BTreeSet<Capability> {
        Reference.capabilities()
    }

    fn estimate(&self, model: &Model, options: &CompileOptions) -> Result<Estimate, CompileError> {
        Reference.estimate(model, options)
    }

    fn compile(
        &self,
        model: &Model,
        options: &CompileOptions,
    ) -> Result<Box<dyn Simulation>, CompileError> {
        if let Some(missing) = self.missing(model, options).into_iter().next() {
            return Err(missing.into());
        }
        let n_threads = options.threads.max(1);
        let n_shares = n_threads.min(n_cells(model) / self.cells_per_thread.max(1)).max(1);
        Ok(match options.precision {
            Precision::F64 => Box::new(RefSimulation::<f64>::new(model, n_shares, n_threads)?),
            Precision::F32 => Box::new(RefSimulation::<f32>::new(model, n_shares, n_threads)?),
        })
    }
}

fn size(precision: Precision) -> usize {
    match precision {
        Precision::F64 => size_of::<f64>(),
        Precision::F32 => size_of::<f32>(),
    }
}

fn n_cells(model: &Model) -> usize {
    let cells = model.operators.iter().map(|(_, op)| match &op.kind {
        OperatorKind::Neurons(neurons) => neurons.n,
        _ => 0,
    });
    cells.sum()
}
