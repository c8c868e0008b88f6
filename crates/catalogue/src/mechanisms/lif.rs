//! Nengo's spiking LIF neuron.

use pontine_core_ir::registry::MechanismEntry;
use pontine_mechanism::mechanism_file;

use super::lif_rate::LifCurve;

inventory::submit! {
    MechanismEntry {
        name: "LIF",
        text: mechanism_file!("lif.mech"),
        reference: "Eliasmith & Anderson (2003), Neural Engineering, MIT Press, chapter 4",
        maths: Some(&LifCurve { drawn_state: Some("voltage") }),
        place: module_path!(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::Cells;

    const DT: f64 = 1e-3;

    /// Nengo's step in its order of operations, one neuron at a time.
    struct ByHand {
        voltage: f64,
        refractory_time: f64,
        min_voltage: f64,
    }

    impl ByHand {
        fn spikes(&mut self, current: f64) -> bool {
            let (tau_rc, tau_ref) = (0.02, 0.002);
            self.refractory_time -= DT;
            let delta = (DT - self.refractory_time).clamp(0.0, DT);
            self.voltage -= (current - self.voltage) * (-delta / tau_rc).exp_m1();
            if self.voltage <= 1.0 {
                self.voltage = self.voltage.max(self.min_voltage);
                return false;
            }
            let t_spike = DT + tau_rc * (-(self.voltage - 1.0) / (current - 1.0)).ln_1p();
            self.voltage = 0.0;
            self.refractory_time = tau_ref + t_spike;
            true
        }
    }

    #[track_caller]
    fn check_steps(min_voltage: f64, current: impl Fn(u32) -> f64) -> u32 {
        let mut cells = Cells::new("LIF", DT, &[("min_voltage", min_voltage)]);
        let mut by_hand =
            ByHand { voltage: cells.state("voltage"), refractory_time: 0.0, min_voltage };
        let mut n_spikes = 0;
        for n in 0..2_000 {
            cells.step(&[current(n)], &[]);
            let spikes = by_hand.spikes(current(n));
            assert_eq!(cells.outputs()[0], f64::from(u8::from(spikes)), "step {n}");
            assert!((cells.state("voltage") - by_hand.voltage).abs() < 1e-12, "step {n}");
            let refractory_time = cells.state("refractory_time");
            assert!((refractory_time - by_hand.refractory_time).abs() < 1e-12, "step {n}");
            n_spikes += u32::from(spikes);
        }
        n_spikes
    }

    #[test]
    fn steps_are_nengos() {
        let varied = |n: u32| 2.0 * (f64::from(n) * 0.013).sin() + 1.0;
        assert!(check_steps(0.0, varied) > 50);
        assert!(check_steps(-1.0, varied) > 50);
    }

    #[test]
    fn the_rate_is_that_of_the_curve() {
        let rate = f64::from(check_steps(0.0, |_| 2.0)) / 2.0;
        assert!((rate - 63.04).abs() < 0.5, "{rate}");
    }

    #[test]
    fn voltages_begin_between_rest_and_threshold() {
        let voltage = Cells::new("LIF", DT, &[]).state("voltage");
        assert!(0.0 < voltage && voltage < 1.0);
    }
}
