//! A neuron type by name: mechanisms with parameters, closed forms, spike height and initial states.
//!
//! Most types are one mechanism of their name. `RegularSpiking(base, amplitude)` puts a mechanism
//! behind that of a rate, `StochasticSpiking` and `PoissonSpiking` put draws of their own behind it.
//! A parameter `initial_<state>` is a number, an array or a distribution.

use std::{collections::BTreeMap, sync::Arc};

use pontine_core_ir::{
    Mechanism, Param, Samples, Spec, SpecError, Tensor,
    port::NeuronMaths,
    registry::{LookupError, mechanism, neuron_type},
};
use pontine_mechanism::{
    derive,
    lang::{OutputKind, Parameter},
};
use pontine_nef::NeuronModel;

use super::random_spiking::Draws;
use crate::refusal::Refusal;

/// Neurons that compute what their ensemble represents, without any neuron.
pub(crate) const DIRECT: &str = "Direct";

/// What names of initial states begin with.
const INITIAL: &str = "initial_";

/// A neuron type, resolved for one ensemble.
pub(crate) struct NeuronType {
    /// What takes the current.
    pub(super) cells: Cells,
    /// What comes behind its rate.
    pub(super) behind: Option<Spiking>,
    pub(super) maths: &'static dyn NeuronMaths,
    /// Initial values of states, by name.
    pub(super) initial: BTreeMap<String, Samples>,
}

/// A mechanism with the values of its parameters.
pub(crate) struct Cells {
    pub(super) mechanism: Arc<Mechanism>,
    /// In the mechanism's order and units, the same for all neurons.
    pub(super) parameters: Vec<f64>,
}

/// What turns rates into spikes.
pub(crate) enum Spiking {
    /// At regular intervals.
    Regular(Cells),
    /// At random.
    Random {
        /// How many in a step.
        draws: Draws,
        /// What a spike counts: its height is amplitude / dt.
        amplitude: f64,
    },
}

impl NeuronType {
    /// Finds the mechanisms of this name and sets their parameters.
    pub(crate) fn resolve(spec: &Spec) -> Result<Self, Refusal> {
        let (initial, spec) = initial(spec)?;
        match Spiking::draws_of(&spec.kind) {
            Some(draws) => Self::wrapped(&spec, draws, initial),
            None => Self::plain(&spec, initial),
        }
    }

    fn plain(spec: &Spec, initial: BTreeMap<String, Samples>) -> Result<Self, Refusal> {
        let entry = neuron_type(&spec.kind)?;
        let cells = Cells::resolve(entry.name, spec)?;
        let unusable = |what: &str| {
            let kind = &spec.kind;
            Refusal::Meaningless(format!("`{kind}` {what}, so it cannot be a neuron type"))
        };
        let maths = entry.maths.ok_or_else(|| unusable("has no known rates"))?;
        if cells.mechanism.inputs.is_empty() || cells.mechanism.outputs.is_empty() {
            return Err(unusable("has no input or no output"));
        }
        let neurons = Self { cells, behind: None, maths, initial };
        neurons.check_initial()?;
        Ok(neurons)
    }

    fn wrapped(
        spec: &Spec,
        draws: Option<Draws>,
        initial: BTreeMap<String, Samples>,
    ) -> Result<Self, Refusal> {
        let base = base(spec)?;
        let Self { cells, maths, initial: of_base, .. } = Self::resolve(base)?;
        if !cells.is_rate() {
            let message = format!("`{}` needs a rate as its base, not `{}`", spec.kind, base.kind);
            return Err(Refusal::Meaningless(message));
        }
        let mut own = spec.clone();
        own.params.remove("base");
        let behind = Spiking::resolve(&own, draws)?;
        let initial = of_base.into_iter().chain(initial).collect();
        let neurons = Self { cells, behind: Some(behind), maths, initial };
        neurons.check_initial()?;
        Ok(neurons)
    }

    /// What the mathematics needs of it.
    pub(super) fn model(&self) -> NeuronModel<'_> {
        let Cells { mechanism, parameters } = &self.cells;
        NeuronModel { maths: self.maths, mechanism, parameters }
    }

    fn check_initial(&self) -> Result<(), Refusal> {
        let behind = match &self.behind {
            Some(Spiking::Regular(cells)) => cells.mechanism.states.as_slice(),
            Some(Spiking::Random { .. }) | None => &[],
        };
        let states = self.cells.mechanism.states.iter().chain(behind);
        let known: Vec<&str> = states.filter(|s| !s.hidden).map(|s| s.name.as_str()).collect();
        match self.initial.keys().find(|name| !known.contains(&name.as_str())) {
            None => Ok(()),
            Some(name) => {
                let message = format!("`{INITIAL}{name}` names no state of its neurons");
                Err(Refusal::Meaningless(message))
            }
        }
    }
}

impl Cells {
    fn resolve(name: &str, spec: &Spec) -> Result<Self, LookupError> {
        let mechanism = mechanism(name)?;
        let parameters = parameters(&mechanism, spec)?;
        Ok(Self { mechanism, parameters })
    }

    /// Whether its first output is dense.
    fn is_rate(&self) -> bool {
        self.mechanism.outputs.first().is_some_and(|o| matches!(o.kind, OutputKind::Dense))
    }

    /// What a spike counts where it is read as dense: what the mechanism declares, or 1/dt Hz.
    pub(super) fn amplitude(&self, output: usize, dt_s: f64) -> f64 {
        let declared = match self.mechanism.outputs[output].kind {
            OutputKind::Events { amplitude } => amplitude,
            OutputKind::Dense => None,
        };
        let columns: Vec<&[f64]> = self.parameters.iter().map(std::slice::from_ref).collect();
        let dt = self.mechanism.units.dt_from_seconds(dt_s);
        let derived = derive(&self.mechanism, dt, &columns).ok();
        declared.zip(derived).map_or(1.0 / dt_s, |(index, derived)| derived[index][0])
    }
}

impl Spiking {
    /// Whether the kind stands behind a rate, and what it draws then.
    fn draws_of(kind: &str) -> Option<Option<Draws>> {
        match kind {
            "RegularSpiking" => Some(None),
            "StochasticSpiking" => Some(Some(Draws::Rounding)),
            "PoissonSpiking" => Some(Some(Draws::Poisson)),
            _ => None,
        }
    }

    fn resolve(spec: &Spec, draws: Option<Draws>) -> Result<Self, LookupError> {
        let Some(draws) = draws else {
            return Ok(Self::Regular(Cells::resolve(&spec.kind, spec)?));
        };
        spec.check_names(&["amplitude"])?;
        spec.params.iter().try_for_each(|(name, param)| bounded(spec, name, param))?;
        Ok(Self::Random { draws, amplitude: spec.number_or("amplitude", 1.0)? })
    }
}

fn base(spec: &Spec) -> Result<&Spec, SpecError> {
    match spec.params.get("base") {
        Some(Param::Spec(base)) => Ok(base),
        Some(other) => Err(spec.wrong("base", other, "a neuron type")),
        None => Err(SpecError::Missing { kind: spec.kind.clone(), name: "base" }),
    }
}

/// Initial states, and the specification without them.
fn initial(spec: &Spec) -> Result<(BTreeMap<String, Samples>, Spec), SpecError> {
    let mut rest = spec.clone();
    rest.params.retain(|name, _| !name.starts_with(INITIAL));
    let given =
        spec.params.iter().filter_map(|(name, p)| Some((name, name.strip_prefix(INITIAL)?, p)));
    let samples = given.map(|(name, state, param)| {
        let samples = match param {
            Param::Number(number) => {
                Samples::Distribution(Spec::new("Choice").with("options", vec![*number]))
            }
            Param::Array(numbers) => Samples::Array(Tensor::vector(numbers.clone())),
            Param::Spec(distribution) => Samples::Distribution((**distribution).clone()),
            Param::Bool(_) | Param::Text(_) => {
                return Err(spec.wrong(name, param, "a number, numbers or a distribution"));
            }
        };
        Ok((state.to_owned(), samples))
    });
    Ok((samples.collect::<Result<_, _>>()?, rest))
}

/// Parameters of Nengo's neuron types that are more than 0.
const POSITIVE: [&str; 4] = ["tau_rc", "tau_n", "tau_recovery", "amplitude"];

/// Those that are at least 0.
const NOT_NEGATIVE: [&str; 2] = ["tau_ref", "inc_n"];

/// Nengo's neuron types with such parameters.
const BOUNDED: [&str; 12] = [
    "AdaptiveLIF",
    "AdaptiveLIFRate",
    "Izhikevich",
    "LIF",
    "LIFRate",
    "PoissonSpiking",
    "RectifiedLinear",
    "RegularSpiking",
    "Sigmoid",
    "SpikingRectifiedLinear",
    "StochasticSpiking",
    "Tanh",
];

/// Holds a parameter of one of Nengo's neuron types against what that refuses.
fn bounded(spec: &Spec, name: &str, param: &Param) -> Result<(), SpecError> {
    let Param::Number(x) = *param else { return Ok(()) };
    let expected = if POSITIVE.contains(&name) && !(x > 0.0) {
        "more than 0"
    } else if NOT_NEGATIVE.contains(&name) && !(x >= 0.0) {
        "at least 0"
    } else if name == "min_voltage" && !(x <= 0.0) {
        "at most 0"
    } else {
        return Ok(());
    };
    if BOUNDED.contains(&spec.kind.as_str()) {
        Err(spec.wrong(name, param, expected))
    } else {
        Ok(())
    }
}

fn parameters(mechanism: &Mechanism, spec: &Spec) -> Result<Vec<f64>, SpecError> {
    let names: Vec<&str> = mechanism.parameters.iter().map(|p| p.name.as_str()).collect();
    spec.check_names(&names)?;
    spec.params.iter().try_for_each(|(name, param)| bounded(spec, name, param))?;
    let value = |p: &Parameter| match spec.params.get(&p.name) {
        None => Ok(p.default),
        // A limit may be left out by an infinite one.
        Some(Param::Number(value)) if !value.is_nan() => Ok(*value),
        Some(other) => Err(spec.wrong(&p.name, other, "a finite number")),
    };
    mechanism.parameters.iter().map(value).collect()
}
