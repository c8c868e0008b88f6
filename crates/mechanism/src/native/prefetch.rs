//! Asks for memory before it is needed.

use std::ops::Range;

/// Bytes of a line of the cache.
const LINE: usize = 64;

/// Has the first lines of some elements brought into the cache, at most `n_lines`; lines behind them
/// are for the hardware to foresee. Never changes what a program computes.
///
/// # Examples
/// ```
/// let weights = vec![0.5_f32; 1000];
/// pontine_mechanism::native::prefetch(&weights, 400..450, 4);
/// ```
#[inline]
pub fn prefetch<T>(values: &[T], elements: Range<usize>, n_lines: usize) {
    let Some(values) = values.get(elements) else { return };
    let per_line = (LINE / size_of::<T>().max(1)).max(1);
    for line in values.chunks(per_line).take(n_lines) {
        hint(line.as_ptr());
    }
}

#[inline(always)]
#[allow(unsafe_code)]
fn hint<T>(at: *const T) {
    // SAFETY: a hint reads nothing and never faults, whatever the address.
    #[cfg(target_arch = "x86_64")]
    unsafe {
        use std::arch::x86_64::{_MM_HINT_T0, _mm_prefetch};
        _mm_prefetch::<_MM_HINT_T0>(at.cast());
    }
    #[cfg(not(target_arch = "x86_64"))]
    let _ = at;
}
