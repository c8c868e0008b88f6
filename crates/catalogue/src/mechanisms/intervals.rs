//! Sources of spikes whose intervals are known by their distribution.

use super::testing::Cells;

/// The times (ms) of the spikes of each cell in `n_steps` of 0.1 ms.
pub(super) fn spike_times(name: &str, parameters: &[(&str, f64)], n_steps: usize) -> Vec<Vec<f64>> {
    let mut cells = Cells::new(name, 0.1, parameters);
    let mut times = vec![Vec::new(); cells.outputs().len()];
    for n in 1..=n_steps {
        cells.step(&[], &[]);
        for (times, count) in times.iter_mut().zip(cells.outputs()) {
            times.extend(std::iter::repeat_n(n as f64 * 0.1, *count as usize));
        }
    }
    times
}

/// The intervals between spikes, and from `start` to the first, of all cells.
pub(super) fn intervals(times: &[Vec<f64>], start: f64) -> Vec<f64> {
    let of = |times: &Vec<f64>| {
        let before = [start].into_iter().chain(times.iter().copied());
        times.iter().zip(before).map(|(time, before)| time - before).collect::<Vec<_>>()
    };
    times.iter().flat_map(of).collect()
}

/// Mean and coefficient of variation.
pub(super) fn moments(values: &[f64]) -> (f64, f64) {
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    let variance = values.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / (n - 1.0);
    (mean, variance.sqrt() / mean)
}

/// Kolmogorov and Smirnov's distance from a distribution function, and what one in a thousand samples of this
/// size exceeds.
pub(super) fn distance(mut values: Vec<f64>, cdf: impl Fn(f64) -> f64) -> (f64, f64) {
    values.sort_by(f64::total_cmp);
    let n = values.len() as f64;
    let at = |(i, x): (usize, &f64)| {
        let expected = cdf(*x);
        (expected - i as f64 / n).abs().max(((i + 1) as f64 / n - expected).abs())
    };
    (values.iter().enumerate().map(at).fold(0.0, f64::max), 1.95 / n.sqrt())
}

/// That a source is silent but in its time, and rings then.
#[track_caller]
pub(super) fn check_activity(name: &str, parameters: &[(&str, f64)]) {
    let ends = [("start", 30.0), ("duration", 200.0)];
    let times = spike_times(name, &[parameters, &ends].concat(), 5_000);
    let all: Vec<f64> = times.concat();
    assert!(all.iter().all(|t| (30.05..230.05).contains(t)), "{all:?}");
    assert!(all.iter().any(|t| *t > 200.0) && all.iter().any(|t| *t < 60.0));
}
