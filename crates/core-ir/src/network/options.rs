//! Defaults: an object's own options, then those of the networks around it, nearest first, then
//! the built-in ones.

use super::{
    Config, ConnectionOptions, EnsembleOptions, LearningRule, Network, Samples, nef::rule_names,
};
use crate::{
    id::{ConnectionId, EnsembleId, ProbeId, SubnetworkId},
    spec::Spec,
};

/// The parameters of an ensemble with nothing left open.
#[derive(Clone, Debug, PartialEq)]
pub struct EnsembleParams {
    /// Size of the represented ball.
    pub radius: f64,
    /// Preferred directions.
    pub encoders: Samples,
    /// Where neurons begin to fire.
    pub intercepts: Samples,
    /// Firing rates at the radius, Hz.
    pub max_rates: Samples,
    /// Points at which decoders are solved.
    pub eval_points: Samples,
    /// How many of them.
    pub n_eval_points: usize,
    /// The neuron type.
    pub neuron_type: Spec,
    /// Gains and biases, if they are given.
    pub gain_bias: Option<(Samples, Samples)>,
    /// Whether encoders are scaled to length 1.
    pub normalize_encoders: bool,
    /// A process that is added to the currents of the neurons.
    pub noise: Option<Spec>,
}

/// The parameters of a connection with nothing left open.
#[derive(Clone, Debug, PartialEq)]
pub struct ConnectionParams {
    /// The filter.
    pub synapse: Option<Spec>,
    /// Solves for decoders.
    pub solver: Spec,
    /// Own evaluation points.
    pub eval_points: Option<Samples>,
    /// Whether evaluation points are multiplied by the ensemble's radius.
    pub scale_eval_points: bool,
}

impl Network {
    /// The parameters of an ensemble, defaults filled in.
    pub fn ensemble_params(&self, id: EnsembleId) -> EnsembleParams {
        let ensemble = &self.ensembles[id];
        let (n, d) = (ensemble.n_neurons, ensemble.dimensions);
        let o =
            self.layers(ensemble.parent).fold(ensemble.options.clone(), |o, c| o.or(&c.ensemble));
        EnsembleParams {
            radius: o.radius.unwrap_or(1.0),
            encoders: o
                .encoders
                .unwrap_or_else(|| Spec::new("ScatteredHypersphere").with("surface", true).into()),
            intercepts: o.intercepts.unwrap_or_else(|| uniform(-1.0, 0.9)),
            max_rates: o.max_rates.unwrap_or_else(|| uniform(200.0, 400.0)),
            eval_points: o.eval_points.unwrap_or_else(|| Spec::new("ScatteredHypersphere").into()),
            n_eval_points: o.n_eval_points.unwrap_or_else(|| {
                500usize.saturating_mul(d).clamp(750, 2500).max(n.saturating_mul(2))
            }),
            neuron_type: o.neuron_type.unwrap_or_else(|| Spec::new("LIF")),
            gain_bias: o.gain.zip(o.bias),
            normalize_encoders: o.normalize_encoders.unwrap_or(true),
            noise: o.noise.flatten(),
        }
    }

    /// The parameters of a connection, defaults filled in.
    pub fn connection_params(&self, id: ConnectionId) -> ConnectionParams {
        let connection = &self.connections[id];
        let options = connection.options.clone();
        let o = self.layers(connection.parent).fold(options, |o, c| o.or(&c.connection));
        ConnectionParams {
            synapse: o.synapse.unwrap_or_else(|| Some(Spec::new("Lowpass").with("tau", 0.005))),
            solver: o.solver.unwrap_or_else(|| Spec::new("LstsqL2")),
            eval_points: o.eval_points,
            scale_eval_points: o.scale_eval_points.unwrap_or(true),
        }
    }

    /// The learning rules of a connection: its own, or the default of the networks around it; none if the
    /// connection is not there.
    ///
    /// # Examples
    /// ```
    /// use pontine_core_ir::{Config, Connection, Ensemble, Network, Spec};
    /// let mut network = Network::new("");
    /// network.root_mut().config = Config::default().learning([Spec::new("PES")]);
    /// let a = network.add(Ensemble::new(50, 1));
    /// let learns = network.add(Connection::new(a, a));
    /// let stays = network.add(Connection::new(a, a).not_learning());
    /// assert_eq!(network.rule_names(learns), ["PES"]);
    /// assert!(network.learning(stays).is_empty());
    /// ```
    pub fn learning(&self, id: ConnectionId) -> &[LearningRule] {
        let Some(connection) = self.connections.get(id) else { return &[] };
        let default = || self.layers(connection.parent).find_map(|c| c.learning.as_deref());
        connection.learning.as_deref().or_else(default).unwrap_or_default()
    }

    /// The names of the learning rules of a connection: their kinds, the n-th of equal kind with `#n`.
    pub fn rule_names(&self, id: ConnectionId) -> Vec<String> {
        rule_names(self.learning(id))
    }

    /// The connections' solver as a network's configuration has it.
    pub fn default_solver(&self, network: SubnetworkId) -> Spec {
        let options =
            self.layers(network).fold(ConnectionOptions::default(), |o, c| o.or(&c.connection));
        options.solver.unwrap_or_else(|| Spec::new("LstsqL2"))
    }

    /// The filter of a probe: its own, or the default of the networks around it.
    pub fn probe_synapse(&self, id: ProbeId) -> Option<Spec> {
        let probe = &self.probes[id];
        let default = || self.layers(probe.parent).find_map(|c| c.probe_synapse.clone());
        probe.synapse.clone().or_else(default).flatten()
    }

    /// The time between samples of a probe, s: its own, or the default of the networks around it; every
    /// step if there is none.
    pub fn probe_sample_every(&self, id: ProbeId) -> Option<f64> {
        let probe = &self.probes[id];
        let default = || self.layers(probe.parent).find_map(|c| c.probe_sample_every);
        probe.sample_every.or_else(default)
    }

    /// The solver of a decoded probe: its own, or the default of probes, or that of connections.
    pub fn probe_solver(&self, id: ProbeId) -> Spec {
        let probe = &self.probes[id];
        let default = || self.layers(probe.parent).find_map(|c| c.probe_solver.clone());
        let own = probe.solver.clone().or_else(default);
        own.unwrap_or_else(|| self.default_solver(probe.parent))
    }

    /// The configuration of a network and of those around it, nearest first.
    pub(super) fn layers(&self, nearest: SubnetworkId) -> impl Iterator<Item = &Config> {
        std::iter::successors(Some(nearest), |id| self.subnetworks[*id].parent)
            .map(|id| &self.subnetworks[id].config)
    }
}

macro_rules! or {
    ($type:ident { $($field:ident),* }) => {
        impl $type {
            fn or(self, further: &Self) -> Self {
                Self { $($field: self.$field.or_else(|| further.$field.clone()),)* }
            }
        }
    };
}

or!(EnsembleOptions {
    radius,
    encoders,
    intercepts,
    max_rates,
    eval_points,
    n_eval_points,
    neuron_type,
    gain,
    bias,
    normalize_encoders,
    noise
});
or!(ConnectionOptions { synapse, solver, eval_points, scale_eval_points });

fn uniform(low: f64, high: f64) -> Samples {
    Spec::new("Uniform").with("low", low).with("high", high).into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::network::{Connection, Ensemble, Probe, ProbeTarget, Subnetwork};

    #[test]
    fn the_nearest_network_that_sets_a_default_wins() {
        let mut network = Network::new("outer");
        network.root_mut().config.ensemble.radius = Some(2.0);
        network.root_mut().config.ensemble.n_eval_points = Some(10);
        let mut inner = Subnetwork::default();
        inner.config.ensemble.radius = Some(3.0);
        let inner = network.add(inner);
        let a = network.add(Ensemble::new(5, 1));
        let b = network.add_in(inner, Ensemble::new(5, 1));
        let mut own = Ensemble::new(5, 1);
        own.options.radius = Some(4.0);
        let c = network.add_in(inner, own);
        let radius = |id| network.ensemble_params(id).radius;
        assert_eq!((radius(a), radius(b), radius(c)), (2.0, 3.0, 4.0));
        assert_eq!(network.ensemble_params(c).n_eval_points, 10);
    }

    #[test]
    fn number_of_evaluation_points_grows_with_dimensions_and_neurons() {
        let mut network = Network::new("");
        let points = |network: &mut Network, n, d| {
            let id = network.add(Ensemble::new(n, d));
            network.ensemble_params(id).n_eval_points
        };
        assert_eq!(points(&mut network, 50, 1), 750);
        assert_eq!(points(&mut network, 50, 4), 2000);
        assert_eq!(points(&mut network, 50, 9), 2500);
        assert_eq!(points(&mut network, 2000, 1), 4000);
    }

    #[test]
    fn a_probe_may_ask_for_no_filter_where_the_network_has_one() {
        let lowpass = Spec::new("Lowpass").with("tau", 0.01);
        let mut network = Network::new("");
        network.root_mut().config.probe_synapse = Some(Some(lowpass.clone()));
        let inner = network.add(Subnetwork {
            config: Config { probe_synapse: Some(None), ..Config::default() },
            ..Subnetwork::default()
        });
        let a = network.add(Ensemble::new(5, 1));
        let probe = Probe::new(ProbeTarget::Decoded(a));
        let filtered = network.add(probe.clone());
        let raw = network.add(Probe { synapse: Some(None), ..probe.clone() });
        let within = network.add_in(inner, probe);
        assert_eq!(network.probe_synapse(filtered), Some(lowpass));
        assert_eq!(network.probe_synapse(raw), None);
        assert_eq!(network.probe_synapse(within), None);
    }

    #[test]
    fn probes_have_defaults_of_their_own() {
        let mut network = Network::new("");
        let connections = ConnectionOptions::default().solver("Lstsq");
        network.root_mut().config =
            Config::default().connections(connections).probe_sample_every(0.01);
        let inner = network.add(Subnetwork {
            config: Config::default().probe_solver("NnlsL2"),
            ..Subnetwork::default()
        });
        let a = network.add(Ensemble::new(5, 1));
        let outer = network.add(Probe::new(a));
        let within = network.add_in(inner, Probe::new(a));
        let own = network.add_in(inner, Probe::new(a).solver("LstsqL1").sample_every(0.5));
        let solvers = [outer, within, own].map(|id| network.probe_solver(id).kind);
        assert_eq!(solvers, ["Lstsq", "NnlsL2", "LstsqL1"]);
        let times = [outer, within, own].map(|id| network.probe_sample_every(id));
        assert_eq!(times, [Some(0.01), Some(0.01), Some(0.5)]);
    }

    #[test]
    fn no_synapse_is_not_the_default_synapse() {
        let mut network = Network::new("");
        let a = network.add(Ensemble::new(5, 1));
        let plain = network.add(Connection::new(a, a));
        let mut direct = Connection::new(a, a);
        direct.options.synapse = Some(None);
        let direct = network.add(direct);
        assert!(network.connection_params(plain).synapse.is_some());
        assert_eq!(network.connection_params(direct).synapse, None);
    }
}
