//! Numbers that begin on a line of the cache.

use std::collections::TryReserveError;
use std::ops::{Deref, DerefMut};

/// Bytes of a line; the widest vectors are as long.
const LINE: usize = 64;

/// A growing array whose first element stands at the beginning of a line of the cache: else each of
/// the widest vectors would lie across two.
///
/// # Examples
/// ```
/// use pontine_mechanism::Lines;
///
/// let mut states: Lines<f32> = Lines::new();
/// states.try_grow(100)?;
/// states[99] = 1.0;
/// assert_eq!(states.as_ptr().align_offset(64), 0);
/// # Ok::<(), std::collections::TryReserveError>(())
/// ```
#[derive(Debug)]
pub struct Lines<T> {
    /// Never moved while it has room.
    values: Vec<T>,
    /// How many stand before the first.
    skipped: usize,
}

impl<T: Copy + Default> Lines<T> {
    /// No elements yet.
    pub fn new() -> Lines<T> {
        Lines::default()
    }

    /// Appends `n` elements of the default value.
    ///
    /// # Errors
    /// If memory is short; nothing has changed then.
    pub fn try_grow(&mut self, n: usize) -> Result<(), TryReserveError> {
        if self.values.capacity() - self.values.len() < n {
            self.move_to_room_for(n)?;
        }
        self.values.resize(self.values.len() + n, T::default());
        Ok(())
    }

    /// At least `length` elements.
    #[inline]
    pub(crate) fn at_least(&mut self, length: usize) -> &mut [T] {
        if self.len() < length {
            self.lengthen(length);
        }
        &mut self[..]
    }

    #[cold]
    fn lengthen(&mut self, length: usize) {
        // Registers of kernels: small, as any other vector.
        if let Err(error) = self.try_grow(length - self.len()) {
            panic!("{error}");
        }
    }

    fn move_to_room_for(&mut self, n: usize) -> Result<(), TryReserveError> {
        let per_line = LINE.div_ceil(size_of::<T>().max(1));
        let mut moved: Vec<T> = Vec::new();
        // Half as much again, so that growing often is no more work than growing once.
        let room = self.len().saturating_add(n.max(self.len() / 2)).saturating_add(per_line);
        moved.try_reserve_exact(room)?;
        let skipped = moved.as_ptr().align_offset(LINE).min(per_line);
        moved.resize(skipped, T::default());
        moved.extend_from_slice(self);
        *self = Lines { values: moved, skipped };
        Ok(())
    }

    /// Bytes held.
    pub fn memory_bytes(&self) -> u64 {
        (self.values.capacity() * size_of::<T>()) as u64
    }
}

impl<T> Default for Lines<T> {
    fn default() -> Lines<T> {
        Lines { values: Vec::new(), skipped: 0 }
    }
}

impl<T> Deref for Lines<T> {
    type Target = [T];

    #[inline]
    fn deref(&self) -> &[T] {
        &self.values[self.skipped..]
    }
}

impl<T> DerefMut for Lines<T> {
    #[inline]
    fn deref_mut(&mut self) -> &mut [T] {
        &mut self.values[self.skipped..]
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{prop_assert, prop_assert_eq, proptest};

    use super::{LINE, Lines};

    proptest! {
        #[test]
        fn it_grows_like_a_vector_and_stays_aligned(growths in proptest::collection::vec(0..400_usize, 1..9)) {
            let (mut lines, mut expected) = (Lines::new(), Vec::new());
            for n in growths {
                lines.try_grow(n).unwrap();
                expected.resize(expected.len() + n, 0.0f64);
                expected.iter_mut().zip(0..).for_each(|(value, i)| *value = f64::from(i));
                lines.iter_mut().zip(0..).for_each(|(value, i)| *value = f64::from(i));
                prop_assert_eq!(&lines[..], &expected[..]);
                prop_assert!(lines.is_empty() || lines.as_ptr().align_offset(LINE) == 0);
            }
        }
    }

    #[test]
    fn what_does_not_fit_changes_nothing() {
        let mut lines = Lines::new();
        lines.try_grow(3).unwrap();
        lines[2] = 5u64;
        assert!(lines.try_grow(usize::MAX / 16).is_err());
        assert_eq!(lines[..], [0, 0, 5]);
    }
}
