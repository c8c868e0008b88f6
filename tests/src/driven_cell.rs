//! One cell under a constant current and the spikes of two sources.

use std::sync::Arc;

use pontine_backend_ref::Reference;
use pontine_core_ir::{
    Connector, Mechanism, Network, Population, Projection, Recorder, Recording, SynapseList, Value,
    network::CellError, port::Unattended,
};
use pontine_road::{BuildOptions, Road};

use crate::acceptance::Error;

/// A cell, and what drives it.
#[derive(Clone, Debug)]
pub struct DrivenCell {
    /// Its equations; the receptors are called `excitatory` and `inhibitory`.
    pub mechanism: Arc<Mechanism>,
    /// Parameters that differ from their defaults, in the mechanism's units.
    pub parameters: Vec<(String, f64)>,
    /// Where states begin that do not begin where the mechanism says.
    pub initial: Vec<(String, f64)>,
    /// Times of spikes (ms), their delay (ms), and their weight, for each receptor.
    pub trains: Vec<Train>,
    /// Time between samples of the voltage, ms.
    pub every: f64,
}

/// Spikes to a receptor.
#[derive(Clone, Debug)]
pub struct Train {
    /// The receptor.
    pub receptor: &'static str,
    /// When they are sent, ms.
    pub times: Vec<f64>,
    /// How long they take, ms.
    pub delay: f64,
    /// Their weight, in the receptor's unit.
    pub weight: f64,
}

impl DrivenCell {
    /// What it does in `time` ms, in steps of `dt` ms: the recordings `Recorder:v` and `Recorder:spikes`.
    ///
    /// # Errors
    /// If a name is wrong, or the run fails.
    pub fn run(&self, dt: f64, time: f64) -> Result<Recording, Error> {
        let options = BuildOptions { dt: dt * 1e-3, seed: 1 };
        let road = Road::new(&Reference).options(options, Default::default());
        let mut prepared = road.build(&self.network()?)?;
        Ok(prepared.run_steps((time / dt).round() as u64, &mut Unattended)?)
    }

    fn network(&self) -> Result<Network, CellError> {
        let mut network = Network::new("");
        let mut cell = Population::of(self.mechanism.clone(), 1).labelled("cell");
        for (name, value) in &self.parameters {
            cell = cell.set(name, *value)?;
        }
        for (name, value) in &self.initial {
            cell = cell.start(name, *value)?;
        }
        let cell = network.add(cell);
        for train in &self.trains {
            let source = Population::new("SpikeSourceArray", 1)?.labelled(train.receptor);
            let spike_times = Some([train.times.clone()].into());
            let source = network.add(Population { spike_times, ..source });
            let list = SynapseList { source: vec![0], target: vec![0], ..Default::default() };
            network.add(Projection {
                label: Some(train.receptor.into()),
                source: source.into(),
                target: cell.into(),
                receptor: train.receptor.into(),
                connector: Connector::List(Arc::new(list)),
                weight: Value::Const(train.weight),
                delay: Value::Const(train.delay),
                learning: Vec::new(),
                synapse: None,
            });
        }
        for variable in ["v", "spikes"] {
            network.add(Recorder {
                label: Some(variable.into()),
                cells: cell.into(),
                variable: variable.into(),
                sampling_interval: (variable == "v").then_some(self.every),
            });
        }
        Ok(network)
    }
}
