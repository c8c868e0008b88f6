//! What rules are made of: sums and products of vectors, synapses, and vectors held over to the next
//! step.

use pontine_core_ir::{
    Connection, EndObject, Endpoint, EnsembleId, Param, SignalId, Tensor,
    model::{Filter, OperatorKind, Signal},
};

use super::{LearningSite, site::synapse};
use crate::{builder::Builder, error::BuildError, registry::FilterSite};

/// Adds the operators of one rule.
pub(in crate::nef) struct Parts<'b, 'n> {
    pub(in crate::nef) builder: &'b mut Builder<'n>,
    pub(in crate::nef) path: pontine_core_ir::Path,
    site: &'b LearningSite,
}

impl<'b, 'n> Parts<'b, 'n> {
    pub(super) fn new(builder: &'b mut Builder<'n>, site: &'b LearningSite) -> Self {
        Self { builder, path: site.path.clone(), site }
    }

    pub(in crate::nef) fn signal(&mut self, signal: Signal) -> SignalId {
        self.builder.signal(signal)
    }

    pub(in crate::nef) fn operator(&mut self, kind: OperatorKind) {
        self.builder.operator(&self.path, kind);
    }

    pub(super) fn len(&self, signal: SignalId) -> usize {
        self.builder.model().signals[signal].len()
    }

    /// Gives a signal the name by which it can be probed.
    pub(super) fn name(&mut self, name: &str, signal: SignalId) {
        let block = self.site.block.map(|block| format!("blocks.{block}."));
        let name = block.unwrap_or_default() + name;
        self.builder.set_rule_signal(self.site.rule, &name, signal);
    }

    /// A vector that is 0 until something is added to it.
    pub(super) fn sum(&mut self, name: &str, n: usize) -> SignalId {
        let target = self.signal(Signal::temporary(self.path.part(name), &[n]));
        self.operator(OperatorKind::Reset { target, value: 0.0 });
        target
    }

    /// `a · x`, element by element or with one number.
    pub(super) fn product(&mut self, name: &str, a: SignalId, x: SignalId) -> SignalId {
        let y = self.sum(name, self.len(a).max(self.len(x)));
        self.operator(OperatorKind::ElementwiseInc { a, x, y });
        y
    }

    /// `a x` for a matrix `a`.
    pub(super) fn multiplied(&mut self, name: &str, a: SignalId, x: SignalId) -> SignalId {
        let y = self.sum(name, self.len(a) / self.len(x).max(1));
        self.operator(OperatorKind::DotInc { a, x, y });
        y
    }

    /// `factor · x`.
    pub(super) fn scaled(&mut self, name: &str, factor: f64, x: SignalId) -> SignalId {
        let a = self.constant(&format!("{name}.factor"), Tensor::scalar(factor));
        self.product(name, a, x)
    }

    /// `x - y`.
    pub(super) fn difference(&mut self, name: &str, x: SignalId, y: SignalId) -> SignalId {
        let difference = self.scaled(name, -1.0, y);
        let (source_index, target_index) = (None, None);
        self.operator(OperatorKind::Copy {
            source: x,
            source_index,
            target: difference,
            target_index,
            inc: true,
        });
        difference
    }

    /// What a vector or matrix, times `gain`, was when the step before had been computed; 0 at first.
    pub(in crate::nef) fn held(&mut self, name: &str, input: SignalId, gain: f64) -> SignalId {
        let shape = self.builder.model().signals[input].initial.shape().to_vec();
        let name = format!("{name}.held");
        let output = self.signal(Signal::state(self.path.part(&name), &shape));
        self.operator(OperatorKind::Filter(Filter { input, output, decay: 0.0, gain }));
        output
    }

    /// Behind the synapse that a parameter of the rule names: a time constant (s), a kind, `"none"`,
    /// or the default. Like what is [`held`](Self::held) it is that of the step before; `name` is that
    /// by which it can be probed.
    pub(super) fn filtered(
        &mut self,
        name: &str,
        parameter: &str,
        default: &Param,
        input: SignalId,
    ) -> Result<SignalId, BuildError> {
        let filtered = self.behind_synapse(parameter, default, input)?;
        self.name(name, filtered.unwrap_or(input));
        Ok(filtered.unwrap_or_else(|| self.held(name, input, 1.0)))
    }

    fn behind_synapse(
        &mut self,
        parameter: &str,
        default: &Param,
        input: SignalId,
    ) -> Result<Option<SignalId>, BuildError> {
        let synapse = synapse(&self.site.spec, parameter, default)
            .map_err(|source| BuildError::Spec { path: self.path.clone(), source })?;
        let Some(synapse) = synapse else { return Ok(None) };
        let site = FilterSite { path: self.path.part(parameter), input, size: self.len(input) };
        self.builder.synapse(&site, &synapse).map(Some)
    }

    /// The output of the neurons that the connection leads to, or those of them that it is for.
    pub(super) fn neurons_after(&mut self, id: EnsembleId) -> Result<SignalId, BuildError> {
        let source = self.builder.output(id)?;
        let post = self.site.connection(self.builder).map(|connection| &connection.post);
        let is_neurons = |post: &&Endpoint| matches!(post.object, EndObject::Neurons(_));
        match post.filter(is_neurons).and_then(|post| post.slice.clone()) {
            None => Ok(source),
            Some(slice) => Ok(self.sliced("post", source, &slice)),
        }
    }

    /// Elements of a vector.
    pub(super) fn sliced(&mut self, name: &str, source: SignalId, slice: &[usize]) -> SignalId {
        let target = self.signal(Signal::temporary(self.path.part(name), &[slice.len()]));
        let source_index = Some(slice.iter().map(|&i| i as u32).collect());
        let target_index = None;
        self.operator(OperatorKind::Copy {
            source,
            source_index,
            target,
            target_index,
            inc: false,
        });
        target
    }

    /// An error as currents of single neurons: encoders times it, where the connection leads to such.
    pub(super) fn local_error(&mut self, error: SignalId) -> Result<SignalId, BuildError> {
        let site = self.site;
        let after =
            site.neurons_after(self.builder).filter(|_| site.is_between_neurons(self.builder));
        let Some(id) = after else { return Ok(error) };
        let ensemble = self.builder.ensemble(id)?;
        let (n, d) = ensemble.tuning.encoders.dim();
        let Some(Connection { post, .. }) = site.connection(self.builder) else {
            return Ok(error);
        };
        let (slice, is_neurons) =
            (post.slice.as_deref(), matches!(post.object, EndObject::Neurons(_)));
        let whole = match slice {
            Some(slice) if !is_neurons => {
                let whole = self.sum("whole_error", d);
                let target_index = Some(slice.iter().map(|&i| i as u32).collect());
                let kind = OperatorKind::Copy {
                    source: error,
                    source_index: None,
                    target: whole,
                    target_index,
                    inc: true,
                };
                self.operator(kind);
                whole
            }
            _ => error,
        };
        let y = self.sum("local_error", n);
        self.operator(OperatorKind::DotInc { a: ensemble.encoders, x: whole, y });
        match slice {
            Some(slice) if is_neurons => Ok(self.sliced("sliced_error", y, slice)),
            _ => Ok(y),
        }
    }
}
