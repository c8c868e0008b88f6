//! Operators that happen as one.
//!
//! A model may say of operators of one kind that they are merged: they stand at one place in the order
//! of a step, one after the other. Signals, addresses and records stay what they are; a backend may do
//! the whole group in one sweep, and lay its signals out as it likes. A backend that does not care runs
//! the members in their order.

use std::{collections::BTreeSet, sync::Arc};

use super::{Model, OperatorKind};
use crate::id::{Id, OperatorId};

/// Which operators of a model happen as one.
#[derive(Clone, Debug, Default)]
pub struct Merged {
    groups: Vec<Group>,
    /// For each operator, by its index, the group that it is in; none beyond the end.
    of: Vec<Option<u32>>,
}

/// Operators one after the other.
pub type Group = Arc<[OperatorId]>;

impl PartialEq for Merged {
    fn eq(&self, other: &Self) -> bool {
        self.groups == other.groups
    }
}

impl Merged {
    /// The groups, each of two operators or more.
    pub fn groups(&self) -> &[Group] {
        &self.groups
    }

    /// The group that an operator is in, by its place among the groups.
    pub fn group_of(&self, operator: OperatorId) -> Option<usize> {
        self.of.get(operator.index())?.map(|group| group as usize)
    }

    /// Makes a group of these operators, in this order; they leave the groups that they were in.
    pub fn join(&mut self, group: &[OperatorId]) {
        self.part(group);
        if group.len() > 1 {
            self.groups.push(group.into());
            self.note(self.groups.len() - 1);
        }
    }

    /// Has operators stand for themselves again. Groups of one are none.
    pub fn part(&mut self, operators: &[OperatorId]) {
        let leaving: BTreeSet<_> =
            operators.iter().copied().filter(|id| self.group_of(*id).is_some()).collect();
        if !leaving.is_empty() {
            let staying = |group: &Group| -> Group {
                group.iter().copied().filter(|id| !leaving.contains(id)).collect()
            };
            self.groups = self.groups.iter().map(staying).filter(|g| g.len() > 1).collect();
            self.of.clear();
            (0..self.groups.len()).for_each(|i| self.note(i));
        }
    }

    fn note(&mut self, i: usize) {
        let group = &self.groups[i];
        let longest = group.iter().map(|id| id.index() + 1).max().unwrap_or(0);
        self.of.resize(self.of.len().max(longest), None);
        group.iter().for_each(|id| self.of[id.index()] = Some(i as u32));
    }
}

impl Model {
    /// How many things are scheduled in a step: groups, and operators that are in none.
    ///
    /// # Examples
    /// ```
    /// use pontine_core_ir::Model;
    /// let model = Model::parse(
    ///     "model dt=0.001 seed=0 \"\"
    ///      signal %0 \"a\" dense [2] temporary = [0.0, 0.0]
    ///      signal %1 \"b\" dense [3] temporary = [0.0, 0.0, 0.0]
    ///      operator \"a\" 0 reset %0 0.0
    ///      operator \"b\" 0 reset %1 0.0
    ///      merged \"a\" 0; \"b\" 0",
    /// )?;
    /// assert_eq!((model.operators.len(), model.n_scheduled()), (2, 1));
    /// # Ok::<(), pontine_core_ir::model::ModelTextError>(())
    /// ```
    pub fn n_scheduled(&self) -> usize {
        let spared: usize = self.merged.groups.iter().map(|group| group.len() - 1).sum();
        self.operators.len() - spared
    }
}

impl OperatorKind {
    /// Whether both may be in one group: they are of one kind, and cells of one mechanism.
    pub fn is_like(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Neurons(a), Self::Neurons(b)) => a.mechanism == b.mechanism,
            _ => self.name() == other.name(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ids(numbers: &[usize]) -> Vec<OperatorId> {
        numbers.iter().map(|i| OperatorId::from_index(*i)).collect()
    }

    #[test]
    fn an_operator_is_in_one_group_at_most() {
        let mut merged = Merged::default();
        merged.join(&ids(&[0, 1, 2]));
        merged.join(&ids(&[3, 4]));
        merged.join(&ids(&[2, 3]));
        let groups: Vec<_> = merged.groups().iter().map(|group| group.to_vec()).collect();
        assert_eq!(groups, [ids(&[0, 1]), ids(&[2, 3])]);
        merged.part(&ids(&[0]));
        assert_eq!(merged.groups().len(), 1);
    }
}
