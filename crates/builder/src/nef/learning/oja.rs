//! Oja's rule: Hebbian learning whose weights stay bounded.
//!
//! `ΔW = learning_rate dt (post preᵀ - beta post² W)`, `post²` scaling the rows of W.
//! Parameters: `learning_rate` (1e-6), `pre_synapse` (5 ms), `post_synapse` (that of `pre`), `beta`
//! (1). Signals: `pre_filtered`, `post_filtered`.

use pontine_core_ir::{Param, inventory};

use super::{LearningSite, Parts, RuleSite};
use crate::{builder::Builder, error::BuildError, refusal::Refusal, registry::LearningEntry};

inventory::submit! {
    LearningEntry { kind: "Oja", check, build, place: module_path!() }
}

fn check(site: &RuleSite<'_>) -> Result<(), Refusal> {
    site.check_names(&["learning_rate", "pre_synapse", "post_synapse", "beta"])?;
    site.not_negative("learning_rate", 1e-6)?;
    site.spec.number_or("beta", 1.0)?;
    site.needs_neurons()?;
    site.check_synapses(&["pre_synapse", "post_synapse"])
}

fn build(builder: &mut Builder<'_>, site: &LearningSite) -> Result<(), BuildError> {
    let rate = site.number("learning_rate", 1e-6)? * builder.dt();
    let beta = site.number("beta", 1.0)?;
    let (weights, after) = site.between_neurons(builder)?;
    let parts = &mut Parts::new(builder, site);
    weights.set_learned(parts);
    let of_pre = site.spec.params.get("pre_synapse").cloned().unwrap_or(Param::Number(0.005));
    let pre = parts.filtered("pre_filtered", "pre_synapse", &of_pre, weights.x)?;
    let spikes = parts.neurons_after(after)?;
    let post = parts.filtered("post_filtered", "post_synapse", &of_pre, spikes)?;
    let scaled = parts.scaled("scaled_post", rate, post);
    let squared = parts.product("squared_post", scaled, post);
    let forgotten = parts.scaled("forgotten", -beta, squared);
    weights.add_share(parts, forgotten);
    weights.add_outer(parts, scaled, pre);
    Ok(())
}
