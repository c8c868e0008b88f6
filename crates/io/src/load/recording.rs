//! Probes and recorders.

use pontine_core_ir::{
    ConnectionId, Connector, Factor, Factored, Network, ObjId, Probe, ProbeTarget, Recorder,
};

use super::{
    Loader,
    fields::Fields,
    millisecond, names,
    nef::{solver, synapse},
    read::Reader,
    second,
};
use crate::{
    error::{Cause, Located},
    text::{number, quoted},
    tree::Item,
};

type Read = Result<Option<ObjId>, Located>;

pub(super) const PROBE_KEYS: &[&str] =
    &["label", "seed", "within", "target", "synapse", "sample_every", "solver"];
pub(super) const RECORDER_KEYS: &[&str] =
    &["label", "within", "cells", "variable", "sampling_interval"];

/// Records a vector over time.
pub(super) fn probe(loader: &mut Loader<'_>, reader: &Reader<'_>, fields: &Fields<'_>) -> Read {
    let parent = loader.parent(reader, fields)?;
    let item = fields.required("target", "the label of an object")?;
    let name = reader.text(item, "`target`")?;
    let (name, slice) = names::sliced(&name).map_err(|cause| item.fault(cause))?;
    let found = loader.names.object_in(&loader.network, &parent.prefix, name);
    let found = found.map_err(|cause| item.fault(cause))?;
    let mut probe = Probe::new(target(&loader.network, item, name, found)?);
    probe.slice = slice.map(Into::into);
    probe.label = reader.text_at(fields, "label")?;
    probe.seed = reader.seed(fields)?;
    probe.synapse = fields.get("synapse").map(|item| synapse(reader, item)).transpose()?;
    probe.sample_every = interval(reader, fields, "sample_every")?;
    probe.solver = fields.get("solver").map(|item| solver(reader, item)).transpose()?;
    Ok(Some(loader.network.add_in(parent.id, probe).into()))
}

/// What `a`, `a.neurons`, `a.neurons.input`, `a.input`, `a.<state>`, `c.input`, `c.weights`,
/// `c.PES.error`, `p.decoders` or `p.blocks.0.decoders` reads.
pub(super) fn target(
    network: &Network,
    item: &Item,
    name: &str,
    found: (ObjId, Option<&str>),
) -> Result<ProbeTarget, Located> {
    Ok(match found {
        (ObjId::Ensemble(id), None) => ProbeTarget::Decoded(id),
        (ObjId::Ensemble(id), Some("neurons")) => ProbeTarget::Neurons(id),
        (ObjId::Ensemble(id), Some("neurons.input")) => ProbeTarget::NeuronInput(id),
        (ObjId::Ensemble(id), Some("input")) => ProbeTarget::Input(id),
        (ObjId::Ensemble(id), Some("scaled_encoders")) => ProbeTarget::ScaledEncoders(id),
        (ObjId::Ensemble(id), Some(state)) => ProbeTarget::NeuronState(id, state.to_owned()),
        (ObjId::Node(id), None) => ProbeTarget::Node(id),
        (ObjId::Custom(id), None) => ProbeTarget::Custom(id),
        (ObjId::Connection(id), None) => ProbeTarget::Connection(id),
        (ObjId::Connection(id), Some("input")) => ProbeTarget::ConnectionInput(id),
        (ObjId::Connection(id), Some("weights")) => ProbeTarget::Weights(id),
        (ObjId::Connection(id), Some("decoders")) if to_receptor(network, id) => {
            ProbeTarget::Weights(id)
        }
        (ObjId::Connection(connection), Some(part)) => {
            let rules = network.rule_names(connection);
            let (rule, signal) = of_rule(item, name, &rules, part, &["input", "weights"])?;
            ProbeTarget::Rule { connection, rule, signal }
        }
        (ObjId::Projection(id), Some(part)) => {
            let own = factors(&network.projections[id].connector);
            if let Some((_, block, factor)) = own.iter().find(|(name, ..)| name == part) {
                return Ok(ProbeTarget::Factor(id, *block, *factor));
            }
            let rules = network.projections[id].rule_names();
            let own: Vec<&str> = own.iter().map(|(name, ..)| name.as_str()).collect();
            let (rule, signal) = of_rule(item, name, &rules, part, &own)?;
            ProbeTarget::ProjectionRule { projection: id, rule, signal }
        }
        _ => {
            let expected = "a node, a connection, an ensemble or a part of one \
                            (`a.neurons`, `a.input`, `a.voltage`); \
                            cells of populations have recorders";
            return Err(item.expected("`target`", expected));
        }
    })
}

fn to_receptor(network: &Network, id: ConnectionId) -> bool {
    network.is_receptor(&network.connections[id].post.object)
}

/// What of the weights of a projection can be probed: `decoders`, or `blocks.2.decoders`, which block
/// and which factor that is.
fn factors(connector: &Connector) -> Vec<(String, Option<usize>, Factor)> {
    let named = |block: Option<usize>, product: &Factored| {
        let prefix = block.map(|block| format!("blocks.{block}.")).unwrap_or_default();
        let name = |factor: Factor| (format!("{prefix}{}", factor.name()), block, factor);
        product.factors().map(|(factor, _)| name(factor)).collect::<Vec<_>>()
    };
    match connector {
        Connector::Factored(product) => named(None, product),
        Connector::Blocks(blocks) => {
            let blocks = blocks.iter().enumerate();
            blocks.flat_map(|(i, block)| named(Some(i), &block.product)).collect()
        }
        Connector::Rule(_) | Connector::List(_) => Vec::new(),
    }
}

/// A rule by name, and its signal; `own` is what can be probed besides.
fn of_rule(
    item: &Item,
    name: &str,
    rules: &[String],
    part: &str,
    own: &[&str],
) -> Result<(usize, String), Located> {
    let (rule, signal) = part.split_once('.').unwrap_or((part, "input"));
    if let Ok(rule) = names::rule_in("", rules, rule) {
        return Ok((rule, signal.to_owned()));
    }
    let whole = names::whole(name, part);
    if !rules.is_empty() && part.contains('.') && !part.starts_with("blocks.") {
        return Err(item.fault(names::no_rule(whole, rules, rule)));
    }
    let known = own.iter().copied().chain(rules.iter().map(String::as_str));
    let known: Vec<String> = known.map(quoted).collect();
    let expected = match known.is_empty() {
        true => "no part of it: its weights are recorded as `.weights` by `record`".to_owned(),
        false => format!("one of {}", known.join(", ")),
    };
    let (what, found) = (format!("what is probed of `{whole}`"), quoted(part));
    Err(item.fault(Cause::Value { what, found, expected }))
}

/// Records cells over time.
pub(super) fn recorder(loader: &mut Loader<'_>, reader: &Reader<'_>, fields: &Fields<'_>) -> Read {
    let parent = loader.parent(reader, fields)?;
    let item = fields.required("cells", "the label of a population or view")?;
    let name = reader.text(item, "`cells`")?;
    let cells = loader.names.cells(&parent.prefix, &name).map_err(|cause| item.fault(cause))?;
    let variable = fields.required("variable", "`spikes`, or a state of the cells")?;
    let recorder = Recorder {
        label: reader.text_at(fields, "label")?,
        cells,
        variable: reader.text(variable, "`variable`")?,
        sampling_interval: interval_in(reader, fields, "sampling_interval", millisecond())?,
    };
    Ok(Some(loader.network.add_in(parent.id, recorder).into()))
}

/// A time between samples, s.
pub(super) fn interval(
    reader: &Reader<'_>,
    fields: &Fields<'_>,
    key: &str,
) -> Result<Option<f64>, Located> {
    interval_in(reader, fields, key, second())
}

fn interval_in(
    reader: &Reader<'_>,
    fields: &Fields<'_>,
    key: &str,
    unit: pontine_core_ir::Unit,
) -> Result<Option<f64>, Located> {
    let interval = reader.number_at(fields, key, unit)?;
    match (interval, fields.get(key)) {
        (Some(value), Some(item)) => positive(item, &quoted(key), value).map(Some),
        _ => Ok(interval),
    }
}

/// An interval between samples, if it is one.
pub(super) fn positive(item: &Item, what: &str, value: f64) -> Result<f64, Located> {
    if value > 0.0 {
        return Ok(value);
    }
    let (what, found) = (what.to_owned(), number(value));
    Err(item.fault(Cause::Value { what, found, expected: "more than 0".into() }))
}
