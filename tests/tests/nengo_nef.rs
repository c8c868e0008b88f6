//! Distributions, solvers and synapses, each alone, against Nengo 4.1.
//!
//! The golden numbers are `tests/golden/nengo/nef.json`; the script beside them made them.

use ndarray::Array2;
use pontine_core_ir::{Param, Spec};
use pontine_nef::{points, solver, synapse};
use pontine_rng::RandomState;
use serde_json::Value;

/// What goes through a rotation or special functions agrees to this.
const NEAR: f64 = 1e-9;

#[test]
fn distributions_draw_nengos_numbers() {
    for case in cases("distributions") {
        let what = case["spec"].to_string();
        let (n, d) = (size(&case["n"]), case["d"].as_u64().map(|d| d as usize));
        let rng = &mut RandomState::new(case["seed"].as_u64().unwrap() as u32);
        let drawn = points::sampler(&spec(&case["spec"])).unwrap().sample(n, d, rng).unwrap();
        let drawn = drawn.into_raw_vec_and_offset().0;
        let tolerance = if is_bit_exact(&case) { 0.0 } else { NEAR };
        check_near(&what, &drawn, &numbers(&case["numbers"]), tolerance);
        assert_eq!(rng.random_sample(), case["next"].as_f64().unwrap(), "{what}: the next number");
    }
}

#[test]
fn lengths_have_nengos_functions() {
    let shares = numbers(&golden()["shares"]);
    for case in cases("distributions").iter().filter(|case| case["ppf"].is_array()) {
        let of = |function: &str| {
            let found: Vec<f64> =
                shares.iter().map(|x| length(&case["spec"], function, *x)).collect();
            check_near(
                &format!("{function} of {}", case["spec"]),
                &found,
                &numbers(&case[function]),
                NEAR,
            );
        };
        ["ppf", "cdf", "pdf"].into_iter().for_each(of);
    }
}

#[test]
fn solvers_find_nengos_decoders() {
    for case in cases("solvers") {
        let what = case["spec"].to_string();
        let (m, n, k) = (size(&case["m"]), size(&case["n"]), size(&case["k"]));
        let rng = &mut RandomState::new(1);
        let a = Array2::from_shape_simple_fn((m, n), || rng.uniform(-200.0, 300.0).max(0.0));
        let y = Array2::from_shape_simple_fn((m, k), || rng.uniform(-1.0, 1.0));
        let solver = solver::solver(&spec(&case["spec"])).unwrap();
        let solution = solver.solve(&a.view().into(), y.view(), &mut RandomState::new(2)).unwrap();
        let decoders = solution.decoders.into_raw_vec_and_offset().0;
        check_near(&what, &decoders, &numbers(&case["decoders"]), tolerance(&case["spec"]));
        if solver.needs_activities() {
            check_near(&what, &solution.rmses.to_vec(), &numbers(&case["rmses"]), 1e-6);
        }
    }
}

#[test]
fn synapses_filter_as_nengos() {
    let rng = &mut RandomState::new(1);
    let signal = Array2::from_shape_simple_fn((12, 2), || rng.uniform(-1.0, 1.0));
    for case in cases("synapses") {
        let synapse = synapse::discrete(&spec(&case["spec"]), 1e-3).unwrap();
        let check = |what: &str, found: Option<Array2<f64>>| {
            if case[what].is_null() {
                return;
            }
            // In the order of rows, whatever the layout.
            let found: Vec<f64> = found.unwrap().iter().copied().collect();
            check_near(
                &format!("{what} of {}", case["spec"]),
                &found,
                &numbers(&case[what]),
                1e-11,
            );
        };
        check("filt", synapse.filt(signal.view(), 0.0));
        check("from_half", synapse.filt(signal.view(), 0.5));
        check("filtfilt", synapse.filtfilt(signal.view()));
    }
}

/// Numbers that no rotation and no special function touched.
fn is_bit_exact(case: &Value) -> bool {
    case["spec"]["kind"] != "ScatteredHypersphere" || case["d"] == 1
}

/// Of the largest decoder. Rounding grows in methods that iterate, which end before it is mended.
fn tolerance(spec: &Value) -> f64 {
    match (spec["kind"].as_str(), spec["solver"]["kind"].as_str()) {
        (Some("LstsqL1"), _) => 1e-6,
        (_, Some("ConjgradScipy" | "LSMRScipy")) => 1e-3,
        _ => 1e-6,
    }
}

fn length(spec: &Value, function: &str, x: f64) -> f64 {
    use points::{CosineSimilarity, SqrtBeta};
    let count = |name: &str, default: u32| spec[name].as_f64().map_or(default, |x| x as u32);
    macro_rules! of {
        ($dist:expr) => {{
            let dist = $dist;
            match function {
                "ppf" => dist.ppf(x),
                "cdf" => dist.cdf(x),
                _ => dist.pdf(x),
            }
        }};
    }
    let dimensions = count("dimensions", 0);
    match spec["kind"].as_str().unwrap() {
        "CosineSimilarity" => of!(CosineSimilarity { dimensions }),
        "SubvectorLength" => of!(SqrtBeta::of_subvector(dimensions, count("subdimensions", 1))),
        _ => of!(SqrtBeta { n: count("n", 0), m: count("m", 1) }),
    }
}

/// Within a share of the largest number.
#[track_caller]
fn check_near(what: &str, found: &[f64], expected: &[f64], tolerance: f64) {
    assert_eq!(found.len(), expected.len(), "{what}");
    let scale = expected.iter().fold(0.0f64, |s, x| s.max(x.abs()));
    for (i, (found, expected)) in found.iter().zip(expected).enumerate() {
        let off = (found - expected).abs();
        assert!(off <= tolerance * scale, "{what}, number {i}: {found} is not {expected}");
    }
}

fn cases(of: &str) -> Vec<Value> {
    golden()[of].as_array().unwrap().clone()
}

fn golden() -> Value {
    serde_json::from_str(include_str!("../golden/nengo/nef.json")).unwrap()
}

fn spec(value: &Value) -> Spec {
    let kind = Spec::new(value["kind"].as_str().unwrap());
    let params = value.as_object().unwrap().iter().filter(|(name, _)| *name != "kind");
    params.fold(kind, |spec, (name, value)| spec.with(name, param(value)))
}

fn param(value: &Value) -> Param {
    match value {
        Value::Bool(switch) => (*switch).into(),
        Value::String(text) => text.as_str().into(),
        Value::Array(_) => numbers(value).into(),
        Value::Object(_) => spec(value).into(),
        number => number.as_f64().unwrap().into(),
    }
}

fn numbers(value: &Value) -> Vec<f64> {
    value.as_array().unwrap().iter().map(|x| x.as_f64().unwrap()).collect()
}

fn size(value: &Value) -> usize {
    value.as_u64().unwrap() as usize
}
