//! Large branches that mostly no lane takes: asked for in a short loop, so that all else is one loop.
//!
//! Without it, each large branch parts the program into loops, and values that later loops read are
//! kept in columns. Whether any lane takes one of the branches often follows from a few operations;
//! these are done twice where the answer is no, which is cheaper than the columns.

use std::collections::{BTreeMap, BTreeSet};

use pontine_mechanism_lang::Reg;

use crate::split::{Item, Node};

/// A program whose branches no lane takes.
pub(crate) struct Guess<'p> {
    /// What the conditions follow from.
    pub asked: Vec<Item<'p>>,
    /// The conditions: if none holds in any lane, the guess is right.
    pub conditions: Vec<Reg>,
    /// The whole program as one loop, in which each result of a branch is that of the side not taken.
    pub whole: Vec<Item<'p>>,
}

/// The conditions may take this part of the operations of the program.
const PART: usize = 3;

/// A guess, if there are branches to guess of and asking is cheap.
pub(crate) fn guess<'p>(nodes: &[Node<'p>]) -> Option<Guess<'p>> {
    let (mut whole, mut conditions) = (Vec::new(), Vec::new());
    for node in nodes {
        match node {
            Node::Lanes(items) => whole.extend(items.iter().copied()),
            Node::Branch { cond, otherwise, .. } if is_empty(otherwise) => conditions.push(*cond),
            // A draw fills a column, and loops have columns of their own.
            Node::Branch { .. } | Node::Draw { .. } | Node::Loop { .. } => return None,
        }
    }
    let asked = what_follows(&whole, &conditions)?;
    let is_cheap = !conditions.is_empty() && asked.len() * PART <= whole.len();
    is_cheap.then_some(Guess { asked, conditions, whole })
}

fn is_empty(nodes: &[Node<'_>]) -> bool {
    nodes.iter().all(|node| matches!(node, Node::Lanes(items) if items.is_empty()))
}

/// The items that make these registers; none if a result of a branch is among them.
fn what_follows<'p>(items: &[Item<'p>], registers: &[Reg]) -> Option<Vec<Item<'p>>> {
    let mut makers = BTreeMap::new();
    for (at, item) in items.iter().enumerate() {
        match item {
            Item::Let(reg, _) => drop(makers.insert(*reg, at)),
            Item::Merge(_, merge) => drop(makers.insert(merge.reg, at)),
            Item::If(_, _, results) => makers.extend(results.iter().map(|merge| (merge.reg, at))),
            Item::Store(..) | Item::First(..) | Item::Next(..) => {}
        }
    }
    let mut needed = BTreeSet::new();
    let mut open: Vec<usize> =
        registers.iter().filter_map(|reg| makers.get(reg).copied()).collect();
    while let Some(at) = open.pop() {
        if needed.insert(at) {
            match &items[at] {
                Item::Let(_, op) => {
                    open.extend(op.operands().iter().filter_map(|reg| makers.get(reg)));
                }
                _ => return None,
            }
        }
    }
    Some(needed.into_iter().map(|at| items[at]).collect())
}
