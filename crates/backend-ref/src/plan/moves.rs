//! Copies: those of few elements one after the other at once; those of what does not change as late as can be.

use pontine_core_ir::port::CompileError;
use pontine_mechanism::Real;

use super::{encoded::plain, ranges::Ranges};
use crate::{
    arena::Column,
    array::{Array, CopyOp},
    engine::Op,
    memory::reserve,
};

/// The most elements of a copy that is done with others.
const FEW: usize = 16;

/// Does copies of few elements that follow one another at once.
pub(super) fn join_moves<F>(arrays: Vec<Array<F>>) -> Result<Vec<Array<F>>, CompileError> {
    let mut joined = Vec::with_capacity(arrays.len());
    let mut arrays = arrays.into_iter().peekable();
    while let Some(array) = arrays.next() {
        let Some(first) = few(&array) else {
            joined.push(array);
            continue;
        };
        let (inc, mut pairs) = (first.inc, first.pairs());
        let mut n = 1;
        while let Some(copy) = arrays.peek().and_then(few).filter(|copy| copy.inc == inc) {
            let more = copy.pairs();
            reserve("elements that are copied", &mut pairs, more.len())?;
            pairs.extend(more);
            arrays.next();
            n += 1;
        }
        joined.push(if n > 1 { Array::Moves { pairs, inc } } else { array });
    }
    Ok(joined)
}

fn few<F>(array: &Array<F>) -> Option<&CopyOp> {
    let Array::Copy(copy) = array else { return None };
    let ends = [copy.source, copy.target].map(|column| column.at + column.len);
    let is_near = ends.iter().all(|end| u32::try_from(*end).is_ok());
    (copy.len() <= FEW && is_near).then_some(copy)
}

/// Copies whole columns of what does not change only where somebody is about to look, beyond cells
/// that do not; `columns` tells what cells look at.
pub(super) fn delay_copies<F: Real>(
    ops: Vec<Op<F>>,
    constants: &Ranges,
    columns: impl Fn(usize) -> Vec<Column>,
) -> Vec<Op<F>> {
    let mut delayed = Vec::<Op<F>>::with_capacity(ops.len());
    let mut late = Vec::new();
    for op in ops {
        match op {
            Op::Arrays(arrays) => {
                late.extend(arrays);
                let unseen = take_unseen(&mut late, constants);
                delayed.push(Op::Arrays(std::mem::replace(&mut late, unseen)));
            }
            Op::Cells(group) => {
                let mut seen = Ranges::default();
                columns(group).into_iter().for_each(|column| seen.put(column, 0));
                let is_late = |array: &Array<F>| {
                    let (_, writes) = array.columns();
                    !writes.iter().any(|column| seen.meets(*column))
                };
                let (still, now) = late.into_iter().partition(is_late);
                late = still;
                put_arrays(now, &mut delayed);
                delayed.push(op);
            }
            op => {
                put_arrays(std::mem::take(&mut late), &mut delayed);
                delayed.push(op);
            }
        }
    }
    put_arrays(late, &mut delayed);
    delayed
}

fn put_arrays<F>(arrays: Vec<Array<F>>, to: &mut Vec<Op<F>>) {
    match to.last_mut() {
        _ if arrays.is_empty() => {}
        Some(Op::Arrays(last)) => last.extend(arrays),
        _ => to.push(Op::Arrays(arrays)),
    }
}

/// Takes copies out that none of those behind them has to do with.
fn take_unseen<F: Real>(arrays: &mut Vec<Array<F>>, constants: &Ranges) -> Vec<Array<F>> {
    let mut seen = Ranges::default();
    let (mut unseen, mut others) = (Vec::new(), Vec::with_capacity(arrays.len()));
    for array in std::mem::take(arrays).into_iter().rev() {
        let is_constant = |copy: &&CopyOp| constants.around(copy.source).is_some();
        let copy = plain(&array).filter(is_constant);
        if copy.is_some_and(|copy| !seen.meets(copy.target)) {
            unseen.push(array);
        } else {
            let (reads, writes) = array.columns();
            reads.into_iter().chain(writes).for_each(|column| seen.put(column, 0));
            others.push(array);
        }
    }
    others.reverse();
    unseen.reverse();
    *arrays = others;
    unseen
}

#[cfg(test)]
mod tests {
    use super::*;

    fn copy(from: Option<u32>, to: Option<u32>, inc: bool, n: usize) -> Array<f64> {
        let index = |i: Option<u32>| i.map(|i| [i].into());
        let (source, target) = (Column { at: 10, len: n }, Column { at: 50, len: n });
        let (source_index, target_index) = (index(from), index(to));
        Array::Copy(CopyOp { source, source_index, target, target_index, inc })
    }

    #[test]
    fn copies_wait_until_somebody_looks() {
        let column = |at: usize, len: usize| Column { at, len };
        let copy = |at: usize| {
            let (source_index, target_index) = (None, None);
            let (source, target) = (column(at, 20), column(100 + at, 20));
            Array::<f64>::Copy(CopyOp { source, source_index, target, target_index, inc: false })
        };
        let reset = |at: usize| Array::Reset { target: column(at, 1), value: 1.0 };
        let first = vec![copy(0), copy(20), copy(40), reset(121)];
        let ops = vec![Op::Arrays(first), Op::Cells(0), Op::Arrays(vec![reset(60)]), Op::Cells(1)];
        let looks = |group: usize| [vec![column(100, 2)], vec![column(140, 20)]][group].clone();
        let delayed = delay_copies(ops, &Ranges::of(vec![column(0, 60)]), looks);
        let targets = |op: &Op<f64>| match op {
            Op::Arrays(arrays) => arrays.iter().map(|array| array.columns().1[0].at).collect(),
            _ => vec![0],
        };
        let found: Vec<_> = delayed.iter().map(targets).collect();
        assert_eq!(found, [vec![120, 121, 100], vec![0], vec![60, 140], vec![0]]);
    }

    #[test]
    fn few_elements_go_together_in_their_order() {
        let arrays = vec![
            copy(Some(3), None, true, 1),
            copy(None, Some(7), true, 1),
            copy(Some(2), Some(5), true, 9),
            copy(None, None, false, 2),
            copy(None, None, true, 99),
        ];
        let joined = join_moves(arrays).unwrap();
        let Array::Moves { pairs, inc: true } = &joined[0] else { panic!("{joined:?}") };
        assert_eq!(pairs[..], [(13, 50), (10, 57), (12, 55)]);
        assert!(matches!(joined[1..], [Array::Copy(_), Array::Copy(_)]));
    }
}
