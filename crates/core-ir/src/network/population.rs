//! The objects of population models.

use std::{collections::BTreeMap, sync::Arc};

use pontine_mechanism::{Mechanism, lang::Unit};

use super::{Factored, FactoredBlock, LearningRule, SynapseType, nef::rule_names};
use crate::{
    connectivity::SynapseList,
    error::nearest,
    id::{EnsembleId, PopulationId, ViewId},
    registry::{LookupError, mechanism},
    spec::Spec,
    units::Quantity,
    value::Value,
};

/// Cells of one mechanism.
#[derive(Clone, Debug, PartialEq)]
pub struct Population {
    /// The name in messages, paths and results.
    pub label: Option<String>,
    /// Number of cells.
    pub size: usize,
    /// Their equations.
    pub mechanism: Arc<Mechanism>,
    /// Parameters that differ from their defaults, in the mechanism's units.
    pub parameters: BTreeMap<String, Value>,
    /// Initial values of states, in the mechanism's units.
    pub initial: BTreeMap<String, Value>,
    /// Times of the spikes of each cell (ms), for cells of the kind `SpikeSourceArray`.
    pub spike_times: Option<Arc<[Vec<f64>]>>,
}

/// Why a population cannot be described so.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum CellError {
    /// No such mechanism.
    #[error(transparent)]
    Lookup(#[from] LookupError),
    /// The mechanism has no such parameter, state, receptor or input.
    #[error("`{mechanism}` has no {role} `{name}`{}", crate::error::nearest_hint(.nearest))]
    Name {
        /// The mechanism.
        mechanism: String,
        /// "parameter", "state", "receptor" or "input".
        role: &'static str,
        /// The name given.
        name: String,
        /// The nearest name.
        nearest: Option<String>,
    },
    /// The unit measures something else.
    #[error("`{mechanism}`: `{name}` is in {expected}, and cannot be given in {found}")]
    Unit {
        /// The mechanism.
        mechanism: String,
        /// The parameter or state.
        name: String,
        /// The unit given.
        found: String,
        /// A unit that would do.
        expected: String,
    },
}

impl Population {
    /// Cells of a registered mechanism, with default parameters.
    ///
    /// # Errors
    /// [`CellError::Lookup`] if no linked crate offers the mechanism.
    pub fn new(mechanism_name: &str, size: usize) -> Result<Self, CellError> {
        Ok(Self::of(mechanism(mechanism_name)?, size))
    }

    /// Cells of a mechanism of one's own.
    pub fn of(mechanism: Arc<Mechanism>, size: usize) -> Self {
        Self {
            label: None,
            size,
            mechanism,
            parameters: BTreeMap::new(),
            initial: BTreeMap::new(),
            spike_times: None,
        }
    }

    /// The same with a label.
    #[must_use]
    pub fn labelled(mut self, label: &str) -> Self {
        self.label = Some(label.to_owned());
        self
    }

    /// Sets a parameter; bare numbers are in the mechanism's unit.
    ///
    /// # Errors
    /// [`CellError`] if there is no such parameter, or the unit measures something else.
    pub fn set(mut self, name: &str, value: impl Into<Setting>) -> Result<Self, CellError> {
        let unit = self.parameter_unit(name)?;
        let value = self.in_unit(name, value.into(), &unit)?;
        self.parameters.insert(name.to_owned(), value);
        Ok(self)
    }

    /// Sets the initial value of a state; bare numbers are in the mechanism's unit.
    ///
    /// # Errors
    /// [`CellError`] if there is no such state, or the unit measures something else.
    pub fn start(mut self, name: &str, value: impl Into<Setting>) -> Result<Self, CellError> {
        let unit = self.state_unit(name)?;
        let value = self.in_unit(name, value.into(), &unit)?;
        self.initial.insert(name.to_owned(), value);
        Ok(self)
    }

    /// The unit of a parameter.
    ///
    /// # Errors
    /// [`CellError::Name`] if there is no such parameter.
    pub fn parameter_unit(&self, name: &str) -> Result<Unit, CellError> {
        let found = self.mechanism.parameters.iter().find(|p| p.name == name).map(|p| p.unit);
        found.ok_or_else(|| {
            self.no("parameter", name, self.mechanism.parameters.iter().map(|p| p.name.as_str()))
        })
    }

    /// The unit of a state.
    ///
    /// # Errors
    /// [`CellError::Name`] if there is no such state.
    pub fn state_unit(&self, name: &str) -> Result<Unit, CellError> {
        let open = || self.mechanism.states.iter().filter(|s| !s.hidden);
        let found = open().find(|s| s.name == name).map(|s| s.unit);
        found.ok_or_else(|| self.no("state", name, open().map(|s| s.name.as_str())))
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

/// What a parameter may be set to: a quantity with its unit, or a value in the mechanism's unit.
#[derive(Clone, Debug, PartialEq)]
pub enum Setting {
    /// A number with its unit.
    Quantity(Quantity),
    /// A value in the mechanism's unit.
    Value(Value),
}

impl Setting {
    /// The value in this unit, or the quantity that measures something else.
    pub(super) fn in_unit(self, unit: &Unit) -> Result<Value, Quantity> {
        match self {
            Self::Value(value) => Ok(value),
            Self::Quantity(quantity) => match quantity.in_unit(unit) {
                Some(value) => Ok(Value::Const(value)),
                None => Err(quantity),
            },
        }
    }
}

impl From<Quantity> for Setting {
    fn from(quantity: Quantity) -> Self {
        Self::Quantity(quantity)
    }
}

impl<T: Into<Value>> From<T> for Setting {
    fn from(value: T) -> Self {
        Self::Value(value.into())
    }
}

/// Some cells of a population, in an order of its own.
#[derive(Clone, Debug, PartialEq)]
pub struct PopulationView {
    /// The name in messages and paths.
    pub label: Option<String>,
    /// The population.
    pub population: PopulationId,
    /// Which cells.
    pub indices: Arc<[u32]>,
}

/// Cells as source, target or recorded set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cells {
    /// A whole population.
    Population(PopulationId),
    /// Some cells of one.
    View(ViewId),
    /// The neurons of an ensemble (as source).
    Neurons(EnsembleId),
}

impl From<PopulationId> for Cells {
    fn from(id: PopulationId) -> Self {
        Self::Population(id)
    }
}

impl From<ViewId> for Cells {
    fn from(id: ViewId) -> Self {
        Self::View(id)
    }
}

/// Synapses from one set of cells to another.
#[derive(Clone, Debug, PartialEq)]
pub struct Projection {
    /// The name in messages, paths and results.
    pub label: Option<String>,
    /// Whose spikes.
    pub source: Cells,
    /// Whose receptors.
    pub target: Cells,
    /// Which receptor of the target's mechanism.
    pub receptor: String,
    /// Which cells are joined.
    pub connector: Connector,
    /// Weights, in the receptor's unit. Expressions may use `i` (source) and `j` (target). A number
    /// where the connector is a product of arrays: its scale.
    pub weight: Value,
    /// Delays, ms; rounded to whole steps, at least one. A number where the connector is a product.
    pub delay: Value,
    /// What changes its factors while the network runs; only if its connector is a product, or blocks of products.
    pub learning: Vec<LearningRule>,
    /// What synapses do besides adding their weight; none if they do nothing else. Not where the
    /// connector is a product.
    pub synapse: Option<SynapseType>,
}

impl Projection {
    /// The names of the learning rules: their kinds, the n-th of equal kind with `#n`.
    pub fn rule_names(&self) -> Vec<String> {
        rule_names(&self.learning)
    }
}

/// Which cells a projection joins.
#[derive(Clone, Debug, PartialEq)]
pub enum Connector {
    /// A rule by name, such as `fixed_probability(p_connect=0.02)`.
    Rule(Spec),
    /// Every synapse.
    List(Arc<SynapseList>),
    /// All cells with all, the weights being a product of arrays.
    Factored(Factored),
    /// Several products over some of the cells, such as those of a block-diagonal matrix.
    Blocks(Arc<[FactoredBlock]>),
}

/// Records cells over time.
#[derive(Clone, Debug, PartialEq)]
pub struct Recorder {
    /// The name in results; `Recorder#1`, `Recorder#2`, … in order of creation if absent.
    pub label: Option<String>,
    /// Which cells.
    pub cells: Cells,
    /// `spikes`, or a state.
    pub variable: String,
    /// Time between samples, ms; every step if absent. Spikes are always recorded all.
    pub sampling_interval: Option<f64>,
}
