//! Spikes at random, with a pause after each.

use pontine_core_ir::registry::MechanismEntry;
use pontine_mechanism::mechanism_file;

inventory::submit! {
    MechanismEntry {
        name: "SpikeSourcePoissonRefractory",
        text: mechanism_file!("spike_source_poisson_refractory.mech"),
        reference: "PyNN's standard cell of this name: Davison et al. (2009), PyNN: a common \
                    interface for neuronal network simulators, doi:10.3389/neuro.11.011.2008",
        maths: None,
        place: module_path!(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::intervals::{check_activity, distance, intervals, moments, spike_times};

    const NAME: &str = "SpikeSourcePoissonRefractory";

    /// 50 Hz with a pause of 8 ms: 8 ms and a time of mean 12 ms.
    #[test]
    fn intervals_are_a_pause_and_an_exponential_time() {
        let times = spike_times(NAME, &[("rate", 50.0), ("tau_refrac", 8.0)], 100_000);
        let found = intervals(&times, 0.0);
        assert!(found.len() > 5_000 && found.iter().all(|t| *t > 7.95));
        let (mean, cv) = moments(&found);
        assert!((mean - 20.0).abs() < 0.5, "{mean}");
        assert!((cv - 12.0 / 20.0).abs() < 0.02, "{cv}");
        let (d, limit) = distance(found, |t| 1.0 - (-(t - 8.0).max(0.0) / 12.0).exp());
        assert!(d < limit + 0.01, "{d} {limit}");
    }

    #[test]
    fn without_a_pause_it_is_a_poisson_source() {
        let times = spike_times(NAME, &[("rate", 100.0)], 50_000);
        let (mean, cv) = moments(&intervals(&times, 0.0));
        assert!((mean - 10.0).abs() < 0.4 && (cv - 1.0).abs() < 0.04, "{mean} {cv}");
    }

    /// Pauses shorter than a step, and several spikes in it.
    #[test]
    fn fast_ones_keep_their_rate() {
        for (rate, pause) in [(5e3, 0.03), (5e3, 0.15), (800.0, 1.2)] {
            let times = spike_times(NAME, &[("rate", rate), ("tau_refrac", pause)], 5_000);
            let n: usize = times.iter().map(Vec::len).sum();
            let expected = rate * 0.5 * times.len() as f64;
            assert!((n as f64 / expected - 1.0).abs() < 0.02, "{n} {expected}");
        }
    }

    #[test]
    fn it_is_active_from_start_for_its_duration() {
        check_activity(NAME, &[("rate", 80.0), ("tau_refrac", 3.0)]);
    }

    #[test]
    fn a_rate_of_nothing_is_silence() {
        assert!(spike_times(NAME, &[("rate", 0.0)], 1_000).concat().is_empty());
    }
}
