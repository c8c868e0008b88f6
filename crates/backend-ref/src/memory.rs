//! Allocations whose size a user chose: they fail with a message, not with an abort.

use pontine_core_ir::port::CompileError;
use pontine_mechanism::Lines;

/// `n` equal values.
pub(crate) fn filled<T: Copy>(what: &str, n: usize, value: T) -> Result<Vec<T>, CompileError> {
    let mut values = Vec::new();
    reserve(what, &mut values, n)?;
    values.resize(n, value);
    Ok(values)
}

/// `n` zeros that begin on a line of the cache.
pub(crate) fn zeros<T: Copy + Default>(what: &str, n: usize) -> Result<Lines<T>, CompileError> {
    let mut values = Lines::new();
    grow(what, &mut values, n)?;
    Ok(values)
}

/// Appends `n` zeros.
pub(crate) fn grow<T: Copy + Default>(
    what: &str,
    values: &mut Lines<T>,
    n: usize,
) -> Result<(), CompileError> {
    values.try_grow(n).map_err(|_| no_room::<T>(what, values.len(), n))
}

/// Room for exactly `n` more values.
pub(crate) fn reserve<T>(what: &str, values: &mut Vec<T>, n: usize) -> Result<(), CompileError> {
    values.try_reserve_exact(n).map_err(|_| no_room::<T>(what, values.len(), n))
}

/// Appends values.
pub(crate) fn extend<T: Copy>(
    what: &str,
    values: &mut Vec<T>,
    more: impl ExactSizeIterator<Item = T>,
) -> Result<(), CompileError> {
    values.try_reserve(more.len()).map_err(|_| no_room::<T>(what, values.len(), more.len()))?;
    values.extend(more);
    Ok(())
}

/// Bytes that a vector holds.
pub(crate) fn bytes<T>(values: &Vec<T>) -> u64 {
    (values.capacity() * size_of::<T>()) as u64
}

fn no_room<T>(what: &str, present: usize, more: usize) -> CompileError {
    let bytes = (present as u64).saturating_add(more as u64).saturating_mul(size_of::<T>() as u64);
    CompileError::Memory { what: what.to_owned(), bytes }
}

#[cfg(test)]
mod tests {
    use super::filled;

    #[test]
    fn what_does_not_fit_is_named_with_its_size() {
        let error = filled("Population:E", usize::MAX / 32, 0.0f64).unwrap_err();
        assert_eq!(
            error.to_string(),
            format!(
                "`Population:E` needs {} bytes, which the machine does not have",
                (usize::MAX / 32) * 8
            )
        );
    }
}
