//! The neurons of an ensemble: the cells that take its currents, and what turns their rates into
//! spikes where the neuron type asks for that.

use std::sync::Arc;

use pontine_core_ir::{
    EnsembleId, ObjId, OperatorId, Path, Samples, SignalId, Spec, Value,
    model::{Neurons, OperatorKind, Signal},
};
use pontine_mechanism::lang::{Output, OutputKind, State};
use pontine_nef::resolve_vector;
use pontine_rng::RandomState;

use super::{
    neurons::{Cells, NeuronType, Spiking},
    random_spiking::RandomSpiking,
};
use crate::{builder::Builder, error::BuildError};

/// Operators from the currents to the output of the neurons; those that hold states.
pub(super) fn build(
    builder: &mut Builder<'_>,
    ensemble: EnsembleId,
    neurons: &NeuronType,
    current: SignalId,
) -> Result<Vec<OperatorId>, BuildError> {
    let id = ObjId::from(ensemble);
    // The generator that Nengo keeps for the states of neurons.
    let mut initial = Initial { neurons, rng: RandomState::new(builder.seed(id).wrapping_add(1)) };
    let (first, rate) = stage(builder, ensemble, &neurons.cells, &mut initial, current)?;
    let mut stages = vec![first];
    let output = match &neurons.behind {
        None => rate,
        Some(Spiking::Regular(cells)) => {
            let (second, spikes) = stage(builder, ensemble, cells, &mut initial, rate)?;
            stages.push(second);
            spikes
        }
        Some(Spiking::Random { draws, amplitude }) => {
            let host = RandomSpiking {
                draws: *draws,
                amplitude: *amplitude,
                rng: initial.rng,
                drawn_by: builder.model().seed,
                path: builder.path(id),
            };
            random(builder, &builder.path(id), host, rate)
        }
    };
    builder.set_output(id, output);
    Ok(stages)
}

/// Cells behind a signal, and their output.
fn stage(
    builder: &mut Builder<'_>,
    ensemble: EnsembleId,
    cells: &Cells,
    initial: &mut Initial<'_>,
    input: SignalId,
) -> Result<(OperatorId, SignalId), BuildError> {
    let path = builder.path(ensemble);
    let n = builder.network().ensembles[ensemble].n_neurons;
    let mechanism = cells.mechanism.clone();
    let mut inputs = vec![None; mechanism.inputs.len()];
    inputs[0] = Some(input);
    let outputs = outputs(builder, &path, cells, n);
    let output = outputs[0];
    let neurons = Neurons {
        n,
        parameters: cells.parameters.iter().map(|&value| Value::Const(value)).collect(),
        initial: initial.values(builder, &path, &mechanism.states, n)?,
        inputs,
        receptors: vec![None; mechanism.receptors.len()],
        outputs,
        exposed: vec![],
        mechanism,
    };
    Ok((builder.operator(&path, OperatorKind::Neurons(neurons)), output))
}

fn outputs(builder: &mut Builder<'_>, path: &Path, cells: &Cells, n: usize) -> Vec<SignalId> {
    let dt = builder.dt();
    let signal = |(i, output): (usize, &Output)| {
        let name = path.part("neurons").part(&output.name);
        builder.signal(match output.kind {
            OutputKind::Events { .. } => Signal::events(name, n, cells.amplitude(i, dt)),
            OutputKind::Dense => Signal::temporary(name, &[n]),
        })
    };
    cells.mechanism.outputs.iter().enumerate().map(signal).collect()
}

fn random(builder: &mut Builder<'_>, path: &Path, host: RandomSpiking, rate: SignalId) -> SignalId {
    let n = builder.model().signals[rate].len();
    let y = builder.signal(Signal::temporary(path.part("neurons").part("spikes"), &[n]));
    builder.operator(path, OperatorKind::Host { host: Arc::new(host), x: Some(rate), y });
    y
}

/// Draws initial states, in Nengo's order.
struct Initial<'a> {
    neurons: &'a NeuronType,
    rng: RandomState,
}

impl Initial<'_> {
    /// Imported; or what the neuron type says; or drawn as Nengo does; or the mechanism's own.
    fn values(
        &mut self,
        builder: &Builder<'_>,
        path: &Path,
        states: &[State],
        n: usize,
    ) -> Result<Vec<Option<Value>>, BuildError> {
        let value = |state: &State| {
            let drawn = self.value(path, state, n)?;
            Ok(imported(builder, path, &state.name, n)?.or(drawn))
        };
        states.iter().map(value).collect()
    }

    fn value(&mut self, path: &Path, state: &State, n: usize) -> Result<Option<Value>, BuildError> {
        let failed = |source| BuildError::Samples { path: path.clone(), source };
        let mut draw = |samples: &Samples| {
            let numbers = resolve_vector(samples, "initial states", n, &mut self.rng);
            Ok(Some(Value::from(numbers.map_err(failed)?.to_vec())))
        };
        match self.neurons.initial.get(&state.name) {
            Some(samples) => draw(samples),
            None if state.hidden => Ok(None),
            None if is_drawn(self.neurons, &state.name) => draw(&uniform()),
            // Nengo chooses among one value, which takes draws too.
            None => draw(&choice_of_zero()).map(|_| None),
        }
    }
}

fn is_drawn(neurons: &NeuronType, state: &str) -> bool {
    let spiking = matches!(neurons.behind, Some(Spiking::Regular(_))) && state == "voltage";
    spiking || neurons.maths.drawn_state() == Some(state)
}

fn uniform() -> Samples {
    Spec::new("Uniform").with("low", 0.0).with("high", 1.0).into()
}

fn choice_of_zero() -> Samples {
    Spec::new("Choice").with("options", vec![0.0]).into()
}

fn imported(
    builder: &Builder<'_>,
    path: &Path,
    state: &str,
    n: usize,
) -> Result<Option<Value>, BuildError> {
    let numbers = builder.network().imported.get(path.part(state).as_str());
    match numbers {
        None => Ok(None),
        Some(numbers) if numbers.shape() == [n] => Ok(Some(numbers.data().to_vec().into())),
        Some(numbers) => Err(BuildError::Shape {
            path: path.clone(),
            what: format!("the imported `{state}`"),
            found: numbers.shape().to_vec(),
            expected: vec![n],
        }),
    }
}
