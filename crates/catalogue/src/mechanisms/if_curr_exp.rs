//! PyNN's LIF neuron with exponentially decaying synaptic currents.

use pontine_core_ir::{
    Mechanism,
    port::{GainBias, NeuronMaths, TuningError},
    registry::MechanismEntry,
};
use pontine_mechanism::mechanism_file;

use super::parameter;

inventory::submit! {
    MechanismEntry {
        name: "IF_curr_exp",
        text: mechanism_file!("if_curr_exp.mech"),
        reference: "Rotter & Diesmann (1999), Exact digital simulation of time-invariant linear \
                    systems with applications to neuronal modeling, doi:10.1007/s004220050570",
        maths: Some(&ConstantCurrent),
        place: module_path!(),
    }
}

/// The response to a constant current I (nA) in continuous time: from reset to threshold,
/// `T = tau_m ln((v_inf - v_reset) / (v_inf - v_thresh))`, `v_inf = v_rest + (i_offset + I) tau_m / cm`,
/// and `rate = 1000 / (tau_refrac + T)` Hz; 0 where `v_inf <= v_thresh`.
pub(super) struct ConstantCurrent;

/// The parameters of the curve, in ms, mV, nA, nF.
struct Membrane {
    v_rest: f64,
    v_reset: f64,
    v_thresh: f64,
    cm: f64,
    tau_m: f64,
    tau_refrac: f64,
    i_offset: f64,
}

impl Membrane {
    fn of(mechanism: &Mechanism, parameters: &[f64]) -> Self {
        let value = |name| parameter(mechanism, parameters, name);
        Self {
            v_rest: value("v_rest"),
            v_reset: value("v_reset"),
            v_thresh: value("v_thresh"),
            cm: value("cm"),
            tau_m: value("tau_m"),
            tau_refrac: value("tau_refrac"),
            i_offset: value("i_offset"),
        }
    }

    fn rate(&self, current: f64) -> f64 {
        let v_inf = self.v_rest + (self.i_offset + current) * self.tau_m / self.cm;
        if v_inf <= self.v_thresh {
            return 0.0;
        }
        // ln((v_inf - v_reset) / (v_inf - v_thresh)), accurate for strong currents too.
        let rise = (self.v_thresh - self.v_reset) / (v_inf - self.v_thresh);
        1e3 / (self.tau_refrac + self.tau_m * rise.max(0.0).ln_1p())
    }

    /// The current whose stationary voltage is `v`.
    fn current_at(&self, v: f64) -> f64 {
        (v - self.v_rest) * self.cm / self.tau_m - self.i_offset
    }

    /// What the current at which the rate is `rate`, below 1000 / tau_refrac, is above threshold.
    fn excess_for(&self, rate: f64) -> f64 {
        let rise = (1e3 / rate - self.tau_refrac) / self.tau_m;
        (self.v_thresh - self.v_reset) / rise.exp_m1() * self.cm / self.tau_m
    }

    fn gain_bias(
        &self,
        index: usize,
        max_rate: f64,
        intercept: f64,
    ) -> Result<(f64, f64), TuningError> {
        let limit = 1e3 / self.tau_refrac;
        if max_rate >= limit {
            return Err(TuningError::MaxRate { index, max_rate, limit });
        }
        let threshold = self.current_at(self.v_thresh);
        let gain = self.excess_for(max_rate) / (1.0 - intercept);
        if gain > 0.0 && gain.is_finite() {
            Ok((gain, threshold - gain * intercept))
        } else {
            Err(TuningError::Gain { index, max_rate, intercept, gain })
        }
    }

    fn max_rate_intercept(&self, gain: f64, bias: f64) -> (f64, f64) {
        (self.rate(gain + bias), (self.current_at(self.v_thresh) - bias) / gain)
    }
}

impl NeuronMaths for ConstantCurrent {
    fn rates(&self, mechanism: &Mechanism, parameters: &[f64], currents: &mut [f64]) {
        let membrane = Membrane::of(mechanism, parameters);
        currents.iter_mut().for_each(|current| *current = membrane.rate(*current));
    }

    fn gain_bias(
        &self,
        mechanism: &Mechanism,
        parameters: &[f64],
        max_rates: &[f64],
        intercepts: &[f64],
    ) -> Result<GainBias, TuningError> {
        let membrane = Membrane::of(mechanism, parameters);
        let pairs = max_rates.iter().zip(intercepts).enumerate();
        let tuned =
            pairs.map(|(index, (rate, intercept))| membrane.gain_bias(index, *rate, *intercept));
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
        let membrane = Membrane::of(mechanism, parameters);
        gain.iter().zip(bias).map(|(gain, bias)| membrane.max_rate_intercept(*gain, *bias)).unzip()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{prop_assert, proptest};

    use super::{super::testing::Cells, Membrane};

    const DEFAULT: Membrane = Membrane {
        v_rest: -65.0,
        v_reset: -65.0,
        v_thresh: -50.0,
        cm: 1.0,
        tau_m: 20.0,
        tau_refrac: 0.1,
        i_offset: 0.0,
    };

    /// 15 mV above rest are 0.75 nA; at 1 nA the voltage tends to -45 mV: T = 20 ln 4 ms.
    #[test]
    fn rates_follow_the_closed_form() {
        assert_eq!(DEFAULT.rate(0.75), 0.0);
        assert!((DEFAULT.rate(1.0) - 1e3 / (0.1 + 20.0 * 4.0_f64.ln())).abs() < 1e-12);
        let offset = Membrane { i_offset: 0.4, ..DEFAULT };
        assert!((offset.rate(0.6) - DEFAULT.rate(1.0)).abs() < 1e-9);
    }

    /// After one event of weight w at 0: `v = v_rest + w/cm · (e^{-t/tau_m} - e^{-t/tau_syn}) /
    /// (1/tau_syn - 1/tau_m)`, and `w/cm · t e^{-t/tau_m}` where the two are equal.
    #[test]
    fn a_potential_follows_its_closed_form() {
        for (tau_syn, receptor) in [(5.0, 0), (0.5, 1), (20.0, 0), (20.0 - 1e-9, 1)] {
            let parameters = [("tau_syn_E", tau_syn), ("tau_syn_I", tau_syn)];
            let mut cells = Cells::new("IF_curr_exp", 0.1, &parameters);
            let mut weights = [0.0; 2];
            weights[receptor] = 0.3;
            cells.step(&[], &weights);
            assert_eq!(cells.state("v"), -65.0, "the current acts from the next step on");
            for n in 1..500 {
                cells.step(&[], &[]);
                let t = f64::from(n) * 0.1;
                let (a, b): (f64, f64) = (1.0 / tau_syn, 1.0 / 20.0);
                let shape = match (a - b).abs() < 1e-6 {
                    true => t * (-t * b).exp(),
                    false => ((-t * b).exp() - (-t * a).exp()) / (a - b),
                };
                assert!((cells.state("v") + 65.0 - 0.3 * shape).abs() < 1e-8, "{tau_syn} at {t}");
            }
        }
    }

    /// A spike in step n is followed by round(tau_refrac / dt) steps at reset.
    #[test]
    fn a_spike_holds_the_voltage_and_nothing_else() {
        let parameters = [("i_offset", 50.0), ("tau_refrac", 0.5), ("v_reset", -70.0)];
        let mut cells = Cells::new("IF_curr_exp", 0.1, &parameters);
        cells.set("excitatory.i", 1.0);
        while cells.outputs()[0] == 0.0 {
            cells.step(&[], &[]);
        }
        let current = cells.state("excitatory.i");
        for _ in 0..5 {
            assert_eq!(cells.state("v"), -70.0);
            cells.step(&[], &[]);
            assert_eq!(cells.outputs()[0], 0.0);
        }
        assert_eq!(cells.state("v"), -70.0);
        assert!((cells.state("excitatory.i") - current * (-0.5_f64 / 5.0).exp()).abs() < 1e-12);
        cells.step(&[], &[]);
        assert!(cells.state("v") > -70.0);
    }

    #[test]
    fn the_rate_under_constant_current_is_that_of_the_curve() {
        let mut cells = Cells::new("IF_curr_exp", 0.01, &[("tau_refrac", 2.0)]);
        let mut n_spikes = 0.0;
        for _ in 0..200_000 {
            cells.step(&[1.0], &[]);
            n_spikes += cells.outputs()[0];
        }
        let expected = Membrane { tau_refrac: 2.0, ..DEFAULT }.rate(1.0);
        assert!((n_spikes / 2.0 - expected).abs() < 0.6, "{n_spikes} for {expected}");
    }

    #[test]
    fn a_rate_beyond_refractoriness_is_refused() {
        assert!(Membrane { tau_refrac: 2.0, ..DEFAULT }.gain_bias(0, 500.0, 0.0).is_err());
    }

    proptest! {
        #[test]
        fn a_neuron_begins_at_its_intercept_and_reaches_its_rate(
            max_rate in 10.0..400.0, intercept in -0.99..0.95, v_reset in -80.0..-51.0,
        ) {
            let membrane = Membrane { v_reset, tau_refrac: 2.0, ..DEFAULT };
            let (gain, bias) = membrane.gain_bias(0, max_rate, intercept).unwrap();
            let (rate, begin) = membrane.max_rate_intercept(gain, bias);
            prop_assert!((rate / max_rate - 1.0).abs() < 1e-9);
            prop_assert!((begin - intercept).abs() < 1e-9);
            prop_assert!(membrane.rate(gain * (intercept - 1e-6) + bias) == 0.0);
        }
    }
}
