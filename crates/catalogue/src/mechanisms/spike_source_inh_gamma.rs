//! Spikes at random, with intervals of gamma distributions that change with time.

use pontine_core_ir::registry::MechanismEntry;
use pontine_mechanism::mechanism_file;

inventory::submit! {
    MechanismEntry {
        name: "SpikeSourceInhGamma",
        text: mechanism_file!("spike_source_inh_gamma.mech"),
        reference: "PyNN's standard cell of this name, after Muller et al. (2007), Spike-frequency \
                    adapting neural ensembles, doi:10.1162/neco.2007.19.11.2958",
        maths: None,
        place: module_path!(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::intervals::{check_activity, distance, intervals, moments, spike_times};

    /// 50 Hz of shape 1, 100 Hz of shape 4 from 4 s to 8 s, and 25 Hz of shape 1 at the end.
    #[test]
    fn each_part_has_its_rate_and_its_regularity() {
        let parameters = [
            ("a_1", 1.0),
            ("b_1", 20.0),
            ("a_2", 4.0),
            ("b_2", 2.5),
            ("tbins_2", 4_000.0),
            ("a_3", 1.0),
            ("b_3", 40.0),
            ("tbins_3", 8_000.0),
        ];
        let times = spike_times("SpikeSourceInhGamma(3)", &parameters, 120_000);
        for (from, to, mean, cv) in
            [(0.0, 4e3, 20.0, 1.0), (4.1e3, 8e3, 10.0, 0.5), (8.1e3, 12e3, 40.0, 1.0)]
        {
            let within = |times: &Vec<f64>| -> Vec<f64> {
                times.iter().copied().filter(|t| (from..to).contains(t)).collect()
            };
            let cells: Vec<_> = times.iter().map(within).collect();
            let found: Vec<f64> =
                cells.iter().flat_map(|c| intervals(std::slice::from_ref(c), c[0])).collect();
            let found: Vec<f64> = found.into_iter().filter(|t| *t > 0.0).collect();
            let (mean_found, cv_found) = moments(&found);
            assert!((mean_found / mean - 1.0).abs() < 0.06, "{from}: {mean_found}");
            assert!((cv_found / cv - 1.0).abs() < 0.06, "{from}: {cv_found}");
        }
    }

    #[test]
    fn one_part_alone_is_a_gamma_source() {
        let times = spike_times("SpikeSourceInhGamma", &[("a_1", 2.0), ("b_1", 10.0)], 100_000);
        let cdf = |t: f64| 1.0 - (1.0 + t / 10.0) * (-t / 10.0).exp();
        let (d, limit) = distance(intervals(&times, 0.0), cdf);
        assert!(d < limit + 0.004, "{d} {limit}");
    }

    #[test]
    fn it_is_active_from_start_for_its_duration() {
        check_activity("SpikeSourceInhGamma", &[("a_1", 2.0), ("b_1", 8.0)]);
    }
}
