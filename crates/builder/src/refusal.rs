//! Why a description is refused, before anybody knows whose it is.

use pontine_core_ir::{Path, SpecError, network::NetworkFault, registry::LookupError};

use crate::error::BuildError;

/// What is wrong with a part of an object.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum Refusal {
    /// A name that no linked crate offers, or parameters that its kind does not take.
    #[error(transparent)]
    Lookup(#[from] LookupError),
    /// Something that has no meaning there.
    #[error("{0}")]
    Meaningless(String),
}

impl From<SpecError> for Refusal {
    fn from(source: SpecError) -> Self {
        Self::Lookup(source.into())
    }
}

impl From<&str> for Refusal {
    fn from(message: &str) -> Self {
        Self::Meaningless(message.to_owned())
    }
}

impl Refusal {
    /// As a fault of the object of this path, found while building.
    pub fn built(self, path: Path) -> BuildError {
        match self {
            Self::Lookup(source) => BuildError::Lookup { path, source },
            Self::Meaningless(message) => BuildError::Unsupported { path, message },
        }
    }

    /// As a fault of a network that has not been built; `what` tells what a name is for.
    pub fn described(self, path: Path, what: &'static str) -> NetworkFault {
        match self {
            Self::Lookup(source) => NetworkFault::Lookup { path, what, source },
            Self::Meaningless(message) => NetworkFault::Refused { path, message },
        }
    }
}
