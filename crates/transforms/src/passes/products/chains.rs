//! Products with constants, one behind the other.

use std::{
    collections::{HashMap, HashSet},
    ops::Range,
};

use pontine_core_ir::{
    Id, Model, OperatorId, Path, SignalId, Tensor,
    model::{Operator, OperatorKind, Role, Signal},
    pass::{Constants, ModelEdit, PassCx, Rewriter, Users},
};

use super::map::{Linear, Map};

/// Operators of which each multiplies what the one before leaves, and nobody else takes.
pub(super) struct Chain {
    pub links: Vec<Link>,
}

/// One operator of a chain.
pub(super) struct Link {
    pub id: OperatorId,
    pub linear: Linear,
    /// Who resets its target to zero, and who would go with it.
    reset: Option<OperatorId>,
}

impl Chain {
    pub fn maps(&self) -> impl Iterator<Item = &Map> {
        self.links.iter().map(|link| &link.linear.map)
    }
}

/// All chains of two and more; what could have been one is told.
pub(super) fn chains(
    model: &Model,
    cx: &PassCx<'_, Model>,
    edits: &mut Rewriter<Model>,
) -> Vec<Chain> {
    let users = cx.analyses.get::<Users>(model);
    let constants = cx.analyses.get::<Constants>(model);
    let search = Search { model, users: &users, constants: &constants };
    let mut chains = Vec::new();
    for id in model.operators.ids() {
        let Some(linear) = search.linear(id) else { continue };
        let is_last = search.reader(linear.y).is_none_or(|next| search.linear(next).is_none());
        if is_last {
            let mut links = vec![Link { id, linear, reset: None }];
            while let Some(link) = search.before(links[links.len() - 1].linear.x, edits) {
                links.push(link);
            }
            links.reverse();
            chains.push(Chain { links });
        }
    }
    chains.retain(|chain| chain.links.len() > 1);
    chains
}

struct Search<'a> {
    model: &'a Model,
    users: &'a Users,
    constants: &'a Constants,
}

impl Search<'_> {
    fn linear(&self, id: OperatorId) -> Option<Linear> {
        let linear = Linear::of(self.model, self.constants, &self.model.operators[id].kind)?;
        linear.constants.is_none_or(|a| self.users.of(a).records.is_empty()).then_some(linear)
    }

    /// The one operator that takes a signal, if what is in it is of no use to others.
    fn reader(&self, signal: SignalId) -> Option<OperatorId> {
        let uses = self.users.of(signal);
        let is_private = self.model.signals[signal].role == Role::Temporary
            && uses.records.is_empty()
            && uses.reads_past.is_empty()
            && self.writer(signal).is_some();
        match uses.reads[..] {
            [reader] if is_private => Some(reader),
            _ => None,
        }
    }

    /// The one operator that gives a signal its numbers, and who resets it.
    fn writer(&self, signal: SignalId) -> Option<(OperatorId, Option<OperatorId>)> {
        let uses = self.users.of(signal);
        let kind = |id: OperatorId| &self.model.operators[id].kind;
        match (&uses.sets[..], &uses.incs[..], &uses.updates[..]) {
            ([set], [], []) => Some((*set, None)),
            ([reset], [inc], []) => {
                matches!(kind(*reset), OperatorKind::Reset { value, .. } if *value == 0.0)
                    .then_some((*inc, Some(*reset)))
            }
            _ => None,
        }
    }

    /// The link that gives `x` its numbers.
    fn before(&self, x: SignalId, edits: &mut Rewriter<Model>) -> Option<Link> {
        let (id, reset) = self.writer(x)?;
        let found = self.linear(id);
        if let Some(reason) = self.obstacle(x, id) {
            edits.refuse(self.model.operators[id].to_string(), reason);
            return None;
        }
        self.reader(x)?;
        Some(Link { id, linear: found?, reset })
    }

    /// Why a product is left alone although another follows.
    fn obstacle(&self, y: SignalId, id: OperatorId) -> Option<String> {
        let (OperatorKind::DotInc { a, .. } | OperatorKind::ElementwiseInc { a, .. }) =
            self.model.operators[id].kind
        else {
            return None;
        };
        let [factor, result] = [a, y].map(|signal| &self.model.signals[signal]);
        let is_recorded = |signal: SignalId| !self.users.of(signal).records.is_empty();
        if factor.role == Role::Parameter {
            Some(format!("`{}` may be learned", factor.path))
        } else if is_recorded(a) {
            Some(format!("a record takes `{}`", factor.path))
        } else if is_recorded(y) {
            Some(format!("a record takes `{}`", result.path))
        } else if self.users.of(y).reads.len() > 1 {
            Some(format!("several read `{}`", result.path))
        } else {
            None
        }
    }
}

/// Writes products of links as one operator each.
pub(super) struct Fold<'a> {
    model: &'a Model,
    names: HashSet<String>,
    /// The first part that no operator of a path is.
    free_parts: HashMap<Path, u16>,
    n_added: usize,
}

impl<'a> Fold<'a> {
    pub fn new(model: &'a Model) -> Self {
        let names = model.signals.iter().map(|(_, signal)| signal.path.to_string()).collect();
        let mut free_parts = HashMap::new();
        for (_, op) in model.operators.iter() {
            let free = free_parts.entry(op.path.clone()).or_insert(0);
            *free = op.part.saturating_add(1).max(*free);
        }
        Self { model, names, free_parts, n_added: 0 }
    }

    /// Adds an operator behind those that an object has.
    pub fn operator(&mut self, path: &Path, kind: OperatorKind, edits: &mut Rewriter<Model>) {
        let free = self.free_parts.entry(path.clone()).or_insert(0);
        let op = Operator { path: path.clone(), part: *free, kind };
        *free = free.saturating_add(1);
        edits.edit(ModelEdit::AddOperator(Box::new(op)));
    }

    /// Adds a constant, named behind an object.
    pub fn constant(
        &mut self,
        path: &Path,
        name: &str,
        numbers: Tensor,
        edits: &mut Rewriter<Model>,
    ) -> SignalId {
        self.signal(path, name, |path| Signal::constant(path, numbers), edits)
    }

    /// Adds a signal, named behind an object.
    pub fn signal(
        &mut self,
        path: &Path,
        name: &str,
        make: impl FnOnce(Path) -> Signal,
        edits: &mut Rewriter<Model>,
    ) -> SignalId {
        let id = self.model.signals.capacity() + self.n_added;
        let mut own = path.part(name);
        if !self.names.insert(own.to_string()) {
            // Ids are never used again, so nothing else is called so.
            own = path.part(&format!("{name}.{id}"));
        }
        edits.edit(ModelEdit::AddSignal(Box::new(make(own))));
        self.n_added += 1;
        SignalId::from_index(id)
    }

    /// What all links together multiply by, and whether it is a full matrix: the only one of them that
    /// does anything, or their product.
    fn factor(
        &mut self,
        op: &Operator,
        links: &[Link],
        edits: &mut Rewriter<Model>,
    ) -> Option<(SignalId, bool)> {
        let mut others = links.iter().filter(|link| !link.linear.map.is_identity());
        if let (Some(Linear { constants: Some(a), map, .. }), None) =
            (others.next().map(|link| &link.linear), others.next())
            && map.is_dense()
        {
            return Some((*a, true));
        }
        let map = product(links.iter().map(|link| &link.linear.map))?;
        let is_dense = map.is_dense();
        let name = format!("folded{}", op.part);
        Some((self.constant(&op.path, &name, map.tensor()?, edits), is_dense))
    }

    /// One operator for several links of a chain; the last of them becomes it.
    pub fn links(&mut self, links: &[Link], edits: &mut Rewriter<Model>) {
        let [first, .., last] = links else { return };
        let earlier = &links[..links.len() - 1];
        let op = &self.model.operators[last.id];
        let (x, y) = (first.linear.x, last.linear.y);
        let mut resets: Vec<OperatorId> = earlier.iter().filter_map(|link| link.reset).collect();
        let Some((a, is_dense)) = self.factor(op, links, edits) else { return };
        if matches!(op.kind, OperatorKind::Copy { inc: false, .. }) {
            // A product cannot set, so one of those who reset what goes resets its target.
            let Some(reset) = resets.pop() else { return };
            let kind = OperatorKind::Reset { target: y, value: 0.0 };
            let moved = Operator { kind, ..self.model.operators[reset].clone() };
            edits.edit(ModelEdit::ReplaceOperator(reset, Box::new(moved)));
        }
        let kind = match is_dense {
            true => OperatorKind::DotInc { a, x, y },
            false => OperatorKind::ElementwiseInc { a, x, y },
        };
        edits.edit(ModelEdit::ReplaceOperator(last.id, Box::new(Operator { kind, ..op.clone() })));
        let reason = || format!("{op} multiplies by both").into();
        for id in earlier.iter().map(|link| link.id).chain(resets) {
            edits.edit(ModelEdit::RemoveOperator(id, reason()));
        }
        for link in earlier {
            edits.edit(ModelEdit::RemoveSignal(link.linear.y, reason()));
        }
    }
}

/// The product of maps, the first of which stands to the right.
pub(super) fn product<'a>(mut maps: impl Iterator<Item = &'a Map>) -> Option<Map> {
    let first = maps.next()?.clone();
    Some(maps.fold(first, |product, map| map.behind(&product)))
}

/// Cuts `n` links into runs so that the sum of what they cost is least, and of such cuts the one of
/// fewest runs.
pub(super) fn cheapest(
    n: usize,
    cost: impl Fn(Range<usize>) -> Option<usize>,
) -> Vec<Range<usize>> {
    // Of the first `end` links: what they cost, in how many runs, and where the last of these begins.
    let mut best = vec![(0, 0, 0)];
    for end in 1..=n {
        let runs = (0..end).filter_map(|begin| {
            let (before, count, _) = best[begin];
            Some((cost(begin..end)?.saturating_add(before), count + 1, begin))
        });
        best.push(runs.min().unwrap_or((usize::MAX, end, end - 1)));
    }
    let mut runs = Vec::new();
    let mut end = n;
    while end > 0 {
        let begin = best[end].2;
        runs.push(begin..end);
        end = begin;
    }
    runs.reverse();
    runs
}

#[cfg(test)]
mod tests {
    use super::cheapest;

    /// Where chains of matrices end whose sizes are given, from the right one on.
    fn cuts(sizes: &[usize]) -> Vec<usize> {
        let runs = cheapest(sizes.len() - 1, |run| Some(sizes[run.start] * sizes[run.end]));
        runs.into_iter().map(|run| run.end).collect()
    }

    #[test]
    fn a_bottleneck_stays() {
        assert_eq!(cuts(&[100, 2, 100]), [1, 2]);
        assert_eq!(cuts(&[100, 50, 2, 50, 100]), [2, 4]);
    }

    #[test]
    fn what_widens_goes() {
        assert_eq!(cuts(&[3, 100, 3]), [2]);
        assert_eq!(cuts(&[2, 2, 2, 2]), [3]);
    }
}
