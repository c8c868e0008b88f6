//! What the synapses of a delivery do besides adding their weight.

use std::sync::Arc;

use pontine_mechanism::Synapse;

use super::Deliver;
use crate::{id::SignalId, value::Value};

/// Synapses with states of their own, which spikes from both sides change.
///
/// # When
/// The delay of a synapse, d steps, has two parts: the dendritic one, `dendritic · d` rounded to whole
/// steps, and the axonal one, which is the rest. A spike that the source sends in step n is at the
/// synapse at `n + axonal`, where `on_pre` runs, and at its target at `n + d`: there it adds what was
/// delivered, times its value. A spike that the target sends in step m is at the synapse at
/// `m + dendritic`, where `on_post` runs.
///
/// Spikes are taken in the order in which they are at the synapse. Of two of one step that of the target
/// comes first, if the dendritic delay is one step at least; without such a delay that of the source does,
/// since the other may have come of it. The second learns of the first as `coincident`.
///
/// `elapsed` is the time since the last of all these, since step 0 if there was none. States are as the
/// last spike left them, the weight so as well: of all spikes that are at the synapse by now.
///
/// # Draws
/// `on_pre` draws by the key (seed, path, `on_pre`), `on_post` and the initial states by those of
/// `on_post` and `init`, all by the index `source · 2^32 + ordinal` and the step in which the spike is at
/// the synapse (0 for initial states). Parameters and initial values that are distributions are drawn as
/// weights are, for the purposes `parameter.<name>` and `init.<name>`.
#[derive(Clone, Debug, PartialEq)]
pub struct SynapseModel {
    /// What happens.
    pub synapse: Arc<Synapse>,
    /// Values of all parameters, in the synapse's order and units. Expressions may use `i` and `j`.
    pub parameters: Vec<Value>,
    /// Initial values of the states behind the weight, in their order; the synapse's own where absent.
    pub initial: Vec<Option<Value>>,
    /// Read of the past: events of the targets, one element for each of the target signal; needed if
    /// there is `on_post`.
    pub post: Option<SignalId>,
    /// Which part of the delay is dendritic: 0 to 1.
    pub dendritic: f64,
}

impl SynapseModel {
    /// With default parameters.
    pub fn new(synapse: Arc<Synapse>) -> Self {
        let parameters = synapse.parameters().iter().map(|p| Value::Const(p.default)).collect();
        let initial = vec![None; synapse.states().len() - 1];
        Self { synapse, parameters, initial, post: None, dendritic: 1.0 }
    }

    /// The dendritic part of a delay, in steps.
    pub fn dendritic_steps(&self, delay: u32) -> u32 {
        ((self.dendritic * f64::from(delay)).round() as u32).min(delay)
    }

    /// The values that are given for single synapses, each with its purpose: parameters, and states
    /// behind the weight.
    pub fn variables(&self) -> impl Iterator<Item = (String, Option<&Value>)> {
        let parameters = self.synapse.parameters().iter().zip(&self.parameters);
        let states = self.synapse.states().iter().skip(1).zip(&self.initial);
        parameters
            .map(|(p, value)| (format!("parameter.{}", p.name), Some(value)))
            .chain(states.map(|(s, value)| (format!("init.{}", s.name), value.as_ref())))
    }
}

impl Deliver {
    /// Whether synapses have states, or numbers to draw.
    pub fn has_states(&self) -> bool {
        self.synapse.is_some()
    }
}
