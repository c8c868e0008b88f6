//! Whole numbers in the narrowest width that holds them all.

use pontine_core_ir::port::CompileError;

use crate::memory::{bytes, filled, reserve};

/// A column of whole numbers; it widens when a number does not fit.
#[derive(Clone, Debug)]
pub(crate) enum Narrow {
    /// Numbers below 2^8.
    U8(Vec<u8>),
    /// Numbers below 2^16.
    U16(Vec<u16>),
    /// Any.
    U32(Vec<u32>),
}

/// One element of a [`Narrow`] column.
pub(crate) trait Index: Copy {
    /// Its value.
    fn at(self) -> usize;
}

impl Index for u8 {
    #[inline(always)]
    fn at(self) -> usize {
        usize::from(self)
    }
}

impl Index for u16 {
    #[inline(always)]
    fn at(self) -> usize {
        usize::from(self)
    }
}

impl Index for u32 {
    #[inline(always)]
    fn at(self) -> usize {
        self as usize
    }
}

/// Does the same with whichever width a column has.
macro_rules! of_any_width {
    ($narrow:expr, $values:ident => $body:expr) => {
        match $narrow {
            $crate::rows::narrow::Narrow::U8($values) => $body,
            $crate::rows::narrow::Narrow::U16($values) => $body,
            $crate::rows::narrow::Narrow::U32($values) => $body,
        }
    };
}
pub(crate) use of_any_width;

impl Narrow {
    /// An empty column for numbers up to `max`.
    pub fn up_to(max: u32) -> Self {
        match max {
            0..=0xff => Self::U8(Vec::new()),
            0x100..=0xffff => Self::U16(Vec::new()),
            _ => Self::U32(Vec::new()),
        }
    }

    /// `n` zeros, in the width of this column.
    pub fn zeros(&self, what: &str, n: usize) -> Result<Self, CompileError> {
        Ok(match self {
            Self::U8(_) => Self::U8(filled(what, n, 0)?),
            Self::U16(_) => Self::U16(filled(what, n, 0)?),
            Self::U32(_) => Self::U32(filled(what, n, 0)?),
        })
    }

    /// Room for `n` more.
    pub fn reserve(&mut self, what: &str, n: usize) -> Result<(), CompileError> {
        of_any_width!(self, values => reserve(what, values, n))
    }

    /// Appends numbers of which none is above `max`.
    pub fn extend(
        &mut self,
        what: &str,
        max: u32,
        more: impl ExactSizeIterator<Item = u32>,
    ) -> Result<(), CompileError> {
        self.widen(what, max)?;
        let n = more.len();
        match self {
            Self::U8(values) => extend(what, values, n, more.map(|v| v as u8)),
            Self::U16(values) => extend(what, values, n, more.map(|v| v as u16)),
            Self::U32(values) => extend(what, values, n, more),
        }
    }

    /// Replaces one number.
    pub fn set(&mut self, what: &str, i: usize, value: u32) -> Result<(), CompileError> {
        self.widen(what, value)?;
        match self {
            Self::U8(values) => values[i] = value as u8,
            Self::U16(values) => values[i] = value as u16,
            Self::U32(values) => values[i] = value,
        }
        Ok(())
    }

    fn widen(&mut self, what: &str, max: u32) -> Result<(), CompileError> {
        let mut wide = Self::up_to(max);
        if wide.width() > self.width() {
            wide.reserve(what, self.len())?;
            wide.extend(what, 0, self.iter())?;
            *self = wide;
        }
        Ok(())
    }

    /// Bytes of one number.
    pub fn width(&self) -> usize {
        match self {
            Self::U8(_) => 1,
            Self::U16(_) => 2,
            Self::U32(_) => 4,
        }
    }

    /// The number at `i`.
    pub fn get(&self, i: usize) -> u32 {
        of_any_width!(self, values => values[i].at() as u32)
    }

    /// All numbers.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = u32> + '_ {
        (0..self.len()).map(|i| self.get(i))
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        of_any_width!(self, values => values.len())
    }

    /// The largest, if there are any.
    pub fn max(&self) -> Option<u32> {
        of_any_width!(self, values => values.iter().max().map(|v| v.at() as u32))
    }

    /// Whether all are equal to the first.
    pub fn all_equal(&self) -> bool {
        of_any_width!(self, values => values.windows(2).all(|pair| pair[0] == pair[1]))
    }

    /// Gives back memory beyond what is needed.
    pub fn shrink(&mut self) {
        of_any_width!(self, values => values.shrink_to_fit());
    }

    /// Bytes held.
    pub fn bytes(&self) -> u64 {
        of_any_width!(self, values => bytes(values))
    }
}

fn extend<T>(
    what: &str,
    values: &mut Vec<T>,
    n: usize,
    more: impl Iterator<Item = T>,
) -> Result<(), CompileError> {
    if values.capacity() - values.len() < n {
        // Grows by half, so that appending stays linear.
        reserve(what, values, n.max(values.len() / 2))?;
    }
    values.extend(more);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_column_widens_when_it_must_and_keeps_its_numbers() {
        let mut column = Narrow::up_to(3);
        column.extend("", 3, [1, 2, 3].into_iter()).unwrap();
        assert_eq!(column.bytes(), 3);
        column.set("", 1, 300).unwrap();
        assert!(matches!(column, Narrow::U16(_)));
        column.extend("", 70_000, [70_000].into_iter()).unwrap();
        assert!(matches!(column, Narrow::U32(_)));
        assert_eq!(column.iter().collect::<Vec<_>>(), [1, 300, 3, 70_000]);
        assert_eq!((column.max(), column.all_equal()), (Some(70_000), false));
    }

    #[test]
    fn the_width_follows_from_the_largest_number() {
        let width = |max| Narrow::up_to(max).zeros("", 4).unwrap().bytes() / 4;
        assert_eq!([width(255), width(256), width(65_535), width(65_536)], [1, 2, 2, 4]);
    }
}
