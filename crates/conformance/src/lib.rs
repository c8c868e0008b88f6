//! What every backend must pass, as a library.
//!
//! ```text
//!  first, cases, behaviour ──┐                 ┌──> closed forms
//!                            ├──> backend ─────┤                    ok, FAILED or ignored
//!  random networks ──────────┘                 └──> oracle
//! ```
//! ```no_run
//! // tests/conformance.rs of a backend's crate, with `harness = false`
//! # use pontine_conformance::Oracle as MyBackend;
//! fn main() {
//!     pontine_conformance::run(&MyBackend)
//! }
//! ```
//! * **First** ([`case::FIRST`]): the smallest checks, each of which only one fault breaks, and which is
//!   named by what should hold. Read those first that fail here.
//! * **Cases** ([`case`]): models as text, with closed forms and definitions from outside the code.
//! * **Behaviour**: split and ended runs, resets, reading and writing, failing hosts, draws.
//! * **Random models and networks** ([`strategy`]), on which a backend must equal the [`Oracle`], a
//!   backend as simple as the port allows, bit for bit or as far as [`Options`] say.
//!
//! What a backend declares not to be able to do is shown as ignored; [`report`] gives the same as a
//! summary to print. `PONTINE_CONFORMANCE_CASES`
//! and `PONTINE_CONFORMANCE_SEED` ask for more and for other random networks; those that fail are
//! shrunk and printed as text that can be pasted.
//!
//! Invariants: no backend is named here but the oracle, and the oracle shares nothing with others
//! but the definitions of the IR. Checks are deterministic: equal seeds give equal networks.

mod behaviour;
pub mod bench;
pub mod case;
mod check;
mod compare;
#[cfg(test)]
mod coverage;
mod oracle;
mod random;
mod report;
mod shipped;
pub mod strategy;
mod suite;

pub use compare::Equality;
pub use oracle::Oracle;
pub use report::{Report, Verdict, report};
pub use suite::{Options, run, run_with, trials};
