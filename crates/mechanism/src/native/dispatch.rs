//! The same code for several sets of instructions, chosen once.
//!
//! The only unsafe code of the workspace stands here: calling a function that is compiled for
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
pub(crate) trait Task {
    /// What comes out.
    type Output;

    /// Runs it.
    fn run(self) -> Self::Output;
}

/// Runs a task with the instructions of `level`, or of the baseline where this CPU lacks them.
#[allow(unsafe_code)]
pub(crate) fn dispatch<T: Task>(level: Level, task: T) -> T::Output {
    match level {
        #[cfg(target_arch = "x86_64")]
        Level::Avx512 if level.is_available() => {
            // SAFETY: this CPU has the instructions, as was just asked (of a cached answer).
            unsafe { avx512(task) }
        }
        #[cfg(target_arch = "x86_64")]
        Level::Avx2 if level.is_available() => {
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
