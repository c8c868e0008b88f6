//! The same code for several sets of instructions, chosen once.
//!
//! The only unsafe code of the workspace but for hints stands here: calling a function that is compiled for
//! instructions which not every CPU has.

#[cfg(target_arch = "x86_64")]
use std::arch::is_x86_feature_detected;

/// A set of instructions for which kernels are compiled. Results are the same on each.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Level {
    /// What every CPU of the target has.
    Baseline,
    /// AVX2 and FMA, on x86-64.
    Avx2,
    /// AVX-512 (F, VL, DQ, BW) and FMA, on x86-64.
    Avx512,
}

impl Level {
    /// All levels, the slowest first.
    pub const ALL: [Level; 3] = [Level::Baseline, Level::Avx2, Level::Avx512];

    /// Whether this CPU has it.
    pub fn is_available(self) -> bool {
        match self {
            Level::Baseline => true,
            #[cfg(target_arch = "x86_64")]
            Level::Avx2 => is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma"),
            #[cfg(target_arch = "x86_64")]
            Level::Avx512 => {
                is_x86_feature_detected!("avx512f")
                    && is_x86_feature_detected!("avx512vl")
                    && is_x86_feature_detected!("avx512dq")
                    && is_x86_feature_detected!("avx512bw")
                    && is_x86_feature_detected!("fma")
            }
            #[cfg(not(target_arch = "x86_64"))]
            Level::Avx2 | Level::Avx512 => false,
        }
    }

    /// The fastest that this CPU has.
    pub fn best() -> Level {
        let available = Level::ALL.into_iter().filter(|level| level.is_available());
        available.max().unwrap_or(Level::Baseline)
    }
}

/// Something to run, marked `#[inline(always)]`, so that it is compiled for each level.
///
/// # Examples
/// ```
/// use pontine_mechanism::native::{Supported, Task, dispatch};
///
/// struct Sum<'a>(&'a [u32]);
///
/// impl Task for Sum<'_> {
///     type Output = u32;
///
///     #[inline(always)]
///     fn run(self) -> u32 {
///         self.0.iter().sum()
///     }
/// }
///
/// assert_eq!(dispatch(Supported::best(), Sum(&[1, 2, 3])), 6);
/// ```
pub trait Task {
    /// What comes out.
    type Output;

    /// Runs it.
    fn run(self) -> Self::Output;
}

/// A level that this CPU has been found to have, so that nobody need ask again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Supported(Level);

impl Supported {
    /// The level itself, or the baseline where this CPU lacks it.
    pub fn of(level: Level) -> Supported {
        Supported(if level.is_available() { level } else { Level::Baseline })
    }

    /// The fastest.
    pub fn best() -> Supported {
        Supported(Level::best())
    }
}

/// Runs a task with the instructions of a level.
#[inline]
#[allow(unsafe_code)]
pub fn dispatch<T: Task>(level: Supported, task: T) -> T::Output {
    match level.0 {
        #[cfg(target_arch = "x86_64")]
        Level::Avx512 => {
            // SAFETY: this CPU has the instructions, since `Supported::of` has asked.
            unsafe { avx512(task) }
        }
        #[cfg(target_arch = "x86_64")]
        Level::Avx2 => {
            // SAFETY: as above.
            unsafe { avx2(task) }
        }
        _ => task.run(),
    }
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f,avx512vl,avx512dq,avx512bw,avx2,fma")]
fn avx512<T: Task>(task: T) -> T::Output {
    task.run()
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,fma")]
fn avx2<T: Task>(task: T) -> T::Output {
    task.run()
}
