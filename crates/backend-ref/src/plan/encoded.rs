//! Currents of cells in one sweep: what they start from, and what is encoded.

use std::ops::Range;

use pontine_core_ir::port::CompileError;
use pontine_mechanism::Real;

use crate::{
    arena::Column,
    array::{Array, CopyOp, Encoders, Encoding, SHORT},
};

/// Does products of tall matrices that follow one another at once, each on top of the column that was
/// copied to its place before, if nobody looked at it meanwhile.
pub(super) fn join_encodings<F: Real>(
    arrays: Vec<Array<F>>,
) -> Result<Vec<Array<F>>, CompileError> {
    let mut joined: Vec<Array<F>> = Vec::with_capacity(arrays.len());
    let mut run = Vec::new();
    for array in arrays {
        match encoding(&array) {
            Some(encoding) => run.push((array, encoding)),
            None => {
                put_run(std::mem::take(&mut run), &mut joined)?;
                joined.push(array);
            }
        }
    }
    put_run(run, &mut joined)?;
    Ok(joined)
}

fn encoding<F: Real>(array: &Array<F>) -> Option<Encoding> {
    let Array::Tiled { a, x, y } = array else { return None };
    let is_tall = (1..=SHORT).contains(&x.len) && y.len >= x.len;
    is_tall.then_some(Encoding { source: a.source, x: *x, y: *y, base: None })
}

fn put_run<F: Real>(
    run: Vec<(Array<F>, Encoding)>,
    to: &mut Vec<Array<F>>,
) -> Result<(), CompileError> {
    let (arrays, mut encodings): (Vec<_>, Vec<_>) = run.into_iter().unzip();
    let n_based = find_bases(&mut encodings, to);
    if n_based > 0 || encodings.len() > 1 {
        to.push(Array::Encoders(Encoders::new("encoders", encodings)?));
    } else {
        to.extend(arrays);
    }
    Ok(())
}

/// Takes over what was copied to the targets before them, by the last copy of whole columns.
fn find_bases<F: Real>(encodings: &mut [Encoding], before: &mut Vec<Array<F>>) -> usize {
    let is_plain = |array: &Array<F>| match array {
        Array::Copy(copy) => {
            !copy.inc && copy.source_index.is_none() && copy.target_index.is_none()
        }
        _ => false,
    };
    let Some(at) = before.iter().rposition(is_plain) else { return 0 };
    let Array::Copy(copy) = &before[at] else { return 0 };
    let (source, target) = (copy.source, copy.target);
    let mut taken = Vec::new();
    for i in 0..encodings.len() {
        let (done, rest) = encodings.split_at_mut(i);
        let Some(Encoding { x, y, base, .. }) = rest.first_mut() else { break };
        let is_within = y.at >= target.at && y.at + y.len <= target.at + target.len;
        // Those that are done before it, and those between, must not have to do with its target,
        // nor change what is copied.
        let is_seen = |column: &Column| !column.is_apart_from(*y);
        let is_free = !is_seen(x)
            && done.iter().all(|other| !is_seen(&other.x) && !is_seen(&other.y))
            && before[at + 1..].iter().all(|array| {
                let (reads, writes) = array.columns();
                !reads.iter().chain(&writes).any(is_seen)
                    && writes.iter().all(|column| column.is_apart_from(source))
            })
            && done.iter().all(|other| other.y.is_apart_from(source));
        if is_within && is_free {
            *base = Some(Column { at: source.at + (y.at - target.at), len: y.len });
            taken.push(y.range());
        }
    }
    if !taken.is_empty() {
        let rest = without(target.range(), &mut taken);
        let rest = rest.into_iter().map(|rest| {
            let from = source.at + (rest.start - target.at);
            Array::Copy(CopyOp {
                source: Column { at: from, len: rest.len() },
                source_index: None,
                target: Column { at: rest.start, len: rest.len() },
                target_index: None,
                inc: false,
            })
        });
        before.splice(at..=at, rest);
    }
    taken.len()
}

/// What is left of a range.
fn without(range: Range<usize>, taken: &mut [Range<usize>]) -> Vec<Range<usize>> {
    taken.sort_by_key(|taken| taken.start);
    let (mut rest, mut at) = (Vec::new(), range.start);
    for taken in taken {
        if at < taken.start {
            rest.push(at..taken.start);
        }
        at = taken.end;
    }
    if at < range.end {
        rest.push(at..range.end);
    }
    rest
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::array::Tiles;

    fn column(at: usize, len: usize) -> Column {
        Column { at, len }
    }

    fn copy(source: Column, target: Column) -> Array<f64> {
        let (source_index, target_index) = (None, None);
        Array::Copy(CopyOp { source, source_index, target, target_index, inc: false })
    }

    fn tiled(y: Column) -> Array<f64> {
        let a = Tiles::new("", column(100, y.len), 1).unwrap();
        Array::Tiled { a, x: column(200, 1), y }
    }

    fn shapes(arrays: &[Array<f64>]) -> Vec<String> {
        let shape = |array: &Array<f64>| match array {
            Array::Copy(copy) => format!("copy {:?}", copy.target.range()),
            Array::Encoders(encoders) => {
                let bases = encoders.encodings.iter().map(|e| e.base.map(|base| base.at));
                format!("encode {:?}", bases.collect::<Vec<_>>())
            }
            other => format!("{other:?}"),
        };
        arrays.iter().map(shape).collect()
    }

    #[test]
    fn a_copy_goes_with_what_is_added_to_it() {
        let arrays =
            vec![copy(column(0, 30), column(50, 30)), tiled(column(52, 8)), tiled(column(60, 15))];
        let joined = join_encodings(arrays).unwrap();
        assert_eq!(shapes(&joined), ["copy 50..52", "copy 75..80", "encode [Some(2), Some(10)]"]);
    }

    #[test]
    fn a_copy_that_others_look_at_stays() {
        let looks =
            Array::Filter { input: column(61, 1), output: column(90, 1), decay: 0.5, gain: 0.5 };
        let arrays = vec![
            copy(column(0, 30), column(50, 30)),
            looks,
            tiled(column(52, 8)),
            tiled(column(60, 15)),
        ];
        let joined = join_encodings(arrays).unwrap();
        assert_eq!(shapes(&joined)[..2], ["copy 50..52", "copy 60..80"]);
        assert_eq!(shapes(&joined)[3], "encode [Some(2), None]");
    }

    #[test]
    fn what_is_added_twice_has_one_base() {
        let arrays =
            vec![copy(column(0, 9), column(50, 9)), tiled(column(50, 9)), tiled(column(50, 9))];
        assert_eq!(shapes(&join_encodings(arrays).unwrap()), ["encode [Some(0), None]"]);
    }
}
