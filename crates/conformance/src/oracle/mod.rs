//! The oracle: a backend that is as simple as the port allows.
//!
//! One cell at a time, one synapse at a time, f64 only: no blocks, no queues, no rings. It shares
//! nothing with another backend but the definitions of the IR, and is what others are held against.

mod cells;
pub(crate) mod eval;
mod plastic;
mod record;
mod simulation;
mod step;
mod synapses;

use std::collections::BTreeSet;

use pontine_core_ir::{
    Model,
    model::OperatorKind,
    port::{Backend, Capability, CompileError, CompileOptions, Estimate, Simulation},
};

use simulation::Running;

/// The oracle backend.
///
/// # Examples
/// ```
/// use pontine_conformance::Oracle;
/// use pontine_core_ir::{Model, port::{Address, Backend}};
/// let model = Model::parse(
///     "model dt=0.5 seed=0 \"clock\"\n\
///      signal %0 \"t\" dense [] temporary = [0.0]\n\
///      operator \"\" 0 time -> %0",
/// ).unwrap();
/// let mut simulation = Oracle.compile(&model, &Default::default()).unwrap();
/// simulation.step().unwrap();
/// simulation.step().unwrap();
/// let time = Address::Signal(model.signal("t").unwrap());
/// assert_eq!(simulation.read(time).unwrap(), [1.0]);
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct Oracle;

impl Backend for Oracle {
    fn name(&self) -> &str {
        "oracle"
    }

    fn capabilities(&self) -> BTreeSet<Capability> {
        [
            Capability::F64,
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
        ]
        .into()
    }

    fn estimate(&self, model: &Model, _: &CompileOptions) -> Result<Estimate, CompileError> {
        let mut estimate = Estimate::default();
        for (_, op) in model.operators.iter() {
            match &op.kind {
                OperatorKind::Deliver(deliver) if deliver.connectivity.is_factored() => {}
                OperatorKind::Deliver(deliver) => {
                    let synapses = synapses::prepared(op, deliver, model.seed, model.dt)?;
                    let n = synapses.n_expected();
                    estimate.add(&op.path, n, 24.0 * n);
                }
                OperatorKind::Neurons(neurons) => {
                    let m = &neurons.mechanism;
                    let columns = m.states.len() + m.parameters.len() + m.derived.len();
                    estimate.add(&op.path, 0.0, 8.0 * columns as f64 * neurons.n as f64);
                }
                OperatorKind::Time { .. }
                | OperatorKind::Reset { .. }
                | OperatorKind::Copy { .. }
                | OperatorKind::ElementwiseInc { .. }
                | OperatorKind::DotInc { .. }
                | OperatorKind::SparseInc { .. }
                | OperatorKind::OuterInc { .. }
                | OperatorKind::Filter(_)
                | OperatorKind::Function { .. }
                | OperatorKind::Host { .. }
                | OperatorKind::SpikeList(_) => {}
            }
        }
        estimate.bytes += model.signals.iter().map(|(_, s)| 8.0 * s.len() as f64).sum::<f64>();
        Ok(estimate)
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
