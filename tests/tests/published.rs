//! Published networks against their reference statistics: the quick subset of three seeds each.

use std::path::Path;

use pontine_core_ir::port::CompileOptions;
use pontine_tests::{acceptance::Plan, mean_field::MeanField, shipped::Shipped};

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

/// Nobody else's simulation is involved. The theory is that of weak synapses, independent inputs and a
/// threshold that is tested always, or every dt; the network is within 3 % of either.
#[test]
fn brunel_fires_at_the_rate_of_mean_field_theory() {
    let (theory, model) = (MeanField::brunel(5.0, 2.0), Shipped::load("brunel").unwrap());
    let published = (100.0 * theory.rate_hz_tested_every(0.1)).round() / 100.0;
    let in_the_file = model.published_rates("mean-field theory");
    assert_eq!(in_the_file, [("E", published), ("I", published)].into());
    let rates = model.rates(&[1, 2, 3], 0.1, 0.5).unwrap();
    assert_eq!(rates.len(), 2);
    for (population, rate) in rates {
        for expected in [theory.rate_hz(), theory.rate_hz_tested_every(0.1)] {
            let off = (rate.mean / expected - 1.0).abs();
            assert!(off < 0.03, "{population}: {rate:?}, not {expected}");
        }
    }
}
