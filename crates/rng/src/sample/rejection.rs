//! Transformed rejection with squeeze, which Hörmann's PTRS and BTRS share.

use libm::{floor, log};
use rand_core::Rng;

use super::uniform::unit_open;

/// A hat over the probabilities of a unimodal count, as the map `G(u) = (2a / (1/2 - |u|) + b) u + centre` of a uniform
/// number `u` in (-1/2, 1/2).
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Rejection {
    pub(super) a: f64,
    pub(super) b: f64,
    pub(super) centre: f64,
    /// Up to this height, all of the middle lies below the probabilities.
    pub(super) inner_height: f64,
    /// The height of the hat, in units of the probabilities.
    pub(super) scale: f64,
}

impl Rejection {
    /// A count from 0 to `max`, with probabilities proportional to `exp(log_pmf(count))`.
    ///
    /// Each attempt takes two `u64`: the first for `u`, the second for the height `v`. `floor(G(u))` is accepted if
    /// `v · scale / (a / (1/2 - |u|)² + b) ≤ exp(log_pmf)`, in the middle at once if `v ≤ inner_height`.
    #[inline]
    pub(super) fn draw<R: Rng + ?Sized>(
        &self,
        rng: &mut R,
        max: f64,
        log_pmf: impl Fn(f64) -> f64,
    ) -> u64 {
        loop {
            let u = unit_open(rng.next_u64()) - 0.5;
            let v = unit_open(rng.next_u64());
            let margin = 0.5 - u.abs();
            let count = floor((2.0 * self.a / margin + self.b) * u + self.centre);
            let is_inner = margin >= INNER_MARGIN && v <= self.inner_height;
            if is_inner
                || (0.0..=max).contains(&count) && self.log_height(v, margin) <= log_pmf(count)
            {
                return count as u64;
            }
        }
    }

    #[inline]
    fn log_height(&self, v: f64, margin: f64) -> f64 {
        log(v * self.scale / (self.a / (margin * margin) + self.b))
    }
}

/// Where the middle ends, in both of Hörmann's papers; from a mean of 10 on it maps into the counts.
const INNER_MARGIN: f64 = 0.07;
