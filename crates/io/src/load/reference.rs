//! Published values, and the conditions under which they hold.

use std::collections::BTreeMap;

use pontine_core_ir::Unit;

use super::{
    Loader, Report,
    fields::{self, Fields},
    hertz,
    read::{Reader, filled},
    second,
};
use crate::{
    error::Located,
    expr::Bound,
    model_file::{Measured, Published, Reference},
    text::quoted,
    tree::{Item, Raw},
};

const KEYS: [&str; 10] =
    ["source", "when", "duration", "seeds", "populations", "rate", "cv", "corr", "fano", "values"];

/// The statistics of populations that a reference may hold; only rates have a unit.
const STATISTICS: [&str; 4] = ["rate", "cv", "corr", "fano"];

impl Loader<'_> {
    pub(super) fn references(&self, fields: &Fields<'_>, report: &mut Report) -> Vec<Reference> {
        let Some(item) = fields.get("reference") else { return Vec::new() };
        let Some(items) = report.take(None, fields::list(item, "`reference`")) else {
            return Vec::new();
        };
        let read = |item| report.take(Some("reference"), self.reference(item));
        items.iter().filter_map(read).collect()
    }

    fn reference(&self, item: &Item) -> Result<Reference, Located> {
        let reader = Reader { scope: self.scope, bound: &Bound::new() };
        let fields = Fields::of(item, "`reference`")?;
        fields.only(&KEYS)?;
        let source = fields.required("source", "where the values come from")?;
        let condition = fields.get("when");
        let holds = condition.map(|item| reader.flag(item, "`when`")).transpose()?;
        let values = fields.get("values").map(|item| measured(&reader, item)).transpose()?;
        let when = condition.map(|item| fields::text(item, "`when`")).transpose()?;
        Ok(Reference {
            source: fields::text(source, "`source`")?.to_owned(),
            when: when.unwrap_or_default().to_owned(),
            holds: holds.unwrap_or(true),
            duration_s: reader.number_at(&fields, "duration", second())?,
            seeds: reader.count_at(&fields, "seeds", u64::from(u32::MAX))?,
            statistics: self.statistics(&reader, &fields)?,
            values: values.unwrap_or_default(),
        })
    }

    /// What is told of populations; nothing if no statistic is given.
    fn statistics(
        &self,
        reader: &Reader<'_>,
        fields: &Fields<'_>,
    ) -> Result<BTreeMap<String, BTreeMap<String, Published>>, Located> {
        let given = || fields.iter().filter(|(name, _)| STATISTICS.contains(name));
        if given().next().is_none() && fields.get("populations").is_none() {
            return Ok(BTreeMap::new());
        }
        let populations = self.populations(reader, fields)?;
        let one = |(name, item): (&str, &Item)| {
            let unit = if name == "rate" { hertz() } else { Unit::NONE };
            let values = published(reader, item, name, unit, populations.len())?;
            Ok((name.to_owned(), populations.iter().cloned().zip(values).collect()))
        };
        given().map(one).collect()
    }

    /// A list of labels, or the name of an axis.
    fn populations(
        &self,
        reader: &Reader<'_>,
        fields: &Fields<'_>,
    ) -> Result<Vec<String>, Located> {
        let item =
            fields.required("populations", "labels of populations, or the name of an axis")?;
        if let Raw::Text(name) = &item.value {
            let axis = self.scope.axis(name).map_err(|cause| item.fault(cause))?;
            return Ok(axis.labels.iter().map(|label| label.to_string()).collect());
        }
        filled(reader, item, "`populations`")
    }
}

/// `{ mean = […], sd = […], unit = … }`.
fn published(
    reader: &Reader<'_>,
    item: &Item,
    name: &str,
    unit: Unit,
    n: usize,
) -> Result<Vec<Published>, Located> {
    let fields = Fields::of(item, &quoted(name))?;
    fields.only(&["mean", "sd", "unit"])?;
    let given = reader.unit_at(&fields)?;
    if given != unit {
        let expected = if unit == Unit::NONE { "left out".into() } else { format!("`{unit}`") };
        return Err(item.expected(&format!("the unit of `{name}`"), expected));
    }
    let column = |key: &str, item: &Item| {
        let numbers = reader.numbers_given(item, &quoted(key), unit)?;
        if numbers.shape == [n] {
            return Ok(numbers.data);
        }
        Err(item.expected(&quoted(key), format!("a list of {n} numbers, one for each population")))
    };
    let mean = column("mean", fields.required("mean", "a list of numbers")?)?;
    let sd = fields.get("sd").map(|item| column("sd", item)).transpose()?;
    let one = |(i, mean): (usize, f64)| Published { mean, sd: sd.as_ref().map(|sd| sd[i]) };
    Ok(mean.into_iter().enumerate().map(one).collect())
}

/// `{ name = { mean = …, sd = …, unit = … }, … }`: numbers that are not of one population each.
fn measured(reader: &Reader<'_>, item: &Item) -> Result<BTreeMap<String, Measured>, Located> {
    let one = |(name, item): (&str, &Item)| {
        let fields = Fields::of(item, &quoted(name))?;
        fields.only(&["mean", "sd", "unit"])?;
        let unit = reader.unit_at(&fields)?;
        let written = fields.get("unit").map(|item| fields::text(item, "`unit`")).transpose()?;
        let mean = fields.required("mean", "a number")?;
        let mean = reader.number_given(mean, "`mean`", unit)?;
        let sd =
            fields.get("sd").map(|item| reader.number_given(item, "`sd`", unit)).transpose()?;
        let (value, unit) = (Published { mean, sd }, written.unwrap_or_default().to_owned());
        Ok((name.to_owned(), Measured { value, unit }))
    };
    Fields::of(item, "`values`")?.iter().map(one).collect()
}
