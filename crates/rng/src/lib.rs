//! Where randomness comes from: keyed Philox4x32-10 streams, NumPy's legacy `RandomState`, and samplers on either.
//!
//! ```text
//!  (seed, path, purpose) ── StreamKey ── (index, step, site) ──> Stream ── sample ──> number
//! ```
//! * [`philox`] is the counter-based generator, a pure function of counter and key.
//! * [`key`] derives a [`StreamKey`] from a seed, a stable path and a purpose, and opens a [`Stream`] at one
//!   (index, step, site).
//! * [`columns`] draws for whole blocks of elements at once what their streams would.
//! * [`sample`] turns random words into the standard distributions.
//! * [`random_state`] is NumPy's `RandomState`, for parity with Nengo's seeded builds.
//!
//! # Invariants
//! * A keyed draw is a function of (seed, path, purpose, index, step, site) alone. Nothing here knows networks, ids,
//!   threads, backends or files, so no draw can depend on them.
//! * Everything but [`random_state`] is IEEE arithmetic and the crate `libm`, never the platform's functions:
//!   equal bits on every CPU. [`random_state`] uses the platform's elementary functions, because NumPy does.
//! * No function here panics or runs away, whatever parameters it is given.
//!
//! # Examples
//! ```
//! use pontine_rng::{StreamKey, sample};
//!
//! let key = StreamKey::new(42, "Population:exc", "init.v");
//! let neuron_idx = 7;
//! let v_mv = sample::normal(&mut key.stream(neuron_idx, 0, 0), -65.0, 5.0);
//! let again = sample::normal(&mut key.stream(neuron_idx, 0, 0), -65.0, 5.0);
//! assert_eq!(v_mv, again);
//! ```

pub mod columns;
pub mod key;
pub mod philox;
pub mod random_state;
pub mod sample;
mod stream;

pub use key::StreamKey;
pub use philox::philox4x32_10;
pub use random_state::RandomState;
pub use sample::SampleError;
pub use stream::Stream;
