//! A neuron type by name: its mechanism, with parameters, closed forms and spike height.

use std::sync::Arc;

use pontine_core_ir::{
    Mechanism, ObjId, Param, Spec, SpecError,
    port::NeuronMaths,
    registry::{mechanism, mechanisms},
};
use pontine_mechanism::{
    derive,
    lang::{OutputKind, Parameter},
};
use pontine_nef::NeuronModel;

use crate::{builder::Builder, error::BuildError};

/// A neuron type, resolved for one ensemble.
pub(crate) struct NeuronType {
    pub(super) mechanism: Arc<Mechanism>,
    pub(super) maths: &'static dyn NeuronMaths,
    /// In the mechanism's order and units, the same for all neurons.
    pub(super) parameters: Vec<f64>,
}

impl NeuronType {
    /// Finds the mechanism of this name and sets its parameters.
    pub(super) fn resolve(
        builder: &Builder<'_>,
        id: ObjId,
        spec: &Spec,
    ) -> Result<Self, BuildError> {
        let entry = mechanisms().get(&spec.kind).map_err(|e| builder.lookup(id, e))?;
        let mechanism = mechanism(&spec.kind).map_err(|e| builder.lookup(id, e))?;
        let unusable = |what: &str| BuildError::Unsupported {
            path: builder.path(id),
            message: format!("`{}` {what}, so it cannot be a neuron type", spec.kind),
        };
        let maths = entry.maths.ok_or_else(|| unusable("has no known rates"))?;
        if mechanism.inputs.is_empty() || mechanism.outputs.is_empty() {
            return Err(unusable("has no input or no output"));
        }
        let parameters = parameters(&mechanism, spec)
            .map_err(|source| BuildError::Spec { path: builder.path(id), source })?;
        Ok(Self { mechanism, maths, parameters })
    }

    /// What the mathematics needs of it.
    pub(super) fn model(&self) -> NeuronModel<'_> {
        NeuronModel { maths: self.maths, mechanism: &self.mechanism, parameters: &self.parameters }
    }

    /// What a spike counts where it is read as dense: what the mechanism declares, or 1/dt Hz.
    pub(super) fn amplitude(&self, output: usize, dt_s: f64) -> f64 {
        let declared = match self.mechanism.outputs[output].kind {
            OutputKind::Events { amplitude } => amplitude,
            OutputKind::Dense => None,
        };
        let columns: Vec<&[f64]> = self.parameters.iter().map(std::slice::from_ref).collect();
        let dt = self.mechanism.units.dt_from_seconds(dt_s);
        let derived = derive(&self.mechanism, dt, &columns).ok();
        declared.zip(derived).map_or(1.0 / dt_s, |(index, derived)| derived[index][0])
    }
}

fn parameters(mechanism: &Mechanism, spec: &Spec) -> Result<Vec<f64>, SpecError> {
    let names: Vec<&str> = mechanism.parameters.iter().map(|p| p.name.as_str()).collect();
    spec.check_names(&names)?;
    let value = |p: &Parameter| match spec.params.get(&p.name) {
        None => Ok(p.default),
        Some(Param::Number(value)) if value.is_finite() => Ok(*value),
        Some(other) => Err(spec.wrong(&p.name, other, "a finite number")),
    };
    mechanism.parameters.iter().map(value).collect()
}
