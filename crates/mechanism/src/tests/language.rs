//! The block interpreter against the plain scalar reading of the same program.

use pontine_rng::StreamKey;
use proptest::prelude::*;

use super::{Bench, LIF};
use crate::draw::one as one_draw;
use crate::lang::{Draw, Precision, Slot, expand};
use crate::scalar::{Lane, evaluate};
use crate::{
    Argument, BlockArgs, Frame, Function, FunctionKernel, Interpreter, Kernel, Mechanism, Real,
    Scratch, derive,
};

/// One lane in isolation: loads see the values from before.
struct Alone<F> {
    before: Vec<F>,
    after: Vec<F>,
    outputs: Vec<F>,
    input: F,
    derived: Vec<F>,
    index: u64,
}

impl<F: Real> Lane<F> for Alone<F> {
    fn load(&self, slot: Slot) -> F {
        match slot {
            Slot::State(i) => self.before[i],
            Slot::Input(_) => self.input,
            Slot::Derived(i) => self.derived[i],
            Slot::Dt => F::from_f64(0.5),
            Slot::Time => F::from_f64(3.0),
            other => panic!("{other}"),
        }
    }

    fn store(&mut self, slot: Slot, value: F) {
        match slot {
            Slot::State(i) => self.after[i] = value,
            Slot::Output(i) => self.outputs[i] = value,
            other => panic!("{other}"),
        }
    }

    fn draw(&self, kind: Draw, site: u16, mean: Option<F>) -> F {
        let mean = mean.map_or(1.0, F::to_f64);
        F::from_f64(one_draw(kind, mean, &mut key().paired_stream(self.index, 9, site)))
    }
}

fn key() -> StreamKey {
    StreamKey::from_raw(5)
}

/// A random step over states a, b, c and an input u, nested and branching.
fn body() -> impl Strategy<Value = String> {
    let round = lines(number(false), Just(String::new()).boxed());
    let condition = prop_oneof![
        Just(String::new()),
        (number(false), number(false)).prop_map(|(x, y)| format!("while {x} < {y} + k")),
    ];
    let repeated = (0..5u32, condition, round)
        .prop_map(|(n, condition, round)| format!("for k in 2..{n} {condition} {{ {round} }}\n"));
    lines(number(true), repeated.boxed())
}

fn number(draws: bool) -> BoxedStrategy<String> {
    let name =
        prop::sample::select(vec!["a", "b", "c", "u", "0.5", "2", "(1 * dt)", "(1 * t)", "-3"]);
    let number = name.prop_map(String::from).prop_recursive(3, 12, 2, move |inner| {
        let function = prop::sample::select(vec![
            "exp", "expm1", "sin", "tanh", "log1p", "abs", "floor", "round", "sqrt", "exprel",
            "rint", "log10", "ln",
        ]);
        prop_oneof![
            (inner.clone(), prop::sample::select(vec!["+", "-", "*", "/"]), inner.clone())
                .prop_map(|(x, op, y)| format!("({x} {op} {y})")),
            (function, inner.clone()).prop_map(|(f, x)| format!("{f}({x})")),
            (inner.clone(), inner.clone(), inner.clone())
                .prop_map(|(x, y, z)| format!("({x} < {y} ? {z} : where({y} < {z}, {x}, 1))")),
            (inner.clone(), inner.clone()).prop_map(|(x, y)| format!("min({x}, max({y}, -{x}))")),
            inner.prop_map(move |x| match draws {
                true => format!("(normal() * {x} + poisson(abs({x})))"),
                false => format!("-{x}"),
            }),
        ]
    });
    number.boxed()
}

/// Assignments in blocks and branches, with `others` among them.
fn lines(number: BoxedStrategy<String>, others: BoxedStrategy<String>) -> BoxedStrategy<String> {
    let target = prop::sample::select(vec!["a", "b", "c"]);
    let operator = prop::sample::select(vec!["=", "+=", "-=", "*="]);
    let assignment = (target, operator, number.clone())
        .prop_map(|(target, op, value)| format!("{target} {op} {value}\n"));
    let line = prop_oneof![3 => assignment, 1 => others];
    let lines = line.prop_recursive(3, 16, 3, move |inner| {
        let block = prop::collection::vec(inner, 0..3).prop_map(|lines| lines.concat());
        prop_oneof![
            (number.clone(), number.clone(), block.clone(), block.clone()).prop_map(
                |(x, y, then, otherwise)| format!(
                    "if {x} > {y} && !({y} == 0) {{\n{then}emit o 1 }} else {{ {otherwise} }}\n"
                )
            ),
            (block.clone(), block).prop_map(|(a, b)| a + &b),
        ]
    });
    lines.boxed()
}

fn check_lanes<F: Real>(text: &str, values: &[f64]) -> Result<(), TestCaseError> {
    let mechanism = Mechanism::parse(text).unwrap();
    let program = expand(&mechanism.step, F::PRECISION);
    let value = |k: usize| F::from_f64(values[k % values.len()]);
    let mut states: Vec<F> = (0..3 * 32).map(value).collect();
    let dense: Vec<F> = (5..5 + 32).map(value).collect();
    let derived = derive(&mechanism, 0.5, &[]).unwrap();
    let derived: Vec<F> = derived.iter().map(|column| F::from_f64(column[0])).collect();
    let constants: Vec<F> = derived.iter().flat_map(|value| [*value; 32]).collect();
    let derived_at: Vec<usize> = (0..derived.len()).map(|i| 32 * i).collect();
    let before = states.clone();
    let mut outputs = vec![F::default(); 32];
    let mut args = BlockArgs {
        frame: Frame {
            width: 32,
            first: 100,
            step: 9,
            time: F::from_f64(3.0),
            dt: F::from_f64(0.5),
            key: key(),
            parameter_at: &[],
            derived_at: &derived_at,
            homogeneous: true,
            input_at: &[0],
            receptor_at: &[],
        },
        constants: &constants,
        states: &mut states,
        dense: &dense,
        outputs: &mut outputs,
    };
    Interpreter::of_program(&mechanism.step).run(&mut Scratch::new(), &mut args);
    for lane in 0..32 {
        let own: Vec<F> = (0..3).map(|s| before[s * 32 + lane]).collect();
        let index = 100 + lane as u64;
        let (after, input) = (own.clone(), dense[lane]);
        let (outputs_alone, derived) = (vec![F::default()], derived.clone());
        let mut alone = Alone { before: own, after, outputs: outputs_alone, input, derived, index };
        evaluate(&program, &mut Vec::new(), &mut alone);
        for s in 0..3 {
            let (block, scalar) = (states[s * 32 + lane].to_f64(), alone.after[s].to_f64());
            prop_assert!(
                block.to_bits() == scalar.to_bits() || (block.is_nan() && scalar.is_nan())
            );
        }
        prop_assert_eq!(outputs[lane], alone.outputs[0]);
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn blocks_compute_what_single_lanes_do(
        body in body(),
        values in prop::collection::vec(-5.0..5.0f64, 7..40),
    ) {
        let text = format!(
            "mechanism M {{ units nef input u state a = 0 state b = 0 state c = 0 \
             output o events step {{\n{body} emit o a > b ? 2 : 0 }} }}"
        );
        check_lanes::<f64>(&text, &values)?;
        check_lanes::<f32>(&text, &values)?;
    }
}

/// A function at one point: the plain reading.
struct At<'a> {
    point: &'a [f64],
    results: Vec<f64>,
}

impl Lane<f64> for At<'_> {
    fn load(&self, slot: Slot) -> f64 {
        match slot {
            Slot::Input(i) => self.point[i],
            other => panic!("{other}"),
        }
    }

    fn store(&mut self, slot: Slot, value: f64) {
        match slot {
            Slot::Output(i) => self.results[i] = value,
            other => panic!("{other}"),
        }
    }

    fn draw(&self, _: Draw, _: u16, _: Option<f64>) -> f64 {
        panic!("functions do not draw")
    }
}

/// Numbers of a function: some alike but for their constants, so that they go side by side.
fn numbers() -> impl Strategy<Value = String> {
    let number = number(false).prop_map(|text| text.replace(" * dt)", " * a)"));
    let alike = (number, 1..20usize).prop_map(|(text, n)| {
        let of =
            |i: usize| text.replace("0.5", &format!("{i}.25")).replace('2', &format!("{}", i / 3));
        (0..n).map(of).collect::<Vec<_>>().join(", ")
    });
    prop::collection::vec(alike, 1..4).prop_map(|parts| parts.join(", "))
}

proptest! {
    #[test]
    fn functions_compute_what_the_plain_reading_does(
        text in numbers(), point in prop::collection::vec(-3.0..3.0f64, 5),
    ) {
        let arguments = ["a", "b", "c", "u", "t"].map(|name| Argument::new(name, 1));
        let function = Function::parse(&text, &arguments, &[]).unwrap();
        let mut found = vec![0.0; function.n_outputs()];
        let program = expand(function.program(), Precision::F64);
        let mut plain = At { point: &point, results: found.clone() };
        evaluate(&program, &mut Vec::new(), &mut plain);
        // Words that another function has left do not matter.
        for _ in 0..2 {
            FunctionKernel::new(&function).eval(&point, &mut found);
            let same = |(a, b): (&f64, &f64)| a.to_bits() == b.to_bits() || a.is_nan() && b.is_nan();
            prop_assert!(found.iter().zip(&plain.results).all(same), "{:?} {:?}", found, plain.results);
        }
    }
}

#[test]
fn states_can_be_exchanged() {
    let text = "mechanism M { units nef state a = 1 state b = 2 step { let c = a a = b b = c } }";
    let mut bench = Bench::<f64>::new(text, 16, 1.0, &[]);
    bench.step();
    assert_eq!((bench.state("a")[0], bench.state("b")[0]), (2.0, 1.0));
}

#[test]
fn draws_do_not_depend_on_the_width_of_blocks() {
    let wide = Bench::<f64>::new(LIF, 64, 0.001, &[]);
    let narrow = Bench::<f64>::new(LIF, 16, 0.001, &[]);
    assert_eq!(wide.state("voltage")[..16], narrow.state("voltage")[..]);
}

#[test]
fn lanes_of_nonsense_do_not_trap() {
    let text = "mechanism M { units nef state x = 0 output o events
        step { x = sin(x) + pow(x, x) + exp(x) emit o poisson(x) } }";
    let mut bench = Bench::<f32>::new(text, 16, 1.0, &[]);
    bench.state_mut("x").copy_from_slice(&[
        f32::NAN,
        f32::INFINITY,
        f32::NEG_INFINITY,
        f32::MAX,
        f32::MIN,
        1e-45,
        -0.0,
        0.0,
        1e30,
        -1e30,
        88.0,
        -104.0,
        3e9,
        -3e9,
        0.5,
        2.0,
    ]);
    bench.step();
    assert!(bench.state("x")[0].is_nan());
}

#[test]
fn the_step_uses_nothing_but_primitives() {
    let mechanism = Mechanism::parse(LIF).unwrap();
    let text = expand(&mechanism.step, Precision::F64).to_string();
    assert!(mechanism.step.to_string().contains("call expm1"));
    assert!(!text.contains("call"));
}
