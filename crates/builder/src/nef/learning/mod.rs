//! Learning rules: operators that change the weights of a connection, or the encoders of what it
//! leads to, one file for each kind.
//!
//! As in Nengo a rule looks at a step when all of it has been computed, and what it changes counts
//! from the next step on. So each rule holds vectors over from one step to the next, as its synapses
//! do anyway, and adds their product to the matrix in the next step, before anybody reads that; no
//! matrix of changes is kept.

mod bcm;
mod delta;
mod learner;
mod oja;
mod parts;
mod pes;
mod rls;
mod site;
mod voja;

use std::ops::Range;

use pontine_core_ir::{
    Connection, ConnectionId, EndObject, EnsembleId, Network, Path, ProjectionId, RuleInput,
    SignalId, Spec,
    model::{OperatorKind, Signal},
};

use super::weights::Weights;
use crate::{builder::Builder, error::BuildError, registry::learning_kinds, warning::Warning};
pub(super) use delta::delta;
pub use learner::Learner;
pub(super) use parts::Parts;
pub use site::RuleSite;
use site::{NO_ENCODERS, NO_MATRIX, NO_NEURONS};

/// Where a learning rule stands.
#[derive(Clone, Debug)]
pub struct LearningSite {
    /// What learns, and which of its rules this is.
    pub rule: (Learner, usize),
    /// The path of the rule: that of what learns and the rule's name.
    pub path: Path,
    /// The rule's kind and parameters.
    pub spec: Spec,
    /// What the rule is told, if it takes anything: added up in each step, from 0, or from 1 for a
    /// single number.
    pub input: Option<SignalId>,
    /// What the connection multiplies by, if anything; the decoders of a projection.
    pub weights: Option<Weights>,
    /// How spikes are encoded for the cells of a population, if they are.
    pub encoding: Option<Encoding>,
    /// Which block of a projection it is that learns, if that has blocks: each learns by itself.
    pub block: Option<usize>,
}

/// What of a projection learns: its decoders, and how it encodes what they give.
#[derive(Clone, Debug)]
pub(crate) struct Learned {
    pub(crate) decoders: Weights,
    pub(crate) encoding: Encoding,
}

/// How a projection, or a connection to a receptor, encodes what its decoders give.
#[derive(Clone, Copy, Debug)]
pub struct Encoding {
    /// What is multiplied before, `(d_out, d_in)`, if anything.
    pub transform: Option<SignalId>,
    /// The encoders, `(targets, d_out)`, if there are any.
    pub encoders: Option<SignalId>,
    /// The spikes of the targets.
    pub post: Option<SignalId>,
}

/// Builds all rules of a connection; `encoding` if it leads to a receptor.
pub(super) fn build(
    builder: &mut Builder<'_>,
    id: ConnectionId,
    encoding: Option<Encoding>,
) -> Result<(), BuildError> {
    let weights = builder.weights(id).cloned();
    rules(builder, Learner::Connection(id), weights, encoding)
}

/// Builds all rules of a projection: of its one product, or of each of its blocks.
pub(crate) fn of_projection(
    builder: &mut Builder<'_>,
    id: ProjectionId,
    products: &[Learned],
    has_blocks: bool,
) -> Result<(), BuildError> {
    let learner = Learner::Projection(id);
    for rule in 0..learner.rules(builder.network()).len() {
        let whole = site(builder, (learner, rule))?;
        let mut first = 0;
        for (i, Learned { decoders, encoding }) in products.iter().enumerate() {
            let (weights, encoding) = (Some(decoders.clone()), Some(*encoding));
            let learned = LearningSite { weights, encoding, ..whole.clone() };
            let n = decoders.n_rows;
            let learned =
                if has_blocks { of_block(builder, learned, i, first..first + n) } else { learned };
            first += n;
            build_rule(builder, &learned)?;
        }
    }
    Ok(())
}

/// One block of many: of what the rule is told it takes its part, a single number as it is.
fn of_block(
    builder: &mut Builder<'_>,
    whole: LearningSite,
    block: usize,
    part: Range<usize>,
) -> LearningSite {
    let path = whole.path.part(&format!("blocks.{block}"));
    let learner = whole.rule.0;
    let is_vector = learner.rules(builder.network())[whole.rule.1].input == RuleInput::State;
    let input = whole.input.filter(|_| is_vector).map(|source| {
        let target = builder.signal(Signal::temporary(path.part("input"), &[part.len()]));
        let source_index = Some(part.map(|i| i as u32).collect());
        let (target_index, inc) = (None, false);
        let kind = OperatorKind::Copy { source, source_index, target, target_index, inc };
        builder.operator(&path, kind);
        target
    });
    LearningSite { path, input: input.or(whole.input), block: Some(block), ..whole }
}

fn rules(
    builder: &mut Builder<'_>,
    learner: Learner,
    weights: Option<Weights>,
    encoding: Option<Encoding>,
) -> Result<(), BuildError> {
    for rule in 0..learner.rules(builder.network()).len() {
        let weights = weights.clone();
        let site = LearningSite { weights, encoding, ..site(builder, (learner, rule))? };
        build_rule(builder, &site)?;
    }
    Ok(())
}

/// A rule that has been looked at, and what it is told; not yet what it changes.
fn site(builder: &mut Builder<'_>, rule: (Learner, usize)) -> Result<LearningSite, BuildError> {
    let network = builder.network();
    let (learner, i) = rule;
    let described = &learner.rules(network)[i];
    let path = builder.path(learner.id()).part(&learner.rule_names(network)[i]);
    let spec = described.spec.clone();
    let found = learning_kinds().get(&spec.kind);
    let entry = found.map_err(|e| builder.lookup(learner.id(), e))?;
    let checked = (entry.check)(&RuleSite { network, learner, spec: &spec });
    checked.map_err(|refusal| refusal.built(path.clone()))?;
    let input = input(builder, rule, &path, described.input)?;
    if described.input == RuleInput::State && !is_told(network, learner.told(i)) {
        builder.warn(Warning::Untold { path: path.clone() });
    }
    Ok(LearningSite { rule, path, spec, input, weights: None, encoding: None, block: None })
}

fn build_rule(builder: &mut Builder<'_>, site: &LearningSite) -> Result<(), BuildError> {
    let found = learning_kinds().get(&site.spec.kind);
    let entry = found.map_err(|e| builder.lookup(site.rule.0.id(), e))?;
    (entry.build)(builder, site)
}

/// Whether any connection leads to a rule.
fn is_told(network: &Network, rule: EndObject) -> bool {
    network.connections.iter().any(|(_, connection)| connection.post.object == rule)
}

fn input(
    builder: &mut Builder<'_>,
    rule: (Learner, usize),
    path: &Path,
    kind: RuleInput,
) -> Result<Option<SignalId>, BuildError> {
    let value = match kind {
        RuleInput::Nothing => return Ok(None),
        RuleInput::Number => 1.0,
        RuleInput::State => 0.0,
    };
    let size = builder.network().size_of(&rule.0.told(rule.1), false).unwrap_or_default();
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

    /// The connection, if that is what learns.
    fn connection<'n>(&self, builder: &Builder<'n>) -> Option<&'n Connection> {
        self.rule.0.connection(builder.network()).map(|(_, connection)| connection)
    }

    fn is_between_neurons(&self, builder: &Builder<'_>) -> bool {
        self.described(builder.network()).is_between_neurons()
    }

    fn described<'n>(&'n self, network: &'n Network) -> RuleSite<'n> {
        RuleSite { network, learner: self.rule.0, spec: &self.spec }
    }

    /// The ensemble that the connection leads to.
    fn neurons_after(&self, builder: &Builder<'_>) -> Option<EnsembleId> {
        match self.connection(builder)?.post.object {
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
