//! A projection becomes one operator: spikes through synapses.

use pontine_core_ir::{
    Cells, Connectivity, Connector, ObjId, Projection, RuleConnectivity, Window, inventory,
    model::{Deliver, OperatorKind},
};

use super::port::receptor_port;
use crate::{builder::Builder, error::BuildError, registry::ObjectEntry};

inventory::submit! {
    ObjectEntry { kind: "Projection", build, place: module_path!() }
}

fn build(builder: &mut Builder<'_>, id: ObjId) -> Result<(), BuildError> {
    let ObjId::Projection(projection_id) = id else { return Ok(()) };
    let network = builder.network();
    let projection = &network.projections[projection_id].object;
    let path = builder.path(id);
    let source = match projection.source {
        Cells::Population(source) => builder.output(source)?,
        Cells::View(view) => builder.output(network.views[view].population)?,
        Cells::Neurons(ensemble) => neuron_spikes(builder, ensemble, &path)?,
    };
    let Some(population) = network.population_of(projection.target) else {
        return Err(BuildError::Unsupported {
            path,
            message: "synapses need a receptor, which only cells of a population have".into(),
        });
    };
    let target = receptor_port(builder, population, &projection.receptor)?;
    let connectivity = connectivity(builder, projection);
    let deliver = Deliver {
        source,
        target,
        connectivity,
        weight: projection.weight.clone(),
        delay: projection.delay.clone(),
    };
    builder.operator(&path, OperatorKind::Deliver(deliver));
    Ok(())
}

/// Spikes of an ensemble's neurons; its type must be a spiking one.
fn neuron_spikes(
    builder: &Builder<'_>,
    ensemble: pontine_core_ir::EnsembleId,
    path: &pontine_core_ir::Path,
) -> Result<pontine_core_ir::SignalId, BuildError> {
    let signal = builder.output(ensemble)?;
    if builder.model().signals[signal].is_events() {
        return Ok(signal);
    }
    let message = format!("the neurons of `{}` do not spike", builder.path(ensemble));
    Err(BuildError::Unsupported { path: path.clone(), message })
}

fn connectivity(builder: &Builder<'_>, projection: &Projection) -> Connectivity {
    match &projection.connector {
        Connector::List(list) => Connectivity::List(list.clone()),
        Connector::Rule(spec) => Connectivity::Rule(RuleConnectivity {
            spec: spec.clone(),
            source: window(builder, projection.source),
            target: window(builder, projection.target),
            same_cells: projection.source == projection.target,
        }),
    }
}

fn window(builder: &Builder<'_>, cells: Cells) -> Window {
    let network = builder.network();
    match cells {
        Cells::Population(id) => Window::All(network.populations[id].size),
        Cells::View(id) => Window::Some(network.views[id].indices.clone()),
        Cells::Neurons(id) => Window::All(network.ensembles[id].n_neurons),
    }
}
