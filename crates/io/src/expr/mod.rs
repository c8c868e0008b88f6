//! Expressions over parameters: evaluated over named axes, with units.

mod array;
mod eval;
mod function;
mod scope;

pub(crate) use array::{Array, Axis, Cells, MAX_CELLS, n_cells};
pub(crate) use eval::{Eval, names_in};
use pontine_core_ir::Unit;
use pontine_mechanism::lang::{Expr, LangError, parse_expression};
pub(crate) use scope::{BUILTIN, Bound, Scope};

use crate::error::Cause;

/// Reads an expression.
///
/// # Errors
/// What the language finds wrong with it.
pub(crate) fn parse(text: &str) -> Result<Expr, Cause> {
    parse_expression(text).map_err(language)
}

/// The first fault that the language finds.
pub(crate) fn language(error: LangError) -> Cause {
    match error.faults.into_iter().next() {
        Some(fault) => Cause::Language(Box::new(fault)),
        None => Cause::Syntax { message: "the text cannot be read".into() },
    }
}

/// How a unit is called in a message.
pub(crate) fn unit_name(unit: Unit) -> String {
    if unit == Unit::NONE { "no unit".into() } else { unit.to_string() }
}
