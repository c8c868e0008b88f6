//! Sides of branches that few lanes take: done for those lanes alone, standing close together.
//!
//! What the side reads from outside is gathered into columns, its loops run over as many lanes as take
//! it, and its results are scattered to where those lanes stand. A lane's operations are the same.

use std::collections::BTreeSet;

use pontine_mechanism_lang::{Merge, Op, Program, Reg, Slot, Stmt};

use crate::columns::{Columns, kind};
use crate::split::{Item, Node};

/// What a side of a branch reads and makes.
#[derive(Default)]
pub(crate) struct Side {
    /// Registers that others made.
    pub registers: Vec<Reg>,
    /// Slots that differ from lane to lane.
    pub slots: Vec<Slot>,
    /// Columns that the side writes.
    pub made: Vec<Reg>,
    /// Those of them that others read.
    pub results: Vec<Reg>,
}

impl Side {
    /// Nothing if lanes have to stay where they are: draws are keyed by them, and loops have columns
    /// that tell which lanes are done.
    pub fn of(
        columns: &Columns<'_>,
        nodes: &[Node<'_>],
        merged: impl Iterator<Item = Reg>,
        homogeneous: bool,
    ) -> Option<Side> {
        let (mut read, mut made) = (BTreeSet::new(), BTreeSet::new());
        visit(columns, nodes, &mut read, &mut made)?;
        let outside = |reg: &&Reg| columns.free(**reg).is_none() && !made.contains(*reg);
        let registers = read.iter().filter(outside).copied().collect();
        let slots: BTreeSet<Slot> =
            read.iter().filter_map(|reg| slot_of(columns.free(*reg)?, homogeneous)).collect();
        let is_kept = |reg: &Reg| columns.column(*reg).is_some();
        let results: BTreeSet<Reg> =
            merged.filter(|reg| made.contains(reg) && is_kept(reg)).collect();
        Some(Side {
            registers,
            slots: slots.into_iter().collect(),
            made: made.into_iter().filter(is_kept).collect(),
            results: results.into_iter().collect(),
        })
    }

    /// How many columns of scalars, integers and conditions are gathered, besides that of the lanes.
    fn gathered(&self, program: &Program) -> [usize; 3] {
        let mut counts = [self.slots.len(), 0, 0];
        for reg in &self.registers {
            counts[kind(program.types[reg.0 as usize])] += 1;
        }
        counts
    }

    /// The number of a register's column among those gathered of its type.
    pub fn place(&self, program: &Program, reg: Reg) -> Option<usize> {
        let kind_of = |reg: &Reg| kind(program.types[reg.0 as usize]);
        let at = self.registers.iter().position(|other| *other == reg)?;
        let before = self.registers[..at].iter().filter(|other| kind_of(other) == kind_of(&reg));
        // Slots come first among scalars, and the column of lanes among integers.
        let first = [self.slots.len(), 1, 0][kind_of(&reg)];
        Some(first + before.count())
    }
}

/// The registers that a branch makes of one side.
pub(crate) fn merged(results: &[Merge], sense: bool) -> impl Iterator<Item = Reg> + '_ {
    results.iter().map(move |merge| if sense { merge.then } else { merge.otherwise })
}

/// How many columns any side needs, with one of integers for the lanes that take it.
pub(crate) fn most_gathered(
    program: &Program,
    columns: &Columns<'_>,
    nodes: &[Node<'_>],
) -> [usize; 3] {
    let mut most = [0; 3];
    let mut add = |counts: [usize; 3]| {
        most.iter_mut().zip(counts).for_each(|(most, count)| *most = count.max(*most));
    };
    for node in nodes {
        match node {
            Node::Lanes(_) | Node::Draw { .. } => {}
            Node::Loop { parts, .. } => {
                parts.iter().for_each(|nodes| add(most_gathered(program, columns, nodes)));
            }
            Node::Branch { then, otherwise, results, .. } => {
                for (sense, nodes) in [(true, then), (false, otherwise)] {
                    add(most_gathered(program, columns, nodes));
                    if let Some(side) = Side::of(columns, nodes, merged(results, sense), false) {
                        let [scalars, ints, bools] = side.gathered(program);
                        add([scalars, ints + 1, bools]);
                    }
                }
            }
        }
    }
    most
}

/// The slot that an operation reads for each lane.
fn slot_of(op: &Op, homogeneous: bool) -> Option<Slot> {
    match op {
        Op::Load(Slot::Dt | Slot::Time | Slot::Output(_)) => None,
        Op::Load(Slot::Parameter(_) | Slot::Derived(_)) if homogeneous => None,
        Op::Load(slot) => Some(*slot),
        _ => None,
    }
}

/// Collects what parts read and make; nothing with a draw or a loop among them.
fn visit(
    columns: &Columns<'_>,
    nodes: &[Node<'_>],
    read: &mut BTreeSet<Reg>,
    made: &mut BTreeSet<Reg>,
) -> Option<()> {
    for node in nodes {
        match node {
            Node::Lanes(items) => {
                read.extend(columns.foreign(items));
                items.iter().for_each(|item| makes(item, made));
            }
            Node::Branch { cond, then, otherwise, .. } => {
                read.insert(*cond);
                visit(columns, then, read, made)?;
                visit(columns, otherwise, read, made)?;
            }
            Node::Draw { .. } | Node::Loop { .. } => return None,
        }
    }
    Some(())
}

fn makes(item: &Item<'_>, made: &mut BTreeSet<Reg>) {
    match item {
        Item::Let(reg, _) => drop(made.insert(*reg)),
        Item::If(_, sides, results) => {
            sides.iter().for_each(|side| block_makes(side, made));
            made.extend(results.iter().map(|merge| merge.reg));
        }
        Item::Merge(_, merge) => drop(made.insert(merge.reg)),
        Item::Same(reg, _) => drop(made.insert(*reg)),
        Item::Store(..) | Item::First(..) | Item::Next(..) => {}
    }
}

fn block_makes(body: &[Stmt], made: &mut BTreeSet<Reg>) {
    for stmt in body {
        match stmt {
            Stmt::Let { reg, .. } => drop(made.insert(*reg)),
            Stmt::If { then, otherwise, results, .. } => {
                block_makes(then, made);
                block_makes(otherwise, made);
                made.extend(results.iter().map(|merge| merge.reg));
            }
            Stmt::Store { .. } | Stmt::Loop { .. } => {}
        }
    }
}
