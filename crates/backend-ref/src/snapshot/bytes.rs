//! Named columns of numbers as bytes.
//!
//! ```text
//! "pontine state 1\n", then for each column, in order of the names:
//! length of the name (u32), name (UTF-8), kind (u8: 0 whole, 1 real), count (u64), numbers (u64 or f64)
//! ```
//! All numbers are little-endian.

use std::collections::BTreeMap;

const HEAD: &[u8] = b"pontine state 1\n";

/// Numbers of one kind.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Column {
    /// Whole numbers.
    Whole(Vec<u64>),
    /// Real numbers; those of f32 are widened, which loses nothing.
    Real(Vec<f64>),
}

/// Columns by name.
pub(crate) type Columns = BTreeMap<String, Column>;

/// Writes columns.
pub(crate) fn write(columns: &Columns) -> Vec<u8> {
    let mut bytes = HEAD.to_vec();
    for (name, column) in columns {
        bytes.extend((name.len() as u32).to_le_bytes());
        bytes.extend(name.as_bytes());
        match column {
            Column::Whole(values) => {
                bytes.push(0);
                bytes.extend((values.len() as u64).to_le_bytes());
                values.iter().for_each(|value| bytes.extend(value.to_le_bytes()));
            }
            Column::Real(values) => {
                bytes.push(1);
                bytes.extend((values.len() as u64).to_le_bytes());
                values.iter().for_each(|value| bytes.extend(value.to_le_bytes()));
            }
        }
    }
    bytes
}

/// Reads columns.
///
/// # Errors
/// What is wrong with the bytes.
pub(crate) fn read(bytes: &[u8]) -> Result<Columns, String> {
    let rest = bytes.strip_prefix(HEAD).ok_or("the bytes do not begin like a state")?;
    let mut reader = Reader { rest };
    let mut columns = Columns::new();
    while !reader.rest.is_empty() {
        let (name, column) = reader.column().ok_or("the bytes end early or are damaged")?;
        columns.insert(name, column);
    }
    Ok(columns)
}

struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    fn column(&mut self) -> Option<(String, Column)> {
        let length = u32::from_le_bytes(self.word()?);
        let name = String::from_utf8(self.take(length as usize)?.to_vec()).ok()?;
        let [kind] = self.word()?;
        let count = usize::try_from(u64::from_le_bytes(self.word()?)).ok()?;
        let numbers = self.take(count.checked_mul(8)?)?.as_chunks().0.iter();
        let column = match kind {
            0 => Column::Whole(numbers.map(|bytes| u64::from_le_bytes(*bytes)).collect()),
            1 => Column::Real(numbers.map(|bytes| f64::from_le_bytes(*bytes)).collect()),
            _ => return None,
        };
        Some((name, column))
    }

    fn word<const N: usize>(&mut self) -> Option<[u8; N]> {
        self.take(N)?.try_into().ok()
    }

    fn take(&mut self, n: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.rest.split_at_checked(n)?;
        self.rest = rest;
        Some(taken)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn columns() -> impl Strategy<Value = Columns> {
        let whole = prop::collection::vec(any::<u64>(), 0..4).prop_map(Column::Whole);
        let real = prop::collection::vec(any::<f64>(), 0..4).prop_map(Column::Real);
        prop::collection::btree_map(".{0,8}", prop_oneof![whole, real], 0..4)
    }

    proptest! {
        #[test]
        fn what_is_written_can_be_read(columns in columns()) {
            let again = read(&write(&columns)).unwrap();
            // Bits count, not numbers: some are not equal to themselves.
            prop_assert_eq!(write(&again), write(&columns));
        }

        #[test]
        fn a_cut_is_noticed(columns in columns(), cut in 1usize..9) {
            let bytes = write(&columns);
            let cut = bytes.len().saturating_sub(cut);
            prop_assume!(cut >= HEAD.len() && !columns.is_empty());
            let read = read(&bytes[..cut]);
            prop_assert!(read.is_err() || read.unwrap().len() < columns.len());
        }
    }

    #[test]
    fn other_bytes_are_refused() {
        assert_eq!(read(b"PK"), Err("the bytes do not begin like a state".to_owned()));
    }
}
