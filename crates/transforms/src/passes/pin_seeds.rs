//! `pin-seeds`: every seed is written down before anything is added or removed.

use pontine_core_ir::{
    Network,
    pass::{Equality, NetworkEdit, Pass, PassCx, PassError, PassMeta, Repeat, Rewriter, Stage},
};
use pontine_nef::seeding;

use crate::registry::{PassEntry, plain};

static META: PassMeta = PassMeta {
    name: "pin-seeds",
    version: 1,
    about: "writes every seed that would be drawn by order of creation",
    stage: Stage::Resolve,
    equality: Equality::BitExact,
    repeat: Repeat::Idempotent,
    requires: &[],
    after: &[],
    conflicts: &[],
};

inventory::submit! {
    PassEntry::<Network> { meta: &META, make: plain::<_, PinSeeds>, place: module_path!() }
}

/// Gives every NEF object the seed that Nengo's walk over the network draws for it.
///
/// The walk draws in order of creation, so that adding or removing an object shifts all later
/// seeds. Where they are written down, a rewrite changes no numbers of objects that it leaves
/// alone; for this it comes first in every pipeline. Building the pinned network gives what
/// building the original gives, bit for bit. Populations have no seeds: their draws are keyed by
/// path.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct PinSeeds;

impl Pass<Network> for PinSeeds {
    fn meta(&self) -> &PassMeta {
        &META
    }

    fn run(
        &self,
        network: &Network,
        edits: &mut Rewriter<Network>,
        cx: &PassCx<'_, Network>,
    ) -> Result<(), PassError> {
        // The builder takes the low half of its seed for a network without one.
        for (id, seed) in seeding::walk(network, cx.seed) {
            if network.seed_of(id) != Some(seed) {
                edits.edit(NetworkEdit::SetSeed(id, seed));
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use pontine_core_ir::{Ensemble, Network, network::ObjId};
    use pontine_nef::seeding;
    use proptest::prelude::{prop_assert_eq, proptest};

    use crate::{Pipeline, testing::networks};

    fn pinned(network: &Network, seed: u64) -> Network {
        let pipeline = Pipeline::parse("pin-seeds").unwrap();
        pipeline.with_seed(seed).apply(network, &mut ()).unwrap().0
    }

    #[test]
    fn an_object_more_shifts_no_seed() {
        let mut network = Network::new("net");
        network.add(Ensemble::new(10, 1));
        let b = ObjId::from(network.add(Ensemble::new(10, 1)));
        let mut pinned = pinned(&network, 0);
        let seed = pinned.seed_of(b);
        let before = seeding::walk(&network, 0)[&b];
        for network in [&mut network, &mut pinned] {
            let a = network.ensembles.ids().next().unwrap();
            network.ensembles.remove(a);
        }
        assert_eq!(seeding::walk(&pinned, 0)[&b], before);
        assert_eq!(seed, Some(before));
        assert_ne!(seeding::walk(&network, 0)[&b], before);
    }

    proptest! {
        #[test]
        fn seeds_are_those_of_the_walk_whatever_the_build_says_later(
            network in networks(), seed: u64, other: u64,
        ) {
            let pinned = pinned(&network, seed);
            let walk = seeding::walk(&network, seed);
            for (&id, &seed) in &walk {
                prop_assert_eq!(pinned.seed_of(id), Some(seed));
            }
            prop_assert_eq!(seeding::walk(&pinned, other), walk);
        }
    }
}
