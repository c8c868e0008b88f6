//! The functions that expressions may call.

use pontine_core_ir::{Unit, error::nearest};
use pontine_mechanism::lang::{Dimension, Expr};

use super::{
    array::{Array, Cells},
    eval::{fault, numbers},
    unit_name,
};
use crate::error::Cause;

type Plain = fn(f64) -> f64;

/// Functions of one bare number. They come from `libm`, so that a file gives the same network on
/// every platform.
const PLAIN: [(&str, Plain); 15] = [
    ("ln", libm::log),
    ("ln_1p", libm::log1p),
    ("log", libm::log),
    ("log1p", libm::log1p),
    ("log10", libm::log10),
    ("exp", libm::exp),
    ("exp_m1", libm::expm1),
    ("expm1", libm::expm1),
    ("sin", libm::sin),
    ("cos", libm::cos),
    ("tanh", libm::tanh),
    ("round", f64::round),
    ("rint", f64::round_ties_even),
    ("floor", f64::floor),
    ("ceil", f64::ceil),
];

/// Functions that keep or change the unit, or take several arguments.
const OTHERS: [&str; 5] = ["abs", "sqrt", "min", "max", "where"];

/// How an axis is taken away.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Reduction {
    Sum,
    Mean,
    Min,
    Max,
}

const REDUCTIONS: [(&str, Reduction); 4] = [
    ("sum", Reduction::Sum),
    ("mean", Reduction::Mean),
    ("min", Reduction::Min),
    ("max", Reduction::Max),
];

pub(super) fn is_known(name: &str) -> bool {
    OTHERS.contains(&name) || PLAIN.iter().any(|(known, _)| *known == name)
}

pub(super) fn unknown(name: &str) -> Cause {
    let known = OTHERS.into_iter().chain(PLAIN.iter().map(|(known, _)| *known));
    Cause::Unknown { what: "function", name: name.into(), nearest: nearest(name, known) }
}

pub(super) fn apply(expr: &Expr, name: &str, x: &Array) -> Result<Array, Cause> {
    let (values, unit) = match name {
        "abs" | "sqrt" => numbers(expr, x)?,
        _ => (&[][..], Unit::NONE),
    };
    let cells = match name {
        "abs" => Cells::Numbers(values.iter().map(|v| v.abs()).collect(), unit),
        "sqrt" => {
            let (factor, unit) = root(expr, unit)?;
            Cells::Numbers(values.iter().map(|v| (v * factor).sqrt()).collect(), unit)
        }
        _ => {
            let found = PLAIN.iter().find(|(known, _)| *known == name);
            let (_, function) = found.ok_or_else(|| unknown(name))?;
            Cells::Numbers(bare(expr, name, x)?.iter().map(|v| function(*v)).collect(), Unit::NONE)
        }
    };
    Ok(Array { axes: x.axes.clone(), cells })
}

/// The numbers of an array that has no dimension.
fn bare(expr: &Expr, name: &str, x: &Array) -> Result<Vec<f64>, Cause> {
    let (values, unit) = numbers(expr, x)?;
    let convert = |v: &f64| unit.convert(*v, Unit::NONE);
    values.iter().map(convert).collect::<Option<_>>().ok_or_else(|| {
        fault(
            expr,
            format!("`{name}` takes a number without a unit, not one in {}", unit_name(unit)),
        )
    })
}

/// The unit of a square root, and the factor that makes the power of ten even.
fn root(expr: &Expr, unit: Unit) -> Result<(f64, Unit), Cause> {
    let d = unit.dimension;
    if [d.time, d.voltage, d.current, d.length].iter().any(|power| power % 2 != 0) {
        return Err(fault(expr, format!("{} has no square root", unit_name(unit))));
    }
    let half = Dimension {
        time: d.time / 2,
        voltage: d.voltage / 2,
        current: d.current / 2,
        length: d.length / 2,
    };
    let odd = unit.exponent.rem_euclid(2);
    let factor = if odd == 1 { 10.0 } else { 1.0 };
    Ok((factor, Unit { dimension: half, exponent: (unit.exponent - odd) / 2 }))
}

pub(super) fn reduction(name: &str) -> Result<Reduction, Cause> {
    let found = REDUCTIONS.iter().find(|(known, _)| *known == name);
    found.map(|(_, reduction)| *reduction).ok_or_else(|| Cause::Unknown {
        what: "reduction",
        name: name.into(),
        nearest: nearest(name, REDUCTIONS.iter().map(|(known, _)| *known)),
    })
}

/// Takes away the last axis, which has `n` places.
pub(super) fn reduce(
    expr: &Expr,
    reduction: Reduction,
    array: &Array,
    n: usize,
) -> Result<Array, Cause> {
    let (values, unit) = numbers(expr, array)?;
    let row = |row: &[f64]| match reduction {
        Reduction::Sum => row.iter().sum(),
        Reduction::Mean => row.iter().sum::<f64>() / n as f64,
        Reduction::Min => row.iter().copied().fold(f64::INFINITY, f64::min),
        Reduction::Max => row.iter().copied().fold(f64::NEG_INFINITY, f64::max),
    };
    let cells = values.chunks(n.max(1)).map(row).collect();
    let axes = array.axes[..array.axes.len().saturating_sub(1)].to_vec();
    Ok(Array { axes, cells: Cells::Numbers(cells, unit) })
}
