//! Spikes at random, with intervals of the gamma distribution.

use pontine_core_ir::registry::MechanismEntry;
use pontine_mechanism::mechanism_file;

inventory::submit! {
    MechanismEntry {
        name: "SpikeSourceGamma",
        text: mechanism_file!("spike_source_gamma.mech"),
        reference: "PyNN's standard cell of this name: Davison et al. (2009), PyNN: a common \
                    interface for neuronal network simulators, doi:10.3389/neuro.11.011.2008",
        maths: None,
        place: module_path!(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::intervals::{check_activity, distance, intervals, moments, spike_times};

    const NAME: &str = "SpikeSourceGamma";

    /// With shape 3, 1 - (1 + x + x²/2) e^-x; spikes are put to the end of their steps of 0.1 ms.
    #[test]
    fn intervals_are_of_the_gamma_distribution() {
        let times = spike_times(NAME, &[("alpha", 3.0), ("beta", 150.0)], 100_000);
        let found = intervals(&times, 0.0);
        assert!(found.len() > 5_000);
        let (mean, cv) = moments(&found);
        assert!((mean - 20.0).abs() < 0.5, "{mean}");
        assert!((cv - 1.0 / 3f64.sqrt()).abs() < 0.02, "{cv}");
        let cdf = |t: f64| {
            let x = 0.15 * t;
            1.0 - (1.0 + x + x * x / 2.0) * (-x).exp()
        };
        let (d, limit) = distance(found, cdf);
        assert!(d < limit + 0.004, "{d} {limit}");
    }

    /// Many spikes in a step: none is lost.
    #[test]
    fn fast_ones_keep_their_rate() {
        let times = spike_times(NAME, &[("alpha", 2.0), ("beta", 4e4)], 2_000);
        let n: usize = times.iter().map(Vec::len).sum();
        let expected = 200.0 * 20.0 * times.len() as f64;
        assert!((n as f64 / expected - 1.0).abs() < 0.02, "{n} {expected}");
    }

    #[test]
    fn it_is_active_from_start_for_its_duration() {
        check_activity(NAME, &[("alpha", 2.0), ("beta", 100.0)]);
        // As long as the interval lasts that begins with it.
        let parameters = [("alpha", 50.0), ("beta", 500.0), ("start", 40.0)];
        let first: Vec<f64> =
            spike_times(NAME, &parameters, 4_000).iter().map(|times| times[0] - 40.0).collect();
        let (mean, _) = moments(&first);
        assert!((mean - 100.0).abs() < 4.0 * 15.0 / (first.len() as f64).sqrt(), "{mean}");
    }
}
