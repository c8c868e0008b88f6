//! Steps as somebody would write them who knows that parameters are the same for all neurons.

use pontine_mechanism::native::{Body, Columns, Frame};
use pontine_mechanism::{Precision, Real};

/// The value of a homogeneous parameter or derived parameter.
fn one<F: Copy>(constants: &[F], at: &[usize], i: usize) -> Option<F> {
    constants.get(*at.get(i)?).copied()
}

/// PyNN's cell of this name.
pub struct IfCurrExp;

impl<F: Real> Body<F> for IfCurrExp {
    const COLUMNS: [usize; 3] = [0, 0, 0];

    #[inline(always)]
    fn run(
        frame: &Frame<'_, F>,
        constants: &[F],
        dense: &[F],
        states: &mut [F],
        outputs: &mut [F],
        _: Columns<'_, F>,
    ) -> Option<bool> {
        let n = frame.width;
        let parameter = |i| one(constants, frame.parameter_at, i);
        let derived = |i| one(constants, frame.derived_at, i);
        let (v_reset, v_thresh) = (parameter(7)?, parameter(8)?);
        let (p_v, p_e, p_i, p_in, drive) =
            (derived(0)?, derived(1)?, derived(2)?, derived(3)?, derived(4)?);
        let (decay_e, decay_i, refractory) = (derived(5)?, derived(6)?, derived(7)?);
        let input = dense.get(*frame.input_at.first()?..)?.get(..n)?;
        let due_e = dense.get(*frame.receptor_at.first()?..)?.get(..n)?;
        let due_i = dense.get(*frame.receptor_at.get(1)?..)?.get(..n)?;
        let (v, states) = states.split_at_mut_checked(n)?;
        let (i_e, states) = states.split_at_mut_checked(n)?;
        let (i_i, states) = states.split_at_mut_checked(n)?;
        let left = states.get_mut(..n)?;
        let spikes = outputs.get_mut(..n)?;
        let (zero, one) = (F::default(), F::from_i32(1));
        let mut emitted = false;
        for k in 0..n {
            let next = v[k] * p_v + i_e[k] * p_e + i_i[k] * p_i + input[k] * p_in + drive;
            i_e[k] = i_e[k] * decay_e + due_e[k];
            i_i[k] = i_i[k] * decay_i + due_i[k];
            let held = left[k] > zero;
            let next = if held { v[k] } else { next };
            let spike = (next >= v_thresh) & !held;
            let down = left[k] - one;
            left[k] = if spike {
                refractory
            } else if down > zero {
                down
            } else {
                zero
            };
            v[k] = if spike { v_reset } else { next };
            spikes[k] = if spike { one } else { zero };
            emitted |= spike;
        }
        Some(emitted)
    }
}

/// Izhikevich's neuron, by Euler's method.
pub struct Izhikevich;

impl<F: Real> Body<F> for Izhikevich {
    const COLUMNS: [usize; 3] = [0, 0, 0];

    #[inline(always)]
    fn run(
        frame: &Frame<'_, F>,
        constants: &[F],
        dense: &[F],
        states: &mut [F],
        outputs: &mut [F],
        _: Columns<'_, F>,
    ) -> Option<bool> {
        let n = frame.width;
        let parameter = |i| one(constants, frame.parameter_at, i);
        let (a, b, c, d, offset) =
            (parameter(0)?, parameter(1)?, parameter(2)?, parameter(3)?, parameter(4)?);
        let input = dense.get(*frame.input_at.first()?..)?.get(..n)?;
        let due_e = dense.get(*frame.receptor_at.first()?..)?.get(..n)?;
        let due_i = dense.get(*frame.receptor_at.get(1)?..)?.get(..n)?;
        let (v, states) = states.split_at_mut_checked(n)?;
        let u = states.get_mut(..n)?;
        let spikes = outputs.get_mut(..n)?;
        let (zero, one, dt) = (F::default(), F::from_i32(1), frame.dt);
        let [square, linear, constant, scale, top] = [0.04, 5.0, 140.0, 1e3, 30.0].map(F::from_f64);
        let mut emitted = false;
        for k in 0..n {
            let (x, y) = (v[k], u[k]);
            let slope = (square * x + linear) * x + constant - y + (input[k] + offset) * scale;
            let x_next = x + slope * dt + due_e[k] + due_i[k];
            let y_next = y + a * (b * x - y) * dt;
            let spike = x_next >= top;
            v[k] = if spike { c } else { x_next };
            u[k] = if spike { y_next + d } else { y_next };
            spikes[k] = if spike { one } else { zero };
            emitted |= spike;
        }
        Some(emitted)
    }
}

/// The adaptive exponential neuron of the benchmark, by Euler's method.
pub struct AdEx;

impl<F: Real> Body<F> for AdEx {
    const COLUMNS: [usize; 3] = [0, 0, 0];

    #[inline(always)]
    fn run(
        frame: &Frame<'_, F>,
        constants: &[F],
        dense: &[F],
        states: &mut [F],
        outputs: &mut [F],
        _: Columns<'_, F>,
    ) -> Option<bool> {
        let n = frame.width;
        let parameter = |i| one(constants, frame.parameter_at, i);
        let (cm, v_spike, v_reset, v_rest, tau_m) =
            (parameter(0)?, parameter(1)?, parameter(2)?, parameter(3)?, parameter(4)?);
        let (a, b, delta, tau_w, v_thresh) =
            (parameter(5)?, parameter(6)?, parameter(7)?, parameter(8)?, parameter(9)?);
        let input = dense.get(*frame.input_at.first()?..)?.get(..n)?;
        let (v, states) = states.split_at_mut_checked(n)?;
        let w = states.get_mut(..n)?;
        let spikes = outputs.get_mut(..n)?;
        let (zero, one, dt) = (F::default(), F::from_i32(1), frame.dt);
        let (per_m, per_cm, per_delta, per_w) = (one / tau_m, one / cm, one / delta, one / tau_w);
        let size = delta / tau_m;
        let mut emitted = false;
        for k in 0..n {
            let (x, y) = (v[k], w[k]);
            let onset = size * exp((x - v_thresh) * per_delta);
            let slope = (v_rest - x) * per_m + onset + (input[k] - y) * per_cm;
            let x_next = x + slope * dt;
            let y_next = y + (a * (x - v_rest) - y) * per_w * dt;
            let spike = x_next >= v_spike;
            v[k] = if spike { v_reset } else { x_next };
            w[k] = if spike { y_next + b } else { y_next };
            spikes[k] = if spike { one } else { zero };
            emitted |= spike;
        }
        Some(emitted)
    }
}

/// `e^x` for results that are normal numbers, by the method that everybody uses: `2^n` times a
/// polynomial, correct to about one unit in the last place.
#[inline(always)]
fn exp<F: Real>(x: F) -> F {
    let (terms, ln2, range) = match F::PRECISION {
        Precision::F64 => (13, [6.931_471_803_691_238e-1, 1.908_214_929_270_587_7e-10], 708.0),
        Precision::F32 => (7, [0.693_359_375, -2.121_944_400_546_905_8e-4], 87.0),
    };
    let x = x.greatest(F::from_f64(-range)).least(F::from_f64(range));
    let n = (x * F::from_f64(std::f64::consts::LOG2_E) + F::ROUNDS) - F::ROUNDS;
    let r = x - n * F::from_f64(ln2[0]) - n * F::from_f64(ln2[1]);
    let mut sum = F::from_f64(COEFFICIENTS[terms]);
    for coefficient in COEFFICIENTS[..terms].iter().rev() {
        sum = sum * r + F::from_f64(*coefficient);
    }
    sum.scale(n.nearest())
}

/// `1/k!`
const COEFFICIENTS: [f64; 14] = {
    let mut all = [1.0; 14];
    let mut k = 1;
    while k < 14 {
        all[k] = all[k - 1] / k as f64;
        k += 1;
    }
    all
};
