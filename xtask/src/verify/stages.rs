//! The stages of `cargo xtask test`.
//!
//! All stages use one target folder, the dev profile and the caller's flags, so that dependencies are
//! checked once (by clippy; doc and alone reuse that) and compiled once (by test; doctest and
//! downstream reuse that).

use crate::failure::Failure;
use crate::tidy;
use crate::verify::runner::Stage;
use crate::workspace::{Workspace, call, succeeds};

const DOWNSTREAM: &str = "--manifest-path tests/downstream/Cargo.toml";

/// What `cargo test --all-targets` runs, without benches: clippy already checks that they compile.
const ALL_TESTS: &str = "test --workspace --locked --lib --bins --tests --examples";

/// Every stage: the quickest to fail first, then in the order that shares most work.
pub fn all(workspace: &Workspace) -> Vec<Stage<'_>> {
    vec![
        Stage::new("fmt", || fmt(workspace)),
        Stage::new("tidy", || tidy::check(workspace)),
        Stage::new("clippy", || clippy(workspace)),
        Stage::new("test", || test(workspace)),
        Stage::new("doctest", || cargo(workspace, "test --workspace --locked --doc")),
        Stage::new("downstream", || downstream(workspace)),
        Stage::new("doc", || doc(workspace)),
        Stage::new("alone", || alone(workspace)),
    ]
}

fn fmt(workspace: &Workspace) -> Result<(), Failure> {
    cargo(workspace, "fmt --all -- --check")?;
    cargo(workspace, &format!("fmt {DOWNSTREAM} -- --check"))
}

fn clippy(workspace: &Workspace) -> Result<(), Failure> {
    cargo(workspace, "clippy --workspace --all-targets --locked -- -D warnings")?;
    // The only feature that no default turns on.
    cargo(
        workspace,
        "clippy -p pontine-cli --features oracle --all-targets --locked -- -D warnings",
    )
}

/// Both runners build the same targets, and both run the suites that bring their own harness.
fn test(workspace: &Workspace) -> Result<(), Failure> {
    if succeeds(&mut workspace.cargo("nextest --version")) {
        cargo(workspace, "nextest run --workspace --locked")
    } else {
        cargo(workspace, ALL_TESTS)
    }
}

fn downstream(workspace: &Workspace) -> Result<(), Failure> {
    cargo(workspace, &format!("test --locked {DOWNSTREAM}"))
}

fn doc(workspace: &Workspace) -> Result<(), Failure> {
    let mut command = workspace.cargo("doc --workspace --no-deps --locked");
    call(command.env("RUSTDOCFLAGS", "-D warnings"))
}

/// One call per crate: a single call would join their features and hide a missing one.
fn alone(workspace: &Workspace) -> Result<(), Failure> {
    workspace.libraries().try_for_each(|package| {
        cargo(workspace, &format!("check --locked --no-default-features -p {}", package.name))
    })
}

fn cargo(workspace: &Workspace, arguments: &str) -> Result<(), Failure> {
    call(&mut workspace.cargo(arguments))
}
