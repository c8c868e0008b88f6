//! Who looks on while passes run.

use pontine_core_ir::{Model, Network, pass::PassMeta};

use crate::provenance::Stamp;

/// Sees every pass before and after: for progress, timing, or printing the stages.
///
/// `()` looks away.
pub trait PassObserver {
    /// A pass is about to run.
    fn before(&mut self, pass: &PassMeta) {
        let _ = pass;
    }

    /// A network pass has run, and this is the network now.
    fn after_network(&mut self, stamp: &Stamp, network: &Network) {
        let _ = (stamp, network);
    }

    /// A model pass has run, and this is the model now.
    fn after_model(&mut self, stamp: &Stamp, model: &Model) {
        let _ = (stamp, model);
    }
}

impl PassObserver for () {}
