//! `precision`: constants are rounded to what has fewer bits.

use std::sync::Arc;

use pontine_core_ir::{
    Connectivity, Model, Param, Spec, SpecError, SynapseList, Tensor, Value,
    model::{Deliver, Operator, OperatorKind, Role, Signal},
    pass::{
        Equality, ModelEdit, Pass, PassCx, PassError, PassMeta, Repeat, Rewriter, Stage, Users,
    },
};

use crate::registry::PassEntry;

static META: PassMeta = PassMeta {
    stage: Stage::Simplify,
    equality: Equality::Tolerance { rmse: 1e-3 },
    repeat: Repeat::Idempotent,
    ..PassMeta::new("precision", "rounds constants to f32, f16 or int8")
};

inventory::submit! {
    PassEntry::<Model> {
        meta: &META,
        make: |spec| {
            spec.check_names(&["type"])?;
            Ok(Arc::new(Precision::new(Number::of(spec)?)))
        },
        place: module_path!(),
    }
}

/// What constants are rounded to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Number {
    /// 24 significant bits.
    F32,
    /// 11 significant bits, up to 65504.
    F16,
    /// Whole multiples, -127 to 127, of one number for each matrix.
    Int8,
}

/// Rounds constants; sums and states stay in double precision, and so does what is learned, drawn or
/// computed by an expression.
///
/// With `f32` and `f16` it is all constants and lists of weights, with `int8` those that are matrices or
/// weights, with one scale for each. The width in which a backend computes is its own affair
/// (`pontine run --precision`).
#[derive(Clone, Debug, PartialEq)]
pub struct Precision {
    number: Number,
    meta: PassMeta,
}

impl Number {
    fn of(spec: &Spec) -> Result<Self, SpecError> {
        match spec.params.get("type") {
            None => Ok(Self::F32),
            Some(Param::Text(name)) if name == "f32" => Ok(Self::F32),
            Some(Param::Text(name)) if name == "f16" => Ok(Self::F16),
            Some(Param::Text(name)) if name == "int8" => Ok(Self::Int8),
            Some(other) => Err(spec.wrong("type", other, "f32, f16 or int8")),
        }
    }

    /// Numbers that belong together, rounded; what is too large becomes infinite.
    ///
    /// # Examples
    /// ```
    /// use pontine_transforms::passes::Number;
    /// assert_eq!(Number::F16.rounded(&[1.0 + 1e-4, 1e5]), [1.0, f64::INFINITY]);
    /// assert_eq!(Number::Int8.rounded(&[-1.27, 0.014, 0.2]), [-1.27, 0.01, 0.2]);
    /// ```
    pub fn rounded(self, numbers: &[f64]) -> Vec<f64> {
        match self {
            Self::F32 => numbers.iter().map(|&v| f64::from(v as f32)).collect(),
            Self::F16 => numbers.iter().map(|&v| half(v)).collect(),
            Self::Int8 => multiples(numbers),
        }
    }
}

/// The nearest number of IEEE's binary16; of two the even one.
fn half(value: f64) -> f64 {
    const MOST: f64 = 65504.0;
    if value == 0.0 || !value.is_finite() {
        return value;
    }
    // Numbers below 2^-14 are multiples of 2^-24.
    let exponent = value.abs().log2().floor().max(-14.0);
    let step = 2f64.powf(exponent - 10.0);
    let rounded = (value / step).round_ties_even() * step;
    if rounded.abs() > MOST { f64::INFINITY.copysign(value) } else { rounded }
}

/// The nearest multiples of a 127th of the largest.
fn multiples(numbers: &[f64]) -> Vec<f64> {
    const MOST: f64 = 127.0;
    let largest = numbers.iter().fold(0.0, |most: f64, v| most.max(v.abs()));
    let multiple = |v: f64| (v / largest * MOST).round_ties_even();
    let rounded = |&v: &f64| match multiple(v) {
        // What is one already stays as it is, so that a second time changes nothing.
        n if (v - n * largest / MOST).abs() <= 1e-14 * largest => v,
        n => n * largest / MOST,
    };
    if largest == 0.0 { numbers.to_vec() } else { numbers.iter().map(rounded).collect() }
}

impl Precision {
    /// One that rounds to this.
    pub fn new(number: Number) -> Self {
        // Of what is recorded: cells near their threshold make much of little.
        let rmse = match number {
            Number::F32 => 1e-3,
            Number::F16 => 5e-2,
            Number::Int8 => 0.2,
        };
        Self { number, meta: PassMeta { equality: Equality::Tolerance { rmse }, ..META.clone() } }
    }

    /// The numbers rounded, if that changes them and if they are not too large.
    fn changed(
        &self,
        object: impl Fn() -> String,
        numbers: &[f64],
        edits: &mut Rewriter<Model>,
    ) -> Option<Vec<f64>> {
        let rounded = self.number.rounded(numbers);
        if rounded.iter().zip(numbers).any(|(new, old)| new.is_finite() != old.is_finite()) {
            edits.refuse(object(), "a number is too large");
            return None;
        }
        (rounded != numbers).then_some(rounded)
    }

    fn delivery(
        &self,
        op: &Operator,
        deliver: &Deliver,
        edits: &mut Rewriter<Model>,
    ) -> Option<Deliver> {
        if deliver.connectivity.is_factored() {
            return None;
        }
        if deliver.synapse.is_some() {
            edits.refuse(op.to_string(), "its synapses have states");
            return None;
        }
        let listed = match &deliver.connectivity {
            Connectivity::List(list) => list.weight.as_ref().map(|weights| (list, weights)),
            _ => None,
        };
        if let Some((list, weights)) = listed {
            let weight = Some(self.changed(|| op.to_string(), weights, edits)?);
            let list = SynapseList { weight, ..SynapseList::clone(list) };
            let connectivity = Connectivity::List(Arc::new(list));
            return Some(Deliver { connectivity, ..deliver.clone() });
        }
        let weight = match &deliver.weight {
            Value::Const(weight) => {
                Value::Const(*self.changed(|| op.to_string(), &[*weight], edits)?.first()?)
            }
            Value::Dense(weights) => {
                Value::Dense(self.changed(|| op.to_string(), weights, edits)?.into())
            }
            Value::Distribution(_) | Value::Expression(_) => {
                edits.refuse(op.to_string(), "its weights are made when they are needed");
                return None;
            }
        };
        Some(Deliver { weight, ..deliver.clone() })
    }
}

impl Pass<Model> for Precision {
    fn meta(&self) -> &PassMeta {
        &self.meta
    }

    fn run(
        &self,
        model: &Model,
        edits: &mut Rewriter<Model>,
        cx: &PassCx<'_, Model>,
    ) -> Result<(), PassError> {
        let users = cx.analyses.get::<Users>(model);
        for (id, signal) in model.signals.iter() {
            let is_matrix = signal.initial.shape().len() == 2;
            let is_meant = self.number != Number::Int8 || is_matrix;
            match signal.role {
                Role::Parameter if is_meant => {
                    edits.refuse(signal.path.to_string(), "it may be learned")
                }
                Role::Constant if is_meant && users.of(id).is_unwritten() => {
                    let name = || signal.path.to_string();
                    let rounded = self.changed(name, signal.initial.data(), edits);
                    let rounded = rounded.and_then(|v| Tensor::new(signal.initial.shape(), v));
                    if let Some(initial) = rounded {
                        let signal = Signal { initial, ..signal.clone() };
                        edits.edit(ModelEdit::ReplaceSignal(id, Box::new(signal)));
                    }
                }
                Role::Constant | Role::Parameter | Role::State | Role::Temporary => {}
            }
        }
        for (id, op) in model.operators.iter() {
            let OperatorKind::Deliver(deliver) = &op.kind else { continue };
            if let Some(rounded) = self.delivery(op, deliver, edits) {
                let op = Operator { kind: OperatorKind::Deliver(rounded), ..op.clone() };
                edits.edit(ModelEdit::ReplaceOperator(id, Box::new(op)));
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use proptest::{collection::vec, prelude::*};

    use super::*;

    proptest! {
        #[test]
        fn errors_are_those_of_the_last_place(numbers in vec(-60.0..60.0_f64, 1..40)) {
            let largest = numbers.iter().fold(0.0, |most: f64, v| most.max(v.abs()));
            for (number, relative, absolute) in [
                (Number::F32, 2f64.powi(-24), 0.0),
                (Number::F16, 2f64.powi(-11), 2f64.powi(-25)),
                (Number::Int8, 0.0, largest / 254.0 * (1.0 + 1e-12)),
            ] {
                let rounded = number.rounded(&numbers);
                for (old, new) in numbers.iter().zip(&rounded) {
                    prop_assert!((old - new).abs() <= relative * old.abs() + absolute, "{number:?} {old} {new}");
                }
                prop_assert_eq!(number.rounded(&rounded), rounded);
            }
        }
    }

    #[test]
    fn halves_are_those_of_ieee() {
        for (value, expected) in [
            (0.1, 0.0999755859375),
            (65519.0, 65504.0),
            (65520.0, f64::INFINITY),
            (-3e-8, -5.960464477539063e-8),
            (1e-9, 0.0),
            (2049.0, 2048.0),
            (2051.0, 2052.0),
        ] {
            assert_eq!(half(value), expected, "{value}");
        }
    }
}
