//! The generalised integrate-and-fire neuron.

use pontine_core_ir::registry::MechanismEntry;
use pontine_mechanism::mechanism_file;

inventory::submit! {
    MechanismEntry {
        name: "GIF_cond_exp",
        text: mechanism_file!("gif_cond_exp.mech"),
        reference: "Pozzorini et al. (2015), Automated high-throughput characterization of single \
                    neurons by means of simplified spiking models, doi:10.1371/journal.pcbi.1004275",
        maths: None,
        place: module_path!(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::Cells;

    const NAME: &str = "GIF_cond_exp";

    /// At the threshold, held there by a current: one cell spikes with 1 - e^(-lambda0 dt) in a step.
    #[test]
    fn spikes_come_with_their_probability() {
        let still = [("a_eta_1", 0.0), ("a_eta_2", 0.0), ("a_eta_3", 0.0)];
        let fixed = [("a_gamma_1", 0.0), ("a_gamma_2", 0.0), ("a_gamma_3", 0.0)];
        let held = [("lambda0", 200.0), ("v_t_star", -65.0), ("tau_refrac", 0.0), ("delta_v", 2.0)];
        for (offset, rate) in [(0.0, 200.0), (0.1, 200.0 * 1f64.exp())] {
            // 0.1 nA over 20 ms and 1 nF are 2 mV.
            let parameters = [
                &still[..],
                &fixed,
                &held,
                &[("i_offset", offset), ("v_reset", -65.0 + 20.0 * offset)],
            ];
            let mut cells = Cells::new(NAME, 0.1, &parameters.concat());
            cells.set("v", -65.0 + 20.0 * offset);
            let n: f64 = (0..20_000)
                .map(|_| {
                    cells.step(&[], &[]);
                    cells.outputs().iter().sum::<f64>()
                })
                .sum();
            let draws = 20_000.0 * cells.outputs().len() as f64;
            let p = 1.0 - (-rate * 1e-4_f64).exp();
            let deviation = (p * (1.0 - p) / draws).sqrt();
            assert!((n / draws - p).abs() < 4.0 * deviation, "{n} of {draws}, not {p}");
        }
    }

    /// A threshold so sharp that nothing is left to chance; what a spike adds decays each in its time.
    #[test]
    fn currents_and_threshold_follow_a_spike() {
        for (name, n) in [(NAME, 3), ("GIF_cond_exp(2)", 2), ("GIF_cond_exp(5)", 5)] {
            let mut cells = Cells::new(name, 0.1, &[("delta_v", 1e-3), ("lambda0", 1e5)]);
            cells.set("v", -40.0);
            cells.step(&[], &[]);
            assert_eq!(cells.outputs()[0], 1.0, "{name}");
            assert_eq!((cells.state("v"), cells.state("i_eta")), (-65.0, f64::from(n)));
            assert!((cells.state("v_t") + 48.0 - f64::from(n)).abs() < 1e-12);
            for step in 1..=40 {
                cells.step(&[], &[]);
                assert_eq!((cells.state("v"), cells.outputs()[0]), (-65.0, 0.0));
                let t = f64::from(step) * 0.1;
                let taus = [1.0, 10.0, 100.0, 100.0, 100.0];
                let left: f64 = taus[..n as usize].iter().map(|tau| (-t / tau).exp()).sum();
                assert!((cells.state("i_eta") - left).abs() < 1e-5, "{name} {t}");
                assert!((cells.state("v_t") + 48.0 - left).abs() < 1e-5, "{name} {t}");
            }
            cells.step(&[], &[]);
            assert!(cells.state("v") < -65.0, "currents after spikes pull down");
        }
    }
}
