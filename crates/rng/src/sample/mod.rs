//! Samplers of the standard distributions, on any `rand_core` generator; a [`Stream`](crate::Stream) is one.
//!
//! Each distribution comes twice, with equal bits: as a type whose constructor checks the parameters and prepares what
//! depends on them alone, and as a function for a single draw, which never fails: what it makes of parameters out of
//! bounds is part of its documentation.
//!
//! How many words a draw takes is documented too. [`unit_open`], [`normal_from_uniform`] and [`poisson_from_uniform`]
//! are the pure functions behind the samplers that take exactly one `u64`, so that a backend can draw whole vectors and
//! get equal bits. All arithmetic is IEEE double precision, in the written order, and the crate `libm`.

mod beta;
mod binomial;
mod error;
mod exponential;
mod gamma;
mod geometric;
mod lognormal;
mod normal;
mod poisson;
mod poisson_table;
mod rejection;
mod saddle;
mod uniform;
mod vonmises;

#[cfg(test)]
mod check;

pub use beta::{Beta, beta};
pub use binomial::{Binomial, MAX_TRIALS, binomial};
pub use error::SampleError;
pub use exponential::{Exponential, exponential};
pub use gamma::{Gamma, gamma};
pub use geometric::{Geometric, geometric};
pub use lognormal::{LogNormal, lognormal};
pub use normal::{Normal, normal, normal_from_uniform, standard_normal};
pub use poisson::{MAX_POISSON_MEAN, Poisson, poisson, poisson_from_uniform};
pub use poisson_table::PoissonTable;
pub use uniform::{Below, Uniform, UniformInt, below, bernoulli, uniform, uniform_int, unit_open};
pub use vonmises::{VonMises, vonmises};

/// Below this mean, counts are drawn by inversion of one uniform number, from it on by rejection.
const INVERSION_BELOW: f64 = 10.0;

/// Where the search of an inversion ends: counts less likely than the least uniform number, 2^-54, are
/// beyond all of them. Without this, rounding could leave a sum of probabilities below one of them for ever.
const LEAST_INVERSION_TERM: f64 = f64::EPSILON / 4.0;

/// The number from 0 to `max` next to `parameter`; 0 for NaN, which `f64::clamp` would let through.
#[inline]
fn clamp_to(max: f64, parameter: f64) -> f64 {
    if parameter > 0.0 { parameter.min(max) } else { 0.0 }
}
