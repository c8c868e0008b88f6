//! A program as a sequence of loops over lanes, parted where lanes have to meet.
//!
//! Small branches stay inside a loop, both sides computed and the results selected. Lanes meet
//! before a draw, which fills a whole column at once, and before a large branch, which is skipped
//! where no lane takes it.

use pontine_mechanism_lang::{
    Arithmetic, Carry, Draw, Merge, Op, Primitive, Program, Reg, Slot, Stmt,
};

/// A part of a program.
#[derive(Clone)]
pub(crate) enum Node<'p> {
    /// A loop over lanes.
    Lanes(Vec<Item<'p>>),
    /// A column of draws.
    Draw { reg: Reg, kind: Draw, site: u16, mean: Option<Reg> },
    /// Parts that are skipped where no lane takes them.
    Branch { cond: Reg, then: Vec<Node<'p>>, otherwise: Vec<Node<'p>>, results: &'p [Merge] },
    /// Parts that are repeated while the condition holds in any lane; `active` numbers the loops
    /// that have one.
    Loop {
        rounds: u32,
        active: Option<(usize, Reg)>,
        carries: &'p [Carry],
        parts: [Vec<Node<'p>>; 2],
    },
}

/// A statement within a loop over lanes.
#[derive(Clone, Copy)]
pub(crate) enum Item<'p> {
    Let(Reg, &'p Op),
    /// A small branch: condition, both sides, results.
    If(Reg, [&'p [Stmt]; 2], &'p [Merge]),
    /// A result of a large branch.
    Merge(Reg, &'p Merge),
    /// The same as another register.
    Same(Reg, Reg),
    Store(Slot, Reg),
    /// Before a loop: the first values of what it carries; all lanes are active.
    First(&'p [Carry], Option<usize>),
    /// At the end of a round: the next values, in active lanes.
    Next(&'p [Carry], Option<usize>),
}

/// Operations in a branch up to which both sides are cheaper than a test.
const SMALL: usize = 32;

/// Operations up to which one side of a large branch is done for all lanes, rather than in a loop of
/// its own.
const TINY: usize = 8;

/// The parts of a program. All stores stand in the last one, since loads see the values from before
/// the program.
///
/// Also tells how many loops have a condition.
pub(crate) fn split(program: &Program) -> (Vec<Node<'_>>, usize) {
    let mut parts = Parts::default();
    parts.block(&program.body);
    parts.last.append(&mut parts.stores);
    let n_active = parts.n_active;
    (parts.finish(), n_active)
}

#[derive(Default)]
struct Parts<'p> {
    nodes: Vec<Node<'p>>,
    /// The loop in the making.
    last: Vec<Item<'p>>,
    stores: Vec<Item<'p>>,
    n_active: usize,
}

impl<'p> Parts<'p> {
    fn block(&mut self, body: &'p [Stmt]) {
        body.iter().for_each(|stmt| self.statement(stmt));
    }

    fn statement(&mut self, stmt: &'p Stmt) {
        match stmt {
            Stmt::Let { reg, op: Op::Draw(kind, site, args) } => {
                let mean = args.first().copied();
                self.part(Node::Draw { reg: *reg, kind: *kind, site: *site, mean });
            }
            Stmt::Let { reg, op } => self.last.push(Item::Let(*reg, op)),
            Stmt::Store { slot, value } => self.stores.push(Item::Store(*slot, *value)),
            Stmt::If { cond, then, otherwise, results } => {
                if cost(then).saturating_add(cost(otherwise)) <= SMALL {
                    self.last.push(Item::If(*cond, [then, otherwise], results));
                    return;
                }
                let [(then, then_tiny), (otherwise, otherwise_tiny)] =
                    [then, otherwise].map(|body| apart(body));
                let [then, otherwise] = [then, otherwise].map(|body| self.inner(body, None));
                self.part(Node::Branch { cond: *cond, then, otherwise, results });
                self.last.push(Item::If(*cond, [then_tiny, otherwise_tiny], &[]));
                self.last.extend(results.iter().map(|merge| Item::Merge(*cond, merge)));
            }
            Stmt::Loop { rounds, carries, head, cond, body } => {
                let active = cond.map(|cond| (self.n_active, cond));
                self.n_active += usize::from(cond.is_some());
                let number = active.map(|(number, _)| number);
                self.last.push(Item::First(carries, number));
                let head = self.inner(head, None);
                let body = self.inner(body, Some(Item::Next(carries, number)));
                self.part(Node::Loop { rounds: *rounds, active, carries, parts: [head, body] });
            }
        }
    }

    /// A block with parts of its own.
    fn inner(&mut self, body: &'p [Stmt], end: Option<Item<'p>>) -> Vec<Node<'p>> {
        let mut parts = Parts { n_active: self.n_active, ..Parts::default() };
        parts.block(body);
        parts.last.extend(end);
        self.n_active = parts.n_active;
        parts.finish()
    }

    /// Ends the loop in the making.
    fn part(&mut self, node: Node<'p>) {
        let items = std::mem::take(&mut self.last);
        self.nodes.extend([Node::Lanes(items), node]);
    }

    fn finish(mut self) -> Vec<Node<'p>> {
        self.nodes.push(Node::Lanes(self.last));
        self.nodes
    }
}

/// A side of a large branch: what stands apart, and what is done for all lanes.
fn apart(body: &[Stmt]) -> (&[Stmt], &[Stmt]) {
    if cost(body) <= TINY { (&[], body) } else { (body, &[]) }
}

/// Roughly the operations of a branch; never small with something in it where lanes have to meet.
fn cost(body: &[Stmt]) -> usize {
    let of = |stmt: &Stmt| match stmt {
        Stmt::Let { op, .. } => cost_of(op),
        Stmt::Store { .. } => 1,
        Stmt::If { then, otherwise, .. } => cost(then).saturating_add(cost(otherwise)),
        Stmt::Loop { .. } => usize::MAX,
    };
    body.iter().map(of).fold(0, usize::saturating_add)
}

fn cost_of(op: &Op) -> usize {
    match op {
        Op::Draw(..) => usize::MAX,
        Op::Const(_) | Op::Load(_) | Op::Int(_) | Op::Bool(_) => 0,
        Op::Binary(Arithmetic::Div, ..) | Op::Unary(Primitive::Sqrt, _) => 8,
        _ => 1,
    }
}
