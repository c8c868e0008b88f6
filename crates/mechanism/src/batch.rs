//! Functions as a few operations on many numbers: operations that are made alike, such as those of
//! eight sines, are done side by side.

use std::collections::HashMap;

use pontine_mechanism_lang::{
    Arithmetic, CompareOp, Op, Primitive, Program, Real, Reg, Slot, Stmt,
};

use crate::{
    native::Task,
    scalar::{binary, compare, unary},
};

/// Numbers that are computed together.
const WIDE: usize = 8;

/// A program that reads inputs and writes outputs, laid out.
///
/// A word holds a number's bits, an integer, or a condition. Words of arguments stand first, then
/// those that are constant, then results in the order in which they are computed.
#[derive(Clone, Debug)]
pub(crate) struct Batches {
    n_arguments: usize,
    constants: Vec<u64>,
    steps: Vec<Batch>,
    /// Where outputs are found: which output, and its word.
    outputs: Vec<(usize, usize)>,
    n_words: usize,
}

/// The same operation on several operands.
#[derive(Clone, Debug)]
struct Batch {
    code: Code,
    from: [Operand; 3],
    /// The first result.
    to: usize,
    /// Results, filled up to whole vectors.
    n: usize,
}

/// Where the operands of a batch stand, in words.
#[derive(Clone, Debug)]
enum Operand {
    /// Side by side.
    Run(usize),
    /// One for all.
    Same(usize),
    /// Anywhere.
    Each(Vec<usize>),
}

/// What is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Code {
    Unary(Primitive),
    Binary(Arithmetic),
    Fma,
    Scale,
    Exponent,
    Nearest,
    ToScalar,
    IntAdd,
    IntAnd,
    IntEq,
    Compare(CompareOp),
    Not,
    And,
    Or,
    Select,
}

impl Batches {
    /// Lays out an expanded program, with both branches of a choice; nothing if it repeats or draws,
    /// or reads anything but inputs.
    pub fn new(program: &Program, n_arguments: usize) -> Option<Batches> {
        let mut sorter = Sorter::new(program.types.len());
        sorter.sort(&program.body)?;
        let mut layout = Layout::new(&sorter, n_arguments);
        let steps = sorter.groups.iter().map(|group| layout.batch(group)).collect();
        let word = |(output, reg): &(usize, Reg)| (*output, layout.words[reg.0 as usize]);
        let outputs = sorter.outputs.iter().map(word).collect();
        Some(Batches {
            n_arguments,
            constants: layout.constants,
            steps,
            outputs,
            n_words: layout.n_words,
        })
    }
}

/// A program at a point.
pub(crate) struct At<'a> {
    pub batches: &'a Batches,
    pub words: &'a mut Vec<u64>,
    pub arguments: &'a [f64],
    pub results: &'a mut [f64],
}

impl Task for At<'_> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        let (batches, words) = (self.batches, self.words);
        if words.len() < batches.n_words {
            words.resize(batches.n_words, 0);
        }
        let (arguments, rest) = words.split_at_mut(batches.n_arguments.next_multiple_of(WIDE));
        arguments.iter_mut().zip(self.arguments).for_each(|(word, x)| *word = x.to_bits());
        rest[..batches.constants.len()].copy_from_slice(&batches.constants);
        for batch in &batches.steps {
            let (done, rest) = words.split_at_mut(batch.to);
            batch.run(done, &mut rest[..batch.n]);
        }
        for &(output, word) in &batches.outputs {
            self.results[output] = f64::from_bits(words[word]);
        }
    }
}

impl Batch {
    #[inline(always)]
    fn run(&self, done: &[u64], to: &mut [u64]) {
        match self.code {
            Code::Unary(primitive) => self.unary(primitive, done, to),
            Code::Binary(arithmetic) => self.binary(arithmetic, done, to),
            Code::Compare(op) => self.compare(op, done, to),
            Code::Fma => self
                .each(done, to, |a, b, c| number(number_of(a).fused(number_of(b), number_of(c)))),
            Code::Scale => self.each(done, to, |a, n, _| number(number_of(a).scale(n as i32))),
            Code::Exponent => self.each(done, to, |a, _, _| int(number_of(a).exponent())),
            Code::Nearest => self.each(done, to, |a, _, _| int(number_of(a).nearest())),
            Code::ToScalar => self.each(done, to, |a, _, _| number(f64::from(a as i32))),
            Code::IntAdd => self.each(done, to, |a, b, _| int((a as i32).wrapping_add(b as i32))),
            Code::IntAnd | Code::And => self.each(done, to, |a, b, _| a & b),
            Code::Or => self.each(done, to, |a, b, _| a | b),
            Code::IntEq => self.each(done, to, |a, b, _| u64::from(a == b)),
            Code::Not => self.each(done, to, |a, _, _| 1 - a),
            Code::Select => self.each(done, to, |c, a, b| if c != 0 { a } else { b }),
        }
    }

    #[inline(always)]
    fn unary(&self, primitive: Primitive, done: &[u64], to: &mut [u64]) {
        macro_rules! each {
            ($($name:ident)*) => {
                match primitive {
                    $(Primitive::$name => self.each(done, to, |a, _, _| {
                        number(unary(Primitive::$name, number_of(a)))
                    }),)*
                }
            };
        }
        each!(Neg Abs Sqrt Floor Ceil Round Mantissa);
    }

    #[inline(always)]
    fn binary(&self, arithmetic: Arithmetic, done: &[u64], to: &mut [u64]) {
        macro_rules! each {
            ($($name:ident)*) => {
                match arithmetic {
                    $(Arithmetic::$name => self.each(done, to, |a, b, _| {
                        number(binary(Arithmetic::$name, number_of(a), number_of(b)))
                    }),)*
                }
            };
        }
        each!(Add Sub Mul Div Min Max);
    }

    #[inline(always)]
    fn compare(&self, op: CompareOp, done: &[u64], to: &mut [u64]) {
        macro_rules! each {
            ($($name:ident)*) => {
                match op {
                    $(CompareOp::$name => self.each(done, to, |a, b, _| {
                        u64::from(compare(CompareOp::$name, number_of(a), number_of(b)))
                    }),)*
                }
            };
        }
        each!(Eq Ne Lt Le Gt Ge);
    }

    /// Fills `to` vector by vector.
    #[inline(always)]
    fn each(&self, done: &[u64], to: &mut [u64], f: impl Fn(u64, u64, u64) -> u64) {
        for (i, to) in to.as_chunks_mut::<WIDE>().0.iter_mut().enumerate() {
            let [a, b, c] = &self.from;
            let first = i * WIDE;
            let (a, b, c) = (a.vector(done, first), b.vector(done, first), c.vector(done, first));
            for (lane, to) in to.iter_mut().enumerate() {
                *to = f(a[lane], b[lane], c[lane]);
            }
        }
    }
}

#[inline(always)]
fn number(value: f64) -> u64 {
    value.to_bits()
}

#[inline(always)]
fn number_of(word: u64) -> f64 {
    f64::from_bits(word)
}

#[inline(always)]
fn int(value: i32) -> u64 {
    u64::from(value as u32)
}

impl Operand {
    /// Those of the results from `first` on.
    #[inline(always)]
    fn vector(&self, done: &[u64], first: usize) -> [u64; WIDE] {
        match self {
            Operand::Run(from) => done[from + first..].first_chunk().copied().unwrap_or_default(),
            Operand::Same(from) => [done[*from]; WIDE],
            Operand::Each(from) => {
                // A closure would be a function of its own, without the level's instructions.
                let mut vector = [0; WIDE];
                for (word, from) in vector.iter_mut().zip(&from[first..]) {
                    *word = done[*from];
                }
                vector
            }
        }
    }
}

/// What a register is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Class {
    Constant,
    Argument,
    /// A result of the group with this number.
    Result(usize),
}

/// Operations that are made alike: the same operation, on operands that are.
struct Group {
    code: Code,
    members: Vec<(Reg, Vec<Reg>)>,
}

/// Finds what is made alike. The operands of a group come of groups before it.
struct Sorter {
    classes: Vec<Class>,
    /// What constants and arguments are: a word, or the place among arguments.
    given: Vec<u64>,
    known: HashMap<(Code, Vec<Class>), usize>,
    groups: Vec<Group>,
    outputs: Vec<(usize, Reg)>,
}

impl Sorter {
    fn new(n_registers: usize) -> Sorter {
        Sorter {
            classes: vec![Class::Constant; n_registers],
            given: vec![0; n_registers],
            known: HashMap::new(),
            groups: Vec::new(),
            outputs: Vec::new(),
        }
    }

    fn sort(&mut self, body: &[Stmt]) -> Option<()> {
        for stmt in body {
            match stmt {
                Stmt::Let { reg, op } => self.op(*reg, op)?,
                Stmt::Store { slot: Slot::Output(i), value } => self.outputs.push((*i, *value)),
                Stmt::If { cond, then, otherwise, results } => {
                    self.sort(then)?;
                    self.sort(otherwise)?;
                    for merge in results {
                        self.push(
                            merge.reg,
                            Code::Select,
                            vec![*cond, merge.then, merge.otherwise],
                        );
                    }
                }
                Stmt::Store { .. } | Stmt::Loop { .. } => return None,
            }
        }
        Some(())
    }

    fn op(&mut self, reg: Reg, op: &Op) -> Option<()> {
        let code = match op {
            Op::Const(value) => return self.give(reg, Class::Constant, number(*value)),
            Op::Int(value) => return self.give(reg, Class::Constant, int(*value)),
            Op::Bool(value) => return self.give(reg, Class::Constant, u64::from(*value)),
            Op::Load(Slot::Input(i)) => return self.give(reg, Class::Argument, *i as u64),
            Op::Unary(primitive, _) => Code::Unary(*primitive),
            Op::Binary(arithmetic, ..) => Code::Binary(*arithmetic),
            Op::Fma(..) => Code::Fma,
            Op::Scale(..) => Code::Scale,
            Op::Exponent(_) => Code::Exponent,
            Op::Nearest(_) => Code::Nearest,
            Op::ToScalar(_) => Code::ToScalar,
            Op::IntAdd(..) => Code::IntAdd,
            Op::IntAnd(..) => Code::IntAnd,
            Op::IntEq(..) => Code::IntEq,
            Op::Compare(op, ..) => Code::Compare(*op),
            Op::Not(_) => Code::Not,
            Op::And(..) => Code::And,
            Op::Or(..) => Code::Or,
            Op::Select(..) => Code::Select,
            Op::Load(_) | Op::Call(..) | Op::Draw(..) => return None,
        };
        self.push(reg, code, op.operands());
        Some(())
    }

    fn give(&mut self, reg: Reg, class: Class, word: u64) -> Option<()> {
        self.classes[reg.0 as usize] = class;
        self.given[reg.0 as usize] = word;
        Some(())
    }

    fn push(&mut self, reg: Reg, code: Code, operands: Vec<Reg>) {
        let classes = operands.iter().map(|reg| self.classes[reg.0 as usize]).collect();
        let group = *self.known.entry((code, classes)).or_insert_with(|| {
            self.groups.push(Group { code, members: Vec::new() });
            self.groups.len() - 1
        });
        self.groups[group].members.push((reg, operands));
        self.classes[reg.0 as usize] = Class::Result(group);
    }
}

/// Gives every register its word.
struct Layout<'a> {
    sorter: &'a Sorter,
    words: Vec<usize>,
    constants: Vec<u64>,
    /// Where constants begin.
    first: usize,
    n_words: usize,
}

impl<'a> Layout<'a> {
    fn new(sorter: &'a Sorter, n_arguments: usize) -> Layout<'a> {
        let first = n_arguments.next_multiple_of(WIDE);
        let words = vec![0; sorter.classes.len()];
        let mut layout = Layout { sorter, words, constants: Vec::new(), first, n_words: 0 };
        for (reg, class) in sorter.classes.iter().enumerate() {
            if *class == Class::Argument {
                layout.words[reg] = sorter.given[reg] as usize;
            }
        }
        layout.place_constants();
        layout.n_words = first + layout.constants.len();
        layout
    }

    /// Constants of a group's operands stand side by side; others, at the end.
    fn place_constants(&mut self) {
        let is_constant = |reg: &Reg| self.sorter.classes[reg.0 as usize] == Class::Constant;
        let mut order = Vec::new();
        for group in &self.sorter.groups {
            for k in 0..3 {
                let operands = group.members.iter().filter_map(|(_, operands)| operands.get(k));
                order.extend(operands.filter(|reg| is_constant(reg)).copied());
            }
        }
        order.extend(self.sorter.outputs.iter().map(|(_, reg)| *reg).filter(is_constant));
        let mut placed = vec![false; self.words.len()];
        for reg in order {
            if !std::mem::replace(&mut placed[reg.0 as usize], true) {
                self.words[reg.0 as usize] = self.first + self.constants.len();
                self.constants.push(self.sorter.given[reg.0 as usize]);
            }
        }
        self.constants.resize(self.constants.len().next_multiple_of(WIDE), 0);
    }

    fn batch(&mut self, group: &Group) -> Batch {
        let (to, n) = (self.n_words, group.members.len().next_multiple_of(WIDE));
        let operand = |k: usize| {
            let operands = group.members.iter().filter_map(|(_, operands)| operands.get(k));
            self.operand(operands.map(|reg| self.words[reg.0 as usize]).collect(), n)
        };
        let from = [0, 1, 2].map(operand);
        for (i, (reg, _)) in group.members.iter().enumerate() {
            self.words[reg.0 as usize] = to + i;
        }
        self.n_words += n;
        Batch { code: group.code, from, to, n }
    }

    /// Operands of `n` results at these words, of which the last are made up.
    fn operand(&self, mut words: Vec<usize>, n: usize) -> Operand {
        let Some(&first) = words.first() else { return Operand::Same(0) };
        let is_run = words.iter().enumerate().all(|(i, word)| *word == first + i);
        if words.iter().all(|word| self.is_same(*word, first)) {
            Operand::Same(first)
        } else if is_run && first + n <= self.n_words {
            Operand::Run(first)
        } else {
            words.resize(n, first);
            Operand::Each(words)
        }
    }

    /// Whether two words are one, or equal constants.
    fn is_same(&self, a: usize, b: usize) -> bool {
        let constant = |word: usize| self.constants.get(word.checked_sub(self.first)?);
        a == b || constant(a).is_some_and(|a| Some(a) == constant(b))
    }
}
