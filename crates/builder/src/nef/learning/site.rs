//! Where a learning rule stands in a network that has not been built.

use pontine_core_ir::{Connection, ConnectionId, EndObject, EnsembleId, Network, Param, Spec};
use pontine_nef::solver::for_weights;

use super::{super::DIRECT, Learner};
use crate::refusal::Refusal;

/// A rule as it was described.
#[derive(Clone, Copy, Debug)]
pub struct RuleSite<'n> {
    /// The network.
    pub network: &'n Network,
    /// What learns; it is there.
    pub learner: Learner,
    /// The rule's kind and parameters.
    pub spec: &'n Spec,
}

impl<'n> RuleSite<'n> {
    /// The connection, if that is what learns.
    pub fn connection(&self) -> Option<(ConnectionId, &'n Connection)> {
        self.learner.connection(self.network)
    }

    /// Whether it encodes for the cells of a population: a projection, or a connection that leads to
    /// such cells.
    pub fn encodes(&self) -> bool {
        self.connection().is_none_or(|(_, connection)| {
            matches!(connection.post.object, EndObject::Population { .. })
        })
    }

    /// Refuses parameters that the rule does not know.
    ///
    /// # Errors
    /// [`Refusal::Lookup`] for the first one that is not in `known`.
    pub fn check_names(&self, known: &[&str]) -> Result<(), Refusal> {
        Ok(self.spec.check_names(known)?)
    }

    /// A parameter that is a finite number, at least 0.
    ///
    /// # Errors
    /// [`Refusal::Lookup`] if it is not.
    pub fn not_negative(&self, name: &'static str, default: f64) -> Result<f64, Refusal> {
        let value = self.spec.number_or(name, default)?;
        if value >= 0.0 && value.is_finite() {
            return Ok(value);
        }
        Err(self.spec.wrong(name, &value.into(), "finite and not negative").into())
    }

    /// Holds parameters against what a synapse can be: a time constant, a kind, or `"none"`.
    ///
    /// # Errors
    /// [`Refusal::Lookup`] if one is none.
    pub fn check_synapses(&self, names: &[&'static str]) -> Result<(), Refusal> {
        names.iter().try_for_each(|name| match synapse(self.spec, name, &Param::Number(0.0))? {
            None => Ok(()),
            Some(synapse) => crate::checks::synapse(&synapse),
        })
    }

    /// Refuses connections that multiply by no matrix.
    ///
    /// # Errors
    /// [`Refusal::Meaningless`].
    pub fn needs_matrix(&self) -> Result<(), Refusal> {
        let Some((_, connection)) = self.connection() else { return Ok(()) };
        let decodes = match connection.pre.object {
            EndObject::Ensemble(id) => !is_direct(self.network, id),
            _ => false,
        };
        if decodes || connection.transform.shape().len() == 2 {
            return Ok(());
        }
        Err(NO_MATRIX.into())
    }

    /// Refuses connections whose weights do not join single neurons.
    ///
    /// # Errors
    /// [`Refusal::Meaningless`].
    pub fn needs_neurons(&self) -> Result<(), Refusal> {
        self.needs_matrix()?;
        if self.is_between_neurons() { Ok(()) } else { Err(NO_NEURONS.into()) }
    }

    /// Refuses what leads neither to the vector of an ensemble nor to cells that it encodes for.
    ///
    /// # Errors
    /// [`Refusal::Meaningless`].
    pub fn needs_encoders(&self) -> Result<(), Refusal> {
        let leads_to_vector = || match self.connection().map(|(_, c)| &c.post.object) {
            Some(EndObject::Ensemble(_)) => !self.is_between_neurons(),
            _ => false,
        };
        if self.encodes() || leads_to_vector() { Ok(()) } else { Err(NO_ENCODERS.into()) }
    }

    /// Whether what the connection brings are currents of single neurons, from single neurons.
    pub fn is_between_neurons(&self) -> bool {
        let Some((id, connection)) = self.connection() else { return false };
        match (&connection.pre.object, &connection.post.object) {
            (EndObject::Neurons(_), EndObject::Neurons(_)) => true,
            (EndObject::Ensemble(_), EndObject::Ensemble(_)) => {
                let solver = &self.network.connection_params(id).solver;
                for_weights(solver).unwrap_or(false)
            }
            _ => false,
        }
    }
}

/// What a rule's parameter says of a synapse; `None` is none.
pub(super) fn synapse(
    rule: &Spec,
    name: &str,
    default: &Param,
) -> Result<Option<Spec>, pontine_core_ir::SpecError> {
    match rule.params.get(name).unwrap_or(default) {
        Param::Number(tau) => Ok(Some(Spec::new("Lowpass").with("tau", *tau))),
        Param::Spec(synapse) => Ok(Some((**synapse).clone())),
        Param::Text(none) if none == "none" => Ok(None),
        other => Err(rule.wrong(name, other, "a time constant, a synapse or \"none\"")),
    }
}

fn is_direct(network: &Network, id: EnsembleId) -> bool {
    network.ensembles.get(id).is_some() && network.ensemble_params(id).neuron_type.kind == DIRECT
}

pub(super) const NO_MATRIX: &str = "it needs a connection with a matrix of weights";
pub(super) const NO_NEURONS: &str = "it needs weights between single neurons: join `neurons` of \
                                     ensembles, or use a solver with `weights`";
pub(super) const NO_ENCODERS: &str =
    "encoders learn from connections to the vector of an ensemble only";
