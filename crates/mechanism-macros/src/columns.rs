//! Which registers are kept in columns because another part reads them.

use std::array::from_fn;
use std::collections::BTreeSet;

use pontine_mechanism_lang::{Merge, Op, Program, Reg, Stmt, Type};

use crate::sparse::most_gathered;
use crate::split::{Item, Node};

/// Where the registers of a program are.
pub(crate) struct Columns<'p> {
    /// Loads and constants, which every loop makes for itself.
    free: Vec<Option<&'p Op>>,
    /// The position among the columns of its type.
    kept: Vec<Option<usize>>,
    /// How many columns of scalars, integers and conditions there are.
    pub counts: [usize; 3],
    /// The columns of conditions from here on tell which lanes of a loop are not done.
    pub first_active: usize,
    /// The columns from here on hold what is gathered for a side of a branch.
    pub first_gathered: [usize; 3],
}

impl<'p> Columns<'p> {
    /// No columns at all.
    pub fn none(program: &'p Program) -> Columns<'p> {
        let n = program.types.len();
        let mut columns = Columns {
            free: vec![None; n],
            kept: vec![None; n],
            counts: [0; 3],
            first_active: 0,
            first_gathered: [0; 3],
        };
        columns.find_free(&program.body);
        columns
    }

    pub fn of(program: &'p Program, nodes: &[Node<'_>], n_active: usize) -> Columns<'p> {
        let mut columns = Columns::none(program);
        // What a part reads as a whole column has to be one.
        let mut crossing = BTreeSet::new();
        read_whole(nodes, &mut crossing);
        crossing.iter().for_each(|reg| columns.free[reg.0 as usize] = None);
        columns.cross(nodes, &mut crossing);
        crossing.iter().for_each(|reg| columns.keep(*reg, program.types[reg.0 as usize]));
        columns.first_active = columns.counts[2];
        columns.counts[2] += n_active;
        columns.first_gathered = columns.counts;
        let gathered = most_gathered(program, &columns, nodes);
        columns.counts = from_fn(|kind| columns.counts[kind] + gathered[kind]);
        columns
    }

    fn find_free(&mut self, body: &'p [Stmt]) {
        for stmt in body {
            match stmt {
                Stmt::Let { reg, op } => {
                    let free = matches!(op, Op::Const(_) | Op::Int(_) | Op::Bool(_) | Op::Load(_));
                    self.free[reg.0 as usize] = free.then_some(op);
                }
                Stmt::Store { .. } => {}
                Stmt::If { then, otherwise, .. } => {
                    self.find_free(then);
                    self.find_free(otherwise);
                }
                Stmt::Loop { head, body, .. } => {
                    self.find_free(head);
                    self.find_free(body);
                }
            }
        }
    }

    /// What loops read of one another.
    fn cross(&self, nodes: &[Node<'_>], crossing: &mut BTreeSet<Reg>) {
        for node in nodes {
            match node {
                Node::Lanes(items) => {
                    let foreign = self.foreign(items).into_iter();
                    crossing.extend(foreign.filter(|reg| self.free(*reg).is_none()));
                }
                Node::Draw { .. } => {}
                Node::Branch { then, otherwise, .. } => {
                    self.cross(then, crossing);
                    self.cross(otherwise, crossing);
                }
                Node::Loop { parts, .. } => {
                    parts.iter().for_each(|nodes| self.cross(nodes, crossing));
                }
            }
        }
    }

    fn keep(&mut self, reg: Reg, ty: Type) {
        let count = &mut self.counts[kind(ty)];
        self.kept[reg.0 as usize] = Some(*count);
        *count += 1;
    }

    /// The load or constant that a register is.
    pub fn free(&self, reg: Reg) -> Option<&'p Op> {
        self.free[reg.0 as usize]
    }

    /// The column that a register is kept in.
    pub fn column(&self, reg: Reg) -> Option<usize> {
        self.kept[reg.0 as usize]
    }

    /// What a loop reads without making it, in order.
    pub fn foreign(&self, items: &[Item<'_>]) -> BTreeSet<Reg> {
        let mut uses = Uses { columns: self, read: BTreeSet::new(), made: BTreeSet::new() };
        items.iter().for_each(|item| uses.item(item));
        uses.read.difference(&uses.made).copied().collect()
    }
}

/// The position of a type among the kinds of columns.
pub(crate) fn kind(ty: Type) -> usize {
    match ty {
        Type::Scalar => 0,
        Type::Int => 1,
        Type::Bool => 2,
    }
}

/// What draws and large branches read and make.
fn read_whole(nodes: &[Node<'_>], whole: &mut BTreeSet<Reg>) {
    for node in nodes {
        match node {
            Node::Lanes(_) => {}
            Node::Draw { reg, mean, .. } => whole.extend([*reg].into_iter().chain(*mean)),
            Node::Branch { cond, then, otherwise, .. } => {
                whole.insert(*cond);
                read_whole(then, whole);
                read_whole(otherwise, whole);
            }
            Node::Loop { active, carries, parts, .. } => {
                whole.extend(active.map(|(_, cond)| cond));
                whole.extend(carries.iter().map(|carry| carry.reg));
                parts.iter().for_each(|nodes| read_whole(nodes, whole));
            }
        }
    }
}

struct Uses<'c, 'p> {
    columns: &'c Columns<'p>,
    read: BTreeSet<Reg>,
    made: BTreeSet<Reg>,
}

impl Uses<'_, '_> {
    fn item(&mut self, item: &Item<'_>) {
        match item {
            Item::Let(reg, op) => self.op(*reg, op),
            Item::If(cond, sides, results) => self.branches(*cond, *sides, results),
            Item::Merge(cond, merge) => {
                self.read.insert(*cond);
                self.merge(merge);
            }
            Item::Same(reg, other) => {
                self.read.insert(*other);
                self.made.insert(*reg);
            }
            Item::Store(_, value) => drop(self.read.insert(*value)),
            Item::First(carries, _) => self.read.extend(carries.iter().map(|carry| carry.first)),
            Item::Next(carries, _) => {
                self.read.extend(carries.iter().flat_map(|carry| [carry.reg, carry.next]));
            }
        }
    }

    fn branches(&mut self, cond: Reg, sides: [&[Stmt]; 2], results: &[Merge]) {
        self.read.insert(cond);
        sides.iter().for_each(|side| self.block(side));
        results.iter().for_each(|merge| self.merge(merge));
    }

    fn block(&mut self, body: &[Stmt]) {
        for stmt in body {
            match stmt {
                Stmt::Let { reg, op } => self.op(*reg, op),
                Stmt::Store { value, .. } => drop(self.read.insert(*value)),
                Stmt::If { cond, then, otherwise, results } => {
                    self.branches(*cond, [then, otherwise], results);
                }
                // Loops are parts of their own.
                Stmt::Loop { .. } => {}
            }
        }
    }

    fn op(&mut self, reg: Reg, op: &Op) {
        self.read.extend(op.operands());
        // Loads and constants are made where a loop begins.
        if self.columns.free(reg).is_none() {
            self.made.insert(reg);
        }
    }

    fn merge(&mut self, merge: &Merge) {
        self.read.extend([merge.then, merge.otherwise]);
        self.made.insert(merge.reg);
    }
}
