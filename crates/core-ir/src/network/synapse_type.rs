//! What the synapses of a projection do besides adding their weight.

use std::{collections::BTreeMap, sync::Arc};

use pontine_mechanism::{Synapse, lang::Unit};

use super::{CellError, NetworkFault, Setting};
use crate::{error::nearest, path::Path, registry, value::Value};

/// Synapses with states of their own: short-term plasticity, release at random, spike timing.
///
/// # Examples
/// ```
/// use pontine_core_ir::{SynapseMechanism, SynapseType};
///
/// let text = "synapse Unreliable {
///     units population
///     parameter p = 0.5
///     on_pre { if uniform() < p { deliver w } }
/// }";
/// let synapse = SynapseType::of(SynapseMechanism::parse(text)?.into()).set("p", 0.25)?;
/// assert!(synapse.clone().set("q", 1.0).is_err());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct SynapseType {
    /// What happens when spikes arrive.
    pub mechanism: Arc<Synapse>,
    /// Parameters that differ from their defaults, in the synapse's units. Expressions may use `i`
    /// (source) and `j` (target).
    pub parameters: BTreeMap<String, Value>,
    /// Initial values of states other than the weight.
    pub initial: BTreeMap<String, Value>,
    /// Which part of the delay is dendritic, 0 to 1: the synapse sees a spike of its target after this
    /// part, and one of its source after the rest.
    pub dendritic_delay_fraction: f64,
}

impl SynapseType {
    /// A registered synapse, with default parameters and all of the delay dendritic.
    ///
    /// # Errors
    /// [`CellError::Lookup`] if no linked crate offers it.
    pub fn new(name: &str) -> Result<Self, CellError> {
        Ok(Self::of(registry::synapse(name)?))
    }

    /// A synapse of one's own.
    pub fn of(mechanism: Arc<Synapse>) -> Self {
        Self {
            mechanism,
            parameters: BTreeMap::new(),
            initial: BTreeMap::new(),
            dendritic_delay_fraction: 1.0,
        }
    }

    /// Sets a parameter; bare numbers are in the synapse's unit.
    ///
    /// # Errors
    /// [`CellError`] if there is no such parameter, or the unit measures something else.
    pub fn set(mut self, name: &str, value: impl Into<Setting>) -> Result<Self, CellError> {
        let value = self.in_unit(name, value.into(), &self.parameter_unit(name)?)?;
        self.parameters.insert(name.to_owned(), value);
        Ok(self)
    }

    /// Sets the initial value of a state other than the weight; bare numbers are in the synapse's unit.
    ///
    /// # Errors
    /// [`CellError`] if there is no such state, or the unit measures something else.
    pub fn start(mut self, name: &str, value: impl Into<Setting>) -> Result<Self, CellError> {
        let value = self.in_unit(name, value.into(), &self.state_unit(name)?)?;
        self.initial.insert(name.to_owned(), value);
        Ok(self)
    }

    /// Sets which part of the delay is dendritic, 0 to 1.
    #[must_use]
    pub fn dendritic_delay_fraction(mut self, fraction: f64) -> Self {
        self.dendritic_delay_fraction = fraction;
        self
    }

    /// The unit of a parameter.
    ///
    /// # Errors
    /// [`CellError::Name`] if there is no such parameter.
    pub fn parameter_unit(&self, name: &str) -> Result<Unit, CellError> {
        let all = self.mechanism.parameters();
        let found = all.iter().find(|p| p.name == name).map(|p| p.unit);
        found.ok_or_else(|| self.no("parameter", name, all.iter().map(|p| p.name.as_str())))
    }

    /// The unit of a state other than the weight.
    ///
    /// # Errors
    /// [`CellError::Name`] if there is no such state.
    pub fn state_unit(&self, name: &str) -> Result<Unit, CellError> {
        let all = &self.mechanism.states()[1..];
        let found = all.iter().find(|s| s.name == name).map(|s| s.unit);
        found.ok_or_else(|| self.no("state", name, all.iter().map(|s| s.name.as_str())))
    }

    fn no<'a>(
        &self,
        role: &'static str,
        name: &str,
        known: impl Iterator<Item = &'a str>,
    ) -> CellError {
        CellError::Name {
            mechanism: self.mechanism.name.clone(),
            role,
            name: name.to_owned(),
            nearest: nearest(name, known),
        }
    }

    fn in_unit(&self, name: &str, setting: Setting, unit: &Unit) -> Result<Value, CellError> {
        setting.in_unit(unit).map_err(|quantity| CellError::Unit {
            mechanism: self.mechanism.name.clone(),
            name: name.to_owned(),
            found: quantity.unit.to_string(),
            expected: unit.to_string(),
        })
    }
}

/// All that is wrong with the synapses of a projection; where weights are products there are none.
pub(super) fn faults(
    path: &Path,
    synapse: Option<&SynapseType>,
    of_products: bool,
) -> Vec<NetworkFault> {
    let Some(synapse) = synapse else { return Vec::new() };
    let mut faults = Vec::new();
    if of_products {
        let what = "where weights are products of arrays, synapses have no states";
        faults.push(NetworkFault::Misplaced { path: path.clone(), what });
    }
    let fraction = synapse.dendritic_delay_fraction;
    if !(0.0..=1.0).contains(&fraction) {
        faults.push(NetworkFault::Value {
            path: path.clone(),
            what: "the dendritic part of the delay",
            found: fraction,
            expected: "from 0 to 1",
        });
    }
    let parameters = synapse.parameters.keys().map(|name| synapse.parameter_unit(name));
    let states = synapse.initial.keys().map(|name| synapse.state_unit(name));
    let unknown = parameters.chain(states).filter_map(Result::err);
    faults.extend(unknown.filter_map(|error| match error {
        CellError::Name { mechanism, role, name, nearest } => {
            Some(NetworkFault::Port { path: path.clone(), mechanism, role, name, nearest })
        }
        _ => None,
    }));
    faults
}
