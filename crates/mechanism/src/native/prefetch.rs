//! Asks for memory before it is needed.

/// Bytes of a line of the cache.
const LINE: usize = 64;

/// Has `n_lines` lines brought into the cache, the first of them that of element `first`; lines
/// behind them are for the hardware to foresee. Never changes what a program computes, wherever the
/// lines are.
///
/// # Examples
/// ```
/// let weights = vec![0.5_f32; 1000];
/// pontine_mechanism::native::prefetch(&weights, 400, 4);
/// ```
#[inline(always)]
pub fn prefetch<T>(values: &[T], first: usize, n_lines: usize) {
    let first = values.as_ptr().wrapping_add(first).cast::<u8>();
    for line in 0..n_lines {
        hint(first.wrapping_add(line * LINE));
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
