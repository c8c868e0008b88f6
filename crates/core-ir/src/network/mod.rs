//! What a user wrote: NEF objects and populations, in one network.
//!
//! Objects stand in arenas; each belongs to one (sub)network and has a stable [`Path`](crate::Path). Nothing is
//! resolved here that needs another crate: distributions, solvers and connectors are names.

mod ends;
mod extra;
mod factored;
mod inject;
mod nef;
mod object;
mod options;
mod population;
mod setters;
mod synapse_type;
mod transform;
mod validate;
mod values;

use std::{collections::BTreeMap, sync::Arc};

pub use ends::Ends;
pub use factored::{Factor, Factored, FactoredBlock};
pub use inject::InjectError;
pub use nef::{
    Config, Connection, ConnectionOptions, Custom, EndObject, Endpoint, Ensemble, EnsembleOptions,
    LearningRule, Node, NodeOutput, Probe, ProbeTarget, RuleInput, Samples, Subnetwork,
};
pub use object::{ObjId, Object, Paths};
pub use options::{ConnectionParams, EnsembleParams};
pub use population::{
    CellError, Cells, Connector, Population, PopulationView, Projection, Recorder, Setting,
};
pub use setters::Synapse;
pub use synapse_type::SynapseType;
pub use transform::{Convolution, Padding, SparseMatrix, Transform};
pub use validate::NetworkFault;

use crate::{
    id::{
        Arena, ConnectionId, CustomId, EnsembleId, NodeId, PopulationId, ProbeId, ProjectionId,
        RecorderId, SubnetworkId, ViewId,
    },
    spec::Param,
    tensor::Tensor,
};

/// A model as its author described it.
///
/// # Examples
/// ```
/// use pontine_core_ir::{Connection, Ensemble, Network, Node};
/// let mut network = Network::new("channel");
/// let input = network.add(Node::constant(vec![0.5]).labelled("input"));
/// let a = network.add(Ensemble::new(50, 1).labelled("a"));
/// network.add(Connection::new(input, a));
/// assert!(network.validate().is_ok());
/// assert_eq!(network.paths()[a.into()].as_str(), "Ensemble:a");
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Network {
    /// The network itself, at [`SubnetworkId::ROOT`], and those within it.
    pub subnetworks: Arena<SubnetworkId, Subnetwork>,
    /// Ensembles.
    pub ensembles: Arena<EnsembleId, In<Ensemble>>,
    /// Nodes.
    pub nodes: Arena<NodeId, In<Node>>,
    /// Objects of kinds of somebody else's.
    pub customs: Arena<CustomId, In<Custom>>,
    /// Connections.
    pub connections: Arena<ConnectionId, In<Connection>>,
    /// Probes.
    pub probes: Arena<ProbeId, In<Probe>>,
    /// Populations.
    pub populations: Arena<PopulationId, In<Population>>,
    /// Views.
    pub views: Arena<ViewId, In<PopulationView>>,
    /// Projections.
    pub projections: Arena<ProjectionId, In<Projection>>,
    /// Recorders.
    pub recorders: Arena<RecorderId, In<Recorder>>,
    /// Numbers built elsewhere that replace what the builder would draw or solve for, by path:
    /// `<ensemble path>.voltage` (initial state) and `.encoders` (times gain / radius; decoders are still
    /// solved for with those drawn), `<connection path>.decoders`, `.weights` and `.transform`,
    /// `<projection path>.decoders`, `.transform` and `.encoders` of products.
    pub imported: BTreeMap<String, Arc<Tensor>>,
    extras: BTreeMap<(ObjId, String), Param>,
}

/// An object and the (sub)network that it belongs to.
#[derive(Clone, Debug, PartialEq)]
pub struct In<T> {
    /// Where it belongs.
    pub parent: SubnetworkId,
    /// The object.
    pub object: T,
}

impl<T> std::ops::Deref for In<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.object
    }
}

impl<T> std::ops::DerefMut for In<T> {
    fn deref_mut(&mut self) -> &mut T {
        &mut self.object
    }
}

impl Network {
    /// An empty network.
    pub fn new(label: &str) -> Self {
        let mut subnetworks = Arena::default();
        subnetworks.add(Subnetwork { label: Some(label.to_owned()), ..Subnetwork::default() });
        Self {
            subnetworks,
            ensembles: Arena::default(),
            nodes: Arena::default(),
            customs: Arena::default(),
            connections: Arena::default(),
            probes: Arena::default(),
            populations: Arena::default(),
            views: Arena::default(),
            projections: Arena::default(),
            recorders: Arena::default(),
            imported: BTreeMap::new(),
            extras: BTreeMap::new(),
        }
    }

    /// The label of the whole.
    pub fn label(&self) -> &str {
        self.root().label.as_deref().unwrap_or("")
    }

    /// The network itself: label, seed, configuration.
    pub fn root(&self) -> &Subnetwork {
        &self.subnetworks[SubnetworkId::ROOT]
    }

    /// The network itself, for writing.
    pub fn root_mut(&mut self) -> &mut Subnetwork {
        &mut self.subnetworks[SubnetworkId::ROOT]
    }

    /// Adds an object to the network itself.
    pub fn add<T: Object>(&mut self, object: T) -> T::Id {
        self.add_in(SubnetworkId::ROOT, object)
    }

    /// Adds an object to one of the networks within.
    pub fn add_in<T: Object>(&mut self, parent: SubnetworkId, object: T) -> T::Id {
        object.insert(self, parent)
    }

    /// Sub-networks that stand directly within `parent`, in order of creation.
    pub fn children(&self, parent: SubnetworkId) -> impl Iterator<Item = SubnetworkId> + '_ {
        self.subnetworks.iter().filter(move |(_, s)| s.parent == Some(parent)).map(|(id, _)| id)
    }
}
