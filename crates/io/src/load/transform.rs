//! Transforms by their kind: drawn, sparse, convolutions.

use pontine_core_ir::{
    Samples, SparseMatrix, Transform, Unit,
    network::{Convolution, Padding},
};

use super::{
    fields::{Fields, text},
    read::Reader,
};
use crate::{
    error::Located,
    text::quoted,
    tree::{Item, Raw},
};

/// What a table with a `kind` stands for; nothing else has one.
pub(super) fn of_kind(reader: &Reader<'_>, item: &Item) -> Result<Option<Transform>, Located> {
    let Raw::Table(table) = &item.value else { return Ok(None) };
    let Some(kind) = table.0.get("kind") else { return Ok(None) };
    let fields = Fields::of(item, "`transform`")?;
    let transform = match text(kind, "`kind`")? {
        "Dense" => drawn(reader, &fields)?,
        "Sparse" if fields.get("init").is_some() => drawn_sparse(reader, &fields)?,
        "Sparse" => Transform::Sparse(sparse(reader, &fields)?),
        "Convolution" => Transform::Convolution(convolution(reader, &fields, false)?),
        "ConvolutionTranspose" => Transform::Convolution(convolution(reader, &fields, true)?),
        _ => {
            let known = "`Dense`, `Sparse`, `Convolution` or `ConvolutionTranspose`";
            return Err(kind.expected("`kind`", known));
        }
    };
    Ok(Some(transform))
}

/// `shape = [rows, columns]`, `init` a distribution.
fn drawn(reader: &Reader<'_>, fields: &Fields<'_>) -> Result<Transform, Located> {
    fields.only(&["kind", "shape", "init"])?;
    let (rows, columns) = shape(reader, fields)?;
    let item = fields.required("init", "a distribution")?;
    match reader.samples(item, "`init`", Unit::NONE)? {
        Samples::Distribution(distribution) => Ok(Transform::Drawn { rows, columns, distribution }),
        Samples::Array(_) => Err(item.expected("`init`", "a distribution")),
    }
}

/// `shape`, `rows` and `columns` of the entries, and `init`, a distribution of their numbers.
fn drawn_sparse(reader: &Reader<'_>, fields: &Fields<'_>) -> Result<Transform, Located> {
    fields.only(&["kind", "shape", "rows", "columns", "init"])?;
    let shape = shape(reader, fields)?;
    let places = |key| counts(reader, fields, key, None);
    let (rows, columns) = (places("rows")?, places("columns")?);
    let item = fields.required("init", "a distribution")?;
    let Samples::Distribution(distribution) = reader.samples(item, "`init`", Unit::NONE)? else {
        return Err(item.expected("`init`", "a distribution"));
    };
    if rows.len() != columns.len() {
        let item = fields.required("columns", "a list of numbers")?;
        return Err(item.expected("`columns`", "one number for each of `rows`"));
    }
    let entries = rows.iter().zip(&columns).map(|(row, column)| (*row as u32, *column as u32, 0.0));
    let places = SparseMatrix { rows: shape.0, columns: shape.1, entries: entries.collect() };
    Ok(Transform::DrawnSparse { places, distribution })
}

/// `shape`, and `rows`, `columns`, `values` of the entries.
fn sparse(reader: &Reader<'_>, fields: &Fields<'_>) -> Result<SparseMatrix, Located> {
    fields.only(&["kind", "shape", "rows", "columns", "values"])?;
    let shape = shape(reader, fields)?;
    let places = |key| counts(reader, fields, key, None);
    let (rows, columns) = (places("rows")?, places("columns")?);
    let item = fields.required("values", "a list of numbers")?;
    let values = reader.numbers(item, "`values`", Unit::NONE)?.data;
    if rows.len() != values.len() || columns.len() != values.len() {
        return Err(item.expected("`values`", "one number for each of `rows` and of `columns`"));
    }
    let places = rows.iter().zip(&columns).zip(&values);
    let entries = places.map(|((row, column), value)| (*row as u32, *column as u32, *value));
    Ok(SparseMatrix { rows: shape.0, columns: shape.1, entries: entries.collect() })
}

/// `input_shape` with the channels last, or first if `channels_last` is false.
fn convolution(
    reader: &Reader<'_>,
    fields: &Fields<'_>,
    transposed: bool,
) -> Result<Convolution, Located> {
    let known = [
        "kind",
        "n_filters",
        "input_shape",
        "channels_last",
        "kernel_size",
        "strides",
        "padding",
        "groups",
        "init",
        "output_shape",
    ];
    fields.only(&known)?;
    let flag = |key| fields.get(key).map(|item| reader.flag(item, &quoted(key))).transpose();
    let channels_last = flag("channels_last")?.unwrap_or(true);
    let (space, n_channels) = apart(counts(reader, fields, "input_shape", None)?, channels_last);
    let n_filters = reader.count_at(fields, "n_filters", u64::from(u32::MAX))?.unwrap_or(1);
    let mut convolution = Convolution::new(n_filters as usize, &space, n_channels.unwrap_or(0));
    let (kernel_size, strides) = (convolution.kernel_size.clone(), convolution.strides.clone());
    convolution.kernel_size = counts(reader, fields, "kernel_size", Some(kernel_size))?;
    convolution.strides = counts(reader, fields, "strides", Some(strides))?;
    convolution.groups =
        reader.count_at(fields, "groups", u64::from(u32::MAX))?.unwrap_or(1) as usize;
    convolution.padding = padding(fields)?;
    (convolution.channels_last, convolution.transposed) = (channels_last, transposed);
    if let Some(item) = fields.get("output_shape") {
        let shape = counts(reader, fields, "output_shape", None)?;
        let (space, n_channels) = apart(shape, channels_last);
        if n_channels != Some(convolution.n_filters) || !transposed {
            let expected = "the shape of a transpose, with as many channels as there are filters";
            return Err(item.expected("`output_shape`", expected));
        }
        convolution.spread_to = Some(space);
    }
    if let Some(item) = fields.get("init") {
        convolution.init = reader.samples(item, "`init`", Unit::NONE)?;
    }
    Ok(convolution)
}

/// Axes in space, and channels.
fn apart(mut shape: Vec<usize>, channels_last: bool) -> (Vec<usize>, Option<usize>) {
    let n_channels =
        if channels_last { shape.pop() } else { (!shape.is_empty()).then(|| shape.remove(0)) };
    (shape, n_channels)
}

fn padding(fields: &Fields<'_>) -> Result<Padding, Located> {
    let Some(item) = fields.get("padding") else { return Ok(Padding::Valid) };
    match text(item, "`padding`")? {
        "valid" => Ok(Padding::Valid),
        "same" => Ok(Padding::Same),
        _ => Err(item.expected("`padding`", "`valid` or `same`")),
    }
}

fn shape(reader: &Reader<'_>, fields: &Fields<'_>) -> Result<(usize, usize), Located> {
    let item = fields.required("shape", "the number of rows and of columns")?;
    match counts(reader, fields, "shape", None)?[..] {
        [rows, columns] => Ok((rows, columns)),
        _ => Err(item.expected("`shape`", "the number of rows and of columns")),
    }
}

/// Whole numbers, not negative.
fn counts(
    reader: &Reader<'_>,
    fields: &Fields<'_>,
    key: &str,
    default: Option<Vec<usize>>,
) -> Result<Vec<usize>, Located> {
    if let (None, Some(default)) = (fields.get(key), default) {
        return Ok(default);
    }
    let item = fields.required(key, "a list of whole numbers")?;
    let numbers = reader.numbers(item, &quoted(key), Unit::NONE)?.data;
    let is_count = |x: &f64| *x >= 0.0 && x.fract() == 0.0 && *x < f64::from(u32::MAX);
    if numbers.iter().all(is_count) {
        return Ok(numbers.iter().map(|x| *x as usize).collect());
    }
    Err(item.expected(&quoted(key), "whole numbers, not negative"))
}
