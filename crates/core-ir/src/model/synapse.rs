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

#[cfg(test)]
mod tests {
    use crate::{
        Model, Synapses,
        model::{Deliver, OperatorKind},
    };

    fn model(rest: &str) -> Model {
        let text = "synapse S { units population parameter p = 0.5 state x = 1 \
                    on_pre { deliver w * p * x } on_post { x += 1 } }";
        let text = format!(
            "model dt=0.0001 seed=0 \"\"
             synapse {text:?}
             signal %0 \"pre\" events [2] amplitude=1.0
             signal %1 \"post\" events [3] amplitude=1.0
             signal %2 \"sum\" dense [3] temporary = [0.0, 0.0, 0.0]
             signal %3 \"few\" events [2] amplitude=1.0
             operator \"pre\" 0 spike_list %0 [[1], [2]]
             operator \"post\" 0 spike_list %1 [[], [], []]
             operator \"few\" 0 spike_list %3 [[], []]
             operator \"sum\" 0 reset %2 0.0
             operator \"p\" 0 deliver %0 -> %2 list [[0, 1], [1, 2]] weight=1.0 delay=1.0 synapse S {rest}"
        );
        Model::parse(&text).unwrap()
    }

    fn deliver(model: &Model) -> Deliver {
        let id = model.operator("p", 0).unwrap();
        let OperatorKind::Deliver(deliver) = &model.operators[id].kind else { panic!() };
        deliver.clone()
    }

    #[test]
    fn a_model_with_synapses_prints_and_reads_back() {
        let model = model(
            "dendritic=0.25 post=%1; parameter p=[0.1, 0.2]; init x=uniform(high=1.0, low=0.5)",
        );
        model.validate().unwrap();
        assert_eq!(Model::parse(&model.to_string()).unwrap(), model);
        let synapse = deliver(&model).synapse.unwrap();
        assert_eq!([1, 2, 4, 10].map(|d| synapse.dendritic_steps(d)), [0, 1, 1, 3]);
    }

    #[track_caller]
    fn check(rest: &str, expected: &str) {
        let message = model(rest).validate().unwrap_err().to_string();
        assert!(message.contains(expected), "{message}");
    }

    #[test]
    fn what_synapses_need_is_there() {
        check("dendritic=1.0", "`S` needs the spikes of the targets");
        check("dendritic=1.5 post=%1", "1.5 is no part of a delay");
        check("dendritic=1.0 post=%2", "`sum` carries no spikes");
        check("dendritic=1.0 post=%3", "`few` has 2 elements, but 3 are needed");
    }

    #[test]
    fn a_number_that_is_none_is_told_with_its_name() {
        let model = model("dendritic=1.0 post=%1; parameter p=inf");
        let deliver = deliver(&model);
        let synapse = deliver.synapse.clone().unwrap();
        let (purpose, value) = synapse.variables().next().unwrap();
        let path = crate::Path::from_text("Projection:p");
        let numbers = Synapses::of_variable(&deliver, value.unwrap(), &purpose, &path, 0, model.dt);
        let message = numbers.err().unwrap().to_string();
        assert_eq!(message, "`Projection:p`: a parameter.p of inf cannot be used");
    }
}
