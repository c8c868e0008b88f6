//! Nengo's walk over a network: a seed for every object, by the order of creation.
//!
//! For each network `RandomState(its seed)` draws one `randint(2^31 - 1)` for each of its
//! connections, ensembles, networks, nodes and probes, in this order of kinds and in order of
//! creation within a kind; also for an object with a seed of its own, which then wins. Only then
//! are the networks within entered. Objects that Nengo does not know take no draw from that
//! stream, or they would shift Nengo's own: their seeds derive from their path.

use std::collections::BTreeMap;

use pontine_core_ir::{
    Arena, Id, Network, ObjId, SubnetworkId,
    network::{In, Paths},
};
use pontine_rng::{RandomState, StreamKey};

/// The seed of each network, ensemble, node, connection, probe and custom object.
///
/// `default_seed` is that of the network itself if it has none of its own; Nengo's seeds have 32
/// bits, so its high half is mixed into its low half. Populations and what
/// belongs to them are not in the map: their draws are keyed by path.
///
/// # Examples
/// ```
/// use pontine_core_ir::{Ensemble, Network};
/// let mut network = Network::new("net");
/// let a = network.add(Ensemble::new(10, 1));
/// let b = network.add(Ensemble::new(10, 1).seeded(5));
/// let seeds = pontine_nef::seeding::walk(&network, 0);
/// assert_eq!(seeds[&a.into()], 209652396);
/// assert_eq!(seeds[&b.into()], 5);
/// ```
pub fn walk(network: &Network, default_seed: u64) -> BTreeMap<ObjId, u32> {
    let mut walk = Walk { network, paths: network.paths(), seeds: BTreeMap::new() };
    let root = ObjId::Subnetwork(SubnetworkId::ROOT);
    walk.seeds.insert(root, network.root().seed.unwrap_or(narrow(default_seed)));
    walk.enter(SubnetworkId::ROOT);
    walk.seeds
}

/// Seeds below 2^32 stay what they are.
fn narrow(seed: u64) -> u32 {
    (seed ^ (seed >> 32)) as u32
}

struct Walk<'n> {
    network: &'n Network,
    paths: Paths,
    seeds: BTreeMap<ObjId, u32>,
}

impl Walk<'_> {
    fn enter(&mut self, parent: SubnetworkId) {
        let network = self.network;
        let seed = self.seeds[&ObjId::Subnetwork(parent)];
        let children: Vec<SubnetworkId> = network.children(parent).collect();
        let mut rng = RandomState::new(seed);
        self.draw(&mut rng, members(&network.connections, parent));
        self.draw(&mut rng, members(&network.ensembles, parent));
        self.draw(&mut rng, children.iter().map(|&id| id.into()));
        self.draw(&mut rng, members(&network.nodes, parent));
        self.draw(&mut rng, members(&network.probes, parent));
        self.derive(seed, members(&network.customs, parent));
        children.into_iter().for_each(|child| self.enter(child));
    }

    fn draw(&mut self, rng: &mut RandomState, ids: impl Iterator<Item = ObjId>) {
        for id in ids {
            let drawn = rng.randint(i32::MAX as u32);
            self.seeds.insert(id, self.network.seed_of(id).unwrap_or(drawn));
        }
    }

    fn derive(&mut self, network_seed: u32, ids: impl Iterator<Item = ObjId>) {
        for id in ids {
            let key = StreamKey::new(u64::from(network_seed), self.paths[id].as_str(), "seed");
            self.seeds.insert(id, self.network.seed_of(id).unwrap_or(key.raw() as u32));
        }
    }
}

fn members<I: Id + Into<ObjId>, T>(
    arena: &Arena<I, In<T>>,
    parent: SubnetworkId,
) -> impl Iterator<Item = ObjId> + '_ {
    arena.iter().filter(move |(_, entry)| entry.parent == parent).map(|(id, _)| id.into())
}

#[cfg(test)]
mod tests {
    use pontine_core_ir::{
        Connection, Custom, Ensemble, Node, Probe, ProbeTarget, Spec, Subnetwork,
    };
    use proptest::prelude::*;

    use super::*;

    /// RandomState(0)'s first seeds, from NumPy.
    const FIRST: [u32; 4] = [209652396, 398764591, 924231285, 1478610112];

    #[test]
    fn connections_come_first_and_probes_last_whatever_was_made_first() {
        let mut network = Network::new("");
        let a = network.add(Ensemble::new(5, 1));
        let probe = network.add(Probe::new(ProbeTarget::Decoded(a)));
        let node = network.add(Node::passthrough(1));
        let connection = network.add(Connection::new(node, a));
        let seeds = walk(&network, 0);
        let drawn: [u32; 4] =
            [connection.into(), a.into(), node.into(), probe.into()].map(|id: ObjId| seeds[&id]);
        assert_eq!(drawn, FIRST);
    }

    #[test]
    fn a_network_within_draws_from_its_own_seed() {
        let mut network = Network::new("");
        let inner = network.add(Subnetwork::default().seeded(0));
        let a = network.add_in(inner, Ensemble::new(5, 1));
        let b = network.add(Ensemble::new(5, 1));
        let seeds = walk(&network, 1);
        assert_eq!(seeds[&inner.into()], 0);
        assert_eq!(seeds[&a.into()], FIRST[0]);
        assert_eq!(seeds[&b.into()], 1791095845);
    }

    #[test]
    fn a_custom_object_shifts_no_seed_of_nengos_objects() {
        let mut network = Network::new("");
        network.add(Custom::new(Spec::new("Delay"), 1, 1));
        let a = network.add(Ensemble::new(5, 1));
        let custom = network.add(Custom::new(Spec::new("Delay"), 1, 1));
        let seeds = walk(&network, 0);
        assert_eq!(seeds[&a.into()], FIRST[0]);
        assert_ne!(seeds[&custom.into()], walk(&network, 1)[&custom.into()]);
    }

    proptest! {
        #[test]
        fn a_probe_more_changes_no_other_seed(seed: u64, n in 1usize..6) {
            let mut network = Network::new("");
            let ids: Vec<_> = (0..n).map(|_| network.add(Ensemble::new(2, 1))).collect();
            let before = walk(&network, seed);
            network.add(Probe::new(ProbeTarget::Decoded(ids[0])));
            let after = walk(&network, seed);
            prop_assert!(before.iter().all(|(id, seed)| after[id] == *seed));
        }

        #[test]
        fn pinned_seeds_walk_to_themselves(seed: u64, n in 1usize..6) {
            let mut network = Network::new("");
            let ids: Vec<_> = (0..n).map(|_| network.add(Ensemble::new(2, 1))).collect();
            let seeds = walk(&network, seed);
            for id in ids {
                network.ensembles[id].seed = Some(seeds[&id.into()]);
            }
            network.root_mut().seed = Some(narrow(seed));
            prop_assert_eq!(walk(&network, 0), seeds);
        }
    }
}
