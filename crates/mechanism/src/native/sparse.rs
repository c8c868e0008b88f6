//! Lanes that stand apart: found, gathered, and scattered again.

use crate::block::CHUNK;

/// How many lanes [`mask`] looks at.
const WIDE: usize = 64;

/// In how many lanes a condition is as `sense` says.
#[inline(always)]
pub fn count(conditions: &[bool], sense: bool) -> usize {
    // Blocks have few lanes, and narrow sums are wide vectors.
    let n_true: u32 = conditions
        .chunks(WIDE)
        .map(|wide| u32::from(wide.iter().fold(0u8, |sum, condition| sum + u8::from(*condition))))
        .sum();
    if sense { n_true as usize } else { conditions.len() - n_true as usize }
}

/// Bit `i` is condition `i`, of up to 64 conditions.
///
/// ```
/// use pontine_mechanism::native::mask;
///
/// assert_eq!(mask(&[true, false, true]), 0b101);
/// ```
#[inline(always)]
pub fn mask(conditions: &[bool]) -> u64 {
    let (eights, rest) = conditions.as_chunks::<8>();
    let (mut mask, mut first) = (0, 0u32);
    for eight in eights {
        let bytes = u64::from_le_bytes(eight.map(u8::from));
        // Byte j is moved to bit j of the last byte; no two sums meet below it.
        mask |= (bytes.wrapping_mul(0x0102_0408_1020_4080) >> 56).unbounded_shl(first);
        first += 8;
    }
    for condition in rest {
        mask |= u64::from(*condition).unbounded_shl(first);
        first += 1;
    }
    mask
}

/// The lanes in which a condition is as `sense` says, ascending, filled up to whole chunks with lane
/// 0. Nothing if there are more than `to` has room for.
#[inline(always)]
pub fn lanes<'a>(conditions: &[bool], sense: bool, to: &'a mut [i32]) -> Option<&'a mut [i32]> {
    let (mut n, mut first) = (0, 0);
    for wide in conditions.chunks(WIDE) {
        let all = u64::MAX >> (WIDE - wide.len());
        let mut left = if sense { mask(wide) } else { !mask(wide) & all };
        while left != 0 {
            *to.get_mut(n)? = first + left.trailing_zeros() as i32;
            n += 1;
            left &= left - 1;
        }
        first += WIDE as i32;
    }
    let filled = to.get_mut(..n.next_multiple_of(CHUNK))?;
    for lane in filled.get_mut(n..)? {
        *lane = 0;
    }
    Some(filled)
}

/// The values of some lanes, close together. Nothing if a lane lies outside, or `to` has too little
/// room.
#[inline(always)]
pub fn gather<'a, T: Copy>(from: &[T], lanes: &[i32], to: &'a mut [T]) -> Option<&'a mut [T]> {
    let to = to.get_mut(..lanes.len())?;
    for (to, lane) in to.iter_mut().zip(lanes) {
        *to = *from.get(*lane as usize)?;
    }
    Some(to)
}

/// Moves the first values of a column to the lanes that they belong to, which ascend. Nothing if one
/// lies outside.
#[inline(always)]
pub fn scatter<T: Copy>(column: &mut [T], lanes: &[i32]) -> Option<()> {
    // No lane stands before its place in the list, so that from the end on nothing is overwritten
    // that has yet to be moved.
    let mut i = lanes.len();
    while i > 0 {
        i -= 1;
        let (value, lane) = (*column.get(i)?, *lanes.get(i)?);
        *column.get_mut(lane as usize)? = value;
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{any, prop_assert, prop_assert_eq, proptest};

    use super::*;
    use crate::block::LANES;

    proptest! {
        #[test]
        fn lanes_are_gathered_and_scattered(
            conditions in proptest::collection::vec(any::<bool>(), 0..=LANES), sense: bool,
        ) {
            let expected: Vec<usize> =
                (0..conditions.len()).filter(|i| conditions[*i] == sense).collect();
            let mut room = [-1; LANES];
            let found = lanes(&conditions, sense, &mut room).unwrap();
            prop_assert_eq!(count(&conditions, sense), expected.len());
            prop_assert!(found.len().is_multiple_of(CHUNK));
            let (first, rest) = found.split_at(expected.len());
            prop_assert!(first.iter().map(|lane| *lane as usize).eq(expected.iter().copied()));
            prop_assert!(rest.iter().all(|lane| *lane == 0));

            let values: Vec<usize> = (100..100 + conditions.len()).collect();
            let mut column = [7; LANES];
            gather(&values, found, &mut column).unwrap();
            scatter(&mut column, &found[..expected.len()]).unwrap();
            for lane in expected {
                prop_assert_eq!(column[lane], 100 + lane);
            }
        }
    }

    #[test]
    fn without_room_there_is_nothing() {
        assert!(lanes(&[true; 32], true, &mut [0; 31]).is_none());
        assert!(gather(&[1.0], &[0, 0], &mut [0.0]).is_none());
    }
}
