//! Recorders and probes in a short form: `E.spikes`, `E[0:10].v @ 1 ms`, `a`.

use std::sync::Arc;

use pontine_core_ir::{
    Cells, ObjId, PopulationId, PopulationView, Probe, ProjectionId, Recorder, SubnetworkId, Unit,
    error::nearest,
};

use super::{Loader, fields::text, millisecond, names, read::Reader, recording, second};
use crate::{
    error::{Cause, Located},
    expr::Bound,
    tree::{Item, Raw},
};

/// Records what one text says: cells have recorders, everything else has probes.
pub(super) fn record(loader: &mut Loader<'_>, item: &Item) -> Result<ObjId, Located> {
    let short = Short::of(item)?;
    let found = loader.names.object_in(&loader.network, "", &short.object);
    let (id, part) = found.map_err(|cause| item.fault(cause))?;
    let (id, part) = (id, part.map(str::to_owned));
    let cells = match (id, &short.slice) {
        (ObjId::Population(id), Some(slice)) => Some(view(loader, item, id, slice)?),
        (ObjId::Population(id), None) => Some(Cells::Population(id)),
        (ObjId::View(id), None) => Some(Cells::View(id)),
        (_, None) => None,
        (_, Some(_)) => return Err(item.expected("what is recorded in part", "a population")),
    };
    let label = Some(short.label.clone());
    if let Some(cells) = cells {
        let sampling_interval = short.interval(loader, item, millisecond())?;
        let variable = part.unwrap_or_else(|| "spikes".into());
        let recorder = Recorder { label, cells, variable, sampling_interval };
        return Ok(loader.network.add_in(SubnetworkId::ROOT, recorder).into());
    }
    let mut probe =
        Probe::new(recording::target(&loader.network, item, &short.object, (id, part.as_deref()))?);
    probe.label = label;
    probe.sample_every = short.interval(loader, item, second())?;
    Ok(loader.network.add_in(SubnetworkId::ROOT, probe).into())
}

/// The projection whose weights a text asks for, if it asks for weights.
pub(super) fn weights(loader: &Loader<'_>, item: &Item) -> Result<Option<ProjectionId>, Located> {
    let Some(name) = text(item, "what is recorded")?.trim().strip_suffix(".weights") else {
        return Ok(None);
    };
    if let Ok((ObjId::Connection(_), None)) = loader.names.object("", name) {
        // Weights that learn: a probe records them over time.
        return Ok(None);
    }
    let labelled = || {
        let projections = loader.network.projections.iter();
        projections.filter_map(|(id, projection)| Some((id, projection.object.label.as_deref()?)))
    };
    match labelled().find(|(_, label)| *label == name) {
        Some((id, _)) => Ok(Some(id)),
        None => Err(item.fault(Cause::Unknown {
            what: "projection",
            name: name.to_owned(),
            nearest: nearest(name, labelled().map(|(_, label)| label)),
        })),
    }
}

/// The parts of a text.
struct Short {
    /// All but the interval: the name in results.
    label: String,
    /// What is recorded, without its slice.
    object: String,
    slice: Option<String>,
    every: Option<String>,
}

impl Short {
    fn of(item: &Item) -> Result<Self, Located> {
        let whole = text(item, "what is recorded")?;
        let (what, every) = match whole.rsplit_once('@') {
            Some((what, every)) => (what.trim(), Some(every.trim().to_owned())),
            None => (whole.trim(), None),
        };
        let (object, slice) = match what.split_once('[') {
            None => (what.to_owned(), None),
            Some((before, after)) => {
                let (slice, behind) = after.split_once(']').ok_or_else(|| {
                    item.expected("what is recorded", "a text in which each `[` has its `]`")
                })?;
                (format!("{before}{behind}"), Some(slice.to_owned()))
            }
        };
        Ok(Self { label: what.to_owned(), object, slice, every })
    }

    fn interval(
        &self,
        loader: &Loader<'_>,
        item: &Item,
        unit: Unit,
    ) -> Result<Option<f64>, Located> {
        const WHAT: &str = "the time between samples";
        let Some(every) = &self.every else { return Ok(None) };
        let reader = Reader { scope: loader.scope, bound: &Bound::new() };
        let every = Item { value: Raw::Text(every.clone()), place: item.place.clone() };
        let interval = reader.number(&every, WHAT, unit)?;
        recording::positive(item, WHAT, interval).map(Some)
    }
}

fn view(
    loader: &mut Loader<'_>,
    item: &Item,
    population: PopulationId,
    slice: &str,
) -> Result<Cells, Located> {
    let object = &loader.network.populations[population].object;
    let name = object.label.clone().unwrap_or_default();
    let size = object.size;
    let indices = names::indices(&name, slice, "cells").map_err(|cause| item.fault(cause))?;
    if let Some(outside) = indices.iter().find(|index| **index >= size) {
        return Err(item.fault(Cause::Value {
            what: format!("a cell of `{name}`"),
            found: outside.to_string(),
            expected: format!("less than {size}, the number of its cells"),
        }));
    }
    let indices: Arc<[u32]> = indices.into_iter().map(|index| index as u32).collect();
    let view = PopulationView { label: None, population, indices };
    Ok(Cells::View(loader.network.add_in(SubnetworkId::ROOT, view)))
}
