//! Synapses: filters of signals, in discrete time.
//!
//! | kind | parameters | what it is |
//! | --- | --- | --- |
//! | `Lowpass` | `tau` (s; one, or one for each element) | `1 / (tau s + 1)` |
//! | `Alpha` | `tau` (s) | `1 / (tau s + 1)²` |
//! | `LinearFilter` | `num`, `den`, `analog=true`, `method="zoh"` | any transfer function |
//! | `Triangle` | `t` (s) | weights that fall linearly to 0 |
//! | `Delay` | `delay` (s) | what came in so long ago |

mod expm;
mod lowpass;
mod transfer;

use std::collections::VecDeque;

use ndarray::{Array1, Array2, ArrayView2, Axis};
use pontine_core_ir::{Param, Spec, SpecError, error::nearest};

use crate::linear;
pub use lowpass::{FirstOrder, lowpass};
pub use transfer::{Method, StateSpace, TransferFunction};

/// The kinds that there are.
pub const KINDS: [&str; 5] = ["Alpha", "Delay", "LinearFilter", "Lowpass", "Triangle"];

/// A synapse at a time step: what comes in at a step is u, what goes out y.
#[derive(Clone, Debug, PartialEq)]
pub enum Discrete {
    /// `y = gain · u`, without a state.
    Gain(f64),
    /// `y ← decay · y + gain · u`, for all elements or for each.
    FirstOrder(Vec<FirstOrder>),
    /// Any linear filter.
    StateSpace(StateSpace),
    /// The last inputs weighted, the latest first.
    Taps(Vec<f64>),
    /// What came in so many steps ago; in a network, where every synapse takes a step, at least one.
    Delay(usize),
}

/// The synapse that a specification names, at a time step of `dt` s.
///
/// # Errors
/// [`SpecError`] if the kind or a parameter is wrong.
///
/// # Examples
/// ```
/// use ndarray::Array2;
/// use pontine_core_ir::Spec;
/// use pontine_nef::synapse::discrete;
/// let alpha = discrete(&Spec::new("Alpha").with("tau", 0.01), 0.001)?;
/// let step = alpha.filt(Array2::ones((200, 1)).view(), 0.0).unwrap();
/// assert!((step[[199, 0]] - 1.0).abs() < 1e-6);
/// # Ok::<(), pontine_core_ir::SpecError>(())
/// ```
pub fn discrete(spec: &Spec, dt: f64) -> Result<Discrete, SpecError> {
    match spec.kind.as_str() {
        "Lowpass" => lowpasses(spec, dt),
        "Alpha" => alpha(spec, dt),
        "LinearFilter" => TransferFunction::from_spec(spec)?.discrete(dt),
        "Triangle" => triangle(spec, dt),
        "Delay" => delay(spec, dt),
        kind => Err(SpecError::UnknownKind {
            role: "synapse",
            kind: kind.into(),
            nearest: nearest(kind, KINDS),
        }),
    }
}

/// Holds a specification against its kind, whatever the time step will be.
///
/// # Errors
/// [`SpecError`] if the kind or a parameter is wrong.
pub fn check(spec: &Spec) -> Result<(), SpecError> {
    match spec.kind.as_str() {
        "LinearFilter" => TransferFunction::from_spec(spec).map(drop),
        "Triangle" => spec.check_names(&["t"]).and_then(|()| duration(spec, "t").map(drop)),
        "Delay" => spec.check_names(&["delay"]).and_then(|()| duration(spec, "delay").map(drop)),
        _ => discrete(spec, 1.0).map(drop),
    }
}

fn lowpasses(spec: &Spec, dt: f64) -> Result<Discrete, SpecError> {
    spec.check_names(&["tau"])?;
    let taus = match spec.params.get("tau") {
        Some(Param::Array(taus)) if !taus.is_empty() => taus.to_vec(),
        _ => vec![spec.number("tau")?],
    };
    match taus.iter().find(|tau| !(**tau >= 0.0 && tau.is_finite())) {
        Some(tau) => Err(spec.wrong("tau", &(*tau).into(), "finite and not negative")),
        None => Ok(Discrete::FirstOrder(taus.iter().map(|tau| lowpass(*tau, dt)).collect())),
    }
}

fn alpha(spec: &Spec, dt: f64) -> Result<Discrete, SpecError> {
    spec.check_names(&["tau"])?;
    let tau = duration(spec, "tau")?;
    if tau == 0.0 {
        return Ok(Discrete::Gain(1.0));
    }
    let den = vec![tau * tau, 2.0 * tau, 1.0];
    TransferFunction { num: vec![1.0], den, method: Some(Method::ZeroOrderHold) }.discrete(dt)
}

/// Weights n, n - 1, …, 1 over their sum, for n steps from 0 to `t`.
fn triangle(spec: &Spec, dt: f64) -> Result<Discrete, SpecError> {
    spec.check_names(&["t"])?;
    let n = steps(spec, "t", dt)? + 1;
    let total = (n * (n + 1)) as f64 / 2.0;
    Ok(Discrete::Taps((1..=n).rev().map(|weight| weight as f64 / total).collect()))
}

fn delay(spec: &Spec, dt: f64) -> Result<Discrete, SpecError> {
    spec.check_names(&["delay"])?;
    Ok(Discrete::Delay(steps(spec, "delay", dt)?))
}

/// Times are counted in whole steps, up to a number that memory can hold for each element.
fn steps(spec: &Spec, name: &'static str, dt: f64) -> Result<usize, SpecError> {
    let n = (duration(spec, name)? / dt).round_ties_even();
    if n <= f64::from(1 << 12) {
        return Ok(n as usize);
    }
    Err(spec.wrong(name, &(n * dt).into(), "at most 4096 time steps"))
}

fn duration(spec: &Spec, name: &'static str) -> Result<f64, SpecError> {
    let time = spec.number(name)?;
    if time >= 0.0 && time.is_finite() {
        return Ok(time);
    }
    Err(spec.wrong(name, &time.into(), "finite and not negative"))
}

impl Discrete {
    /// Filters rows of a signal, one after the other, from the state in which the output stays at
    /// `y0`; for a filter of first order, from that under a constant input `y0`, as in Nengo. Where
    /// constants pass unchanged the two are one.
    ///
    /// `None` where there is no such state, as for an integrator.
    ///
    /// # Shapes
    /// `signal` and what is returned: (steps, elements).
    pub fn filt(&self, signal: ArrayView2<'_, f64>, y0: f64) -> Option<Array2<f64>> {
        self.filtered(signal, y0, false)
    }

    /// Filters forth, and then back with the state that this ended in, so that nothing is late.
    pub fn filtfilt(&self, signal: ArrayView2<'_, f64>) -> Option<Array2<f64>> {
        self.filtered(signal, 0.0, true)
    }

    fn filtered(
        &self,
        signal: ArrayView2<'_, f64>,
        y0: f64,
        and_back: bool,
    ) -> Option<Array2<f64>> {
        let mut filtered = signal.to_owned();
        for (j, mut column) in filtered.columns_mut().into_iter().enumerate() {
            let mut state = State::new(self, j, y0)?;
            column.mapv_inplace(|u| state.step(u));
            if and_back {
                column.iter_mut().rev().for_each(|u| *u = state.step(*u));
            }
        }
        Some(filtered)
    }
}

/// One element on its way through a synapse.
#[derive(Debug)]
pub(crate) enum State {
    Gain(f64),
    FirstOrder(FirstOrder, f64),
    Space(StateSpace, Array1<f64>),
    Taps(Vec<f64>, VecDeque<f64>),
    Delay(VecDeque<f64>),
}

impl State {
    pub(crate) fn new(synapse: &Discrete, element: usize, y0: f64) -> Option<Self> {
        Some(match synapse {
            Discrete::Gain(gain) => Self::Gain(*gain),
            Discrete::FirstOrder(filters) => {
                let filter = filters[element.min(filters.len() - 1)];
                Self::FirstOrder(filter, settled(filter, y0)?)
            }
            Discrete::StateSpace(space) if y0 == 0.0 => {
                Self::Space(space.clone(), Array1::zeros(space.b.len()))
            }
            Discrete::StateSpace(space) => Self::Space(space.clone(), steady(space, y0)?),
            Discrete::Taps(weights) => Self::Taps(weights.clone(), vec![y0; weights.len()].into()),
            Discrete::Delay(n) => Self::Delay(vec![y0; *n].into()),
        })
    }

    /// What it carries from step to step.
    pub(crate) fn numbers(&self) -> Vec<f64> {
        match self {
            Self::Gain(_) => vec![],
            Self::FirstOrder(_, y) => vec![*y],
            Self::Space(_, x) => x.to_vec(),
            Self::Taps(_, last) | Self::Delay(last) => last.iter().copied().collect(),
        }
    }

    /// Takes as many numbers as there are.
    pub(crate) fn put(&mut self, numbers: &mut impl Iterator<Item = f64>) {
        let take = |(own, number): (&mut f64, f64)| *own = number;
        match self {
            Self::Gain(_) => {}
            Self::FirstOrder(_, y) => std::iter::once(y).zip(numbers).for_each(take),
            Self::Space(_, x) => x.iter_mut().zip(numbers).for_each(take),
            Self::Taps(_, last) | Self::Delay(last) => last.iter_mut().zip(numbers).for_each(take),
        }
    }

    pub(crate) fn step(&mut self, u: f64) -> f64 {
        match self {
            Self::Gain(gain) => *gain * u,
            Self::FirstOrder(filter, y) => {
                *y = filter.decay * *y + filter.gain * u;
                *y
            }
            Self::Space(space, x) => {
                let before = space.c.dot(&*x) + space.d * u;
                *x = space.a.dot(&*x) + &space.b * u;
                if space.is_direct() { before } else { space.c.dot(&*x) }
            }
            Self::Taps(weights, last) => {
                last.rotate_right(1);
                last[0] = u;
                weights.iter().zip(last.iter()).map(|(weight, u)| weight * u).sum()
            }
            Self::Delay(last) => {
                last.push_back(u);
                last.pop_front().unwrap_or(u)
            }
        }
    }
}

/// The output that a constant input leads to.
fn settled(filter: FirstOrder, input: f64) -> Option<f64> {
    match 1.0 - filter.decay {
        _ if input == 0.0 => Some(0.0),
        0.0 => None,
        lost => Some(filter.gain / lost * input),
    }
}

/// The state in which the output stays what it is.
fn steady(space: &StateSpace, output: f64) -> Option<Array1<f64>> {
    let n = space.b.len();
    let column = space.b.clone().insert_axis(Axis(1));
    let x = linear::solve((Array2::eye(n) - &space.a).view(), column.view())?;
    let x = x.column(0).to_owned();
    let gain = space.c.dot(&x) + space.d;
    (gain != 0.0).then(|| x * (output / gain))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn filtered(spec: Spec, signal: &[f64]) -> Vec<f64> {
        let signal = ArrayView2::from_shape((signal.len(), 1), signal).unwrap();
        let filtered = discrete(&spec, 1e-3).unwrap().filt(signal, 0.0).unwrap();
        filtered.into_raw_vec_and_offset().0
    }

    #[test]
    fn a_delay_shifts() {
        let delayed = filtered(Spec::new("Delay").with("delay", 0.002), &[1.0, 2.0, 3.0, 4.0]);
        assert_eq!(delayed, [0.0, 0.0, 1.0, 2.0]);
    }

    #[test]
    fn a_triangle_falls_to_0() {
        let response = filtered(Spec::new("Triangle").with("t", 0.002), &[6.0, 0.0, 0.0, 0.0]);
        assert_eq!(response, [3.0, 2.0, 1.0, 0.0]);
    }

    #[test]
    fn elements_may_have_time_constants_of_their_own() {
        let spec = Spec::new("Lowpass").with("tau", vec![0.0, 0.01]);
        let step = discrete(&spec, 1e-3).unwrap().filt(Array2::ones((2, 2)).view(), 0.0).unwrap();
        assert_eq!(step[[0, 0]], 1.0);
        assert!((step[[0, 1]] - (1.0 - (-0.1f64).exp())).abs() < 1e-12);
    }

    #[test]
    fn an_integrator_has_no_steady_state() {
        let spec = Spec::new("LinearFilter").with("num", vec![1.0]).with("den", vec![1.0, 0.0]);
        let integrator = discrete(&spec, 1e-3).unwrap();
        let ones = Array2::ones((10, 1));
        assert_eq!(integrator.filt(ones.view(), 1.0), None);
        let sum = integrator.filt(ones.view(), 0.0).unwrap();
        assert!((sum[[9, 0]] - 0.01).abs() < 1e-12);
    }

    proptest! {
        #[test]
        fn two_lowpasses_are_an_alpha(tau in 1e-3..0.1f64, input in prop::collection::vec(-1.0..1.0f64, 1..40)) {
            let spec = |kind: &str| Spec::new(kind).with("tau", tau);
            let square = TransferFunction::from_spec(
                &Spec::new("LinearFilter").with("num", vec![1.0]).with("den", vec![tau, 1.0]),
            ).unwrap();
            let square = square.combine(&square).unwrap().discrete(1e-3).unwrap();
            let signal = ArrayView2::from_shape((input.len(), 1), &input).unwrap();
            let expected = square.filt(signal, 0.0).unwrap();
            let found = filtered(spec("Alpha"), &input);
            for (found, expected) in found.iter().zip(&expected) {
                prop_assert!((found - expected).abs() < 1e-12);
            }
        }

        #[test]
        fn constants_pass_from_the_steady_state(tau in 1e-3..0.1f64, y0 in -2.0..2.0f64) {
            let constant = Array2::from_elem((20, 1), y0);
            for kind in ["Lowpass", "Alpha"] {
                let synapse = discrete(&Spec::new(kind).with("tau", tau), 1e-3).unwrap();
                let filtered = synapse.filt(constant.view(), y0).unwrap();
                prop_assert!(filtered.iter().all(|y| (y - y0).abs() < 1e-9));
            }
        }
    }
}
