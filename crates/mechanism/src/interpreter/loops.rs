//! Loops over columns, plain enough to be vectorised.
//!
//! Arrays of fixed width were slower: they are unrolled before vectorisation, and selections then
//! stay scalar (IF_curr_exp in f32, baseline instructions: 5.4 ns a neuron and step, against 2.5).

use pontine_mechanism_lang::{Arithmetic, CompareOp, Primitive, Real};

#[inline(always)]
pub(super) fn each<A: Copy, T>(to: &mut [T], a: &[A], f: impl Fn(A) -> T) {
    for (to, a) in to.iter_mut().zip(a) {
        *to = f(*a);
    }
}

#[inline(always)]
pub(super) fn each2<A: Copy, B: Copy, T>(to: &mut [T], a: &[A], b: &[B], f: impl Fn(A, B) -> T) {
    for ((to, a), b) in to.iter_mut().zip(a).zip(b) {
        *to = f(*a, *b);
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
    for (((to, a), b), c) in to.iter_mut().zip(a).zip(b).zip(c) {
        *to = f(*a, *b, *c);
    }
}

#[inline(always)]
fn each4<T: Copy>(to: &mut [T], [a, b, c, d]: [&[T]; 4], f: impl Fn(T, T, T, T) -> T) {
    for ((((to, a), b), c), d) in to.iter_mut().zip(a).zip(b).zip(c).zip(d) {
        *to = f(*a, *b, *c, *d);
    }
}

/// What is done with the result of the first operation of a chain.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Then {
    Add,
    /// Takes `c` away from it.
    Sub,
    /// Takes it away from `c`.
    SubFrom,
    Mul,
    /// `c` if that is greater.
    Max,
}

/// `(a first b) then c`, each rounded: one pass over the columns instead of two.
#[inline(always)]
pub(super) fn chain<F: Real>(first: Arithmetic, then: Then, to: &mut [F], columns: [&[F]; 3]) {
    match first {
        Arithmetic::Add => chained(then, to, columns, |a, b| a + b),
        Arithmetic::Sub => chained(then, to, columns, |a, b| a - b),
        Arithmetic::Mul => chained(then, to, columns, |a, b| a * b),
        // Chains are made of these three.
        Arithmetic::Div | Arithmetic::Min | Arithmetic::Max => {}
    }
}

#[inline(always)]
fn chained<F: Real>(then: Then, to: &mut [F], [a, b, c]: [&[F]; 3], first: impl Fn(F, F) -> F) {
    match then {
        Then::Add => each3(to, a, b, c, |a, b, c| first(a, b) + c),
        Then::Sub => each3(to, a, b, c, |a, b, c| first(a, b) - c),
        Then::SubFrom => each3(to, a, b, c, |a, b, c| c - first(a, b)),
        Then::Mul => each3(to, a, b, c, |a, b, c| first(a, b) * c),
        Then::Max => each3(to, a, b, c, |a, b, c| first(a, b).greatest(c)),
    }
}

/// `left op right ? a : b`
#[inline(always)]
pub(super) fn choose<F: Real>(op: CompareOp, to: &mut [F], columns: [&[F]; 4]) {
    match op {
        CompareOp::Eq => each4(to, columns, |l, r, a, b| if l == r { a } else { b }),
        CompareOp::Ne => each4(to, columns, |l, r, a, b| if l != r { a } else { b }),
        CompareOp::Lt => each4(to, columns, |l, r, a, b| if l < r { a } else { b }),
        CompareOp::Le => each4(to, columns, |l, r, a, b| if l <= r { a } else { b }),
        CompareOp::Gt => each4(to, columns, |l, r, a, b| if l > r { a } else { b }),
        CompareOp::Ge => each4(to, columns, |l, r, a, b| if l >= r { a } else { b }),
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

#[inline(always)]
pub(super) fn any<F: Real>(conditions: &[F]) -> bool {
    // Without an early exit this is one vector operation for many lanes.
    conditions.iter().fold(false, |any, condition| any | holds(*condition))
}

#[inline(always)]
pub(super) fn all<F: Real>(conditions: &[F]) -> bool {
    conditions.iter().fold(true, |all, condition| all & holds(*condition))
}

#[inline(always)]
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

#[inline(always)]
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

#[inline(always)]
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
