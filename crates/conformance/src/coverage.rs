//! That nothing of the IR is without a check: who adds to it is told here what to add to the suite.

use std::collections::BTreeSet;

use pontine_core_ir::{
    Connectivity, Model, Value,
    model::{First, OperatorKind, RecordTarget},
    port::{Capability, CompileOptions},
    registry,
};
use pontine_mechanism::lang::{Arithmetic, Draw, Elementary, Op, Primitive, Solver};

use crate::{
    behaviour,
    case::{Case, FIRST, SHIPPED},
};

/// The models of all checks but random ones.
fn models() -> Vec<Model> {
    let cases = FIRST.iter().chain(SHIPPED).map(|(n, text)| Case::parse(n, text).unwrap().model);
    let behaviours = behaviour::first().chain(behaviour::all()).map(|b| (b.model)().unwrap());
    cases.chain(behaviours).collect()
}

#[track_caller]
fn check(expected: &[&str], found: impl IntoIterator<Item = &'static str>) {
    let found: BTreeSet<&str> = found.into_iter().collect();
    let lacking: Vec<_> = expected.iter().filter(|name| !found.contains(*name)).collect();
    assert!(lacking.is_empty(), "no check has {lacking:?}: add a case to crates/conformance/cases");
    assert_eq!(found.len(), expected.len(), "list all of {found:?} here");
}

fn of_operators(of: fn(&OperatorKind) -> Vec<&'static str>) -> Vec<&'static str> {
    let models = models();
    models.iter().flat_map(|m| m.operators.iter().flat_map(|(_, op)| of(&op.kind))).collect()
}

/// Who adds an operator is led here by the compiler: give it a name, list it, add a case.
#[test]
fn every_operator_has_a_case() {
    let name = |kind: &OperatorKind| match kind {
        OperatorKind::Time { .. } => "time",
        OperatorKind::Reset { .. } => "reset",
        OperatorKind::Copy { inc: true, source_index: Some(_), .. } => "copy inc through an index",
        OperatorKind::Copy { inc: true, source_index: None, .. } => "copy inc",
        OperatorKind::Copy { inc: false, target_index: Some(_), .. } => "copy set in part",
        OperatorKind::Copy { inc: false, target_index: None, .. } => "copy set",
        OperatorKind::ElementwiseInc { .. } => "elementwise",
        OperatorKind::DotInc { .. } => "dot",
        OperatorKind::SparseInc { .. } => "sparse",
        OperatorKind::OuterInc { .. } => "outer",
        OperatorKind::Filter(_) => "filter",
        OperatorKind::Function { .. } => "function",
        OperatorKind::Host { .. } => "host",
        OperatorKind::Neurons(_) => "neurons",
        OperatorKind::SpikeList(_) => "spike_list",
        OperatorKind::Deliver(_) => "deliver",
    };
    let all = [
        "time",
        "reset",
        "copy inc through an index",
        "copy inc",
        "copy set in part",
        "copy set",
        "elementwise",
        "dot",
        "sparse",
        "outer",
        "filter",
        "function",
        "host",
        "neurons",
        "spike_list",
        "deliver",
    ];
    let models = models();
    check(&all, models.iter().flat_map(|m| m.operators.iter().map(|(_, op)| name(&op.kind))));
}

fn value(value: &Value) -> &'static str {
    match value {
        Value::Const(_) => "constant",
        Value::Dense(_) => "of each",
        Value::Distribution(_) => "drawn",
        Value::Expression(_) => "computed",
    }
}

#[test]
fn every_form_of_weight_delay_and_parameter_has_a_case() {
    let of_synapses = ["constant", "drawn", "computed"];
    check(
        &of_synapses,
        of_operators(|kind| match kind {
            OperatorKind::Deliver(deliver) => vec![value(&deliver.weight)],
            _ => Vec::new(),
        }),
    );
    check(
        &of_synapses,
        of_operators(|kind| match kind {
            OperatorKind::Deliver(deliver) => vec![value(&deliver.delay)],
            _ => Vec::new(),
        }),
    );
    check(
        &["constant", "of each", "drawn", "computed"],
        of_operators(|kind| match kind {
            OperatorKind::Neurons(neurons) => neurons.parameters.iter().map(value).collect(),
            _ => Vec::new(),
        }),
    );
}

#[test]
fn every_connectivity_has_a_case() {
    let all = [
        "rule",
        "list",
        "list with weights",
        "list with delays",
        "factored",
        "blocks",
        "encoders",
        "transform",
        "decoders",
    ];
    check(
        &all,
        of_operators(|kind| match kind {
            OperatorKind::Deliver(deliver) => match &deliver.connectivity {
                Connectivity::Rule(_) => vec!["rule"],
                Connectivity::List(list) => {
                    let with = [
                        list.weight.as_ref().map(|_| "list with weights"),
                        list.delay.as_ref().map(|_| "list with delays"),
                    ];
                    with.into_iter().flatten().chain(["list"]).collect()
                }
                Connectivity::Factored(factors) => {
                    factors.named().map(|(name, _)| name).chain(["factored"]).collect()
                }
                Connectivity::Blocks(_) => vec!["blocks"],
            },
            _ => Vec::new(),
        }),
    );
}

#[test]
fn every_connector_has_a_case() {
    let mut found = BTreeSet::new();
    for model in models() {
        for (_, op) in model.operators.iter() {
            if let OperatorKind::Deliver(deliver) = &op.kind
                && let Connectivity::Rule(rule) = &deliver.connectivity
            {
                found.insert(rule.spec.kind.clone());
            }
        }
    }
    let all = registry::rules().entries().unwrap().keys().map(|kind| (*kind).to_owned());
    assert_eq!(found, all.collect());
}

#[test]
fn every_record_has_a_case() {
    let all = ["spikes", "signal from 0", "signal", "state from 0", "state", "subset"];
    let models = models();
    let records = models.iter().flat_map(|model| model.records.iter().map(|(_, record)| record));
    check(
        &all,
        records.flat_map(|record| {
            let target = match (record.target, record.first) {
                (RecordTarget::Events(_), _) => "spikes",
                (RecordTarget::Signal(_), First::Zero) => "signal from 0",
                (RecordTarget::Signal(_), First::FirstStep) => "signal",
                (RecordTarget::State(..), First::Zero) => "state from 0",
                (RecordTarget::State(..), First::FirstStep) => "state",
            };
            std::iter::once(target).chain(record.subset.as_ref().map(|_| "subset"))
        }),
    );
}

#[test]
fn every_solver_has_a_case() {
    let name = |solver: &Solver| match solver {
        Solver::Exact => "exact",
        Solver::ExponentialEuler => "exponential_euler",
        Solver::Euler => "euler",
        Solver::Rk4 => "rk4",
        Solver::Rk45 => "rk45",
    };
    let all = Solver::ALL;
    let texts = || FIRST.iter().chain(SHIPPED).map(|(_, text)| *text);
    for solver in &all {
        let line = format!("solve {}\n", name(solver));
        assert!(texts().any(|text| text.contains(&line)), "no case says `{line}`");
    }
}

/// All operations of all programs that the models run.
fn operations() -> Vec<Op> {
    let mut all = Vec::new();
    for model in models() {
        for (_, op) in model.operators.iter() {
            let mut add = |_, op: &Op| all.push(op.clone());
            match &op.kind {
                OperatorKind::Function { function, .. } => function.program().for_each_op(&mut add),
                OperatorKind::Neurons(neurons) => {
                    let m = &neurons.mechanism;
                    for program in [&m.derive, &m.initial, &m.step] {
                        program.for_each_op(&mut add);
                    }
                }
                _ => {}
            }
        }
    }
    all
}

#[test]
fn every_operation_of_the_language_has_a_case() {
    let operations = operations();
    let has = |wanted: &dyn Fn(&Op) -> bool| operations.iter().any(wanted);
    for function in [
        Elementary::Exp,
        Elementary::Expm1,
        Elementary::Log,
        Elementary::Log1p,
        Elementary::Exprel,
        Elementary::Sin,
        Elementary::Cos,
        Elementary::Tanh,
        Elementary::Pow,
    ] {
        assert!(has(&|op| matches!(op, Op::Call(f, _) if *f == function)), "{function:?}");
    }
    for primitive in [
        Primitive::Neg,
        Primitive::Abs,
        Primitive::Sqrt,
        Primitive::Floor,
        Primitive::Ceil,
        Primitive::Round,
    ] {
        assert!(has(&|op| matches!(op, Op::Unary(p, _) if *p == primitive)), "{primitive:?}");
    }
    for arithmetic in [
        Arithmetic::Add,
        Arithmetic::Sub,
        Arithmetic::Mul,
        Arithmetic::Div,
        Arithmetic::Min,
        Arithmetic::Max,
    ] {
        assert!(has(&|op| matches!(op, Op::Binary(a, ..) if *a == arithmetic)), "{arithmetic:?}");
    }
    for draw in [Draw::Uniform, Draw::Normal, Draw::Exponential, Draw::Poisson, Draw::Gamma] {
        assert!(has(&|op| matches!(op, Op::Draw(d, ..) if *d == draw)), "{draw:?}");
    }
}

/// Batches are offered by no backend, and no model can ask for them.
#[test]
fn every_capability_but_batches_is_needed_by_a_check() {
    let of_models = models().into_iter().flat_map(|m| m.needs(&CompileOptions::default()));
    let behaviours = behaviour::first().chain(behaviour::all()).flat_map(|b| b.needs).copied();
    let needed: BTreeSet<_> = of_models.map(|(need, _)| need).chain(behaviours).collect();
    let all = [
        Capability::F64,
        Capability::F32,
        Capability::Threads,
        Capability::Mechanisms,
        Capability::RandomMechanisms,
        Capability::SpikeLists,
        Capability::RuleConnectivity,
        Capability::ListConnectivity,
        Capability::FactoredConnectivity,
        Capability::HeterogeneousDelays,
        Capability::SynapseMechanisms,
        Capability::PostsynapticSpikes,
        Capability::Arrays,
        Capability::Functions,
        Capability::Hosts,
        Capability::Snapshots,
    ];
    assert_eq!(needed, BTreeSet::from(all));
}
