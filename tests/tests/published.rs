//! Published networks against their reference statistics: the quick subset of three seeds each.

use std::path::Path;

use pontine_core_ir::port::CompileOptions;
use pontine_tests::acceptance::Plan;

/// With three seeds and the larger of both spreads, four standard errors.
const BOUND: f64 = 4.0;

#[track_caller]
fn check(model: &str, set: &[(&str, &str)], n_comparisons: usize) {
    let model = Path::new(env!("CARGO_MANIFEST_DIR")).join("../models").join(model);
    let plan = Plan { model: &model, set, seeds: &[1, 2, 3], options: CompileOptions::default() };
    let comparisons = plan.compare().unwrap();
    assert_eq!(comparisons.len(), n_comparisons);
    let beyond: Vec<_> = comparisons.iter().filter(|c| !(c.distance(true) <= BOUND)).collect();
    assert!(beyond.is_empty(), "{beyond:#?}");
}

#[test]
fn cuba_has_the_rates_irregularity_and_correlations_of_nest() {
    check("vogels_abbott_cuba.toml", &[], 6);
}

#[test]
fn microcircuit_with_poisson_drive_agrees_with_nest() {
    check("microcircuit.toml", &[("parameters.drive", "poisson")], 24);
}

#[test]
fn microcircuit_with_constant_drive_agrees_with_nest() {
    check("microcircuit.toml", &[("parameters.drive", "dc")], 24);
}
