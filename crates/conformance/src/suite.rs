//! All checks of one backend as a test binary.

use std::collections::BTreeSet;

use libtest_mimic::{Arguments, Failed, Trial};
use pontine_core_ir::port::{Backend, Capability};

use crate::{
    check::{Check, checks},
    compare::Equality,
};

/// What the suite asks for beyond the backend itself.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Options {
    /// How equal the backend must be to the oracle on random networks.
    pub equality: Equality,
    /// How many random networks of each kind.
    pub n_random: u32,
    /// Which random networks.
    pub seed: u64,
    /// Whether a check that would be ignored fails instead: for backends that can do everything,
    /// and are to stay so.
    pub nothing_ignored: bool,
}

impl Default for Options {
    /// Bit for bit, on 48 networks of each kind. `PONTINE_CONFORMANCE_CASES` and
    /// `PONTINE_CONFORMANCE_SEED` ask for more and for others.
    fn default() -> Self {
        let of = |name| std::env::var(name).ok().and_then(|value| value.parse().ok());
        Self {
            equality: Equality::Bits,
            n_random: of("PONTINE_CONFORMANCE_CASES").unwrap_or(48) as u32,
            seed: of("PONTINE_CONFORMANCE_SEED").unwrap_or(2026),
            nothing_ignored: false,
        }
    }
}

/// Holds a backend against the whole suite, as the main function of a test binary without harness.
///
/// Arguments are those of any test binary: a filter, `--list`, … Checks that need what the backend
/// lacks are shown as ignored, with what is lacking.
pub fn run(backend: &'static dyn Backend) -> ! {
    run_with(backend, Options::default())
}

/// The same with options.
pub fn run_with(backend: &'static dyn Backend, options: Options) -> ! {
    libtest_mimic::run(&Arguments::from_args(), trials(backend, options)).exit()
}

/// All checks of a backend, for binaries that add checks of their own.
pub fn trials(backend: &'static dyn Backend, options: Options) -> Vec<Trial> {
    checks(backend, options).into_iter().map(|check| trial(check, options)).collect()
}

fn trial(check: Check<'static>, options: Options) -> Trial {
    let Check { name, lacking, run } = check;
    if lacking.is_empty() {
        return Trial::test(name, || run().map_err(Failed::from));
    }
    let reason = format!("lacks {}", list(&lacking));
    let name = format!("{name} ({reason})");
    Trial::test(name, || Err(Failed::from(reason))).with_ignored_flag(!options.nothing_ignored)
}

fn list(lacking: &BTreeSet<Capability>) -> String {
    lacking.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}
