//! Connectors whose weights are products of arrays.

use std::sync::Arc;

use pontine_core_ir::{Connector, Factor, Factored, FactoredBlock, Tensor, Unit, UnitSystem};
use pontine_mechanism::{FunctionKernel, lang::Argument};

use super::{
    fields::{self, Fields},
    nef::matrix,
    read::{Reader, tensor},
};
use crate::{
    error::Located,
    text::quoted,
    tree::{Item, Raw},
};

const FACTORS: [&str; 3] = ["decoders", "transform", "encoders"];

const FACTORED: &str = "factored";

/// Whether this kind of connector is one of this file.
pub(super) fn is_product(kind: &str) -> bool {
    [FACTORED, "blocks"].contains(&kind)
}

/// `{ kind = "factored", decoders, transform, encoders }`, or
/// `{ kind = "blocks", blocks = [{ source, target, decoders, … }, …] }`.
pub(super) fn connector(
    reader: &Reader<'_>,
    item: &Item,
    kind: &str,
) -> Result<Connector, Located> {
    let fields = Fields::of(item, "`connector`")?;
    if kind == FACTORED {
        fields.only(&["kind", FACTORS[0], FACTORS[1], FACTORS[2]])?;
        return Ok(Connector::Factored(product(reader, &fields)?));
    }
    fields.only(&["kind", "blocks"])?;
    let list = fields.required("blocks", "a list of `{ source, target, decoders, … }`")?;
    let blocks = fields::list(list, "`blocks`")?.iter().map(|item| block(reader, item));
    Ok(Connector::Blocks(blocks.collect::<Result<_, _>>()?))
}

fn block(reader: &Reader<'_>, item: &Item) -> Result<FactoredBlock, Located> {
    let fields = Fields::of(item, "a block")?;
    fields.only(&["source", "target", FACTORS[0], FACTORS[1], FACTORS[2]])?;
    let indices = |key: &str| match fields.get(key) {
        None => Ok(None),
        Some(item) => {
            let cell = |item: &Item| {
                Ok(reader.count(item, "the index of a cell", u64::from(u32::MAX))? as u32)
            };
            let cells = fields::list(item, &quoted(key))?.iter().map(cell);
            Ok(Some(cells.collect::<Result<Arc<[u32]>, _>>()?))
        }
    };
    let (source, target) = (indices("source")?, indices("target")?);
    Ok(FactoredBlock { source, target, product: product(reader, &fields)? })
}

fn product(reader: &Reader<'_>, fields: &Fields<'_>) -> Result<Factored, Located> {
    let decoders = fields.required(FACTORS[0], "a matrix of what is decoded by source")?;
    let factor = |factor: Factor| {
        let item = fields.get(factor.name());
        item.map(|item| numbers(reader, item, &quoted(factor.name()))).transpose()
    };
    Ok(Factored {
        decoders: numbers(reader, decoders, "`decoders`")?,
        transform: factor(Factor::Transform)?,
        encoders: factor(Factor::Encoders)?,
    })
}

/// Rows of numbers, or `{ expression = "…", shape = [rows, columns] }` of row `i` and column `j`.
fn numbers(reader: &Reader<'_>, item: &Item, what: &str) -> Result<Tensor, Located> {
    if let Raw::Table(table) = &item.value
        && let Some(expression) = table.0.get("expression")
    {
        let fields = Fields::of(item, what)?;
        fields.only(&["expression", "shape"])?;
        let shape = fields.required("shape", "`[rows, columns]`")?;
        let [rows, columns] = fields::list(shape, "`shape`")? else {
            return Err(shape.expected("`shape`", "`[rows, columns]`"));
        };
        let size = |item| Ok(reader.count(item, "`shape`", u64::from(u32::MAX))? as usize);
        let arguments = ["i", "j"].map(|name| Argument::new(name, 1));
        let function =
            reader.function(fields::text(expression, what)?, &arguments, UnitSystem::Population);
        let function = function.map_err(|cause| expression.fault(cause))?;
        return matrix(item, what, &FunctionKernel::new(&function), size(rows)?, size(columns)?);
    }
    tensor(item, what, reader.numbers(item, what, Unit::NONE)?)
}
