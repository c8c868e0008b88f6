//! temp
mod behaviour;
pub mod bench;
pub mod case;
mod compare;
mod oracle;
mod random;
pub mod strategy;
mod suite;
pub use compare::Equality;
pub use oracle::Oracle;
pub use suite::{Options, run, run_with, trials};
