//! The backend as the port sees it.

use std::collections::BTreeSet;

use pontine_core_ir::{
    Model,
    port::{Backend, Capability, CompileError, CompileOptions, Estimate, Precision, Simulation},
};

use crate::{estimate::estimate, simulation::RefSimulation};

/// The reference backend: one thread of the CPU, f64 or f32, the same bits everywhere.
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

impl Backend for Reference {
    fn name(&self) -> &str {
        "ref"
    }

    fn capabilities(&self) -> BTreeSet<Capability> {
        BTreeSet::from([
            Capability::F64,
            Capability::F32,
            Capability::Mechanisms,
            Capability::RandomMechanisms,
            Capability::SpikeLists,
            Capability::RuleConnectivity,
            Capability::ListConnectivity,
            Capability::HeterogeneousDelays,
            Capability::Arrays,
            Capability::Functions,
            Capability::Hosts,
        ])
    }

    fn estimate(&self, model: &Model, options: &CompileOptions) -> Result<Estimate, CompileError> {
        estimate(
            model,
            match options.precision {
                Precision::F64 => size_of::<f64>(),
                Precision::F32 => size_of::<f32>(),
            },
        )
    }

    fn compile(
        &self,
        model: &Model,
        options: &CompileOptions,
    ) -> Result<Box<dyn Simulation>, CompileError> {
        if let Some(missing) = self.missing(model, options).into_iter().next() {
            return Err(missing.into());
        }
        Ok(match options.precision {
            Precision::F64 => Box::new(RefSimulation::<f64>::new(model)?),
            Precision::F32 => Box::new(RefSimulation::<f32>::new(model)?),
        })
    }
}
