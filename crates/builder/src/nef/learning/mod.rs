//! Learning rules: operators that change the weights of a connection, or the encoders of what it
//! leads to, one file for each kind.
//!
//! As in Nengo a rule looks at a step when all of it has been computed, and what it changes counts
//! from the next step on. So each rule holds vectors over from one step to the next, as its synapses
//! do anyway, and adds their product to the matrix in the next step, before anybody reads that; no
//! matrix of changes is kept.

mod bcm;
mod delta;
mod oja;
mod parts;
mod pes;
mod rls;
mod site;
mod voja;

use pontine_core_ir::{
    ConnectionId, EndObject, EnsembleId, Path, RuleInput, SignalId, Spec,
    model::{OperatorKind, Signal},
};

use super::weights::Weights;
use crate::{builder::Builder, error::BuildError, registry::learning_kinds};
pub(super) use delta::delta;
pub(super) use parts::Parts;
pub use site::RuleSite;
use site::{NO_ENCODERS, NO_MATRIX, NO_NEURONS};

/// Where a learning rule stands.
#[derive(Clone, Debug)]
pub struct LearningSite {
    /// The connection, and which of its rules this is.
    pub rule: (ConnectionId, usize),
    /// The path of the rule: that of the connection and the rule's name.
    pub path: Path,
    /// The rule's kind and parameters.
    pub spec: Spec,
    /// What the rule is told, if it takes anything: added up in each step, from 0, or from 1 for a
    /// single number.
    pub input: Option<SignalId>,
    /// What the connection multiplies by, if anything.
    pub weights: Option<Weights>,
}

/// Builds all rules of a connection.
pub(super) fn build(builder: &mut Builder<'_>, id: ConnectionId) -> Result<(), BuildError> {
    let connection = &builder.network().connections[id].object;
    for (i, (rule, name)) in connection.learning.iter().zip(connection.rule_names()).enumerate() {
        let path = builder.path(id).part(&name);
        let entry = learning_kinds().get(&rule.spec.kind).map_err(|e| builder.lookup(id, e))?;
        let described = RuleSite { network: builder.network(), connection: id, spec: &rule.spec };
        (entry.check)(&described).map_err(|refusal| refusal.built(path.clone()))?;
        let input = input(builder, (id, i), &path, rule.input)?;
        let site = LearningSite {
            rule: (id, i),
            path,
            spec: rule.spec.clone(),
            input,
            weights: builder.weights(id).cloned(),
        };
        (entry.build)(builder, &site)?;
    }
    Ok(())
}

fn input(
    builder: &mut Builder<'_>,
    rule: (ConnectionId, usize),
    path: &Path,
    kind: RuleInput,
) -> Result<Option<SignalId>, BuildError> {
    let value = match kind {
        RuleInput::Nothing => return Ok(None),
        RuleInput::Number => 1.0,
        RuleInput::State => 0.0,
    };
    let end = EndObject::Rule { connection: rule.0, rule: rule.1 };
    let size = builder.network().size_of(&end, false).unwrap_or_default();
    let target = builder.signal(Signal::temporary(path.part("input"), &[size]));
    builder.operator(path, OperatorKind::Reset { target, value });
    builder.set_rule_signal(rule, "input", target);
    Ok(Some(target))
}

impl LearningSite {
    /// What is learned, if it is a matrix.
    fn matrix(&self, builder: &Builder<'_>) -> Result<Weights, BuildError> {
        let is_matrix = |weights: &&Weights| {
            let shape = builder.model().signals[weights.signal].initial.shape();
            weights.entries.is_some() || shape.len() == 2
        };
        let matrix = self.weights.as_ref().filter(is_matrix).cloned();
        matrix.ok_or_else(|| self.unsupported(NO_MATRIX))
    }

    /// The weights between single neurons, and the ensemble of those that they lead to.
    fn between_neurons(&self, builder: &Builder<'_>) -> Result<(Weights, EnsembleId), BuildError> {
        let weights = self.matrix(builder)?;
        let found = self.neurons_after(builder).filter(|_| self.is_between_neurons(builder));
        let ensemble = found.ok_or_else(|| self.unsupported(NO_NEURONS))?;
        Ok((weights, ensemble))
    }

    fn is_between_neurons(&self, builder: &Builder<'_>) -> bool {
        let (network, connection) = (builder.network(), self.rule.0);
        RuleSite { network, connection, spec: &self.spec }.is_between_neurons()
    }

    /// The ensemble that the connection leads to.
    fn neurons_after(&self, builder: &Builder<'_>) -> Option<EnsembleId> {
        match builder.network().connections[self.rule.0].post.object {
            EndObject::Ensemble(id) | EndObject::Neurons(id) => Some(id),
            _ => None,
        }
    }

    /// A parameter that is a number.
    fn number(&self, name: &'static str, default: f64) -> Result<f64, BuildError> {
        let number = self.spec.number_or(name, default);
        number.map_err(|source| BuildError::Spec { path: self.path.clone(), source })
    }

    fn unsupported(&self, message: &str) -> BuildError {
        BuildError::Unsupported { path: self.path.clone(), message: message.to_owned() }
    }

    fn told(&self) -> Result<SignalId, BuildError> {
        self.input.ok_or_else(|| self.unsupported("it must be told something"))
    }
}
