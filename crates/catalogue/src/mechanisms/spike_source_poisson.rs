//! Spikes at random.

use pontine_core_ir::registry::MechanismEntry;
use pontine_mechanism::mechanism_file;

inventory::submit! {
    MechanismEntry {
        name: "SpikeSourcePoisson",
        text: mechanism_file!("spike_source_poisson.mech"),
        reference: "PyNN's standard cell of this name: Davison et al. (2009), PyNN: a common \
                    interface for neuronal network simulators, doi:10.3389/neuro.11.011.2008",
        maths: None,
        place: module_path!(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::Cells;

    /// Spikes of all cells in each of `n` steps of 0.1 ms.
    fn counts(n: usize, parameters: &[(&str, f64)], rate_in: f64) -> Vec<f64> {
        let mut cells = Cells::new("SpikeSourcePoisson", 0.1, parameters);
        let mut count = || {
            cells.step(&[rate_in], &[]);
            cells.outputs().iter().sum()
        };
        (0..n).map(|_| count()).collect()
    }

    /// 16 cells at 300 Hz for 2 s: 9600 spikes, within four standard deviations.
    #[test]
    fn the_rate_is_that_of_the_parameter_and_the_input_together() {
        for (rate, rate_in) in [(300.0, 0.0), (100.0, 200.0), (0.0, 300.0), (400.0, -100.0)] {
            let n_spikes: f64 = counts(20_000, &[("rate", rate)], rate_in).iter().sum();
            assert!((n_spikes - 9_600.0).abs() < 4.0 * 98.0, "{n_spikes}");
        }
    }

    #[test]
    fn counts_in_one_step_are_those_of_poisson() {
        let counts = counts(10_000, &[("rate", 1e3)], 0.0);
        let mean = counts.iter().sum::<f64>() / 1e4;
        let variance = counts.iter().map(|c| (c - mean).powi(2)).sum::<f64>() / 1e4;
        assert!((mean - 1.6).abs() < 4.0 * 0.0126, "{mean}");
        assert!((variance - 1.6).abs() < 4.0 * 0.026, "{variance}");
    }

    #[test]
    fn a_negative_total_is_silence() {
        assert_eq!(counts(1_000, &[("rate", 300.0)], -301.0).iter().sum::<f64>(), 0.0);
    }

    /// Steps end at 0.1, 0.2, …: the source is active where start < end <= start + duration,
    /// whichever way the products round.
    #[test]
    fn it_is_active_from_start_for_its_duration() {
        for (start, first, duration, n) in [(0.0, 0, 0.3, 3), (0.3, 3, 0.6, 6), (0.7, 7, 1.1, 11)] {
            let parameters = [("rate", 1e5), ("start", start), ("duration", duration)];
            let counts = counts(30, &parameters, 0.0);
            let active: Vec<_> = (0..30).filter(|&i| counts[i] > 0.0).collect();
            assert_eq!(active, (first..first + n).collect::<Vec<_>>(), "{start} + {duration}");
        }
    }
}
