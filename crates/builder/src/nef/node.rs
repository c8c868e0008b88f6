//! A node: nothing but its input, a constant, a function, a process, a synapse, or code of the host.
//!
//! Part 1000 resets its input; part 0 computes its output.

use pontine_core_ir::{
    Function, Node, NodeOutput, ObjId, Path, SignalId, inventory,
    model::{OperatorKind, Signal},
};

use super::{function::in_steps, process, synapse};
use crate::{
    builder::Builder,
    error::BuildError,
    registry::{FilterSite, ObjectEntry, synapse_kinds},
};

inventory::submit! {
    ObjectEntry { kind: "Node", build, place: module_path!() }
}

/// The input's reset, apart from what follows from the kind of output.
const RESET_PART: u16 = 1000;

fn build(builder: &mut Builder<'_>, id: ObjId) -> Result<(), BuildError> {
    let ObjId::Node(node_id) = id else { return Ok(()) };
    let node = &builder.network().nodes[node_id].object;
    let input = (node.size_in > 0).then(|| input(builder, id, node.size_in));
    let output = output(builder, id, node, input)?;
    builder.set_output(id, output);
    Ok(())
}

/// Why a node has to have an input.
pub(crate) const NO_INPUT: &str = "a synapse filters its input, so it needs at least one dimension";

/// Why a node has no input.
pub(crate) const NO_FILTER: &str = "its process takes no input; a synapse would";

fn unsupported(path: &Path, message: &str) -> BuildError {
    BuildError::Unsupported { path: path.clone(), message: message.to_owned() }
}

fn input(builder: &mut Builder<'_>, id: ObjId, size: usize) -> SignalId {
    let path = builder.path(id);
    let input = builder.signal(Signal::temporary(path.part("in"), &[size]));
    builder.operator_at(&path, RESET_PART, OperatorKind::Reset { target: input, value: 0.0 });
    builder.set_input(id, input);
    input
}

fn output(
    builder: &mut Builder<'_>,
    id: ObjId,
    node: &Node,
    input: Option<SignalId>,
) -> Result<SignalId, BuildError> {
    let path = builder.path(id);
    let written = Signal::temporary(path.part("out"), &[node.size_out]);
    match &node.output {
        NodeOutput::Passthrough => input.ok_or_else(|| BuildError::Unsupported {
            path,
            message: "a node that passes its input on needs at least one dimension".into(),
        }),
        NodeOutput::Constant(values) => {
            check_size(builder, id, "the constant", values.len(), node.size_out)?;
            Ok(builder.signal(Signal::constant(path.part("out"), values.clone())))
        }
        NodeOutput::Function(function) => {
            check_arguments(builder, id, function, node.size_in)?;
            check_size(builder, id, "the function's result", function.size_out(), node.size_out)?;
            in_steps(builder, &path, function, input, written, true)
        }
        NodeOutput::Process(spec) if synapse_kinds().get(&spec.kind).is_ok() => {
            let input = input.ok_or_else(|| unsupported(&path, NO_INPUT))?;
            check_size(builder, id, "what it filters", node.size_in, node.size_out)?;
            synapse::at_once(builder, &FilterSite { path, input, size: node.size_in }, spec)
        }
        NodeOutput::Process(_) if node.size_in > 0 => Err(unsupported(&path, NO_FILTER)),
        NodeOutput::Process(spec) => {
            let host = process::host(builder, id, spec, node.size_out)?;
            let y = builder.signal(written);
            builder.operator(&path, OperatorKind::Host { host, x: None, y });
            Ok(y)
        }
        NodeOutput::Host(host) => {
            let y = builder.signal(written);
            builder.operator(&path, OperatorKind::Host { host: host.clone(), x: input, y });
            Ok(y)
        }
    }
}

/// Expressions name what they take; native code takes the time and then the input.
fn check_arguments(
    builder: &Builder<'_>,
    id: ObjId,
    function: &Function,
    size_in: usize,
) -> Result<(), BuildError> {
    match function {
        Function::Native(native) => {
            check_size(builder, id, "the function's argument", native.size_in, size_in + 1)
        }
        Function::Expression(expression) => {
            let known = [("t", 1), ("x", size_in)];
            let mut rest = known.iter();
            let in_order = expression
                .arguments()
                .iter()
                .all(|a| rest.any(|known| *known == (a.name.as_str(), a.size)));
            in_order.then_some(()).ok_or_else(|| BuildError::Unsupported {
                path: builder.path(id),
                message: format!(
                    "its function may take `t` of 1 and then `x` of {size_in} dimensions only"
                ),
            })
        }
        Function::Table(_) => Ok(()),
    }
}

fn check_size(
    builder: &Builder<'_>,
    id: ObjId,
    what: &str,
    found: usize,
    expected: usize,
) -> Result<(), BuildError> {
    if found == expected {
        return Ok(());
    }
    Err(BuildError::Shape {
        path: builder.path(id),
        what: what.into(),
        found: vec![found],
        expected: vec![expected],
    })
}
