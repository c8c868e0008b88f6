//! Large branches that mostly no lane takes: asked for in a short loop, so that the rest has fewer
//! loops.
//!
//! Without it, each large branch parts the program into loops, and values that later loops read are
//! kept in columns. Whether any lane takes one of the branches often follows from a few operations;
//! these are done twice where the answer is no, which is cheaper than the columns.

use std::collections::{BTreeMap, BTreeSet};

use pontine_mechanism_lang::Reg;

use crate::split::{Item, Node};

/// A program some of whose branches no lane takes.
pub(crate) struct Guess<'p> {
    /// What the conditions follow from.
    pub asked: Vec<Item<'p>>,
    /// The conditions: if none holds in any lane, the guess is right.
    pub conditions: Vec<Reg>,
    /// The program without these branches; each result is that of the side not taken.
    pub nodes: Vec<Node<'p>>,
}

/// The conditions may take this part of the operations of the program.
const PART: usize = 3;

/// A guess, if there are branches to guess of and asking is cheap.
pub(crate) fn guess<'p>(nodes: &[Node<'p>]) -> Option<Guess<'p>> {
    let mut all = Vec::new();
    for node in nodes {
        match node {
            Node::Lanes(items) => all.extend(items.iter().copied()),
            Node::Branch { .. } => {}
            // A draw fills a column, and loops have columns of their own.
            Node::Draw { .. } | Node::Loop { .. } => return None,
        }
    }
    let is_guessed = |cond: &Reg| what_follows(&all, &[*cond]).is_some();
    let rare = nodes.iter().filter_map(|node| match node {
        Node::Branch { cond, otherwise, .. } if is_empty(otherwise) => Some(*cond),
        _ => None,
    });
    let conditions: Vec<Reg> = rare.filter(is_guessed).collect();
    let asked = what_follows(&all, &conditions)?;
    let is_cheap = !conditions.is_empty() && asked.len() * PART <= all.len();
    is_cheap.then(|| Guess { asked, nodes: without(nodes, &conditions), conditions })
}

/// The parts without these branches, as few loops as are left.
fn without<'p>(nodes: &[Node<'p>], conditions: &[Reg]) -> Vec<Node<'p>> {
    let (mut left, mut last) = (Vec::new(), Vec::new());
    for node in nodes {
        match node {
            Node::Lanes(items) => last.extend(items.iter().map(|item| known(item, conditions))),
            Node::Branch { cond, .. } if conditions.contains(cond) => {}
            Node::Branch { .. } | Node::Draw { .. } | Node::Loop { .. } => {
                left.extend([Node::Lanes(std::mem::take(&mut last)), node.clone()]);
            }
        }
    }
    left.push(Node::Lanes(last));
    left
}

fn known<'p>(item: &Item<'p>, conditions: &[Reg]) -> Item<'p> {
    match item {
        Item::Merge(cond, merge) if conditions.contains(cond) => {
            Item::Same(merge.reg, merge.otherwise)
        }
        _ => *item,
    }
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
            Item::Same(reg, _) => drop(makers.insert(*reg, at)),
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
