//! The functions on the host's own numbers, the same bits as the expanded IR.

use std::marker::PhantomData;

use super::Arith;
use crate::ir::{CompareOp, Precision};
use crate::real::Real;

/// Evaluates at once.
pub(crate) struct Host<F>(PhantomData<F>);

impl<F> Host<F> {
    pub(crate) fn new() -> Host<F> {
        Host(PhantomData)
    }
}

impl<F: Real> Arith for Host<F> {
    type V = F;
    type I = i32;
    type B = bool;

    fn precision(&self) -> Precision {
        F::PRECISION
    }
    fn c(&mut self, value: f64) -> F {
        F::from_f64(value)
    }
    fn add(&mut self, a: F, b: F) -> F {
        a + b
    }
    fn sub(&mut self, a: F, b: F) -> F {
        a - b
    }
    fn fma(&mut self, a: F, b: F, c: F) -> F {
        a.fused(b, c)
    }
    fn mul(&mut self, a: F, b: F) -> F {
        a * b
    }
    fn div(&mut self, a: F, b: F) -> F {
        a / b
    }
    fn min(&mut self, a: F, b: F) -> F {
        a.least(b)
    }
    fn max(&mut self, a: F, b: F) -> F {
        a.greatest(b)
    }
    fn neg(&mut self, a: F) -> F {
        -a
    }
    fn abs(&mut self, a: F) -> F {
        a.abs()
    }
    fn floor(&mut self, a: F) -> F {
        a.floor()
    }
    fn mantissa(&mut self, a: F) -> F {
        a.mantissa()
    }
    fn exponent(&mut self, a: F) -> i32 {
        a.exponent()
    }
    fn scale(&mut self, a: F, n: i32) -> F {
        a.scale(n)
    }
    fn nearest(&mut self, a: F) -> i32 {
        a.nearest()
    }
    fn to_scalar(&mut self, n: i32) -> F {
        F::from_i32(n)
    }
    fn int(&mut self, n: i32) -> i32 {
        n
    }
    fn int_add(&mut self, a: i32, b: i32) -> i32 {
        a.wrapping_add(b)
    }
    fn int_and(&mut self, a: i32, b: i32) -> i32 {
        a & b
    }
    fn int_eq(&mut self, a: i32, b: i32) -> bool {
        a == b
    }
    fn compare(&mut self, op: CompareOp, a: F, b: F) -> bool {
        match op {
            CompareOp::Eq => a == b,
            CompareOp::Ne => a != b,
            CompareOp::Lt => a < b,
            CompareOp::Le => a <= b,
            CompareOp::Gt => a > b,
            CompareOp::Ge => a >= b,
        }
    }
    fn select(&mut self, cond: bool, a: F, b: F) -> F {
        if cond { a } else { b }
    }
    fn rarely<const N: usize>(
        &mut self,
        cond: bool,
        make: impl FnOnce(&mut Self) -> [F; N],
        b: [F; N],
    ) -> [F; N] {
        if cond { make(self) } else { b }
    }
}
