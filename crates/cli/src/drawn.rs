//! Figures of what a model is built of: tuning curves of its ensembles, weights of its projections.

use std::io::Write;

use pontine_core_ir::{
    Cells, EnsembleId, Model, Network, OperatorId, Param, ProjectionId, SignalId, SynapseRow,
    Synapses, Tensor,
    model::OperatorKind,
    port::{Address, Simulation},
    registry::mechanisms,
};
use pontine_io::{
    LoadedModel, RecordingError,
    plot::{self, TuningCurves, WeightMatrix},
};
use pontine_road::{BuildOptions, Prepared, Road};

use crate::{
    arguments::PlotArguments, error::CliError, figures::Gallery, folder::Folder, model, plot::told,
};

/// Most figures of a kind.
const MOST: usize = 12;

/// Builds a model and draws what it is built of.
pub(crate) fn plot(arguments: &PlotArguments, out: &mut dyn Write) -> Result<(), CliError> {
    let loaded = model::load(&arguments.what, &arguments.changes, None, &[])?;
    let build = BuildOptions { dt: loaded.defaults.dt_s, seed: loaded.defaults.seed };
    let road = Road::new(&pontine_backend_ref::Reference).options(build, Default::default());
    let prepared = road.build(&loaded.network);
    let prepared = prepared.map_err(|error| CliError::road(&loaded, &error))?;
    let folder = Folder::for_model(arguments.to.as_deref(), &loaded)?;
    let mut gallery = Gallery::new(&folder.path, arguments.format);
    draw(&loaded, &prepared, &mut gallery)?;
    told(&gallery, &folder.path, out)?;
    left_out(&loaded.network, out)
}

/// Tells of what models have more than is drawn.
fn left_out(network: &Network, out: &mut dyn Write) -> Result<(), CliError> {
    let numbers = [
        ("ensembles", network.ensembles.iter().count()),
        ("projections", network.projections.iter().count()),
    ];
    for (what, n) in numbers.iter().filter(|(_, n)| *n > MOST) {
        writeln!(out, "of the {n} {what}, at most {MOST} are drawn")?;
    }
    Ok(())
}

fn draw(loaded: &LoadedModel, prepared: &Prepared, gallery: &mut Gallery) -> Result<(), CliError> {
    let (network, model) = (&loaded.network, &prepared.model);
    let curves = network.ensembles.iter().filter_map(|(id, _)| tuning(network, model, id));
    for (name, curves) in curves.take(MOST) {
        gallery.add(&format!("tuning_{}", plain(&name)), &plot::tuning(&curves))?;
    }
    let simulation = &*prepared.simulation;
    let small = |(id, _)| {
        let (path, matrix) = weights(network, model, simulation, id)?;
        (!matrix.synapses.is_empty()).then_some((path, matrix))
    };
    let matrices = network.projections.iter().filter_map(small);
    for (path, matrix) in matrices.take(MOST) {
        draw_weights(&path, &matrix, gallery)?;
    }
    Ok(())
}

/// Draws the weights of the projection at a path.
pub(crate) fn draw_weights(
    path: &str,
    matrix: &WeightMatrix,
    gallery: &mut Gallery,
) -> Result<(), RecordingError> {
    gallery.add(&format!("weights_{}", plain(&plot::short(path))), &plot::weights(matrix))
}

/// Rates along the first dimension of what an ensemble represents.
fn tuning(network: &Network, model: &Model, id: EnsembleId) -> Option<(String, TuningCurves)> {
    const POINTS: usize = 401;
    let path = network.paths()[id.into()].to_string();
    let of = |part: &str| Some(model.built.get(&format!("{path}.{part}"))?.data());
    let (gain, bias, encoders) = (of("gain")?, of("bias")?, of("encoders")?);
    let (_, neurons) = model.neurons(&path)?;
    let maths = mechanisms().get(&neurons.mechanism.name).ok()?.maths?;
    let params = network.ensemble_params(id);
    let set = |name: &str, default: f64| match params.neuron_type.params.get(name) {
        Some(Param::Number(value)) => *value,
        _ => default,
    };
    let parameters = neurons.mechanism.parameters.iter().map(|p| set(&p.name, p.default));
    let parameters: Vec<f64> = parameters.collect();
    let part = |i: usize| 2.0 * i as f64 / (POINTS - 1) as f64 - 1.0;
    let dimensions = network.ensembles[id].dimensions.max(1);
    let curve = |(n, gain): (usize, &f64)| {
        let encoder = encoders.get(n * dimensions)?;
        let current = |i| gain * encoder * part(i) + bias.get(n).copied().unwrap_or(0.0);
        let mut rates: Vec<f64> = (0..POINTS).map(current).collect();
        maths.rates(&neurons.mechanism, &parameters, &mut rates);
        Some(rates)
    };
    let curves = gain.iter().enumerate().map(curve).collect::<Option<Vec<_>>>()?;
    let points = (0..POINTS).map(|i| params.radius * part(i)).collect();
    let name = plot::short(&path);
    let title = format!("Tuning of {name}");
    Some((name, TuningCurves { title, dimensions, points, curves }))
}

/// The path of a projection and the weights that its synapses have now.
pub(crate) fn weights(
    network: &Network,
    model: &Model,
    simulation: &dyn Simulation,
    id: ProjectionId,
) -> Option<(String, WeightMatrix)> {
    let projection = &network.projections[id].object;
    let path = network.paths()[id.into()].to_string();
    let operator = model.operator(&path, 0)?;
    let (source, target) = (cells(network, projection.source)?, cells(network, projection.target)?);
    let synapses = match products(model, simulation, operator) {
        Some(synapses) => synapses,
        None => single(simulation, operator)?,
    };
    let receptors =
        &network.populations[network.population_of(projection.target)?].mechanism.receptors;
    let receptor = receptors.iter().find(|receptor| receptor.name == projection.receptor);
    let unit = receptor.map(|receptor| receptor.unit.to_string()).unwrap_or_default();
    let title = format!("Weights of {}", plot::short(&path));
    Some((path, WeightMatrix { title, source, target, unit, synapses }))
}

/// Source, target and weight of each synapse.
fn single(simulation: &dyn Simulation, operator: OperatorId) -> Option<Vec<(u32, u32, f64)>> {
    let ends = simulation.read(Address::Synapses(operator)).ok()?;
    let weights = simulation.read(Address::Weights(operator)).ok()?;
    let weight = |i: usize| weights.get(i).or(weights.first()).copied().unwrap_or(0.0);
    let (pairs, _) = ends.as_chunks::<2>();
    let synapse = |(i, [from, to]): (usize, &[f64; 2])| (*from as u32, *to as u32, weight(i));
    Some(pairs.iter().enumerate().map(synapse).collect())
}

/// The same where weights are products of signals, as those are now.
fn products(
    model: &Model,
    simulation: &dyn Simulation,
    operator: OperatorId,
) -> Option<Vec<(u32, u32, f64)>> {
    let op = &model.operators[operator];
    let OperatorKind::Deliver(deliver) = &op.kind else { return None };
    if !deliver.connectivity.is_factored() {
        return None;
    }
    let scale = *simulation.read(Address::Weights(operator)).ok()?.first()?;
    let now = |signal: SignalId| {
        let initial = &model.signals[signal].initial;
        let numbers = simulation.read(Address::Signal(signal)).unwrap_or_default();
        Tensor::new(initial.shape(), numbers).unwrap_or_else(|| initial.clone())
    };
    let rows = Synapses::of_products(model, &op.path, deliver, scale, now);
    let (mut row, mut all) = (SynapseRow::default(), Vec::new());
    for source in 0..rows.n_major() {
        rows.fill(source, &mut row);
        let synapses = row.minor.iter().zip(&row.weights);
        all.extend(synapses.map(|(target, weight)| (source as u32, *target, *weight)));
    }
    Some(all)
}

/// Name and number of the population that cells belong to.
fn cells(network: &Network, cells: Cells) -> Option<(String, usize)> {
    let population = network.population_of(cells)?;
    let path = network.paths()[population.into()].to_string();
    Some((plot::short(&path), network.populations[population].size))
}

/// A name as a part of the name of a file.
fn plain(name: &str) -> String {
    let plain = |c: char| if c.is_alphanumeric() || "-_".contains(c) { c } else { '_' };
    name.chars().map(plain).collect()
}
