//! Currents of cells in one sweep: what they start from, and what is encoded.

use std::{collections::BTreeMap, ops::Range};

use pontine_core_ir::port::CompileError;
use pontine_mechanism::Real;

use super::ranges::Ranges;
use crate::{
    arena::Column,
    array::{Array, CopyOp, Encoders, Encoding, SHORT},
};

/// Does products of tall matrices that follow one another at once, each on top of the column that was
/// copied to its place before, if that does not change and nobody looked at it meanwhile.
pub(super) fn join_encodings<F: Real>(
    arrays: Vec<Array<F>>,
    constants: &Ranges,
) -> Result<Vec<Array<F>>, CompileError> {
    let mut copied = Ranges::default();
    let mut taken = BTreeMap::<usize, Vec<Range<usize>>>::new();
    let mut joined: Vec<Array<F>> = Vec::with_capacity(arrays.len());
    let mut run = Vec::new();
    for array in arrays {
        let (reads, writes) = array.columns();
        reads.iter().for_each(|column| copied.remove(*column));
        let Some(mut encoding) = encoding(&array) else {
            put_run(std::mem::take(&mut run), &mut joined)?;
            writes.iter().for_each(|column| copied.remove(*column));
            if let Some(copy) = plain(&array).filter(|copy| constants.around(copy.source).is_some())
            {
                copied.put(copy.target, joined.len());
            }
            joined.push(array);
            continue;
        };
        if let Some(at) = copied.around(encoding.y) {
            let Some(copy) = joined.get(at).and_then(plain) else { continue };
            let ahead = encoding.y.at - copy.target.at;
            encoding.base = Some(Column { at: copy.source.at + ahead, len: encoding.y.len });
            taken.entry(at).or_default().push(encoding.y.range());
        }
        copied.remove(encoding.y);
        run.push((array, encoding));
    }
    put_run(run, &mut joined)?;
    Ok(leave_out(joined, taken))
}

fn encoding<F: Real>(array: &Array<F>) -> Option<Encoding> {
    let Array::Tiled { a, x, y } = array else { return None };
    let is_tall = (1..=SHORT).contains(&x.len) && y.len >= x.len;
    is_tall.then_some(Encoding { source: a.source, x: *x, y: *y, base: None })
}

/// A copy of a whole column.
pub(super) fn plain<F: Real>(array: &Array<F>) -> Option<&CopyOp> {
    let Array::Copy(copy) = array else { return None };
    let is_plain = !copy.inc && copy.source_index.is_none() && copy.target_index.is_none();
    is_plain.then_some(copy)
}

fn put_run<F: Real>(
    run: Vec<(Array<F>, Encoding)>,
    to: &mut Vec<Array<F>>,
) -> Result<(), CompileError> {
    let (arrays, encodings): (Vec<_>, Vec<Encoding>) = run.into_iter().unzip();
    if encodings.len() > 1 || encodings.iter().any(|encoding| encoding.base.is_some()) {
        to.push(Array::Encoders(Encoders::new("encoders", encodings)?));
    } else {
        to.extend(arrays);
    }
    Ok(())
}

/// Copies no more what others set themselves.
fn leave_out<F: Real>(
    arrays: Vec<Array<F>>,
    mut taken: BTreeMap<usize, Vec<Range<usize>>>,
) -> Vec<Array<F>> {
    let mut left = Vec::with_capacity(arrays.len());
    for (i, array) in arrays.into_iter().enumerate() {
        match (taken.get_mut(&i), plain(&array)) {
            (Some(taken), Some(copy)) => {
                let rest = without(copy.target.range(), taken);
                left.extend(rest.into_iter().map(|rest| Array::Copy(copy.part(rest))));
            }
            _ => left.push(array),
        }
    }
    left
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

    /// What copies of the tests take from.
    fn constants() -> Ranges {
        Ranges::of(vec![column(10, 30), column(0, 10)])
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
        let joined = join_encodings(arrays, &constants()).unwrap();
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
        let joined = join_encodings(arrays, &constants()).unwrap();
        assert_eq!(shapes(&joined)[..2], ["copy 50..52", "copy 60..80"]);
        assert_eq!(shapes(&joined)[3], "encode [Some(2), None]");
    }

    #[test]
    fn a_copy_of_what_changes_stays() {
        let arrays = vec![copy(column(39, 9), column(50, 9)), tiled(column(50, 9))];
        assert_eq!(shapes(&join_encodings(arrays, &constants()).unwrap()).len(), 2);
    }

    #[test]
    fn what_is_added_twice_has_one_base() {
        let arrays =
            vec![copy(column(0, 9), column(50, 9)), tiled(column(50, 9)), tiled(column(50, 9))];
        assert_eq!(
            shapes(&join_encodings(arrays, &constants()).unwrap()),
            ["encode [Some(0), None]"]
        );
    }
}
