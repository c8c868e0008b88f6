//! Programs as Rust.

use std::collections::BTreeSet;
use std::fmt::Write;

use pontine_mechanism_lang::{
    Arithmetic, Carry, Mechanism, Merge, Op, OutputKind, Precision, Primitive, Program, Reg, Slot,
    Stmt, Type, expand,
};

use crate::columns::{Columns, kind};
use crate::guess::{Guess, guess};
use crate::sparse::{Side, merged};
use crate::split::{Item, Node, split};

/// A body for each precision, and their registration.
pub(crate) fn kernels(mechanism: &Mechanism) -> String {
    [(Precision::F32, "f32"), (Precision::F64, "f64")]
        .map(|(precision, float)| kernel(mechanism, precision, float))
        .concat()
}

fn kernel(mechanism: &Mechanism, precision: Precision, float: &'static str) -> String {
    let program = expand(&mechanism.step, precision);
    let (nodes, n_active) = split(&program);
    let guess = guess(&nodes);
    let columns = Columns::of(&program, &nodes, n_active);
    let guessed = guess.as_ref().map(|guess| Columns::of(&program, &guess.nodes, 0));
    let fewer = guessed.as_ref().map_or([0; 3], |columns| columns.counts);
    let counts: [usize; 3] = std::array::from_fn(|kind| columns.counts[kind].max(fewer[kind]));
    let name = format!("Step{:016x}{float}", mechanism.hash());
    let guess = guess.as_ref().zip(guessed.as_ref());
    let body = Printer::new(mechanism, &program, &columns, float).body(&nodes, guess, counts);
    format!(
        "struct {name};
impl pontine_native::Body<{float}> for {name} {{
    const COLUMNS: [usize; 3] = {counts:?};
    #[inline(always)]
    fn run(
        frame: &pontine_native::Frame<'_, {float}>,
        constants: &[{float}],
        dense: &[{float}],
        states: &mut [{float}],
        outputs: &mut [{float}],
        columns: pontine_native::Columns<'_, {float}>,
    ) -> Option<bool> {{
        use pontine_native::Real as R;
{body}    }}
}}
pontine_native::inventory::submit! {{
    pontine_native::NativeKernel::of::<{float}, {name}>({hash}u64)
}}
",
        hash = mechanism.hash(),
    )
}

struct Printer<'p> {
    mechanism: &'p Mechanism,
    program: &'p Program,
    columns: &'p Columns<'p>,
    float: &'static str,
    code: String,
    depth: usize,
    /// Whether lane 0 of a parameter stands for all.
    homogeneous: bool,
    /// The side of a branch whose lanes stand close together.
    side: Option<Side>,
}

/// Registers of a program beside whose work loads are nothing: it is printed once, and not again for parameters
/// that are the same for all lanes, which would take twice the time to compile.
const LARGE: usize = 1_000;

impl<'p> Printer<'p> {
    fn new(
        mechanism: &'p Mechanism,
        program: &'p Program,
        columns: &'p Columns<'p>,
        float: &'static str,
    ) -> Printer<'p> {
        Printer {
            mechanism,
            program,
            columns,
            float,
            code: String::new(),
            depth: 2,
            homogeneous: false,
            side: None,
        }
    }

    fn body(
        mut self,
        nodes: &[Node<'_>],
        guess: Option<(&Guess<'_>, &'p Columns<'p>)>,
        counts: [usize; 3],
    ) -> String {
        self.line("let n = frame.width;");
        self.slots();
        self.kept(counts);
        self.line("let mut emitted = 0;");
        if self.program.types.len() > LARGE {
            self.program(nodes, guess);
            self.line("Some(emitted << 1 != 0)");
            return self.code;
        }
        // Values that are the same for all lanes are read once.
        self.open("if frame.homogeneous {");
        self.homogeneous = true;
        self.program(nodes, guess);
        self.close();
        self.open("else {");
        self.homogeneous = false;
        self.program(nodes, guess);
        self.close();
        self.line("Some(emitted << 1 != 0)");
        self.code
    }

    fn line(&mut self, text: impl AsRef<str>) {
        let indent = 4 * self.depth;
        // Writing to a string cannot fail.
        let _ = writeln!(self.code, "{:indent$}{}", "", text.as_ref());
    }

    fn open(&mut self, text: impl AsRef<str>) {
        self.line(text);
        self.depth += 1;
    }

    fn close(&mut self) {
        self.depth -= 1;
        self.line("}");
    }

    /// A slice of exactly `n` lanes for every slot.
    fn slots(&mut self) {
        for slot in slots_read(self.program) {
            let (arena, at, i) = match slot {
                Slot::Parameter(i) => ("constants", "parameter_at", i),
                Slot::Derived(i) => ("constants", "derived_at", i),
                Slot::Input(i) => ("dense", "input_at", i),
                Slot::Receptor(i) => ("dense", "receptor_at", i),
                Slot::State(_) | Slot::Output(_) | Slot::Dt | Slot::Time => continue,
            };
            let name = slot_name(slot);
            self.line(format!("let {name} = {arena}.get(*frame.{at}.get({i})?..)?.get(..n)?;"));
            if arena == "constants" {
                self.line(format!("let {name}_0 = *{name}.first()?;"));
            }
        }
        self.parted("states", "s", self.mechanism.states.len());
        self.parted("outputs", "o", self.mechanism.outputs.len());
    }

    /// A slice of `n` lanes for every column that is kept between loops.
    fn kept(&mut self, [scalars, ints, bools]: [usize; 3]) {
        self.line("let mut draws = columns.draws;");
        self.parted("columns.scalars", "kf", scalars);
        self.parted("columns.ints", "ki", ints);
        self.parted("columns.bools", "kb", bools);
    }

    fn parted(&mut self, arena: &str, prefix: &str, count: usize) {
        self.line(format!("let rest = {arena};"));
        for i in 0..count {
            self.line(format!("let ({prefix}{i}, rest) = rest.split_at_mut_checked(n)?;"));
        }
    }

    /// All parts, or those that are left where no lane takes one of the branches guessed of.
    fn program(&mut self, nodes: &[Node<'_>], guess: Option<(&Guess<'_>, &'p Columns<'p>)>) {
        let Some((guess, columns)) = guess else { return self.nodes(nodes) };
        self.line("let mut none = true;");
        self.open("for i in 0..n {");
        self.asked(guess);
        self.close();
        self.open("if none {");
        let all = std::mem::replace(&mut self.columns, columns);
        self.nodes(&guess.nodes);
        self.columns = all;
        self.close();
        self.open("else {");
        self.nodes(nodes);
        self.close();
    }

    /// Whether any condition of a guess holds; nothing is kept.
    fn asked(&mut self, guess: &Guess<'_>) {
        let none = Columns::none(self.program);
        let mut asking = Printer::new(self.mechanism, self.program, &none, self.float);
        (asking.depth, asking.homogeneous) = (self.depth, self.homogeneous);
        asking.loads(&guess.asked, &guess.conditions);
        guess.asked.iter().for_each(|item| asking.item(item));
        for condition in &guess.conditions {
            asking.line(format!("none &= !{};", name(*condition)));
        }
        self.code += &asking.code;
    }

    fn nodes(&mut self, nodes: &[Node<'_>]) {
        nodes.iter().for_each(|node| self.node(node));
    }

    fn node(&mut self, node: &Node<'_>) {
        match node {
            Node::Lanes(items) => self.lanes(items),
            Node::Draw { reg, kind, site, mean } => {
                let to = self.column(*reg);
                let mean =
                    mean.map_or("None".into(), |mean| format!("Some(&{}[..])", self.column(mean)));
                let draw = format!("pontine_native::Draw::{kind:?}");
                self.line(format!(
                    "pontine_native::draw(&mut draws, frame, {draw}, {site}, {mean}, {to});"
                ));
            }
            Node::Branch { cond, then, otherwise, results } => {
                for (sense, nodes) in [(true, then), (false, otherwise)] {
                    self.side(*cond, sense, nodes, results);
                }
            }
            Node::Loop { rounds, active, parts: [head, body], .. } => {
                self.open(format!("for _ in 0..{rounds} {{"));
                self.nodes(head);
                if let Some((number, cond)) = active {
                    let (active, cond) = (self.active(*number), self.column(*cond));
                    self.line(format!("for i in 0..n {{ {active}[i] &= {cond}[i]; }}"));
                    self.line(format!("if !pontine_native::any({active}) {{ break; }}"));
                }
                self.nodes(body);
                self.close();
            }
        }
    }

    /// One side of a large branch: for the lanes that take it if they are few, for all lanes if not.
    fn side(&mut self, cond: Reg, sense: bool, nodes: &[Node<'_>], results: &[Merge]) {
        if is_empty(nodes) {
            return;
        }
        let column = self.column(cond);
        let side = match &self.side {
            Some(_) => None,
            None => Side::of(self.columns, nodes, merged(results, sense), self.homogeneous),
        };
        let Some(side) = side else {
            let (not, name) = if sense { ("", "any") } else { ("!", "all") };
            self.open(format!("if {not}pontine_native::{name}({column}) {{"));
            self.nodes(nodes);
            return self.close();
        };
        self.line(format!("let count = pontine_native::count({column}, {sense});"));
        self.open("if 2 * count >= n {");
        self.nodes(nodes);
        self.close();
        self.open("else if count > 0 {");
        self.few(&format!("{column}, {sense}"), side, nodes);
        self.close();
    }

    /// A side for those lanes alone that take it.
    fn few(&mut self, taken: &str, side: Side, nodes: &[Node<'_>]) {
        let lanes = format!("ki{}", self.columns.first_gathered[1]);
        self.line(format!("let {lanes} = pontine_native::lanes({taken}, {lanes})?;"));
        self.line(format!("let n = {lanes}.len();"));
        let sources: Vec<_> = side.slots.iter().map(|slot| slot_name(*slot)).collect();
        let columns: Vec<_> = side.registers.iter().map(|reg| self.column(*reg)).collect();
        let made: Vec<_> = side.made.iter().map(|reg| self.column(*reg)).collect();
        let results: Vec<_> = side.results.iter().map(|reg| self.column(*reg)).collect();
        let slots = side.slots.clone();
        let registers = side.registers.clone();
        self.side = Some(side);
        let to_slots = slots.iter().filter_map(|slot| self.gathered_slot(*slot));
        let to: Vec<_> = to_slots.chain(registers.iter().map(|reg| self.column(*reg))).collect();
        for (from, to) in sources.iter().chain(&columns).zip(&to) {
            self.line(format!("let {to} = pontine_native::gather(&{from}[..], {lanes}, {to})?;"));
        }
        // What the loops write has as many lanes; it is scattered as a whole column.
        self.open("{");
        for column in &made {
            self.line(format!("let {column} = {column}.get_mut(..n)?;"));
        }
        self.nodes(nodes);
        self.close();
        for column in &results {
            self.line(format!("pontine_native::scatter({column}, {lanes}.get(..count)?)?;"));
        }
        self.side = None;
    }

    /// The column that a slot has been gathered into.
    fn gathered_slot(&self, slot: Slot) -> Option<String> {
        let at = self.side.as_ref()?.slots.iter().position(|other| *other == slot)?;
        Some(format!("kf{}", self.columns.first_gathered[0] + at))
    }

    fn lanes(&mut self, items: &[Item<'_>]) {
        let made = items.iter().any(|item| match item {
            Item::Let(reg, _) => self.columns.free(*reg).is_none(),
            _ => true,
        });
        if !made {
            return;
        }
        self.open("for i in 0..n {");
        self.loads(items, &[]);
        items.iter().for_each(|item| self.item(item));
        self.close();
    }

    /// What a loop reads without making it.
    fn loads(&mut self, items: &[Item<'_>], more: &[Reg]) {
        let mut read = self.columns.foreign(items);
        read.extend(more.iter().filter(|reg| self.columns.free(**reg).is_some()));
        for reg in read {
            let value = match self.columns.free(reg) {
                Some(op) => self.value(op),
                None => format!("{}[i]", self.column(reg)),
            };
            self.assign(reg, &value);
        }
    }

    fn item(&mut self, item: &Item<'_>) {
        match item {
            Item::Let(reg, op) => self.made(*reg, op),
            Item::If(cond, sides, results) => self.branches(*cond, *sides, results),
            Item::Merge(cond, merge) => self.merge(*cond, merge),
            Item::Same(reg, other) => {
                self.assign(*reg, &name(*other));
                self.keep(*reg);
            }
            Item::First(carries, active) => self.first(carries, *active),
            Item::Next(carries, active) => self.next(carries, *active),
            Item::Store(slot, value) => {
                self.line(format!("{}[i] = {};", slot_name(*slot), name(*value)));
                if self.is_events(*slot) {
                    self.line(format!("emitted |= {}.to_bits();", name(*value)));
                }
            }
        }
    }

    fn first(&mut self, carries: &[Carry], active: Option<usize>) {
        for carry in carries {
            self.line(format!("{}[i] = {};", self.column(carry.reg), name(carry.first)));
        }
        if let Some(number) = active {
            self.line(format!("{}[i] = true;", self.active(number)));
        }
    }

    fn next(&mut self, carries: &[Carry], active: Option<usize>) {
        for carry in carries {
            let (column, next, old) = (self.column(carry.reg), name(carry.next), name(carry.reg));
            self.line(match active.map(|number| self.active(number)) {
                Some(active) => {
                    format!("{column}[i] = if {active}[i] {{ {next} }} else {{ {old} }};")
                }
                None => format!("{column}[i] = {next};"),
            });
        }
    }

    /// The column that tells which lanes of a loop are not done.
    fn active(&self, number: usize) -> String {
        format!("kb{}", self.columns.first_active + number)
    }

    fn is_events(&self, slot: Slot) -> bool {
        let Slot::Output(output) = slot else { return false };
        matches!(self.mechanism.outputs[output].kind, OutputKind::Events { .. })
    }

    fn made(&mut self, reg: Reg, op: &Op) {
        if self.columns.free(reg).is_none() {
            let value = self.value(op);
            self.assign(reg, &value);
            self.keep(reg);
        }
    }

    /// Both sides, and the results selected.
    fn branches(&mut self, cond: Reg, sides: [&[Stmt]; 2], results: &[Merge]) {
        sides.iter().for_each(|side| self.block(side));
        results.iter().for_each(|merge| self.merge(cond, merge));
    }

    fn block(&mut self, body: &[Stmt]) {
        for stmt in body {
            match stmt {
                Stmt::Let { reg, op } => self.made(*reg, op),
                // Stores stand at the top level only, and loops are parts of their own.
                Stmt::Store { .. } | Stmt::Loop { .. } => {}
                Stmt::If { cond, then, otherwise, results } => {
                    self.branches(*cond, [then, otherwise], results);
                }
            }
        }
    }

    fn merge(&mut self, cond: Reg, merge: &Merge) {
        let (cond, then, otherwise) = (name(cond), name(merge.then), name(merge.otherwise));
        self.assign(merge.reg, &format!("if {cond} {{ {then} }} else {{ {otherwise} }}"));
        self.keep(merge.reg);
    }

    fn assign(&mut self, reg: Reg, value: &str) {
        let ty = match self.program.types[reg.0 as usize] {
            Type::Scalar => self.float,
            Type::Int => "i32",
            Type::Bool => "bool",
        };
        self.line(format!("let {}: {ty} = {value};", name(reg)));
    }

    fn keep(&mut self, reg: Reg) {
        if self.columns.column(reg).is_some() {
            self.line(format!("{}[i] = {};", self.column(reg), name(reg)));
        }
    }

    fn column(&self, reg: Reg) -> String {
        let kind = kind(self.program.types[reg.0 as usize]);
        let gathered = self.side.as_ref().and_then(|side| side.place(self.program, reg));
        let number = match gathered {
            Some(at) => self.columns.first_gathered[kind] + at,
            None => self.columns.column(reg).unwrap_or_default(),
        };
        format!("{}{number}", ["kf", "ki", "kb"][kind])
    }

    /// An operation as an expression.
    fn value(&self, op: &Op) -> String {
        let float = self.float;
        match op {
            Op::Const(value) => constant(*value, float),
            Op::Int(value) => format!("{value}"),
            Op::Bool(value) => format!("{value}"),
            Op::Load(Slot::Dt) => "frame.dt".into(),
            Op::Load(Slot::Time) => "frame.time".into(),
            // Outputs are written only.
            Op::Load(Slot::Output(_)) => "0.0".into(),
            Op::Load(slot @ (Slot::Parameter(_) | Slot::Derived(_))) if self.homogeneous => {
                format!("{}_0", slot_name(*slot))
            }
            Op::Load(slot) => {
                let gathered = self.gathered_slot(*slot);
                format!("{}[i]", gathered.unwrap_or_else(|| slot_name(*slot)))
            }
            Op::Unary(Primitive::Neg, a) => format!("-{}", name(*a)),
            Op::Unary(primitive, a) => format!("R::{}({})", primitive.name(), name(*a)),
            Op::Binary(arithmetic, a, b) => binary(*arithmetic, &name(*a), &name(*b)),
            Op::Fma(a, b, c) => format!("R::fused({}, {}, {})", name(*a), name(*b), name(*c)),
            Op::Scale(a, n) => format!("R::scale({}, {})", name(*a), name(*n)),
            Op::Exponent(a) => format!("R::exponent({})", name(*a)),
            Op::Nearest(a) => format!("R::nearest({})", name(*a)),
            Op::ToScalar(a) => format!("R::from_i32({})", name(*a)),
            Op::IntAdd(a, b) => format!("{}.wrapping_add({})", name(*a), name(*b)),
            Op::IntAnd(a, b) => format!("{} & {}", name(*a), name(*b)),
            Op::IntEq(a, b) => format!("{} == {}", name(*a), name(*b)),
            Op::Compare(op, a, b) => format!("{} {} {}", name(*a), op.sign(), name(*b)),
            Op::Not(a) => format!("!{}", name(*a)),
            Op::And(a, b) => format!("{} & {}", name(*a), name(*b)),
            Op::Or(a, b) => format!("{} | {}", name(*a), name(*b)),
            Op::Select(c, a, b) => {
                format!("if {} {{ {} }} else {{ {} }}", name(*c), name(*a), name(*b))
            }
            // Steps are expanded, and draws are parts of their own.
            Op::Call(..) | Op::Draw(..) => constant(f64::NAN, float),
        }
    }
}

fn is_empty(nodes: &[Node<'_>]) -> bool {
    nodes.iter().all(|node| matches!(node, Node::Lanes(items) if items.is_empty()))
}

fn name(reg: Reg) -> String {
    format!("r{}", reg.0)
}

fn slot_name(slot: Slot) -> String {
    match slot {
        Slot::Parameter(i) => format!("p{i}"),
        Slot::Derived(i) => format!("d{i}"),
        Slot::State(i) => format!("s{i}"),
        Slot::Input(i) => format!("j{i}"),
        Slot::Receptor(i) => format!("w{i}"),
        Slot::Output(i) => format!("o{i}"),
        Slot::Dt => "dt".into(),
        Slot::Time => "time".into(),
    }
}

fn slots_read(program: &Program) -> BTreeSet<Slot> {
    let mut slots = BTreeSet::new();
    program.for_each_op(&mut |_, op| {
        if let Op::Load(slot) = op {
            slots.insert(*slot);
        }
    });
    slots
}

/// A number that is rounded as `Real::from_f64` does.
fn constant(value: f64, float: &str) -> String {
    if value.is_nan() {
        format!("{float}::NAN")
    } else if value.is_infinite() {
        format!("{float}::{}", if value > 0.0 { "INFINITY" } else { "NEG_INFINITY" })
    } else {
        format!("({value:?}f64 as {float})")
    }
}

fn binary(arithmetic: Arithmetic, a: &str, b: &str) -> String {
    match arithmetic {
        Arithmetic::Add => format!("{a} + {b}"),
        Arithmetic::Sub => format!("{a} - {b}"),
        Arithmetic::Mul => format!("{a} * {b}"),
        Arithmetic::Div => format!("{a} / {b}"),
        Arithmetic::Min => format!("R::least({a}, {b})"),
        Arithmetic::Max => format!("R::greatest({a}, {b})"),
    }
}
