//! What all objects of a network have in common: kinds, parents, labels, seeds, paths.

use std::{collections::HashMap, ops::Index};

use super::{
    Connection, Custom, Ensemble, In, Network, Node, Population, PopulationView, Probe, Projection,
    Recorder, Subnetwork,
};
use crate::{
    id::{
        ConnectionId, CustomId, EnsembleId, Id, NodeId, PopulationId, ProbeId, ProjectionId,
        RecorderId, SubnetworkId, ViewId,
    },
    path::{Path, Siblings},
};

/// Something that can be added to a network.
pub trait Object {
    /// What names it then.
    type Id: Into<ObjId> + Id;

    /// Puts it into the arena of its kind.
    fn insert(self, network: &mut Network, parent: SubnetworkId) -> Self::Id;
}

macro_rules! objects {
    ($($variant:ident($id:ident) in $arena:ident: $type:ident,)*) => {
        /// Names one object of a network, of any kind.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum ObjId {
            /// A network within the network.
            Subnetwork(SubnetworkId),
            $(#[doc = concat!("One of the ", stringify!($arena), ".")] $variant($id),)*
        }

        impl From<SubnetworkId> for ObjId {
            fn from(id: SubnetworkId) -> Self {
                Self::Subnetwork(id)
            }
        }

        $(
            impl From<$id> for ObjId {
                fn from(id: $id) -> Self {
                    Self::$variant(id)
                }
            }

            impl Object for $type {
                type Id = $id;

                fn insert(self, network: &mut Network, parent: SubnetworkId) -> $id {
                    network.$arena.add(In { parent, object: self })
                }
            }
        )*

        impl Network {
            /// All objects, by kind and then in order of creation; the root network first.
            pub fn objects(&self) -> impl Iterator<Item = ObjId> + '_ {
                self.subnetworks.ids().map(ObjId::from)
                    $(.chain(self.$arena.ids().map(ObjId::from)))*
            }

            /// Whether the object is there.
            pub fn contains(&self, id: ObjId) -> bool {
                match id {
                    ObjId::Subnetwork(id) => self.subnetworks.get(id).is_some(),
                    $(ObjId::$variant(id) => self.$arena.get(id).is_some(),)*
                }
            }

            /// Takes an object out of the network; its id is not used again.
            pub(crate) fn remove(&mut self, id: ObjId) {
                self.extras.retain(|(of, _), _| *of != id);
                match id {
                    ObjId::Subnetwork(id) => drop(self.subnetworks.remove(id)),
                    $(ObjId::$variant(id) => drop(self.$arena.remove(id)),)*
                }
            }

            pub(super) fn parent_and_label(&self, id: ObjId) -> (Option<SubnetworkId>, Option<&str>) {
                match id {
                    ObjId::Subnetwork(id) => {
                        let subnetwork = &self.subnetworks[id];
                        (subnetwork.parent, subnetwork.label.as_deref())
                    }
                    $(ObjId::$variant(id) => {
                        let entry = &self.$arena[id];
                        (Some(entry.parent), entry.label.as_deref())
                    })*
                }
            }
        }

        impl ObjId {
            /// The kind, as paths and messages name it.
            pub fn kind(self) -> &'static str {
                match self {
                    Self::Subnetwork(_) => "Network",
                    $(Self::$variant(_) => stringify!($variant),)*
                }
            }
        }
    };
}

objects! {
    Ensemble(EnsembleId) in ensembles: Ensemble,
    Node(NodeId) in nodes: Node,
    Custom(CustomId) in customs: Custom,
    Connection(ConnectionId) in connections: Connection,
    Probe(ProbeId) in probes: Probe,
    Population(PopulationId) in populations: Population,
    View(ViewId) in views: PopulationView,
    Projection(ProjectionId) in projections: Projection,
    Recorder(RecorderId) in recorders: Recorder,
}

impl Object for Subnetwork {
    type Id = SubnetworkId;

    fn insert(mut self, network: &mut Network, parent: SubnetworkId) -> SubnetworkId {
        self.parent = Some(parent);
        network.subnetworks.add(self)
    }
}

/// The stable path of every object of a network.
#[derive(Clone, Debug, PartialEq)]
pub struct Paths(HashMap<ObjId, Path>);

impl Paths {
    /// The path of an object, if it is in the network.
    pub fn get(&self, id: ObjId) -> Option<&Path> {
        self.0.get(&id)
    }
}

impl Index<ObjId> for Paths {
    type Output = Path;

    /// # Panics
    /// If the object is not in the network.
    fn index(&self, id: ObjId) -> &Path {
        &self.0[&id]
    }
}

impl Network {
    /// The stable path of every object, as semantics define it: kinds, labels, and order of
    /// creation among siblings of one kind and label.
    pub fn paths(&self) -> Paths {
        let mut paths = HashMap::<ObjId, Path>::new();
        let mut siblings = HashMap::<SubnetworkId, Siblings>::new();
        for id in self.objects() {
            let (parent, label) = self.parent_and_label(id);
            let path = match parent {
                None => Path::root(),
                Some(parent) => {
                    let segment = siblings.entry(parent).or_default().segment(id.kind(), label);
                    // Subnetworks come first and after their parents, so the parent's path is known.
                    // One that is not in this network is a fault that validation tells.
                    let around = paths.get(&ObjId::Subnetwork(parent));
                    around.map_or_else(|| Path::from_text(&segment), |path| path.join(&segment))
                }
            };
            paths.insert(id, path);
        }
        Paths(paths)
    }

    /// Whether the network that an object belongs to is there and stands before it.
    pub(super) fn has_parent(&self, id: ObjId) -> bool {
        match (id, self.parent_and_label(id).0) {
            (_, None) => true,
            (ObjId::Subnetwork(id), Some(parent)) => {
                parent < id && self.subnetworks.get(parent).is_some()
            }
            (_, Some(parent)) => self.subnetworks.get(parent).is_some(),
        }
    }

    /// The seed that the user fixed, if any.
    pub fn seed_of(&self, id: ObjId) -> Option<u32> {
        match id {
            ObjId::Subnetwork(id) => self.subnetworks[id].seed,
            ObjId::Ensemble(id) => self.ensembles[id].seed,
            ObjId::Node(id) => self.nodes[id].seed,
            ObjId::Custom(id) => self.customs[id].seed,
            ObjId::Connection(id) => self.connections[id].seed,
            ObjId::Probe(id) => self.probes[id].seed,
            ObjId::Population(_) | ObjId::View(_) | ObjId::Projection(_) | ObjId::Recorder(_) => {
                None
            }
        }
    }

    /// Fixes the seed of a NEF object; objects whose draws are keyed by path have none.
    pub(crate) fn set_seed(&mut self, id: ObjId, seed: u32) {
        let place = match id {
            ObjId::Subnetwork(id) => &mut self.subnetworks[id].seed,
            ObjId::Ensemble(id) => &mut self.ensembles[id].seed,
            ObjId::Node(id) => &mut self.nodes[id].seed,
            ObjId::Custom(id) => &mut self.customs[id].seed,
            ObjId::Connection(id) => &mut self.connections[id].seed,
            ObjId::Probe(id) => &mut self.probes[id].seed,
            ObjId::Population(_) | ObjId::View(_) | ObjId::Projection(_) | ObjId::Recorder(_) => {
                return;
            }
        };
        *place = Some(seed);
    }
}
