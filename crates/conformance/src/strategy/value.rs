//! Values of all forms within given bounds.

use std::sync::Arc;

use pontine_core_ir::{ExpressionFunction, Spec, Value};
use pontine_mechanism::lang::Argument;
use proptest::prelude::{Just, Strategy, prop_oneof};

/// A value as a form and two numbers from 0 to 1 that choose within bounds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct ValuePlan {
    form: Form,
    a: f64,
    b: f64,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Form {
    Const,
    Dense,
    Uniform,
    Clipped,
    Expression,
}

pub(super) fn value() -> impl Strategy<Value = ValuePlan> {
    let form = prop_oneof![
        3 => Just(Form::Const),
        1 => Just(Form::Dense),
        2 => Just(Form::Uniform),
        1 => Just(Form::Clipped),
        1 => Just(Form::Expression),
    ];
    (form, 0.0..1.0f64, 0.0..1.0f64).prop_map(|(form, a, b)| ValuePlan { form, a, b })
}

impl ValuePlan {
    /// One number for all from now on.
    pub fn make_constant(&mut self) {
        self.form = Form::Const;
    }

    /// For `n` cells, between `low` and `high`.
    pub fn of_cells(&self, n: usize, low: f64, high: f64) -> Value {
        match self.form {
            Form::Dense => {
                let at = |i: usize| low + (high - low) * ((self.a + 0.37 * i as f64) % 1.0);
                Value::Dense((0..n).map(at).collect())
            }
            _ => self.expressed("i", &["i"], low, high),
        }
    }

    /// For synapses, between `low` and `high`.
    pub fn of_synapses(&self, low: f64, high: f64) -> Value {
        self.expressed("i + 3 * j", &["i", "j"], low, high)
    }

    fn expressed(&self, index: &str, arguments: &[&str], low: f64, high: f64) -> Value {
        let within = |x: f64| low + (high - low) * x;
        let (a, b) = (within(self.a.min(self.b)), within(self.a.max(self.b)));
        match self.form {
            Form::Const | Form::Dense => Value::Const(within(self.a)),
            Form::Uniform => Spec::new("uniform").with("low", a).with("high", b).into(),
            Form::Clipped => Spec::new("normal_clipped")
                .with("mu", within(self.a))
                .with("sigma", (high - low) / 4.0)
                .with("low", low)
                .with("high", high)
                .into(),
            Form::Expression => {
                let text = format!("{low:?} + {:?} * abs(sin({index} + {:?}))", high - low, self.b);
                let arguments: Vec<_> = arguments.iter().map(|a| Argument::new(a, 1)).collect();
                let function = ExpressionFunction::parse(&text, &arguments, &[]);
                function.map_or(Value::Const(low), |f| Value::Expression(Arc::new(f)))
            }
        }
    }
}
