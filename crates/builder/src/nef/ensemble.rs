//! An ensemble: an input vector, encoded into currents, and its neurons; or, in direct mode, the
//! vector alone.
//!
//! Part 0 resets the input, part 1 sets the currents to the biases, part 2 adds the encoded input,
//! parts from 3 hold the neurons. The numbers drawn are kept under `<path>.eval_points`, `.encoders`,
//! `.max_rates`, `.intercepts`, `.gain`, `.bias`, `.scaled_encoders` and `.seed`.

use std::rc::Rc;

use ndarray::{Array2, ArrayView2};
use pontine_core_ir::{
    EnsembleId, ObjId, OperatorId, SignalId, Spec, Tensor, inventory,
    model::{OperatorKind, Signal},
    network::EnsembleParams,
};
use pontine_nef::{Drawn, Tuning};

use super::{
    neurons::{DIRECT, NeuronType},
    populations, process, target,
};
use crate::{builder::Builder, error::BuildError, registry::ObjectEntry, warning::Warning};

inventory::submit! {
    ObjectEntry { kind: "Ensemble", build, place: module_path!() }
}

/// The noise, apart from what each ensemble has.
const NOISE_PART: u16 = 1000;

/// What connections and probes need to know of an ensemble with neurons.
pub(crate) struct BuiltEnsemble {
    pub(super) neurons: NeuronType,
    pub(super) tuning: Tuning,
    pub(super) params: EnsembleParams,
    /// Encoders times gain / radius: (n, dimensions).
    pub(super) encoders: SignalId,
    /// The input currents of the neurons: (n,).
    pub(super) current: SignalId,
    /// Operators that hold states of the neurons.
    pub(super) stages: Vec<OperatorId>,
}

impl BuiltEnsemble {
    /// Rates (Hz) at points: (points, neurons).
    pub(crate) fn activities(&self, points: ArrayView2<'_, f64>) -> Array2<f64> {
        self.tuning.activities(points, &self.neurons.model())
    }

    /// Its own evaluation points.
    pub(crate) fn points(&self) -> ArrayView2<'_, f64> {
        self.tuning.eval_points.view()
    }
}

fn build(builder: &mut Builder<'_>, id: ObjId) -> Result<(), BuildError> {
    let ObjId::Ensemble(ensemble) = id else { return Ok(()) };
    let params = builder.network().ensemble_params(ensemble);
    if params.neuron_type.kind == DIRECT {
        return direct(builder, id, ensemble, &params);
    }
    let neurons = NeuronType::resolve(&params.neuron_type);
    let neurons = neurons.map_err(|refusal| refusal.built(builder.path(id)))?;
    let tuning = tune(builder, ensemble, &params, &neurons)?;
    warn(builder, ensemble);
    keep(builder, id, &tuning);
    let (encoders, current) = encode(builder, id, &tuning)?;
    if let Some(noise) = &params.noise {
        add_noise(builder, id, noise, current)?;
    }
    let stages = populations::build(builder, ensemble, &neurons, current)?;
    builder.set_cells(id, stages[0]);
    let built = BuiltEnsemble { neurons, tuning, params, encoders, current, stages };
    builder.set_ensemble(ensemble, Rc::new(built));
    Ok(())
}

/// Gains and biases stand in place of what else tunes neurons.
fn warn(builder: &mut Builder<'_>, id: EnsembleId) {
    let options = &builder.network().ensembles[id].options;
    let what = match (&options.max_rates, &options.intercepts) {
        (Some(_), Some(_)) => "max rates and intercepts",
        (Some(_), None) => "max rates",
        (None, Some(_)) => "intercepts",
        (None, None) => return,
    };
    if options.gain.is_some() && options.bias.is_some() {
        let path = builder.path(id);
        builder.warn(Warning::Overruled { path, what });
    }
}

/// A process of as many elements as there are neurons, added to their currents.
fn add_noise(
    builder: &mut Builder<'_>,
    id: ObjId,
    noise: &Spec,
    current: SignalId,
) -> Result<(), BuildError> {
    let path = builder.path(id);
    let n = builder.model().signals[current].len();
    let host = process::host(builder, id, noise, n)?;
    let y = builder.signal(Signal::temporary(path.part("noise"), &[n]));
    builder.operator_at(&path, NOISE_PART, OperatorKind::Host { host, x: None, y });
    target::copy(builder, &path, y, current, None);
    Ok(())
}

/// Without neurons the input is the output.
fn direct(
    builder: &mut Builder<'_>,
    id: ObjId,
    ensemble: EnsembleId,
    params: &EnsembleParams,
) -> Result<(), BuildError> {
    let path = builder.path(id);
    let known = params.neuron_type.check_names(&[]);
    known.map_err(|source| BuildError::Spec { path: path.clone(), source })?;
    let seed = Tensor::scalar(f64::from(builder.seed(id)));
    builder.keep(&path, "seed", seed);
    let d = builder.network().ensembles[ensemble].dimensions;
    let input = builder.signal(Signal::temporary(path.part("in"), &[d]));
    builder.operator(&path, OperatorKind::Reset { target: input, value: 0.0 });
    builder.set_input(id, input);
    builder.set_output(id, input);
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

/// From the input vector to the currents of the neurons: the encoders and those.
fn encode(
    builder: &mut Builder<'_>,
    id: ObjId,
    tuning: &Tuning,
) -> Result<(SignalId, SignalId), BuildError> {
    let path = builder.path(id);
    let (n, d) = tuning.encoders.dim();
    let input = builder.signal(Signal::temporary(path.part("in"), &[d]));
    let current = builder.signal(Signal::temporary(path.part("neurons.in"), &[n]));
    let bias = builder.signal(Signal::constant(path.part("bias"), tuning.bias.clone().into()));
    let encoders = tuning.scaled_encoders.clone().into();
    let encoders = builder.parameter(&path, "encoders", encoders)?;
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
    Ok((encoders, current))
}
