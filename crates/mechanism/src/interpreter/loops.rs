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

/// `((a first b) second c) then d`, each rounded.
#[inline(always)]
pub(super) fn long_chain<F: Real>(
    [second, then]: [Then; 2],
    first: Arithmetic,
    to: &mut [F],
    columns: [&[F]; 4],
) {
    match first {
        Arithmetic::Add => second_of(second, then, to, columns, |a, b| a + b),
        Arithmetic::Sub => second_of(second, then, to, columns, |a, b| a - b),
        Arithmetic::Mul => second_of(second, then, to, columns, |a, b| a * b),
        // Chains are made of these three.
        Arithmetic::Div | Arithmetic::Min | Arithmetic::Max => {}
    }
}

#[inline(always)]
fn second_of<F: Real>(
    second: Then,
    then: Then,
    to: &mut [F],
    columns: [&[F]; 4],
    first: impl Fn(F, F) -> F,
) {
    match second {
        Then::Add => last_of(then, to, columns, |a, b, c| first(a, b) + c),
        Then::Sub => last_of(then, to, columns, |a, b, c| first(a, b) - c),
        Then::SubFrom => last_of(then, to, columns, |a, b, c| c - first(a, b)),
        Then::Mul => last_of(then, to, columns, |a, b, c| first(a, b) * c),
        // Only ends a chain.
        Then::Max => {}
    }
}

#[inline(always)]
fn last_of<F: Real>(then: Then, to: &mut [F], columns: [&[F]; 4], before: impl Fn(F, F, F) -> F) {
    match then {
        Then::Add => each4(to, columns, |a, b, c, d| before(a, b, c) + d),
        Then::Mul => each4(to, columns, |a, b, c, d| before(a, b, c) * d),
        // Long chains end with these two.
        Then::Sub | Then::SubFrom | Then::Max => {}
    }
}

/// A column, or one value for every lane.
pub(super) trait Lanes<F>: Copy {
    /// Cut to so many lanes, so that the compiler knows that there are as many.
    fn cut(self, width: usize) -> Self;
    fn lane(self, i: usize) -> F;
}

impl<F: Copy> Lanes<F> for &[F] {
    #[inline(always)]
    fn cut(self, width: usize) -> Self {
        &self[..width]
    }

    #[inline(always)]
    fn lane(self, i: usize) -> F {
        self[i]
    }
}

/// One value for every lane.
#[derive(Clone, Copy)]
pub(super) struct Same<F>(pub F);

impl<F: Copy> Lanes<F> for Same<F> {
    #[inline(always)]
    fn cut(self, _: usize) -> Self {
        self
    }

    #[inline(always)]
    fn lane(self, _: usize) -> F {
        self.0
    }
}

/// `first + Σ x factor`, in order and each operation rounded; without `first` it begins with the
/// first product.
#[inline(always)]
pub(super) fn sum<F: Real, L: Lanes<F>, const N: usize>(
    to: &mut [F],
    first: Option<&[F]>,
    mut x: [&[F]; N],
    mut factors: [L; N],
) {
    let width = to.len();
    // Not by `map`, which is not inlined and so loses the vectors' width.
    for (x, factor) in x.iter_mut().zip(&mut factors) {
        (*x, *factor) = (x.cut(width), factor.cut(width));
    }
    match first {
        Some(first) => {
            let first = first.cut(width);
            for (i, to) in to.iter_mut().enumerate() {
                let mut sum = first.lane(i);
                for k in 0..N {
                    sum = sum + x[k].lane(i) * factors[k].lane(i);
                }
                *to = sum;
            }
        }
        None => {
            for (i, to) in to.iter_mut().enumerate() {
                let mut sum = x[0].lane(i) * factors[0].lane(i);
                for k in 1..N {
                    sum = sum + x[k].lane(i) * factors[k].lane(i);
                }
                *to = sum;
            }
        }
    }
}

/// `low` where the size of `x` is below the limit.
#[inline(always)]
pub(super) fn flushed<F: Real>(x: F, limit: F, low: F) -> F {
    if x.abs() < limit { low } else { x }
}

/// `x = flushed(x factor) + summand`
#[inline(always)]
pub(super) fn decay<F: Real, L: Lanes<F>>(
    x: &mut [F],
    [factor, limit, low]: [L; 3],
    summand: &[F],
) {
    let width = x.len();
    let (factor, limit, low) = (factor.cut(width), limit.cut(width), low.cut(width));
    for ((i, x), summand) in x.iter_mut().enumerate().zip(summand) {
        *x = flushed(*x * factor.lane(i), limit.lane(i), low.lane(i)) + *summand;
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
pub(super) fn binary<F: Real>(arithmetic: Arithmetic, to: &mut [F], [a, b]: [&[F]; 2]) {
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
