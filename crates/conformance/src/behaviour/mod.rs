//! What a simulation does beyond computing: runs, resets, reading and writing, hosts, draws.

mod access;
mod draws;
mod errors;
mod first;
mod hosts;
mod modes;
mod products;
mod runs;
mod synapses;

use std::sync::LazyLock;

use pontine_core_ir::{
    Model,
    port::{Backend, Capability},
};

use crate::{
    bench::{Outcome, words},
    case::parse_model,
};

/// One check of a backend's behaviour.
pub(crate) struct Behaviour {
    pub name: &'static str,
    /// What it needs of a backend beside what the model needs.
    pub needs: &'static [Capability],
    /// The model that it runs.
    pub model: fn() -> Outcome<Model>,
    pub check: fn(&dyn Backend, &Model) -> Outcome,
}

/// The smallest.
pub(crate) fn first() -> impl Iterator<Item = &'static Behaviour> {
    first::ALL.iter()
}

/// All others.
pub(crate) fn all() -> impl Iterator<Item = &'static Behaviour> {
    let all = [
        runs::ALL,
        access::ALL,
        hosts::ALL,
        draws::ALL,
        modes::ALL,
        products::ALL,
        synapses::ALL,
        errors::ALL,
    ];
    all.into_iter().flatten()
}

/// The model with a bit of everything.
fn mixed() -> Outcome<Model> {
    static MIXED: LazyLock<Outcome<Model>> =
        LazyLock::new(|| parse_model("mixed.model", include_str!("mixed.model")).map_err(words));
    MIXED.clone()
}

/// Cells that decay, each from 1 mV; `tau` in ms.
fn decay() -> Outcome<Model> {
    read(
        r#"model dt=0.001 seed=0 "decay"
mechanism Leak {
    units population
    parameter tau = 20 ms
    state v = 1 mV
    dv/dt = -v / tau
    solve exact
}
operator "p" 0 neurons 3 Leak
record "p.v" state "p" v every=1.0 first=zero unit="mV"
"#,
    )
}

fn read(text_form: &str) -> Outcome<Model> {
    parse_model("model", text_form).map_err(words)
}
