//! Single values of an object: numbers in their unit, counts, texts, values, specifications.

use std::sync::Arc;

use pontine_core_ir::{ExpressionFunction, Param, Samples, Spec, Tensor, Unit, UnitSystem, Value};
use pontine_mechanism::lang::{Argument, Expr, UnitSystem as Units};

use super::fields::{Fields, list, text};
use crate::{
    error::{Cause, Located},
    expr::{self, Array, Bound, Cells, Eval, Scope},
    text::{number, quoted},
    tree::{Item, Raw},
};

/// What is computed for cells and synapses has no units in between.
const NO_UNITS: &str = "a number has no unit in an expression for cells or synapses: it counts in \
    ms, mV, nA, nF, uS and Hz, and `unit` tells that of the result; parameters may stand in it";

/// Reads the values of one object.
#[derive(Clone, Copy)]
pub(crate) struct Reader<'a> {
    pub scope: &'a Scope,
    pub bound: &'a Bound,
}

/// Numbers row by row under a shape.
pub(crate) struct Numbers {
    pub shape: Vec<usize>,
    pub data: Vec<f64>,
}

impl Reader<'_> {
    /// What a number, a text with an expression, or a switch evaluates to.
    pub fn eval(&self, item: &Item, what: &str) -> Result<Array, Located> {
        match &item.value {
            Raw::Text(text) => self.eval_text(text).map_err(|cause| item.fault(cause)),
            Raw::Whole(value) => Ok(Array::number(*value as f64, Unit::NONE)),
            Raw::Number(value) => Ok(Array::number(*value, Unit::NONE)),
            Raw::Bool(value) => Ok(Array { axes: vec![], cells: Cells::Flags(vec![*value]) }),
            _ => Err(item.expected(what, "a number, or an expression as a text")),
        }
    }

    fn eval_text(&self, text: &str) -> Result<Array, Cause> {
        Eval { scope: self.scope, bound: self.bound }.eval(&expr::parse(text)?)
    }

    /// A number in a unit.
    pub fn number(&self, item: &Item, what: &str, unit: Unit) -> Result<f64, Located> {
        let array = scalar(item, what, self.eval(item, what)?)?;
        let Cells::Numbers(numbers, given) = &array.cells else {
            return Err(item.expected(what, "a number"));
        };
        in_unit(what, numbers[0], *given, unit).map_err(|cause| item.fault(cause))
    }

    /// A number in a unit, if the key is there.
    pub fn number_at(
        &self,
        fields: &Fields<'_>,
        key: &str,
        unit: Unit,
    ) -> Result<Option<f64>, Located> {
        fields.get(key).map(|item| self.number(item, &quoted(key), unit)).transpose()
    }

    /// A whole number, not negative and not above `limit`.
    pub fn count(&self, item: &Item, what: &str, limit: u64) -> Result<u64, Located> {
        // Seeds may need more than the 53 bits of a number.
        if let Raw::Whole(value) = item.value
            && let Ok(value) = u64::try_from(value)
            && value <= limit
        {
            return Ok(value);
        }
        if let Raw::Text(text) = &item.value
            && let Ok(value) = text.parse()
            && value <= limit
        {
            return Ok(value);
        }
        let value = self.number(item, what, Unit::NONE)?;
        if value.fract() != 0.0 || value < 0.0 || !value.is_finite() {
            let found = number(value);
            let expected = "a whole number, not negative; `rint(…)` rounds".into();
            return Err(item.fault(Cause::Value { what: what.into(), found, expected }));
        }
        if value > limit as f64 {
            let found = number(value);
            return Err(item.fault(Cause::Limit { what: what.into(), found, limit }));
        }
        Ok(value as u64)
    }

    /// A count, if the key is there.
    pub fn count_at(
        &self,
        fields: &Fields<'_>,
        key: &str,
        limit: u64,
    ) -> Result<Option<u64>, Located> {
        fields.get(key).map(|item| self.count(item, &quoted(key), limit)).transpose()
    }

    /// The seed of a NEF object.
    pub fn seed(&self, fields: &Fields<'_>) -> Result<Option<u32>, Located> {
        Ok(self.count_at(fields, "seed", u64::from(u32::MAX))?.map(|seed| seed as u32))
    }

    /// A condition.
    pub fn flag(&self, item: &Item, what: &str) -> Result<bool, Located> {
        let array = scalar(item, what, self.eval(item, what)?)?;
        match &array.cells {
            Cells::Flags(flags) => Ok(flags[0]),
            _ => Err(item.expected(what, "`true`, `false` or a condition")),
        }
    }

    /// A text, in which `{…}` holds an expression that gives a word or a number.
    pub fn text(&self, item: &Item, what: &str) -> Result<String, Located> {
        let template = text(item, what)?;
        let mut filled = String::new();
        let mut rest = template;
        while let Some((before, after)) = rest.split_once('{') {
            let Some((inside, behind)) = after.split_once('}') else {
                return Err(item.expected(what, "a text in which each `{` has its `}`"));
            };
            let array = self.eval_text(inside).map_err(|cause| item.fault(cause))?;
            filled.push_str(before);
            filled.push_str(&shown(&scalar(item, what, array)?));
            rest = behind;
        }
        filled.push_str(rest);
        Ok(filled)
    }

    /// A text, if the key is there.
    pub fn text_at(&self, fields: &Fields<'_>, key: &str) -> Result<Option<String>, Located> {
        fields.get(key).map(|item| self.text(item, &quoted(key))).transpose()
    }

    /// A parameter, weight or delay in a unit: a number, a list, a distribution, or an expression
    /// of `arguments`.
    pub fn value(
        &self,
        item: &Item,
        what: &str,
        unit: Unit,
        arguments: &[&str],
    ) -> Result<Value, Located> {
        let Raw::Table(_) = &item.value else {
            return match &item.value {
                Raw::List(_) => Ok(self.numbers(item, what, unit)?.data.into()),
                _ => Ok(Value::Const(self.number(item, what, unit)?)),
            };
        };
        let fields = Fields::of(item, what)?;
        if fields.get("distribution").is_some() {
            let spec = self.spec(item, what, "distribution", &|_| unit)?;
            pontine_core_ir::registry::sampler(&spec).map_err(|e| item.fault(e.into()))?;
            return Ok(spec.into());
        }
        if let Some(expression) = fields.get("expression") {
            return self.expression(&fields, expression, what, unit, arguments);
        }
        if fields.get("values").is_some() {
            return Ok(self.numbers(item, what, unit)?.data.into());
        }
        let expected = "a number, a list, or a table with `distribution`, `expression` or `values`";
        Err(item.expected(what, expected))
    }

    fn expression(
        &self,
        fields: &Fields<'_>,
        item: &Item,
        what: &str,
        unit: Unit,
        arguments: &[&str],
    ) -> Result<Value, Located> {
        let function = self.function_in(fields, item, what, unit, arguments)?;
        Ok(Value::Expression(Arc::new(function)))
    }

    /// `{ expression = "…", unit = "…" }` as a function of `arguments`, in `unit`.
    pub fn function_in(
        &self,
        fields: &Fields<'_>,
        item: &Item,
        what: &str,
        unit: Unit,
        arguments: &[&str],
    ) -> Result<ExpressionFunction, Located> {
        fields.only(&["expression", "unit"])?;
        let given = self.unit_at(fields)?;
        let factor = in_unit(what, 1.0, given, unit).map_err(|cause| item.fault(cause))?;
        let text = text(item, what)?;
        let scaled = if factor == 1.0 { text.into() } else { format!("({text}) * {factor:?}") };
        let arguments: Vec<_> = arguments.iter().map(|name| Argument::new(name, 1)).collect();
        let function = self.function(&scaled, &arguments, Units::Population);
        function.map_err(|cause| item.fault(cause))
    }

    /// A function in the mechanism language, with the parameters as constants.
    pub fn function(
        &self,
        text: &str,
        arguments: &[Argument],
        units: UnitSystem,
    ) -> Result<ExpressionFunction, Cause> {
        let has_unit = |part: &Expr| matches!(part, Expr::Number { unit: Some(_), .. });
        if units == Units::Population && expr::parse(text)?.any(&has_unit) {
            return Err(Cause::Syntax { message: NO_UNITS.into() });
        }
        let constants = self.constants(units);
        let constants: Vec<_> = constants.iter().map(|(name, v)| (name.as_str(), *v)).collect();
        ExpressionFunction::parse(text, arguments, &constants).map_err(expr::language)
    }

    /// The parameters that are one number here, in the units of a system.
    fn constants(&self, units: UnitSystem) -> Vec<(String, f64)> {
        let constant = |(name, array): (&String, &Array)| {
            let array = array.bound(|axis| self.bound.get(axis).copied()).ok()?;
            match &array.cells {
                Cells::Numbers(numbers, unit) if array.axes.is_empty() => {
                    Some((name.clone(), unit.convert(numbers[0], units.held(*unit))?))
                }
                _ => None,
            }
        };
        self.scope.values.iter().filter_map(constant).collect()
    }

    /// The unit under the key `unit`.
    pub fn unit_at(&self, fields: &Fields<'_>) -> Result<Unit, Located> {
        let Some(item) = fields.get("unit") else { return Ok(Unit::NONE) };
        let name = text(item, "`unit`")?;
        Unit::parse(name).map_err(|_| item.expected("`unit`", "a unit, such as `mV` or `1/ms`"))
    }

    /// Numbers in a unit: one, a list, a list of lists, or `{ values = …, unit = "…" }`.
    pub fn numbers(&self, item: &Item, what: &str, unit: Unit) -> Result<Numbers, Located> {
        if let Raw::Table(_) = item.value {
            let fields = Fields::of(item, what)?;
            fields.only(&["values", "unit"])?;
            let given = self.unit_at(&fields)?;
            let values = fields.required("values", "a list of numbers")?;
            let mut numbers = self.numbers_given(values, what, given)?;
            for value in &mut numbers.data {
                *value = in_unit(what, *value, given, unit).map_err(|cause| item.fault(cause))?;
            }
            return Ok(numbers);
        }
        nested(item, what, &|item| self.number(item, what, unit))
    }

    /// Numbers of which the bare ones are in `unit`.
    pub fn numbers_given(&self, item: &Item, what: &str, unit: Unit) -> Result<Numbers, Located> {
        nested(item, what, &|item| self.number_given(item, what, unit))
    }

    /// A number, in `unit` if it is a bare one.
    pub fn number_given(&self, item: &Item, what: &str, unit: Unit) -> Result<f64, Located> {
        match item.value {
            Raw::Whole(value) => Ok(value as f64),
            Raw::Number(value) => Ok(value),
            _ => self.number(item, what, unit),
        }
    }

    /// A kind with parameters: a word, or a table whose kind stands under `key`. Numbers are in the
    /// unit that `unit_of` has for their name.
    pub fn spec(
        &self,
        item: &Item,
        what: &str,
        key: &str,
        unit_of: &dyn Fn(&str) -> Unit,
    ) -> Result<Spec, Located> {
        if let Raw::Text(_) = item.value {
            return Ok(Spec::new(self.text(item, what)?));
        }
        let fields = Fields::of(item, what)?;
        let kind = fields.required(key, "the name of a kind")?;
        let mut spec = Spec::new(self.text(kind, &quoted(key))?);
        for (name, value) in fields.iter().filter(|(name, _)| *name != key) {
            let param = self.param(value, name, unit_of)?;
            spec.params.insert(name.to_owned(), param);
        }
        Ok(spec)
    }

    /// The depth of a file is bounded. Within, names without a unit of their own have that of the
    /// whole.
    fn param(
        &self,
        item: &Item,
        name: &str,
        unit_of: &dyn Fn(&str) -> Unit,
    ) -> Result<Param, Located> {
        let (what, unit) = (quoted(name), unit_of(name));
        let within = |name: &str| Some(unit_of(name)).filter(|u| *u != Unit::NONE).unwrap_or(unit);
        Ok(match &item.value {
            Raw::Bool(value) => Param::Bool(*value),
            Raw::Text(word) if WORDS.contains(&name) => Param::Text(word.clone()),
            Raw::Text(kind) if KINDS.contains(&name) => Param::from(Spec::new(kind)),
            Raw::List(_) => Param::Array(self.numbers(item, &what, unit)?.data.into()),
            Raw::Table(_) => Param::Spec(Box::new(self.spec(item, &what, "kind", &within)?)),
            _ => match self.eval(item, &what)?.cells {
                Cells::Flags(flags) if flags.len() == 1 => Param::Bool(flags[0]),
                Cells::Words(words) if words.len() == 1 => Param::Text(words[0].to_string()),
                _ => Param::Number(self.number(item, &what, unit)?),
            },
        })
    }

    /// Numbers or a distribution for the neurons of an ensemble.
    pub fn samples(&self, item: &Item, what: &str, unit: Unit) -> Result<Samples, Located> {
        if let Raw::Table(table) = &item.value
            && table.0.contains_key("distribution")
        {
            return Ok(Samples::Distribution(self.spec(item, what, "distribution", &|_| unit)?));
        }
        let numbers = self.numbers(item, what, unit)?;
        tensor(item, what, numbers).map(Samples::Array)
    }
}

/// Parameters of kinds that are words, where a text would be an expression otherwise.
const WORDS: [&str; 3] = ["interpolation", "method", "padding"];

/// Those that are kinds by themselves.
const KINDS: [&str; 1] = ["base"];

/// Lists within lists, whose depth the reader of the file has bounded.
fn nested(
    item: &Item,
    what: &str,
    leaf: &dyn Fn(&Item) -> Result<f64, Located>,
) -> Result<Numbers, Located> {
    let Raw::List(items) = &item.value else {
        return Ok(Numbers { shape: vec![], data: vec![leaf(item)?] });
    };
    let mut shape = None;
    let mut data = Vec::new();
    for part in items {
        let numbers = nested(part, what, leaf)?;
        if *shape.get_or_insert_with(|| numbers.shape.clone()) != numbers.shape {
            return Err(part.expected(what, "rows of equal length"));
        }
        data.extend(numbers.data);
    }
    let rest = shape.unwrap_or_default();
    Ok(Numbers { shape: std::iter::once(items.len()).chain(rest).collect(), data })
}

/// Numbers under their shape.
pub(crate) fn tensor(item: &Item, what: &str, numbers: Numbers) -> Result<Tensor, Located> {
    Tensor::new(&numbers.shape, numbers.data)
        .ok_or_else(|| item.expected(what, "rows of equal length"))
}

/// A number of one unit in another; a bare number has none.
fn in_unit(what: &str, value: f64, given: Unit, unit: Unit) -> Result<f64, Cause> {
    given.convert(value, unit).ok_or_else(|| {
        let (what, expected) = (what.to_owned(), expr::unit_name(unit));
        if value.is_nan() {
            let expected = format!("a number, in {expected}");
            Cause::Value { what, found: "NaN".to_owned(), expected }
        } else if given == Unit::NONE {
            Cause::NoUnit { what, found: value, expected }
        } else {
            Cause::Unit { what, found: expr::unit_name(given), expected }
        }
    })
}

fn scalar(item: &Item, what: &str, array: Array) -> Result<Array, Located> {
    if array.axes.is_empty() {
        return Ok(array);
    }
    let axes: Vec<_> = array.axes.iter().map(|axis| quoted(&axis.name)).collect();
    let found = format!("a table over {}", axes.join(", "));
    let expected = "a single value; `for` binds an axis, `sum[…]` takes one away".into();
    Err(item.fault(Cause::Value { what: what.into(), found, expected }))
}

fn shown(array: &Array) -> String {
    match &array.cells {
        Cells::Numbers(numbers, _) => numbers[0].to_string(),
        Cells::Flags(flags) => flags[0].to_string(),
        Cells::Words(words) => words[0].to_string(),
    }
}

/// Texts of a list, filled in.
pub(crate) fn filled(reader: &Reader<'_>, item: &Item, what: &str) -> Result<Vec<String>, Located> {
    list(item, what)?.iter().map(|item| reader.text(item, what)).collect()
}
