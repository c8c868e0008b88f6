//! Rules 9 to 12 of [validity](super::validate): numbers of NEF objects, and what goes with what.

use std::collections::HashSet;

use super::{
    Connection, EndObject, Endpoint, Ensemble, EnsembleOptions, Network, NetworkFault, Node,
    NodeOutput, Paths, Samples,
};
use crate::{function::Function, path::Path, tensor::Tensor};

/// All that is wrong with them.
pub(super) fn faults(network: &Network, paths: &Paths) -> Vec<NetworkFault> {
    let mut check = Check { faults: Vec::new() };
    for (id, subnetwork) in network.subnetworks.iter() {
        let (path, config) = (&paths[id.into()], &subnetwork.config);
        check.options(path, &config.ensemble, None);
        check.sampling(path, config.probe_sample_every);
    }
    for (id, ensemble) in network.ensembles.iter() {
        check.options(&paths[id.into()], &ensemble.options, Some(ensemble));
    }
    network.nodes.iter().for_each(|(id, node)| check.node(&paths[id.into()], node));
    network.connections.iter().for_each(|(id, c)| check.connection(&paths[id.into()], c));
    network
        .probes
        .iter()
        .for_each(|(id, probe)| check.sampling(&paths[id.into()], probe.sample_every));
    check.faults
}

struct Check {
    faults: Vec<NetworkFault>,
}

impl Check {
    fn options(&mut self, path: &Path, options: &EnsembleOptions, of: Option<&Ensemble>) {
        if let Some(radius) = options.radius
            && !(radius >= 1e-10 && radius.is_finite())
        {
            self.value(path, "the radius", radius, "finite and at least 1e-10");
        }
        if options.n_eval_points == Some(0) {
            self.value(path, "the number of evaluation points", 0.0, "at least 1");
        }
        let Some(&Ensemble { n_neurons, dimensions, .. }) = of else { return };
        // One of them alone is the fault.
        let (gain, bias) = (&options.gain, &options.bias);
        let both = |samples| if gain.is_some() && bias.is_some() { samples } else { &None };
        for (what, samples) in [
            ("the array of intercepts", &options.intercepts),
            ("the array of max rates", &options.max_rates),
            ("the array of gains", both(gain)),
            ("the array of biases", both(bias)),
        ] {
            self.array(path, what, samples.as_ref(), &[n_neurons]);
        }
        let shape = [n_neurons, dimensions];
        self.array(path, "the array of encoders", options.encoders.as_ref(), &shape);
        if let Some(Samples::Array(points)) = &options.eval_points {
            self.points(path, points, dimensions);
        }
    }

    fn node(&mut self, path: &Path, node: &Node) {
        let NodeOutput::Constant(values) = &node.output else { return };
        if let Some(value) = values.data().iter().find(|value| !value.is_finite()) {
            self.value(path, "its output", *value, "finite");
        }
        self.array(path, "its output", Some(&Samples::Array(values.clone())), &[node.size_out]);
    }

    fn connection(&mut self, path: &Path, connection: &Connection) {
        let from_ensemble = matches!(connection.pre.object, EndObject::Ensemble(_));
        let points = &connection.options.eval_points;
        if points.is_some() && !from_ensemble {
            self.misplaced(path, "evaluation points are of use only where it leaves an ensemble");
        }
        match &connection.function {
            Some(_) if matches!(connection.pre.object, EndObject::Neurons(_)) => {
                self.misplaced(path, "a function is of what an ensemble represents or of a node");
            }
            Some(Function::Table(table)) if from_ensemble => self.table(path, table, points),
            _ => {}
        }
        let is_matrix = connection.transform.shape().len() == 2;
        if is_matrix && (repeats(&connection.pre) || repeats(&connection.post)) {
            self.misplaced(path, "a matrix does not go with a slice that takes a dimension twice");
        }
    }

    /// A table has a row for each of the connection's own points.
    fn table(&mut self, path: &Path, table: &Tensor, points: &Option<Samples>) {
        match points {
            Some(Samples::Array(points)) => {
                let rows = |tensor: &Tensor| tensor.shape().first().copied().unwrap_or(1);
                let columns = table.as_matrix().map_or(1, |(_, columns)| columns);
                if rows(table) != rows(points) {
                    self.shape(path, "the function's table", table, &[rows(points), columns]);
                }
            }
            Some(Samples::Distribution(_)) | None => {
                self.misplaced(path, "a table of results needs the points that they belong to");
            }
        }
    }

    fn sampling(&mut self, path: &Path, sample_every: Option<f64>) {
        if let Some(every) = sample_every
            && !(every > 0.0 && every.is_finite())
        {
            self.value(path, "the time between samples", every, "finite and more than 0 s");
        }
    }

    fn points(&mut self, path: &Path, points: &Tensor, dimensions: usize) {
        if points.as_matrix().is_none_or(|(_, columns)| columns != dimensions) {
            let rows = points.shape().first().copied().unwrap_or(1);
            self.shape(path, "the array of evaluation points", points, &[rows, dimensions]);
        }
    }

    /// A vector may stand for one column.
    fn array(
        &mut self,
        path: &Path,
        what: &'static str,
        samples: Option<&Samples>,
        shape: &[usize],
    ) {
        let Some(Samples::Array(numbers)) = samples else { return };
        let columns = shape.get(1).copied().unwrap_or(1);
        if numbers.as_matrix() != Some((shape[0], columns)) {
            self.shape(path, what, numbers, shape);
        }
    }

    fn value(&mut self, path: &Path, what: &'static str, found: f64, expected: &'static str) {
        self.faults.push(NetworkFault::Value { path: path.clone(), what, found, expected });
    }

    fn shape(&mut self, path: &Path, what: &'static str, found: &Tensor, expected: &[usize]) {
        self.faults.push(NetworkFault::Shape {
            path: path.clone(),
            what,
            found: found.shape().to_vec(),
            expected: expected.to_vec(),
        });
    }

    fn misplaced(&mut self, path: &Path, what: &'static str) {
        self.faults.push(NetworkFault::Misplaced { path: path.clone(), what });
    }
}

fn repeats(end: &Endpoint) -> bool {
    let mut seen = HashSet::new();
    end.slice.iter().flat_map(|slice| slice.iter()).any(|index| !seen.insert(index))
}
