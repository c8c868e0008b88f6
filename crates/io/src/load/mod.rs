//! From the tree of a model file to a network.
//!
//! Parameters come first, in the order in which they depend on one another; then the sections in
//! the order of [`SECTIONS`], each object expanded over the axes of its `for`.

mod cells;
mod expand;
mod fields;
mod names;
mod nef;
mod parameters;
mod product;
mod read;
mod record;
mod recording;
mod reference;
mod synapse;
mod transform;

use std::{collections::BTreeMap, sync::Arc};

use pontine_core_ir::{
    Faults, Mechanism, Network, ObjId, SpecError, SubnetworkId, SynapseMechanism, Unit,
    network::NetworkFault, registry::LookupError,
};

use self::{fields::Fields, names::Names, read::Reader};
use crate::{
    error::{Cause, Located, ModelFault},
    expr::{Array, Bound, Cells, Scope, unit_name},
    model_file::{LoadedModel, Parameter, RunDefaults},
    text::{number, quoted},
    tree::{Item, Place, Raw},
};

/// Objects under construction.
pub(super) struct Loader<'a> {
    scope: &'a Scope,
    network: Network,
    names: Names,
    mechanisms: BTreeMap<String, Arc<Mechanism>>,
    synapses: BTreeMap<String, Arc<SynapseMechanism>>,
    /// Mechanisms as the first cells of each name have them.
    solved: BTreeMap<String, Arc<Mechanism>>,
    /// Whether some mechanism or synapse of the file has a fault, and so no name.
    mechanism_lost: bool,
    places: Vec<(ObjId, Place)>,
}

/// One list of objects of a model file.
struct Section {
    name: &'static str,
    keys: &'static [&'static str],
    read: fn(&mut Loader<'_>, &Reader<'_>, &Fields<'_>) -> Result<Option<ObjId>, Located>,
}

/// What others refer to comes first.
const SECTIONS: [Section; 11] = [
    Section { name: "mechanism", keys: &["text"], read: cells::mechanism },
    Section { name: "synapse", keys: &["text"], read: synapse::synapse },
    Section { name: "network", keys: nef::NETWORK_KEYS, read: nef::network },
    Section { name: "population", keys: cells::POPULATION_KEYS, read: cells::population },
    Section { name: "view", keys: cells::VIEW_KEYS, read: cells::view },
    Section { name: "ensemble", keys: nef::ENSEMBLE_KEYS, read: nef::ensemble },
    Section { name: "node", keys: nef::NODE_KEYS, read: nef::node },
    Section { name: "custom", keys: nef::CUSTOM_KEYS, read: nef::custom },
    Section { name: "projection", keys: cells::PROJECTION_KEYS, read: cells::projection },
    Section { name: "connection", keys: nef::CONNECTION_KEYS, read: nef::connection },
    Section { name: "probe", keys: recording::PROBE_KEYS, read: recording::probe },
];

/// Recorders stand apart only to keep lists of keys beside their readers.
const RECORDERS: Section =
    Section { name: "recorder", keys: recording::RECORDER_KEYS, read: recording::recorder };

const OTHERS: [&str; 5] = ["model", "axes", "parameters", "defaults", "reference"];

/// Keys that objects of all sections may have.
const COMMON: [&str; 2] = ["for", "when"];

/// Reads a whole file.
pub(crate) fn load(root: &Item, file: &Arc<str>) -> Result<LoadedModel, Faults<ModelFault>> {
    let mut report = Report { file: file.clone(), faults: Vec::new() };
    let loaded = whole(root, &mut report);
    match loaded {
        Some(loaded) if report.faults.is_empty() => Ok(loaded),
        _ => Err(Faults(report.faults)),
    }
}

/// Faults found so far.
struct Report {
    file: Arc<str>,
    faults: Vec<ModelFault>,
}

impl Report {
    fn add(&mut self, label: Option<String>, fault: Located) {
        let Located { place, cause } = fault;
        if matches!(cause, Cause::Lost { .. }) && !self.faults.is_empty() {
            return;
        }
        let fault = ModelFault { file: self.file.clone(), place, label, cause };
        // One mistake in an expanded object would otherwise come once for each of its copies.
        let same = |f: &ModelFault| f.place == fault.place && f.cause.is_like(&fault.cause);
        if !self.faults.iter().any(same) {
            self.faults.push(fault);
        }
    }

    fn take<T>(&mut self, label: Option<&str>, result: Result<T, Located>) -> Option<T> {
        result.map_err(|fault| self.add(label.map(str::to_owned), fault)).ok()
    }
}

/// A key of the section `model` that stands above it.
fn of_the_head(fault: Located) -> Located {
    match fault.cause {
        Cause::Unknown { name, .. } | Cause::NoKey { name, .. }
            if HEAD_KEYS.contains(&name.as_str()) =>
        {
            Located { cause: Cause::Elsewhere { name, section: "model" }, ..fault }
        }
        _ => fault,
    }
}

fn whole(root: &Item, report: &mut Report) -> Option<LoadedModel> {
    let fields = report.take(None, Fields::of(root, "the file"))?;
    let sections = || SECTIONS.iter().chain([&RECORDERS]);
    let known: Vec<_> = sections().map(|section| section.name).chain(OTHERS).collect();
    fields.unknown(&known).into_iter().for_each(|fault| report.add(None, of_the_head(fault)));
    let head = report.take(Some("model"), Head::read(&fields))?;
    let scope = scope(&fields, &head, report)?;
    let mut loader = Loader::new(&scope, &head.name);
    if let Some(defaults) = fields.get("defaults") {
        let reader = Reader { scope: &scope, bound: &Bound::new() };
        let config = nef::defaults(&reader, defaults);
        loader.network.root_mut().config = report.take(Some("defaults"), config)?;
    }
    for section in sections() {
        loader.section(section, &fields, report);
    }
    let mut weights = Vec::new();
    for item in &head.records {
        match record::weights(&loader, item) {
            Ok(None) => {}
            Ok(Some(id)) => {
                weights.push(id);
                continue;
            }
            Err(fault) => {
                report.add(None, fault);
                continue;
            }
        }
        if let Some(id) = report.take(None, record::record(&mut loader, item)) {
            loader.places.push((id, item.place.clone()));
        }
    }
    let references = loader.references(&fields, report);
    let mut places = loader.places();
    places.extend(head.places);
    let loaded = LoadedModel {
        name: head.name,
        description: head.description,
        defaults: head.defaults,
        parameters: listed(&scope),
        references,
        weights,
        network: loader.network,
        places,
        file: report.file.clone(),
    };
    check(&loaded, report);
    Some(loaded)
}

/// The time (s) that a text such as `20 ms` says, which was given for an option such as `--from`.
pub(crate) fn time_s(option: &str, text: &str) -> Result<f64, Located> {
    let place = Place::Option(option.to_owned());
    let item = Item { value: Raw::Text(text.to_owned()), place };
    let reader = Reader { scope: &Scope::default(), bound: &Bound::new() };
    match reader.number(&item, &quoted(option), second())? {
        time if time.is_finite() && time >= 0.0 => Ok(time),
        _ => Err(item.expected(&quoted(option), "a finite time, not negative")),
    }
}

/// What holds for the network as a whole.
fn check(loaded: &LoadedModel, report: &mut Report) {
    let about_rules = |fault: &ModelFault| matches!(fault.cause, Cause::NoRule { .. });
    if !report.faults.iter().all(about_rules) {
        return;
    }
    let Err(Faults(mut faults)) = loaded.network.validate() else { return };
    if !report.faults.is_empty() {
        // Who tells a rule of the right name something is not at fault where the rule's name is wrong.
        faults.retain(is_unknown_rule);
        if faults.is_empty() {
            return;
        }
        report.faults.clear();
    }
    for fault in faults {
        let place = loaded.place_in(&fault.to_string()).cloned().unwrap_or(Place::Line(1));
        report.add(None, Located { place, cause: fault.into() });
    }
}

/// Whether a learning rule is of no known kind.
fn is_unknown_rule(fault: &NetworkFault) -> bool {
    let NetworkFault::Lookup { source: LookupError::Spec(error), .. } = fault else { return false };
    matches!(error, SpecError::UnknownKind { role: "learning rule", .. })
}

/// The section `model`.
struct Head {
    name: String,
    description: String,
    defaults: RunDefaults,
    /// What is recorded besides, in short forms.
    records: Vec<Item>,
    /// Where the times stand, by `model.time` and the like; no object has such a path.
    places: Vec<(String, Place)>,
}

const HEAD_KEYS: [&str; 7] = ["name", "description", "time", "dt", "seed", "discard", "record"];

impl Head {
    fn read(fields: &Fields<'_>) -> Result<Self, Located> {
        let item = fields.required("model", "a table with the name of the model")?;
        let fields = Fields::of(item, "`model`")?;
        fields.only(&HEAD_KEYS)?;
        let item = fields.required("name", "the name of the model")?;
        let name = fields::text(item, "`name`")?;
        if name.trim().is_empty() {
            return Err(item.expected("`name`", "a name: results go into a folder of that name"));
        }
        let description = fields.get("description");
        let text = |item| fields::text(item, "`description`").map(str::to_owned);
        let defaults = Self::defaults(&fields)?;
        let place = |(key, item): (&str, &Item)| (format!("model.{key}"), item.place.clone());
        let records = fields.get("record").map(|item| fields::list(item, "`record`"));
        Ok(Self {
            records: records.transpose()?.unwrap_or_default().to_vec(),
            places: fields.iter().map(place).collect(),
            name: name.to_owned(),
            description: description.map(text).transpose()?.unwrap_or_default(),
            defaults,
        })
    }

    /// Times are read before there are any parameters.
    fn defaults(fields: &Fields<'_>) -> Result<RunDefaults, Located> {
        let reader = Reader { scope: &Scope::default(), bound: &Bound::new() };
        let s = second();
        let time = |key: &str, expected: &str, fits: fn(f64) -> bool| match fields.get(key) {
            None => Ok(None),
            Some(item) => match reader.number(item, &quoted(key), s)? {
                value if fits(value) && value.is_finite() => Ok(Some(value)),
                _ => Err(item.expected(&quoted(key), expected)),
            },
        };
        let any = |key| time(key, "a finite time, not negative", |value| value >= 0.0);
        let step = time("dt", "a finite time greater than 0", |value| value > 0.0);
        let fallback = RunDefaults::default();
        Ok(RunDefaults {
            time_s: any("time")?.unwrap_or(fallback.time_s),
            dt_s: step?.unwrap_or(fallback.dt_s),
            seed: reader.count_at(fields, "seed", u64::MAX)?.unwrap_or(fallback.seed),
            discard_s: any("discard")?.unwrap_or(fallback.discard_s),
        })
    }
}

fn scope(fields: &Fields<'_>, head: &Head, report: &mut Report) -> Option<Scope> {
    let mut scope = Scope::new(head.defaults.dt_s * 1e3);
    if let Some(axes) = fields.get("axes") {
        report.take(Some("axes"), parameters::axes(axes, &mut scope))?;
    }
    if let Some(item) = fields.get("parameters")
        && let Err(faults) = parameters::parameters(item, &mut scope)
    {
        faults.into_iter().for_each(|fault| report.add(Some("parameters".into()), fault));
        return None;
    }
    Some(scope)
}

fn listed(scope: &Scope) -> Vec<Parameter> {
    let builtin = |name: &str| crate::expr::BUILTIN.contains(&name);
    let own = scope.values.iter().filter(|(name, _)| !builtin(name));
    own.map(|(name, array)| Parameter { name: name.clone(), value: shown(array) }).collect()
}

fn shown(array: &Array) -> String {
    if !array.axes.is_empty() {
        let axes: Vec<_> = array.axes.iter().map(|axis| &*axis.name).collect();
        return format!("table over {}", axes.join(", "));
    }
    match &array.cells {
        Cells::Numbers(numbers, Unit::NONE) => number(numbers[0]),
        Cells::Numbers(numbers, unit) => format!("{} {}", number(numbers[0]), unit_name(*unit)),
        Cells::Flags(flags) => flags[0].to_string(),
        Cells::Words(words) => words[0].to_string(),
    }
}

impl<'a> Loader<'a> {
    fn new(scope: &'a Scope, name: &str) -> Self {
        Self {
            scope,
            network: Network::new(name),
            names: Names::default(),
            mechanisms: BTreeMap::new(),
            synapses: BTreeMap::new(),
            solved: BTreeMap::new(),
            mechanism_lost: false,
            places: Vec::new(),
        }
    }

    fn section(&mut self, section: &Section, fields: &Fields<'_>, report: &mut Report) {
        let Some(item) = fields.get(section.name) else { return };
        let what = format!("`{}`", section.name);
        let Some(items) = report.take(None, fields::list(item, &what)) else {
            return self.lose_all();
        };
        for item in items {
            self.item(section, item, report);
        }
    }

    /// All objects that one entry stands for.
    fn item(&mut self, section: &Section, item: &Item, report: &mut Report) {
        let what = quoted(section.name);
        let Some(fields) = report.take(None, Fields::of(item, &what)) else {
            return self.lose_all();
        };
        let scope = self.scope;
        let left = expand::MAX_OBJECTS.saturating_sub(self.places.len());
        let expanded = expand::expand(scope, &fields, left);
        let keys: Vec<_> = section.keys.iter().chain(&COMMON).copied().collect();
        let unknown = fields.unknown(&keys);
        let refused = !unknown.is_empty();
        let first = expanded.as_ref().ok().and_then(|copies| copies.first());
        let label = label_of(section.name, &fields, first.map(|bound| Reader { scope, bound }));
        unknown.into_iter().for_each(|fault| report.add(Some(label.clone()), fault));
        let Some(copies) = report.take(Some(&label), expanded) else { return self.lose_all() };
        for bound in copies {
            let reader = Reader { scope, bound: &bound };
            if refused {
                self.lose(section, &reader, &fields);
                continue;
            }
            match (section.read)(self, &reader, &fields) {
                Ok(Some(id)) => self.places.push((id, item.place.clone())),
                Ok(None) => {}
                Err(fault) => {
                    if matches!(fault.cause, Cause::Twice { .. }) {
                        // What was meant by the other name is not known.
                        self.names.lose_all();
                    }
                    report.add(Some(label_of(section.name, &fields, Some(reader))), fault);
                    self.lose(section, &reader, &fields);
                }
            }
        }
    }

    /// Remembers an object that has a fault, so that references to it are none.
    fn lose(&mut self, section: &Section, reader: &Reader<'_>, fields: &Fields<'_>) {
        if ["mechanism", "synapse"].contains(&section.name) {
            self.mechanism_lost = true;
        }
        let text = |key| reader.text_at(fields, key);
        match (text("within"), text("label")) {
            (Ok(Some(within)), Ok(Some(label))) => {
                self.names.lose(&format!("{within}.{label}"));
                // It may be meant to stand elsewhere.
                self.names.lose(&label);
            }
            (Ok(None), Ok(Some(label))) => self.names.lose(&label),
            (Ok(_), Ok(None)) => {}
            _ => self.lose_all(),
        }
    }

    /// What could not be expanded may have had any name.
    fn lose_all(&mut self) {
        self.mechanism_lost = true;
        self.names.lose_all();
    }

    fn places(&self) -> BTreeMap<String, Place> {
        let paths = self.network.paths();
        let path = |id: &ObjId| paths[*id].to_string();
        self.places.iter().map(|(id, place)| (path(id), place.clone())).collect()
    }

    /// The (sub)network that an object belongs to.
    fn parent(&self, reader: &Reader<'_>, fields: &Fields<'_>) -> Result<Parent, Located> {
        let Some(item) = fields.get("within") else { return Ok(Parent::root()) };
        let name = reader.text(item, "`within`")?;
        let id = self.names.network(&name).map_err(|cause| item.fault(cause))?;
        Ok(Parent { id, prefix: format!("{name}.") })
    }

    /// Makes an object known under its label.
    fn declare(
        &mut self,
        fields: &Fields<'_>,
        parent: &Parent,
        label: Option<&str>,
        id: ObjId,
    ) -> Result<Option<ObjId>, Located> {
        if let Some(label) = label {
            if label.contains(['[', ']']) {
                let expected = "without brackets, since slices stand in them";
                return Err(fields.fault(Cause::Value {
                    what: "the label".into(),
                    found: quoted(label),
                    expected: expected.into(),
                }));
            }
            let name = format!("{}{label}", parent.prefix);
            self.names.add(&name, id).map_err(|cause| fields.fault(cause))?;
        }
        Ok(Some(id))
    }
}

/// Where an object belongs, and how names begin there.
pub(super) struct Parent {
    id: SubnetworkId,
    prefix: String,
}

impl Parent {
    fn root() -> Self {
        Self { id: SubnetworkId::ROOT, prefix: String::new() }
    }
}

/// The object's section and label; as written where it stands for no copy or cannot be filled in.
fn label_of(section: &str, fields: &Fields<'_>, copy: Option<Reader<'_>>) -> String {
    let written = || Some(fields::text(fields.get("label")?, "").ok()?.to_owned());
    let filled = copy.and_then(|reader| reader.text_at(fields, "label").ok()?);
    filled
        .or_else(written)
        .map_or_else(|| section.to_owned(), |label| format!("{section} `{label}`"))
}

pub(super) fn second() -> Unit {
    Unit::parse("s").unwrap_or_default()
}

pub(super) fn millisecond() -> Unit {
    Unit::parse("ms").unwrap_or_default()
}

pub(super) fn hertz() -> Unit {
    Unit::parse("Hz").unwrap_or_default()
}
