//! One engine under Nengo and PyNN: describe a neural model once, run it on any backend.
//!
//! ```text
//!  your program ── Network ── Simulator (any backend) ── Recording
//! ```
//! The [`prelude`] has the objects; [`Simulator`] takes them to numbers:
//!
//! ```
//! use pontine::prelude::*;
//!
//! let mut network = Network::new("channel");
//! let wave = Function::expression("sin(6.283185307179586 * t)", 0)?;
//! let input = network.add(Node::function(wave, 0).labelled("input"));
//! let mut ensemble = Ensemble::new(50, 1).labelled("a");
//! ensemble.options.eval_points = Some(Spec::new("Uniform").with("low", -1.0).with("high", 1.0).into());
//! ensemble.options.encoders = ensemble.options.eval_points.clone();
//! let a = network.add(ensemble);
//! let mut into_a = Connection::new(input, a);
//! into_a.options.synapse = Some(None);
//! network.add(into_a);
//! let mut probe = Probe::new(ProbeTarget::Decoded(a)).labelled("a");
//! probe.synapse = Some(Some(Spec::new("Lowpass").with("tau", 0.01)));
//! network.add(probe);
//!
//! let mut simulator = Simulator::builder().dt(0.001).seed(1).build(&network)?;
//! simulator.run(0.25)?;
//! let decoded = simulator.recording().samples("Probe:a").unwrap();
//! assert_eq!(decoded.len(), 250);
//! assert!((decoded[249] - 1.0).abs() < 0.15);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Invariant: this crate adds names, not meaning: what runs here runs the same through
//! [`road`] on any backend. Features only add (`ref`: the reference backend; `io`: files).

#[cfg(doctest)]
mod book;
mod simulator;

#[cfg(feature = "ref")]
pub use pontine_backend_ref as backend_ref;
pub use pontine_core_ir as core_ir;
#[cfg(feature = "io")]
pub use pontine_io as io;
pub use pontine_road as road;
pub use simulator::{Simulator, SimulatorBuilder};

/// What most programs need.
pub mod prelude {
    pub use pontine_core_ir::{
        Cells, Connection, Connector, Endpoint, Ensemble, Function, Network, Node, Population,
        PopulationView, Probe, ProbeTarget, Projection, Quantity, Recorder, Recording, Samples,
        SparseMatrix, Spec, Subnetwork, Tensor, Transform, Value,
        network::{Convolution, Padding},
    };

    pub use crate::simulator::{Simulator, SimulatorBuilder};
}
