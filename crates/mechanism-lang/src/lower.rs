//! Trees to programs.
//!
//! ```text
//!  names    what each name means, and its unit          (faults: declared twice)
//!  check    names, types, dimensions                    (faults: all of them at once)
//!  linear   equations as sums of factors times states
//!  solve    equations to updates                        (faults: not linear, cycles)
//!  assemble the order of a step
//! ```

mod assemble;
mod builder;
mod check;
mod expression;
mod linear;
mod names;
mod solve;
mod statement;

use assemble::assemble;
pub(crate) use builder::Builder;
use check::{check, check_function};
use expression::Lowering;
use names::Names;

use crate::error::Located;
use crate::expr::Expr;
use crate::ir::{Op, Program, Slot, Type};
use crate::mechanism::Mechanism;
use crate::tree::MechanismTree;

/// Compiles one mechanism.
pub(crate) fn lower(tree: &MechanismTree) -> Result<Mechanism, Vec<Located>> {
    let complete = names::with_dotted_receptors(tree);
    let names = Names::of(&complete)?;
    check(&complete, &names)?;
    assemble(tree, &complete, &names).map_err(|fault| vec![fault])
}

/// Compiles a function whose components are plain names, one input slot each.
pub(crate) fn lower_function(outputs: &[Expr], inputs: &[String]) -> Result<Program, Vec<Located>> {
    let names = Names::of_inputs(inputs);
    check_function(outputs, &names)?;
    let mut lowering = Lowering::without_derived(&names);
    for (position, expr) in outputs.iter().enumerate() {
        let mut reg = lowering.value(expr).map_err(|fault| vec![fault])?;
        if lowering.program.type_of(reg) == Type::Bool {
            let (one, zero) = (lowering.program.constant(1.0), lowering.program.constant(0.0));
            reg = lowering.program.push(Op::Select(reg, one, zero));
        }
        lowering.program.store(Slot::Output(position), reg);
    }
    Ok(lowering.program.finish())
}

#[cfg(test)]
mod tests;
