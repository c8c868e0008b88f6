//! Functions of vectors, as expressions.

use std::fmt;

use crate::error::{Cause, LangError, Located, unknown};
use crate::expr::Expr;
use crate::ir::Program;
use crate::lower::lower_function;
use crate::parse::parse_list;
use crate::print::Commas;

/// A function from one or more vectors to a vector, written as expressions separated by commas.
///
/// Prints as text that parses back to an equal function, given the same arguments.
///
/// ```
/// use pontine_mechanism_lang::{Argument, Function};
///
/// let arguments = [Argument::new("t", 1), Argument::new("x", 2)];
/// let product = Function::parse("x[0] * x[1], k * sin(t)", &arguments, &[("k", 2.0)])?;
/// assert_eq!((product.n_inputs(), product.n_outputs()), (3, 2));
/// assert_eq!(product.to_string(), "x[0] * x[1], 2 * sin(t)");
/// # Ok::<(), pontine_mechanism_lang::LangError>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Function {
    arguments: Vec<Argument>,
    outputs: Vec<Expr>,
    program: Program,
}

/// An argument of a [`Function`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Argument {
    /// Its name.
    pub name: String,
    /// Its number of components; one of size 1 is written with or without an index.
    pub size: usize,
}

impl Argument {
    /// An argument of `size` components.
    pub fn new(name: &str, size: usize) -> Argument {
        Argument { name: name.into(), size }
    }
}

impl Function {
    /// Reads a function.
    ///
    /// A component is written `x[0]`; a bare `x` of several components stands for all of them, as
    /// an output of its own. Conditions as outputs count 1 and 0. `constants` are put in place by
    /// value; an argument of the same name comes first.
    ///
    /// # Errors
    /// If the text is no list of expressions, or names what is neither an argument, a constant nor
    /// a function, or an index is outside its argument.
    pub fn parse(
        text: &str,
        arguments: &[Argument],
        constants: &[(&str, f64)],
    ) -> Result<Function, LangError> {
        let read = parse_list(text)?;
        let outputs = substituted(read, arguments, constants);
        let check = |faults| LangError::new(text, faults);
        let flat = flattened(&outputs, arguments).map_err(|fault| check(vec![fault]))?;
        let program = lower_function(&flat, &slots(arguments)).map_err(check)?;
        Ok(Function { arguments: arguments.to_vec(), outputs, program })
    }

    /// The arguments.
    pub fn arguments(&self) -> &[Argument] {
        &self.arguments
    }

    /// The number of components of all arguments together.
    pub fn n_inputs(&self) -> usize {
        self.arguments.iter().map(|argument| argument.size).sum()
    }

    /// The number of components of the result.
    pub fn n_outputs(&self) -> usize {
        let size = |expr: &Expr| bare(expr, &self.arguments).map_or(1, |argument| argument.size);
        self.outputs.iter().map(size).sum()
    }

    /// The expressions, constants put in place.
    pub fn outputs(&self) -> &[Expr] {
        &self.outputs
    }

    /// The program: it loads `Input(i)` and stores `Output(j)`, components counted through all
    /// arguments and outputs.
    pub fn program(&self) -> &Program {
        &self.program
    }
}

impl fmt::Display for Function {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", Commas(&self.outputs))
    }
}

fn substituted(read: Vec<Expr>, arguments: &[Argument], constants: &[(&str, f64)]) -> Vec<Expr> {
    let value = |name: &str| {
        let argument = arguments.iter().any(|argument| argument.name == name);
        let found = constants.iter().find(|(constant, _)| *constant == name);
        found.filter(|_| !argument).map(|(_, value)| Expr::number(*value))
    };
    let replace = |expr: &Expr| match expr {
        Expr::Name { name, .. } => value(name),
        _ => None,
    };
    read.iter().map(|expr| expr.replaced(&replace)).collect()
}

/// An argument that stands alone under its bare name.
fn bare<'a>(expr: &Expr, arguments: &'a [Argument]) -> Option<&'a Argument> {
    match expr {
        Expr::Name { name, .. } => arguments.iter().find(|argument| argument.name == *name),
        _ => None,
    }
}

/// The name under which a component is known to the lowering.
fn component(name: &str, index: usize) -> String {
    format!("{name}[{index}]")
}

fn slots(arguments: &[Argument]) -> Vec<String> {
    let components = |argument: &Argument| {
        let name = argument.name.clone();
        (0..argument.size).map(move |index| component(&name, index))
    };
    arguments.iter().flat_map(components).collect()
}

/// Every output with its components as plain names.
fn flattened(outputs: &[Expr], arguments: &[Argument]) -> Result<Vec<Expr>, Located> {
    let mut flat = Vec::new();
    for output in outputs {
        match bare(output, arguments) {
            Some(argument) => {
                let name = |index| Expr::name(&component(&argument.name, index));
                flat.extend((0..argument.size).map(name));
            }
            None => flat.push(with_components(output, arguments)?),
        }
    }
    Ok(flat)
}

fn with_components(expr: &Expr, arguments: &[Argument]) -> Result<Expr, Located> {
    check_components(expr, arguments)?;
    Ok(expr.replaced(&|expr| resolve(expr, arguments)?.ok()))
}

fn check_components(expr: &Expr, arguments: &[Argument]) -> Result<(), Located> {
    if let Some(resolved) = resolve(expr, arguments) {
        return resolved.map(drop);
    }
    expr.children().into_iter().try_for_each(|child| check_components(child, arguments))
}

/// The component that an expression names, if it names one.
fn resolve(expr: &Expr, arguments: &[Argument]) -> Option<Result<Expr, Located>> {
    let (name, indices, at) = match expr {
        Expr::Index { name, indices, at } => (name, indices.as_slice(), *at),
        Expr::Name { name, at } => (name, &[][..], *at),
        _ => return None,
    };
    let Some(argument) = arguments.iter().find(|argument| argument.name == *name) else {
        let available = || arguments.iter().map(|argument| argument.name.clone()).collect();
        let missing = || Err(at.fault(unknown("argument", name, available())));
        return (!indices.is_empty()).then(missing);
    };
    let index = match indices {
        [] if argument.size == 1 => Some(0),
        [Expr::Number { value, unit: None, .. }] => {
            Some(*value as usize).filter(|index| *index as f64 == *value)
        }
        _ => None,
    };
    let written = (!indices.is_empty()).then(|| Commas(indices).to_string());
    let cause = Cause::Index { name: name.clone(), size: argument.size, index: written };
    Some(match index.filter(|index| *index < argument.size) {
        Some(index) => Ok(Expr::Name { name: component(name, index), at }),
        None => Err(at.fault(cause)),
    })
}
