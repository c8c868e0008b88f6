//! A projection becomes one operator: spikes through synapses, or through a product of signals that
//! learning rules may change.

use std::sync::Arc;

use pontine_core_ir::{
    Cells, Connectivity, Connector, ObjId, Path, Projection, ProjectionId, RuleConnectivity,
    SynapseList, Window, inventory,
    model::{Deliver, OperatorKind},
};

use super::{port::receptor_port, product, synapse::synapse};
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
    let connectivity = connectivity(builder, projection_id, projection, &path)?;
    let deliver = Deliver {
        source,
        target,
        connectivity: connectivity.clone(),
        weight: projection.weight.clone(),
        delay: projection.delay.clone(),
        synapse: synapse(builder, projection, population, &path)?,
    };
    builder.operator(&path, OperatorKind::Deliver(deliver));
    product::learn(builder, projection_id, &connectivity, source)
}

/// Spikes of an ensemble's neurons; its type must be a spiking one.
fn neuron_spikes(
    builder: &Builder<'_>,
    ensemble: pontine_core_ir::EnsembleId,
    path: &Path,
) -> Result<pontine_core_ir::SignalId, BuildError> {
    let signal = builder.output(ensemble)?;
    if builder.model().signals[signal].is_events() {
        return Ok(signal);
    }
    let message = format!("the neurons of `{}` do not spike", builder.path(ensemble));
    Err(BuildError::Unsupported { path: path.clone(), message })
}

fn connectivity(
    builder: &mut Builder<'_>,
    id: ProjectionId,
    projection: &Projection,
    path: &Path,
) -> Result<Connectivity, BuildError> {
    Ok(match &projection.connector {
        Connector::List(list) => Connectivity::List(Arc::new(SynapseList {
            source: through(&list.source, &window(builder, projection.source), path, "source")?,
            target: through(&list.target, &window(builder, projection.target), path, "target")?,
            ..(**list).clone()
        })),
        Connector::Rule(spec) => Connectivity::Rule(RuleConnectivity {
            spec: spec.clone(),
            source: window(builder, projection.source),
            target: window(builder, projection.target),
            same_cells: projection.source == projection.target,
        }),
        Connector::Factored(product) => product::one(builder, id, product)?,
        Connector::Blocks(blocks) => product::blocks(builder, id, blocks)?,
    })
}

/// Indices of a list, which count the cells of a view, as places in the signal.
fn through(
    indices: &[u32],
    window: &Window,
    path: &Path,
    side: &str,
) -> Result<Vec<u32>, BuildError> {
    let n = window.len();
    match indices.iter().find(|&&i| i as usize >= n) {
        None => Ok(indices.iter().map(|&i| window.at(i as usize)).collect()),
        Some(i) => Err(BuildError::Unsupported {
            path: path.clone(),
            message: format!("the list names {side} cell {i}, but there are {n}"),
        }),
    }
}

pub(super) fn window(builder: &Builder<'_>, cells: Cells) -> Window {
    let network = builder.network();
    match cells {
        Cells::Population(id) => Window::All(network.populations[id].size),
        Cells::View(id) => Window::Some(network.views[id].indices.clone()),
        Cells::Neurons(id) => Window::All(network.ensembles[id].n_neurons),
    }
}

#[cfg(test)]
mod tests {
    use pontine_core_ir::{Network, Population, PopulationView, SynapseList, Value};

    use super::*;
    use crate::build;

    fn with_list(source: Vec<u32>) -> Result<pontine_core_ir::Model, String> {
        let mut network = Network::new("");
        let a = network.add(Population::new("SpikeSourcePoisson", 9).unwrap().labelled("a"));
        let b = network.add(Population::new("IF_curr_exp", 9).unwrap().labelled("b"));
        let view = PopulationView { label: None, population: a, indices: [5, 3].into() };
        let view = network.add(view);
        let target = vec![0; source.len()];
        let list = SynapseList { source, target, ..SynapseList::default() };
        network.add(Projection {
            label: Some("p".into()),
            source: view.into(),
            target: b.into(),
            receptor: "excitatory".into(),
            connector: Connector::List(Arc::new(list)),
            weight: Value::Const(1.0),
            delay: Value::Const(1.0),
            learning: Vec::new(),
            synapse: None,
        });
        build(&network, &Default::default()).map_err(|e| e.to_string())
    }

    #[test]
    fn a_list_counts_the_cells_of_a_view() {
        let model = with_list(vec![1, 0]).unwrap();
        let id = model.operator("Projection:p", 0).unwrap();
        let OperatorKind::Deliver(deliver) = &model.operators[id].kind else { panic!() };
        let Connectivity::List(list) = &deliver.connectivity else { panic!() };
        assert_eq!(list.source, [3, 5]);
    }

    #[test]
    fn a_list_stays_within_its_view() {
        assert_eq!(
            with_list(vec![2]).unwrap_err(),
            "`Projection:p`: the list names source cell 2, but there are 2"
        );
    }
}
