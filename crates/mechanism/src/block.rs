//! What a kernel is called with.

use pontine_mechanism_lang::Real;
use pontine_rng::StreamKey;

use crate::interpreter::Scratch;

/// Block widths are multiples of this.
pub const CHUNK: usize = 16;

/// The widest block that a kernel is called with.
pub const LANES: usize = 512;

/// Which program of a mechanism.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Phase {
    /// Sets the states before the first step.
    Initial,
    /// One step.
    Step,
}

/// What is the same for all lanes of a block, and where its columns begin.
#[derive(Clone, Copy, Debug)]
pub struct Frame<'a, F> {
    /// The number of lanes: a multiple of [`CHUNK`], not above [`LANES`].
    pub width: usize,
    /// The index of lane 0 within its population; draws are keyed by it.
    pub first: u64,
    /// The number of the step; draws use its low 32 bits.
    pub step: u64,
    /// The time at the end of this step, in the mechanism's unit.
    pub time: F,
    /// The time step, in the mechanism's unit.
    pub dt: F,
    /// The key of this phase's draws.
    pub key: StreamKey,
    /// Where each parameter's column begins in the arena of constants.
    pub parameter_at: &'a [usize],
    /// Where each derived parameter's column begins there.
    pub derived_at: &'a [usize],
    /// All columns of parameters and derived parameters are splatted: a kernel may read one lane
    /// for all. If in doubt, no.
    pub homogeneous: bool,
    /// Where each input's column begins in the dense arena.
    pub input_at: &'a [usize],
    /// Where the column of each receptor's summed weights begins there.
    pub receptor_at: &'a [usize],
}

/// One block of neurons, for one step.
///
/// A *column* is a value of `width` lanes. Lanes behind the last neuron may hold anything; they
/// are computed as well. Kernels are fastest where columns begin on lines of the cache, as in
/// [`Lines`](crate::Lines).
#[derive(Debug)]
pub struct BlockArgs<'a, F> {
    /// Where the block stands.
    pub frame: Frame<'a, F>,
    /// The arena of parameters and derived parameters.
    pub constants: &'a [F],
    /// State `s` is the column at `s · width`.
    pub states: &'a mut [F],
    /// The arena of inputs and of weights due.
    pub dense: &'a [F],
    /// Output `o` is the column at `o · width`; events hold their signed count, 0 for no spike.
    pub outputs: &'a mut [F],
}

/// One phase of one mechanism, in one precision.
///
/// Called once per block, so that the virtual call costs nothing per neuron.
pub trait Kernel<F: Real>: Send + Sync {
    /// Computes the phase for one block; tells whether any lane has emitted a spike.
    ///
    /// Where the answer is no, every lane of every output of events is 0. Lanes behind the last
    /// neuron count as well. The initial phase emits nothing.
    ///
    /// # Panics
    /// If a column of `args` lies outside its arena.
    fn run(&self, scratch: &mut Scratch<F>, args: &mut BlockArgs<'_, F>) -> bool;
}
