//! Run-time side of the equation language: kernels for blocks of neurons.
//!
//! ```text
//!  Mechanism ── kernel ──> a native kernel, if one with this hash is linked
//!                          else the interpreter of the expanded program
//!            ── derive ──> derived parameters, on the host
//!  Function  ── FunctionKernel ──> values at points
//! ```
//!
//! Invariant: nothing here knows a network, a schedule or a backend. A kernel is a pure function of
//! its [`BlockArgs`]: draws depend on key, lane, step and site alone, and all arithmetic is that of
//! [`Real`], so that a result is the same for any block width, thread or CPU.
//!
//! ```
//! use pontine_mechanism::{BlockArgs, Frame, Mechanism, Phase, Scratch, derive, kernel};
//! use pontine_rng::StreamKey;
//!
//! let text = "mechanism Leaky {
//!     units population
//!     parameter tau_m = 20 ms
//!     state v = 1 mV
//!     dv/dt = -v / tau_m
//!     solve exact
//! }";
//! let mechanism = Mechanism::parse(text)?;
//! let derived = derive(&mechanism, 0.1, &[&[20.0]])?;
//! // A homogeneous value is one splatted block.
//! let constants: Vec<f64> = [20.0, derived[0][0]].into_iter().flat_map(|v| [v; 16]).collect();
//! let mut states = [1.0; 16];
//! let mut args = BlockArgs {
//!     frame: Frame {
//!         width: 16,
//!         first: 0,
//!         step: 1,
//!         time: 0.1,
//!         dt: 0.1,
//!         key: StreamKey::from_raw(0),
//!         parameter_at: &[0],
//!         derived_at: &[16],
//!         homogeneous: true,
//!         input_at: &[],
//!         receptor_at: &[],
//!     },
//!     constants: &constants,
//!     states: &mut states,
//!     dense: &[],
//!     outputs: &mut [],
//! };
//! kernel::<f64>(&mechanism, Phase::Step).run(&mut Scratch::new(), &mut args);
//! assert!((states[0] - (-0.1f64 / 20.0).exp()).abs() < 1e-15);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod batch;
mod block;
mod derive;
mod draw;
mod function;
mod interpreter;
mod lines;
pub mod native;
mod registry;
mod scalar;

pub use block::{BlockArgs, CHUNK, Frame, Kernel, LANES, Phase};
pub use derive::{DeriveError, derive};
pub use function::FunctionKernel;
pub use interpreter::{Interpreter, Scratch};
pub use lines::Lines;
pub use native::Level;
pub use pontine_mechanism_lang as lang;
pub use pontine_mechanism_lang::{
    Argument, Function, LangError, Mechanism, OutputKind, Precision, Real, Solver, Synapse, Unit,
    UnitSystem,
};
pub use registry::{ErasedKernel, NativeKernel, kernel, native_kernel};

#[doc(hidden)]
pub use pontine_mechanism_macros as macros;

/// The text of a mechanism, given as a string literal, whose steps are compiled to native code.
///
/// An expression of type `&'static str`. Kernels of all mechanisms of the text, or of both sides of the
/// one synapse that it holds, are registered, so
/// that [`kernel`] finds them wherever an equal mechanism is run; a fault in the text is a compile
/// error at the literal. Names of solvers may follow the text, as in `mechanism!("…", rk4)`: then
/// there are kernels for [`Mechanism::with_solver`] as well.
///
/// ```
/// use pontine_mechanism::{Level, Mechanism, Phase, mechanism, native_kernel};
///
/// let text = mechanism!(
///     r"mechanism Leaky {
///         units population
///         parameter tau_m = 20 ms
///         state v = 1 mV
///         dv/dt = -v / tau_m
///         solve exact
///     }"
/// );
/// let leaky = Mechanism::parse(text)?;
/// assert!(native_kernel::<f32>(&leaky, Phase::Step, Level::best()).is_some());
/// # Ok::<(), pontine_mechanism::LangError>(())
/// ```
#[macro_export]
macro_rules! mechanism {
    ($($text:tt)*) => { $crate::macros::mechanism!({$crate} $($text)*) };
}

/// As [`mechanism!`](crate::mechanism), of a file whose path is given from the file of the call.
///
/// The crate is built anew when that file changes.
#[macro_export]
macro_rules! mechanism_file {
    ($($path:tt)*) => { $crate::macros::mechanism_file!({$crate} $($path)*) };
}

#[cfg(test)]
mod tests;
