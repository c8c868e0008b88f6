//! Structured programs to flat code.

use std::cmp::Ordering;

use pontine_mechanism_lang::{Arithmetic, Carry, Merge, Op, Program, Reg, Slot, Stmt, Type};

use super::code::{BoolOp, Code, Column, Instruction, IntOp, ScalarOp, Sizes, Target};
use super::fusion::Fusion;
use super::loops::Then;
use super::uses::Uses;

/// Compiles an expanded program.
pub(super) fn compile(program: &Program) -> Code {
    let mut compiler = Compiler::new(program);
    compiler.block(&program.body);
    compiler.stores();
    compiler.finish()
}

/// A register's place while code is made.
#[derive(Clone, Copy, Debug)]
enum Place {
    Scalar(Column),
    Int(usize),
    Bool(usize),
    /// In a state or an output, where nothing reads it.
    Stored,
}

/// How many columns of each kind are read.
fn sizes(program: &Program) -> Sizes {
    let mut sizes = Sizes::default();
    program.for_each_op(&mut |_, op| {
        let Op::Load(slot) = op else { return };
        let (size, i) = match slot {
            Slot::State(i) => (&mut sizes.states, i),
            Slot::Parameter(i) => (&mut sizes.parameters, i),
            Slot::Derived(i) => (&mut sizes.derived, i),
            Slot::Input(i) => (&mut sizes.inputs, i),
            Slot::Receptor(i) => (&mut sizes.receptors, i),
            Slot::Output(_) | Slot::Dt | Slot::Time => return,
        };
        *size = (*size).max(i + 1);
    });
    sizes
}

/// The last reader of each state's old value.
fn states_read(program: &Program, uses: &Uses) -> Vec<usize> {
    let mut read = Vec::new();
    program.for_each_op(&mut |reg, op| {
        if let Op::Load(Slot::State(state)) = op {
            read.resize(read.len().max(*state + 1), 0);
            read[*state] = read[*state].max(uses.last_read[reg.0 as usize]);
        }
    });
    read
}

/// A decay whose state is read nowhere else in it.
fn in_place(op: &ScalarOp<Column>, state: usize) -> Option<ScalarOp<Column>> {
    let is = |column: &Column| *column == Column::State(state);
    match op {
        ScalarOp::Decay(x, others) if is(x) && !others.iter().any(is) => {
            Some(ScalarOp::DecayInPlace(*others))
        }
        _ => None,
    }
}

/// Columns in use, by the last statement that reads them.
struct Compiler<'a> {
    program: &'a Program,
    instructions: Vec<Instruction<Column>>,
    code: Code,
    places: Vec<Option<Place>>,
    /// Statements are counted in order; each register's last reader.
    uses: Uses,
    fusion: Fusion<'a>,
    /// The last reader of what each state was before.
    states_read: Vec<usize>,
    now: usize,
    free_scalars: Vec<usize>,
    free_ints: Vec<usize>,
    free_bools: Vec<usize>,
    /// Registers in columns that may become free, with their last reader.
    pending: Vec<Reg>,
    stores: Vec<(Slot, Reg)>,
}

impl<'a> Compiler<'a> {
    fn new(program: &'a Program) -> Compiler<'a> {
        let mut uses = Uses::of(program);
        let fusion = Fusion::of(program, &uses);
        fusion.extend(&mut uses.last_read);
        Compiler {
            program,
            instructions: Vec::new(),
            code: Code { sizes: sizes(program), ..Code::default() },
            places: vec![None; program.types.len()],
            states_read: states_read(program, &uses),
            uses,
            fusion,
            now: 0,
            free_scalars: Vec::new(),
            free_ints: Vec::new(),
            free_bools: Vec::new(),
            pending: Vec::new(),
            stores: Vec::new(),
        }
    }

    fn block(&mut self, body: &[Stmt]) {
        for stmt in body {
            self.now += 1;
            self.release();
            match stmt {
                Stmt::Let { reg, op } => self.op(*reg, op),
                // Loads see the values from before: all stores wait for the end.
                Stmt::Store { slot, value } => self.stores.push((*slot, *value)),
                Stmt::If { cond, then, otherwise, results } => {
                    self.branches(*cond, then, otherwise, results);
                }
                Stmt::Loop { rounds, carries, head, cond, body } => {
                    self.repeat(*rounds, carries, [head, body], *cond);
                }
            }
        }
    }

    fn branches(&mut self, cond: Reg, then: &[Stmt], otherwise: &[Stmt], results: &[Merge]) {
        let cond = self.bool(cond);
        self.skippable(then, |to| Instruction::SkipIfNone { cond, to });
        self.skippable(otherwise, |to| Instruction::SkipIfAll { cond, to });
        self.now += 1;
        results.iter().for_each(|merge| self.merge(cond, merge));
    }

    fn repeat(
        &mut self,
        rounds: u32,
        carries: &[Carry],
        [head, body]: [&[Stmt]; 2],
        cond: Option<Reg>,
    ) {
        for carry in carries {
            let a = self.scalar(carry.first);
            self.claim(carry.reg);
            let to = Target::Register(self.register(carry.reg));
            self.push(Instruction::Scalar(to, ScalarOp::Copy(a)));
        }
        // The lanes that are not done; two columns, since an operation never writes an operand.
        let active =
            cond.map(|_| [0; 2].map(|_| take(&mut self.free_bools, &mut self.code.n_bools)));
        if let Some([active, _]) = active {
            self.push(Instruction::Bool(active, BoolOp::Value(true)));
        }
        let counter = self.code.n_counters;
        self.code.n_counters += 1;
        let begin = self.push(Instruction::Begin { counter }) + 1;
        self.block(head);
        let exit = active.zip(cond).map(|([active, spare], cond)| {
            let cond = self.bool(cond);
            self.push(Instruction::Bool(spare, BoolOp::And(active, cond)));
            self.push(Instruction::Bool(active, BoolOp::Copy(spare)));
            self.push(Instruction::SkipIfNone { cond: active, to: 0 })
        });
        self.block(body);
        self.now += 1;
        self.advance(carries, active.map(|[active, _]| active));
        self.push(Instruction::Repeat { counter, rounds, to: begin });
        if let (Some(exit), Some([active, spare])) = (exit, active) {
            let to = self.instructions.len();
            self.instructions[exit] = Instruction::SkipIfNone { cond: active, to };
            self.free_bools.extend([active, spare]);
        }
    }

    /// The next values of what a loop carries, all of them taken before any is replaced.
    fn advance(&mut self, carries: &[Carry], active: Option<usize>) {
        let mut moves = Vec::new();
        for carry in carries {
            let (next, old) = (self.scalar(carry.next), self.scalar(carry.reg));
            let (to, spare) = (self.register(carry.reg), self.fresh_scalar());
            let op = match active {
                Some(cond) => ScalarOp::Select(cond, [next, old]),
                None => ScalarOp::Copy(next),
            };
            self.push(Instruction::Scalar(Target::Register(spare), op));
            moves.push((to, spare));
        }
        for (to, spare) in moves {
            let op = ScalarOp::Copy(Column::Register(spare));
            self.push(Instruction::Scalar(Target::Register(to), op));
            self.free_scalars.push(spare);
        }
    }

    /// A block behind a skip to its end; nothing of it remains if the block computes nothing.
    fn skippable(&mut self, body: &[Stmt], skip: impl Fn(usize) -> Instruction<Column>) {
        let first = self.push(skip(0));
        self.block(body);
        let end = self.instructions.len();
        if end == first + 1 {
            self.instructions.truncate(first);
        } else {
            self.instructions[first] = skip(end);
        }
    }

    fn merge(&mut self, cond: usize, merge: &Merge) {
        let places = [merge.then, merge.otherwise].map(|reg| self.places[reg.0 as usize]);
        match (self.program.types[merge.reg.0 as usize], places) {
            (Type::Scalar, _) => {
                let op =
                    self.selection(cond, self.scalar(merge.then), self.scalar(merge.otherwise));
                self.push_scalar(merge.reg, op);
            }
            (Type::Int, [Some(Place::Int(a)), Some(Place::Int(b))]) => {
                self.push_int(merge.reg, IntOp::Select { cond, a, b });
            }
            (Type::Bool, [Some(Place::Bool(a)), Some(Place::Bool(b))]) => {
                self.push_bool(merge.reg, BoolOp::Select { cond, a, b });
            }
            // The branches' registers have the type of the merged one.
            (Type::Int | Type::Bool, _) => {}
        }
    }
}

/// Operations.
impl Compiler<'_> {
    fn op(&mut self, reg: Reg, op: &Op) {
        if self.fusion.of_register(reg).is_some() {
            return;
        }
        if let Some(column) = self.in_place(op) {
            self.places[reg.0 as usize] = Some(Place::Scalar(column));
        } else if let Some(op) = self.scalar_op(op) {
            self.push_scalar(reg, op);
        } else if let Some(op) = self.int_op(op) {
            self.push_int(reg, op);
        } else if let Some(op) = self.bool_op(op) {
            self.push_bool(reg, op);
        }
    }

    /// The column of a value that need not be computed.
    fn in_place(&mut self, op: &Op) -> Option<Column> {
        match op {
            Op::Const(value) => Some(self.constant(*value)),
            Op::Load(slot) => match slot {
                Slot::Parameter(i) => Some(Column::Parameter(*i)),
                Slot::Derived(i) => Some(Column::Derived(*i)),
                Slot::State(i) => Some(Column::State(*i)),
                Slot::Input(i) => Some(Column::Input(*i)),
                Slot::Receptor(i) => Some(Column::Receptor(*i)),
                Slot::Dt => Some(Column::Dt),
                Slot::Time => Some(Column::Time),
                // Outputs are written only.
                Slot::Output(_) => Some(self.constant(0.0)),
            },
            _ => None,
        }
    }

    fn constant(&mut self, value: f64) -> Column {
        let known = self.code.constants.iter().position(|c| c.to_bits() == value.to_bits());
        Column::Constant(known.unwrap_or_else(|| {
            self.code.constants.push(value);
            self.code.constants.len() - 1
        }))
    }

    fn scalar_op(&self, op: &Op) -> Option<ScalarOp<Column>> {
        Some(match op {
            Op::Unary(primitive, a) => ScalarOp::Unary(*primitive, self.scalar(*a)),
            Op::Binary(arithmetic, a, b) => self.binary(*arithmetic, *a, *b),
            Op::Fma(a, b, c) => ScalarOp::Fma([*a, *b, *c].map(|reg| self.scalar(reg))),
            Op::Scale(a, n) => ScalarOp::Scale(self.scalar(*a), self.int(*n)),
            Op::ToScalar(a) => ScalarOp::ToScalar(self.int(*a)),
            Op::Select(cond, a, b) => self.select(*cond, *a, *b),
            Op::Draw(kind, site, args) => {
                let mean = args.first().map(|mean| self.scalar(*mean));
                ScalarOp::Draw { kind: *kind, site: *site, mean }
            }
            _ => return None,
        })
    }

    fn int_op(&self, op: &Op) -> Option<IntOp<Column>> {
        Some(match op {
            Op::Int(value) => IntOp::Value(*value),
            Op::Exponent(a) => IntOp::Exponent(self.scalar(*a)),
            Op::Nearest(a) => IntOp::Nearest(self.scalar(*a)),
            Op::IntAdd(a, b) => IntOp::Add(self.int(*a), self.int(*b)),
            Op::IntAnd(a, b) => IntOp::And(self.int(*a), self.int(*b)),
            _ => return None,
        })
    }

    fn bool_op(&self, op: &Op) -> Option<BoolOp<Column>> {
        Some(match op {
            Op::Bool(value) => BoolOp::Value(*value),
            Op::Compare(op, a, b) => BoolOp::Compare(*op, self.scalar(*a), self.scalar(*b)),
            Op::IntEq(a, b) => BoolOp::IntEq(self.int(*a), self.int(*b)),
            Op::Not(a) => BoolOp::Not(self.bool(*a)),
            Op::And(a, b) => match self.fusion.of_register(*b) {
                Some(Op::Not(b)) => BoolOp::AndNot(self.bool(*a), self.bool(*b)),
                _ => BoolOp::And(self.bool(*a), self.bool(*b)),
            },
            Op::Or(a, b) => BoolOp::Or(self.bool(*a), self.bool(*b)),
            _ => return None,
        })
    }

    fn binary(&self, arithmetic: Arithmetic, a: Reg, b: Reg) -> ScalarOp<Column> {
        if arithmetic == Arithmetic::Add {
            if let Some(decay) = self.decay(a, b).or_else(|| self.decay(b, a)) {
                return decay;
            }
            if let Some(sum) = self.sum(a, b) {
                return sum;
            }
        }
        self.chain(arithmetic, a, b)
            .unwrap_or_else(|| ScalarOp::Binary(arithmetic, [self.scalar(a), self.scalar(b)]))
    }

    /// Several products.
    fn sum(&self, a: Reg, b: Reg) -> Option<ScalarOp<Column>> {
        let (first, products) = self.fusion.summands(a, b).filter(|(_, all)| all.len() > 1)?;
        let products = products.into_iter().map(|[x, factor]| self.product(x, factor));
        Some(ScalarOp::Sum(first.map(|reg| self.scalar(reg)), products.collect()))
    }

    /// The columns of a product, that which may be the same in all lanes as the second.
    fn product(&self, x: Reg, factor: Reg) -> [Column; 2] {
        let may_be_same = |column| {
            use Column::{Constant, Derived, Dt, Parameter, Time};
            matches!(column, Constant(_) | Parameter(_) | Derived(_) | Dt | Time)
        };
        let (x, factor) = (self.scalar(x), self.scalar(factor));
        if may_be_same(x) { [factor, x] } else { [x, factor] }
    }

    /// `a + b` where `a` is a product, flushed.
    fn decay(&self, a: Reg, b: Reg) -> Option<ScalarOp<Column>> {
        let Some(Op::Select(cond, low, product)) = self.fusion.of_register(a) else { return None };
        let Some(Op::Compare(_, _, limit)) = self.fusion.of_register(*cond) else { return None };
        let [x, factor] = self.fusion.product(*product)?;
        let [x, factor] = self.product(x, factor);
        let [limit, low, summand] = [*limit, *low, b].map(|reg| self.scalar(reg));
        Some(ScalarOp::Decay(x, [factor, limit, low, summand]))
    }

    /// An operation with one operand that it computes along, and perhaps with one of that's.
    fn chain(&self, arithmetic: Arithmetic, a: Reg, b: Reg) -> Option<ScalarOp<Column>> {
        let parts = |reg: Reg| match self.fusion.of_register(reg) {
            Some(Op::Binary(first, x, y)) => Some((*first, *x, *y)),
            _ => None,
        };
        let chained = parts(a).map(|found| (found, b, false));
        let ((first, x, y), c, flipped) =
            chained.or_else(|| parts(b).map(|found| (found, a, true)))?;
        let then = match (arithmetic, flipped) {
            (Arithmetic::Add, _) => Then::Add,
            (Arithmetic::Mul, _) => Then::Mul,
            (Arithmetic::Sub, false) => Then::Sub,
            (Arithmetic::Sub, true) => Then::SubFrom,
            (Arithmetic::Max, false) => Then::Max,
            (Arithmetic::Max, true) | (Arithmetic::Div | Arithmetic::Min, _) => return None,
        };
        let c = self.scalar(c);
        if let Some(ScalarOp::Chain(first, second, [x, y, z])) = self.chain(first, x, y) {
            return Some(ScalarOp::LongChain(first, second, then, [x, y, z, c]));
        }
        Some(ScalarOp::Chain(first, then, [self.scalar(x), self.scalar(y), c]))
    }

    fn select(&self, cond: Reg, a: Reg, b: Reg) -> ScalarOp<Column> {
        let (low, high) = (self.scalar(a), self.scalar(b));
        match self.fusion.of_register(cond) {
            Some(Op::Compare(_, left, right)) if self.fusion.of_register(*left).is_some() => {
                ScalarOp::Flush([self.scalar(*right), low, high])
            }
            Some(Op::Compare(op, left, right)) => {
                ScalarOp::Choose(*op, [self.scalar(*left), self.scalar(*right), low, high])
            }
            _ => self.selection(self.bool(cond), low, high),
        }
    }

    fn selection(&self, cond: usize, a: Column, b: Column) -> ScalarOp<Column> {
        let is = |column, value: f64| match column {
            Column::Constant(i) => self.code.constants[i].to_bits() == value.to_bits(),
            _ => false,
        };
        if is(a, 1.0) && is(b, 0.0) {
            ScalarOp::Condition(cond)
        } else {
            ScalarOp::Select(cond, [a, b])
        }
    }

    fn push_scalar(&mut self, reg: Reg, op: ScalarOp<Column>) {
        let stored = self.stored_at_once(reg, &op);
        let (to, op) = match stored {
            Some((to, in_place)) => {
                self.places[reg.0 as usize] = Some(Place::Stored);
                (to, in_place.unwrap_or(op))
            }
            None => {
                self.claim(reg);
                (Target::Register(self.register(reg)), op)
            }
        };
        self.push(Instruction::Scalar(to, op));
    }

    fn push_int(&mut self, reg: Reg, op: IntOp<Column>) {
        self.claim(reg);
        self.push(Instruction::Int(self.register(reg), op));
    }

    fn push_bool(&mut self, reg: Reg, op: BoolOp<Column>) {
        self.claim(reg);
        self.push(Instruction::Bool(self.register(reg), op));
    }

    /// Where a result is stored that nobody else reads, if the old value there is not needed any
    /// more; and the operation in place where it is the only one that still needs it.
    fn stored_at_once(
        &self,
        reg: Reg,
        op: &ScalarOp<Column>,
    ) -> Option<(Target, Option<ScalarOp<Column>>)> {
        let once = self.uses.count[reg.0 as usize] == 1;
        match self.uses.stored[reg.0 as usize].filter(|_| once)? {
            Slot::Output(output) => Some((Target::Output(output), None)),
            Slot::State(state) => {
                let until = self.states_read.get(state).copied().unwrap_or(0);
                match until.cmp(&self.now) {
                    Ordering::Less => Some((Target::State(state), None)),
                    Ordering::Equal => {
                        in_place(op, state).map(|op| (Target::State(state), Some(op)))
                    }
                    Ordering::Greater => None,
                }
            }
            // Kernels write nothing else.
            _ => None,
        }
    }

    /// Writes what waited, from columns that no store can change.
    fn stores(&mut self) {
        let stores = std::mem::take(&mut self.stores);
        let mut ready = Vec::new();
        for (slot, value) in stores {
            let column = match self.places[value.0 as usize] {
                Some(Place::Stored) => continue,
                Some(Place::Scalar(Column::State(_))) => {
                    let spare = self.fresh_scalar();
                    let op = ScalarOp::Copy(self.scalar(value));
                    self.push(Instruction::Scalar(Target::Register(spare), op));
                    Column::Register(spare)
                }
                _ => self.scalar(value),
            };
            ready.push((slot, column));
        }
        for (slot, column) in ready {
            let target = match slot {
                Slot::State(state) => Target::State(state),
                Slot::Output(output) => Target::Output(output),
                // Kernels write nothing else.
                _ => continue,
            };
            self.push(Instruction::Scalar(target, ScalarOp::Copy(column)));
        }
    }

    fn finish(mut self) -> Code {
        let code = &mut self.code;
        // The clock has two columns.
        code.sizes.own = code.n_scalars.max(code.constants.len()).max(2);
        let sizes = code.sizes;
        let link = |instruction: &Instruction<Column>| {
            instruction.map(|column, target| sizes.operand(column, target))
        };
        code.instructions = self.instructions.iter().map(link).collect();
        self.code
    }

    fn push(&mut self, instruction: Instruction<Column>) -> usize {
        self.instructions.push(instruction);
        self.instructions.len() - 1
    }
}

/// Columns.
impl Compiler<'_> {
    fn scalar(&self, reg: Reg) -> Column {
        match self.places[reg.0 as usize] {
            Some(Place::Scalar(column)) => column,
            // The program is well typed, and every register is assigned before its uses.
            _ => Column::Dt,
        }
    }

    fn int(&self, reg: Reg) -> usize {
        match self.places[reg.0 as usize] {
            Some(Place::Int(column)) => column,
            _ => 0,
        }
    }

    fn bool(&self, reg: Reg) -> usize {
        match self.places[reg.0 as usize] {
            Some(Place::Bool(column)) => column,
            _ => 0,
        }
    }

    fn register(&self, reg: Reg) -> usize {
        match self.places[reg.0 as usize] {
            Some(Place::Scalar(Column::Register(i)) | Place::Int(i) | Place::Bool(i)) => i,
            _ => 0,
        }
    }

    fn fresh_scalar(&mut self) -> usize {
        take(&mut self.free_scalars, &mut self.code.n_scalars)
    }

    /// Gives a register a column of its type.
    fn claim(&mut self, reg: Reg) {
        let place = match self.program.types[reg.0 as usize] {
            Type::Scalar => Place::Scalar(Column::Register(self.fresh_scalar())),
            Type::Int => Place::Int(take(&mut self.free_ints, &mut self.code.n_ints)),
            Type::Bool => Place::Bool(take(&mut self.free_bools, &mut self.code.n_bools)),
        };
        self.places[reg.0 as usize] = Some(place);
        self.pending.push(reg);
    }

    /// Frees the columns whose last reader is behind us.
    fn release(&mut self) {
        let pending = std::mem::take(&mut self.pending);
        for reg in pending {
            if self.uses.last_read[reg.0 as usize] >= self.now {
                self.pending.push(reg);
                continue;
            }
            match self.places[reg.0 as usize] {
                Some(Place::Scalar(Column::Register(i))) => self.free_scalars.push(i),
                Some(Place::Int(i)) => self.free_ints.push(i),
                Some(Place::Bool(i)) => self.free_bools.push(i),
                Some(Place::Scalar(_) | Place::Stored) | None => {}
            }
        }
    }
}

fn take(free: &mut Vec<usize>, count: &mut usize) -> usize {
    free.pop().unwrap_or_else(|| {
        *count += 1;
        *count - 1
    })
}
