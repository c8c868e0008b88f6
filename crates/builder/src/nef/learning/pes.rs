//! Prescribed error sensitivity: weights change so that an error becomes smaller.
//!
//! `ΔW = -(learning_rate dt / n_pre) error aᵀ`, `a` being the activities behind `pre_synapse`. Where
//! weights lead to single neurons the error is multiplied by their scaled encoders first.
//! Of a projection the decoders are learned, from an error in what they give; its delay does not count.
//! Parameters: `learning_rate` (1e-4), `pre_synapse` (5 ms). Signals: `error`, `activities`.

use pontine_core_ir::inventory;

use super::{LearningSite, Parts, RuleSite};
use crate::{
    builder::Builder, error::BuildError, refusal::Refusal, registry::LearningEntry,
    warning::Warning,
};

inventory::submit! {
    LearningEntry { kind: "PES", check, build, place: module_path!() }
}

/// What learning rates are usually below.
const USUAL: f64 = 1.0;

fn check(site: &RuleSite<'_>) -> Result<(), Refusal> {
    site.check_names(&["learning_rate", "pre_synapse"])?;
    site.not_negative("learning_rate", 1e-4)?;
    site.needs_matrix()?;
    site.check_synapses(&["pre_synapse"])
}

fn build(builder: &mut Builder<'_>, site: &LearningSite) -> Result<(), BuildError> {
    let rate = site.number("learning_rate", 1e-4)?;
    if rate >= USUAL {
        let (path, below) = (site.path.clone(), USUAL);
        builder.warn(Warning::LearningRate { path, rate, below });
    }
    let rate = rate * builder.dt();
    let weights = site.matrix(builder)?;
    let error = site.told()?;
    let parts = &mut Parts::new(builder, site);
    weights.set_learned(parts);
    let activities = parts.filtered("activities", "pre_synapse", &0.005.into(), weights.x)?;
    parts.name("error", error);
    let error = parts.local_error(error)?;
    let gain = -rate / parts.len(weights.x) as f64;
    let error = parts.held("error", error, gain);
    weights.add_outer(parts, error, activities);
    Ok(())
}
