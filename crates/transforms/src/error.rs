//! What can be wrong with a pipeline, and with a pass.

use pontine_core_ir::{SpecError, pass::PassError, registry::RegistryError};

/// Why a pipeline does not run.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum PipelineError {
    /// The text is not a list of passes.
    #[error("`{text}` is no pipeline: {message}")]
    Text {
        /// The text.
        text: String,
        /// What is wrong with it.
        message: String,
    },
    /// No pass of this name is linked.
    #[error("no pass is called `{name}`{}", hint(.nearest))]
    Unknown {
        /// The name.
        name: String,
        /// The nearest name.
        nearest: Option<String>,
    },
    /// A network pass and a model pass of one name.
    #[error("`{name}` is a network pass of {network} and a model pass of {model}")]
    Ambiguous {
        /// The name.
        name: String,
        /// Who offers the network pass.
        network: &'static str,
        /// Who offers the model pass.
        model: &'static str,
    },
    /// Two crates claim one name.
    #[error(transparent)]
    Registry(#[from] RegistryError),
    /// A parameter of a pass is wrong.
    #[error(transparent)]
    Parameter(#[from] SpecError),
    /// A pass stands on the wrong side of the build.
    #[error("`{pass}` rewrites {what}, so it must stand {side} the build")]
    Side {
        /// The pass.
        pass: String,
        /// Networks or models.
        what: &'static str,
        /// Where it belongs.
        side: &'static str,
    },
    /// A place is given by a pass that is not there.
    #[error("`{pass}` is not in the pipeline")]
    Absent {
        /// The pass.
        pass: String,
    },
    /// A pass needs another before it.
    #[error("`{pass}` needs `{needed}` to run before it")]
    Requires {
        /// The pass.
        pass: &'static str,
        /// What it needs.
        needed: &'static str,
    },
    /// A pass stands before one that it must follow.
    #[error("`{pass}` must stand behind `{first}`")]
    After {
        /// The pass.
        pass: &'static str,
        /// Who comes first.
        first: &'static str,
    },
    /// Two passes that do not go together.
    #[error("`{pass}` and `{other}` do not go together")]
    Conflict {
        /// The pass.
        pass: &'static str,
        /// The other.
        other: &'static str,
    },
    /// A pass gave up; its input is whole.
    #[error("the pass `{pass}` gave up")]
    Pass {
        /// The pass.
        pass: &'static str,
        /// The cause.
        #[source]
        source: PassError,
    },
    /// A pass left something broken behind.
    #[error("the pass `{pass}` broke what it rewrote: {message}")]
    Broken {
        /// The pass.
        pass: &'static str,
        /// What is wrong now.
        message: String,
    },
}

fn hint(nearest: &Option<String>) -> String {
    nearest.as_ref().map(|name| format!("; did you mean `{name}`?")).unwrap_or_default()
}
