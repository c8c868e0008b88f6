//! Numbers of a running model by stable path, and learned ones back in the network.

use std::{
    collections::{BTreeMap, btree_map::Entry},
    sync::Arc,
};

use pontine_core_ir::{
    Model, Network, Tensor,
    model::{OperatorKind, Role},
    port::{AccessError, Address},
};

use crate::{Prepared, RoadError};

impl Prepared {
    /// Paths of everything that [`read`](Self::read) and [`write`](Self::write) take, and their lengths:
    /// numbers that connections multiply by (`Connection:c.weights`, `.transform`), encoders, biases and
    /// states of ensembles (`Ensemble:a.encoders`, `Ensemble:a.voltage`), states and parameters of
    /// populations, what filters hold; in order.
    pub fn paths(&self) -> Vec<(String, usize)> {
        let model = &self.model;
        let signals = model.signals.iter().filter(|(_, signal)| signal.role != Role::Temporary);
        let mut paths: Vec<(String, usize)> =
            signals.map(|(_, signal)| (signal.path.to_string(), signal.len())).collect();
        for (_, op) in model.operators.iter() {
            let OperatorKind::Neurons(neurons) = &op.kind else { continue };
            let states = neurons.mechanism.states.iter().filter(|state| !state.hidden);
            paths.extend(states.map(|state| (op.path.part(&state.name).to_string(), neurons.n)));
        }
        paths.sort();
        paths.dedup();
        paths
    }

    /// Numbers by path, row by row: a signal, a state or parameter of cells, or weights of a projection.
    ///
    /// # Errors
    /// [`RoadError::Path`] if there is nothing of that name, [`RoadError::Access`] if it cannot be read.
    pub fn read(&self, path: &str) -> Result<Vec<f64>, RoadError> {
        Ok(self.simulation.read(self.address(path)?)?)
    }

    /// All parameters by path, as they are now: what connections multiply by, encoders and biases of
    /// ensembles, parameters of cells (one number, or one for each), weights (uS, nA or as the receptor
    /// has them) and delays (ms) of projections. [`write`](Self::write) takes each of them.
    ///
    /// # Errors
    /// [`RoadError::Access`] if the backend cannot read one.
    pub fn parameters(&self) -> Result<BTreeMap<String, Tensor>, RoadError> {
        let model = &self.model;
        let mut found = BTreeMap::new();
        let is_kept = |role| matches!(role, Role::Parameter | Role::Constant);
        let signals = model.signals.iter().filter(|(_, signal)| is_kept(signal.role));
        for (id, signal) in signals {
            let shape = signal.initial.shape();
            found.insert(signal.path.to_string(), self.tensor(Address::Signal(id), Some(shape))?);
        }
        for (id, op) in model.operators.iter() {
            let named: Vec<(&str, Address)> = match &op.kind {
                OperatorKind::Neurons(neurons) => {
                    let names = neurons.mechanism.parameters.iter().map(|p| p.name.as_str());
                    names.enumerate().map(|(i, name)| (name, Address::Parameter(id, i))).collect()
                }
                OperatorKind::Deliver(_) => {
                    vec![("weights", Address::Weights(id)), ("delays", Address::Delays(id))]
                }
                _ => continue,
            };
            for (name, address) in named {
                // What has a signal of its own, as the factors of a product have, is known already.
                if let Entry::Vacant(place) = found.entry(op.path.part(name).to_string()) {
                    place.insert(self.tensor(address, None)?);
                }
            }
        }
        Ok(found)
    }

    fn tensor(&self, address: Address, shape: Option<&[usize]>) -> Result<Tensor, RoadError> {
        let numbers = self.simulation.read(address)?;
        let found = numbers.len();
        let shape = shape.map_or_else(|| vec![found], <[usize]>::to_vec);
        let expected = shape.iter().product();
        let tensor = Tensor::new(&shape, numbers);
        Ok(tensor.ok_or(AccessError::Length { address, found, expected })?)
    }

    /// Replaces numbers by path.
    ///
    /// # Errors
    /// As [`read`](Self::read), and [`RoadError::Access`] if their number differs.
    pub fn write(&mut self, path: &str, numbers: &[f64]) -> Result<(), RoadError> {
        let address = self.address(path)?;
        Ok(self.simulation.write(address, numbers)?)
    }

    /// Puts what learning rules have changed back into the network: built again, with the same seed, it
    /// begins with what was learned. Its rules go on from there.
    ///
    /// # Errors
    /// [`RoadError::Access`] if the backend cannot read what was learned.
    pub fn freeze(&self, network: &mut Network) -> Result<(), RoadError> {
        for (id, signal) in self.model.signals.iter() {
            if signal.role != Role::Parameter {
                continue;
            }
            let tensor = self.tensor(Address::Signal(id), Some(signal.initial.shape()))?;
            network.imported.insert(signal.path.to_string(), Arc::new(tensor));
        }
        Ok(())
    }

    fn address(&self, path: &str) -> Result<Address, RoadError> {
        let model = &self.model;
        let found = || {
            let (object, name) = path.rsplit_once('.')?;
            of_cells(model, object, name).or_else(|| of_synapses(model, object, name))
        };
        let address = model.signal(path).map(Address::Signal).or_else(found);
        address.ok_or_else(|| {
            let paths = self.paths();
            let known = paths.iter().map(|(path, _)| path.as_str());
            let nearest = pontine_core_ir::error::nearest(path, known);
            RoadError::Path { path: path.to_owned(), nearest }
        })
    }
}

fn of_cells(model: &Model, object: &str, name: &str) -> Option<Address> {
    model.operators.iter().filter(|(_, op)| op.path.as_str() == object).find_map(|(id, op)| {
        let OperatorKind::Neurons(neurons) = &op.kind else { return None };
        let state = neurons.mechanism.state_index(name).map(|i| Address::State(id, i));
        state.or_else(|| Some(Address::Parameter(id, neurons.mechanism.parameter_index(name)?)))
    })
}

fn of_synapses(model: &Model, object: &str, name: &str) -> Option<Address> {
    let deliver = |kind: &OperatorKind| matches!(kind, OperatorKind::Deliver(_));
    let mut operators = model.operators.iter();
    let (id, _) = operators.find(|(_, op)| op.path.as_str() == object && deliver(&op.kind))?;
    match name {
        "weights" => Some(Address::Weights(id)),
        "delays" => Some(Address::Delays(id)),
        _ => None,
    }
}
