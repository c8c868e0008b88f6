//! Random orders.

use super::RandomState;

impl RandomState {
    /// Shuffles `items` in place, as `shuffle` does to a list or the entries of a vector.
    pub fn shuffle<T>(&mut self, items: &mut [T]) {
        self.shuffle_by(items.len(), |i, j| items.swap(i, j));
    }

    /// Shuffles in place the rows of a matrix in row-major order, as `shuffle` does along the first axis.
    ///
    /// `row_len` entries make a row; where they are 0, or leave a rest, there are as many rows as are whole.
    pub fn shuffle_rows<T>(&mut self, entries: &mut [T], row_len: usize) {
        let n_rows = entries.len().checked_div(row_len).unwrap_or(0);
        self.shuffle_by(n_rows, |i, j| swap_rows(entries, row_len, i, j));
    }

    /// The numbers from 0 to `n - 1` in random order; NumPy's permutation of a sequence takes its items in this order.
    #[must_use]
    pub fn permutation(&mut self, n: usize) -> Vec<usize> {
        let mut order: Vec<usize> = (0..n).collect();
        self.shuffle(&mut order);
        order
    }

    /// Fisher and Yates' shuffle from the end: `swap(i, j)` with a uniform `j ≤ i`, where they differ.
    fn shuffle_by(&mut self, n: usize, mut swap: impl FnMut(usize, usize)) {
        for i in (1..n).rev() {
            let j = self.interval(i as u64) as usize;
            if i != j {
                swap(i, j);
            }
        }
    }
}

/// Swaps row `i` with an earlier row `j`.
fn swap_rows<T>(entries: &mut [T], row_len: usize, i: usize, j: usize) {
    let (head, tail) = entries.split_at_mut(i * row_len);
    head[j * row_len..][..row_len].swap_with_slice(&mut tail[..row_len]);
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::{any, prop_assert_eq, proptest};

    use super::RandomState;

    #[test]
    fn matrices_without_whole_rows_stay() {
        let mut rng = RandomState::new(5);
        let mut entries = [1, 2, 3];
        rng.shuffle_rows(&mut entries, 0);
        rng.shuffle_rows(&mut entries, 2);
        assert_eq!(entries, [1, 2, 3]);
    }

    proptest! {
        #[test]
        fn shuffling_keeps_the_rows(seed: u32, row_len in 1_usize..5, entries in vec(any::<u8>(), 0..40)) {
            let n_whole = entries.len() / row_len * row_len;
            let mut shuffled = entries.clone();
            RandomState::new(seed).shuffle_rows(&mut shuffled, row_len);
            prop_assert_eq!(&shuffled[n_whole..], &entries[n_whole..]);
            let rows = |entries: &[u8]| {
                let mut rows: Vec<_> = entries.chunks_exact(row_len).map(<[u8]>::to_vec).collect();
                rows.sort();
                rows
            };
            prop_assert_eq!(rows(&shuffled), rows(&entries));
        }
    }
}
