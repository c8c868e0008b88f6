//! `pontine info`.

use std::{
    collections::BTreeMap,
    io::{self, Write},
};

use pontine_core_ir::{
    Model, Network, Synapses,
    model::{OperatorKind, RecordTarget},
    port::{Backend, CompileOptions, Estimate},
};
use pontine_io::LoadedModel;
use pontine_road::{BuildOptions, Road, RoadError, available_bytes, n_steps};

use crate::{
    arguments::InfoArguments,
    error::CliError,
    model, space,
    table::{Table, number, size},
};

/// Tells what a model file holds: objects, parameters, synapses, memory.
pub(crate) fn info(arguments: &InfoArguments, out: &mut dyn Write) -> Result<(), CliError> {
    let loaded = model::load(&arguments.model.model, &arguments.model.changes, None, &[])?;
    let backend = arguments.engine.backend.backend();
    let options = arguments.engine.options();
    let (model, estimate) =
        built(&loaded, backend, &options).map_err(|error| CliError::road(&loaded, &error))?;
    head(&loaded, out)?;
    parameters(&loaded, out)?;
    cells(&loaded.network, out)?;
    synapses(&loaded.network, &model, out)?;
    records(&loaded, &model, out)?;
    published(&loaded, out)?;
    writeln!(
        out,
        "\n{} neurons, about {:.0} synapses, {} on backend `{}` in {}",
        n_neurons(&loaded.network),
        estimate.synapses,
        size(estimate.bytes),
        backend.name(),
        options.precision
    )?;
    needs(&estimate, out)?;
    Ok(())
}

/// Values that hold for these parameters, but for those of populations, which a run shows beside its own.
fn published(loaded: &LoadedModel, out: &mut dyn Write) -> io::Result<()> {
    let mut table = Table::new(&["published", "value", "unit", "source"]);
    for reference in loaded.references.iter().filter(|reference| reference.holds) {
        for (name, measured) in &reference.values {
            let spread = measured.value.sd.map(|sd| format!(" ± {}", number(sd)));
            let value = format!("{}{}", number(measured.value.mean), spread.unwrap_or_default());
            table.row(vec![name.clone(), value, measured.unit.clone(), reference.source.clone()]);
        }
    }
    if !table.is_empty() {
        writeln!(out)?;
        table.write(out)?;
    }
    Ok(())
}

/// What needs most memory, and how much there is.
fn needs(estimate: &Estimate, out: &mut dyn Write) -> io::Result<()> {
    if let Some((path, bytes)) = &estimate.largest {
        writeln!(out, "`{path}` needs most: {}", size(*bytes))?;
    }
    match available_bytes() {
        Some(bytes) if estimate.bytes > bytes as f64 => {
            writeln!(out, "does not fit: only {} are available", size(bytes as f64))
        }
        Some(bytes) => writeln!(out, "fits: {} are available", size(bytes as f64)),
        None => Ok(()),
    }
}

/// What a run of the default time records.
fn records(loaded: &LoadedModel, model: &Model, out: &mut dyn Write) -> Result<(), CliError> {
    let d = &loaded.defaults;
    let n_steps = n_steps(d.time_s, d.dt_s).map_err(|error| CliError::road(loaded, &error))?;
    let mut table = Table::new(&["record", "elements", "every", "unit", "size"]);
    for (_, record) in model.records.iter() {
        let (every, bytes) = match record.target {
            RecordTarget::Events(_) => ("spike".into(), "as many as come".into()),
            RecordTarget::Signal(_) | RecordTarget::State(..) => {
                let ms = record.every * model.dt * 1e3;
                let every = format!("{} ms", number((ms * 1e9).round() / 1e9));
                (every, size(space::bytes_of(model, record, n_steps)))
            }
        };
        let width = record.width(model).to_string();
        table.row(vec![record.path.to_string(), width, every, record.unit.clone(), bytes]);
    }
    if !table.is_empty() {
        writeln!(out)?;
        table.write(out)?;
    }
    Ok(())
}

/// Neurons of ensembles, and cells that have receptors or inputs besides a rate: sources of spikes
/// are no neurons.
pub(crate) fn n_neurons(network: &Network) -> u64 {
    let cells = network.populations.iter().filter(|(_, p)| !p.mechanism.receptors.is_empty());
    let cells: usize = cells.map(|(_, population)| population.size).sum();
    let ensembles: usize = network.ensembles.iter().map(|(_, ensemble)| ensemble.n_neurons).sum();
    (cells + ensembles) as u64
}

fn built(
    loaded: &LoadedModel,
    backend: &dyn Backend,
    options: &CompileOptions,
) -> Result<(Model, Estimate), RoadError> {
    let build = BuildOptions { dt: loaded.defaults.dt_s, seed: loaded.defaults.seed };
    let road = Road::new(backend).options(build, options.clone());
    let (model, _, _) = road.model(&loaded.network)?;
    let estimate = backend.estimate(&model, options)?;
    Ok((model, estimate))
}

fn head(loaded: &LoadedModel, out: &mut dyn Write) -> io::Result<()> {
    let d = &loaded.defaults;
    writeln!(out, "{}  {}", loaded.name, loaded.description)?;
    writeln!(
        out,
        "time {} s, dt {} ms, seed {}, statistics from {} s",
        number(d.time_s),
        number(d.dt_s * 1e3),
        d.seed,
        number(d.discard_s)
    )?;
    let objects = objects(&loaded.network);
    let counts: Vec<_> = objects.iter().map(|(kind, n)| format!("{kind} {n}")).collect();
    writeln!(out, "objects: {}", counts.join(", "))
}

fn objects(network: &Network) -> BTreeMap<&'static str, usize> {
    let mut counts = BTreeMap::new();
    // The first object is the network itself.
    for id in network.objects().skip(1) {
        *counts.entry(id.kind()).or_insert(0) += 1;
    }
    counts
}

fn parameters(loaded: &LoadedModel, out: &mut dyn Write) -> io::Result<()> {
    if loaded.parameters.is_empty() {
        return Ok(());
    }
    writeln!(out, "\nparameters (change with --set parameters.NAME=VALUE)")?;
    let width = loaded.parameters.iter().map(|p| p.name.len()).max().unwrap_or(0);
    for parameter in &loaded.parameters {
        writeln!(out, "  {:width$}  {}", parameter.name, parameter.value)?;
    }
    Ok(())
}

fn cells(network: &Network, out: &mut dyn Write) -> io::Result<()> {
    let paths = network.paths();
    let mut table = Table::new(&["cells", "kind", "size"]);
    for (id, ensemble) in network.ensembles.iter() {
        let params = network.ensemble_params(id);
        let kind = format!("{} × {} d", params.neuron_type.kind, ensemble.dimensions);
        table.row(vec![paths[id.into()].to_string(), kind, ensemble.n_neurons.to_string()]);
    }
    for (id, population) in network.populations.iter() {
        let kind = population.mechanism.name.clone();
        table.row(vec![paths[id.into()].to_string(), kind, population.size.to_string()]);
    }
    if table.is_empty() {
        Ok(())
    } else {
        writeln!(out).and_then(|()| table.write(out))?;
        mechanisms(network, out)
    }
}

/// Parameters of each kind of cells, with units and defaults.
fn mechanisms(network: &Network, out: &mut dyn Write) -> io::Result<()> {
    let mechanisms: BTreeMap<_, _> =
        network.populations.iter().map(|(_, p)| (&p.mechanism.name, &p.mechanism)).collect();
    for (name, mechanism) in mechanisms {
        let one = |p: &pontine_core_ir::Mechanism, i: usize| {
            let parameter = &p.parameters[i];
            let text = format!("{} = {} {}", parameter.name, parameter.default, parameter.unit);
            text.trim_end().to_owned()
        };
        let all: Vec<_> = (0..mechanism.parameters.len()).map(|i| one(mechanism, i)).collect();
        writeln!(out, "\n{name}, defaults: {}", all.join(", "))?;
    }
    Ok(())
}

fn synapses(network: &Network, model: &Model, out: &mut dyn Write) -> Result<(), CliError> {
    let mut table = Table::new(&["projection", "connector", "expected synapses"]);
    let connectors = connectors(network);
    for (_, operator) in model.operators.iter() {
        let OperatorKind::Deliver(deliver) = &operator.kind else { continue };
        let prepared = Synapses::new(
            &deliver.connectivity,
            &deliver.weight,
            &deliver.delay,
            &operator.path,
            model.seed,
            model.dt,
        );
        let expected = prepared.map(|synapses| format!("{:.0}", synapses.n_expected()));
        let path = operator.path.to_string();
        let connector = connectors.get(&path).cloned().unwrap_or_default();
        table.row(vec![path, connector, expected.unwrap_or_default()]);
    }
    if !table.is_empty() {
        writeln!(out)?;
        table.write(out)?;
    }
    Ok(())
}

fn connectors(network: &Network) -> BTreeMap<String, String> {
    use pontine_core_ir::Connector;
    let paths = network.paths();
    let text = |connector: &Connector| match connector {
        Connector::Rule(spec) => spec.to_string(),
        Connector::List(_) => "list".to_owned(),
        Connector::Factored(product) => format!("factored, {} decoded", product.n_decoded()),
        Connector::Blocks(blocks) => format!("{} blocks of factors", blocks.len()),
    };
    let projections = network.projections.iter();
    projections.map(|(id, p)| (paths[id.into()].to_string(), text(&p.connector))).collect()
}
