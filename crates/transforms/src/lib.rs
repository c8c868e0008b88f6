//! Passes: named rewrites of networks and of models, and what drives them.
//!
//! ```text
//!  "pin-seeds, [build], dce" ── parse ──> Pipeline
//!  Network ── apply ──> Network            Model ── apply_model ──> Model
//!               each pass: run -> edit log -> applied to a copy -> checked -> stamp
//!                                     Provenance: stamps, logs, fates
//! ```
//! [`Pipeline`] is a list of passes with its text; [`Provenance`] tells what they did, object by
//! object ([`Provenance::explain`]), and replays it; [`Story`] is that as JSON; [`bisect`] finds the edit that broke something.
//! [`passes`] lists the passes of this crate; a linked crate offers more by [`PassEntry`].
//!
//! Invariants: nothing runs that the pipeline does not name, and linking a crate changes no
//! pipeline. The input of a pass never changes, and a pass that leaves a network or model broken is
//! named at once. The result depends on the input, the pipeline and the seed alone.
//!
//! ```
//! use pontine_core_ir::{Ensemble, Network};
//! use pontine_transforms::Pipeline;
//!
//! let mut network = Network::new("net");
//! let a = network.add(Ensemble::new(10, 1).labelled("a"));
//! let pipeline: Pipeline = "pin-seeds".parse()?;
//! let (pinned, provenance) = pipeline.with_seed(7).apply(&network, &mut ())?;
//! assert!(pinned.seed_of(a.into()).is_some() && network.seed_of(a.into()).is_none());
//! assert_eq!(provenance.explain("Ensemble:a"), ["pin-seeds: modified"]);
//! # Ok::<(), pontine_transforms::PipelineError>(())
//! ```

mod bisect;
mod closure;
mod drive;
mod error;
mod observer;
pub mod passes;
mod pipeline;
mod provenance;
mod registry;
mod story;

pub use bisect::bisect;
pub use closure::{pass_of, pass_with};
pub use error::PipelineError;
pub use observer::PassObserver;
pub use pipeline::{At, OnError, Pipeline};
pub use provenance::{Log, Provenance, Stamp, Touched};
pub use registry::{MakePass, PassEntry, model_passes, network_passes, plain};
pub use story::{Card, Chapter, Counts, Happening, Known, Named, Spared, Story, Summary};

#[cfg(test)]
mod testing;
