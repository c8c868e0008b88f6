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
//! let input = network.add(Node::of_time(|t| [(6.283 * t).sin()]).labelled("input"));
//! let ensemble = Ensemble::new(50, 1).encoders(uniform(-1.0, 1.0)).labelled("a");
//! let a = network.add(ensemble);
//! network.add(Connection::new(input, a).synapse(Synapse::NONE));
//! let probe = network.add(Probe::new(a).synapse(0.01));
//!
//! let mut simulator = Simulator::builder().dt(0.001).seed(1).build(&network)?;
//! simulator.run(0.25)?;
//! let last = simulator.samples(probe).last().unwrap();
//! assert!((last[0] - 1.0).abs() < 0.15);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Invariant: this crate adds names, not meaning: what runs here runs the same through
//! [`road`] on any backend. Features only add (`ref`: the reference backend; `io`: files).

#[cfg(doctest)]
mod book;
mod csv;
mod simulator;

#[cfg(feature = "ref")]
pub use pontine_backend_ref as backend_ref;
pub use pontine_core_ir as core_ir;
#[cfg(feature = "io")]
pub use pontine_io as io;
pub use pontine_nef as nef;
pub use pontine_road as road;
pub use simulator::{Simulator, SimulatorBuilder};

/// What most programs need.
pub mod prelude {
    pub use pontine_core_ir::{
        Cells, Config, Connection, ConnectionOptions, Connector, Endpoint, Ensemble,
        EnsembleOptions, Factor, Factored, FactoredBlock, Function, Network, Node, Population,
        PopulationView, Probe, ProbeTarget, Projection, Quantity, Recorder, Recording, Samples,
        SparseMatrix, Spec, Subnetwork, SubnetworkId, Synapse, Tensor, Transform, Value,
        network::{Convolution, Padding},
    };
    pub use pontine_nef::{
        names::{
            alpha, ball, bcm, choice, delay, direct, gaussian, lif, lif_rate, lowpass, lstsq_l2,
            nnls_l2, oja, pes, rls, sphere, uniform, voja, weights, white_noise, white_signal,
        },
        networks::{
            Action, ActionSelection, AssociativeMemory, AssociativeMemoryOptions, BasalGanglia,
            CircularConvolution, ControlledIntegrator, EnsembleArray, EnsembleArrayOptions,
            InputGatedMemory, Integrator, LegendreMemory, Oscillator, Product, Thalamus,
        },
        vocabulary::{Pointer, Vocabulary},
    };

    pub use crate::simulator::{Simulator, SimulatorBuilder};
}
