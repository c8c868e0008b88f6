//! Loops over columns, in chunks of fixed width so that they vectorise.

use pontine_mechanism_lang::{Arithmetic, CompareOp, Primitive, Real};

use crate::block::CHUNK;

#[inline(always)]
pub(super) fn each<A: Copy, T>(to: &mut [T], a: &[A], f: impl Fn(A) -> T) {
    let (to, a) = (to.as_chunks_mut::<CHUNK>().0, a.as_chunks::<CHUNK>().0);
    for (to, a) in to.iter_mut().zip(a) {
        for k in 0..CHUNK {
            to[k] = f(a[k]);
        }
    }
}

#[inline(always)]
pub(super) fn each2<A: Copy, B: Copy, T>(to: &mut [T], a: &[A], b: &[B], f: impl Fn(A, B) -> T) {
    let (a, b) = (a.as_chunks::<CHUNK>().0, b.as_chunks::<CHUNK>().0);
    for ((to, a), b) in to.as_chunks_mut::<CHUNK>().0.iter_mut().zip(a).zip(b) {
        for k in 0..CHUNK {
            to[k] = f(a[k], b[k]);
        }
    }
}

#[inline(always)]
pub(super) fn each3<A: Copy, B: Copy, C: Copy, T>(
    to: &mut [T],
    a: &[A],
    b: &[B],
    c: &[C],
    f: impl Fn(A, B, C) -> T,
) {
    let (a, b, c) = (a.as_chunks::<CHUNK>().0, b.as_chunks::<CHUNK>().0, c.as_chunks::<CHUNK>().0);
    for (((to, a), b), c) in to.as_chunks_mut::<CHUNK>().0.iter_mut().zip(a).zip(b).zip(c) {
        for k in 0..CHUNK {
            to[k] = f(a[k], b[k], c[k]);
        }
    }
}

/// A condition as a lane.
#[inline(always)]
pub(super) fn condition<F: Real>(holds: bool) -> F {
    if holds { F::from_i32(1) } else { F::from_i32(0) }
}

#[inline(always)]
pub(super) fn holds<F: Real>(condition: F) -> bool {
    condition != F::from_i32(0)
}

pub(super) fn any<F: Real>(conditions: &[F]) -> bool {
    let chunks = conditions.as_chunks::<CHUNK>().0;
    chunks
        .iter()
        .any(|chunk| chunk.iter().fold(F::default(), |sum, c| sum.greatest(*c)) > F::default())
}

pub(super) fn all<F: Real>(conditions: &[F]) -> bool {
    let chunks = conditions.as_chunks::<CHUNK>().0;
    chunks
        .iter()
        .all(|chunk| chunk.iter().fold(F::from_i32(1), |least, c| least.least(*c)) > F::default())
}

pub(super) fn unary<F: Real>(primitive: Primitive, to: &mut [F], a: &[F]) {
    match primitive {
        Primitive::Neg => each(to, a, |a| -a),
        Primitive::Abs => each(to, a, F::abs),
        Primitive::Sqrt => each(to, a, F::sqrt),
        Primitive::Floor => each(to, a, F::floor),
        Primitive::Ceil => each(to, a, F::ceil),
        Primitive::Round => each(to, a, F::round),
        Primitive::Mantissa => each(to, a, F::mantissa),
    }
}

pub(super) fn binary<F: Real>(arithmetic: Arithmetic, to: &mut [F], a: &[F], b: &[F]) {
    match arithmetic {
        Arithmetic::Add => each2(to, a, b, |a, b| a + b),
        Arithmetic::Sub => each2(to, a, b, |a, b| a - b),
        Arithmetic::Mul => each2(to, a, b, |a, b| a * b),
        Arithmetic::Div => each2(to, a, b, |a, b| a / b),
        Arithmetic::Min => each2(to, a, b, F::least),
        Arithmetic::Max => each2(to, a, b, F::greatest),
    }
}

pub(super) fn compare<F: Real>(op: CompareOp, to: &mut [F], a: &[F], b: &[F]) {
    match op {
        CompareOp::Eq => each2(to, a, b, |a, b| condition(a == b)),
        CompareOp::Ne => each2(to, a, b, |a, b| condition(a != b)),
        CompareOp::Lt => each2(to, a, b, |a, b| condition(a < b)),
        CompareOp::Le => each2(to, a, b, |a, b| condition(a <= b)),
        CompareOp::Gt => each2(to, a, b, |a, b| condition(a > b)),
        CompareOp::Ge => each2(to, a, b, |a, b| condition(a >= b)),
    }
}
