//! Evaluates expression trees.

use std::{collections::BTreeSet, sync::Arc};

use pontine_core_ir::Unit;
use pontine_mechanism::lang::{BinaryOp, CompareOp, Expr, LogicOp, UnaryOp};

use super::{
    array::{Array, Cells, MAX_CELLS, Selector, TooLarge},
    function,
    scope::{Bound, Scope},
    unit_name,
};
use crate::error::Cause;

/// Evaluates expressions where some axes are bound to one place.
///
/// The depth of an expression was bounded when it was read, and bounds the recursion here.
#[derive(Clone, Copy)]
pub(crate) struct Eval<'a> {
    pub scope: &'a Scope,
    pub bound: &'a Bound,
}

/// All names in an expression.
pub(crate) fn names_in(expr: &Expr) -> BTreeSet<&str> {
    let mut names: BTreeSet<&str> = expr.children().into_iter().flat_map(names_in).collect();
    match expr {
        Expr::Name { name, .. } | Expr::Index { name, .. } => drop(names.insert(name)),
        _ => {}
    }
    names
}

impl Eval<'_> {
    /// # Errors
    /// What cannot be evaluated, with the part of the expression where it stands.
    pub fn eval(&self, expr: &Expr) -> Result<Array, Cause> {
        match expr {
            Expr::Number { value, unit, .. } => {
                Ok(Array::number(*value, unit.unwrap_or(Unit::NONE)))
            }
            Expr::Name { name, .. } => self.named(name, expr),
            Expr::Index { name, indices, .. } => self.index(expr, name, indices),
            Expr::Unary { op, operand, .. } => unary(expr, *op, self.eval(operand)?),
            Expr::Binary { op, left, right, .. } => {
                binary(expr, *op, &self.eval(left)?, &self.eval(right)?)
            }
            Expr::Compare { op, left, right, .. } => {
                compare(expr, *op, &self.eval(left)?, &self.eval(right)?)
            }
            Expr::Logic { op, left, right, .. } => {
                logic(expr, *op, &self.eval(left)?, &self.eval(right)?)
            }
            Expr::Conditional { condition, then, otherwise, .. } => {
                let [condition, then, otherwise] =
                    [condition, then, otherwise].map(|e| self.eval(e));
                select(expr, &condition?, &then?, &otherwise?)
            }
            Expr::Call { name, axes, args, .. } => self.call(expr, name, axes, args),
        }
    }

    fn named(&self, name: &str, expr: &Expr) -> Result<Array, Cause> {
        let array = self.scope.get(name).ok_or_else(|| self.scope.unknown(name))?;
        array.bound(|axis| self.bound.get(axis).copied()).map_err(|e| too_large(expr, e))
    }

    fn index(&self, expr: &Expr, name: &str, indices: &[Expr]) -> Result<Array, Cause> {
        let array = self.scope.get(name).ok_or_else(|| self.scope.unknown(name))?;
        if array.axes.len() != indices.len() {
            let axes: Vec<_> = array.axes.iter().map(|axis| format!("`{}`", axis.name)).collect();
            return Err(fault(expr, format!("`{name}` has the axes [{}]", axes.join(", "))));
        }
        let select = |(axis, index): (_, &Expr)| self.selector(expr, name, axis, index);
        let selectors: Result<Vec<_>, _> = array.axes.iter().zip(indices).map(select).collect();
        array.selected(&selectors?).map_err(|e| too_large(expr, e))
    }

    /// An index is a label, or an axis with the same labels.
    fn selector(
        &self,
        expr: &Expr,
        name: &str,
        axis: &super::Axis,
        index: &Expr,
    ) -> Result<Selector, Cause> {
        let Expr::Name { name: index, .. } = index else {
            return Err(fault(expr, format!("`{index}` is neither a label nor an axis")));
        };
        if let Some(other) = self.scope.axes.get(index) {
            if other.labels != axis.labels {
                let message =
                    format!("`{index}` has other labels than `{}` of `{name}`", axis.name);
                return Err(fault(expr, message));
            }
            return Ok(match self.bound.get(&other.name) {
                Some(at) => Selector::At(*at),
                None => Selector::Along(other.clone()),
            });
        }
        let at = axis.labels.iter().position(|label| **label == **index);
        at.map(Selector::At).ok_or_else(|| Cause::Unknown {
            what: "label",
            name: index.clone(),
            nearest: pontine_core_ir::error::nearest(index, axis.labels.iter().map(|l| &**l)),
        })
    }

    fn call(
        &self,
        expr: &Expr,
        name: &str,
        axes: &[String],
        args: &[Expr],
    ) -> Result<Array, Cause> {
        if !axes.is_empty() {
            return self.reduce(expr, name, axes, args);
        }
        let args: Vec<Array> = args.iter().map(|arg| self.eval(arg)).collect::<Result<_, _>>()?;
        match (name, &*args) {
            ("where", [condition, then, otherwise]) => select(expr, condition, then, otherwise),
            ("where", _) => Err(arity(expr, "where", 3, args.len())),
            ("min" | "max", [a, b]) => {
                let smaller = name == "min";
                let pick = move |a: f64, b: f64| if (a < b) == smaller { a } else { b };
                let (numbers, unit, axes) = in_one_unit(expr, a, b)?;
                Ok(Array { axes, cells: Cells::Numbers(zip(&numbers, pick), unit) })
            }
            ("min" | "max", _) => Err(arity(expr, name, 2, args.len())),
            (_, [x]) => function::apply(expr, name, x),
            _ if function::is_known(name) => Err(arity(expr, name, 1, args.len())),
            _ => Err(function::unknown(name)),
        }
    }

    /// `sum[axis](x)` and the like. Within it the axis is free even if it is bound around it; an `x`
    /// that does not depend on the axis counts once for each of its places.
    fn reduce(
        &self,
        expr: &Expr,
        name: &str,
        axes: &[String],
        args: &[Expr],
    ) -> Result<Array, Cause> {
        let reduction = function::reduction(name)?;
        let [arg] = args else { return Err(arity(expr, name, 1, args.len())) };
        let mut bound = self.bound.clone();
        for axis in axes {
            bound.remove(&self.scope.axis(axis)?.name);
        }
        let mut array = Eval { scope: self.scope, bound: &bound }.eval(arg)?;
        for axis in axes {
            let axis = self.scope.axis(axis)?;
            array = array.with_last(axis).map_err(|e| too_large(expr, e))?;
            array = function::reduce(expr, reduction, &array, axis.labels.len())?;
        }
        Ok(array)
    }
}

/// An error that points at a part of an expression.
pub(super) fn fault(expr: &Expr, message: impl Into<String>) -> Cause {
    Cause::Expression { expression: expr.to_string(), message: message.into() }
}

fn too_large(expr: &Expr, _: TooLarge) -> Cause {
    fault(expr, format!("the array would have more than {MAX_CELLS} cells"))
}

fn arity(expr: &Expr, name: &str, expected: usize, found: usize) -> Cause {
    fault(expr, format!("`{name}` takes {expected} argument(s), not {found}"))
}

/// The numbers of an array and their unit.
pub(super) fn numbers<'a>(expr: &Expr, array: &'a Array) -> Result<(&'a [f64], Unit), Cause> {
    match &array.cells {
        Cells::Numbers(numbers, unit) => Ok((numbers, *unit)),
        Cells::Flags(_) => Err(fault(expr, "a condition stands where a number is needed")),
        Cells::Words(words) => {
            Err(fault(expr, format!("the word `{}` stands where a number is needed", words[0])))
        }
    }
}

fn flags<'a>(expr: &Expr, array: &'a Array) -> Result<&'a [bool], Cause> {
    match &array.cells {
        Cells::Flags(flags) => Ok(flags),
        _ => Err(fault(expr, "a condition is needed here")),
    }
}

fn unary(expr: &Expr, op: UnaryOp, array: Array) -> Result<Array, Cause> {
    let cells = match op {
        UnaryOp::Neg => {
            let (values, unit) = numbers(expr, &array)?;
            Cells::Numbers(values.iter().map(|v| -v).collect(), unit)
        }
        UnaryOp::Not => Cells::Flags(flags(expr, &array)?.iter().map(|f| !f).collect()),
    };
    Ok(Array { axes: array.axes, cells })
}

/// Pairs of numbers side by side.
type Pairs = Vec<(f64, f64)>;

fn zip(pairs: &Pairs, f: impl Fn(f64, f64) -> f64) -> Vec<f64> {
    pairs.iter().map(|(a, b)| f(*a, *b)).collect()
}

fn together(expr: &Expr, a: &Array, b: &Array) -> Result<(Array, Array), Cause> {
    let axes = a.joint_axes(b);
    let spread = |x: &Array| x.spread(&axes).map_err(|e| too_large(expr, e));
    Ok((spread(a)?, spread(b)?))
}

/// Two arrays of numbers side by side, the second in the unit of the first.
fn in_one_unit(
    expr: &Expr,
    a: &Array,
    b: &Array,
) -> Result<(Pairs, Unit, Vec<super::Axis>), Cause> {
    let (a, b) = together(expr, a, b)?;
    let ((x, unit), (y, other)) = (numbers(expr, &a)?, numbers(expr, &b)?);
    let convert = |y: f64| other.convert(y, unit).ok_or_else(|| mismatch(expr, unit, other));
    let pairs: Result<Pairs, Cause> =
        x.iter().zip(y).map(|(x, y)| Ok((*x, convert(*y)?))).collect();
    Ok((pairs?, unit, a.axes))
}

fn mismatch(expr: &Expr, left: Unit, right: Unit) -> Cause {
    fault(expr, format!("{} and {} do not go together", unit_name(left), unit_name(right)))
}

fn binary(expr: &Expr, op: BinaryOp, a: &Array, b: &Array) -> Result<Array, Cause> {
    let (pairs, unit, axes) = match op {
        BinaryOp::Add | BinaryOp::Sub => in_one_unit(expr, a, b)?,
        BinaryOp::Mul | BinaryOp::Div => {
            let (a, b) = together(expr, a, b)?;
            let ((x, unit), (y, other)) = (numbers(expr, &a)?, numbers(expr, &b)?);
            let unit = if op == BinaryOp::Mul { unit.times(other) } else { unit.per(other) };
            (x.iter().copied().zip(y.iter().copied()).collect(), unit, a.axes)
        }
    };
    let cells = zip(&pairs, |x, y| match op {
        BinaryOp::Add => x + y,
        BinaryOp::Sub => x - y,
        BinaryOp::Mul => x * y,
        BinaryOp::Div => x / y,
    });
    Ok(Array { axes, cells: Cells::Numbers(cells, unit) })
}

fn compare(expr: &Expr, op: CompareOp, a: &Array, b: &Array) -> Result<Array, Cause> {
    if matches!((&a.cells, &b.cells), (Cells::Words(_), Cells::Words(_))) {
        return compare_words(expr, op, a, b);
    }
    let (pairs, _, axes) = in_one_unit(expr, a, b)?;
    let holds = |(x, y): &(f64, f64)| match op {
        CompareOp::Eq => x == y,
        CompareOp::Ne => x != y,
        CompareOp::Lt => x < y,
        CompareOp::Le => x <= y,
        CompareOp::Gt => x > y,
        CompareOp::Ge => x >= y,
    };
    Ok(Array { axes, cells: Cells::Flags(pairs.iter().map(holds).collect()) })
}

fn compare_words(expr: &Expr, op: CompareOp, a: &Array, b: &Array) -> Result<Array, Cause> {
    let equal = match op {
        CompareOp::Eq => true,
        CompareOp::Ne => false,
        _ => return Err(fault(expr, "words can only be compared by `==` and `!=`")),
    };
    let (a, b) = together(expr, a, b)?;
    let words = |x: &Array| -> Vec<Arc<str>> {
        if let Cells::Words(words) = &x.cells { words.clone() } else { Vec::new() }
    };
    let flags = words(&a).iter().zip(words(&b)).map(|(x, y)| (*x == y) == equal).collect();
    Ok(Array { axes: a.axes, cells: Cells::Flags(flags) })
}

fn logic(expr: &Expr, op: LogicOp, a: &Array, b: &Array) -> Result<Array, Cause> {
    let (a, b) = together(expr, a, b)?;
    let pairs = flags(expr, &a)?.iter().zip(flags(expr, &b)?);
    let cells = match op {
        LogicOp::And => pairs.map(|(x, y)| *x && *y).collect(),
        LogicOp::Or => pairs.map(|(x, y)| *x || *y).collect(),
    };
    Ok(Array { axes: a.axes, cells: Cells::Flags(cells) })
}

fn select(expr: &Expr, condition: &Array, then: &Array, otherwise: &Array) -> Result<Array, Cause> {
    if let (Cells::Words(_), Cells::Words(_)) = (&then.cells, &otherwise.cells) {
        return select_words(expr, condition, then, otherwise);
    }
    let (pairs, unit, axes) = in_one_unit(expr, then, otherwise)?;
    let values = Array { axes, cells: Cells::Flags(vec![]) };
    let axes = condition.joint_axes(&values);
    let spread = |x: &Array| x.spread(&axes).map_err(|e| too_large(expr, e));
    let part = |f: fn(&(f64, f64)) -> f64| Array {
        axes: values.axes.clone(),
        cells: Cells::Numbers(pairs.iter().map(f).collect(), unit),
    };
    let (condition, then, otherwise) =
        (spread(condition)?, spread(&part(|p| p.0))?, spread(&part(|p| p.1))?);
    let ((then, _), (otherwise, _)) = (numbers(expr, &then)?, numbers(expr, &otherwise)?);
    let picks = flags(expr, &condition)?.iter().zip(then).zip(otherwise);
    let cells = picks.map(|((c, t), o)| if *c { *t } else { *o }).collect();
    Ok(Array { axes: condition.axes, cells: Cells::Numbers(cells, unit) })
}

fn select_words(
    expr: &Expr,
    condition: &Array,
    then: &Array,
    otherwise: &Array,
) -> Result<Array, Cause> {
    let (then, otherwise) = together(expr, then, otherwise)?;
    let axes = condition.joint_axes(&then);
    let spread = |x: &Array| x.spread(&axes).map_err(|e| too_large(expr, e));
    let (condition, then, otherwise) = (spread(condition)?, spread(&then)?, spread(&otherwise)?);
    let (Cells::Words(then), Cells::Words(otherwise)) = (then.cells, otherwise.cells) else {
        return Err(fault(expr, "words are needed here"));
    };
    let picks = flags(expr, &condition)?.iter().zip(then).zip(otherwise);
    let cells = picks.map(|((c, t), o)| if *c { t } else { o }).collect();
    Ok(Array { axes: condition.axes, cells: Cells::Words(cells) })
}
