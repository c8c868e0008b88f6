//! What can go wrong while building.

use pontine_core_ir::{Path, SpecError, ValueError, port::TuningError, registry::LookupError};

/// A fault of one object, by its path.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BuildError {
    /// A name that no linked crate offers, or parameters that its kind does not take.
    #[error("`{path}`: {source}")]
    Lookup {
        /// The object.
        path: Path,
        /// The cause.
        source: LookupError,
    },
    /// Parameters that the kind does not take.
    #[error("`{path}`: {source}")]
    Spec {
        /// The object.
        path: Path,
        /// The cause.
        source: SpecError,
    },
    /// Something that this object needs could not be built; its own fault is in the list.
    #[error("`{path}` could not be built")]
    NotBuilt {
        /// What is missing.
        path: Path,
    },
    /// A value that cannot be expanded.
    #[error(transparent)]
    Value(#[from] ValueError),
    /// Neurons that cannot be tuned so.
    #[error("`{path}`: {source}")]
    Tuning {
        /// The ensemble.
        path: Path,
        /// The cause.
        source: TuningError,
    },
    /// Samples that cannot be drawn.
    #[error("`{path}`: {source}")]
    Samples {
        /// The object.
        path: Path,
        /// The cause.
        source: pontine_nef::SampleError,
    },
    /// A process that does not exist so.
    #[error("`{path}`: {source}")]
    Process {
        /// The object.
        path: Path,
        /// The cause.
        source: pontine_nef::process::ProcessError,
    },
    /// Decoders that could not be solved for.
    #[error("`{path}`: could not solve for decoders: {source}")]
    Solver {
        /// The connection.
        path: Path,
        /// The cause.
        source: pontine_nef::SolverError,
    },
    /// A shape that does not fit.
    #[error("`{path}`: {what} has shape {found:?}, but {expected:?} is needed")]
    Shape {
        /// The object.
        path: Path,
        /// What has it.
        what: String,
        /// Its shape.
        found: Vec<usize>,
        /// The shape needed.
        expected: Vec<usize>,
    },
    /// A combination that has no meaning.
    #[error("`{path}`: {message}")]
    Unsupported {
        /// The object.
        path: Path,
        /// What, and what would do instead.
        message: String,
    },
}
