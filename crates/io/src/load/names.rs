//! The labels of objects, and references to them.

use std::collections::{BTreeMap, BTreeSet};

use pontine_core_ir::{Cells, EndObject, Endpoint, Network, ObjId, SubnetworkId, error::nearest};

use crate::error::Cause;

/// Objects by label; within networks by `network.label`. Names of objects that have faults are
/// known too, so that one fault is not told again by all who refer to the object.
#[derive(Debug, Default)]
pub(super) struct Names {
    known: BTreeMap<String, ObjId>,
    lost: BTreeSet<String>,
    all_lost: bool,
}

/// The most dimensions that a slice may name.
const MAX_SLICE: usize = 1 << 22;

impl Names {
    /// # Errors
    /// If the name is taken.
    pub fn add(&mut self, name: &str, id: ObjId) -> Result<(), Cause> {
        match self.known.insert(name.to_owned(), id) {
            None => Ok(()),
            Some(_) => Err(Cause::Twice { name: name.into() }),
        }
    }

    /// Remembers the name of an object that has a fault.
    pub fn lose(&mut self, name: &str) {
        self.lost.insert(name.to_owned());
    }

    /// Remembers that any name may be that of an object that has a fault.
    pub fn lose_all(&mut self) {
        self.all_lost = true;
    }

    /// What a name stands for within a network.
    fn find(&self, prefix: &str, name: &str) -> Option<ObjId> {
        let within = self.known.get(&format!("{prefix}{name}"));
        within.or_else(|| self.known.get(name)).copied()
    }

    fn unknown(
        &self,
        what: &'static str,
        (prefix, name): (&str, &str),
        is: impl Fn(&ObjId) -> bool,
    ) -> Cause {
        if self.is_lost(prefix, name) {
            return Cause::Lost { name: name.into() };
        }
        let known = self.known.iter().filter(|(_, id)| is(id)).map(|(name, _)| name.as_str());
        Cause::Unknown { what, name: name.into(), nearest: nearest(name, known) }
    }

    /// Whether the name is that of an object that has a fault, or of a part of one.
    fn is_lost(&self, prefix: &str, name: &str) -> bool {
        let lost =
            |name: &str| self.lost.contains(name) || self.lost.contains(&format!("{prefix}{name}"));
        let mut wholes = name.match_indices('.').map(|(i, _)| &name[..i]);
        self.all_lost || lost(name) || wholes.any(lost)
    }

    /// # Errors
    /// If there is no such network.
    pub fn network(&self, name: &str) -> Result<SubnetworkId, Cause> {
        match self.known.get(name) {
            Some(ObjId::Subnetwork(id)) => Ok(*id),
            _ => Err(self.unknown("network", ("", name), |id| matches!(id, ObjId::Subnetwork(_)))),
        }
    }

    /// A population, a view, or `ensemble.neurons`.
    ///
    /// # Errors
    /// If there is none of this name.
    pub fn cells(&self, prefix: &str, name: &str) -> Result<Cells, Cause> {
        match self.find(prefix, name) {
            Some(ObjId::Population(id)) => return Ok(Cells::Population(id)),
            Some(ObjId::View(id)) => return Ok(Cells::View(id)),
            _ => {}
        }
        if let Some(ensemble) = name.strip_suffix(".neurons")
            && let Some(ObjId::Ensemble(id)) = self.find(prefix, ensemble)
        {
            return Ok(Cells::Neurons(id));
        }
        let cells = |id: &ObjId| matches!(id, ObjId::Population(_) | ObjId::View(_));
        Err(self.unknown("population or view", (prefix, name), cells))
    }

    /// An object, or a part of one: `a`, `a.neurons`, and the part's name if it is not the whole.
    ///
    /// # Errors
    /// If there is no object of this name.
    pub fn object<'n>(
        &self,
        prefix: &str,
        name: &'n str,
    ) -> Result<(ObjId, Option<&'n str>), Cause> {
        if let Some(id) = self.find(prefix, name) {
            return Ok((id, None));
        }
        // Labels and parts may both have dots; the longest label wins.
        let cuts = name.match_indices('.').map(|(i, _)| i).collect::<Vec<_>>();
        let split = cuts
            .iter()
            .rev()
            .find_map(|&cut| Some((self.find(prefix, &name[..cut])?, Some(&name[cut + 1..]))));
        split.ok_or_else(|| self.unknown("object", (prefix, name), |_| true))
    }

    /// As [`Names::object`], and parts of projections, which go by their labels.
    ///
    /// # Errors
    /// If there is no object of this name.
    pub fn object_in<'n>(
        &self,
        network: &Network,
        prefix: &str,
        name: &'n str,
    ) -> Result<(ObjId, Option<&'n str>), Cause> {
        let found = self.object(prefix, name);
        found.or_else(|cause| part_of_projection(network, name).ok_or(cause))
    }

    /// One end of a connection: an object or `ensemble.neurons` or `population.port` or
    /// `connection.<learning rule>` or `projection.<learning rule>`, and which of
    /// its dimensions (`a[0]`, `a[0, 2]`, `a[0:3]`).
    ///
    /// # Errors
    /// If there is no such object, or it has no such part.
    pub fn endpoint(&self, network: &Network, prefix: &str, text: &str) -> Result<Endpoint, Cause> {
        let (name, slice) = sliced(text)?;
        let (id, part) = self.object_in(network, prefix, name)?;
        let object = match (id, part) {
            (ObjId::Ensemble(id), None) => EndObject::Ensemble(id),
            (ObjId::Ensemble(id), Some("neurons")) => EndObject::Neurons(id),
            (ObjId::Node(id), None) => EndObject::Node(id),
            (ObjId::Custom(id), None) => EndObject::Custom(id),
            (ObjId::Connection(connection), Some(rule)) => {
                let rules = network.rule_names(connection);
                EndObject::Rule { connection, rule: rule_in(whole(name, rule), &rules, rule)? }
            }
            (ObjId::Projection(projection), Some(rule)) => {
                let rules = network.projections[projection].rule_names();
                let rule = rule_in(whole(name, rule), &rules, rule)?;
                EndObject::ProjectionRule { projection, rule }
            }
            (ObjId::Population(population), Some(port)) => {
                EndObject::Population { population, port: port.to_owned() }
            }
            _ => {
                let expected = "a node, an ensemble, `ensemble.neurons`, `population.port`, or \
                                `connection.PES` for a learning rule";
                return Err(Cause::Value {
                    what: "the end of a connection".into(),
                    found: format!("`{name}`"),
                    expected: expected.into(),
                });
            }
        };
        Ok(Endpoint { object, slice: slice.map(Into::into) })
    }
}

/// What a name is of, without one of its parts.
pub(super) fn whole<'n>(name: &'n str, part: &str) -> &'n str {
    name.strip_suffix(part).map_or(name, |whole| whole.trim_end_matches('.'))
}

/// The projection with the longest label that a name begins with, and what comes behind.
fn part_of_projection<'n>(network: &Network, name: &'n str) -> Option<(ObjId, Option<&'n str>)> {
    let projections = network.projections.iter();
    let parts = projections.filter_map(|(id, projection)| {
        let label = projection.object.label.as_deref()?;
        let part = name.strip_prefix(label)?.strip_prefix('.')?;
        Some((id, part))
    });
    // Of those with one label the first, as in results.
    let (id, part) = parts.min_by_key(|(_, part)| part.len())?;
    Some((id.into(), Some(part)))
}

/// A name, and what stands behind it in brackets.
///
/// # Errors
/// If that is no slice.
pub(super) fn sliced(text: &str) -> Result<(&str, Option<Vec<usize>>), Cause> {
    match text.strip_suffix(']').and_then(|t| t.split_once('[')) {
        Some((name, slice)) => Ok((name, Some(indices(name, slice, "dimensions")?))),
        None => Ok((text, None)),
    }
}

/// Which of the learning rules of `object` has this name.
///
/// # Errors
/// If none has.
pub(super) fn rule_in(object: &str, rules: &[String], name: &str) -> Result<usize, Cause> {
    let found = rules.iter().position(|rule| rule == name);
    found.ok_or_else(|| no_rule(object, rules, name))
}

/// That none of the learning rules of `object` has this name.
pub(super) fn no_rule(object: &str, rules: &[String], name: &str) -> Cause {
    Cause::NoRule {
        object: object.to_owned(),
        name: name.to_owned(),
        known: rules.to_vec(),
        nearest: nearest(name, rules.iter().map(String::as_str)),
    }
}

/// `0`, `0, 2`, or `0:3`.
pub(super) fn indices(name: &str, text: &str, what: &str) -> Result<Vec<usize>, Cause> {
    let wrong = || Cause::Value {
        what: format!("the slice of `{name}`"),
        found: format!("`[{text}]`"),
        expected: format!("{what} such as `[0]`, `[0, 2]` or `[0:3]`"),
    };
    let number = |text: &str| text.trim().parse::<usize>().map_err(|_| wrong());
    if let Some((start, end)) = text.split_once(':') {
        let (start, end) = (number(start)?, number(end)?);
        if end.saturating_sub(start) > MAX_SLICE {
            return Err(wrong());
        }
        return Ok((start..end).collect());
    }
    text.split(',').map(number).collect()
}
