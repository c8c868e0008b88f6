//! Kernels by hash: native ones that are linked into the program, else the interpreter.

use std::any::Any;

use pontine_mechanism_lang::{Mechanism, Precision, Real};

use crate::block::{Kernel, Phase};
use crate::interpreter::Interpreter;
use crate::native::{Body, Level, Native};

/// A native kernel that its crate submits with [`inventory::submit!`], best through
/// [`mechanism!`](crate::mechanism) or [`mechanism_file!`](crate::mechanism_file).
///
/// It computes the same bits as the interpreter of every mechanism with this hash. Several entries
/// of one key are no clash: they are equal.
#[derive(Clone, Copy, Debug)]
pub struct NativeKernel {
    /// [`Mechanism::hash`].
    pub hash: u64,
    /// Which program.
    pub phase: Phase,
    /// In which precision.
    pub precision: Precision,
    /// Makes the kernel for a set of instructions; in the precision stated.
    pub make: fn(Level) -> ErasedKernel,
}

impl NativeKernel {
    /// The step of every mechanism with this hash, as printed by the macros.
    pub const fn of<F: Real, B: Body<F>>(hash: u64) -> NativeKernel {
        let make = |level| ErasedKernel::new::<F>(Native::<B>::new(level));
        NativeKernel { hash, phase: Phase::Step, precision: F::PRECISION, make }
    }
}

inventory::collect!(NativeKernel);

/// A kernel of either precision.
pub struct ErasedKernel(Box<dyn Any>);

impl ErasedKernel {
    /// Hides the precision of a kernel.
    pub fn new<F: Real>(kernel: impl Kernel<F> + 'static) -> ErasedKernel {
        let kernel: Box<dyn Kernel<F>> = Box::new(kernel);
        ErasedKernel(Box::new(kernel))
    }

    /// The kernel, if it is of this precision.
    pub fn reveal<F: Real>(self) -> Option<Box<dyn Kernel<F>>> {
        self.0.downcast::<Box<dyn Kernel<F>>>().ok().map(|kernel| *kernel)
    }
}

/// The fastest kernel known for one phase of a mechanism.
pub fn kernel<F: Real>(mechanism: &Mechanism, phase: Phase) -> Box<dyn Kernel<F>> {
    let native = native_kernel(mechanism, phase, Level::best());
    native.unwrap_or_else(|| Box::new(Interpreter::<F>::new(mechanism, phase)))
}

/// The native kernel for one phase of a mechanism, if one is linked, with the instructions of
/// `level` or of the baseline where this CPU lacks them.
pub fn native_kernel<F: Real>(
    mechanism: &Mechanism,
    phase: Phase,
    level: Level,
) -> Option<Box<dyn Kernel<F>>> {
    let fits = |native: &&NativeKernel| {
        native.hash == mechanism.hash() && native.phase == phase && native.precision == F::PRECISION
    };
    let native = inventory::iter::<NativeKernel>().find(fits)?;
    (native.make)(level).reveal()
}
