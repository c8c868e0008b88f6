//! Sets of columns.

use std::{collections::BTreeMap, ops::Range};

use crate::arena::Column;

/// Ranges of columns that do not overlap, each with a number.
#[derive(Default)]
pub(super) struct Ranges(BTreeMap<usize, (usize, usize)>);

impl Ranges {
    /// Those of columns that do not overlap, as one where they are side by side; numbered 0.
    pub fn of(mut columns: Vec<Column>) -> Self {
        columns.sort_by_key(|column| column.at);
        let mut ranges = Self::default();
        for column in columns {
            let before = ranges.0.last_entry().filter(|last| last.get().0 == column.at);
            match before {
                Some(mut last) => last.get_mut().0 += column.len,
                None => ranges.put(column, 0),
            }
        }
        ranges
    }

    /// Gives a column a number, instead of what parts of it had.
    pub fn put(&mut self, column: Column, number: usize) {
        self.remove(column);
        if column.len > 0 {
            self.0.insert(column.at, (column.at + column.len, number));
        }
    }

    /// Takes a column's elements out.
    pub fn remove(&mut self, column: Column) {
        let Range { start, end } = column.range();
        while let Some((&from, &(to, number))) = self.0.range(..end).next_back() {
            if to <= start {
                break;
            }
            self.0.remove(&from);
            if to > end {
                self.0.insert(end, (to, number));
            }
            if from < start {
                self.0.insert(from, (start, number));
                break;
            }
        }
    }

    /// The number of the range that a column is within.
    pub fn around(&self, column: Column) -> Option<usize> {
        let (_, &(to, number)) = self.0.range(..=column.at).next_back()?;
        (column.at + column.len <= to).then_some(number)
    }

    /// Whether any element of a column is in a range.
    pub fn meets(&self, column: Column) -> bool {
        let last = self.0.range(..column.at + column.len).next_back();
        last.is_some_and(|(_, (to, _))| *to > column.at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn column(at: usize, len: usize) -> Column {
        Column { at, len }
    }

    #[test]
    fn parts_are_taken_out() {
        let mut ranges = Ranges::default();
        ranges.put(column(10, 30), 1);
        ranges.put(column(60, 10), 2);
        assert_eq!(ranges.around(column(12, 28)), Some(1));
        assert!(ranges.meets(column(0, 11)) && !ranges.meets(column(40, 20)));
        ranges.remove(column(15, 5));
        ranges.remove(column(35, 30));
        assert_eq!(ranges.around(column(10, 5)), Some(1));
        assert_eq!(ranges.around(column(20, 15)), Some(1));
        assert_eq!(ranges.around(column(65, 5)), Some(2));
        assert!(ranges.around(column(14, 2)).is_none() && ranges.around(column(64, 2)).is_none());
        assert!(!ranges.meets(column(15, 5)) && !ranges.meets(column(35, 30)));
        ranges.put(column(12, 20), 3);
        assert_eq!(ranges.around(column(12, 20)), Some(3));
        assert_eq!(ranges.around(column(32, 3)), Some(1));
    }

    #[test]
    fn neighbours_are_one() {
        let ranges = Ranges::of(vec![column(20, 5), column(10, 10), column(40, 5)]);
        assert!(ranges.around(column(12, 13)).is_some() && ranges.around(column(24, 2)).is_none());
    }
}
