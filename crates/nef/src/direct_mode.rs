//! Computing in place of neurons, where nobody looks at single neurons.

use std::collections::BTreeSet;

use pontine_core_ir::{Cells, EndObject, Endpoint, EnsembleId, Network, ObjId, ProbeTarget};

use crate::names::direct;

/// Gives the neuron type `Direct` to all ensembles, so that what they represent is computed, but to
/// those
/// * whose neurons a connection, a projection or a receptor joins,
/// * whose neurons, or their input, states or encoders are probed,
/// * that a connection which learns joins.
///
/// Gives back those that were changed, in order of creation.
///
/// # Examples
/// ```
/// use pontine_core_ir::{Connection, Ensemble, Network, Probe, ProbeTarget};
/// use pontine_nef::direct_mode;
/// let mut network = Network::new("");
/// let [a, b] = [(); 2].map(|()| network.add(Ensemble::new(50, 1)));
/// network.add(Connection::new(a, b));
/// network.add(Probe::new(ProbeTarget::Neurons(b)));
/// assert_eq!(direct_mode::activate(&mut network), [a]);
/// assert_eq!(network.ensemble_params(a).neuron_type.kind, "Direct");
/// assert_eq!(network.ensemble_params(b).neuron_type.kind, "LIF");
/// ```
pub fn activate(network: &mut Network) -> Vec<EnsembleId> {
    let needed = with_neurons(network);
    let is_free = |id: &EnsembleId| !needed.contains(&ObjId::from(*id));
    let free: Vec<EnsembleId> = network.ensembles.ids().filter(is_free).collect();
    for id in &free {
        network.ensembles[*id].options.neuron_type = Some(direct());
    }
    free
}

/// Ensembles whose neurons somebody needs.
fn with_neurons(network: &Network) -> BTreeSet<ObjId> {
    let mut needed = BTreeSet::new();
    for (id, connection) in network.connections.iter() {
        let learns = !network.learning(id).is_empty();
        let to_receptor = network.is_receptor(&connection.post.object);
        let joins = |end: &Endpoint| learns || matches!(end.object, EndObject::Neurons(_));
        let ends = [(&connection.pre, to_receptor), (&connection.post, false)];
        let found = ends.into_iter().filter(|(end, needs)| *needs || joins(end));
        needed.extend(found.map(|(end, _)| end.object.id()));
    }
    for (_, projection) in network.projections.iter() {
        let found =
            [projection.source, projection.target].into_iter().filter_map(|cells| match cells {
                Cells::Neurons(id) => Some(ObjId::from(id)),
                Cells::Population(_) | Cells::View(_) => None,
            });
        needed.extend(found);
    }
    needed.extend(network.probes.iter().filter_map(|(_, probe)| match &probe.target {
        ProbeTarget::Neurons(id)
        | ProbeTarget::NeuronState(id, _)
        | ProbeTarget::NeuronInput(id)
        | ProbeTarget::ScaledEncoders(id) => Some(ObjId::from(*id)),
        _ => None,
    }));
    needed
}

#[cfg(test)]
mod tests {
    use pontine_core_ir::{Connection, Ensemble, Node, Probe, Spec};

    use super::*;
    use crate::names::pes;

    /// As nengo.utils.network.activate_direct_mode has it.
    #[test]
    fn neurons_stay_where_they_are_needed() {
        let mut network = Network::new("");
        let [a, b, c, d, e, f] = [(); 6].map(|()| network.add(Ensemble::new(5, 3)));
        network.add(Connection::new(a, b));
        network.add(Connection::new(b.neurons(), c.neurons()));
        let learns = network.add(Connection::new(d, e).learning_by(pes(1e-4)));
        network.add(Connection::new(a, learns.rule(0)));
        network.add(Probe::new(ProbeTarget::Neurons(f)));
        assert_eq!(activate(&mut network), [a]);
        assert!(network.validate().is_ok());
    }

    #[test]
    fn what_learns_by_default_counts() {
        let mut network = Network::new("");
        let config = std::mem::take(&mut network.root_mut().config);
        network.root_mut().config = config.learning([Spec::new("PES")]);
        let a = network.add(Ensemble::new(5, 1));
        let b = network.add(Ensemble::new(5, 1));
        let n = network.add(Node::passthrough(1));
        network.add(Connection::new(a, n));
        assert_eq!(activate(&mut network), [b]);
    }
}
