//! Weights that are products of arrays: each array is a signal under the projection's path, and what is
//! decoded and encoded may learn.

use std::sync::Arc;

use pontine_core_ir::{
    Block, Connectivity, Connector, Factor, Factored, FactoredBlock, Factors, Path, ProjectionId,
    SignalId, Window,
    model::{OperatorKind, Signal},
};

use super::projection::window;
use crate::{
    builder::Builder,
    error::BuildError,
    nef::{Encoding, Learned, Weights, learn_projection},
};

/// One product over all cells: `<path>.decoders`, `.transform`, `.encoders`.
pub(super) fn one(
    builder: &mut Builder<'_>,
    id: ProjectionId,
    product: &Factored,
) -> Result<Connectivity, BuildError> {
    let factors = factors(builder, &builder.path(id), "", product)?;
    builder.set_factors(id, vec![factors]);
    let projection = &builder.network().projections[id];
    let sides = [projection.source, projection.target].map(|cells| window(builder, cells));
    Ok(match sides {
        [Window::All(_), Window::All(_)] => Connectivity::Factored(factors),
        [source, target] => Connectivity::Blocks([Block { source, target, factors }].into()),
    })
}

/// Blocks: `<path>.blocks.0.decoders`, ….
pub(super) fn blocks(
    builder: &mut Builder<'_>,
    id: ProjectionId,
    blocks: &[FactoredBlock],
) -> Result<Connectivity, BuildError> {
    let path = builder.path(id);
    let projection = &builder.network().projections[id];
    let [sources, targets] =
        [projection.source, projection.target].map(|cells| window(builder, cells));
    let mut made = Vec::with_capacity(blocks.len());
    for (i, block) in blocks.iter().enumerate() {
        made.push(Block {
            source: within(&sources, block.source.as_deref()),
            target: within(&targets, block.target.as_deref()),
            factors: factors(builder, &path, &format!("blocks.{i}."), &block.product)?,
        });
    }
    builder.set_factors(id, made.iter().map(|block| block.factors).collect());
    Ok(Connectivity::Blocks(made.into()))
}

/// Some cells of a window.
fn within(window: &Window, indices: Option<&[u32]>) -> Window {
    match indices {
        None => window.clone(),
        Some(indices) => Window::Some(indices.iter().map(|&i| window.at(i as usize)).collect()),
    }
}

fn factors(
    builder: &mut Builder<'_>,
    path: &Path,
    prefix: &str,
    product: &Factored,
) -> Result<Factors, BuildError> {
    let mut made = [None; 3];
    for (factor, numbers) in product.factors() {
        let name = format!("{prefix}{}", factor.name());
        made[factor as usize] = Some(builder.parameter(path, &name, numbers.clone())?);
    }
    let [decoders, transform, encoders] =
        [Factor::Decoders, Factor::Transform, Factor::Encoders].map(|f| made[f as usize]);
    let decoders = decoders.ok_or_else(|| BuildError::NotBuilt { path: path.clone() })?;
    Ok(Factors { encoders, transform, decoders })
}

/// Builds what changes the factors of a projection, if anything does.
pub(super) fn learn(
    builder: &mut Builder<'_>,
    id: ProjectionId,
    connectivity: &Connectivity,
    spikes: SignalId,
) -> Result<(), BuildError> {
    let projection = &builder.network().projections[id];
    if projection.learning.is_empty() {
        return Ok(());
    }
    let post = builder.network().population_of(projection.target);
    let post = post.and_then(|population| builder.output(population).ok());
    let blocks = match connectivity {
        Connectivity::Blocks(blocks) => blocks.to_vec(),
        Connectivity::Factored(factors) => {
            let [source, target] =
                [projection.source, projection.target].map(|cells| window(builder, cells));
            vec![Block { source, target, factors: *factors }]
        }
        Connectivity::Rule(_) | Connectivity::List(_) => return Ok(()),
    };
    let has_blocks = matches!(projection.connector, Connector::Blocks(_));
    let mut products = Vec::with_capacity(blocks.len());
    for (i, Block { source, target, factors }) in blocks.iter().enumerate() {
        let part = if has_blocks { format!("blocks.{i}.") } else { String::new() };
        let x = of_cells(builder, id, &format!("{part}source"), source, spikes);
        let post =
            post.map(|spikes| of_cells(builder, id, &format!("{part}target"), target, spikes));
        let Factors { encoders, transform, decoders } = *factors;
        let n_rows = builder.model().signals[decoders].len() / source.len().max(1);
        let decoders = Weights { signal: decoders, x, n_rows, entries: None };
        products.push(Learned { decoders, encoding: Encoding { transform, encoders, post } });
    }
    learn_projection(builder, id, &products, has_blocks)
}

/// The spikes of these cells alone, as numbers where they are some of a population.
fn of_cells(
    builder: &mut Builder<'_>,
    id: ProjectionId,
    side: &str,
    cells: &Window,
    spikes: SignalId,
) -> SignalId {
    let Window::Some(indices) = cells else { return spikes };
    let path = builder.path(id);
    let signal = Signal::temporary(path.part(&format!("{side}.spikes")), &[indices.len()]);
    let target = builder.signal(signal);
    let source_index: Option<Arc<[u32]>> = Some(indices.clone());
    let (source, target_index, inc) = (spikes, None, false);
    let kind = OperatorKind::Copy { source, source_index, target, target_index, inc };
    builder.operator(&path, kind);
    target
}
