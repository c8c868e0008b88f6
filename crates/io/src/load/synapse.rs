//! What the synapses of a projection do: `synapse = { kind = "TsodyksMarkram", U = 0.5, … }`.

use std::sync::Arc;

use pontine_core_ir::{ObjId, SynapseMechanism, SynapseType, Unit, error::nearest, registry};

use super::{Loader, cells::located, fields, fields::Fields, read::Reader};
use crate::{
    error::{Cause, Located},
    text::quoted,
    tree::{Item, Raw},
};

/// A synapse of the file's own.
pub(super) fn synapse(
    loader: &mut Loader<'_>,
    _: &Reader<'_>,
    fields: &Fields<'_>,
) -> Result<Option<ObjId>, Located> {
    let item = fields.required("text", "a synapse in the mechanism language")?;
    let text = fields::text(item, "`text`")?;
    let synapse = SynapseMechanism::parse(text).map_err(|error| located(item, error))?;
    let name = synapse.name.clone();
    if registry::synapses().get(&name).is_ok() || loader.synapses.contains_key(&name) {
        return Err(item.fault(Cause::Twice { name }));
    }
    loader.synapses.insert(name, Arc::new(synapse));
    Ok(None)
}

/// Keys beside parameters.
const KIND: &str = "kind";
const FRACTION: &str = "dendritic_delay_fraction";
const INITIAL: &str = "initial";

/// A name, or a table of its kind, its parameters, and how it begins. Parameters without a unit may be
/// given in that of the weight, as its limits are.
pub(super) fn of_projection(
    loader: &Loader<'_>,
    reader: &Reader<'_>,
    item: &Item,
    weight: Unit,
) -> Result<SynapseType, Located> {
    if let Raw::Text(_) = &item.value {
        let name = reader.text(item, "`synapse`")?;
        return Ok(SynapseType::of(loader.synapse(&name).map_err(|cause| item.fault(cause))?));
    }
    let fields = Fields::of(item, "`synapse`")?;
    let kind = fields.required(KIND, "the name of a synapse")?;
    let name = reader.text(kind, "`kind`")?;
    let mechanism = loader.synapse(&name).map_err(|cause| kind.fault(cause))?;
    let mut synapse = SynapseType::of(mechanism);
    for (name, item) in fields.iter().filter(|(name, _)| ![KIND, FRACTION, INITIAL].contains(name))
    {
        let unit = synapse.parameter_unit(name).map_err(|e| item.fault(e.into()))?;
        let value = |unit| reader.value(item, &quoted(name), unit, &["i", "j"]);
        let value = value(unit).or_else(|fault| match unit.is_none() {
            true => value(weight).map_err(|_| fault),
            false => Err(fault),
        })?;
        synapse.parameters.insert(name.to_owned(), value);
    }
    if let Some(item) = fields.get(INITIAL) {
        for (name, item) in Fields::of(item, "`initial`")?.iter() {
            let unit = synapse.state_unit(name).map_err(|e| item.fault(e.into()))?;
            let value = reader.value(item, &quoted(name), unit, &["i", "j"])?;
            synapse.initial.insert(name.to_owned(), value);
        }
    }
    if let Some(item) = fields.get(FRACTION) {
        synapse.dendritic_delay_fraction = reader.number(item, &quoted(FRACTION), Unit::NONE)?;
    }
    Ok(synapse)
}

impl Loader<'_> {
    /// A synapse of the file, or a registered one.
    fn synapse(&self, name: &str) -> Result<Arc<SynapseMechanism>, Cause> {
        if let Some(synapse) = self.synapses.get(name) {
            return Ok(synapse.clone());
        }
        registry::synapse(name).map_err(|error| {
            let own = nearest(name, self.synapses.keys().map(String::as_str));
            match own {
                _ if self.mechanism_lost => Cause::Lost { name: name.into() },
                Some(_) => Cause::Unknown { what: "synapse", name: name.into(), nearest: own },
                None => error.into(),
            }
        })
    }
}
