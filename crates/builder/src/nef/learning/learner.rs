//! What learning rules belong to.

use pontine_core_ir::{
    Connection, ConnectionId, EndObject, LearningRule, Network, ObjId, ProjectionId,
};

/// What learns.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Learner {
    /// A connection: its weights, or the encoders of the ensemble that it leads to.
    Connection(ConnectionId),
    /// A projection: the factors of its weights.
    Projection(ProjectionId),
}

impl Learner {
    /// The object.
    pub fn id(self) -> ObjId {
        match self {
            Self::Connection(id) => id.into(),
            Self::Projection(id) => id.into(),
        }
    }

    /// The connection, if that is what learns.
    pub fn connection(self, network: &Network) -> Option<(ConnectionId, &Connection)> {
        match self {
            Self::Connection(id) => Some((id, &network.connections[id].object)),
            Self::Projection(_) => None,
        }
    }

    /// Its rules.
    pub(crate) fn rules(self, network: &Network) -> &[LearningRule] {
        match self {
            Self::Connection(id) => network.learning(id),
            Self::Projection(id) => &network.projections[id].learning,
        }
    }

    /// Their names.
    pub(crate) fn rule_names(self, network: &Network) -> Vec<String> {
        match self {
            Self::Connection(id) => network.rule_names(id),
            Self::Projection(id) => network.projections[id].rule_names(),
        }
    }

    /// Where others tell one of its rules something.
    pub(super) fn told(self, rule: usize) -> EndObject {
        match self {
            Self::Connection(connection) => EndObject::Rule { connection, rule },
            Self::Projection(projection) => EndObject::ProjectionRule { projection, rule },
        }
    }
}
