//! An ensemble: an input vector, encoded into currents, and its neurons.
//!
//! Part 0 resets the input, part 1 sets the currents to the biases, part 2 adds the encoded input,
//! part 3 holds the neurons. The numbers drawn are kept under `<path>.eval_points`, `.encoders`,
//! `.max_rates`, `.intercepts`, `.gain`, `.bias`, `.scaled_encoders` and `.seed`.

use std::rc::Rc;

use pontine_core_ir::{
    EnsembleId, ObjId, Path, SignalId, Tensor, Value, inventory,
    model::{Neurons, OperatorKind, Signal},
    network::EnsembleParams,
};
use pontine_mechanism::lang::{Output, OutputKind, State};
use pontine_nef::{Drawn, Tuning};
use pontine_rng::RandomState;

use super::neurons::NeuronType;
use crate::{builder::Builder, error::BuildError, registry::ObjectEntry};

inventory::submit! {
    ObjectEntry { kind: "Ensemble", build, place: module_path!() }
}

/// What connections and probes need to know of an ensemble.
pub(crate) struct BuiltEnsemble {
    pub(super) neurons: NeuronType,
    pub(super) tuning: Tuning,
    pub(super) params: EnsembleParams,
    /// The input currents of the neurons: (n,).
    pub(super) current: SignalId,
}

fn build(builder: &mut Builder<'_>, id: ObjId) -> Result<(), BuildError> {
    let ObjId::Ensemble(ensemble) = id else { return Ok(()) };
    let params = builder.network().ensemble_params(ensemble);
    let neurons = NeuronType::resolve(builder, id, &params.neuron_type)?;
    let tuning = tune(builder, ensemble, &params, &neurons)?;
    keep(builder, id, &tuning);
    let current = encode(builder, id, &tuning);
    let neurons_kind = population(builder, ensemble, &neurons, current)?;
    let output = neurons_kind.outputs[0];
    let path = builder.path(id);
    let operator = builder.operator(&path, OperatorKind::Neurons(neurons_kind));
    builder.set_cells(id, operator);
    builder.set_output(id, output);
    builder.set_ensemble(ensemble, Rc::new(BuiltEnsemble { neurons, tuning, params, current }));
    Ok(())
}

fn tune(
    builder: &Builder<'_>,
    id: EnsembleId,
    params: &EnsembleParams,
    neurons: &NeuronType,
) -> Result<Tuning, BuildError> {
    let ensemble = &builder.network().ensembles[id];
    let (n, d) = (ensemble.n_neurons, ensemble.dimensions);
    check_radius(builder, id, params.radius)?;
    Drawn::new(params, n, d, builder.seed(id))
        .map_err(|source| BuildError::Samples { path: builder.path(id), source })?
        .tune(params.radius, &neurons.model())
        .map_err(|source| BuildError::Tuning { path: builder.path(id), source })
}

fn check_radius(builder: &Builder<'_>, id: EnsembleId, radius: f64) -> Result<(), BuildError> {
    if radius >= 1e-10 && radius.is_finite() {
        return Ok(());
    }
    let message = format!("the radius is {radius}, but must be finite and at least 1e-10");
    Err(BuildError::Unsupported { path: builder.path(id), message })
}

fn keep(builder: &mut Builder<'_>, id: ObjId, tuning: &Tuning) {
    let path = builder.path(id);
    let seed = Tensor::scalar(f64::from(builder.seed(id)));
    builder.keep(&path, "seed", seed);
    builder.keep(&path, "eval_points", tuning.eval_points.clone());
    builder.keep(&path, "encoders", tuning.encoders.clone());
    builder.keep(&path, "scaled_encoders", tuning.scaled_encoders.clone());
    builder.keep(&path, "max_rates", tuning.max_rates.clone());
    builder.keep(&path, "intercepts", tuning.intercepts.clone());
    builder.keep(&path, "gain", tuning.gain.clone());
    builder.keep(&path, "bias", tuning.bias.clone());
}

/// From the input vector to the currents of the neurons.
fn encode(builder: &mut Builder<'_>, id: ObjId, tuning: &Tuning) -> SignalId {
    let path = builder.path(id);
    let (n, d) = tuning.encoders.dim();
    let input = builder.signal(Signal::temporary(path.part("in"), &[d]));
    let current = builder.signal(Signal::temporary(path.part("neurons.in"), &[n]));
    let bias = builder.signal(Signal::constant(path.part("bias"), tuning.bias.clone().into()));
    let encoders = tuning.scaled_encoders.clone().into();
    let encoders = builder.signal(Signal::constant(path.part("encoders"), encoders));
    builder.operator(&path, OperatorKind::Reset { target: input, value: 0.0 });
    builder.operator(
        &path,
        OperatorKind::Copy {
            source: bias,
            source_index: None,
            target: current,
            target_index: None,
            inc: false,
        },
    );
    builder.operator(&path, OperatorKind::DotInc { a: encoders, x: input, y: current });
    builder.set_input(id, input);
    current
}

fn population(
    builder: &mut Builder<'_>,
    id: EnsembleId,
    neurons: &NeuronType,
    current: SignalId,
) -> Result<Neurons, BuildError> {
    let n = builder.network().ensembles[id].n_neurons;
    let mechanism = neurons.mechanism.clone();
    let mut inputs = vec![None; mechanism.inputs.len()];
    inputs[0] = Some(current);
    Ok(Neurons {
        n,
        parameters: neurons.parameters.iter().map(|&value| Value::Const(value)).collect(),
        initial: initial(builder, id, neurons)?,
        inputs,
        receptors: vec![None; mechanism.receptors.len()],
        outputs: outputs(builder, &builder.path(id), neurons, n),
        exposed: vec![],
        mechanism,
    })
}

fn outputs(
    builder: &mut Builder<'_>,
    path: &Path,
    neurons: &NeuronType,
    n: usize,
) -> Vec<SignalId> {
    let dt = builder.dt();
    let signal = |(i, output): (usize, &Output)| {
        let name = path.part("neurons").part(&output.name);
        builder.signal(match output.kind {
            OutputKind::Events { .. } => Signal::events(name, n, neurons.amplitude(i, dt)),
            OutputKind::Dense => Signal::temporary(name, &[n]),
        })
    };
    neurons.mechanism.outputs.iter().enumerate().map(signal).collect()
}

/// Initial states: imported, or drawn as Nengo does where the neuron type says so, or the
/// mechanism's own.
fn initial(
    builder: &Builder<'_>,
    id: EnsembleId,
    neurons: &NeuronType,
) -> Result<Vec<Option<Value>>, BuildError> {
    let n = builder.network().ensembles[id].n_neurons;
    let drawn = neurons.maths.drawn_state();
    let state = |state: &State| {
        if let Some(imported) = imported(builder, &builder.path(id), &state.name, n)? {
            return Ok(Some(imported));
        }
        Ok((drawn == Some(state.name.as_str())).then(|| draw(builder.seed(id), n)))
    };
    neurons.mechanism.states.iter().map(state).collect()
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

/// Uniform on [0, 1), from the generator that Nengo keeps for the state of neurons.
fn draw(ensemble_seed: u32, n: usize) -> Value {
    let mut rng = RandomState::new(ensemble_seed.wrapping_add(1));
    let mut numbers = vec![0.0; n];
    rng.fill_uniform(0.0, 1.0, &mut numbers);
    numbers.into()
}
