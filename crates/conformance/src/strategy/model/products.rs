//! Projections whose weights are products of signals.

use pontine_core_ir::{
    Block, Connectivity, Factors, SignalId, Window,
    model::{Deliver, OperatorKind, Role},
};

use super::{Draft, ProductKind, Products, Projection};

/// The spikes of a source, and the receptor's sum of a target, each with the number of cells.
pub(super) struct Ends {
    pub source: (SignalId, usize),
    pub target: (SignalId, usize),
}

impl Draft {
    /// A projection between these ends, with a scale fit for the target's cells.
    pub(super) fn products(
        &mut self,
        path: &str,
        plan: &Projection,
        products: &Products,
        ends: Ends,
        scale: f64,
    ) {
        let ((source, n_source), (target, n_target)) = (ends.source, ends.target);
        let connectivity = match products.kind {
            ProductKind::Constant => {
                Connectivity::Factored(self.factors(path, products, n_source, n_target))
            }
            ProductKind::Learned => {
                let factors = self.factors(path, products, n_source, n_target);
                self.learn(path, factors.decoders, (source, products.rank));
                Connectivity::Factored(factors)
            }
            ProductKind::Blocks => {
                let backwards = |n: usize| Window::Some((0..n as u32).rev().step_by(2).collect());
                let upper = |n: usize| Window::Some((n as u32 / 2..n as u32).collect());
                let windows = [
                    (backwards(n_source), upper(n_target)),
                    (Window::All(n_source), Window::All(n_target.div_ceil(2))),
                    (upper(n_source), backwards(n_target)),
                ];
                let block = |(i, (source, target)): (usize, (Window, Window))| {
                    let path = format!("{path}.{i}");
                    let factors = self.factors(&path, products, source.len(), target.len());
                    Block { source, target, factors }
                };
                let blocks: Vec<Block> = windows.into_iter().enumerate().map(block).collect();
                if products.inner.is_some() {
                    self.learn(path, blocks[1].factors.decoders, (source, products.rank));
                }
                Connectivity::Blocks(blocks.into())
            }
        };
        let (mut weight, mut delay) = (plan.weight, plan.delay);
        weight.make_constant();
        delay.make_constant();
        let weight = weight.of_synapses(scale.min(3.0 * scale), scale.max(3.0 * scale));
        let delay = delay.of_synapses(0.1, 2.0);
        let synapse = None;
        let deliver = Deliver { source, target, connectivity, weight, delay, synapse };
        self.operator(path, 0, OperatorKind::Deliver(deliver));
    }

    fn factors(
        &mut self,
        path: &str,
        products: &Products,
        n_source: usize,
        n_target: usize,
    ) -> Factors {
        let number = |i: usize| ((i * 7919 + 13) % 101) as f64 / 60.0 - 0.5;
        let rank = products.rank;
        let decoders = self.constant(&format!("{path}.decoders"), &[rank, n_source], number);
        let transform = products
            .inner
            .map(|inner| self.constant(&format!("{path}.transform"), &[inner, rank], number));
        let shape = [n_target, products.inner.unwrap_or(rank)];
        let encoders = Some(self.constant(&format!("{path}.encoders"), &shape, number));
        Factors { encoders, transform, decoders }
    }

    /// Adds to the decoders of those who spike.
    fn learn(&mut self, path: &str, decoders: SignalId, (spikes, rank): (SignalId, usize)) {
        self.model.signals[decoders].role = Role::Parameter;
        let error = self.constant(&format!("{path}.error"), &[rank], |i| 0.01 - 0.008 * i as f64);
        let x = self.filter(path, spikes, 0.9);
        self.operator(path, 1, OperatorKind::OuterInc { a: error, x, y: decoders });
        self.pool.push((decoders, false));
    }
}
