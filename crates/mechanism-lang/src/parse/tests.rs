//! Printing and parsing are inverse; no text is fatal.

use proptest::prelude::*;

use super::{parse_expression, parse_trees};
use crate::error::At;
use crate::expr::{BinaryOp, CompareOp, Expr, LogicOp, UnaryOp};
use crate::tree::{
    AssignOp, Clamp, Equation, InputTree, Let, MechanismTree, OnSpike, OutputTree, OutputTreeKind,
    ParameterTree, ReceptorTree, Solver, SpikeTree, StateTree, Statement,
};
use crate::unit::{Unit, UnitSystem};

const AT: At = At { line: 0, column: 0 };

fn unit() -> impl Strategy<Value = Unit> {
    let named = ["mV", "ms", "1/ms", "mV/ms", "nA", "uS", "Hz", "V^2*A", "um", "kHz", "mV*nA/s"];
    prop::sample::select(named.to_vec()).prop_map(|text| text.parse().unwrap())
}

/// Names that are units, too, to see that they are told apart.
fn name() -> impl Strategy<Value = String> {
    let names = ["v", "w", "tau_m", "s", "ms", "mV", "x1", "dt", "dv", "pi", "events", "amplitude"];
    prop::sample::select(names.to_vec()).prop_map(String::from)
}

fn number() -> impl Strategy<Value = f64> {
    prop_oneof![
        Just(0.0),
        Just(f64::INFINITY),
        (0u32..2000).prop_map(f64::from),
        (0.0..1.0f64),
        (-300..300i32).prop_map(|e| 10f64.powi(e)),
    ]
}

fn expr() -> impl Strategy<Value = Expr> {
    let leaf = prop_oneof![
        (number(), prop::option::of(unit())).prop_map(|(value, unit)| Expr::Number {
            value,
            unit,
            at: AT
        }),
        name().prop_map(|name| Expr::Name { name, at: AT }),
        Just(Expr::Name { name: "excitatory.i".into(), at: AT }),
    ];
    leaf.prop_recursive(6, 48, 3, |inner| {
        let boxed = || inner.clone().prop_map(Box::new);
        let list = || prop::collection::vec(inner.clone(), 1..3);
        prop_oneof![
            (prop::sample::select(vec![UnaryOp::Neg, UnaryOp::Not]), boxed())
                .prop_map(|(op, operand)| Expr::Unary { op, operand, at: AT }),
            (binary_op(), boxed(), boxed()).prop_map(|(op, left, right)| Expr::Binary {
                op,
                left,
                right,
                at: AT
            }),
            (compare_op(), boxed(), boxed()).prop_map(|(op, left, right)| Expr::Compare {
                op,
                left,
                right,
                at: AT
            }),
            (prop::sample::select(vec![LogicOp::And, LogicOp::Or]), boxed(), boxed())
                .prop_map(|(op, left, right)| Expr::Logic { op, left, right, at: AT }),
            (boxed(), boxed(), boxed()).prop_map(|(condition, then, otherwise)| {
                Expr::Conditional { condition, then, otherwise, at: AT }
            }),
            (name(), list()).prop_map(|(name, indices)| Expr::Index { name, indices, at: AT }),
            (name(), prop::collection::vec(name(), 0..3), list())
                .prop_map(|(name, axes, args)| Expr::Call { name, axes, args, at: AT }),
        ]
    })
}

fn binary_op() -> impl Strategy<Value = BinaryOp> {
    prop::sample::select(vec![BinaryOp::Add, BinaryOp::Sub, BinaryOp::Mul, BinaryOp::Div])
}

fn compare_op() -> impl Strategy<Value = CompareOp> {
    use CompareOp::{Eq, Ge, Gt, Le, Lt, Ne};
    prop::sample::select(vec![Eq, Ne, Lt, Le, Gt, Ge])
}

fn let_item() -> impl Strategy<Value = Let> {
    (name(), expr()).prop_map(|(name, value)| Let { name, value, at: AT })
}

fn statement() -> impl Strategy<Value = Statement> {
    let leaf = prop_oneof![
        let_item().prop_map(Statement::Let),
        (name(), prop::sample::select(AssignOp::ALL.to_vec()), expr())
            .prop_map(|(target, op, value)| Statement::Assign { target, op, value, at: AT }),
        (name(), expr()).prop_map(|(output, value)| Statement::Emit { output, value, at: AT }),
    ];
    leaf.prop_recursive(3, 12, 3, |inner| {
        let block = || prop::collection::vec(inner.clone(), 0..3);
        let branch = (expr(), block(), block());
        let branch = branch.prop_map(|(condition, then, otherwise)| Statement::If {
            condition,
            then,
            otherwise,
            at: AT,
        });
        let repeated = (name(), any::<u16>(), any::<u16>(), prop::option::of(expr()), block());
        let repeated = repeated.prop_map(|(name, first, end, condition, body)| Statement::For {
            name,
            first: first.into(),
            end: end.into(),
            condition,
            body,
            at: AT,
        });
        prop_oneof![branch, repeated]
    })
}

fn block() -> impl Strategy<Value = Vec<Statement>> {
    prop::collection::vec(statement(), 0..4)
}

fn state() -> impl Strategy<Value = StateTree> {
    (name(), prop::option::of(unit()), expr()).prop_map(|(name, unit, initial)| StateTree {
        name,
        unit,
        initial,
        at: AT,
    })
}

fn equation() -> impl Strategy<Value = Equation> {
    (name(), expr()).prop_map(|(state, rate)| Equation { state, rate, at: AT })
}

fn optional_unit() -> impl Strategy<Value = Unit> {
    prop::option::of(unit()).prop_map(|unit| unit.unwrap_or(Unit::NONE))
}

fn doc() -> impl Strategy<Value = String> {
    prop::sample::select(vec!["", "One line.", "Two\nlines.", "A\n\n  blank between; `tau` // x"])
        .prop_map(String::from)
}

fn parameter() -> impl Strategy<Value = ParameterTree> {
    (name(), doc(), number(), any::<bool>(), optional_unit()).prop_map(
        |(name, doc, value, negative, unit)| {
            let value = if negative { -value } else { value };
            ParameterTree { name, doc, value, unit, at: AT }
        },
    )
}

fn receptor() -> impl Strategy<Value = ReceptorTree> {
    let states = prop::collection::vec(state(), 0..2);
    let equations = prop::collection::vec(equation(), 0..2);
    let on_spike = prop::option::of((name(), block()).prop_map(|(weight, body)| OnSpike {
        weight,
        body,
        at: AT,
    }));
    let parameters = prop::collection::vec(parameter(), 0..2);
    (name(), optional_unit(), parameters, states, equations, on_spike).prop_map(
        |(name, unit, parameters, states, equations, on_spike)| ReceptorTree {
            name,
            unit,
            parameters,
            states,
            equations,
            on_spike,
            at: AT,
        },
    )
}

fn output() -> impl Strategy<Value = OutputTree> {
    let kind = prop_oneof![
        prop::option::of(expr()).prop_map(|amplitude| OutputTreeKind::Events { amplitude }),
        optional_unit().prop_map(|unit| OutputTreeKind::Dense { unit }),
    ];
    (name(), kind).prop_map(|(name, kind)| OutputTree { name, kind, at: AT })
}

fn spike() -> impl Strategy<Value = SpikeTree> {
    let clamp = (expr(), prop::collection::vec(name(), 0..3))
        .prop_map(|(duration, states)| Clamp { duration, states, at: AT });
    (expr(), block(), prop::option::of(clamp)).prop_map(|(condition, reset, clamp)| SpikeTree {
        condition,
        reset,
        clamp,
        at: AT,
    })
}

fn mechanism() -> impl Strategy<Value = MechanismTree> {
    let inputs =
        (name(), optional_unit()).prop_map(|(name, unit)| InputTree { name, unit, at: AT });
    let ports = (
        prop::collection::vec(parameter(), 0..3),
        prop::collection::vec(inputs, 0..2),
        prop::collection::vec(receptor(), 0..2),
        prop::collection::vec(state(), 0..3),
        prop::collection::vec(output(), 0..2),
    );
    let dynamics = (
        prop::collection::vec(let_item(), 0..2),
        prop::collection::vec(equation(), 0..3),
        prop::option::of(block()),
        prop::option::of(spike()),
        prop::option::of(prop::sample::select(Solver::ALL.to_vec())),
    );
    let units = prop::sample::select(vec![UnitSystem::Population, UnitSystem::Nef]);
    (name(), doc(), units, ports, dynamics).prop_map(|(name, doc, units, ports, dynamics)| {
        let (parameters, inputs, receptors, states, outputs) = ports;
        let (lets, equations, step, spike, solver) = dynamics;
        MechanismTree {
            name,
            doc,
            units,
            parameters,
            inputs,
            receptors,
            states,
            outputs,
            lets,
            equations,
            step,
            spike,
            solver,
            tolerance: (solver == Some(Solver::Rk45)).then_some(1e-7),
            at: AT,
        }
    })
}

/// Fragments from which nearly valid texts are made.
fn garbage() -> impl Strategy<Value = String> {
    let fragments = vec![
        "mechanism",
        "M",
        "{",
        "}",
        "units",
        "population",
        "nef",
        "parameter",
        "tau",
        "=",
        "20",
        "ms",
        "input",
        "receptor",
        "state",
        "v",
        "dv/dt",
        "spike",
        "when",
        ">=",
        "solve",
        "exact",
        "step",
        "if",
        "else",
        "emit",
        "let",
        "(",
        ")",
        "[",
        "]",
        "-",
        "*",
        "/",
        "1/ms",
        "? 1 :",
        "exp",
        "refractory",
        "clamps",
        "on_spike(w)",
        "+=",
        "w",
        ",",
        ".",
        "1e",
        "\n",
        "// x",
        "é",
        "output",
        "o",
        "events",
        "dense",
        "&&",
        "!",
        "0.1",
        "&",
        "dt",
        "t",
        "poisson(1)",
    ];
    prop::collection::vec(prop::sample::select(fragments), 0..60).prop_map(|words| words.join(" "))
}

/// The beginning of a mechanism that garbage may complete.
const HEAD: &str = "mechanism M { units population parameter tau = 2 ms state v = 0 mV
    receptor e mV { on_spike(w) { v += w } } output o events ";

proptest! {
    #[test]
    fn an_expression_parses_back(expr in expr()) {
        prop_assert_eq!(parse_expression(&expr.to_string()).unwrap(), expr);
    }

    #[test]
    fn a_mechanism_parses_back(tree in mechanism()) {
        let text = tree.to_string();
        match parse_trees(&text) {
            Ok(read) => prop_assert_eq!(&read, &vec![tree], "{}", text),
            Err(error) => prop_assert!(false, "{}\n{}", error, text),
        }
    }

    #[test]
    fn random_text_is_refused_in_peace(text in any::<String>()) {
        let _ = crate::Mechanism::parse_all(&text);
        let _ = parse_expression(&text);
    }

    #[test]
    fn nearly_valid_text_is_refused_in_peace(text in garbage()) {
        let _ = crate::Mechanism::parse_all(&text);
        let _ = crate::Mechanism::parse_all(&format!("{HEAD} {text} }}"));
        let _ = crate::Function::parse(&text, &[crate::Argument::new("v", 2)], &[("tau", 1.0)]);
    }
}

#[test]
fn depth_is_bounded_however_it_is_reached() {
    let many = 100_000;
    for text in [
        "(".repeat(many),
        "-".repeat(many),
        "1+".repeat(many) + "1",
        "f(".repeat(many),
        "a ? ".repeat(many),
        "a ? b : ".repeat(many) + "c",
        "x[".repeat(many),
        format!("{}1", "1*2+".repeat(many)),
    ] {
        let error = parse_expression(&text).unwrap_err();
        assert!(error.to_string().contains("nested more than 200 deep"), "{}", &text[..8]);
    }
    let nested = "if a < b { ".repeat(many);
    assert!(parse_trees(&format!("mechanism M {{ units nef step {{ {nested}")).is_err());
    let chain = "if a < b { } else ".repeat(many);
    assert!(parse_trees(&format!("mechanism M {{ units nef step {{ {chain}")).is_err());
}

#[test]
fn abbreviations_of_abbreviations_are_bounded() {
    let mut text = "mechanism M { units nef state x = 0 let a0 = x + x ".to_string();
    for i in 1..60 {
        text += &format!("let a{i} = a{0} + a{0} ", i - 1);
    }
    text += "dx/dt = a59 solve euler }";
    assert!(crate::Mechanism::parse(&text).unwrap_err().to_string().contains("nested"));
}
