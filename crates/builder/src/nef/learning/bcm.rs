//! Bienenstock-Cooper-Munro: weights to neurons that fire above a threshold grow, others shrink; the
//! threshold follows the neurons' rates.
//!
//! `ΔW = (learning_rate dt post (post - θ)) preᵀ`, `pre` and `post` behind their synapses and θ being
//! the output of the neurons behind `theta_synapse`.
//! Parameters: `learning_rate` (1e-9), `pre_synapse` (5 ms), `post_synapse` (that of `pre`),
//! `theta_synapse` (1 s). Signals: `pre_filtered`, `post_filtered`, `theta`.

use pontine_core_ir::{Param, inventory};

use super::{LearningSite, Parts, RuleSite};
use crate::{builder::Builder, error::BuildError, refusal::Refusal, registry::LearningEntry};

inventory::submit! {
    LearningEntry { kind: "BCM", check, build, place: module_path!() }
}

fn check(site: &RuleSite<'_>) -> Result<(), Refusal> {
    site.check_names(&["learning_rate", "pre_synapse", "post_synapse", "theta_synapse"])?;
    site.not_negative("learning_rate", 1e-9)?;
    site.needs_neurons()?;
    site.check_synapses(&["pre_synapse", "post_synapse", "theta_synapse"])
}

fn build(builder: &mut Builder<'_>, site: &LearningSite) -> Result<(), BuildError> {
    let rate = site.number("learning_rate", 1e-9)? * builder.dt();
    let (weights, after) = site.between_neurons(builder)?;
    let parts = &mut Parts::new(builder, site);
    weights.set_learned(parts);
    let of_pre = site.spec.params.get("pre_synapse").cloned().unwrap_or(Param::Number(0.005));
    let pre = parts.filtered("pre_filtered", "pre_synapse", &of_pre, weights.x)?;
    let spikes = parts.neurons_after(after)?;
    let post = parts.filtered("post_filtered", "post_synapse", &of_pre, spikes)?;
    let theta = parts.filtered("theta", "theta_synapse", &1.0.into(), spikes)?;
    let scaled = parts.scaled("scaled_post", rate, post);
    let above = parts.difference("above_theta", post, theta);
    let change = parts.product("change", scaled, above);
    weights.add_outer(parts, change, pre);
    Ok(())
}
