//! An object of a kind of somebody else's: the function registered for its kind builds it.

use pontine_core_ir::{ObjId, inventory};

use crate::{builder::Builder, error::BuildError, registry::ObjectEntry};

inventory::submit! {
    ObjectEntry { kind: "Custom", build, place: module_path!() }
}

fn build(builder: &mut Builder<'_>, id: ObjId) -> Result<(), BuildError> {
    let ObjId::Custom(id) = id else { return Ok(()) };
    builder.custom(id)
}
