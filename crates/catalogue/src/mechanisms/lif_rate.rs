//! Nengo's LIF neuron as a rate, and the response curve of both LIF types.

use pontine_core_ir::{
    Mechanism,
    port::{GainBias, NeuronMaths, TuningError},
    registry::MechanismEntry,
};
use pontine_mechanism::{
    mechanism_file,
    native::{Supported, Task, dispatch},
};

use super::parameter;

inventory::submit! {
    MechanismEntry {
        name: "LIFRate",
        text: mechanism_file!("lif_rate.mech"),
        reference: "Eliasmith & Anderson (2003), Neural Engineering, MIT Press, chapter 4",
        maths: Some(&LifCurve { drawn_state: None }),
        place: module_path!(),
    }
}

/// The response curve `rate = amplitude / (tau_ref + tau_rc ln(1 + 1/(J - 1)))` for J > 1, else 0.
///
/// Operations stand in the order in which Nengo does them, on the platform's `exp` and `log1p`, so
/// that gains and biases are Nengo's to the last bit.
pub(super) struct LifCurve {
    /// The state whose initial values Nengo draws.
    pub(super) drawn_state: Option<&'static str>,
}

/// The parameters of the curve, s and Hz.
struct Times {
    tau_rc: f64,
    tau_ref: f64,
    amplitude: f64,
}

impl Times {
    fn of(mechanism: &Mechanism, parameters: &[f64]) -> Self {
        let value = |name| parameter(mechanism, parameters, name);
        Self { tau_rc: value("tau_rc"), tau_ref: value("tau_ref"), amplitude: value("amplitude") }
    }

    fn gain_bias(
        &self,
        index: usize,
        max_rate: f64,
        intercept: f64,
    ) -> Result<(f64, f64), TuningError> {
        let limit = 1.0 / self.tau_ref;
        if max_rate >= limit {
            return Err(TuningError::MaxRate { index, max_rate, limit });
        }
        let x = 1.0 / (1.0 - ((self.tau_ref - 1.0 / max_rate) / self.tau_rc).exp());
        let gain = (1.0 - x) / (intercept - 1.0);
        if gain > 0.0 && gain.is_finite() {
            Ok((gain, 1.0 - gain * intercept))
        } else {
            Err(TuningError::Gain { index, max_rate, intercept, gain })
        }
    }

    fn max_rate_intercept(&self, gain: f64, bias: f64) -> (f64, f64) {
        let intercept = (1.0 - bias) / gain;
        let excess = gain * (intercept - 1.0) - 1.0;
        (1.0 / (self.tau_ref - self.tau_rc * (1.0 / excess).ln_1p()), intercept)
    }
}

/// Rates of many neurons: most of what it takes to build a network.
struct Rates<'a> {
    times: Times,
    currents: &'a mut [f64],
}

impl Task for Rates<'_> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        let Times { tau_rc, tau_ref, amplitude } = self.times;
        for current in self.currents {
            let excess = *current - 1.0;
            let above = excess > 0.0;
            let interval = tau_ref + tau_rc * log1p_of_inverse(if above { excess } else { 1.0 });
            *current = if above { amplitude / interval } else { 0.0 };
        }
    }
}

/// `ln(1 + 1/x)` for x > 0 within two units in the last place, without branches and calls, so that the
/// compiler can do several at once.
///
/// With `1 + 1/x = 2^k (1 + f)`, `1 + f` between the roots of 1/2 and of 2, and `s = f / (2 + f)`:
/// `ln(1 + f) = 2 s + s³ R(s²)`, R by the polynomial of fdlibm.
#[inline(always)]
fn log1p_of_inverse(x: f64) -> f64 {
    const LN_2_HIGH: f64 = 6.931_471_803_691_238e-1;
    const LN_2_LOW: f64 = 1.908_214_929_270_587_7e-10;
    const R: [f64; 7] = [
        6.666_666_666_666_735e-1,
        3.999_999_999_940_942e-1,
        2.857_142_874_366_239e-1,
        2.222_219_843_214_978_4e-1,
        1.818_357_216_161_805e-1,
        1.531_383_769_920_937_3e-1,
        1.479_819_860_511_658_6e-1,
    ];
    /// The upper bits of the root of 1/2, and of 1.
    const ROOT_HALF: u64 = 0x3fe6_a09e << 32;
    const ONE: u64 = 0x3ff0_0000 << 32;
    /// 2^52 as bits: a whole number in the lower bits is then a number less 2^52.
    const SHIFT: u64 = 0x4330_0000 << 32;
    // An inverse that overflows would end in no number.
    let y = (1.0 / x).min(f64::MAX);
    let u = 1.0 + y;
    // What rounding took from the sum.
    let lost = if y > 1.0 { 1.0 - (u - y) } else { y - (u - 1.0) } / u;
    let lifted = u.to_bits().wrapping_add(ONE - ROOT_HALF);
    let k = f64::from_bits((lifted >> 52) | SHIFT) - 4_503_599_627_370_496.0 - 1023.0;
    let f = f64::from_bits((lifted & ((1 << 52) - 1)).wrapping_add(ROOT_HALF)) - 1.0;
    let s = f / (2.0 + f);
    let z = s * s;
    let mut r = R[6];
    for coefficient in [R[5], R[4], R[3], R[2], R[1], R[0]] {
        r = r * z + coefficient;
    }
    let half = 0.5 * f * f;
    k * LN_2_HIGH - ((half - (s * (half + r * z) + (k * LN_2_LOW + lost))) - f)
}

impl NeuronMaths for LifCurve {
    fn rates(&self, mechanism: &Mechanism, parameters: &[f64], currents: &mut [f64]) {
        let times = Times::of(mechanism, parameters);
        dispatch(Supported::best(), Rates { times, currents });
    }

    fn gain_bias(
        &self,
        mechanism: &Mechanism,
        parameters: &[f64],
        max_rates: &[f64],
        intercepts: &[f64],
    ) -> Result<GainBias, TuningError> {
        let times = Times::of(mechanism, parameters);
        let pairs = max_rates.iter().zip(intercepts).enumerate();
        let tuned =
            pairs.map(|(index, (rate, intercept))| times.gain_bias(index, *rate, *intercept));
        let (gain, bias) = tuned.collect::<Result<_, _>>()?;
        Ok(GainBias { gain, bias })
    }

    fn max_rates_intercepts(
        &self,
        mechanism: &Mechanism,
        parameters: &[f64],
        gain: &[f64],
        bias: &[f64],
    ) -> (Vec<f64>, Vec<f64>) {
        let times = Times::of(mechanism, parameters);
        gain.iter().zip(bias).map(|(gain, bias)| times.max_rate_intercept(*gain, *bias)).unzip()
    }

    fn drawn_state(&self) -> Option<&'static str> {
        self.drawn_state
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{prop_assert, proptest};

    use super::{super::testing::Cells, Times, log1p_of_inverse};

    impl Times {
        /// As Nengo has it.
        fn rate(&self, current: f64) -> f64 {
            let excess = current - 1.0;
            if excess > 0.0 {
                self.amplitude / (self.tau_ref + self.tau_rc * (1.0 / excess).ln_1p())
            } else {
                0.0
            }
        }
    }

    const DEFAULT: Times = Times { tau_rc: 0.02, tau_ref: 0.002, amplitude: 1.0 };

    #[test]
    fn rates_follow_the_curve() {
        assert_eq!([0.0, 1.0].map(|current| DEFAULT.rate(current)), [0.0, 0.0]);
        let expected = 1.0 / (0.002 + 0.02 * 2.0_f64.ln());
        assert!((DEFAULT.rate(2.0) / expected - 1.0).abs() < 1e-15);
        assert_eq!(Times { amplitude: 0.5, ..DEFAULT }.rate(2.0), 0.5 * DEFAULT.rate(2.0));
    }

    proptest! {
        #[test]
        fn many_rates_are_those_of_one(exponent in -320.0..300.0f64) {
            let x = 10f64.powf(exponent);
            let (found, expected) = (log1p_of_inverse(x), (1.0 / x).ln_1p());
            if expected.is_finite() {
                prop_assert!((found / expected - 1.0).abs() < 5e-16, "{x}: {found} {expected}");
            } else {
                prop_assert!(found > 709.0);
            }
        }
    }

    #[test]
    fn the_equations_give_the_curve() {
        let mut cells = Cells::new("LIFRate", 1e-3, &[("amplitude", 0.5)]);
        for current in [-3.0, 1.0, 1.0 + 1e-9, 1.5, 40.0] {
            cells.step(&[current], &[]);
            let expected = Times { amplitude: 0.5, ..DEFAULT }.rate(current);
            assert!((cells.outputs()[0] - expected).abs() <= 1e-12 * expected, "{current}");
        }
    }

    #[test]
    fn what_no_neuron_can_do_is_refused_with_its_index() {
        assert_eq!(
            DEFAULT.gain_bias(3, 500.0, 0.0).unwrap_err().to_string(),
            "max rate 500 Hz of neuron 3 is not below the limit of 500 Hz"
        );
        assert_eq!(
            DEFAULT.gain_bias(1, 200.0, 1.0).unwrap_err().to_string(),
            "neuron 1 (max rate 200 Hz, intercept 1) would have the gain -inf"
        );
    }

    proptest! {
        #[test]
        fn a_neuron_begins_at_its_intercept_and_reaches_its_rate(
            // Below some 2 Hz the gain of these neurons is lost in rounding, and refused.
            max_rate in 5.0..490.0, intercept in -0.99..0.95,
        ) {
            let (gain, bias) = DEFAULT.gain_bias(0, max_rate, intercept).unwrap();
            prop_assert!((gain * intercept + bias - 1.0).abs() < 1e-12 * gain.max(1.0));
            prop_assert!((DEFAULT.rate(gain + bias) / max_rate - 1.0).abs() < 1e-9);
            let (rate, begin) = DEFAULT.max_rate_intercept(gain, bias);
            prop_assert!((rate / max_rate - 1.0).abs() < 1e-9);
            prop_assert!((begin - intercept).abs() < 1e-9);
        }
    }
}
