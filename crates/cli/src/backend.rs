//! The backends, by name.

use clap::ValueEnum;
use pontine_core_ir::port::Backend;

/// A backend to choose.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Choice {
    /// The reference backend: CPU, deterministic.
    Ref,
    /// The scalar backend that others are tested against: slow.
    #[cfg(feature = "oracle")]
    Oracle,
}

impl Choice {
    pub fn backend(self) -> &'static dyn Backend {
        match self {
            Self::Ref => &pontine_backend_ref::Reference,
            #[cfg(feature = "oracle")]
            Self::Oracle => &pontine_conformance::Oracle,
        }
    }
}
