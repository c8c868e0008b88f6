//! Structured programs to flat code over a few columns.

use pontine_mechanism_lang::{
    Arithmetic, Carry, CompareOp, Draw, Merge, Op, Primitive, Program, Reg, Slot, Stmt, Type,
};

use super::loops::Then;

/// Flat code.
#[derive(Clone, Debug, Default)]
pub(super) struct Code {
    pub instructions: Vec<Instruction>,
    pub constants: Vec<f64>,
    pub n_scalars: usize,
    pub n_ints: usize,
    pub n_bools: usize,
    pub n_counters: usize,
}

/// Where a scalar operand lies.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Column {
    Register(usize),
    Constant(usize),
    Parameter(usize),
    Derived(usize),
    State(usize),
    Input(usize),
    Receptor(usize),
    Dt,
    Time,
}

/// One operation on whole columns; `usize` operands are columns of ints or bools.
#[derive(Clone, Debug)]
#[rustfmt::skip]
pub(super) enum Instruction {
    Unary { to: usize, primitive: Primitive, a: Column },
    Binary { to: usize, arithmetic: Arithmetic, a: Column, b: Column },
    /// `(a first b) then c`, rounded twice: a result that only one other operation reads.
    Chain { to: usize, first: Arithmetic, then: Then, a: Column, b: Column, c: Column },
    /// `left op right ? a : b`: a comparison that only one selection reads.
    Choose { to: usize, op: CompareOp, left: Column, right: Column, a: Column, b: Column },
    /// `a` where the size of `b` is below `limit`, else `b`.
    Flush { to: usize, limit: Column, a: Column, b: Column },
    Fma { to: usize, a: Column, b: Column, c: Column },
    Scale { to: usize, a: Column, n: usize },
    ToScalar { to: usize, a: usize },
    Select { to: usize, cond: usize, a: Column, b: Column },
    Copy { to: usize, a: Column },
    Draw { to: usize, kind: Draw, site: u16, mean: Option<Column> },
    Int { to: usize, value: i32 },
    Exponent { to: usize, a: Column },
    Nearest { to: usize, a: Column },
    IntAdd { to: usize, a: usize, b: usize },
    IntAnd { to: usize, a: usize, b: usize },
    SelectInt { to: usize, cond: usize, a: usize, b: usize },
    Bool { to: usize, value: bool },
    Compare { to: usize, op: CompareOp, a: Column, b: Column },
    IntEq { to: usize, a: usize, b: usize },
    Not { to: usize, a: usize },
    And { to: usize, a: usize, b: usize },
    AndNot { to: usize, a: usize, b: usize },
    Or { to: usize, a: usize, b: usize },
    SelectBool { to: usize, cond: usize, a: usize, b: usize },
    SkipIfNone { cond: usize, to: usize },
    SkipIfAll { cond: usize, to: usize },
    CopyBool { to: usize, a: usize },
    /// Sets a counter of rounds to zero.
    Begin { counter: usize },
    /// Goes back to `to` unless all rounds are done.
    Repeat { counter: usize, rounds: u32, to: usize },
    StoreState { state: usize, a: usize },
    StoreOutput { output: usize, a: usize },
}

/// Which column an instruction writes.
pub(super) enum Result {
    Scalar(usize),
    Int(usize),
    Bool(usize),
    None,
}

impl Instruction {
    #[rustfmt::skip]
    pub(super) fn result(&self) -> Result {
        use Instruction as I;
        match self {
            I::Unary { to, .. } | I::Binary { to, .. } | I::Chain { to, .. } | I::Choose { to, .. }
            | I::Flush { to, .. } | I::Fma { to, .. }
            | I::Scale { to, .. } | I::ToScalar { to, .. } | I::Select { to, .. }
            | I::Copy { to, .. } | I::Draw { to, .. } => Result::Scalar(*to),
            I::Int { to, .. } | I::Exponent { to, .. } | I::Nearest { to, .. } | I::IntAdd { to, .. }
            | I::IntAnd { to, .. } | I::SelectInt { to, .. } => Result::Int(*to),
            I::Bool { to, .. } | I::Compare { to, .. } | I::IntEq { to, .. } | I::Not { to, .. }
            | I::And { to, .. } | I::AndNot { to, .. }
            | I::Or { to, .. } | I::SelectBool { to, .. }
            | I::CopyBool { to, .. } => Result::Bool(*to),
            I::SkipIfNone { .. } | I::SkipIfAll { .. } | I::Begin { .. } | I::Repeat { .. }
            | I::StoreState { .. } | I::StoreOutput { .. } => Result::None,
        }
    }
}

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
}

/// Columns in use, by the last statement that reads them.
struct Compiler<'a> {
    program: &'a Program,
    code: Code,
    places: Vec<Option<Place>>,
    /// Statements are counted in order; each register's last reader.
    last_read: Vec<usize>,
    /// What its only reader computes along.
    fused: Vec<Option<Fused>>,
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
        let n = program.types.len();
        let mut uses = Uses { now: 0, last_read: vec![0; n], count: vec![0; n], seen: Vec::new() };
        uses.block(&program.body);
        let fused = fusable(program, &uses);
        let mut last_read = uses.last_read;
        for (product, parts) in fused.iter().enumerate() {
            if let Some(parts) = parts {
                for part in parts.operands() {
                    let part = part.0 as usize;
                    last_read[part] = last_read[part].max(last_read[product]);
                }
            }
        }
        Compiler {
            program,
            code: Code::default(),
            places: vec![None; n],
            last_read,
            fused,
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
            let to = self.target(carry.reg);
            self.push(Instruction::Copy { to, a });
        }
        // The lanes that are not done; two columns, since an operation never writes an operand.
        let active =
            cond.map(|_| [0; 2].map(|_| take(&mut self.free_bools, &mut self.code.n_bools)));
        if let Some([active, _]) = active {
            self.push(Instruction::Bool { to: active, value: true });
        }
        let counter = self.code.n_counters;
        self.code.n_counters += 1;
        let begin = self.push(Instruction::Begin { counter }) + 1;
        self.block(head);
        let exit = active.zip(cond).map(|([active, spare], cond)| {
            let cond = self.bool(cond);
            self.push(Instruction::And { to: spare, a: active, b: cond });
            self.push(Instruction::CopyBool { to: active, a: spare });
            self.push(Instruction::SkipIfNone { cond: active, to: 0 })
        });
        self.block(body);
        self.now += 1;
        self.advance(carries, active.map(|[active, _]| active));
        self.push(Instruction::Repeat { counter, rounds, to: begin });
        if let (Some(exit), Some([active, spare])) = (exit, active) {
            let to = self.code.instructions.len();
            self.code.instructions[exit] = Instruction::SkipIfNone { cond: active, to };
            self.free_bools.extend([active, spare]);
        }
    }

    /// The next values of what a loop carries, all of them taken before any is replaced.
    fn advance(&mut self, carries: &[Carry], active: Option<usize>) {
        let mut moves = Vec::new();
        for carry in carries {
            let (next, old) = (self.scalar(carry.next), self.scalar(carry.reg));
            let (to, spare) = (self.target(carry.reg), self.fresh_scalar());
            self.push(match active {
                Some(cond) => Instruction::Select { to: spare, cond, a: next, b: old },
                None => Instruction::Copy { to: spare, a: next },
            });
            moves.push((to, spare));
        }
        for (to, spare) in moves {
            self.push(Instruction::Copy { to, a: Column::Register(spare) });
            self.free_scalars.push(spare);
        }
    }

    /// A block behind a skip to its end; nothing of it remains if the block computes nothing.
    fn skippable(&mut self, body: &[Stmt], skip: impl Fn(usize) -> Instruction) {
        let first = self.push(skip(0));
        self.block(body);
        let end = self.code.instructions.len();
        if end == first + 1 {
            self.code.instructions.truncate(first);
        } else {
            self.code.instructions[first] = skip(end);
        }
    }

    fn merge(&mut self, cond: usize, merge: &Merge) {
        let places = [merge.then, merge.otherwise].map(|reg| self.places[reg.0 as usize]);
        match (self.claim(merge.reg), places) {
            (Place::Scalar(_), _) => {
                let (a, b) = (self.scalar(merge.then), self.scalar(merge.otherwise));
                let to = self.target(merge.reg);
                self.push(Instruction::Select { to, cond, a, b });
            }
            (Place::Int(to), [Some(Place::Int(a)), Some(Place::Int(b))]) => {
                self.push(Instruction::SelectInt { to, cond, a, b });
            }
            (Place::Bool(to), [Some(Place::Bool(a)), Some(Place::Bool(b))]) => {
                self.push(Instruction::SelectBool { to, cond, a, b });
            }
            // The branches' registers have the type of the merged one.
            (Place::Int(_) | Place::Bool(_), _) => {}
        }
    }
}

/// Operations.
impl Compiler<'_> {
    fn op(&mut self, reg: Reg, op: &Op) {
        if self.fused[reg.0 as usize].is_some() {
            return;
        }
        if let Some(column) = self.in_place(op) {
            self.places[reg.0 as usize] = Some(Place::Scalar(column));
            return;
        }
        self.claim(reg);
        let to = self.target(reg);
        if let Some(instruction) = self.instruction(to, op) {
            self.push(instruction);
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

    fn instruction(&mut self, to: usize, op: &Op) -> Option<Instruction> {
        Some(match op {
            Op::Unary(primitive, a) => {
                Instruction::Unary { to, primitive: *primitive, a: self.scalar(*a) }
            }
            Op::Binary(arithmetic, a, b) => self.binary(to, *arithmetic, *a, *b),
            Op::Fma(a, b, c) => {
                let (a, b, c) = (self.scalar(*a), self.scalar(*b), self.scalar(*c));
                Instruction::Fma { to, a, b, c }
            }
            Op::Scale(a, n) => Instruction::Scale { to, a: self.scalar(*a), n: self.int(*n) },
            Op::ToScalar(a) => Instruction::ToScalar { to, a: self.int(*a) },
            Op::Select(cond, a, b) => self.select(to, *cond, *a, *b),
            Op::Draw(kind, site, args) => {
                let mean = args.first().map(|mean| self.scalar(*mean));
                Instruction::Draw { to, kind: *kind, site: *site, mean }
            }
            Op::Int(value) => Instruction::Int { to, value: *value },
            Op::Exponent(a) => Instruction::Exponent { to, a: self.scalar(*a) },
            Op::Nearest(a) => Instruction::Nearest { to, a: self.scalar(*a) },
            Op::IntAdd(a, b) => Instruction::IntAdd { to, a: self.int(*a), b: self.int(*b) },
            Op::IntAnd(a, b) => Instruction::IntAnd { to, a: self.int(*a), b: self.int(*b) },
            Op::Bool(value) => Instruction::Bool { to, value: *value },
            Op::Compare(op, a, b) => {
                Instruction::Compare { to, op: *op, a: self.scalar(*a), b: self.scalar(*b) }
            }
            Op::IntEq(a, b) => Instruction::IntEq { to, a: self.int(*a), b: self.int(*b) },
            Op::Not(a) => Instruction::Not { to, a: self.bool(*a) },
            Op::And(a, b) => match self.fused[b.0 as usize] {
                Some(Fused::Not(b)) => {
                    Instruction::AndNot { to, a: self.bool(*a), b: self.bool(b) }
                }
                _ => Instruction::And { to, a: self.bool(*a), b: self.bool(*b) },
            },
            Op::Or(a, b) => Instruction::Or { to, a: self.bool(*a), b: self.bool(*b) },
            // In place, or expanded.
            Op::Const(_) | Op::Load(_) | Op::Call(..) => return None,
        })
    }

    fn binary(&mut self, to: usize, arithmetic: Arithmetic, a: Reg, b: Reg) -> Instruction {
        let parts = |reg: Reg| match self.fused[reg.0 as usize] {
            Some(Fused::Binary(first, x, y)) => Some((first, x, y)),
            Some(Fused::Compare(..) | Fused::Abs(_) | Fused::Not(_)) | None => None,
        };
        let chained = parts(a).map(|found| (found, b, false));
        let chained = chained.or_else(|| parts(b).map(|found| (found, a, true)));
        let then = |flipped| match (arithmetic, flipped) {
            (Arithmetic::Add, _) => Some(Then::Add),
            (Arithmetic::Mul, _) => Some(Then::Mul),
            (Arithmetic::Sub, false) => Some(Then::Sub),
            (Arithmetic::Sub, true) => Some(Then::SubFrom),
            (Arithmetic::Max, false) => Some(Then::Max),
            (Arithmetic::Max, true) | (Arithmetic::Div | Arithmetic::Min, _) => None,
        };
        match chained.and_then(|(parts, c, flipped)| Some((parts, c, then(flipped)?))) {
            Some(((first, x, y), c, then)) => {
                let (a, b, c) = (self.scalar(x), self.scalar(y), self.scalar(c));
                Instruction::Chain { to, first, then, a, b, c }
            }
            None => Instruction::Binary { to, arithmetic, a: self.scalar(a), b: self.scalar(b) },
        }
    }

    fn select(&mut self, to: usize, cond: Reg, a: Reg, b: Reg) -> Instruction {
        let (a, b) = (self.scalar(a), self.scalar(b));
        match self.fused[cond.0 as usize] {
            Some(Fused::Compare(_, left, right)) if self.fused[left.0 as usize].is_some() => {
                Instruction::Flush { to, limit: self.scalar(right), a, b }
            }
            Some(Fused::Compare(op, left, right)) => {
                let (left, right) = (self.scalar(left), self.scalar(right));
                Instruction::Choose { to, op, left, right, a, b }
            }
            Some(Fused::Binary(..) | Fused::Abs(_) | Fused::Not(_)) | None => {
                Instruction::Select { to, cond: self.bool(cond), a, b }
            }
        }
    }

    /// Writes what waited, from columns that no store can change.
    fn stores(&mut self) {
        let stores = std::mem::take(&mut self.stores);
        let mut ready = Vec::new();
        for (slot, value) in stores {
            let a = match self.scalar(value) {
                Column::Register(register) => register,
                elsewhere => {
                    let to = self.fresh_scalar();
                    self.push(Instruction::Copy { to, a: elsewhere });
                    to
                }
            };
            ready.push((slot, a));
        }
        for (slot, a) in ready {
            match slot {
                Slot::State(state) => drop(self.push(Instruction::StoreState { state, a })),
                Slot::Output(output) => drop(self.push(Instruction::StoreOutput { output, a })),
                // Kernels write nothing else.
                _ => {}
            }
        }
    }

    fn finish(self) -> Code {
        self.code
    }

    fn push(&mut self, instruction: Instruction) -> usize {
        self.code.instructions.push(instruction);
        self.code.instructions.len() - 1
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

    fn target(&self, reg: Reg) -> usize {
        match self.places[reg.0 as usize] {
            Some(Place::Scalar(Column::Register(i)) | Place::Int(i) | Place::Bool(i)) => i,
            _ => 0,
        }
    }

    fn fresh_scalar(&mut self) -> usize {
        take(&mut self.free_scalars, &mut self.code.n_scalars)
    }

    /// Gives a register a column of its type.
    fn claim(&mut self, reg: Reg) -> Place {
        let place = match self.program.types[reg.0 as usize] {
            Type::Scalar => Place::Scalar(Column::Register(self.fresh_scalar())),
            Type::Int => Place::Int(take(&mut self.free_ints, &mut self.code.n_ints)),
            Type::Bool => Place::Bool(take(&mut self.free_bools, &mut self.code.n_bools)),
        };
        self.places[reg.0 as usize] = Some(place);
        self.pending.push(reg);
        place
    }

    /// Frees the columns whose last reader is behind us.
    fn release(&mut self) {
        let pending = std::mem::take(&mut self.pending);
        for reg in pending {
            if self.last_read[reg.0 as usize] >= self.now {
                self.pending.push(reg);
                continue;
            }
            match self.places[reg.0 as usize] {
                Some(Place::Scalar(Column::Register(i))) => self.free_scalars.push(i),
                Some(Place::Int(i)) => self.free_ints.push(i),
                Some(Place::Bool(i)) => self.free_bools.push(i),
                Some(Place::Scalar(_)) | None => {}
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

/// Who reads what, statements counted as the compiler counts them.
struct Uses {
    now: usize,
    last_read: Vec<usize>,
    count: Vec<usize>,
    /// What has been read in the loop at hand.
    seen: Vec<Reg>,
}

impl Uses {
    fn block(&mut self, body: &[Stmt]) {
        for stmt in body {
            self.now += 1;
            match stmt {
                Stmt::Let { op, .. } => op.operands().into_iter().for_each(|reg| self.read(reg)),
                Stmt::Store { value, .. } => {
                    self.read(*value);
                    self.last_read[value.0 as usize] = usize::MAX;
                }
                Stmt::If { cond, then, otherwise, results } => {
                    self.block(then);
                    self.block(otherwise);
                    self.now += 1;
                    self.read(*cond);
                    for merge in results {
                        self.read(merge.then);
                        self.read(merge.otherwise);
                    }
                }
                Stmt::Loop { carries, head, cond, body, .. } => {
                    carries.iter().for_each(|carry| self.read(carry.first));
                    let before = std::mem::take(&mut self.seen);
                    self.block(head);
                    cond.iter().for_each(|cond| self.read(*cond));
                    self.block(body);
                    self.now += 1;
                    carries.iter().for_each(|carry| {
                        self.read(carry.next);
                        self.read(carry.reg);
                    });
                    // Each round reads all of it again.
                    let seen = std::mem::replace(&mut self.seen, before);
                    for reg in &seen {
                        self.last_read[reg.0 as usize] = self.now;
                    }
                    self.seen.extend(seen);
                }
            }
        }
    }

    fn read(&mut self, reg: Reg) {
        let reg = reg.0 as usize;
        self.count[reg] += 1;
        self.seen.push(Reg(reg as u32));
        self.last_read[reg] = self.last_read[reg].max(self.now);
    }
}

/// An operation that its only reader computes along.
#[derive(Clone, Copy, Debug)]
enum Fused {
    Binary(Arithmetic, Reg, Reg),
    Compare(CompareOp, Reg, Reg),
    Abs(Reg),
    Not(Reg),
}

impl Fused {
    fn operands(self) -> [Reg; 2] {
        match self {
            Fused::Binary(_, a, b) | Fused::Compare(_, a, b) => [a, b],
            Fused::Abs(a) | Fused::Not(a) => [a, a],
        }
    }
}

/// Which operations are computed along by their only reader; no reader of two numbers is itself
/// computed along.
fn fusable(program: &Program, uses: &Uses) -> Vec<Option<Fused>> {
    let n = program.types.len();
    let mut fusion = Fusion { uses, candidates: vec![None; n], fused: vec![None; n] };
    program.for_each_op(&mut |reg, op| fusion.op(reg, op));
    fusion.fused
}

struct Fusion<'u> {
    uses: &'u Uses,
    /// What is read once, until its reader is found.
    candidates: Vec<Option<Fused>>,
    fused: Vec<Option<Fused>>,
}

impl Fusion<'_> {
    fn op(&mut self, reg: Reg, op: &Op) {
        let candidate = match op {
            Op::Binary(first, a, b) if is_chained(*first) => {
                let reads_another = self.take_binary(*a) || self.take_binary(*b);
                (!reads_another).then_some(Fused::Binary(*first, *a, *b))
            }
            Op::Binary(Arithmetic::Max, a, _) => {
                self.take_binary(*a);
                None
            }
            Op::Select(cond, _, b) => {
                self.take_comparison(*cond, *b);
                None
            }
            Op::And(_, b) => {
                if let Some(Fused::Not(_)) = self.candidates[b.0 as usize] {
                    self.take(*b);
                }
                None
            }
            Op::Compare(op, a, b) => Some(Fused::Compare(*op, *a, *b)),
            Op::Unary(Primitive::Abs, a) => Some(Fused::Abs(*a)),
            Op::Not(a) => Some(Fused::Not(*a)),
            _ => None,
        };
        self.candidates[reg.0 as usize] =
            candidate.filter(|_| self.uses.count[reg.0 as usize] == 1);
    }

    fn take(&mut self, reg: Reg) {
        self.fused[reg.0 as usize] = self.candidates[reg.0 as usize].take();
    }

    fn take_binary(&mut self, reg: Reg) -> bool {
        let fits = matches!(self.candidates[reg.0 as usize], Some(Fused::Binary(..)));
        if fits {
            self.take(reg);
        }
        fits
    }

    /// A comparison, and with it the size of `b` where it asks whether that is small.
    fn take_comparison(&mut self, cond: Reg, b: Reg) {
        let Some(Fused::Compare(op, size, _)) = self.candidates[cond.0 as usize] else { return };
        if let (CompareOp::Lt, Some(Fused::Abs(x))) = (op, self.candidates[size.0 as usize])
            && x == b
        {
            self.take(size);
        }
        self.take(cond);
    }
}

fn is_chained(arithmetic: Arithmetic) -> bool {
    match arithmetic {
        Arithmetic::Add | Arithmetic::Sub | Arithmetic::Mul => true,
        Arithmetic::Div | Arithmetic::Min | Arithmetic::Max => false,
    }
}
