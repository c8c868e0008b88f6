//! The backends, by name.

use std::io::{self, Write};

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

/// Lists the backends: what each is, and what it can do.
pub(crate) fn backends(out: &mut dyn Write) -> io::Result<()> {
    for (i, choice) in Choice::value_variants().iter().enumerate() {
        let (newline, backend) = (if i == 0 { "" } else { "\n" }, choice.backend());
        let value = choice.to_possible_value();
        let help = value.as_ref().and_then(|value| value.get_help()).map(ToString::to_string);
        writeln!(out, "{newline}{}  {}", backend.name(), help.unwrap_or_default())?;
        for capability in backend.capabilities() {
            writeln!(out, "  {capability}")?;
        }
    }
    Ok(())
}
