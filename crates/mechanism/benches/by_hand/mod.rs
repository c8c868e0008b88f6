//! Steps as somebody would write them who knows that parameters are the same for all neurons.

use pontine_mechanism::Real;
use pontine_mechanism::native::{Body, Columns, Frame};

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
            left[k] = if spike { refractory } else if down > zero { down } else { zero };
            v[k] = if spike { v_reset } else { next };
            spikes[k] = if spike { one } else { zero };
            emitted |= spike;
        }
        Some(emitted)
    }
}
