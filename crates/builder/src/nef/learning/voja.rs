//! Vector Oja: encoders move towards what the ensemble is to represent, those of active neurons most.
//!
//! `ΔE = learning_rate dt L (scale post xᵀ - post E)` for the scaled encoders E, with `scale = gain /
//! radius`, x all
//! that arrives at the ensemble, and L what the rule is told: 1 and what
//! is added to it.
//! Parameters: `learning_rate` (1e-2), `post_synapse` (5 ms). Signals: `post_filtered`,
//! `scaled_encoders`.
//!
//! For the encoders of a projection, or of a connection to a receptor, x is what it decodes, of the activities of its sources behind
//! `pre_synapse` (5 ms), and the scale is 1. Signals: `post_filtered`, `decoded`, `encoders`.

use ndarray::Array1;
use pontine_core_ir::{EndObject, EnsembleId, SignalId, inventory};

use super::{super::weights::Weights, Encoding, LearningSite, NO_ENCODERS, Parts, RuleSite};
use crate::{builder::Builder, error::BuildError, refusal::Refusal, registry::LearningEntry};

inventory::submit! {
    LearningEntry { kind: "Voja", check, build, place: module_path!() }
}

fn check(site: &RuleSite<'_>) -> Result<(), Refusal> {
    let synapses: &[_] = match site.encodes() {
        true => &["post_synapse", "pre_synapse"],
        false => &["post_synapse"],
    };
    site.check_names(&[&["learning_rate"], synapses].concat())?;
    site.not_negative("learning_rate", 1e-2)?;
    site.needs_encoders()?;
    site.check_synapses(synapses)
}

fn build(builder: &mut Builder<'_>, site: &LearningSite) -> Result<(), BuildError> {
    match site.encoding {
        Some(encoding) => of_projection(builder, site, encoding),
        None => of_ensemble(builder, site),
    }
}

fn of_ensemble(builder: &mut Builder<'_>, site: &LearningSite) -> Result<(), BuildError> {
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
    let told = told_post(parts, rate, told, post);
    forget(parts, &encoders, told);
    let scale = parts.constant("scale", scale.into());
    let towards = parts.product("towards", scale, told);
    let x = parts.held("x", x, 1.0);
    encoders.add_outer(parts, towards, x);
    Ok(())
}

fn of_projection(
    builder: &mut Builder<'_>,
    site: &LearningSite,
    encoding: Encoding,
) -> Result<(), BuildError> {
    let rate = site.number("learning_rate", 1e-2)? * builder.dt();
    let told = site.told()?;
    let lacks = |what: &str| site.unsupported(&format!("it needs a projection with {what}"));
    let signal = encoding.encoders.ok_or_else(|| lacks("encoders"))?;
    let spikes = encoding.post.ok_or_else(|| lacks("targets that spike"))?;
    let decoders = site.matrix(builder)?;
    let parts = &mut Parts::new(builder, site);
    let post = parts.filtered("post_filtered", "post_synapse", &0.005.into(), spikes)?;
    let pre = parts.filtered("pre_filtered", "pre_synapse", &0.005.into(), decoders.x)?;
    let x = parts.multiplied("decoded", decoders.signal, pre);
    let x = encoding.transform.map_or(x, |transform| parts.multiplied("transformed", transform, x));
    parts.name("decoded", x);
    let encoders = Weights { signal, x, n_rows: parts.len(spikes), entries: None };
    encoders.set_learned(parts);
    parts.name("encoders", signal);
    let told = told_post(parts, rate, told, post);
    forget(parts, &encoders, told);
    encoders.add_outer(parts, told, x);
    Ok(())
}

/// How far the encoders of each target move, for what the rule is told.
fn told_post(parts: &mut Parts<'_, '_>, rate: f64, told: SignalId, post: SignalId) -> SignalId {
    let scaled = parts.scaled("scaled_post", rate, post);
    let told = parts.held("told", told, 1.0);
    parts.product("told_post", told, scaled)
}

fn forget(parts: &mut Parts<'_, '_>, encoders: &Weights, told: SignalId) {
    let forgotten = parts.scaled("forgotten", -1.0, told);
    encoders.add_share(parts, forgotten);
}

/// The ensemble whose encoders learn.
fn encoded(builder: &Builder<'_>, site: &LearningSite) -> Result<EnsembleId, BuildError> {
    let connection = site.connection(builder);
    match connection.map(|connection| &connection.post.object) {
        Some(EndObject::Ensemble(id)) if !site.is_between_neurons(builder) => Ok(*id),
        _ => Err(site.unsupported(NO_ENCODERS)),
    }
}
