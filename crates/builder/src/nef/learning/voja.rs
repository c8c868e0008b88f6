//! Vector Oja: encoders move towards what the ensemble is to represent, those of active neurons most.
//!
//! `ΔE = learning_rate dt L (scale post xᵀ - post E)` for the scaled encoders E, with `scale = gain /
//! radius`, x all
//! that arrives at the ensemble, and L what the rule is told: 1 and what
//! is added to it.
//! Parameters: `learning_rate` (1e-2), `post_synapse` (5 ms). Signals: `post_filtered`,
//! `scaled_encoders`.

use ndarray::Array1;
use pontine_core_ir::{EndObject, EnsembleId, inventory};

use super::{super::weights::Weights, LearningSite, NO_ENCODERS, Parts, RuleSite};
use crate::{builder::Builder, error::BuildError, refusal::Refusal, registry::LearningEntry};

inventory::submit! {
    LearningEntry { kind: "Voja", check, build, place: module_path!() }
}

fn check(site: &RuleSite<'_>) -> Result<(), Refusal> {
    site.check_names(&["learning_rate", "post_synapse"])?;
    site.positive("learning_rate", 1e-2)?;
    site.needs_encoders()?;
    site.check_synapses(&["post_synapse"])
}

fn build(builder: &mut Builder<'_>, site: &LearningSite) -> Result<(), BuildError> {
    let rate = site.number("learning_rate", 1e-2)? * builder.dt();
    let told = site.told()?;
    let id = encoded(builder, site)?;
    let ensemble = builder.ensemble(id)?;
    let scale: Array1<f64> = &ensemble.tuning.gain / ensemble.tuning.radius;
    let (n, _) = ensemble.tuning.encoders.dim();
    let x = builder.input(id)?;
    let encoders = Weights { signal: ensemble.encoders, x, n_rows: n, entries: None };
    let parts = &mut Parts::new(builder, site);
    encoders.set_learned(parts);
    let spikes = parts.builder.output(id)?;
    let post = parts.filtered("post_filtered", "post_synapse", &0.005.into(), spikes)?;
    parts.name("scaled_encoders", encoders.signal);
    let scaled = parts.scaled("scaled_post", rate, post);
    let told = parts.held("told", told, 1.0);
    let told = parts.product("told_post", told, scaled);
    let forgotten = parts.scaled("forgotten", -1.0, told);
    encoders.add_share(parts, forgotten);
    let scale = parts.constant("scale", scale.into());
    let towards = parts.product("towards", scale, told);
    let x = parts.held("x", x, 1.0);
    encoders.add_outer(parts, towards, x);
    Ok(())
}

/// The ensemble whose encoders learn.
fn encoded(builder: &Builder<'_>, site: &LearningSite) -> Result<EnsembleId, BuildError> {
    let post = &builder.network().connections[site.rule.0].post;
    match &post.object {
        EndObject::Ensemble(id) if !site.is_between_neurons(builder) => Ok(*id),
        _ => Err(site.unsupported(NO_ENCODERS)),
    }
}
